package main

import (
	"context"
	"math"
	"math/rand/v2"

	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

const (
	dimensions = 4
	exercises  = 3
)

// weights of the dimensions in the composite.
func weights() []float64 { return []float64{.3, .3, .2, .2} }

// valueSpread is the standard deviations of the true values, and relation their
// correlations.
func valueSpread() []float64 { return []float64{.60, .55, .50, .65} }

func relation(k, l int) float64 {
	switch {
	case k == l:
		return 1
	case k+l == 1:
		return .65
	case k+l == 5:
		return .35
	}
	return .5
}

// compositeSD is the standard deviation of the true composite.
func compositeSD() float64 {
	w, sd := weights(), valueSpread()
	total := 0.0
	for k := range w {
		for l := range w {
			total += w[k] * w[l] * sd[k] * sd[l] * relation(k, l)
		}
	}
	return math.Sqrt(total)
}

// campaign is marks, and the composites that nobody but the simulation knows.
type campaign struct {
	ranking.Data
	truth []float64
}

// SDs of the simulation beside severity, as in oracles/reference/gen.py.
const (
	exerciseSD = .35
	haloSD     = .30
	driftSD    = .25
	residualSD = .70
)

func (s scenario) simulate(seed uint64) campaign {
	g := rand.New(rand.NewPCG(seed, 1))
	c := campaign{Data: ranking.Data{Candidates: s.candidates, Raters: s.raters, Exercises: exercises, Low: 1, High: 7}}
	for _, w := range weights() {
		c.Dimensions = append(c.Dimensions, ranking.Dimension{Weight: w, Value: true})
	}
	var level []float64
	for e := range exercises {
		for k := range dimensions {
			c.Cells = append(c.Cells, ranking.Cell{Exercise: e, Dimension: k})
			level = append(level, 3.8+.8*float64(k*exercises+e)/(dimensions*exercises-1))
		}
	}
	severity, spread, drift := normals(g, s.raters, s.severity), normals(g, s.raters, s.spread), normals(g, s.raters*dimensions, driftSD)
	for i := range s.candidates {
		v, w := values(g), normals(g, exercises, exerciseSD)
		composite := 0.0
		for k, weight := range weights() {
			composite += weight * v[k]
		}
		c.truth = append(c.truth, composite)
		for _, j := range g.Perm(s.raters)[:s.each] {
			halo := haloSD * g.NormFloat64()
			for cell, at := range c.Cells {
				noise, missed := residualSD*g.NormFloat64(), g.Float64() < s.miss
				if missed {
					continue
				}
				off := v[at.Dimension] + w[at.Exercise] + halo + severity[j] + drift[j*dimensions+at.Dimension] + noise
				c.mark(i, j, cell, level[cell]+math.Exp(spread[j])*off, s.integers)
			}
		}
	}
	return c
}

func (c *campaign) mark(candidate, rater, cell int, score float64, integers bool) {
	if integers {
		score = min(max(math.Round(score), c.Low), c.High)
	}
	c.Candidate, c.Rater = append(c.Candidate, int32(candidate)), append(c.Rater, int32(rater))
	c.Cell, c.Score = append(c.Cell, int32(cell)), append(c.Score, score)
}

func normals(g *rand.Rand, n int, sd float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = sd * g.NormFloat64()
	}
	return out
}

// values draws a candidate's true values, by the Cholesky factor of their
// covariance.
func values(g *rand.Rand) []float64 {
	sd := valueSpread()
	var l [dimensions][dimensions]float64
	v := make([]float64, dimensions)
	z := normals(g, dimensions, 1)
	for i := range dimensions {
		for j := range i + 1 {
			sum := sd[i] * sd[j] * relation(i, j)
			for m := range j {
				sum -= l[i][m] * l[j][m]
			}
			if i == j {
				l[i][j] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
			v[i] += l[i][j] * z[j]
		}
	}
	return v
}

// model is the marks as the mixed model wants them.
func (c campaign) model() mixedmodel.Data {
	d := mixedmodel.Data{
		Candidates: c.Candidates, Raters: c.Raters, Exercises: c.Exercises, Dimensions: len(c.Dimensions),
		Candidate: c.Candidate, Rater: c.Rater, Cell: c.Cell, Score: c.Score,
	}
	for _, cell := range c.Cells {
		d.Cells = append(d.Cells, mixedmodel.Cell{Exercise: cell.Exercise, Dimension: cell.Dimension})
	}
	return d
}

// pooledPrior is what a trust learns from forty complete campaigns of its own.
func pooledPrior(ctx context.Context, seed uint64) (mixedmodel.Prior, error) {
	var all mixedmodel.Data
	g := rand.New(rand.NewPCG(seed, 2))
	for range 40 {
		raters := 5 + g.IntN(4)
		s := scenario{candidates: 4 + g.IntN(5), raters: raters, each: raters, severity: .4}
		d := s.simulate(g.Uint64()).model()
		for row := range d.Score {
			all.Candidate, all.Rater = append(all.Candidate, d.Candidate[row]+int32(all.Candidates)), append(all.Rater, d.Rater[row]+int32(all.Raters))
			all.Cell, all.Score = append(all.Cell, d.Cell[row]+int32(len(all.Cells))), append(all.Score, d.Score[row])
		}
		all.Candidates, all.Raters = all.Candidates+d.Candidates, all.Raters+d.Raters
		all.Exercises, all.Dimensions = d.Exercises, d.Dimensions
		all.Cells = append(all.Cells, d.Cells...)
	}
	fit, err := mixedmodel.Estimate(ctx, all, mixedmodel.Options{Terms: mixedmodel.AllTerms(), Method: mixedmodel.REML})
	return mixedmodel.NewPrior(fit.Components), err
}
