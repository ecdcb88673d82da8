package selection

import (
	"maps"
	"math"
	"slices"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// Answered is a round and what its candidates answered of their protected
// characteristics.
type Answered struct {
	Round Round
	Rows  []monitoring.Row
}

// Marks are the marks of rounds in columns, with the codes behind the numbers.
// A rater is numbered within a round: a code such as R1 may be somebody else in
// the next, so that nothing is said of one rater.
type Marks struct {
	fairness.Scores
	ExerciseCodes  []string
	DimensionCodes []string
	CellCodes      []CellCode // by cell
	candidates     []map[string]string
}

// CellCode is a criterion as seen in one exercise.
type CellCode struct{ Exercise, Dimension, Criterion string }

// MarksOf puts the marks of rounds in columns; what was not observed, or was set
// aside, is not among them. Exercises, dimensions and criteria of one code are
// taken to be one. It returns Invalid where rounds were marked on different
// scales.
func MarksOf(rounds []Answered) (Marks, error) {
	m := Marks{Scores: fairness.Scores{Campaigns: len(rounds)}}
	if len(rounds) == 0 {
		return m, nil
	}
	rounds = slices.Clone(rounds)
	for i := range rounds {
		rounds[i].Round = rounds[i].Round.assessed()
	}
	m.Low, m.High = rounds[0].Round.Framework.Scale.Min, rounds[0].Round.Framework.Scale.Max
	places := map[CellCode]bool{}
	for _, a := range rounds {
		if scale := a.Round.Framework.Scale; scale.Min != m.Low || scale.Max != m.High {
			return Marks{}, fault.New(fault.Invalid, "campaigns %s and %s were marked on different scales; marks are compared on one", rounds[0].Round.Campaign.Code, a.Round.Campaign.Code)
		}
		dimension := dimensionsByCriterion(a.Round.Framework)
		for i := range a.Round.Ratings {
			if x := &a.Round.Ratings[i]; x.counts() {
				places[CellCode{x.Exercise, dimension[x.Criterion], x.Criterion}] = true
			}
		}
	}
	m.number(places)
	moderated := false
	for c, a := range rounds {
		m.add(int32(c), a)
		moderated = moderated || slices.ContainsFunc(a.Round.Ratings, func(x Rating) bool { return len(x.Revisions) > 0 })
	}
	if !moderated {
		m.Before = nil
	}
	return m, nil
}

func (r *Rating) counts() bool { return r.Observed && !r.Withdrawn }

func dimensionsByCriterion(f frameworks.Framework) map[string]string {
	of := map[string]string{}
	for _, d := range f.Dimensions {
		for _, c := range d.Criteria {
			of[c.Code] = d.Code
		}
	}
	return of
}

// number gives exercises, dimensions and cells their numbers, in the order of
// their codes.
func (m *Marks) number(places map[CellCode]bool) {
	exercises, dimensions, criteria := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for p := range places {
		exercises[p.Exercise], dimensions[p.Dimension], criteria[p.Criterion] = true, true, true
	}
	m.ExerciseCodes, m.DimensionCodes = slices.Sorted(maps.Keys(exercises)), slices.Sorted(maps.Keys(dimensions))
	m.Exercises, m.Dimensions = len(m.ExerciseCodes), len(m.DimensionCodes)
	codes := slices.Sorted(maps.Keys(criteria))
	for e, exercise := range m.ExerciseCodes {
		for d, dimension := range m.DimensionCodes {
			for c, criterion := range codes {
				if p := (CellCode{exercise, dimension, criterion}); places[p] {
					m.CellCodes = append(m.CellCodes, p)
					m.Cells = append(m.Cells, fairness.Cell{Criterion: c, Dimension: d, Exercise: e})
				}
			}
		}
	}
}

func (m *Marks) add(campaign int32, a Answered) {
	first := int32(len(m.Campaign))
	candidates, raters := map[string]int32{}, map[string]int32{}
	answers := map[string]map[string]string{}
	for _, row := range a.Rows {
		answers[row.Candidate] = row.Answers
	}
	for i, c := range a.Round.Candidates {
		candidates[c.Code] = first + int32(i)
		m.Campaign = append(m.Campaign, campaign)
		m.candidates = append(m.candidates, answers[c.Code])
	}
	cells := map[CellCode]int32{}
	for i, p := range m.CellCodes {
		cells[p] = int32(i)
	}
	dimension := dimensionsByCriterion(a.Round.Framework)
	for i := range a.Round.Ratings {
		x := &a.Round.Ratings[i]
		if !x.counts() {
			continue
		}
		rater, known := raters[x.Rater]
		if !known {
			rater = int32(m.Raters)
			raters[x.Rater] = rater
			m.Raters++
		}
		m.Candidate, m.Rater = append(m.Candidate, candidates[x.Candidate]), append(m.Rater, rater)
		m.Cell = append(m.Cell, cells[CellCode{x.Exercise, dimension[x.Criterion], x.Criterion}])
		m.Mark, m.Before = append(m.Mark, x.Score), append(m.Before, x.before())
	}
}

// By compares the groups of one characteristic over these marks. ok is false
// where not both of them answered.
func (m *Marks) By(c monitoring.Characteristic) (scores *fairness.Scores, ok bool) {
	s := m.Scores
	s.Group = make([]fairness.Side, len(m.candidates))
	met := map[fairness.Side]bool{}
	for i, answers := range m.candidates {
		_, s.Group[i] = groupOf(c, answers[c.Code])
		met[s.Group[i]] = true
	}
	return &s, met[fairness.Focal] && met[fairness.Reference]
}

// before is the mark before moderation: NaN where it was none yet.
func (r *Rating) before() float64 {
	if len(r.Revisions) == 0 {
		return r.Score
	}
	if first := r.Revisions[0].Score; first != nil {
		return *first
	}
	return math.NaN()
}
