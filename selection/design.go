package selection

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection/mixedmodel"
)

// nobody is no candidate.
const nobody = -1

// designWarnings say what the plan of who marked whom on what cannot tell, and
// where the marks strain the model (statistics §5).
func (c *columns) designWarnings(a *adjustment) []string {
	w := confounded(a.data)
	if a.groups > 1 {
		w = append(w, fmt.Sprintf("The panel falls into %d groups that saw nobody in common; comparing candidates across them assumes the groups are equally strict on average.", a.groups))
	}
	if cells := c.unmarkedCells(); len(cells) > 0 {
		w = append(w, fmt.Sprintf("Nobody was marked on %s: left out of the adjusted figures.", strings.Join(cells, ", ")))
	}
	return append(w, strained(mixedmodel.Strained(a.data, c.data.Low, c.data.High))...)
}

// confounded lists what this design cannot take apart, so that the prior alone
// does.
func confounded(d mixedmodel.Data) []string {
	alike := mixedmodel.Confounded(d, mixedmodel.AllTerms())
	var w []string
	for _, known := range []struct {
		one, other mixedmodel.Effect
		words      string
	}{
		{mixedmodel.CandidateEffect, mixedmodel.CandidateRaterEffect, "Each candidate was marked by one assessor. What a candidate is and what one assessor made of them"},
		{mixedmodel.CandidateEffect, mixedmodel.CandidateExerciseEffect, "There was one exercise, or one for each dimension. What a candidate is and how the exercise suits them"},
		{mixedmodel.CandidateEffect, mixedmodel.ResidualEffect, "No candidate has more than one mark on a dimension. What a candidate is and how far a mark may be off"},
		{mixedmodel.CandidateRaterEffect, mixedmodel.ResidualEffect, "No assessor gave a candidate more than one mark. An assessor's impression and how far a mark may be off"},
		{mixedmodel.RaterEffect, mixedmodel.CandidateRaterEffect, "No assessor marked more than one candidate. How strict an assessor is and what they made of a candidate"},
	} {
		if slices.ContainsFunc(alike, func(effects []mixedmodel.Effect) bool {
			return slices.Contains(effects, known.one) && slices.Contains(effects, known.other)
		}) {
			w = append(w, known.words+" cannot be told apart by these marks; the prior decides it.")
		}
	}
	return w
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

// strained says where marks are far from normal: very few different ones, or
// many at an end of the scale.
func strained(s mixedmodel.Strain) []string {
	if s.Equal() {
		return []string{"All marks are equal: they tell nothing about who is better."}
	}
	const strain = "The model behind the adjusted order, which takes marks for normal, is strained: read its chances as rough."
	var w []string
	if s.Coarse() {
		w = append(w, fmt.Sprintf("Only %d different marks were given. %s", s.Categories, strain))
	}
	if s.Piled() {
		w = append(w, fmt.Sprintf("%.0f%% of the marks are the lowest of the scale, and %.0f%% the highest. %s", 100*s.AtFloor, 100*s.AtCeiling, strain))
	}
	return w
}
