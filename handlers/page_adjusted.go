package handlers

import (
	"cmp"
	"slices"
	"strconv"

	"appointable/frameworks"
	"appointable/selection"
	"appointable/selection/ranking"
)

// adjustedView is where the model sees a candidate, each figure with its
// interval.
type adjustedView struct {
	Mean, Interval string
	Rank           string
	Meets          string // how often the thresholds are met, of 100
	InPosts        string // how often among as many as there are posts
	FirstWith      string // where weights are ranges: with which the candidate is first
}

// tooFew stands where there is no interval: a bare figure would look certain.
const tooFew = "too few to tell"

func anyAdjusted(places []selection.Place) bool {
	return slices.ContainsFunc(places, func(p selection.Place) bool { return p.Adjusted != nil })
}

func adjustedOf(place selection.Place, r selection.Ranking, f frameworks.Framework) *adjustedView {
	a := place.Adjusted
	if a == nil {
		return nil
	}
	v := adjustedView{
		Mean: figure(&a.Mean), Interval: span(a.Low, a.High), Rank: adjustedRankWords(place, r),
		Meets: none, InPosts: none,
	}
	if adjustedRank(place, r) > 0 {
		v.InPosts, v.FirstWith = selection.OfHundred(*a.PInPosts), firstWith(place, f)
	}
	if a.PAppointable != nil {
		v.Meets = selection.OfHundred(*a.PAppointable)
	}
	return &v
}

// firstWith says for whom the ranges of the weights leave room to be first.
func firstWith(place selection.Place, f frameworks.Framework) string {
	a := place.Adjusted
	if a.Confidence == nil || len(a.CentralWeights) != len(f.Dimensions) {
		return ""
	}
	var weights []string
	for i, d := range f.Dimensions {
		weights = append(weights, d.Title+" "+percent(a.CentralWeights[i]))
	}
	return "Weights are declared as ranges. Where " + place.Candidate + " is first they are on average " + listed(weights) +
		"; with these, " + place.Candidate + " is first in " + selection.InHundred(*a.Confidence) + " sets of values."
}

// isCompared tells whether ranks were compared: one candidate's says nothing.
func isCompared(r selection.Ranking) bool { return len(r.Candidates) > 1 && anyAdjusted(r.Candidates) }

// adjustedRank is 0 where there is none. Where the adjusted order is the rule,
// it is the rank: who has none by the rule has none here.
func adjustedRank(place selection.Place, r selection.Ranking) int {
	switch {
	case place.Adjusted == nil || place.Adjusted.Rank == nil:
		return 0
	case r.Rule == selection.Adjusted:
		return declaredRank(place)
	}
	return *place.Adjusted.Rank
}

func adjustedRankWords(place selection.Place, r selection.Ranking) string {
	return sharedRank(adjustedRank(place, r), r, func(p selection.Place) int { return adjustedRank(p, r) })
}

// rankInterval is that of the adjusted rank: the panel's own has none. It is ""
// for somebody without an adjusted rank.
func rankInterval(place selection.Place, r selection.Ranking) string {
	switch a := place.Adjusted; {
	case adjustedRank(place, r) == 0:
		return ""
	case a.RankLow == a.RankHigh:
		return strconv.Itoa(a.RankLow)
	default:
		return strconv.Itoa(a.RankLow) + " to " + strconv.Itoa(a.RankHigh)
	}
}

// ranksInWords is a candidate's rank, and the adjusted one with its interval
// where ranks were compared. By the rule adjusted the two are one.
func ranksInWords(place selection.Place, r selection.Ranking) string {
	words := "rank " + rankWords(place, r)
	if !isCompared(r) {
		return words
	}
	if r.Rule != selection.Adjusted {
		if place.Adjusted == nil {
			return words + "; adjusted rank: " + tooFew
		}
		words += "; adjusted rank " + adjustedRankWords(place, r)
	}
	if interval := rankInterval(place, r); interval != "" {
		words += ", 90% interval " + interval
	}
	return words
}

// ordersView is the adjusted order beside the panel's own.
type ordersView struct {
	Declared bool // the campaign's rule is the adjusted order
	Differ   []differenceView
	Words    string // what is said of the two orders where nobody is placed the other way round
}

// differenceView is a candidate whom the two orders place differently, and why.
type differenceView struct{ ID, Candidate, Ranks, Why string }

// ordersOf is nil where there are no two orders to compare.
func ordersOf(r selection.Ranking, places []selection.Place) *ordersView {
	if !isCompared(r) {
		return nil
	}
	v := ordersView{Declared: r.Rule == selection.Adjusted}
	for _, place := range places {
		if place.Difference == "" || place.Adjusted == nil || place.Rank == nil {
			continue
		}
		v.Differ = append(v.Differ, differenceView{ID: placeID(place.Candidate), Candidate: place.Candidate, Ranks: ranksInWords(place, r), Why: place.Difference})
	}
	switch {
	case len(v.Differ) > 0:
	case ordersAgree(r):
		v.Words = "Both orders agree."
	case v.Declared:
		v.Words = "By composite alone not everybody would have the same rank: compare composites and ranks in the table above. A rank that is shared does not separate those who share it."
	default:
		v.Words = "The two orders do not give everybody the same rank: the table above has both. A rank that is shared does not separate those who share it."
	}
	return &v
}

// ordersAgree tells whether everybody, on this part of the page or not, has the
// same rank in both orders.
func ordersAgree(r selection.Ranking) bool {
	panel := declaredRank
	if r.Rule == selection.Adjusted {
		ranks := compositeRanks(r)
		panel = func(p selection.Place) int { return ranks[p.Candidate] }
	}
	return !slices.ContainsFunc(r.Candidates, func(p selection.Place) bool { return panel(p) != adjustedRank(p, r) })
}

// compositeRanks are by the panel's composite alone, without the declared ties.
// Who has no composite has none.
func compositeRanks(r selection.Ranking) map[string]int {
	with := slices.DeleteFunc(slices.Clone(r.Candidates), func(p selection.Place) bool { return p.PanelMean == nil })
	composite := func(p selection.Place) int { return ranking.Hundredths(*p.PanelMean) }
	slices.SortFunc(with, func(a, b selection.Place) int { return cmp.Compare(composite(b), composite(a)) })
	ranks := map[string]int{}
	for i, place := range with {
		ranks[place.Candidate] = i + 1
		if i > 0 && composite(place) == composite(with[i-1]) {
			ranks[place.Candidate] = ranks[with[i-1].Candidate]
		}
	}
	return ranks
}

// fitView is how the adjusted figures were come by.
type fitView struct {
	Words    string
	Warnings []string
	Prior    string // which it was, and how much it weighs
	Draws    string
	Seed     int64
}

func fitOf(r selection.Ranking) *fitView {
	if r.Fit == nil {
		return nil
	}
	v := fitView{Words: fitWords(*r.Fit), Warnings: r.Fit.Warnings, Draws: thousands(r.Draws), Seed: r.Seed}
	if r.Prior != nil {
		v.Prior = r.Prior.Words
	}
	return &v
}

func fitWords(f selection.FitRecord) string {
	words := "Mixed model on " + counted(f.N, "mark", "marks") + ", "
	switch f.Method {
	case "map":
		words += "by maximum a posteriori (MAP): marks and prior together. "
	case "reml":
		words += "by restricted maximum likelihood (REML): marks alone. "
	default:
		return words + "with variance components that were given."
	}
	if f.Converged {
		return words + "The fit converged."
	}
	return words + "The fit did not converge: read every adjusted figure with care."
}
