package handlers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"appointable/selection/fairness"
)

// place reads a place in per cent.
func place(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTheScaleOfRatiosIsLogarithmic(t *testing.T) {
	equal(t, forestX(0.25), "4.00%")
	equal(t, forestX(1), "50.00%")
	equal(t, forestX(4), "96.00%")
	equal(t, forestX(0.5), "27.00%") // half as often is as far from even as twice as often
	equal(t, forestX(2), "73.00%")
	if below, above := 50-forestAt(.8), forestAt(1.25)-50; math.Abs(below-above) > 1e-9 {
		t.Errorf("0.8 lies %g from 1, 1.25 lies %g", below, above)
	}
	equal(t, forestX(0), "4.00%")
	equal(t, forestX(math.Inf(1)), "96.00%")
	for ratio := 0.3; ratio < 3.9; ratio += .1 {
		if forestAt(ratio) >= forestAt(ratio+.1) {
			t.Errorf("%g does not lie left of %g", ratio, ratio+.1)
		}
	}
}

func TestIntervalsAreCutWhereTheScaleEnds(t *testing.T) {
	for _, c := range []struct {
		low         float64
		high        *float64
		from, to    string
		left, right bool
	}{
		{0.5, float(2), "27.00%", "73.00%", false, false},
		{0.25, float(4), "4.00%", "96.00%", false, false},
		{0.1, float(2), "4.00%", "73.00%", true, false},
		{0.5, float(9), "27.00%", "96.00%", false, true},
		{0.5, nil, "27.00%", "96.00%", false, true},
		{0, nil, "4.00%", "96.00%", true, true},
		{5, float(9), "96.00%", "96.00%", false, true},
		{0.01, float(0.02), "4.00%", "4.00%", true, false},
	} {
		b := barOf(c.low, c.high, 10)
		equal(t, fmt.Sprint(b.X, b.End, b.Left, b.Right), fmt.Sprint(c.from, c.to, c.left, c.right))
		equal(t, b.Width, perCent(place(t, c.to)-place(t, c.from)))
	}
}

func TestRowsOfAForestDoNotOverlap(t *testing.T) {
	rows := make([]comparison, 4)
	for i := range rows {
		rows[i] = comparison{name: fmt.Sprint(i), ratio: float(1), low: float(.5), high: float(2), within: &fairness.PooledRatio{Low: float(.5)}}
	}
	f := forestOf("f", "title", "says", rows)
	last := 0.0
	for i, row := range f.Rows {
		equal(t, row.Name, fmt.Sprint(i))
		for _, y := range []string{row.NameY, row.FiguresY, row.LineY, row.Thin.Top} {
			if at := place(t, y); at <= last {
				t.Errorf("row %d: %s does not lie below %g", i, y, last)
			} else {
				last = at
			}
		}
	}
	if place(t, f.Foot) < last || place(t, f.Label) < place(t, f.Foot) || place(t, f.Ways) > place(t, f.Height) {
		t.Error("the foot is not at the foot")
	}
}

func TestWhatHasNoFigureHasNoMark(t *testing.T) {
	equal(t, comparison{low: float(2), high: nil}.row(0).X, "")
	equal(t, comparison{ratio: float(9), low: float(5), high: nil, shape: "square"}.row(0).Shape, "") // off the scale
	hidden := comparison{name: "Shortlisted", verdict: "Not shown"}.row(0)
	equal(t, hidden.Bar == nil && hidden.Thin == nil && hidden.X == "", true)
	equal(t, comparison{within: &fairness.PooledRatio{Suppressed: true, Low: float(1)}}.row(0).Thin == nil, true)
}

func TestEveryVerdictHasAShapeAndWords(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range []fairness.Verdict{fairness.GapFound, fairness.NoMaterialGap, fairness.Inconclusive, fairness.TooFew} {
		words, _ := verdictNamed(v, false)
		if words == "" || seen[words] || shapeOf(v) == "" {
			t.Errorf("%s: %q, %q", v, words, shapeOf(v))
		}
		seen[words] = true
	}
	equal(t, shapeOf(fairness.GapFound) != shapeOf(fairness.NoMaterialGap) && shapeOf(fairness.NoMaterialGap) != shapeOf(fairness.TooFew), true)
	words, _ := verdictNamed(fairness.GapFound, true)
	equal(t, words, "Not shown")
}
