package ranking_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"appointable/selection/ranking"
)

func TestPanelMeanIsTheRuleInRationalNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t)
		d, rows := n.data(drawOrder(t, len(n.marks)))
		standings := ranking.PanelMean(d)
		places := n.rank()
		if len(standings) != len(places) {
			t.Fatalf("%d standings of %d candidates", len(standings), len(places))
		}
		for i, want := range places {
			n.compare(t, want, standings[i], rows)
		}
	})
}

func drawOrder(t *rapid.T, n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if n == 0 {
		return order
	}
	return rapid.Permutation(order).Draw(t, "order of rows")
}

func (n naive) compare(t *rapid.T, want naivePlace, got ranking.Standing, rows []naiveMark) {
	if got.Candidate != want.candidate || got.Rank != want.rank {
		t.Fatalf("candidate %d has rank %d where the rule has candidate %d with rank %d", got.Candidate, got.Rank, want.candidate, want.rank)
	}
	ties := cmp.Diff([]any{want.tied, want.sharing, want.brokenBy}, []any{got.Tied, got.Sharing, got.BrokenBy})
	if ties != "" {
		t.Fatalf("ties of candidate %d: %s", want.candidate, ties)
	}
	n.close(t, "composite", want.composite, got.Composite)
	n.close(t, "values", want.values, got.Values)
	n.close(t, "marks", want.marks, got.Marks)
	for k, dimension := range got.Dimensions {
		n.close(t, "dimension's marks", n.panelMarks(want.candidate, k), dimension.Marks)
		n.close(t, "dimension", n.dimension(want.candidate, k), dimension.Score)
		n.compareSteps(t, want.candidate, k, dimension, rows)
	}
	n.compareGates(t, want, got, rows)
}

// compareSteps compares what led to a dimension's figure.
func (n naive) compareSteps(t *rapid.T, candidate, k int, got ranking.DimensionMean, rows []naiveMark) {
	seen := 0
	for e := range n.exercises {
		want := n.exercise(candidate, e, k)
		if want == nil {
			continue
		}
		if seen == len(got.Exercises) || got.Exercises[seen].Exercise != e {
			t.Fatalf("candidate %d, dimension %d: exercise %d is not among %v", candidate, k, e, got.Exercises)
		}
		n.close(t, "exercise", want, got.Exercises[seen].Mean)
		for _, cell := range got.Exercises[seen].Cells {
			var marks []*big.Rat
			for _, row := range cell.Rows {
				if rows[row].candidate != candidate || rows[row].exercise != e || n.exercises[e][rows[row].criterion].dimension != k {
					t.Fatalf("candidate %d, dimension %d, exercise %d has the mark %v", candidate, k, e, rows[row])
				}
				marks = append(marks, rows[row].score)
			}
			n.close(t, "cell", mean(marks), cell.Mean)
			n.close(t, "cell", n.cell(candidate, e, rows[cell.Rows[0]].criterion), cell.Mean)
		}
		seen++
	}
	if seen != len(got.Exercises) {
		t.Fatalf("candidate %d, dimension %d: %d exercises of %d", candidate, k, len(got.Exercises), seen)
	}
	entered := 0
	for i, test := range n.tests {
		result := n.results[[2]int{candidate, i}]
		if result == nil || !test.loads[k] {
			continue
		}
		if entered == len(got.Tests) || got.Tests[entered].Test != i {
			t.Fatalf("candidate %d, dimension %d: test %d is not among %v", candidate, k, i, got.Tests)
		}
		n.close(t, "test", n.onScale(test, result), got.Tests[entered].Score)
		n.close(t, "share", test.share, got.Tests[entered].Share)
		entered++
	}
	if entered != len(got.Tests) {
		t.Fatalf("candidate %d, dimension %d: %d tests entered, not %d", candidate, k, len(got.Tests), entered)
	}
}

