package mixedmodel

import (
	"context"
	"fmt"
	"math"
	"slices"

	"appointable/internal/fault"
)

// point is the objective at one θ.
type point struct {
	theta     []float64
	value     float64 // what is minimised
	criterion float64 // of it, D
	gradient  []float64
}

const (
	// nearEnough is the decrement g′H⁻¹g at which the search ends. In units of
	// twice the log-likelihood: a standard error away it would be 1, so the
	// estimate is within a hundred-thousandth of a standard error.
	nearEnough = 1e-10
	// A decrement below this is as good as the arithmetic of a large round
	// allows where no step lowers the objective any more.
	withinRounding = 1e-6

	// far is the decrement above which old information says little of the place.
	far = 1

	maxSteps = 200
	renewals = 6 // how often the information is worked out anew
)

// minimise finds the least value of the objective: Newton's steps with average
// information while it is far, then BFGS with the information as its start
// (Nocedal and Wright 2006, Numerical Optimization, ch. 6), each with
// backtracking. It returns Invalid where the objective has no value at the
// start, and ctx's error when the caller stops waiting.
func minimise(ctx context.Context, o *objective) (best point, decrement float64, err error) {
	best = o.at(o.start)
	if math.IsInf(best.value, 1) {
		return best, math.Inf(1), fault.New(fault.Invalid, "the variance components to begin with are too far apart to calculate with")
	}
	inverse, fresh := o.inverseCurvature(best.theta), true
	renewed := 1
	for range maxSteps {
		step := descent(inverse, best.gradient)
		decrement = -dot(step, best.gradient)
		if decrement <= nearEnough {
			return best, decrement, nil
		}
		next, ok := o.along(ctx, best, step, decrement)
		switch {
		case ctx.Err() != nil:
			return best, 0, fmt.Errorf("fitting: %w", ctx.Err())
		case !ok && fresh && decrement <= withinRounding:
			return best, min(decrement, nearEnough), nil
		case !ok && fresh:
			return best, decrement, nil
		case !ok:
			inverse, fresh = o.inverseCurvature(best.theta), true
			continue
		}
		if -dot(descent(inverse, next.gradient), next.gradient) > far && renewed < renewals {
			inverse, fresh = o.inverseCurvature(next.theta), true
			renewed++
		} else {
			fresh = false
			broyden(inverse, best, next)
		}
		best = next
	}
	return best, decrement, nil
}

// along goes a step, and a shorter one as long as the value does not fall
// enough (Armijo's rule). In the end values differ by rounding only; there a
// gradient that shrinks is what counts.
func (o *objective) along(ctx context.Context, from point, step []float64, decrement float64) (point, bool) {
	rounding := 1e-13 * math.Abs(from.value)
	for length := 1.0; length > 1e-6 && ctx.Err() == nil; length /= 2 {
		theta := slices.Clone(from.theta)
		for i, s := range step {
			theta[i] += length * s
		}
		next := o.at(theta)
		if next.value <= from.value-1e-4*length*decrement {
			return next, true
		}
		if decrement < 1e3*rounding+1e-9 && math.Abs(next.value-from.value) <= 10*rounding && largest(next.gradient) < largest(from.gradient) {
			return next, true
		}
	}
	return from, false
}

func largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	return most
}

func (o *objective) inverseCurvature(theta []float64) []float64 {
	n := len(theta)
	h := o.curvature(theta)
	if !cholesky(n, h) {
		clear(h)
		for i := range n {
			h[i*n+i] = 1e-3
		}
		return h
	}
	inverseFromCholesky(n, h)
	return h
}

// descent is −H⁻¹g.
func descent(inverse, gradient []float64) []float64 {
	step := make([]float64, len(gradient))
	multiply(len(step), len(step), inverse, gradient, step)
	for i := range step {
		step[i] = -step[i]
	}
	return step
}

// broyden updates H⁻¹ for the change of gradient between two points (Nocedal
// and Wright, eq. 6.17); not where the curvature seen is not positive.
func broyden(inverse []float64, from, to point) {
	n := len(from.theta)
	s, y := make([]float64, n), make([]float64, n)
	for i := range s {
		s[i], y[i] = to.theta[i]-from.theta[i], to.gradient[i]-from.gradient[i]
	}
	sy := dot(s, y)
	hy := make([]float64, n)
	multiply(n, n, inverse, y, hy)
	yhy := dot(y, hy)
	if !(sy > 1e-10*math.Sqrt(dot(s, s)*dot(y, y))) {
		return
	}
	for i := range n {
		for j := range n {
			inverse[i*n+j] += (1+yhy/sy)*s[i]*s[j]/sy - (hy[i]*s[j]+s[i]*hy[j])/sy
		}
	}
}
