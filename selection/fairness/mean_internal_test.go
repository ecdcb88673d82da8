package fairness

import (
	"context"
	"testing"
)

// By hand: two exercises, two dimensions, two criteria of dimension 0 in
// exercise 0. Rater 1 did not see the second of them.
func TestMeansAreTakenLevelByLevel(t *testing.T) {
	s := &Scores{
		Campaigns: 1, Raters: 2, Exercises: 2, Dimensions: 2,
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
