package handlers

import (
	"slices"

	"appointable/selection"
	"appointable/selection/ranking"
)

// certaintyView is how sure one may be of the order.
type certaintyView struct {
	Unsure        string // why there is no telling; "" there is
	First         string // the sentence that says what a probability is
	Groups        []groupView
	Heat          *heatView // nil: too many candidates, or one
	HeatElsewhere string    // where it is, of too many candidates; "" it is here or nowhere
}

func certaintyOf(r selection.Ranking, places []selection.Place, posts int) certaintyView {
	v := certaintyView{Unsure: unsure(r)}
	if isCompared(r) {
		v.First, v.Groups = r.Certainty(posts), groupsOf(r, places)
		v.Heat, v.HeatElsewhere = heatOf(r)
	}
	return v
}

// unsure says why there is no telling how sure one may be of the order; "" where
// there is.
func unsure(r selection.Ranking) string {
	switch {
	case len(r.Candidates) == 1:
		return "There is one candidate. A rank says nothing here, and there is nobody to be compared with: only the thresholds count."
	case anyAdjusted(r.Candidates):
		return ""
	case !slices.ContainsFunc(r.Candidates, func(p selection.Place) bool { return p.PanelMean != nil }):
		return "There are too few marks to tell: nobody has a composite."
	case r.Engine != ranking.Engine:
		return "It has not been computed: this ranking was worked out by " + r.Engine + ", which could not. " + closeness
	}
	return "It has not been computed: what to keep in mind, above, says why. " + closeness
}

const closeness = "Figures that lie close together do not say that one candidate is better than the other."
