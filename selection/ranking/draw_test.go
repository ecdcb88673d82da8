package ranking_test

import (
	"math/big"
	"slices"

	"pgregory.net/rapid"

	"appointable/selection/ranking"
)

// decimal is a number as a person types it: 45 and 1 is 4.5.
func decimal(digits, places int) *big.Rat {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	return new(big.Rat).SetFrac(big.NewInt(int64(digits)), power)
}

func float(x *big.Rat) float64 {
	f, _ := x.Float64()
	return f
}

// scale is a rating scale: marks are whole multiples of 1/10^places from low
// to high, step of them apart.
type scale struct{ low, high, step, places int }

func (s scale) mark(t *rapid.T, label string) *big.Rat {
	steps := rapid.IntRange(0, (s.high-s.low)/s.step).Draw(t, label)
	return decimal(s.low+steps*s.step, s.places)
}

var scales = []scale{
	{1, 7, 1, 0}, {1, 4, 1, 0}, {0, 100, 5, 1}, {10, 50, 1, 1}, {-3, 3, 1, 0}, {0, 100, 1, 0}, {1000, 7000, 1, 3}, {0, 1_000_000, 1, 3}, {1000, 7000, 5, 3},
}

// drawNaive makes a round as panels have them: some raters see some candidates
// in some exercises, some marks are missing, some candidates are alike.
func drawNaive(t *rapid.T) naive {
	s := rapid.SampledFrom(scales).Draw(t, "scale")
	n := naive{
		candidates: rapid.IntRange(1, 9).Draw(t, "candidates"), raters: rapid.IntRange(1, 7).Draw(t, "raters"),
		low: decimal(s.low, s.places), high: decimal(s.high, s.places), vetoMeans: ranking.Discuss,
	}
	equalWeights := rapid.Bool().Draw(t, "equal weights")
	for range rapid.IntRange(1, 4).Draw(t, "dimensions") {
		d := naiveDimension{weight: big.NewRat(1, 1), value: rapid.Bool().Draw(t, "value")}
		if !equalWeights {
			d.weight = decimal(rapid.IntRange(1, 400).Draw(t, "weight"), 1)
		}
		if rapid.IntRange(0, 2).Draw(t, "has minimum") == 0 {
			d.minimum = s.mark(t, "minimum")
		}
		n.dimensions = append(n.dimensions, d)
	}
	for range rapid.IntRange(1, 3).Draw(t, "exercises") {
		var criteria []naiveCriterion
		for range rapid.IntRange(1, 5).Draw(t, "criteria") {
			criteria = append(criteria, naiveCriterion{rapid.IntRange(0, len(n.dimensions)-1).Draw(t, "dimension")})
		}
		n.exercises = append(n.exercises, criteria)
	}
	n.drawGates(t, s)
	n.drawMarks(t, s)
	n.drawTests(t)
	chain := make([]int, len(n.dimensions))
	for k := range chain {
		chain[k] = k
	}
	n.ties = rapid.Permutation(chain).Draw(t, "chain")[:rapid.IntRange(0, len(chain)).Draw(t, "length of chain")]
	return n
}

func (n *naive) drawGates(t *rapid.T, s scale) {
	if rapid.Bool().Draw(t, "gate on composite") {
		n.composite = s.mark(t, "composite")
	}
	if rapid.Bool().Draw(t, "veto") {
		n.veto = s.mark(t, "veto mark")
	}
	if rapid.Bool().Draw(t, "veto means no") {
		n.vetoMeans = ranking.NotMet
	}
}

func (n *naive) drawMarks(t *rapid.T, s scale) {
	// Few different marks make many ties; a mark may also be any of the scale.
	usual := []*big.Rat{s.mark(t, "usual"), s.mark(t, "usual")}
	anyMark := rapid.Bool().Draw(t, "any mark")
	complete := rapid.Bool().Draw(t, "complete")
	for candidate := range n.candidates {
		if candidate > 0 && rapid.IntRange(0, 3).Draw(t, "twin") == 0 {
			n.twin(t, candidate)
			continue
		}
		for e, criteria := range n.exercises {
			for c := range criteria {
				for rater := range n.raters {
					m := naiveMark{candidate: candidate, rater: rater, exercise: e, criterion: c}
					absent := 0
					if !complete {
						absent = rapid.IntRange(0, 9).Draw(t, "absent")
					}
					switch {
					case absent > 7:
						continue
					case absent > 6: // not observed
					case anyMark:
						m.score = s.mark(t, "mark")
					default:
						m.score = rapid.SampledFrom(usual).Draw(t, "mark")
					}
					n.marks = append(n.marks, m)
				}
			}
		}
	}
}

