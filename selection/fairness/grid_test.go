package fairness_test

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"

	"appointable/selection/fairness"
)

// The implementations here share nothing with the package: Fisher's test in
// whole numbers, the score statistic with rates found by bisection of the
// likelihood's slope, the posterior by Simpson's rule over the other group.

// eachTable calls visit for every table of groups up to n: with n = 13, 10,816
// tables, all with a zero cell and all of one candidate among them.
func eachTable(n int, visit func(fairness.Table)) {
	for n1 := 1; n1 <= n; n1++ {
		for n0 := 1; n0 <= n; n0++ {
			for x1 := range n1 + 1 {
				for x0 := range n0 + 1 {
					visit(fairness.Table{X1: x1, N1: n1, X0: x0, N0: n0})
				}
			}
		}
	}
}

// ways is in how many ways k focal candidates can be among those who passed.
func ways(t fairness.Table, k int) *big.Int {
	passed := t.X1 + t.X0
	a := new(big.Int).Binomial(int64(t.N1), int64(k))
	return a.Mul(a, new(big.Int).Binomial(int64(t.N0), int64(passed-k)))
}

// exactly computes Fisher's p and the mid-p in whole numbers.
func exactly(t fairness.Table) (fisher, midp float64) {
	own, total := ways(t, t.X1), new(big.Int)
	twice := new(big.Int) // of what counts as rare or, once, as equally rare
	equal := new(big.Int)
	for k := max(0, t.X1+t.X0-t.N0); k <= min(t.N1, t.X1+t.X0); k++ {
		w := ways(t, k)
		total.Add(total, w)
		switch w.Cmp(own) {
		case -1:
			twice.Add(twice, w)
			twice.Add(twice, w)
		case 0:
			twice.Add(twice, w)
			equal.Add(equal, w)
		}
	}
	denominator := new(big.Int).Add(total, total)
	midp, _ = new(big.Rat).SetFrac(twice, denominator).Float64()
	fisher, _ = new(big.Rat).SetFrac(new(big.Int).Add(twice, equal), denominator).Float64()
	return fisher, midp
}

// score is Miettinen and Nurminen's statistic, by bisection.
func score(t fairness.Table, ratio float64) float64 {
	x1, n1, x0, n0 := float64(t.X1), float64(t.N1), float64(t.X0), float64(t.N0)
	slope := func(p0 float64) float64 { // of the log-likelihood, times what is positive
		p1 := ratio * p0
		return (x1-n1*p1)*(1-p0) + (x0-n0*p0)*(1-p1)
	}
	low, high := 0.0, math.Min(1, 1/ratio)
	for range 200 {
		if middle := (low + high) / 2; slope(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	p0 := (low + high) / 2
	p1 := ratio * p0
	z := x1/n1 - ratio*x0/n0
	if z == 0 {
		return 0
	}
	return z * z / (p1*(1-p1)/n1 + ratio*ratio*p0*(1-p0)/n0) * (n1 + n0 - 1) / (n1 + n0)
}

const chi95 = 3.841458820694124

func TestGridOfExactTests(t *testing.T) {
	tables := 0
	smallest := map[[3]int]float64{}
	eachTable(13, func(table fairness.Table) {
		tables++
		fisher, midp := exactly(table)
		got := table.Exact()
		if math.Abs(got.Fisher-fisher) > 1e-12 || math.Abs(got.MidP-midp) > 1e-12 {
			t.Errorf("%v: Fisher %v, want %v; mid-p %v, want %v", table, got.Fisher, fisher, got.MidP, midp)
		}
		margins := [3]int{table.N1, table.N0, table.X1 + table.X0}
		if known, ok := smallest[margins]; !ok || fisher < known {
			smallest[margins] = fisher
		}
	})
	eachTable(13, func(table fairness.Table) {
		if got, want := table.Exact().Smallest, smallest[[3]int{table.N1, table.N0, table.X1 + table.X0}]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: the smallest p is %v, want %v", table, got, want)
		}
	})
	if tables < 10_000 {
		t.Errorf("%d tables", tables)
	}
}

func TestGridOfIntervals(t *testing.T) {
	eachTable(13, func(table fairness.Table) {
		i, reason := table.Ratio()
		switch {
		case table.X1+table.X0 == 0:
			if i.Low != 0 || !math.IsInf(i.High, 1) || reason != fairness.NobodyPassed {
				t.Errorf("%v: %v, %q", table, i, reason)
			}
			return
		case table.X0 == 0:
			if !math.IsInf(i.High, 1) || reason != fairness.NoReferencePass {
				t.Errorf("%v: %v, %q", table, i, reason)
			}
		case reason != "" || math.Abs(i.Estimate-float64(table.X1*table.N0)/float64(table.X0*table.N1)) > 1e-15:
			t.Errorf("%v: %v, %q", table, i, reason)
		}
		if table.X1 == 0 && i.Low != 0 {
			t.Errorf("%v: %v", table, i)
		}
		if table.X1 > 0 {
			checkEnd(t, table, i.Low, 1-1e-7)
		}
		if table.X0 > 0 {
			checkEnd(t, table, i.High, 1+1e-7)
		}
	})
}

// checkEnd checks that the statistic passes its limit at an end of an interval:
// not before, and just behind.
func checkEnd(t *testing.T, table fairness.Table, end, outwards float64) {
	t.Helper()
	if in, out := score(table, end/outwards), score(table, end*outwards); in > chi95 || out < chi95 || !(end > 0) || math.IsInf(end, 1) {
		t.Errorf("%v: at %v the statistic goes from %v to %v", table, end, in, out)
	}
}

func TestGridOfChances(t *testing.T) {
	n := 0
	eachTable(13, func(table fairness.Table) {
		if n++; n%23 != 0 {
			return
		}
		got, ok := table.ChanceBelow(.8)
		if want := simpson(table); !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", table, got, want)
		}
	})
	for _, table := range []fairness.Table{{X1: 3, N1: 5, X0: 700, N0: 1000}, {X1: 700, N1: 1000, X0: 4, N0: 5}, {X1: 0, N1: 400, X0: 0, N0: 3}} {
		if got, _ := table.ChanceBelow(.8); math.Abs(got-simpson(table)) > 1e-9 {
			t.Errorf("%v: %v, want %v", table, got, simpson(table))
		}
	}
}

