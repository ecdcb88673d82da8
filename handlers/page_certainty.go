package handlers

import (
	"slices"
	"strconv"

	"appointable/selection"
	"appointable/selection/ranking"
)

// certaintyView is how sure one may be of the order.
type certaintyView struct {
	Unsure string // why there is no telling; "" there is
	First  string // the sentence that says what a probability is
	Groups []groupView
	Heat   *heatView // nil: too many candidates, or one
}

func certaintyOf(r selection.Ranking, places []selection.Place, posts int) certaintyView {
	v := certaintyView{Unsure: unsure(r)}
	if isCompared(r) {
		v.First, v.Groups, v.Heat = firstWords(r, posts), groupsOf(r, places), heatOf(places)
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

// firstWords is the sentence that says what a probability is, of whoever most
// often has the highest composite, and of the panel's first where that is
// somebody else.
func firstWords(r selection.Ranking, posts int) string {
	var code, what string
	best := -1.0
	for _, place := range r.Candidates {
		if p, means := pFirst(place, posts); p > best {
			code, what, best = place.Candidate, means, p
		}
	}
	words := "In " + inHundred(best) + " sets of values consistent with these marks and assumptions, " + code + " " + what + ". This is not the chance of being the best doctor."
	if first := r.Candidates[0]; first.Candidate != code {
		if p, _ := pFirst(first, posts); p >= 0 {
			words += " For " + first.Candidate + ", first in the order above, it is " + inHundred(p) + "."
		}
	}
	return words
}

// pFirst is the probability of the highest composite; in a round too large for
// a table of ranks, that of being among as many as there are posts. It is -1
// for somebody without an adjusted place.
func pFirst(place selection.Place, posts int) (p float64, means string) {
	const first = "has the highest composite"
	switch a := place.Adjusted; {
	case a == nil:
		return -1, ""
	case len(a.PRank) > 0:
		return a.PRank[0], first
	case posts == 1:
		return a.PInPosts, first
	default:
		return a.PInPosts, "is among the first " + strconv.Itoa(posts)
	}
}