// compareGates compares verdict and breaches; of the vetoes, which stand last,
// it compares the marks, whatever their order.
func (n naive) compareGates(t *rapid.T, want naivePlace, got ranking.Standing, rows []naiveMark) {
	vetoed := map[naiveMark]int{}
	for _, m := range n.vetoes(want.candidate) {
		vetoed[m]++
	}
	breaches := []ranking.Breach{}
	for _, b := range got.Breaches {
		if b.Kind == ranking.Vetoed {
			vetoed[rows[b.Row]]--
			b.Row = 0
		}
		breaches = append(breaches, b)
	}
	for m, left := range vetoed {
		if left != 0 {
			t.Fatalf("the veto %v of candidate %d is told %d times too few", m, want.candidate, left)
		}
	}
	if got.Gate != want.gate {
		t.Fatalf("the gates say %s of candidate %d, not %s", got.Gate, want.candidate, want.gate)
	}
	if diff := cmp.Diff(want.breaches, breaches, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("breaches of candidate %d: %s", want.candidate, diff)
	}
}

// close compares a figure within 1e-12 of the scale's upper end, where that is
// above 1, and exactly as ties see it; nothing is NaN.
func (n naive) close(t *rapid.T, what string, want *big.Rat, got float64) {
	t.Helper()
	if want == nil {
		if !math.IsNaN(got) {
			t.Fatalf("%s: %v where there is no figure", what, got)
		}
		return
	}
	if math.IsNaN(got) {
		t.Fatalf("%s: no figure, want %s", what, want.FloatString(15))
	}
	off := new(big.Rat).Sub(new(big.Rat).SetFloat64(got), want)
	if math.Abs(float(off)) > 1e-12*max(1, float(n.high)) {
		t.Fatalf("%s: %v, want %s", what, got, want.FloatString(15))
	}
	if ranking.Hundredths(got) != hundredths(want) {
		t.Fatalf("%s: %v is seen as %d hundredths, %s as %d", what, got, ranking.Hundredths(got), want.FloatString(15), hundredths(want))
	}
}

// A row of another order changes no bit of any figure.
func TestNoOrderOfRowsChangesABit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t)
		d, rows := n.data(drawOrder(t, len(n.marks)))
		again, rowsAgain := n.data(drawOrder(t, len(n.marks)))
		got, gotAgain := withMarks(ranking.PanelMean(d), rows), withMarks(ranking.PanelMean(again), rowsAgain)
		if diff := cmp.Diff(got, gotAgain, sameBits); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Nor does another order of the raters: who is called R1 is chance.
func TestNoOrderOfRatersChangesABit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t)
		order := drawOrder(t, len(n.marks))
		d, rows := n.data(order)
		raters := make([]int, n.raters)
		for i := range raters {
			raters[i] = i
		}
		raters = rapid.Permutation(raters).Draw(t, "raters")
		renamed := d
		renamed.Rater = make([]int32, len(d.Rater))
		for i, r := range d.Rater {
			renamed.Rater[i] = int32(raters[r])
		}
		got, gotRenamed := withMarks(ranking.PanelMean(d), rows), withMarks(ranking.PanelMean(renamed), rows)
		if diff := cmp.Diff(got, gotRenamed, sameBits, cmpopts.IgnoreFields(naiveMark{}, "rater")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// marked is a standing with the marks that its rows stand for.
type marked struct {
	Standing ranking.Standing
	Marks    []naiveMark
}

func withMarks(standings []ranking.Standing, rows []naiveMark) []marked {
	var all []marked
	for _, s := range standings {
		m := marked{Standing: s}
		for _, b := range s.Breaches {
			if b.Kind == ranking.Vetoed {
				m.Marks = append(m.Marks, rows[b.Row])
			}
		}
		for _, d := range s.Dimensions {
			for _, e := range d.Exercises {
				for _, c := range e.Cells {
					for _, row := range c.Rows {
						m.Marks = append(m.Marks, rows[row])
					}
				}
			}
		}
		all = append(all, m)
	}
	return all
}

var sameBits = cmp.Options{
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
	cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
	cmpopts.IgnoreFields(ranking.Breach{}, "Row"), // which row it is: see withMarks
	cmpopts.IgnoreFields(ranking.CellMean{}, "Rows"),
	cmp.AllowUnexported(naiveMark{}),
}
