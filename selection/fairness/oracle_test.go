package fairness_test

import (
	"math"
	"testing"

	"appointable/selection/fairness"
)

// near fails unless got is within 1e-6 of want, or within half of its last
// printed digit where fewer were printed.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s: %.10g, want %.10g", what, got, want)
	}
}

// vectors are those of testdata/fair_out.txt, which statsmodels 0.14 and scipy
// printed, to the digits given there.
func TestVectorsOfOneTable(t *testing.T) {
	for _, c := range []struct {
		name                                   string
		table                                  fairness.Table
		ratio, low, high, fisher, midp, chance float64
	}{
		{"Koopman 1984", fairness.Table{X1: 36, N1: 40, X0: 16, N0: 80}, 4.5, 2.934646, 7.166298, 0, 0, 0},
		{"UGESP Q&A", fairness.Table{X1: 12, N1: 40, X0: 48, N0: 80}, .5, .292673, .795257, .00340922, .00214224, .97784},
		{"small panel", fairness.Table{X1: 1, N1: 6, X0: 4, N0: 9}, .375, .058949, 1.875454, .58041958, .45454545, .78832},
		{"zero", fairness.Table{X1: 0, N1: 5, X0: 3, N0: 8}, 0, 0, 1.598964, .23076923, .13286713, .92187},
		{"WRES", fairness.Table{X1: 120, N1: 900, X0: 400, N0: 2000}, 2. / 3, .551653, .803327, 1.077e-5, 9.51e-6, .97341},
		{"mid", fairness.Table{X1: 9, N1: 30, X0: 28, N0: 60}, .642857142857, .338299, 1.129448, .17364526, .14426127, .76143},
	} {
		i, reason := c.table.Ratio()
		if reason != "" {
			t.Errorf("%s: %s", c.name, reason)
		}
		near(t, c.name+" ratio", i.Estimate, c.ratio, 1e-9)
		near(t, c.name+" low", i.Low, c.low, 1e-6)
		near(t, c.name+" high", i.High, c.high, 1e-6)
		e := c.table.Exact()
		near(t, c.name+" fisher", e.Fisher, c.fisher, 1e-8)
		near(t, c.name+" mid-p", e.MidP, c.midp, 1e-8)
		chance, _ := c.table.ChanceBelow(fairness.FourFifths)
		near(t, c.name+" P(<.8)", chance, c.chance, 6e-6)
	}
}

func TestVectorsOfPooling(t *testing.T) {
	p, reason := fairness.Pool([]fairness.Table{{X1: 2, N1: 8, X0: 5, N0: 12}, {X1: 1, N1: 6, X0: 3, N0: 7}, {X1: 3, N1: 10, X0: 9, N0: 20}, {X1: 0, N1: 4, X0: 2, N0: 9}, {X1: 4, N1: 15, X0: 8, N0: 18}})
	if reason != "" || p.Homogeneity == nil {
		t.Fatalf("%s, %v", reason, p)
	}
	near(t, "ratio", p.Ratio.Estimate, 0.5566074950690335, 1e-12)
	near(t, "low", p.Ratio.Low, 0.3018003661726465, 1e-12)
	near(t, "high", p.Ratio.High, 1.0265458173426953, 1e-12)
	near(t, "CMH", p.CMH, 3.774073780225912, 1e-12)
	near(t, "p", p.P, 0.052052712144017965, 1e-12)
	near(t, "Breslow–Day", p.Homogeneity.Chi, 0.6818782407501446, 1e-12)
	near(t, "its p", p.Homogeneity.P, 0.9535447565852557, 1e-12)
}

func TestVectorsOfBenjaminiHochberg(t *testing.T) {
	q := fairness.BenjaminiHochberg([]float64{.001, .008, .039, .041, .042, .06, .074, .205, .212, .216, .222, .251, .269, .275, .34, .341, .384, .569, .594, .696, .762, .94, .942, .975, .986})
	for i, want := range []float64{.025, .1, .21, .21, .21, .25} {
		near(t, "q", q[i], want, 1e-12)
	}
}

func TestVectorsOfPower(t *testing.T) {
	for _, c := range []struct {
		n1, n0   int
		p0, want float64
	}{{30, 60, .25, .23595}, {60, 120, .25, .472653}, {20, 20, .5, .269301}} {
		got, err := fairness.Power(c.n1, c.n0, c.p0/2, c.p0)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "power", got, c.want, 1e-6)
	}
}

// The smallest gap that would have been seen is the one that is seen four times
// in five.
func TestDetectableHasItsPower(t *testing.T) {
	for _, table := range []fairness.Table{{X1: 0, N1: 30, X0: 15, N0: 60}, {X1: 5, N1: 60, X0: 30, N0: 120}, {X1: 0, N1: 20, X0: 10, N0: 20}, {X1: 100, N1: 900, X0: 400, N0: 2000}} {
		ratio, ok := table.Detectable()
		if !ok || ratio <= 0 || ratio >= 1 {
			t.Fatalf("%v: %v, %v", table, ratio, ok)
		}
		rate := float64(table.X0) / float64(table.N0)
		p, _ := fairness.Power(table.N1, table.N0, ratio*rate, rate)
		near(t, "power", p, fairness.Power80, 1e-6)
	}
	if ratio, ok := (fairness.Table{X1: 0, N1: 1, X0: 1, N0: 7}).Detectable(); ok {
		t.Errorf("one post and eight candidates show a ratio of %v", ratio)
	}
}
