package fairness

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// noncentralT is the distribution of T = (Z + δ)/S with Z standard normal and
// S² = χ²_ν/ν, by its definition (Johnson, Kotz and Balakrishnan 1995, Continuous
// Univariate Distributions 2, ch. 31):
//
//	P(T ≤ t) = ∫ Φ(ts − δ) f_S(s) ds,   f_S(s) ∝ s^(ν−1) exp(−νs²/2)
//
// The integral is a Gauss–Legendre sum over where f_S has its mass. Lenth's
// series (1989, AS 243), which R uses, loses its leading term to underflow
// beyond δ ≈ 37, where a trust's pooled gaps can lie; the integral does not.
type noncentralT struct {
	nu             float64
	nodes, weights []float64 // in s; the weights carry f_S
}

// nodes of one panel: integrands of the panel's width are then exact to 1e-12.
const panelNodes = 16

// mostPanels are enough for any |t| that marks can give, some thousands; beyond,
// where groups hardly overlap, the interval is less exact and takes no longer.
const mostPanels = 4096

// newNoncentralT prepares the sum for ν degrees of freedom, ν > 0, and for
// values up to |t|, which says how sharply Φ(ts − δ) can turn.
func newNoncentralT(nu, t float64) noncentralT {
	low, high := chiRange(nu)
	panels := 4 + int(min(mostPanels, math.Ceil((high-low)*math.Abs(t)/4)))
	d := noncentralT{nu, make([]float64, 0, panels*panelNodes), make([]float64, 0, panels*panelNodes)}
	x, w := make([]float64, panelNodes), make([]float64, panelNodes)
	quad.Legendre{}.FixedLocations(x, w, 0, 1)
	width := (high - low) / float64(panels)
	for p := range panels {
		for i := range x {
			s := low + width*(float64(p)+x[i])
			d.nodes = append(d.nodes, s)
			d.weights = append(d.weights, w[i]*chiDensity(s, nu))
		}
	}
	floats.Scale(1/floats.Sum(d.weights), d.weights)
	return d
}

// chiRange is where S = √(χ²_ν/ν) lies, but for 1e-16 of its mass.
func chiRange(nu float64) (low, high float64) {
	quantile := func(p float64) float64 { return math.Sqrt(2 * mathext.GammaIncRegInv(nu/2, p) / nu) }
	upper := math.Sqrt(2 * mathext.GammaIncRegCompInv(nu/2, 1e-16) / nu)
	return quantile(1e-16), upper
}

// chiDensity is f_S but for a constant: 1 at its mode, or near it.
func chiDensity(s, nu float64) float64 {
	return math.Exp((nu-1)*math.Log(s) - nu*(s*s-1)/2)
}

// at is P(T ≤ t) and its derivative by δ, which is negative throughout.
func (d noncentralT) at(t, delta float64) (p, slope float64) {
	for i, s := range d.nodes {
		z := t*s - delta
		p += d.weights[i] * 0.5 * math.Erfc(-z/math.Sqrt2)
		slope -= d.weights[i] * math.Exp(-z*z/2)
	}
	return p, slope / math.Sqrt(2*math.Pi)
}

// noncentralTCDF is P(T ≤ t) for ν > 0 degrees of freedom and non-centrality δ.
func noncentralTCDF(t, nu, delta float64) float64 {
	p, _ := newNoncentralT(nu, t).at(t, delta)
	return p
}

// noncentrality is the δ at which P(T ≤ t) = p, 0 < p < 1: with p and 1 − p the
// ends of an interval for δ (Steiger and Fouladi 1997). P falls as δ grows, so
// Newton's steps, from where a normal would put δ, are kept within what each of
// them shows to be too low or too high.
func (d noncentralT) noncentrality(t, p float64) float64 {
	low, high := math.Inf(-1), math.Inf(1)
	spread := math.Sqrt(1 + t*t/(2*d.nu))
	delta := t - distuv.UnitNormal.Quantile(p)*spread
	for range 200 {
		f, slope := d.at(t, delta)
		if f > p {
			low = delta
		} else {
			high = delta
		}
		next := delta + min(spread, max(-spread, (p-f)/slope))
		if math.Abs(next-delta) < 1e-10*(1+math.Abs(next)) {
			return next
		}
		if next <= low || next >= high {
			next = (low + high) / 2
		}
		delta = next
	}
	return delta
}

func studentT(nu float64) distuv.StudentsT { return distuv.StudentsT{Sigma: 1, Nu: nu} }