// simpson integrates over the focal group's rate p1 = sin², below 0.8, the
// chance that the reference group's is above p1/0.8.
func simpson(t fairness.Table) float64 {
	const steps = 4000
	x1, y1 := float64(t.X1), float64(t.N1-t.X1)
	a0, b0 := float64(t.X0)+.5, float64(t.N0-t.X0)+.5
	end := math.Asin(math.Sqrt(.8))
	f := func(angle float64) float64 {
		s, c := math.Sincos(angle)
		above := 1 - mathext.RegIncBeta(a0, b0, math.Min(1, s*s/.8))
		return 2 * math.Pow(s, 2*x1) * math.Pow(c, 2*y1) * above / mathext.Beta(x1+.5, y1+.5)
	}
	// The integrand has a root's edge at the end: a finer net there.
	g := func(u float64) float64 { return f(end*(1-u*u)) * 2 * end * u }
	sum := g(0) + g(1)
	for i := 1; i < steps; i++ {
		sum += g(float64(i)/steps) * float64(2+2*(i%2))
	}
	return sum / (3 * steps)
}

// aTable draws tables far larger than the grid's.
func aTable(t *rapid.T) fairness.Table {
	n1, n0 := rapid.IntRange(1, 3000).Draw(t, "n1"), rapid.IntRange(1, 3000).Draw(t, "n0")
	return fairness.Table{X1: rapid.IntRange(0, n1).Draw(t, "x1"), N1: n1, X0: rapid.IntRange(0, n0).Draw(t, "x0"), N0: n0}
}

func close(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) || math.Abs(a-b) < 1e-12
}

// Whom one calls focal makes no difference but that the ratio turns over.
func TestSwappingTheGroupsInverts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := aTable(t)
		swapped := fairness.Table{X1: table.X0, N1: table.N0, X0: table.X1, N0: table.N1}
		one, _ := table.Ratio()
		other, _ := swapped.Ratio()
		if !close(one.Low, 1/other.High) || !close(one.High, 1/other.Low) || table.X1+table.X0 > 0 && !close(one.Estimate, 1/other.Estimate) {
			t.Errorf("%v: %v and %v", table, one, other)
		}
		if one.Low > one.High || table.X1*table.X0 > 0 && (one.Estimate < one.Low || one.Estimate > one.High) {
			t.Errorf("%v: %v", table, one)
		}
		a, b := table.Exact(), swapped.Exact()
		failed := fairness.Table{X1: table.N1 - table.X1, N1: table.N1, X0: table.N0 - table.X0, N0: table.N0}.Exact()
		for _, e := range []fairness.Exact{b, failed} {
			if !close(a.Fisher, e.Fisher) || !close(a.MidP, e.MidP) || !close(a.Smallest, e.Smallest) {
				t.Errorf("%v: %v and %v", table, a, e)
			}
		}
		if a.Fisher < a.MidP || a.Fisher > 1 || a.Smallest > a.Fisher*(1+1e-9) {
			t.Errorf("%v: %v", table, a)
		}
		below, _ := table.ChanceBelow(.8)
		belowOne, _ := table.ChanceBelow(1)
		above, _ := swapped.ChanceBelow(1)
		if below < 0 || below > belowOne+1e-9 || math.Abs(belowOne+above-1) > 1e-7 {
			t.Errorf("%v: %v below .8, %v and %v below 1", table, below, belowOne, above)
		}
	})
}

