package fairness

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mathext"
)

// FourFifths is the ratio below which selection rates are by custom looked
// into (US Uniform Guidelines 1978). It is never shown without its chance.
const FourFifths = 0.8

// ChanceBelow is the probability that the true ratio lies below the given one
// (above 0, at most 1), with Jeffreys' prior on each rate. ok is false where a
// group is empty. It is computed by quadrature, hence the same every time.
func (t Table) ChanceBelow(ratio float64) (p float64, ok bool) {
	if t.N1 == 0 || t.N0 == 0 {
		return 0, false
	}
	a1, b1 := float64(t.X1)+.5, float64(t.N1-t.X1)+.5
	x0, y0 := float64(t.X0), float64(t.N0-t.X0)
	scale := math.Ln2 - mathext.Lbeta(x0+.5, y0+.5)
	// With p0 = sin²θ the posterior of θ is 2·sin^2x0·cos^2(n0−x0)/B: smooth to
	// its ends, where that of p0 has poles. As large counts let it vanish at
	// double precision, only what is within 8.5 standard deviations is summed.
	density := func(angle float64) float64 {
		s, c := math.Sincos(angle)
		return math.Exp(scale+logPower(s, x0)+logPower(c, y0)) * mathext.RegIncBeta(a1, b1, ratio*s*s)
	}
	sd0, sd1 := 1/(2*math.Sqrt(float64(t.N0+1))), 1/(2*math.Sqrt(float64(t.N1+1)))
	peak := math.Asin(math.Sqrt((x0 + .25) / (x0 + y0 + .5)))
	from, to := math.Max(0, peak-8.5*sd0), math.Min(math.Pi/2, peak+8.5*sd0)
	panels := int(math.Ceil((to - from) / (10 * math.Min(sd0, sd1))))
	width := (to - from) / float64(panels)
	for i := range panels {
		start := from + float64(i)*width
		p += quad.Fixed(density, start, start+width, 32, nil, 1)
	}
	return math.Min(1, math.Max(0, p)), true
}

// logPower is log(base^2n), 0 for n = 0 even of base 0.
func logPower(base, n float64) float64 {
	if n == 0 {
		return 0
	}
	return 2 * n * math.Log(base)
}
