package fairness

import (
	"cmp"
	"math"
	"slices"

	"appointable/internal/fault"
)

// All stands for a dimension, exercise or rater that was averaged over.
const All = -1

// Scores are the marks of many campaigns in columns, with one comparison of
// groups beside them. Every index counts from 0 and stands for a code that the
// caller keeps; a rater's is the same in all campaigns. Another characteristic
// is another Group over the same columns.
type Scores struct {
	Campaigns, Raters, Exercises, Dimensions int

	Cells     []Cell  // each criterion × exercise
	Low, High float64 // of the scale that all marks are on; marks on another are brought to it first

	Campaign []int32 // by candidate; a candidate of two campaigns is two candidates
	Group    []Side  // by candidate; who is on neither side is compared with nobody

	// One row an observed mark. What was not observed has no row: it is never 0.
	Candidate, Rater, Cell []int32
	Mark                   []float64 // as it stood in the end
	Before                 []float64 // before moderation, NaN where there was no mark then; nil where nothing was moderated
}

// Cell is one criterion as seen in one exercise.
type Cell struct{ Criterion, Dimension, Exercise int }

// Validate refuses columns of unequal length, an index out of range, a mark
// outside the scale and two marks in one place, with fault.Invalid.
func (s *Scores) Validate() error {
	_, err := s.arrange()
	return err
}

// arranged are the rows candidate by candidate, by cell and rater within: so sums
// come out the same to the last bit whatever the order of the rows.
type arranged struct {
	*Scores
	rows   []int32
	starts []int32 // the rows of candidate i are rows[starts[i]:starts[i+1]]
}

func (a arranged) of(candidate int32) []int32 {
	return a.rows[a.starts[candidate]:a.starts[candidate+1]]
}

// eachCell yields a candidate's rows cell by cell.
func (a arranged) eachCell(candidate int32, yield func(cell int32, rows []int32)) {
	for rows := a.of(candidate); len(rows) > 0; {
		cell, n := a.Cell[rows[0]], 1
		for n < len(rows) && a.Cell[rows[n]] == cell {
			n++
		}
		yield(cell, rows[:n])
		rows = rows[n:]
	}
}

func (s *Scores) arrange() (arranged, error) {
	if err := s.shape(); err != nil {
		return arranged{}, err
	}
	a := arranged{s, make([]int32, len(s.Mark)), make([]int32, len(s.Campaign)+1)}
	for _, i := range s.Candidate {
		a.starts[i+1]++
	}
	for i := range s.Campaign {
		a.starts[i+1] += a.starts[i]
	}
	next := slices.Clone(a.starts)
	for r, i := range s.Candidate {
		a.rows[next[i]] = int32(r)
		next[i]++
	}
	for i := range s.Campaign {
		of := a.of(int32(i))
		slices.SortFunc(of, a.compare)
		for k := 1; k < len(of); k++ {
			if a.compare(of[k-1], of[k]) == 0 {
				return arranged{}, fault.New(fault.Invalid, "Rows %d and %d are two marks of one rater for one candidate and criterion: keep the one that stands.", of[k-1], of[k])
			}
		}
	}
	return a, nil
}

func (s *Scores) compare(a, b int32) int {
	if c := cmp.Compare(s.Cell[a], s.Cell[b]); c != 0 {
		return c
	}
	return cmp.Compare(s.Rater[a], s.Rater[b])
}

func (s *Scores) shape() error {
	var wrong fault.List
	same := func(where string, got, want int) {
		if got != want {
			wrong.Add(where, "There are %d entries where %d are needed.", got, want)
		}
	}
	rows := len(s.Mark)
	same("group", len(s.Group), len(s.Campaign))
	same("candidate", len(s.Candidate), rows)
	same("rater", len(s.Rater), rows)
	same("cell", len(s.Cell), rows)
	if s.Before != nil {
		same("before", len(s.Before), rows)
	}
	within(&wrong, "campaign", s.Campaign, s.Campaigns)
	within(&wrong, "candidate", s.Candidate, len(s.Campaign))
	within(&wrong, "rater", s.Rater, s.Raters)
	within(&wrong, "cell", s.Cell, len(s.Cells))
	for i, c := range s.Cells {
		if c.Dimension < 0 || c.Dimension >= s.Dimensions || c.Exercise < 0 || c.Exercise >= s.Exercises || c.Criterion < 0 {
			wrong.Add("cells", "Cell %d belongs to a dimension or exercise that is not there.", i)
		}
	}
	if !(s.Low < s.High) {
		wrong.Add("scale", "A scale from %g to %g has no room for marks.", s.Low, s.High)
	}
	outside := func(m float64) bool { return !(m >= s.Low && m <= s.High) }
	if i := slices.IndexFunc(s.Mark, outside); i >= 0 {
		wrong.Add("mark", "Row %d has no mark from %g to %g: leave out what was not observed.", i, s.Low, s.High)
	}
	if i := slices.IndexFunc(s.Before, func(m float64) bool { return !math.IsNaN(m) && outside(m) }); i >= 0 {
		wrong.Add("before", "Row %d has no mark from %g to %g before moderation.", i, s.Low, s.High)
	}
	return wrong.Err("The marks cannot be compared as they were given.")
}

func within(wrong *fault.List, where string, index []int32, n int) {
	if i := slices.IndexFunc(index, func(x int32) bool { return x < 0 || int(x) >= n }); i >= 0 {
		wrong.Add(where, "Entry %d is %d, and there are %d.", i, index[i], n)
	}
}

// unit is what a mark on a scale of 1 to 7 comes to on this one.
func (s *Scores) unit() float64 { return (s.High - s.Low) / 6 }

// compared lists the candidates who are on a side, campaign by campaign.
func (s *Scores) compared() []int32 {
	list := make([]int32, 0, len(s.Campaign))
	for i := range s.Campaign {
		if s.Group[i] == Focal || s.Group[i] == Reference {
			list = append(list, int32(i))
		}
	}
	slices.SortStableFunc(list, func(a, b int32) int { return cmp.Compare(s.Campaign[a], s.Campaign[b]) })
	return list
}
