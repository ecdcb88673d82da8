package fairness

import (
	"cmp"
	"math"
	"slices"
)

// BenjaminiHochberg gives for each p of a family, which must have been declared
// before looking, its q: the smallest false discovery rate at which it would be
// called a finding. The order stays.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q := make([]float64, len(p))
	smallest := 1.0
	for rank, i := range slices.Backward(order) {
		smallest = math.Min(smallest, p[i]*float64(len(p))/float64(rank+1))
		q[i] = smallest
	}
	return q
}
