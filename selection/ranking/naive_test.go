package ranking_test

import (
	"cmp"
	"math/big"
	"slices"

	"appointable/selection/ranking"
)

// naive is the panel's own figure once more, for the tests only: in rational
// numbers, so that nothing is rounded, and by walking over everything for
// every figure. It was written from the rule's text (marks averaged over
// raters, then criteria, then exercises, then weighted; what was not observed
// is skipped; composites equal at 0.01 tie), not from the code.
type naive struct {
	candidates, raters int
	dimensions         []naiveDimension
	exercises          [][]naiveCriterion // the criteria that each exercise marks
	low, high          *big.Rat
	marks              []naiveMark
	tests              []naiveTest
	results            map[[2]int]*big.Rat // by candidate and test
	composite, veto    *big.Rat            // gates; nil: none
	vetoMeans          ranking.Gate
	ties               []int
}

type naiveDimension struct {
	weight  *big.Rat // relative
	value   bool
	minimum *big.Rat // gate; nil: none
}

type naiveCriterion struct{ dimension int }

// naiveMark has a nil score where nothing was observed.
type naiveMark struct {
	candidate, rater, exercise, criterion int
	score                                 *big.Rat
}

type naiveTest struct {
	mean, sd, share *big.Rat
	loads           []bool
}

// mean is nil for nothing.
func mean(figures []*big.Rat) *big.Rat {
	if len(figures) == 0 {
		return nil
	}
	total := new(big.Rat)
	for _, f := range figures {
		total.Add(total, f)
	}
	return total.Quo(total, big.NewRat(int64(len(figures)), 1))
}

func (n naive) cell(candidate, exercise, criterion int) *big.Rat {
	var seen []*big.Rat
	for _, m := range n.marks {
		if m.candidate == candidate && m.exercise == exercise && m.criterion == criterion && m.score != nil {
			seen = append(seen, m.score)
		}
	}
	return mean(seen)
}

func (n naive) exercise(candidate, exercise, dimension int) *big.Rat {
	var seen []*big.Rat
	for c, criterion := range n.exercises[exercise] {
		if figure := n.cell(candidate, exercise, c); figure != nil && criterion.dimension == dimension {
			seen = append(seen, figure)
		}
	}
	return mean(seen)
}

func (n naive) panelMarks(candidate, dimension int) *big.Rat {
	var seen []*big.Rat
	for e := range n.exercises {
		if figure := n.exercise(candidate, e, dimension); figure != nil {
			seen = append(seen, figure)
		}
	}
	return mean(seen)
}

// onScale is midpoint + z·range/6, clipped.
func (n naive) onScale(test naiveTest, score *big.Rat) *big.Rat {
	z := new(big.Rat).Quo(new(big.Rat).Sub(score, test.mean), test.sd)
	sixth := new(big.Rat).Quo(new(big.Rat).Sub(n.high, n.low), big.NewRat(6, 1))
	middle := new(big.Rat).Quo(new(big.Rat).Add(n.high, n.low), big.NewRat(2, 1))
	figure := middle.Add(middle, z.Mul(z, sixth))
	switch {
	case figure.Cmp(n.low) < 0:
		return n.low
	case figure.Cmp(n.high) > 0:
		return n.high
	}
	return figure
}

func (n naive) dimension(candidate, dimension int) *big.Rat {
	marks := n.panelMarks(candidate, dimension)
	if marks == nil {
		return nil
	}
	panelShare, tests := big.NewRat(1, 1), new(big.Rat)
	for t, test := range n.tests {
		if score := n.results[[2]int{candidate, t}]; score != nil && test.loads[dimension] {
			panelShare.Sub(panelShare, test.share)
			tests.Add(tests, new(big.Rat).Mul(test.share, n.onScale(test, score)))
		}
	}
	return panelShare.Mul(panelShare, marks).Add(panelShare, tests)
}

// weighted is nil where a dimension that counts has no figure, or none counts.
func (n naive) weighted(candidate int, figure func(candidate, dimension int) *big.Rat, valuesOnly bool) *big.Rat {
	total, weights := new(big.Rat), new(big.Rat)
	for k, d := range n.dimensions {
		if valuesOnly && !d.value {
			continue
		}
		f := figure(candidate, k)
		if f == nil {
			return nil
		}
		total.Add(total, new(big.Rat).Mul(d.weight, f))
		weights.Add(weights, d.weight)
	}
	if weights.Sign() == 0 {
		return nil
	}
	return total.Quo(total, weights)
}

