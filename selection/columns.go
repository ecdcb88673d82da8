package selection

import (
	"appointable/frameworks"
	"appointable/selection/ranking"
)

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