// Power and the smallest p over campaigns, by adding up every outcome.
func TestPowerByEnumeration(t *testing.T) {
	for _, c := range []struct {
		n1, n0 int
		p1, p0 float64
	}{{5, 8, .1, .6}, {12, 9, .9, .3}, {7, 7, .5, .5}, {1, 7, 1, 0}, {10, 10, 0, 1}, {13, 4, .2, .9}} {
		want := coverage(c.n1, c.n0, c.p1, c.p0, func(table fairness.Table) bool {
			fisher, _ := exactly(table)
			return fisher < .05-1e-12
		})
		got, err := fairness.Power(c.n1, c.n0, c.p1, c.p0)
		if err != nil || math.Abs(got-want) > 1e-11 {
			t.Errorf("%+v: %v, want %v (%v)", c, got, want, err)
		}
	}
	for _, c := range [][2]float64{{-.1, .5}, {.5, 1.1}, {math.NaN(), .5}} {
		if _, err := fairness.Power(5, 5, c[0], c[1]); err == nil {
			t.Errorf("rates %v are taken", c)
		}
	}
}

func TestPoolWithoutMuchToPool(t *testing.T) {
	for _, c := range []struct {
		name   string
		tables []fairness.Table
		want   fairness.Pooled
		reason fairness.Reason
	}{
		{"nothing", nil, fairness.Pooled{Ratio: fairness.Interval{High: math.Inf(1)}, P: 1, Smallest: 1}, fairness.NoSharedCampaign},
		{"apart", []fairness.Table{{X1: 1, N1: 2}, {X0: 1, N0: 3}}, fairness.Pooled{Ratio: fairness.Interval{High: math.Inf(1)}, P: 1, Smallest: 1}, fairness.NoSharedCampaign},
		{"all passed", []fairness.Table{{X1: 2, N1: 2, X0: 9, N0: 9}, {N1: 2, N0: 3}}, fairness.Pooled{Ratio: fairness.Interval{High: math.Inf(1)}, P: 1, Smallest: 1}, fairness.AllOrNone},
		{"nobody passed", []fairness.Table{{N1: 2, N0: 3}}, fairness.Pooled{Ratio: fairness.Interval{High: math.Inf(1)}, P: 1, Smallest: 1}, fairness.NobodyPassed},
	} {
		got, reason := fairness.Pool(c.tables)
		if got != c.want || reason != c.reason {
			t.Errorf("%s: %+v, %q", c.name, got, reason)
		}
	}
	one := fairness.Table{X1: 0, N1: 3, X0: 1, N0: 5}
	got, reason := fairness.Pool([]fairness.Table{one, one, one})
	if reason != "" || got.Ratio.Estimate != 0 || got.Ratio.Low != 0 || !(got.Ratio.High > 1) || got.Homogeneity != nil || got.Campaigns != 3 {
		t.Errorf("%+v, %q", got, reason)
	}
	near(t, "smallest", got.Smallest, 27./512, 1e-12)
	swapped := fairness.Table{X1: 1, N1: 5, X0: 0, N0: 3}
	other, reason := fairness.Pool([]fairness.Table{swapped, swapped, swapped})
	if reason != fairness.NoReferencePass || !math.IsInf(other.Ratio.High, 1) || math.Abs(other.Ratio.Low*got.Ratio.High-1) > 1e-12 || other.P != got.P {
		t.Errorf("%+v and %+v", got, other)
	}
}

// One campaign alone pools to its own ratio, and campaigns alike to that of any.
func TestPoolOfCampaignsAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := aTable(t)
		tables := make([]fairness.Table, rapid.IntRange(1, 5).Draw(t, "campaigns"))
		for i := range tables {
			tables[i] = table
		}
		pooled, reason := fairness.Pool(tables)
		if math.IsNaN(pooled.CMH) || math.IsNaN(pooled.P) || math.IsNaN(pooled.Ratio.Low) || math.IsNaN(pooled.Ratio.High) {
			t.Fatalf("%v: %+v", table, pooled)
		}
		if single, _ := table.Ratio(); reason == "" && !close(pooled.Ratio.Estimate, single.Estimate) {
			t.Errorf("%v: %v and %v", table, pooled.Ratio, single)
		}
		if h := pooled.Homogeneity; h != nil && h.Chi > 1e-6 {
			t.Errorf("%v: campaigns alike differ: %+v", table, h)
		}
	})
}
