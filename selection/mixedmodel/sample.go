package mixedmodel

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
)

// Draw is one joint draw: of cell means and of every candidate's values, row i
// of Values being candidate i's vector.
type Draw struct {
	Cells  []float64
	Values []float64 // Candidates × K, row by row
}

// Sample gives fn n joint draws, one after the other; fn must not keep one. A
// draw costs time in proportion to the candidates: first the global effects,
// g ~ N(ĝ, σ²S⁻¹), then each candidate given them. The draws are those of rng
// whatever the number of cores. It returns ctx's error when the caller stops
// waiting.
func (p *Posterior) Sample(ctx context.Context, rng *rand.Rand, n int, fn func(Draw)) error {
	s := p.newSampler()
	if len(s.streams) > 1 && s.workers > 1 {
		return s.drawAhead(ctx, rng, n, fn)
	}
	for range n {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("sampling: %w", err)
		}
		fn(s.draw(rng))
	}
	return nil
}

// drawAhead draws the next while fn has the last: with many candidates what fn
// does with a draw takes as long as to make one.
func (s *sampler) drawAhead(ctx context.Context, rng *rand.Rand, n int, fn func(Draw)) error {
	spare := make([]float64, len(s.values))
	var last, next Draw
	for drawn := range n + 1 {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("sampling: %w", err)
		}
		var ahead sync.WaitGroup
		if drawn < n {
			ahead.Go(func() { next = s.draw(rng) })
		}
		if drawn > 0 {
			fn(last)
		}
		ahead.Wait()
		last, s.values, spare = next, spare, s.values
	}
	return nil
}

// sampler is what does not change from draw to draw.
type sampler struct {
	*Posterior
	bases   []float64 // N×K
	sigma   float64
	effect  []float64
	values  []float64
	shifts  [][]float64 // by pattern: what its cells take from v in the draw at hand
	streams []*rand.PCG
}

// blockOf candidates are drawn from one stream of random numbers, so that
// blocks can be drawn side by side.
const blockOf = 2048

func (p *Posterior) newSampler() *sampler {
	k := p.Dimensions
	s := &sampler{Posterior: p, sigma: math.Sqrt(p.residual), bases: make([]float64, p.Candidates*k), values: make([]float64, p.Candidates*k), effect: make([]float64, p.system.size)}
	for i := range p.Candidates {
		if p.place[i].pattern >= 0 {
			copy(s.bases[i*k:], p.base(i))
		}
	}
	for range p.patterns {
		s.shifts = append(s.shifts, make([]float64, k))
	}
	for range (p.Candidates + blockOf - 1) / blockOf {
		s.streams = append(s.streams, &rand.PCG{})
	}
	return s
}

func (s *sampler) draw(rng *rand.Rand) Draw {
	for i := range s.effect {
		s.effect[i] = s.sigma * rng.NormFloat64()
	}
	s.factored.backward(s.effect)
	for i, x := range s.Posterior.effect {
		s.effect[i] += x
	}
	scaled := s.inUnits(s.effect)
	for n := range s.patterns {
		s.shift(n, scaled)
	}
	for _, stream := range s.streams {
		stream.Seed(rng.Uint64(), rng.Uint64())
	}
	if len(s.streams) == 1 || s.workers == 1 {
		for n := range s.streams {
			s.drawBlock(n, scaled)
		}
	} else {
		var all sync.WaitGroup
		for w := range s.workers {
			all.Go(func() {
				for n := w; n < len(s.streams); n += s.workers {
					s.drawBlock(n, scaled)
				}
			})
		}
		all.Wait()
	}
	return Draw{Cells: s.cellsOf(scaled), Values: s.values}
}

func (s *sampler) drawBlock(n int, scaled []float64) {
	k := s.Dimensions
	rng := rand.New(s.streams[n])
	noise := make([]float64, k)
	for i := n * blockOf; i < min((n+1)*blockOf, s.Candidates); i++ {
		for r := range noise {
			noise[r] = s.sigma * rng.NormFloat64()
		}
		v := s.values[i*k : i*k+k]
		if s.place[i].pattern < 0 {
			multiply(k, k, s.f.v, noise, v)
			continue
		}
		view := &s.views[s.place[i].pattern]
		copy(v, s.bases[i*k:])
		for r := range k {
			for c := range r + 1 {
				v[r] += view.root[r*k+c] * noise[c]
			}
		}
		pattern, width := s.patterns[s.place[i].pattern], s.width
		for r, x := range s.shifts[s.place[i].pattern] {
			v[r] -= x
		}
		if width == 0 {
			continue
		}
		for slot, j := range pattern.teams[s.place[i].team].raters {
			effects := scaled[s.system.first[s.nodes[j]]:][:width]
			for r := range k {
				v[r] -= dot(view.b[r*pattern.global+slot*width:][:width], effects)
			}
		}
	}
}

// shift is the part of the cells in B γ, the same for everybody of a pattern.
func (s *sampler) shift(n int, scaled []float64) {
	pattern, view := s.patterns[n], &s.views[n]
	clear(s.shifts[n])
	for f, column := range pattern.fixed {
		effect := scaled[s.system.first[s.fixedNode(column)]]
		for r := range s.Dimensions {
			s.shifts[n][r] += view.b[r*pattern.global+pattern.slots*s.width+f] * effect
		}
	}
}
