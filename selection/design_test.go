package selection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
)

// crossed marks every candidate by every rater with figures that differ.
func crossed(candidates, raters int) selection.Round {
	var codes []string
	for i := range candidates {
		codes = append(codes, fmt.Sprintf("C%d", i+1))
	}
	r := round(codes...)
	for i, code := range codes {
		for j := range raters {
			mark(&r, code, fmt.Sprintf("R%d", j+1), float64(2+(i+j)%5), float64(2+(2*i+j)%4), float64(2+(i+3*j)%5))
		}
	}
	return r
}

// The cases at the edge of what marks can tell (statistics §5).
func TestDesignWarnings(t *testing.T) {
	const (
		oneRater  = "Each candidate was marked by one assessor. What a candidate is and what one assessor made of them cannot be told apart by these marks; the prior decides it."
		oneRoom   = "There was one exercise, or one for each dimension. What a candidate is and how the exercise suits them cannot be told apart by these marks; the prior decides it."
		oneMark   = "No candidate has more than one mark on a dimension. What a candidate is and how far a mark may be off cannot be told apart by these marks; the prior decides it."
		oneEach   = "No assessor marked more than one candidate. How strict an assessor is and what they made of a candidate cannot be told apart by these marks; the prior decides it."
		split     = "The panel falls into 2 groups that saw nobody in common; comparing candidates across them assumes the groups are equally strict on average."
		unmarked  = "Nobody was marked on kindness.b in handover: left out of the adjusted figures."
		equal     = "All marks are equal: they tell nothing about who is better."
		fitted    = "Within each cell all scores are equal: they tell nobody apart, and the variance components are the prior's."
		few       = "Only 4 different marks were given. The model behind the adjusted order, which takes marks for normal, is strained: read its chances as rough."
		atTheEnd  = "0% of the marks are the lowest of the scale, and 35% the highest. The model behind the adjusted order, which takes marks for normal, is strained: read its chances as rough."
		atTheLow  = "21% of the marks are the lowest of the scale, and 0% the highest. The model behind the adjusted order, which takes marks for normal, is strained: read its chances as rough."
		alongside = "Not every candidate was marked by the same members"
	)
	keep := func(r selection.Round, fits func(selection.Rating) bool) selection.Round {
		r.Ratings = slices.DeleteFunc(r.Ratings, func(m selection.Rating) bool { return !fits(m) })
		return r
	}
	for name, c := range map[string]struct {
		round selection.Round
		want  []string
	}{
		"none of them": {crossed(4, 3), nil},
		"one rater":    {keep(crossed(4, 3), func(m selection.Rating) bool { return m.Rater == "R2" }), []string{oneRater}},
		"a rater each": {keep(crossed(2, 2), func(m selection.Rating) bool { return m.Candidate[1] == m.Rater[1] }), []string{oneRater, oneEach, split, few}},
		"one exercise": {keep(crossed(4, 3), func(m selection.Rating) bool { return m.Exercise == "interview" }), []string{
			oneRoom, "Nobody was marked on safety.b in handover, kindness.b in handover, safety.a in handover: left out of the adjusted figures.",
		}},
		"one mark on a dimension": {keep(crossed(4, 3), func(m selection.Rating) bool {
			return m.Exercise == "interview" && m.Criterion != "leading.b" && m.Rater[1]-'1' == (m.Candidate[1]-'1')%3
		}), []string{oneRater, oneRoom, oneMark, "The panel falls into 3 groups that saw nobody in common; comparing candidates across them assumes the groups are equally strict on average.", "Nobody was marked on leading.b in interview, safety.b in handover, kindness.b in handover, safety.a in handover: left out of the adjusted figures.", few}},
		"strangers": {keep(crossed(4, 4), func(m selection.Rating) bool { return (m.Candidate < "C3") == (m.Rater < "R3") }), []string{split}},
		"a bridge": {keep(crossed(4, 4), func(m selection.Rating) bool {
			return (m.Candidate < "C3") == (m.Rater < "R3") || m.Candidate == "C1" && m.Rater == "R4"
		}), nil},
		"a cell nobody was marked in": {keep(crossed(4, 3), func(m selection.Rating) bool { return m.Criterion != "kindness.b" || m.Exercise != "handover" }), []string{unmarked}},
		"all equal":                   {even(crossed(4, 3), func(float64) float64 { return 4 }), []string{equal, fitted}},
		"few marks":                   {even(crossed(4, 3), func(x float64) float64 { return min(x, 5) }), []string{few}},
		"a ceiling":                   {even(crossed(4, 3), func(x float64) float64 { return min(x+1+float64(int(x)/5), 7) }), []string{few, atTheEnd}},
		"a floor":                     {even(crossed(4, 3), func(x float64) float64 { return x - 1 }), []string{atTheLow}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, w := range rankWith(t, c.round, selection.Settings{Seed: 1, Draws: 1000}).Warnings {
				if !strings.HasPrefix(w, alongside) && !strings.HasPrefix(w, "The adjusted figures") && !strings.HasPrefix(w, "With another") {
					got = append(got, w)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// even puts other marks in the place of a round's.
func even(r selection.Round, other func(float64) float64) selection.Round {
	for i := range r.Ratings {
		r.Ratings[i].Score = other(r.Ratings[i].Score)
	}
	return r
}
