package handlers

import (
	"slices"
	"strconv"

	"appointable/frameworks"
	"appointable/selection"
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
		Mean: figure(&a.Mean), Interval: span(a.Low, a.High), Rank: adjustedRankWords(*a, r),
		Meets: none, InPosts: selection.OfHundred(a.PInPosts), FirstWith: firstWith(place, f),
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

func rankInterval(place selection.Place) string {
	switch a := place.Adjusted; {
	case a == nil:
		return tooFew
	case a.RankLow == a.RankHigh:
		return strconv.Itoa(a.RankLow)
	default:
		return strconv.Itoa(a.RankLow) + " to " + strconv.Itoa(a.RankHigh)
	}
}

// ordersView is the adjusted order beside the panel's own.
type ordersView struct {
	Declared bool // the campaign's rule is the adjusted order
	Differ   []differenceView
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
		ranks := "adjusted rank " + adjustedRankWords(*place.Adjusted, r) + " (90% interval " + rankInterval(place) + ")"
		if !v.Declared {
			ranks = "rank " + rankWords(place, r) + ", " + ranks
		}
		v.Differ = append(v.Differ, differenceView{ID: placeID(place.Candidate), Candidate: place.Candidate, Ranks: ranks, Why: place.Difference})
	}
	return &v
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
