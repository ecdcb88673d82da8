package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// fair.py (oracles/fairness/fair_out.txt), three strata of four categories.
func TestOrdinalDIFAgainstTheOracle(t *testing.T) {
	strata := []Matched{
		{[]int{3, 5, 4, 1}, []int{2, 6, 8, 3}},
		{[]int{2, 4, 7, 3}, []int{1, 5, 12, 8}},
		{[]int{0, 3, 6, 6}, []int{1, 2, 10, 15}},
	}
	d := OrdinalDIF(strata, []float64{1, 2, 3, 4})
	near(t, "Mantel χ²", d.Mantel, 3.569429426209868, 1e-12)
	near(t, "p", d.P, 0.058852529861839614, 1e-12)
	near(t, "SMD", d.SMD.Estimate, -0.31179018350070975, 1e-12)
	near(t, "SMD in standard deviations", d.SMD.Estimate/d.Spread, -0.34170012789433535, 1e-12)
	near(t, "log ψ", d.LogOdds.Estimate, 0.6949882819639164, 1e-12)
	if d.Focal != 44 || d.Reference != 73 {
		t.Errorf("counts %+v", d.Compared)
	}
}

// With two categories ψ is Mantel and Haenszel's odds ratio. R's mantelhaen.test
// on the oracle's strata, split between the second and third category, has the
// standard error of Robins, Breslow and Greenland: another estimate of the same.
func TestLiuAgrestiOfTwoCategoriesAgainstR(t *testing.T) {
	d := OrdinalDIF([]Matched{{[]int{8, 5}, []int{8, 11}}, {[]int{6, 10}, []int{6, 20}}, {[]int{3, 12}, []int{3, 25}}}, []float64{0, 1})
	near(t, "log odds ratio", d.LogOdds.Estimate, 0.737619485447953, 1e-12)
	near(t, "standard error", (d.LogOdds.High-d.LogOdds.Low)/2/z95, 0.439090724189, .02)
}

// The variance of a stratum's share is unbiased: its mean over all tables
// that two, three or four candidates of a group can make is the variance of
// U itself. The groups' distributions are alike in the first case and differ
// in odds in the second, by ψ = 3 with two categories.
func TestTheVarianceOfLiuAgrestiIsUnbiased(t *testing.T) {
	for _, c := range []struct {
		p, q []float64
		psi  float64
	}{
		{[]float64{.2, .5, .3}, []float64{.2, .5, .3}, 1},
		{[]float64{.6, .4}, []float64{1. / 3, 2. / 3}, 3},
	} {
		for _, n := range [][2]int{{1, 1}, {2, 3}, {4, 2}} {
			var mean, square, estimate float64
			tables(n[0], c.p, func(f []int, pf float64) {
				tables(n[1], c.q, func(r []int, pr float64) {
					var l liuAgresti
					m := Matched{f, r}
					l.add(m)
					u := l.lower - c.psi*l.higher
					mean += pf * pr * u
					square += pf * pr * u * u
					estimate += pf * pr * kernelVariance(m, c.psi)
				})
			})
			near(t, "mean of U", mean, 0, 1e-12)
			near(t, "variance of U", estimate, square, 1e-12)
		}
	}
}

// tables calls yield with every way n candidates fall into categories.
func tables(n int, p []float64, yield func([]int, float64)) {
	var fill func(counts []int, left int, chance float64)
	fill = func(counts []int, left int, chance float64) {
		if len(counts) == len(p)-1 {
			lg, _ := math.Lgamma(float64(left) + 1)
			yield(append(append([]int{}, counts...), left), chance*math.Pow(p[len(p)-1], float64(left))/math.Exp(lg))
			return
		}
		for x := range left + 1 {
			lg, _ := math.Lgamma(float64(x) + 1)
			fill(append(append([]int{}, counts...), x), left-x, chance*math.Pow(p[len(counts)], float64(x))/math.Exp(lg))
		}
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	fill(nil, n, math.Exp(lg))
}

// A criterion on which the focal group loses a mark is found, and few
// others; a real difference of ability in everything is not taken for DIF
// where the rest is many marks.
func TestDIFIsFoundAtItsCriterion(t *testing.T) {
	u := trust{campaigns: 120, candidates: 10, raters: 5, exercises: 4, dimensions: 3, criteria: 2, focal: .4, ability: .3}
	s := u.simulate(rand.New(rand.NewPCG(3, 4)))
	const planted = 7
	for r := range s.Mark {
		if s.Cell[r] == planted && s.Group[s.Candidate[r]] == Focal && s.Mark[r] > 1 {
			s.Mark[r]--
		}
	}
	list, err := DIFs(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Criteria {
		if d.Cell == planted && (d.Verdict != GapFound || d.SMD.High > -.5 || !(d.LogOdds.Low > 0)) {
			t.Errorf("the planted criterion: %s", d.Words())
		}
		if d.Cell != planted && math.Abs(d.SMD.Estimate) > .25 {
			t.Errorf("criterion %d: %s", d.Cell, d.Words())
		}
	}
	back, err := DIFs(context.Background(), swapped(s))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range back.Criteria {
		near(t, "log ψ with the groups swapped", d.LogOdds.Estimate, -list.Criteria[i].LogOdds.Estimate, 1e-9)
		near(t, "χ² with the groups swapped", d.Mantel, list.Criteria[i].Mantel, 1e-9)
	}
}

// With nothing planted a test at 5 % rejects 5 % of criteria, within 3
// standard errors.
func TestDIFKeepsItsLevel(t *testing.T) {
	g := rand.New(rand.NewPCG(8, 8))
	u := trust{campaigns: 60, candidates: 8, raters: 3, exercises: 4, dimensions: 3, criteria: 1, focal: .4}
	var rejected, covered, held, n float64
	for range 40 {
		list, err := DIFs(context.Background(), u.simulate(g))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list.Criteria {
			n++
			if d.P < .05 {
				rejected++
			}
			if !d.SMD.excludes(0) {
				held++
			}
			if d.LogOdds.Low <= 0 && d.LogOdds.High >= 0 {
				covered++
			}
		}
	}
	near(t, "rejected", rejected/n, .05, .03)
	near(t, "intervals of the SMD that hold 0", held/n, .95, .03)
	near(t, "intervals of log ψ that hold 0", covered/n, .95, .03)
}
