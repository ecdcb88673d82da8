package mixedmodel

import (
	"math"

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
}

func newObjective(c *criterion, o Options) (*objective, error) {
	out := &objective{criterion: c, method: o.Method, prior: o.Prior, start: make([]float64, c.size()), progress: o.Progress}
	f := factors{v: make([]float64, c.Dimensions*c.Dimensions), w: .5, h: .4, s: .5, t: .3}
	for k := range c.Dimensions {
		f.v[k*c.Dimensions+k] = .7
	}
	if o.Method == MAP {
		c.believed = noise{o.Prior.Residuals, o.Prior.Residuals * o.Prior.Components.Residual}
		var ok bool
		if f, ok = c.relative(o.Prior.Components); !ok {
			return nil, fault.New(fault.Invalid, "the prior's covariance of the dimensions is not positive definite")
		}
	}
	c.pack(f, out.start)
	return out, nil
}

// at evaluates everything at θ.
func (o *objective) at(theta []float64) point {
	p := point{theta: theta, gradient: make([]float64, len(theta))}
	p.criterion = o.criterion.at(theta, p.gradient)
	p.value = p.criterion
	if o.method == MAP {
		p.value += o.beliefAt() + o.penalty(theta, p.gradient)
	}
	if math.IsNaN(p.value) {
		p.value = math.Inf(1)
	}
	if o.progress != nil {
		o.progress(o.evaluations)
	}
	return p
}

// curvature is about the second derivative at θ: average information, and the
// prior's expected one. What θ does not feel there, a column of Λ that is 0,
// gets a little of its own, so that the matrix has an inverse.
func (o *objective) curvature(theta []float64) []float64 {
	n := len(theta)
	h := make([]float64, n*n)
	if math.IsInf(o.criterion.at(theta, nil), 1) {
		for i := range n {
			h[i*n+i] = 1
		}
		return h
	}
	o.information(h)
	if o.method == MAP {
		o.priorCurvature(theta, h)
	}
	largest := 0.0
	for i := range n {
		largest = max(largest, h[i*n+i])
	}
	for i := range n {
		h[i*n+i] += 1e-4*h[i*n+i] + 1e-6*largest
	}
	return h
}

// priorCurvature adds ν tr(A⁻¹ dA_i A⁻¹ dA_j), A being Σ_v/σ² or a θ_c².
func (o *objective) priorCurvature(theta, h []float64) {
	n, k, nu := len(theta), o.Dimensions, o.prior.Pseudo
	f := o.factors(theta)
	var relative [][]float64 // Λ⁻¹ dA_i Λ⁻ᵀ
	if o.design.terms.Candidate {
		inverse := lowerInverse(k, f.v)
		for _, w := range o.directions() {
			if w.v == nil {
				break
			}
			half, whole := make([]float64, k*k), make([]float64, k*k)
			product(k, k, k, inverse, w.v, half)
			productTransposed(k, k, k, half, inverse, whole)
			relative = append(relative, whole)
		}
	}
	for i, a := range relative {
		for j, b := range relative {
			h[i*n+j] += nu * dot(a, b)
		}
	}
	for i := len(relative); i < n; i++ {
		h[i*n+i] += 4 * nu / (theta[i] * theta[i])
	}
}

// penalty is the prior's part (statistics §4), and adds its derivative:
//
//	ν[log|A| + tr(A₀A⁻¹)] + Σ_c ν[log θ_c² + θ₀c²/θ_c²]
//
// with A = Σ_v/σ² and θ_c² = σ_c²/σ². With no data its mode is the prior. It
// has a pole at 0, so that no component of a small panel vanishes.
func (o *objective) penalty(x, gradient []float64) float64 {
	f, nu, prior := o.factors(x), o.prior.Pseudo, o.prior.Components
	slope := factors{v: make([]float64, len(f.v))}
	sum := 0.0
	if o.design.terms.Candidate {
		sum += o.valuesPenalty(f, slope)
	}
	terms := o.scalars()
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
	o.pack(slope, added)
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
	inverse := lowerInverse(k, f.v)
	logDet := 0.0
	for c := range k {
		logDet += 2 * math.Log(math.Abs(f.v[c*k+c]))
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

func lowerInverse(k int, l []float64) []float64 {
	inverse := make([]float64, k*k)
	for c := range k {
		inverse[c*k+c] = 1 / l[c*k+c]
		for r := c + 1; r < k; r++ {
			sum := 0.0
			for j := c; j < r; j++ {
				sum -= l[r*k+j] * inverse[j*k+c]
			}
			inverse[r*k+c] = sum / l[r*k+r]
		}
	}
	return inverse
}
