package ranking

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Weights are how much each dimension counts beside the others, as declared:
// known, or anywhere between a low and a high weight. A weight within a range is
// taken to be as likely anywhere in it, whatever the others are, and each share
// is the weight over the sum of all: so dimensions of one known weight have equal
// shares in every draw. Where nothing is declared, all being anything from 0 to
// one same weight, shares are uniform over all that sum to 1 (SMAA).
type Weights struct{ Low, High []float64 }

// Fixed reports whether every share is known; that of an only dimension is.
func (w Weights) Fixed() bool { return len(w.Low) == 1 || slices.Equal(w.Low, w.High) }

// anything reports whether nothing is declared of any weight.
func (w Weights) anything() bool {
	for k := range w.Low {
		if w.Low[k] != 0 || w.High[k] != w.High[0] {
			return false
		}
	}
	return true
}

// Mean is each dimension's mean share, which is not that of the midpoints: of
// 40, 40 and 10–90 the last has 0.364, and 0.385 at its midpoint. With S the sum
// of the weights, 1/S = ∫ exp(−tS) dt over t > 0, and under the integral the
// weights are apart:
//
//	E[w_k/S] = ∫ E[w_k exp(−t·w_k)] Π_{j≠k} E[exp(−t·w_j)] dt
//
// It needs no draw, so no seed and no number of draws moves the adjusted order.
func (w Weights) Mean() []float64 {
	mean := make([]float64, len(w.Low))
	if w.anything() {
		for k := range mean {
			mean[k] = 1 / float64(len(mean))
		}
		return mean
	}
	// The trapezium rule in log t; it is exact to rounding for what is smooth and
	// fades at both ends. The scale is such that S is at most 1.
	scale := sum(w.High)
	end := math.Log(1e10 * scale / slices.Min(w.High))
	for logT := math.Log(1e-18); logT < end; logT += 0.125 {
		t := math.Exp(logT)
		together := t
		for k := range mean {
			together *= damped(t*w.Low[k]/scale, t*(w.High[k]-w.Low[k])/scale)
		}
		for k := range mean {
			mean[k] += together * (w.Low[k] + (w.High[k]-w.Low[k])*tilted(t*(w.High[k]-w.Low[k])/scale))
		}
	}
	divideBy(mean, sum(mean))
	return mean
}

// damped is E[exp(−x)] for x uniform from low to low + width.
func damped(low, width float64) float64 {
	if width == 0 {
		return math.Exp(-low)
	}
	return math.Exp(-low) * -math.Expm1(-width) / width
}

// tilted is E[u exp(−xu)]/E[exp(−xu)] for u uniform from 0 to 1; of a small x
// the first terms of its series, where the difference would be all rounding.
func tilted(x float64) float64 {
	if x < 1e-3 {
		return 0.5 - x/12 + x*x*x/720
	}
	return 1/x - 1/math.Expm1(x)
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// divideBy divides every figure of a row.
func divideBy(row []float64, by float64) {
	for i := range row {
		row[i] /= by
	}
}

// shares draws the dimensions' shares.
type shares struct {
	weights Weights
	drawn   []float64
	rng     *rand.Rand
}

func newShares(w Weights, rng *rand.Rand) *shares {
	s := &shares{weights: w, drawn: slices.Clone(w.Low), rng: rng}
	if w.Fixed() {
		divideBy(s.drawn, sum(w.Low))
	}
	return s
}

// next returns the next draw; it overwrites the one before.
func (s *shares) next() []float64 {
	if s.weights.Fixed() {
		return s.drawn
	}
	anything := s.weights.anything()
	for k, low := range s.weights.Low {
		if anything {
			s.drawn[k] = s.rng.ExpFloat64() // over their sum they are Dirichlet(1)
			continue
		}
		s.drawn[k] = low + s.rng.Float64()*(s.weights.High[k]-low)
	}
	divideBy(s.drawn, sum(s.drawn))
	return s.drawn
}
