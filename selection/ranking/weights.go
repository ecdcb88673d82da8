package ranking

import (
	"math/rand/v2"
	"slices"
)

// Weights are how much each dimension counts of the whole: known, or anywhere
// between a low and a high share. Shares sum to 1.
type Weights struct{ Low, High []float64 }

// NewWeights turns ranges of relative weights into ranges of shares: a
// dimension's share is lowest where it has its low weight and all others their
// high ones. Weights that may be anything may have any shares.
func NewWeights(low, high []float64) Weights {
	w := Weights{Low: make([]float64, len(low)), High: make([]float64, len(low))}
	for k := range low {
		w.Low[k] = low[k] / (low[k] + sum(others(high, k)))
		w.High[k] = high[k] / (high[k] + sum(others(low, k)))
	}
	return w
}

func others(x []float64, k int) []float64 { return slices.Delete(slices.Clone(x), k, k+1) }

// Fixed reports whether every weight is known.
func (w Weights) Fixed() bool { return slices.Equal(w.Low, w.High) }

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// walk draws shares evenly from those that the ranges allow, by hit and run:
// what two dimensions have together is divided anew between them, evenly over
// the divisions that keep both in range (Tervonen, van Valkenhoef, Basturk and
// Postmus 2013, European Journal of Operational Research 224).
type walk struct {
	weights Weights
	free    []int // the dimensions that have a range
	shares  []float64
	rng     *rand.Rand
}

// movesPerDraw is for each dimension with a range: enough that draws have
// forgotten one another.
const movesPerDraw = 6

func newWalk(w Weights, rng *rand.Rand) *walk {
	out := &walk{weights: w, shares: slices.Clone(w.Low), rng: rng}
	for k := range w.Low {
		if w.High[k] > w.Low[k] {
			out.free = append(out.free, k)
		}
	}
	if len(out.free) > 0 {
		missing := (1 - sum(w.Low)) / (sum(w.High) - sum(w.Low))
		for _, k := range out.free {
			out.shares[k] += missing * (w.High[k] - w.Low[k])
		}
	}
	return out
}

// next returns the next draw; it overwrites the one before.
func (w *walk) next() []float64 {
	n := len(w.free)
	if n < 2 {
		return w.shares
	}
	for range movesPerDraw * n {
		i := w.rng.IntN(n)
		j := w.rng.IntN(n - 1)
		if j >= i {
			j++
		}
		w.divide(w.free[i], w.free[j])
	}
	return w.shares
}

func (w *walk) divide(k, l int) {
	both := w.shares[k] + w.shares[l]
	low := max(w.weights.Low[k], both-w.weights.High[l])
	high := min(w.weights.High[k], both-w.weights.Low[l])
	w.shares[k] = low + w.rng.Float64()*max(high-low, 0)
	w.shares[l] = both - w.shares[k]
}
