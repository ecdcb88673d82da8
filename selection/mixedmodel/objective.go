package mixedmodel

import (
	"math"
	"slices"

	"appointable/internal/fault"
)

// objective is what is minimised: the criterion, and under MAP the prior's
// penalty beside it.
type objective struct {
	*criterion
	method   Method
	prior    Prior
	start    []float64
	progress func(int)

	x        []float64 // where the last evaluation was
	last     float64   // D there, without the penalty
	whole    float64   // with it
	gradient []float64
}

func newObjective(c *criterion, o Options) (*objective, error) {
	out := &objective{criterion: c, method: o.Method, prior: o.Prior, start: make([]float64, c.layout.size()), gradient: make([]float64, c.layout.size())}
	f := factors{v: make([]float64, c.Dimensions*c.Dimensions), w: .5, h: .4, s: .5, t: .3}
	for k := range c.Dimensions {
		f.v[k*c.Dimensions+k] = .7
	}
	if o.Method == MAP {
		var ok bool
		if f, ok = c.layout.relative(o.Prior.Components); !ok {
			return nil, fault.New(fault.Invalid, "the prior's covariance of the dimensions is not positive definite")
		}
	}
	c.layout.pack(f, out.start)
	return out, nil
}

// threshold is how small a gradient counts as zero: the criterion is in units
// of twice the log-likelihood, in which a difference of .001 is nothing.
func (o *objective) threshold() float64 { return 1e-5 }

func (o *objective) value(x []float64) float64 {
	if !slices.Equal(o.x, x) {
		o.x = append(o.x[:0], x...)
		o.last = o.at(x, o.gradient)
		o.whole = o.last + o.penalty(x, o.gradient)
		if math.IsNaN(o.whole) {
			o.whole = math.Inf(1)
		}
		if o.progress != nil {
			o.progress(o.evaluations)
		}
	}
	return o.whole
}

func (o *objective) slope(gradient, x []float64) {
	o.value(x)
	copy(gradient, o.gradient)
}

// penalty is the prior's part (statistics §4), and adds its derivative:
//
//	ν[log|A| + tr(A₀A⁻¹)] + Σ_c ν[log θ_c² + θ₀c²/θ_c²]
//
// with A = Σ_v/σ² and θ_c² = σ_c²/σ². With no data its mode is the prior. It
// has a pole at 0, so that no component of a small panel vanishes.
func (o *objective) penalty(x, gradient []float64) float64 {
	if o.method != MAP {
		return 0
	}
	f, nu, prior := o.layout.factors(x), o.prior.Pseudo, o.prior.Components
	slope := factors{v: make([]float64, len(f.v))}
	sum := 0.0
	if o.design.terms.Candidate {
		sum += o.valuesPenalty(f, slope)
	}
	terms := o.layout.scalars()
	for n, c := range []struct {
		theta, variance float64
		slope           *float64
	}{{f.w, prior.CandidateExercise, &slope.w}, {f.h, prior.CandidateRater, &slope.h}, {f.s, prior.Rater, &slope.s}, {f.t, prior.RaterDimension, &slope.t}} {
		if !terms[n] {
			continue
		}
		square, believed := c.theta*c.theta, c.variance/prior.Residual
		sum += nu * (math.Log(square) + believed/square)
		*c.slope = 2 * nu * (1/c.theta - believed/(square*c.theta))
	}
	added := make([]float64, len(x))
	o.layout.pack(slope, added)
	addTo(gradient, added)
	return sum
}

// valuesPenalty is the part of Σ_v, with derivative
// 2ν(Λ⁻ᵀ − A⁻¹A₀A⁻¹Λ) in the lower triangle.
func (o *objective) valuesPenalty(f, slope factors) float64 {
	k, nu := o.Dimensions, o.prior.Pseudo
	believed := make([]float64, k*k)
	for r, row := range o.prior.Components.Candidate {
		for c, x := range row {
			believed[r*k+c] = x / o.prior.Components.Residual
		}
	}
	inverse := make([]float64, k*k) // Λ⁻¹
	logDet := 0.0
	for c := range k {
		logDet += 2 * math.Log(math.Abs(f.v[c*k+c]))
		for r := c; r < k; r++ {
			sum := 0.0
			if r == c {
				sum = 1
			}
			for j := c; j < r; j++ {
				sum -= f.v[r*k+j] * inverse[j*k+c]
			}
			inverse[r*k+c] = sum / f.v[r*k+r]
		}
	}
	whitened, square := make([]float64, k*k), make([]float64, k*k) // Λ⁻¹A₀Λ⁻ᵀ
	product(k, k, k, inverse, believed, square)
	productTransposed(k, k, k, square, inverse, whitened)
	trace := 0.0
	for c := range k {
		trace += whitened[c*k+c]
	}
	// A⁻¹A₀A⁻¹Λ = Λ⁻ᵀ(Λ⁻¹A₀Λ⁻ᵀ).
	transposedProduct(k, k, k, inverse, whitened, square)
	for r := range k {
		for c := range r + 1 {
			d := -square[r*k+c]
			if r == c {
				d += inverse[r*k+r]
			}
			slope.v[r*k+c] = 2 * nu * d
		}
	}
	return nu * (logDet + trace)
}

// residualVariance is σ² at the last θ; under MAP drawn towards the prior's,
// ((n−p)σ̂² + ν₀σ₀²)/((n−p) + ν₀).
func (o *objective) residualVariance() float64 {
	if o.method != MAP {
		return o.residual()
	}
	n, weight := o.degrees, o.prior.Residuals
	return (n*o.residual() + weight*o.prior.Components.Residual) / (n + weight)
}
