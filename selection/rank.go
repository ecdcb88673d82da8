package selection

import (
	"cmp"
	"context"
	"math"
	"slices"

	"appointable/frameworks"
	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

// Ranking is what `rank` prints and a ranking run stores. Floats are not
// rounded; null means that there is no such figure, never zero.
type Ranking struct {
	Campaign   string       `json:"campaign"`
	Engine     string       `json:"engine"`
	Seed       int64        `json:"seed"`
	Draws      int          `json:"draws"`
	Inputs     string       `json:"inputs_sha256"`
	Rule       Rule         `json:"rule"`
	Fit        *FitRecord   `json:"fit,omitempty"`
	Prior      *PriorUse    `json:"prior,omitempty"`
	Warnings   []string     `json:"warnings"`
	Candidates []Place      `json:"candidates"`        // by rank, equals by code, those without a rank last
	PAbove     [][]*float64 `json:"p_above,omitempty"` // in the order of Candidates; null on the diagonal and where a candidate has no adjusted place; left out above traceLimit candidates
	Raters     []Severity   `json:"raters,omitempty"`  // by code
	Groups     [][]string   `json:"groups,omitempty"`  // in the adjusted order; within one the evidence does not separate the first from the others
}

// Place is one candidate's place and how it came about.
type Place struct {
	Candidate     string           `json:"candidate"`
	Rank          *int             `json:"rank"`
	TiedWith      []string         `json:"tied_with"`     // composites equal at 0.01, by code; the first tiedShown of them
	TieBrokenBy   *string          `json:"tie_broken_by"` // the last dimension of the declared chain that was needed to separate them
	Gate          ranking.Gate     `json:"appointable"`   // what the gates say; the panel's finding is recorded apart
	PanelMean     *float64         `json:"panel_mean"`    // the panel's composite, which ranks by the rule panel-mean
	ValuesMean    *float64         `json:"values_mean"`   // the same, of the values alone
	MarksMean     *float64         `json:"marks_mean"`    // the same, of panel marks without psychometrics: what the gates look at
	Adjusted      *AdjustedPlace   `json:"adjusted,omitempty"`
	Dimensions    []DimensionPlace `json:"dimensions"`
	Baseline      *float64         `json:"baseline,omitempty"` // composite of the cell means
	Contributions []Contribution   `json:"contributions,omitempty"`
	NotObserved   int              `json:"not_observed"` // marks that say so
	Reasons       []string         `json:"reasons"`
	Difference    string           `json:"difference,omitempty"` // why the panel's order and the adjusted one place the candidate otherwise: one of Reasons
	Trace         []DimensionTrace `json:"trace,omitempty"`      // left out above traceLimit candidates
}

// DimensionPlace is one dimension of a place.
type DimensionPlace struct {
	Code      string   `json:"code"`
	Weight    float64  `json:"weight"`         // of the whole, 0–1
	PanelMean *float64 `json:"panel_mean"`     // with the psychometric shares
	Marks     *float64 `json:"marks"`          // panel marks alone
	Mean      *float64 `json:"mean,omitempty"` // adjusted
	SD        *float64 `json:"sd,omitempty"`
}

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

// Settings of a ranking run. Seed and draws travel with the result.
type Settings struct {
	Seed  int64 // default 1
	Draws int   // default 10,000; fewer are taken of many candidates
	// Components are taken as they are and none are fitted; nil: they are fitted.
	Components *mixedmodel.Components
	// Progress is told what is being done and how often it has been; nil: nobody.
	Progress func(step string, done int)
}

// told is Progress for one step.
func (s Settings) told(step string) func(done int) {
	if s.Progress == nil {
		return nil
	}
	return func(done int) { s.Progress(step, done) }
}

// DefaultSettings are the documented ones.
func DefaultSettings() Settings { return Settings{Seed: 1, Draws: 10_000} }

// traceLimit is the number of candidates above which a ranking carries no
// trace: nobody recomputes a national round with a pencil, and the figure of
// any one candidate is had by ranking the round's folder cut to them.
const traceLimit = 200

// tiedShown bounds a list that grows with the square of those tied: in a
// national round hundreds have one composite, and nobody reads their names.
const tiedShown = 20

// Candidate finds a place by candidate code.
func (r Ranking) Candidate(code string) (Place, bool) {
	i := slices.IndexFunc(r.Candidates, func(p Place) bool { return p.Candidate == code })
	if i < 0 {
		return Place{}, false
	}
	return r.Candidates[i], true
}

// Rank ranks a round by the rule it declares, and says how sure one may be of
// the order. It returns Invalid with every mistake of the round, and ctx's error
// when the caller stops waiting.
func Rank(ctx context.Context, r Round, s Settings) (Ranking, error) {
	if err := r.Validate(); err != nil {
		return Ranking{}, err
	}
	if err := ctx.Err(); err != nil {
		return Ranking{}, err
	}
	r = r.Canonical()
	inputs := r.Hash()
	c := newColumns(r)
	r.Ratings = nil
	a, warnings, err := c.adjust(ctx, s)
	if err != nil {
		return Ranking{}, err
	}
	out := Ranking{
		Campaign: r.Campaign.Code, Engine: ranking.Engine, Seed: s.Seed, Draws: s.Draws,
		Inputs: inputs, Rule: r.Campaign.Rank.Rule, Warnings: append(c.warnings(a), warnings...),
		Candidates: c.places(ranking.PanelMean(c.data), a),
	}
	if a != nil {
		a.describe(c, &out)
	}
	return out, nil
}

// places is everybody in the order of the declared rule, with the adjusted
// figures beside the panel's. a is nil where there is no adjusted order: then
// the rule adjusted ranks nobody.
func (c *columns) places(standings []ranking.Standing, a *adjustment) []Place {
	outlooks := map[int]ranking.Outlook{}
	differences := map[int]string{}
	var adjusted ranking.Adjusted
	if a != nil {
		adjusted, differences = a.adjusted, c.differences(standings, a)
	}
	for _, l := range adjusted.Outlooks {
		outlooks[l.Candidate] = l
	}
	if c.round.Campaign.Rank.Rule == Adjusted {
		standings = ranking.ByAdjusted(c.data, standings, adjusted)
	}
	places := []Place{}
	for _, s := range standings {
		p := c.place(s)
		if l, ok := outlooks[s.Candidate]; ok {
			a.fill(c, l, &p)
		}
		if why, ok := differences[s.Candidate]; ok {
			p.Difference, p.Reasons = why, append(p.Reasons, why)
		}
		places = append(places, p)
	}
	return places
}

// columns is a round as package ranking wants it, and the way back from
// indices to codes.
type columns struct {
	round      Round
	candidates []string // those ranked, by code
	cells      []cellCode
	tests      []Psychometric // the weighted ones
	unobserved []int          // by candidate
	withdrawn  []int          // by candidate: marks set aside
	results    map[resultKey]float64
	left       leftOut
	data       ranking.Data
}

type cellCode struct{ exercise, criterion string }

type resultKey struct{ candidate, test int }

// leftOut counts what the ranking does not use, for the warnings.
type leftOut struct {
	unseen    []string // candidates who were not interviewed and yet have marks
	gone      []string // candidates who withdrew after they were marked
	withdrawn int      // marks set aside
}

func newColumns(r Round) *columns {
	c := &columns{round: r, results: map[resultKey]float64{}}
	index := c.indexCandidates()
	c.data = ranking.Data{
		Candidates: len(c.candidates), Raters: len(r.Campaign.Panel), Exercises: len(r.Campaign.Exercises),
		Low: r.Framework.Scale.Min, High: r.Framework.Scale.Max,
	}
	for k, weight := range r.Framework.Weights() {
		isValue := r.Framework.Dimensions[k].Kind == frameworks.Value
		c.data.Dimensions = append(c.data.Dimensions, ranking.Dimension{Weight: weight, Value: isValue})
	}
	c.addGates()
	for _, code := range r.Campaign.Rank.Ties {
		c.data.Ties = append(c.data.Ties, dimensionIndex(r.Framework, code))
	}
	c.addRows(index)
	c.addTests(index)
	c.round.Ratings = nil // the columns have them; a million marks are not kept twice
	return c
}

// indexCandidates keeps everyone interviewed and not withdrawn. Where the file
// does not say who was interviewed, marks say it.
func (c *columns) indexCandidates() map[string]int32 {
	marked := map[string]bool{}
	for i := range c.round.Ratings {
		marked[c.round.Ratings[i].Candidate] = true
	}
	index := map[string]int32{}
	for _, cand := range c.round.Candidates {
		interviewed := cand.Interviewed == Yes || cand.Interviewed == NotKnown && marked[cand.Code]
		switch {
		case interviewed && !cand.Withdrawn:
			index[cand.Code] = int32(len(c.candidates))
			c.candidates = append(c.candidates, cand.Code)
		case marked[cand.Code] && cand.Withdrawn:
			c.left.gone = append(c.left.gone, cand.Code)
		case marked[cand.Code]:
			c.left.unseen = append(c.left.unseen, cand.Code)
		}
	}
	c.unobserved = make([]int, len(c.candidates))
	c.withdrawn = make([]int, len(c.candidates))
	return index
}

func (c *columns) addGates() {
	g := c.round.Campaign.Gates
	c.data.Gates = ranking.Gates{Composite: g.Composite, Veto: g.Veto, VetoMeans: ranking.Discuss}
	if g.VetoMeans == VetoNo {
		c.data.Gates.VetoMeans = ranking.NotMet
	}
	for _, d := range c.round.Framework.Dimensions {
		var minimum *float64
		if m, ok := g.Minimum[d.Code]; ok {
			minimum = &m
		}
		c.data.Gates.Minimum = append(c.data.Gates.Minimum, minimum)
	}
}

func (c *columns) addRows(index map[string]int32) {
	cells := map[cellCode]int32{}
	for e, exercise := range c.round.Campaign.Exercises {
		for _, criterion := range exercise.Criteria {
			_, k := c.round.Framework.Criterion(criterion)
			code := cellCode{exercise.Code, criterion}
			cells[code] = int32(len(c.cells))
			c.cells = append(c.cells, code)
			c.data.Cells = append(c.data.Cells, ranking.Cell{Exercise: e, Dimension: k})
		}
	}
	raters := map[string]int32{}
	for j, m := range c.round.Campaign.Panel {
		raters[m.Rater] = int32(j)
	}
	c.makeRoom(len(c.round.Ratings))
	for i := range c.round.Ratings {
		m := &c.round.Ratings[i]
		candidate, ranked := index[m.Candidate]
		switch {
		case m.Withdrawn:
			c.left.withdrawn++
			if ranked {
				c.withdrawn[candidate]++
			}
		case !ranked:
		case !m.Observed:
			c.unobserved[candidate]++
		default:
			c.data.Candidate = append(c.data.Candidate, candidate)
			c.data.Rater = append(c.data.Rater, raters[m.Rater])
			c.data.Cell = append(c.data.Cell, cells[cellCode{m.Exercise, m.Criterion}])
			c.data.Score = append(c.data.Score, m.Score)
		}
	}
}

// makeRoom spares a national round the growing of its columns.
func (c *columns) makeRoom(rows int) {
	c.data.Candidate, c.data.Rater, c.data.Cell = make([]int32, 0, rows), make([]int32, 0, rows), make([]int32, 0, rows)
	c.data.Score = make([]float64, 0, rows)
}

func (c *columns) addTests(index map[string]int32) {
	type key struct{ instrument, scale string }
	tests := map[key]int32{}
	for _, p := range c.round.Campaign.Psychometrics {
		if p.Use != Weighted {
			continue
		}
		tests[key{p.Instrument, p.Scale}] = int32(len(c.tests))
		c.tests = append(c.tests, p)
		loads := make([]bool, len(c.data.Dimensions))
		for k, d := range c.round.Framework.Dimensions {
			loads[k] = p.Loads[d.Code] > 0
		}
		c.data.Tests = append(c.data.Tests, ranking.Test{Mean: p.Mean, SD: p.SD, Share: p.Share, Loads: loads})
	}
	for _, p := range c.round.Psychometrics {
		candidate, ranked := index[p.Candidate]
		test, weighted := tests[key{p.Instrument, p.Scale}]
		if ranked && weighted {
			c.data.Results = append(c.data.Results, ranking.TestResult{Candidate: candidate, Test: test, Score: p.Score})
			c.results[resultKey{int(candidate), int(test)}] = p.Score
		}
	}
}

// place turns a standing into codes and words.
func (c *columns) place(s ranking.Standing) Place {
	p := Place{
		Candidate: c.candidates[s.Candidate], TiedWith: make([]string, 0, min(len(s.Tied), tiedShown)), Gate: s.Gate,
		PanelMean: number(s.Composite), ValuesMean: number(s.Values), MarksMean: number(s.Marks),
		NotObserved: c.unobserved[s.Candidate], Reasons: c.reasons(s),
	}
	if s.Rank > 0 {
		p.Rank = &s.Rank
	}
	for _, other := range s.Tied {
		if other != s.Candidate && len(p.TiedWith) < tiedShown {
			p.TiedWith = append(p.TiedWith, c.candidates[other])
		}
	}
	if s.BrokenBy >= 0 {
		p.TieBrokenBy = &c.round.Framework.Dimensions[s.BrokenBy].Code
	}
	for k, m := range s.Dimensions {
		p.Dimensions = append(p.Dimensions, DimensionPlace{
			Code: c.round.Framework.Dimensions[k].Code, Weight: c.data.Dimensions[k].Weight,
			PanelMean: number(m.Score), Marks: number(m.Marks),
		})
	}
	if len(c.candidates) <= traceLimit {
		p.Trace = c.trace(s)
	}
	return p
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

// number is a figure for JSON: null where there is none.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
