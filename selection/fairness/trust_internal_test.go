package fairness

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// trust describes the trust that a test simulates: the model of ratings with
// its default components on a 7-point scale (statistics.md §1 and §4), the
// marks whole numbers, a group of a given share, and a gap planted in one
// exercise.
type trust struct {
	campaigns, candidates, raters, exercises, dimensions, criteria int

	panels int // the trust's raters are so many panels' worth; 0 is 4

	focal   float64 // the share of the focal group
	gap     float64 // marks lost by the focal group in exercise 0
	ability float64 // marks by which the focal group really is lower, everywhere
}

func small() trust {
	return trust{campaigns: 200, candidates: 6, raters: 4, exercises: 4, dimensions: 2, criteria: 1, focal: .35}
}

// simulate draws the marks, from 1 to 7 on a scale that leaves room for what a
// test adds to them. Raters are the trust's own: each panel is drawn from them.
func (u trust) simulate(g *rand.Rand) *Scores {
	s := &Scores{Campaigns: u.campaigns, Raters: cmp.Or(u.panels, 4) * u.raters, Exercises: u.exercises, Dimensions: u.dimensions, Low: -4, High: 14}
	for e := range u.exercises {
		for k := range u.dimensions {
			for c := range u.criteria {
				s.Cells = append(s.Cells, Cell{Criterion: k*u.criteria + c, Dimension: k, Exercise: e})
			}
		}
	}
	n := func(variance float64) float64 { return math.Sqrt(variance) * g.NormFloat64() }
	draw := func(n2 int, variance float64) []float64 {
		x := make([]float64, n2)
		for i := range x {
			x[i] = n(variance)
		}
		return x
	}
	severity := draw(s.Raters, .20)
	for c := range u.campaigns {
		panel := g.Perm(s.Raters)[:u.raters]
		level := 4.3 + n(.1)
		for range u.candidates {
			i := len(s.Campaign)
			side, gap, ability := Reference, 0., 0.
			if g.Float64() < u.focal {
				side, gap, ability = Focal, u.gap, u.ability
			}
			s.Campaign, s.Group = append(s.Campaign, int32(c)), append(s.Group, side)
			common, value, exercise, halo := n(.125)-ability, draw(u.dimensions, .125), draw(u.exercises, .08), draw(u.raters, .12)
			for j, r := range panel {
				for x, cell := range s.Cells {
					y := level + common + value[cell.Dimension] + exercise[cell.Exercise] + halo[j] + severity[r] + n(.6)
					if cell.Exercise == 0 {
						y -= gap
					}
					s.Candidate, s.Rater, s.Cell = append(s.Candidate, int32(i)), append(s.Rater, int32(r)), append(s.Cell, int32(x))
					s.Mark = append(s.Mark, math.Round(min(7, max(1, y))))
				}
			}
		}
	}
	return s
}

// swapped is s with the groups exchanged.
func swapped(s *Scores) *Scores {
	t := *s
	t.Group = slices.Clone(s.Group)
	for i, g := range t.Group {
		switch g {
		case Focal:
			t.Group[i] = Reference
		case Reference:
			t.Group[i] = Focal
		}
	}
	return &t
}
