package fairness

import (
	"math"
	"slices"
)

// Exact is the exact test of equal rates, all margins given.
type Exact struct {
	Fisher   float64 // two-sided, of tables no more likely than this one
	MidP     float64 // the same, less half of what is as likely as this one
	Smallest float64 // the smallest Fisher p that any table with these margins has
}

// tied is how much two probabilities may differ and still be called equal: the
// usual convention, for sums of rounded numbers.
const tied = 1e-7

// Exact tests whether both groups pass at the same rate. With an empty group,
// or where all or none passed, every p is 1: there is one such table only.
func (t Table) Exact() Exact {
	h := newHypergeometric(t.N1, t.N0, t.X1+t.X0)
	e := h.test(t.X1)
	e.Smallest = math.Min(h.test(h.first).Fisher, h.test(h.last()).Fisher)
	return e
}

// hypergeometric is the chance of each number of focal passes, given how many
// passed, relative to the likeliest.
type hypergeometric struct {
	first  int       // the smallest number that is in weight
	weight []float64 // of first, first+1, …; the likeliest has 1
	total  float64
}

// newHypergeometric has every possible number of focal passes.
func newHypergeometric(focal, reference, passed int) hypergeometric {
	return hypergeometricWithin(focal, reference, passed, focal, nil)
}

// centralHypergeometric leaves out what is further than 7.5 standard deviations
// and 20 passes from the likeliest: less than 1e-12 of all. It writes over
// space, where that has room.
func centralHypergeometric(focal, reference, passed int, space []float64) hypergeometric {
	share, n := float64(focal)/float64(focal+reference), float64(focal+reference)
	deviation := math.Sqrt(share * (1 - share) * float64(passed) * (n - float64(passed)) / max(1, n-1))
	return hypergeometricWithin(focal, reference, passed, 20+int(7.5*deviation), space)
}

func hypergeometricWithin(focal, reference, passed, reach int, space []float64) hypergeometric {
	first, last := max(0, passed-reference), min(focal, passed)
	mode := min(max((focal+1)*(passed+1)/(focal+reference+2), first), last)
	first, last = max(first, mode-reach), min(last, mode+reach)
	h := hypergeometric{first: first, weight: slices.Grow(space[:0], last-first+1)[:last-first+1], total: 1}
	h.weight[mode-first] = 1
	// P(k+1)/P(k) = (focal−k)(passed−k) / ((k+1)(reference−passed+k+1))
	w := 1.0
	for k := mode; k < last; k++ {
		w *= float64(focal-k) * float64(passed-k) / (float64(k+1) * float64(reference-passed+k+1))
		h.weight[k+1-first] = w
		h.total += w
	}
	w = 1
	for k := mode - 1; k >= first; k-- {
		w *= float64(k+1) * float64(reference-passed+k+1) / (float64(focal-k) * float64(passed-k))
		h.weight[k-first] = w
		h.total += w
	}
	return h
}

func (h hypergeometric) last() int { return h.first + len(h.weight) - 1 }

// test leaves Smallest to the caller.
func (h hypergeometric) test(focalPassed int) Exact {
	own := h.weight[focalPassed-h.first]
	var rarer, equal float64
	for _, w := range h.weight {
		switch {
		case w < own*(1-tied):
			rarer += w
		case w <= own*(1+tied):
			equal += w
		}
	}
	return Exact{Fisher: math.Min(1, (rarer+equal)/h.total), MidP: (rarer + equal/2) / h.total}
}
