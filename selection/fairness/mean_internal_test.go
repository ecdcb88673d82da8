package fairness

import (
	"context"
	"testing"
)

// By hand: two exercises, two dimensions, two criteria of dimension 0 in
// exercise 0. Rater 1 did not see the second of them.
func TestMeansAreTakenLevelByLevel(t *testing.T) {
	s := &Scores{
		Campaigns: 1, Raters: 2, Exercises: 2, Dimensions: 2, Low: 1, High: 7,
		Cells:    []Cell{{0, 0, 0}, {1, 0, 0}, {2, 1, 0}, {0, 0, 1}},
		Campaign: []int32{0}, Group: []Side{Focal},
		Candidate: []int32{0, 0, 0, 0, 0, 0}, Rater: []int32{0, 1, 0, 0, 1, 1}, Cell: []int32{0, 0, 1, 2, 2, 3},
		Mark: []float64{3, 5, 7, 1, 2, 6},
	}
	a, err := s.arrange()
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.means(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		what string
		list []point
		want float64
	}{
		{"dimension 0 in exercise 0: (3+5)/2 and 7", m.meeting[0], 5.5},
		{"dimension 0 in exercise 1", m.meeting[1], 6},
		{"dimension 1 in exercise 0", m.meeting[2], 1.5},
		{"exercise 0: 5.5 and 1.5", m.exercise[0], 3.5},
		{"exercise 1", m.exercise[1], 6},
		{"dimension 0: 5.5 and 6", m.dimension[0], 5.75},
		{"dimension 1", m.dimension[1], 1.5},
		{"rater 0, dimension 0 in exercise 0: 3 and 7", m.rater[0], 5},
		{"rater 0, dimension 1 in exercise 0", m.rater[2], 1},
		{"rater 1, dimension 0 in exercise 0", m.rater[4], 5},
		{"rater 1, dimension 0 in exercise 1", m.rater[5], 6},
	} {
		if len(v.list) != 1 || v.list[0].y != v.want {
			t.Errorf("%s: %+v, want %g", v.what, v.list, v.want)
		}
	}
	if m.meeting[3] != nil || m.rater[1] != nil {
		t.Error("a mean where nobody marked")
	}
}

// By hand, the marks of the test above: rater 0 gave 3 and 1 where rater 1 gave
// 5 and 2; the other marks stand alone.
func TestRatersAreComparedWithTheirFellows(t *testing.T) {
	s := &Scores{
		Campaigns: 1, Raters: 3, Exercises: 1, Dimensions: 1, Low: 1, High: 7, Cells: []Cell{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}},
		Campaign: []int32{0}, Group: []Side{Focal},
		Candidate: []int32{0, 0, 0, 0, 0, 0}, Rater: []int32{0, 1, 2, 0, 1, 0}, Cell: []int32{0, 0, 0, 1, 1, 2},
		Mark: []float64{3, 5, 6, 1, 2, 7},
	}
	a, err := s.arrange()
	if err != nil {
		t.Fatal(err)
	}
	lists, err := a.besideFellows(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range []float64{((3 - 5.5) + (1 - 2)) / 2, ((5 - 4.5) + (2 - 1)) / 2., 6 - 4} {
		if len(lists[j]) != 1 || lists[j][0].y != want {
			t.Errorf("rater %d: %+v, want %g", j, lists[j], want)
		}
	}
}

// Two candidates, three criteria, the second candidate not seen on the third.
// Cell means are 4, 3 and 5: candidate 0 deviates by −1, 1 and 0.
func TestTheRestScoreLeavesItsCriterionOut(t *testing.T) {
	s := &Scores{
		Campaigns: 1, Raters: 1, Exercises: 1, Dimensions: 1, Low: 1, High: 7, Cells: []Cell{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}},
		Campaign: []int32{0, 0}, Group: []Side{Focal, Reference},
		Candidate: []int32{0, 0, 0, 1, 1}, Rater: []int32{0, 0, 0, 0, 0}, Cell: []int32{0, 1, 2, 0, 1},
		Mark: []float64{3, 4, 5, 5, 2},
	}
	a, err := s.arrange()
	if err != nil {
		t.Fatal(err)
	}
	cells := a.cellMeans()
	rest := cells.rest()
	for cell, want := range []float64{.5, -.5, 0} {
		near(t, "rest score", rest[0].without(cells.y[0][cell]-cells.mean[cell]), want, 1e-12)
	}
}

func TestVerdicts(t *testing.T) {
	for _, v := range []struct {
		low, high, q float64
		reason       Reason
		want         Verdict
	}{
		{-.5, -.1, .01, "", GapFound},
		{.1, .5, .01, "", GapFound},
		{-.5, -.1, .06, "", Inconclusive},
		{-.5, .01, .01, "", Inconclusive},
		{-.1, .19, .9, "", NoMaterialGap},
		{-.1, .21, .9, "", Inconclusive},
		{-.21, .1, .9, "", Inconclusive},
		{-.5, -.1, .01, "Too few.", TooFew},
	} {
		e := Effect{Interval: Interval{(v.low + v.high) / 2, v.low, v.high}, Reason: v.reason}
		if got := e.verdict(v.q, .2); got != v.want {
			t.Errorf("%+v: %s", v, got)
		}
	}
}
