// Package ranking turns the marks of a round into an order of candidates and
// says how the order came about.
//
// It works on plain columns of numbers and knows no names: package selection
// gives it codes as indices and turns its findings into words. Everything here
// is pure and gives the same result, to the last bit, whatever the order of the
// rows.
package ranking

import "slices"

// Data is one round in columns. Every index counts from 0. The caller has
// validated it: indices in range, scores finite and on the scale, weights
// positive and summing to 1, no (candidate, rater, cell) twice.
type Data struct {
	Candidates int // how many; a candidate without rows stays in the result, without a rank
	Raters     int
	Exercises  int
	Dimensions []Dimension
	Cells      []Cell // each criterion × exercise of the blueprint, exercise by exercise
	Low, High  float64

	// One row an observed mark. What was not observed has no row.
	Candidate []int32
	Rater     []int32
	Cell      []int32
	Score     []float64

	Tests   []Test // the weighted psychometric scales; inform-only ones never reach this package
	Results []TestResult

	Gates Gates
	Ties  []int // dimensions, in the order in which they break a tie
}

// Dimension is a value or competency: its share of the composite, and whether
// it belongs to the composite of the values alone.
type Dimension struct {
	Weight float64 // normalised: the weights sum to 1
	Value  bool
}

// Cell is one criterion as seen in one exercise.
type Cell struct {
	Exercise  int
	Dimension int
}

// Test is a psychometric scale that counts: z = (score − Mean)/SD enters each
// loaded dimension with weight Share.
type Test struct {
	Mean, SD float64
	Share    float64 // 0 < Share ≤ 0.20
	Loads    []bool  // by dimension
}

// TestResult is what one candidate scored on one scale.
type TestResult struct {
	Candidate, Test int32
	Score           float64
}

// Gates are the panel's declared thresholds. They look at panel marks only,
// never at psychometrics, and they never decide: they say what the panel should
// look at.
type Gates struct {
	Composite *float64   // nil: no threshold
	Minimum   []*float64 // by dimension; nil: none
	Veto      *float64   // a mark at or below it is a veto
	VetoMeans Gate       // Discuss or NotMet
}

// Thresholds reports whether there is a threshold to be above; a veto is none.
func (g Gates) Thresholds() bool {
	return g.Composite != nil || slices.ContainsFunc(g.Minimum, func(m *float64) bool { return m != nil })
}

// Gate is what the gates say of a candidate.
type Gate string

// What gates can say.
const (
	Met     Gate = "gates-met"
	Discuss Gate = "discuss"
	NotMet  Gate = "gates-not-met"
)