// twin gives a candidate the marks of the one before, from raters in another
// order: on paper the same, in floating point not always.
func (n *naive) twin(t *rapid.T, candidate int) {
	raters := make([]int, n.raters)
	for i := range raters {
		raters[i] = i
	}
	raters = rapid.Permutation(raters).Draw(t, "raters of the twin")
	for _, m := range slices.Clone(n.marks) {
		if m.candidate == candidate-1 {
			m.candidate, m.rater = candidate, raters[m.rater]
			n.marks = append(n.marks, m)
		}
	}
}

func (n *naive) drawTests(t *rapid.T) {
	n.results = map[[2]int]*big.Rat{}
	for i := range rapid.IntRange(0, 3).Draw(t, "tests") {
		test := naiveTest{
			mean: decimal(rapid.IntRange(0, 1000).Draw(t, "mean"), 1), sd: decimal(rapid.IntRange(1, 200).Draw(t, "sd"), 1),
			share: decimal(rapid.IntRange(1, 20).Draw(t, "share"), 2),
		}
		for range n.dimensions {
			test.loads = append(test.loads, rapid.Bool().Draw(t, "loads"))
		}
		n.tests = append(n.tests, test)
		for candidate := range n.candidates {
			if rapid.IntRange(0, 3).Draw(t, "sat") > 0 {
				n.results[[2]int{candidate, i}] = decimal(rapid.IntRange(0, 1000).Draw(t, "result"), 1)
			}
		}
	}
}

// data is the same round in the columns of package ranking, and for each row
// the mark it came from; the rows stand in the order given.
func (n naive) data(order []int) (ranking.Data, []naiveMark) {
	d := ranking.Data{
		Candidates: n.candidates, Raters: n.raters, Exercises: len(n.exercises), Low: float(n.low), High: float(n.high),
		Ties: n.ties, Gates: ranking.Gates{Composite: optional(n.composite), Veto: optional(n.veto), VetoMeans: n.vetoMeans},
	}
	total := 0.0
	for _, dim := range n.dimensions {
		total += float(dim.weight)
	}
	for _, dim := range n.dimensions {
		d.Dimensions = append(d.Dimensions, ranking.Dimension{Weight: float(dim.weight) / total, Value: dim.value})
		d.Gates.Minimum = append(d.Gates.Minimum, optional(dim.minimum))
	}
	first := make([]int, len(n.exercises)) // cell of each exercise's first criterion
	for e, criteria := range n.exercises {
		first[e] = len(d.Cells)
		for _, c := range criteria {
			d.Cells = append(d.Cells, ranking.Cell{Exercise: e, Dimension: c.dimension})
		}
	}
	var rows []naiveMark
	for _, i := range order {
		m := n.marks[i]
		if m.score == nil {
			continue
		}
		rows = append(rows, m)
		d.Candidate = append(d.Candidate, int32(m.candidate))
		d.Rater = append(d.Rater, int32(m.rater))
		d.Cell = append(d.Cell, int32(first[m.exercise]+m.criterion))
		d.Score = append(d.Score, float(m.score))
	}
	for _, test := range n.tests {
		d.Tests = append(d.Tests, ranking.Test{Mean: float(test.mean), SD: float(test.sd), Share: float(test.share), Loads: test.loads})
	}
	for key, score := range n.results { // in the order of a map: none
		d.Results = append(d.Results, ranking.TestResult{Candidate: int32(key[0]), Test: int32(key[1]), Score: float(score)})
	}
	return d, rows
}

func optional(x *big.Rat) *float64 {
	if x == nil {
		return nil
	}
	f := float(x)
	return &f
}
