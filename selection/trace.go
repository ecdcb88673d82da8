package selection

import (
	"cmp"
	"slices"

	"appointable/selection/ranking"
)

// DimensionTrace is every step from the marks to one dimension's figure, so
// that a person with a pencil arrives at the same.
type DimensionTrace struct {
	Dimension     string              `json:"dimension"`
	Exercises     []ExerciseTrace     `json:"exercises"`
	Marks         *float64            `json:"marks"` // mean of the exercises' means
	Psychometrics []PsychometricTrace `json:"psychometrics,omitempty"`
	PanelMean     *float64            `json:"panel_mean"`
	Weight        float64             `json:"weight"`
	Points        *float64            `json:"points"` // weight × panel_mean; the points add up to the composite
}

// ExerciseTrace is a dimension as seen in one exercise.
type ExerciseTrace struct {
	Exercise string          `json:"exercise"`
	Criteria []CriterionMean `json:"criteria"`
	Mean     float64         `json:"mean"`
}

// CriterionMean is one criterion in one exercise: the marks and their mean.
type CriterionMean struct {
	Criterion string      `json:"criterion"`
	Marks     []RaterMark `json:"marks"`
	Mean      float64     `json:"mean"`
}

// RaterMark is one final mark.
type RaterMark struct {
	Rater string  `json:"rater"`
	Score float64 `json:"score"`
}

// PsychometricTrace is what a scale put into a dimension.
type PsychometricTrace struct {
	Instrument string  `json:"instrument"`
	Scale      string  `json:"scale"`
	Score      float64 `json:"score"` // as reported
	Mean       float64 `json:"mean"`  // of the norm group
	SD         float64 `json:"sd"`
	OnScale    float64 `json:"on_scale"` // on the rating scale: its middle + (score − mean)/sd sixths of its range, clipped to it
	Share      float64 `json:"share"`    // the panel's marks have what the shares leave of 1
}

func (c *columns) trace(s ranking.Standing) []DimensionTrace {
	var trace []DimensionTrace
	for k, m := range s.Dimensions {
		weight := c.data.Dimensions[k].Weight
		t := DimensionTrace{
			Dimension: c.round.Framework.Dimensions[k].Code, Exercises: []ExerciseTrace{},
			Marks: number(m.Marks), PanelMean: number(m.Score), Weight: weight, Points: number(weight * m.Score),
		}
		for _, e := range m.Exercises {
			t.Exercises = append(t.Exercises, c.traceExercise(e))
		}
		for _, share := range m.Tests {
			test := c.tests[share.Test]
			t.Psychometrics = append(t.Psychometrics, PsychometricTrace{
				Instrument: test.Instrument, Scale: test.Scale, Score: c.results[resultKey{s.Candidate, share.Test}],
				Mean: test.Mean, SD: test.SD, OnScale: share.Score, Share: share.Share,
			})
		}
		trace = append(trace, t)
	}
	return trace
}

func (c *columns) traceExercise(e ranking.ExerciseMean) ExerciseTrace {
	t := ExerciseTrace{Exercise: c.round.Campaign.Exercises[e.Exercise].Code, Mean: e.Mean}
	for _, cell := range e.Cells {
		mean := CriterionMean{Criterion: c.cells[cell.Cell].criterion, Mean: cell.Mean}
		for _, row := range cell.Rows {
			rater := c.round.Campaign.Panel[c.data.Rater[row]].Rater
			mean.Marks = append(mean.Marks, RaterMark{Rater: rater, Score: c.data.Score[row]})
		}
		slices.SortFunc(mean.Marks, func(a, b RaterMark) int { return cmp.Compare(a.Rater, b.Rater) })
		t.Criteria = append(t.Criteria, mean)
	}
	return t
}
