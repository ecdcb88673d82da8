package main

import (
	"context"
	"math"
	"slices"

	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

// draws of each posterior: enough for a 90 % interval of ranks.
const draws = 2000

// choice is whom a rule puts first and, of a rule that says it, between which
// ranks each candidate is.
type choice struct {
	first     int
	low, high []int // nil: it does not say
}

// outcome is what came of a choice.
type outcome struct {
	regret float64 // in SDs of the composite
	best   float64 // 1 where the best candidate was chosen
	cover  float64 // share of true ranks within their interval; NaN
}

func (c campaign) outcome(made choice) outcome {
	best := slices.Max(c.truth)
	o := outcome{regret: (best - c.truth[made.first]) / compositeSD(), cover: math.NaN()}
	if c.truth[made.first] == best {
		o.best = 1
	}
	if made.low == nil {
		return o
	}
	o.cover = 0
	for i, x := range c.truth {
		rank := 1
		for _, y := range c.truth {
			if y > x {
				rank++
			}
		}
		if made.low[i] <= rank && rank <= made.high[i] {
			o.cover += 1 / float64(len(c.truth))
		}
	}
	return o
}

type rule struct {
	name   string
	choose func(context.Context, campaign) (choice, error)
}

// newRules lists the rules, the raw mean first: the others are compared with
// it.
func newRules(pooled mixedmodel.Prior) []rule {
	return []rule{
		{"raw mean", func(_ context.Context, c campaign) (choice, error) { return choice{first: c.rawFirst()}, nil }},
		{"z per rater", func(_ context.Context, c campaign) (choice, error) {
			return choice{first: c.standardised().rawFirst()}, nil
		}},
		{"median of raters", func(_ context.Context, c campaign) (choice, error) { return choice{first: c.medians().rawFirst()}, nil }},
		{"MAP, pooled prior", func(ctx context.Context, c campaign) (choice, error) { return c.adjusted(ctx, mixedmodel.MAP, pooled) }},
		{"MAP, default prior", func(ctx context.Context, c campaign) (choice, error) {
			return c.adjusted(ctx, mixedmodel.MAP, mixedmodel.DefaultPrior(dimensions, c.High-c.Low))
		}},
		{"REML within the campaign", func(ctx context.Context, c campaign) (choice, error) {
			return c.adjusted(ctx, mixedmodel.REML, mixedmodel.Prior{})
		}},
	}
}

// rawFirst is the first by the panel's own rule.
func (c campaign) rawFirst() int { return ranking.PanelMean(c.Data)[0].Candidate }

// standardised takes each rater's mean off their marks and divides by their
// standard deviation.
func (c campaign) standardised() campaign {
	n, total, squares := make([]float64, c.Raters), make([]float64, c.Raters), make([]float64, c.Raters)
	for row, j := range c.Rater {
		n[j]++
		total[j] += c.Score[row]
		squares[j] += c.Score[row] * c.Score[row]
	}
	c.Score = slices.Clone(c.Score)
	for row, j := range c.Rater {
		mean := total[j] / n[j]
		if sd := math.Sqrt(squares[j]/n[j] - mean*mean); sd > 0 {
			c.Score[row] = (c.Score[row] - mean) / sd
		}
	}
	return c
}

// medians puts one mark, the median of all raters', where each had theirs.
func (c campaign) medians() campaign {
	type seen struct{ candidate, cell int32 }
	marks := map[seen][]float64{}
	for row := range c.Score {
		at := seen{c.Candidate[row], c.Cell[row]}
		marks[at] = append(marks[at], c.Score[row])
	}
	c.Score = slices.Clone(c.Score)
	for row := range c.Score {
		all := marks[seen{c.Candidate[row], c.Cell[row]}]
		slices.Sort(all)
		c.Score[row] = (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	}
	return c
}

func (c campaign) adjusted(ctx context.Context, method mixedmodel.Method, prior mixedmodel.Prior) (choice, error) {
	d := c.model()
	fit, err := mixedmodel.Estimate(ctx, d, mixedmodel.Options{Terms: mixedmodel.AllTerms(), Method: method, Prior: prior, Workers: 1})
	if err != nil {
		return choice{}, err
	}
	posterior, err := mixedmodel.NewPosterior(ctx, mixedmodel.Evidence{Data: d}, fit.Components, 1)
	if err != nil {
		return choice{}, err
	}
	a, err := ranking.Adjust(ctx, c.Data, posterior, ranking.Options{Seed: 1, Draws: draws, Posts: 1, Apart: 0.8})
	if err != nil {
		return choice{}, err
	}
	out := choice{first: a.Outlooks[0].Candidate, low: make([]int, c.Candidates), high: make([]int, c.Candidates)}
	for _, o := range a.Outlooks {
		out.low[o.Candidate], out.high[o.Candidate] = o.RankLow, o.RankHigh
	}
	return out, nil
}
