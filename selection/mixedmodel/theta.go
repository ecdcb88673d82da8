package mixedmodel

import "math"

// factors is the relative covariance factors that a parameter vector θ stands
// for: G = σ²ΛΛ′, term by term, as in lme4 (Bates et al. 2015, eq. 4). θ is Λ_v's
// lower triangle by columns, then the standard deviations of those of w, h, s
// and t that are on, each relative to the residual's. The criterion is even in
// the sign of each column of Λ, so that θ needs no bounds.
type factors struct {
	v          []float64 // K×K, lower triangle
	w, h, s, t float64
}

// layout says where θ's elements are.
type layout struct {
	terms      Terms
	dimensions int
}

func (l layout) size() int {
	n := 0
	if l.terms.Candidate {
		n = l.dimensions * (l.dimensions + 1) / 2
	}
	for _, on := range l.scalars() {
		if on {
			n++
		}
	}
	return n
}

func (l layout) scalars() [4]bool {
	return [4]bool{l.terms.CandidateExercise, l.terms.CandidateRater, l.terms.Rater, l.terms.RaterDimension}
}

func (l layout) factors(theta []float64) factors {
	k := l.dimensions
	f := factors{v: make([]float64, k*k)}
	at := 0
	if l.terms.Candidate {
		for c := range k {
			for r := c; r < k; r++ {
				f.v[r*k+c] = theta[at]
				at++
			}
		}
	}
	for n, x := range [4]*float64{&f.w, &f.h, &f.s, &f.t} {
		if l.scalars()[n] {
			*x = theta[at]
			at++
		}
	}
	return f
}

// pack is the inverse of factors: of factors, or of the derivatives by them.
func (l layout) pack(f factors, theta []float64) {
	k := l.dimensions
	at := 0
	if l.terms.Candidate {
		for c := range k {
			for r := c; r < k; r++ {
				theta[at] = f.v[r*k+c]
				at++
			}
		}
	}
	for n, x := range [4]float64{f.w, f.h, f.s, f.t} {
		if l.scalars()[n] {
			theta[at] = x
			at++
		}
	}
}

// components is the variances at a residual variance.
func (l layout) components(f factors, residual float64) Components {
	k := l.dimensions
	c := Components{
		CandidateExercise: residual * f.w * f.w, CandidateRater: residual * f.h * f.h,
		Rater: residual * f.s * f.s, RaterDimension: residual * f.t * f.t, Residual: residual,
	}
	for r := range k {
		row := make([]float64, k)
		for q := range k {
			for j := range k {
				row[q] += residual * f.v[r*k+j] * f.v[q*k+j]
			}
		}
		c.Candidate = append(c.Candidate, row)
	}
	return c
}

// relative is the factors of variances; false where Σ_v is not positive
// semidefinite.
func (l layout) relative(c Components) (factors, bool) {
	sd := func(x float64) float64 { return math.Sqrt(x / c.Residual) }
	f := factors{w: sd(c.CandidateExercise), h: sd(c.CandidateRater), s: sd(c.Rater), t: sd(c.RaterDimension)}
	k := l.dimensions
	f.v = make([]float64, k*k)
	if !l.terms.Candidate {
		return f, true
	}
	for j := range k {
		for i := j; i < k; i++ {
			sum := c.Candidate[i][j] / c.Residual
			for m := range j {
				sum -= f.v[i*k+m] * f.v[j*k+m]
			}
			switch {
			case i > j && f.v[j*k+j] == 0:
				f.v[i*k+j] = 0 // singular is allowed
			case i > j:
				f.v[i*k+j] = sum / f.v[j*k+j]
			case sum < -1e-9*(1+c.Candidate[i][i]/c.Residual):
				return f, false
			case sum < 1e-12*c.Candidate[i][i]/c.Residual:
				f.v[i*k+j] = 0
			default:
				f.v[i*k+j] = math.Sqrt(sum)
			}
		}
	}
	return f, true
}

// rater is the factor of a rater's effects by dimension, τ_k = s + t_k, whose
// covariance is s²J + t²I (J: all ones): its symmetric root tI + cJ. With one
// column for each dimension in place of 1 + K the criterion stays the same
// (det(I + AB) = det(I + BA)). Where rater × dimension is off it is the number s.
func (f factors) rater(width int) []float64 {
	l := make([]float64, width*width)
	c := f.shared(width)
	for k := range width {
		for m := range width {
			l[k*width+m] = c
		}
		l[k*width+k] += f.t
	}
	return l
}

func (f factors) shared(width int) float64 {
	return (f.raterRoot(width) - f.t) / float64(width)
}

// raterRoot is √(t² + K s²): the factor of what a rater's effects share.
func (f factors) raterRoot(width int) float64 {
	return math.Sqrt(f.t*f.t + float64(width)*f.s*f.s)
}

// raterGradient turns tr(dΛ_r Q) for given Q into derivatives by s and t.
func (f factors) raterGradient(width int, q []float64) (s, t float64) {
	trace, sum := 0.0, 0.0
	for k := range width {
		trace += q[k*width+k]
		for m := range width {
			sum += q[k*width+m]
		}
	}
	root := f.raterRoot(width)
	if root == 0 {
		return 0, 0 // the criterion is even in both
	}
	return f.s / root * sum, trace + (f.t/root-1)/float64(width)*sum
}