// hundredths rounds to 0.01, half-way up.
func hundredths(figure *big.Rat) int {
	x := new(big.Rat).Mul(figure, big.NewRat(100, 1))
	x.Add(x, big.NewRat(1, 2))
	floor, _ := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	return int(floor.Int64())
}

func (n naive) gates(candidate int) (ranking.Gate, []ranking.Breach) {
	var breaches []ranking.Breach
	notMet, discuss := false, false
	if c := n.weighted(candidate, n.panelMarks, false); c != nil && n.composite != nil && c.Cmp(n.composite) < 0 {
		breaches = append(breaches, ranking.Breach{Kind: ranking.BelowComposite, Dimension: -1, Row: -1})
		notMet = true
	}
	for k, d := range n.dimensions {
		m := n.panelMarks(candidate, k)
		if m == nil {
			breaches = append(breaches, ranking.Breach{Kind: ranking.Unobserved, Dimension: k, Row: -1})
			discuss = true
		} else if d.minimum != nil && m.Cmp(d.minimum) < 0 {
			breaches = append(breaches, ranking.Breach{Kind: ranking.BelowMinimum, Dimension: k, Row: -1})
			notMet = true
		}
	}
	for range n.vetoes(candidate) {
		breaches = append(breaches, ranking.Breach{Kind: ranking.Vetoed, Dimension: -1})
		notMet = notMet || n.vetoMeans == ranking.NotMet
		discuss = true
	}
	switch {
	case notMet:
		return ranking.NotMet, breaches
	case discuss:
		return ranking.Discuss, breaches
	}
	return ranking.Met, breaches
}

func (n naive) vetoes(candidate int) []naiveMark {
	var vetoes []naiveMark
	for _, m := range n.marks {
		if m.candidate == candidate && m.score != nil && n.veto != nil && m.score.Cmp(n.veto) <= 0 {
			vetoes = append(vetoes, m)
		}
	}
	return vetoes
}

// naivePlace is what the rule says of one candidate.
type naivePlace struct {
	candidate, rank          int
	composite, values, marks *big.Rat
	dimensions               []*big.Rat
	tied, sharing            []int // with the candidate itself; nil where there is nobody else
	brokenBy                 int
	gate                     ranking.Gate
	breaches                 []ranking.Breach
}

// separatedBy is the place in the chain of the first dimension in which two
// candidates differ at 0.01, or -1; better says for whom.
func (n naive) separatedBy(a, b naivePlace) (step int, aIsBetter bool) {
	for step, k := range n.ties {
		if x, y := hundredths(a.dimensions[k]), hundredths(b.dimensions[k]); x != y {
			return step, x > y
		}
	}
	return -1, false
}

// ahead says whether a is before b on the list for a reason other than its code.
func (n naive) ahead(a, b naivePlace) bool {
	switch {
	case a.composite == nil || b.composite == nil:
		return a.composite != nil && b.composite == nil
	case hundredths(a.composite) != hundredths(b.composite):
		return hundredths(a.composite) > hundredths(b.composite)
	}
	step, better := n.separatedBy(a, b)
	return step >= 0 && better
}

func (n naive) rank() []naivePlace {
	var places []naivePlace
	for c := range n.candidates {
		p := naivePlace{
			candidate: c, brokenBy: -1,
			composite: n.weighted(c, n.dimension, false), values: n.weighted(c, n.dimension, true), marks: n.weighted(c, n.panelMarks, false),
		}
		for k := range n.dimensions {
			p.dimensions = append(p.dimensions, n.dimension(c, k))
		}
		p.gate, p.breaches = n.gates(c)
		places = append(places, p)
	}
	for i := range places {
		p := &places[i]
		if p.composite == nil {
			continue
		}
		p.rank = 1
		latest := -1
		for _, other := range places {
			if n.ahead(other, *p) {
				p.rank++
			}
			if other.composite == nil || hundredths(other.composite) != hundredths(p.composite) {
				continue
			}
			p.tied = append(p.tied, other.candidate)
			step, _ := n.separatedBy(*p, other)
			if step < 0 {
				p.sharing = append(p.sharing, other.candidate)
			}
			latest = max(latest, step)
		}
		p.tied, p.sharing = severalOf(p.tied), severalOf(p.sharing)
		if latest >= 0 {
			p.brokenBy = n.ties[latest]
		}
	}
	slices.SortFunc(places, func(a, b naivePlace) int {
		switch {
		case n.ahead(a, b):
			return -1
		case n.ahead(b, a):
			return 1
		}
		return cmp.Compare(a.candidate, b.candidate)
	})
	return places
}

func severalOf(candidates []int) []int {
	if len(candidates) < 2 {
		return nil
	}
	return candidates
}
