package fairness

import (
	"math"

	"appointable/internal/fault"
)

// Alpha is the level of every test here, and Power80 the power at which a gap
// counts as one that would have been seen.
const (
	Alpha   = 0.05
	Power80 = 0.8
)

// significant leaves out p = 0.05 itself, whichever way it was rounded.
func significant(p float64) bool { return p < Alpha-1e-12 }

// Power is the chance that Fisher's test finds p < 0.05 where n1 and n0
// candidates pass at the rates p1 and p0, by enumeration of every table. It
// returns Invalid for sizes below 1 and for rates outside 0 to 1.
func Power(n1, n0 int, p1, p0 float64) (float64, error) {
	if n1 < 1 || n0 < 1 || !(p1 >= 0 && p1 <= 1) || !(p0 >= 0 && p0 <= 1) {
		return 0, fault.New(fault.Invalid, "power needs groups of one or more and rates from 0 to 1; given are %d and %d, %v and %v", n1, n0, p1, p0)
	}
	return newComparison(n1, n0).power(p1, p0), nil
}

// Detectable is the largest ratio below 1 that Fisher's test would have found
// four times in five (power 0.8), the reference group's rate being what it was.
// ok is false where not even a focal group of whom nobody passes would have
// been noticed so often.
func (t Table) Detectable() (ratio float64, ok bool) {
	if t.N1 == 0 || t.N0 == 0 {
		return 0, false
	}
	return newComparison(t.N1, t.N0).detectable(float64(t.X0) / float64(t.N0))
}

// detectable finds the ratio by the Illinois method: the secant, with the end
// that stays held back. Power is a polynomial in the ratio, so few steps do.
func (c *comparison) detectable(rate float64) (ratio float64, ok bool) {
	excess := func(ratio float64) float64 { return c.power(ratio*rate, rate) - Power80 }
	low, high, atLow, atHigh := 0.0, 1.0, excess(0), Alpha-Power80
	if atLow < 0 {
		return 0, false
	}
	for kept := 0; high-low > 1e-9; {
		ratio = (low*atHigh - high*atLow) / (atHigh - atLow)
		switch at := excess(ratio); {
		case math.Abs(at) < 1e-8:
			return ratio, true
		case at > 0:
			low, atLow = ratio, at
			if kept == 1 {
				atHigh /= 2
			}
			kept = 1
		default:
			high, atHigh = ratio, at
			if kept == -1 {
				atLow /= 2
			}
			kept = -1
		}
	}
	return low, true
}

// comparison is two group sizes with, for each number of passes, the focal
// passes that Fisher's test rejects: those up to low and those from high on.
type comparison struct {
	n1, n0 int
	limits []limits  // by number of passes; filled as they are needed
	space  []float64 // for one distribution at a time
}

type limits struct {
	known     bool
	low, high int
}

func newComparison(n1, n0 int) *comparison {
	return &comparison{n1: n1, n0: n0, limits: make([]limits, n1+n0+1)}
}

// power adds up what the test does not reject, the smaller part of the tables.
func (c *comparison) power(p1, p0 float64) float64 {
	first1, chance1 := binomial(c.n1, p1)
	first0, chance0 := binomial(c.n0, p0)
	last1, last0 := first1+len(chance1)-1, first0+len(chance0)-1
	var kept float64
	for passed := first1 + first0; passed <= last1+last0; passed++ {
		l := c.at(passed)
		from, to := max(l.low+1, first1, passed-last0), min(l.high-1, last1, passed-first0)
		for x1 := from; x1 <= to; x1++ {
			kept += chance1[x1-first1] * chance0[passed-x1-first0]
		}
	}
	return min(1, max(0, 1-kept))
}

func (c *comparison) at(passed int) *limits {
	l := &c.limits[passed]
	if !l.known {
		h := centralHypergeometric(c.n1, c.n0, passed, c.space)
		*l, c.space = h.rejected(), h.weight
	}
	return l
}

// rejected takes from both ends, the rarest first and the equally rare
// together, as long as all that was taken is rarer than Alpha.
func (h hypergeometric) rejected() limits {
	low, high := 0, len(h.weight)-1 // what is still to be taken
	var sum float64
	for low <= high {
		edge := min(h.weight[low], h.weight[high]) * (1 + tied)
		nextLow, nextHigh := low, high
		for nextLow <= high && h.weight[nextLow] <= edge {
			sum += h.weight[nextLow]
			nextLow++
		}
		for nextHigh >= nextLow && h.weight[nextHigh] <= edge {
			sum += h.weight[nextHigh]
			nextHigh--
		}
		if !significant(sum / h.total) {
			break
		}
		low, high = nextLow, nextHigh
	}
	return limits{known: true, low: h.first + low - 1, high: h.first + high + 1}
}

// binomial gives the chances of first, first+1, … passes of n, without tails
// that add less than about 1e-14 together.
func binomial(n int, p float64) (first int, chance []float64) {
	switch p {
	case 0:
		return 0, []float64{1}
	case 1:
		return n, []float64{1}
	}
	mode := min(int(float64(n+1)*p), n)
	lgamma := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	peak := math.Exp(lgamma(n) - lgamma(mode) - lgamma(n-mode) + float64(mode)*math.Log(p) + float64(n-mode)*math.Log1p(-p))
	odds, negligible := p/(1-p), 1e-16*peak
	first = mode
	below := []float64{}
	for c := peak; first > 0; first-- {
		if c *= float64(first) / (odds * float64(n-first+1)); c < negligible {
			break
		}
		below = append(below, c)
	}
	for i := len(below) - 1; i >= 0; i-- {
		chance = append(chance, below[i])
	}
	chance = append(chance, peak)
	for k, c := mode, peak; k < n; k++ {
		if c *= float64(n-k) * odds / float64(k+1); c < negligible {
			break
		}
		chance = append(chance, c)
	}
	return first, chance
}
