package selection

import (
	"fmt"
	"slices"
	"strings"
)

// nobody is no candidate.
const nobody = -1

// designWarnings say what the plan of who marked whom on what cannot tell, and
// where the marks strain the model (statistics §5).
func (c *columns) designWarnings() []string {
	var w []string
	w = append(w, c.confounded()...)
	if groups := c.strangers(); groups > 1 {
		w = append(w, fmt.Sprintf("The panel falls into %d groups that saw nobody in common; comparing candidates across them assumes the groups are equally strict on average.", groups))
	}
	if cells := c.unmarkedCells(); len(cells) > 0 {
		w = append(w, fmt.Sprintf("Nobody was marked on %s: left out of the adjusted figures.", strings.Join(cells, ", ")))
	}
	return append(w, c.strained()...)
}

// confounded lists what this design cannot take apart, so that the prior alone
// does.
func (c *columns) confounded() []string {
	type pair struct{ candidate, other int32 }
	raters, exercises, dimensions := map[pair]bool{}, map[int]bool{}, map[pair]int{}
	candidates := map[int32]bool{}
	most := 0
	for row, i := range c.data.Candidate {
		cell := c.data.Cells[c.data.Cell[row]]
		candidates[i], exercises[cell.Exercise] = true, true
		raters[pair{i, c.data.Rater[row]}] = true
		on := pair{i, int32(cell.Dimension)}
		dimensions[on]++
		most = max(most, dimensions[on])
	}
	var w []string
	if len(raters) == len(candidates) {
		w = append(w, "Each candidate was marked by one assessor. What a candidate is and what one assessor made of them cannot be told apart by these marks; the prior decides it.")
	}
	if len(exercises) == 1 {
		w = append(w, "There was one exercise. What a candidate is and how the exercise suits them cannot be told apart by these marks; the prior decides it.")
	}
	if most == 1 {
		w = append(w, "No candidate has more than one mark on a dimension. How far a mark may be off cannot be told by these marks; the prior decides it.")
	}
	return w
}

// strangers counts the groups of raters and candidates between whom no mark
// runs, by union–find.
func (c *columns) strangers() int {
	leader := make([]int, len(c.candidates)+c.data.Raters)
	for i := range leader {
		leader[i] = i
	}
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]] // halving the way for the next who asks
			i = leader[i]
		}
		return i
	}
	met := map[int]bool{}
	for row, i := range c.data.Candidate {
		leader[find(int(i))] = find(len(c.candidates) + int(c.data.Rater[row]))
	}
	for _, i := range c.data.Candidate {
		met[find(int(i))] = true
	}
	return len(met)
}

// unmarkedCells lists the criteria in exercises on which nobody has a mark.
func (c *columns) unmarkedCells() []string {
	marked := make([]bool, len(c.cells))
	for _, cell := range c.data.Cell {
		marked[cell] = true
	}
	var cells []string
	for i, cell := range c.cells {
		if !marked[i] {
			cells = append(cells, cell.criterion+" in "+cell.exercise)
		}
	}
	if more := len(cells) - namesShown; more > 0 {
		cells = append(cells[:namesShown], fmt.Sprintf("%d more", more))
	}
	return cells
}

// strained finds marks that are far from normal: very few different ones, or
// many at an end of the scale.
func (c *columns) strained() []string {
	const fewMarks, manyAtEnd = 4, 0.2
	different := map[float64]int{}
	for _, score := range c.data.Score {
		different[score]++
	}
	if len(different) == 1 {
		return []string{"All marks are equal: they tell nothing about who is better."}
	}
	var w []string
	const strain = "The model behind the adjusted order, which takes marks for normal, is strained: read its chances as rough."
	if len(different) <= fewMarks {
		w = append(w, fmt.Sprintf("Only %d different marks were given. %s", len(different), strain))
	}
	for _, end := range []struct {
		mark float64
		name string
	}{{c.data.Low, "lowest"}, {c.data.High, "highest"}} {
		if part := float64(different[end.mark]) / float64(len(c.data.Score)); part >= manyAtEnd {
			w = append(w, fmt.Sprintf("%.0f%% of the marks are the %s of the scale. %s", 100*part, end.name, strain))
		}
	}
	return slices.Compact(w)
}
