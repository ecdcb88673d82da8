package fairness

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// deCorte are the figures of pareto.py.
func deCorte() Methods {
	return Methods{
		Correlation: [][]float64{{1, .24, .02}, {.24, 1, .16}, {.02, .16, 1}},
		Validity:    []float64{.51, .48, .32}, Difference: []float64{.72, .31, .06}, Focal: .2, Selected: .3,
	}
}

func frontOf(t *testing.T, m Methods, own []float64, steps int) Front {
	t.Helper()
	f, err := FrontOf(context.Background(), m, own, steps)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// pareto.py, by scipy (oracles/fairness/pareto_out.txt).
func TestBalanceAgainstScipy(t *testing.T) {
	for _, v := range []struct {
		weights                     []float64
		validity, difference, ratio float64
	}{
		{[]float64{1, 1, 1}, .66850658, .5562383, .48607475},
		{[]float64{.416222, .330883, .252894}, .67854736, .62661428, .43820249},
		{[]float64{.1, .3, .6}, .52939245, .27495577, .71439059},
	} {
		b := deCorte().Weigh(v.weights)
		near(t, "validity", b.Validity, v.validity, 1e-6)
		near(t, "difference", b.Difference, v.difference, 3e-6)
		near(t, "ratio", b.Ratio, v.ratio, 3e-6)
	}
}

// The oracle's front lies on a grid of 1/20: each of its points is on our grid's
// front, or beaten by a refined point by less than the grid's width.
func TestFrontAgainstScipy(t *testing.T) {
	oracle := [][]float64{
		{.93207, .32, 0, 0, 1}, {.85827, .41165, 0, .2, .8}, {.77887, .49707, 0, .4, .6}, {.72978, .5338, 0, .55, .45},
		{.68169, .56326, .05, .55, .4}, {.63557, .58965, .1, .55, .35}, {.59272, .61538, .2, .35, .45},
		{.54704, .64152, .25, .35, .4}, {.49766, .66513, .3, .4, .3}, {.44426, .67819, .4, .35, .25},
	}
	f := frontOf(t, deCorte(), []float64{1, 1, 1}, 20)
	for _, o := range oracle {
		own := deCorte().Weigh(o[2:])
		near(t, "ratio", own.Ratio, o[0], 6e-6)
		near(t, "validity", own.Validity, o[1], 6e-6)
		best := 0.
		for _, p := range f.Points {
			if p.Ratio >= own.Ratio-1e-9 {
				best = max(best, p.Validity)
			}
		}
		if best < own.Validity-1e-12 || best > own.Validity+.01 {
			t.Errorf("at a ratio of %g the front has validity %g, the oracle's grid %g", o[0], best, own.Validity)
		}
	}
	top := f.Points[len(f.Points)-1]
	near(t, "the highest validity is regression's", top.Validity, .67854736, 1e-8)
	for i, w := range []float64{.416222, .330883, .252894} {
		near(t, "regression's weights", top.Weights[i], w, 1e-5)
	}
	if f.AsValid == nil || f.AsValid.Ratio <= f.Own.Ratio || f.AsValid.Validity < f.Own.Validity-1e-6 ||
		f.AsEven.Validity <= f.Own.Validity || f.AsEven.Ratio < f.Own.Ratio-1e-5 {
		t.Errorf("beside unit weights: %+v", f)
	}
	if f = frontOf(t, deCorte(), []float64{.416222, .330883, .252894}, 20); f.AsValid != nil {
		t.Errorf("regression's weights lie on the front, not below %+v", f.AsValid)
	}
}

// No set of weights, however drawn, beats the front by more than its fineness.
func TestNothingBeatsTheFront(t *testing.T) {
	f := frontOf(t, deCorte(), []float64{1, 1, 1}, 40)
	rapid.Check(t, func(t *rapid.T) {
		w := []float64{rapid.Float64Range(0, 1).Draw(t, "a"), rapid.Float64Range(0, 1).Draw(t, "b"), rapid.Float64Range(.01, 1).Draw(t, "c")}
		b := deCorte().Weigh(w)
		if !slices.ContainsFunc(f.Points, func(p Balance) bool {
			return p.Validity >= b.Validity-.003 && p.uneven() <= b.uneven()+.003
		}) {
			t.Errorf("weights %v: validity %g, difference %g", w, b.Validity, b.Difference)
		}
	})
}

// Renaming methods renames weights; a front has falling ratios and rising
// validities.
func TestFrontByProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 4).Draw(t, "methods")
		m := Methods{Focal: rapid.Float64Range(.05, .5).Draw(t, "focal"), Selected: rapid.Float64Range(.02, .9).Draw(t, "selected")}
		load := make([]float64, n)
		for i := range n {
			load[i] = rapid.Float64Range(-.7, .7).Draw(t, "load")
			m.Validity = append(m.Validity, rapid.Float64Range(0, .6).Draw(t, "validity"))
			m.Difference = append(m.Difference, rapid.Float64Range(-.3, 1).Draw(t, "difference"))
		}
		for i := range n {
			m.Correlation = append(m.Correlation, make([]float64, n))
			for j := range n {
				if m.Correlation[i][j] = load[i] * load[j]; i == j {
					m.Correlation[i][j] = 1
				}
			}
		}
		own := make([]float64, n)
		for i := range own {
			own[i] = 1
		}
		f, err := FrontOf(context.Background(), m, own, 10)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(f.Points); i++ {
			if p, q := f.Points[i-1], f.Points[i]; p.Validity >= q.Validity || p.uneven() > q.uneven() {
				t.Errorf("%+v before %+v", p, q)
			}
		}
		for _, p := range f.Points {
			if p.Difference > 1e-9 && p.Ratio >= 1 || p.Difference < -1e-9 && p.Ratio <= 1 {
				t.Errorf("a ratio of %g for a difference of %g", p.Ratio, p.Difference)
			}
		}
		back := m
		slices.Reverse(own)
		back.Validity, back.Difference = slices.Clone(m.Validity), slices.Clone(m.Difference)
		slices.Reverse(back.Validity)
		slices.Reverse(back.Difference)
		back.Correlation = nil
		for i := range n {
			row := slices.Clone(m.Correlation[n-1-i])
			slices.Reverse(row)
			back.Correlation = append(back.Correlation, row)
		}
		g, err := FrontOf(context.Background(), back, own, 10)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := f.Points[len(f.Points)-1], g.Points[len(g.Points)-1]; math.Abs(a.Validity-b.Validity) > 1e-9 {
			t.Errorf("renamed, the highest validity is %g, not %g", b.Validity, a.Validity)
		}
	})
}

func TestMethodsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Methods) ([]float64, int){
		"no weight":  func(*Methods) ([]float64, int) { return []float64{0, 0, 0}, 20 },
		"negative":   func(*Methods) ([]float64, int) { return []float64{1, -1, 1}, 20 },
		"too fine":   func(*Methods) ([]float64, int) { return []float64{1, 1, 1}, 5000 },
		"none":       func(*Methods) ([]float64, int) { return []float64{1, 1, 1}, 0 },
		"asymmetric": func(m *Methods) ([]float64, int) { m.Correlation[0][1] = .5; return []float64{1, 1, 1}, 20 },
		"impossible": func(m *Methods) ([]float64, int) {
			m.Correlation[0][1], m.Correlation[1][0] = 1.2, 1.2
			return []float64{1, 1, 1}, 20
		},
		"ragged":           func(m *Methods) ([]float64, int) { m.Correlation[2] = []float64{1}; return []float64{1, 1, 1}, 20 },
		"all are selected": func(m *Methods) ([]float64, int) { m.Selected = 1; return []float64{1, 1, 1}, 20 },
	} {
		m := deCorte()
		own, steps := change(&m)
		if _, err := FrontOf(context.Background(), m, own, steps); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
