package ranking

import (
	"cmp"
	"slices"
)

// Contribution is what the marks on one dimension in one exercise, or one
// psychometric scale, add to a composite.
type Contribution struct {
	Exercise, Dimension int // -1 for a scale
	Test                int // -1 for marks
	Points              float64
}

// addContributions says what each exercise in which a candidate was marked,
// dimension by dimension, and each scale puts into the composite.
func (a adjuster) addContributions(outlooks []Outlook) {
	of := make([]map[Contribution]float64, a.data.Candidates) // points by everything else
	for i := range of {
		of[i] = map[Contribution]float64{}
	}
	for row, i := range a.data.Candidate {
		of[i][a.ofCell(int(a.data.Cell[row]))] = 0
	}
	for _, r := range a.data.Results {
		of[r.Candidate][ofTest(int(r.Test))] = 0
	}
	for r := range outlooks {
		l := &outlooks[r]
		cells, tests := a.posterior.Points(l.Candidate, a.weights)
		points := of[l.Candidate]
		for c, p := range cells {
			if at := a.ofCell(c); p != 0 {
				points[at] += p
			}
		}
		for t, p := range tests {
			if p != 0 {
				points[ofTest(t)] += p
			}
		}
		for at, p := range points {
			at.Points = p
			l.Contributions = append(l.Contributions, at)
		}
		slices.SortFunc(l.Contributions, func(x, y Contribution) int {
			return cmp.Or(cmp.Compare(x.Test, y.Test), cmp.Compare(x.Exercise, y.Exercise), cmp.Compare(x.Dimension, y.Dimension))
		})
	}
}

func (a adjuster) ofCell(cell int) Contribution {
	return Contribution{Exercise: a.data.Cells[cell].Exercise, Dimension: a.data.Cells[cell].Dimension, Test: -1}
}

func ofTest(test int) Contribution { return Contribution{Exercise: -1, Dimension: -1, Test: test} }
