package selection_test

import (
	"math"
	"testing"

	"appointable/selection"
)

// TestIntervalsHoldNinetyPerCent asks the normal distribution itself.
func TestIntervalsHoldNinetyPerCent(t *testing.T) {
	below := func(x, mean, sd float64) float64 { return math.Erfc((mean-x)/(sd*math.Sqrt2)) / 2 }
	mean, sd := 4.5, 0.3
	low, high := selection.Severity{Severity: mean, SD: sd}.Interval()
	k, m, ok := selection.DimensionPlace{Mean: &mean, SD: &sd}.Interval()
	if !ok || k != low || m != high {
		t.Errorf("two intervals of one posterior: %v to %v, %v to %v", low, high, k, m)
	}
	if inside := below(high, mean, sd) - below(low, mean, sd); math.Abs(inside-0.9) > 1e-12 || math.Abs(low+high-2*mean) > 1e-12 {
		t.Errorf("%v to %v holds %v", low, high, inside)
	}
	if _, _, ok := (selection.DimensionPlace{}).Interval(); ok {
		t.Error("an interval of no figure")
	}
}
