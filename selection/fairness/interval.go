package fairness

import (
	"cmp"
	"math"
	"slices"
)

// Interval is an estimate between its limits. None is NaN; Low may be 0 and
// High +Inf.
type Interval struct{ Estimate, Low, High float64 }

// excludes says that a value lies outside the interval.
func (i Interval) excludes(value float64) bool { return value < i.Low || value > i.High }

// Side says on which side of a comparison a group stands.
type Side string

// The sides, as counts.csv has them in its column focal.
const (
	Focal     Side = "yes"
	Reference Side = "no"
	Apart     Side = "" // not stated or not known: counted, and in no ratio
)

// Reason says in a plain sentence why there is no figure; "" where there is one.
type Reason string

// Verdict is what a comparison shows, in one of four words.
type Verdict string

// The verdicts.
const (
	TooFew        Verdict = "too-few"         // no outcome with these numbers could reach p < 0.05
	GapFound      Verdict = "gap"             // the interval excludes 1 and q < 0.05
	NoMaterialGap Verdict = "no-material-gap" // the interval lies within 0.8 to 1.25
	Inconclusive  Verdict = "inconclusive"    // anything else
)

// Alpha is the level of every test here.
const Alpha = 0.05

func significant(p float64) bool { return p < Alpha-1e-12 }

// Family is a set of tests that Benjamini–Hochberg treats as one.
type Family struct {
	Name     string `json:"name"`
	Families int    `json:"families"` // how many of this kind
	Tests    int    `json:"tests"`    // in all of them
	LeftOut  int    `json:"left_out"` // that no outcome could have made significant
	Method   string `json:"method"`
}

// BenjaminiHochberg gives for each p of a family its q.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q := make([]float64, len(p))
	smallest := 1.0
	for rank, i := range slices.Backward(order) {
		smallest = math.Min(smallest, p[i]*float64(len(p))/float64(rank+1))
		q[i] = smallest
	}
	return q
}
