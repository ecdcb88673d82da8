package mixedmodel_test

import (
	"slices"
	"testing"

	"appointable/selection/mixedmodel"
)

func one() []mixedmodel.Cell { return make([]mixedmodel.Cell, 1) }

func TestGroups(t *testing.T) {
	apart := rows(one(), [3]int32{0, 3, 0}, [3]int32{0, 1, 0}, [3]int32{1, 0, 0}, [3]int32{2, 4, 0}, [3]int32{1, 4, 0})
	apart.Raters = 6 // of whom 2 and 5 scored nobody
	check := func(name string, d mixedmodel.Data, want ...[]int32) {
		t.Helper()
		if got := mixedmodel.Groups(d); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: groups %v, want %v", name, got, want)
		}
	}
	check("two panels", apart, []int32{0, 4}, []int32{1, 3})
	check("one bridge", rows(one(), [3]int32{0, 3, 0}, [3]int32{0, 1, 0}, [3]int32{1, 0, 0}, [3]int32{1, 3, 0}), []int32{0, 1, 3})
	check("a chain", rows(one(), [3]int32{0, 2, 0}, [3]int32{0, 1, 0}, [3]int32{1, 1, 0}, [3]int32{1, 0, 0}), []int32{0, 1, 2})
	check("one rater a candidate", rows(one(), [3]int32{0, 1, 0}, [3]int32{1, 0, 0}), []int32{0}, []int32{1})
	check("nothing", mixedmodel.Data{Candidates: 2, Raters: 2})
}

func TestGroupsOfSimulatedPanels(t *testing.T) {
	for name, want := range map[string]int{"disc_two_panels.csv": 2, "disc_one_bridge.csv": 1, "disc_complete.csv": 1} {
		d := published(t, name, layout{"cand", "rater", "ex", "value", "y"})
		if got := mixedmodel.Groups(d); len(got) != want {
			t.Errorf("%s: %d groups, want %d", name, len(got), want)
		}
	}
}

// complete is every candidate by every rater in every cell, which then loses
// the rows that keep refuses.
func complete(candidates, raters int32, cells []mixedmodel.Cell, keep func(i, j, c int32) bool) mixedmodel.Data {
	var list [][3]int32
	for i := range candidates {
		for j := range raters {
			for c := range int32(len(cells)) {
				if keep == nil || keep(i, j, c) {
					list = append(list, [3]int32{i, j, c})
				}
			}
		}
	}
	return rows(cells, list...)
}

// twoByTwo is two dimensions in each of two exercises.
func twoByTwo() []mixedmodel.Cell {
	return []mixedmodel.Cell{{Exercise: 0, Dimension: 0}, {Exercise: 0, Dimension: 1}, {Exercise: 1, Dimension: 0}, {Exercise: 1, Dimension: 1}}
}

func TestConfounded(t *testing.T) {
	const (
		candidate = mixedmodel.CandidateEffect
		exercise  = mixedmodel.CandidateExerciseEffect
		halo      = mixedmodel.CandidateRaterEffect
		rater     = mixedmodel.RaterEffect
		liking    = mixedmodel.RaterDimensionEffect
		residual  = mixedmodel.ResidualEffect
	)
	all := mixedmodel.AllTerms()
	for _, c := range []struct {
		name  string
		data  mixedmodel.Data
		terms mixedmodel.Terms
		want  [][]mixedmodel.Effect
	}{
		{"a complete panel", complete(3, 3, twoByTwo(), nil), all, nil},
		{"one rater a candidate", complete(4, 2, twoByTwo(), func(i, j, _ int32) bool { return i%2 == j }), all, [][]mixedmodel.Effect{{candidate, halo}}},
		{"the same without the halo", complete(4, 2, twoByTwo(), func(i, j, _ int32) bool { return i%2 == j }),
			mixedmodel.Terms{Candidate: true, CandidateExercise: true, Rater: true, RaterDimension: true}, nil},
		{"one exercise", complete(3, 3, twoByTwo()[:2], nil), all, [][]mixedmodel.Effect{{candidate, exercise}}},
		{"an exercise for each dimension", complete(3, 3, []mixedmodel.Cell{{Exercise: 0, Dimension: 0}, {Exercise: 0, Dimension: 0}, {Exercise: 1, Dimension: 1}}, nil), all, [][]mixedmodel.Effect{{candidate, exercise}}},
		{"one score per candidate and dimension", complete(3, 1, twoByTwo(), func(_, _, c int32) bool { return c == 0 || c == 3 }),
			mixedmodel.Terms{Candidate: true}, [][]mixedmodel.Effect{{candidate, residual}}},
		{"one score per candidate and rater", complete(3, 3, one(), nil), mixedmodel.Terms{Candidate: true, CandidateRater: true, Rater: true},
			[][]mixedmodel.Effect{{halo, residual}}},
		{"raters who meet one candidate each", complete(3, 6, twoByTwo(), func(i, j, _ int32) bool { return j/2 == i }), all, [][]mixedmodel.Effect{{halo, rater}}},
		{"one dimension", complete(3, 3, []mixedmodel.Cell{{Exercise: 0}, {Exercise: 1}}, nil), all, [][]mixedmodel.Effect{{rater, liking}}},
		{"one score of each", complete(3, 3, one(), func(i, j, _ int32) bool { return i == j }), all,
			[][]mixedmodel.Effect{{candidate, exercise, halo, rater, liking, residual}}},
		{"nothing", mixedmodel.Data{}, mixedmodel.Terms{}, nil},
	} {
		if got := mixedmodel.Confounded(c.data, c.terms); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAbsorbed(t *testing.T) {
	ownCell := complete(3, 2, twoByTwo()[:2], func(_, j, c int32) bool { return j == c })
	for _, c := range []struct {
		name string
		data mixedmodel.Data
		want []mixedmodel.Effect
	}{
		{"a complete panel", complete(3, 3, twoByTwo(), nil), nil},
		{"a rater for each cell", ownCell, []mixedmodel.Effect{mixedmodel.RaterEffect, mixedmodel.RaterDimensionEffect}},
		{"one rater", complete(3, 1, twoByTwo(), nil), []mixedmodel.Effect{mixedmodel.RaterEffect, mixedmodel.RaterDimensionEffect}},
		{"one candidate", complete(1, 3, twoByTwo(), nil), []mixedmodel.Effect{mixedmodel.CandidateEffect, mixedmodel.CandidateExerciseEffect}},
	} {
		if got := mixedmodel.Absorbed(c.data, mixedmodel.AllTerms()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := mixedmodel.Absorbed(ownCell, mixedmodel.Terms{Candidate: true}); got != nil {
		t.Errorf("terms that are off: %v", got)
	}
}

func TestStrained(t *testing.T) {
	scored := func(scores ...float64) mixedmodel.Data { return mixedmodel.Data{Score: scores} }
	for _, c := range []struct {
		name                 string
		data                 mixedmodel.Data
		equal, coarse, piled bool
	}{
		{"all the same", scored(4, 4, 4), true, true, false},
		{"four categories", scored(2, 3, 4, 5, 5), false, true, false},
		{"five", scored(2, 3, 4, 5, 6), false, false, false},
		{"one in five at the floor", scored(1, 2.5, 3, 4, 5), false, false, true},
		{"one in five at the ceiling", scored(7, 2.5, 3, 4, 5), false, false, true},
		{"one in six", scored(1, 2, 3, 4, 5, 7), false, false, false},
	} {
		s := mixedmodel.Strained(c.data, 1, 7)
		if s.Equal() != c.equal || s.Coarse() != c.coarse || s.Piled() != c.piled {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}
