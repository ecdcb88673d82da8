package fairness

import "math"

// Quantiles of the normal distribution: of the 95 % intervals, and of a power
// of 80 %.
const (
	normal95 = 1.959963984540054
	normal80 = 0.8416212335729143
	chi95    = normal95 * normal95
)

// Ratio is the focal group's rate over the reference group's, with the 95 %
// interval of Miettinen and Nurminen. Where the reason is not empty there is
// no estimate (it is then 0, or +Inf where only focal candidates passed); the
// limits still hold: 0 and +Inf where the table says nothing.
func (t Table) Ratio() (Interval, Reason) {
	missing := t.missing()
	if t.N1 == 0 || t.N0 == 0 || t.X1+t.X0 == 0 {
		return Interval{Low: 0, High: math.Inf(1)}, missing
	}
	i := Interval{Estimate: t.rateRatio(), Low: 0, High: math.Inf(1)}
	if t.X1 > 0 {
		i.Low = 1 / t.swapped().highest() // the statistic is the same seen from the other side
	}
	if t.X0 > 0 {
		i.High = t.highest()
	}
	return i, missing
}

// rateRatio divides whole numbers once, so that equal rates give exactly 1.
func (t Table) rateRatio() float64 {
	return float64(t.X1*t.N0) / float64(t.X0*t.N1)
}

// highest is the largest ratio that the score test does not reject. It needs
// X0 > 0: the statistic then grows from the estimate on, without bound.
func (t Table) highest() float64 {
	low := math.Log(t.rateRatio())
	if t.X1 == 0 {
		for low = 0; t.score(math.Exp(low)) > chi95; {
			low--
		}
	}
	high := low + 1
	for t.score(math.Exp(high)) <= chi95 {
		low, high = high, high+1
	}
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high || high-low < 1e-14 {
			return math.Exp(high)
		}
		if t.score(math.Exp(middle)) > chi95 {
			high = middle
		} else {
			low = middle
		}
	}
}

// score is the chi-square statistic of the hypothesis p1 = ratio·p0:
// Koopman's, times (N−1)/N, which is Miettinen and Nurminen's (1985, eq. 10).
func (t Table) score(ratio float64) float64 {
	n1, n0 := float64(t.N1), float64(t.N0)
	difference := float64(t.X1)/n1 - ratio*float64(t.X0)/n0
	if difference == 0 {
		return 0
	}
	p1, p0 := t.constrained(ratio)
	variance := p1*(1-p1)/n1 + ratio*ratio*p0*(1-p0)/n0
	if variance <= 0 {
		return math.Inf(1)
	}
	n := n1 + n0
	return difference * difference / variance * (n - 1) / n
}

// constrained gives the most likely rates with p1 = ratio·p0: the smaller root
// of N·ratio·p0² − (ratio(x0+n1) + x1 + n0)·p0 + x1 + x0, in the form that
// loses no digits.
func (t Table) constrained(ratio float64) (p1, p0 float64) {
	passed := float64(t.X1 + t.X0)
	b := ratio*float64(t.X0+t.N1) + float64(t.X1+t.N0)
	root := math.Sqrt(math.Max(0, b*b-4*ratio*float64(t.N1+t.N0)*passed))
	p0 = math.Min(1, 2*passed/(b+root))
	return math.Min(1, ratio*p0), p0
}
