package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func intersect(t *testing.T, crossings []Crossing) Intersections {
	t.Helper()
	i, err := Intersect(context.Background(), crossings)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func crossed(counts ...[2]int) []Crossing {
	var list []Crossing
	for i, c := range counts {
		list = append(list, Crossing{[]int{i / 2, i % 2}, c[0], c[1]})
	}
	return list
}

// The same model by a random walk over level, effects, departures and τ: the
// sampler knows nothing of Laplace's approximation.
func TestIntersectAgainstARandomWalk(t *testing.T) {
	crossings := crossed([2]int{40, 60}, [2]int{22, 50}, [2]int{30, 45}, [2]int{2, 14}, [2]int{12, 20}, [2]int{3, 9})
	got := intersect(t, crossings)
	g := rand.New(rand.NewPCG(17, 1))
	const parameters = 1 + 3 + 2 + 6 + 1 // level, effects of 3 and 2 levels, departures, log τ
	odds := func(x []float64, i int) float64 {
		return x[0] + x[1+i/2] + x[4+i%2]
	}
	density := func(x []float64) float64 {
		tau := math.Exp(x[12])
		l := -x[0]*x[0]/(2*levelPrior*levelPrior) - tau*tau/(2*departureScale*departureScale) + x[12]
		for _, b := range x[1:6] {
			l -= b * b / (2 * effectPrior * effectPrior)
		}
		for i, c := range crossings {
			f := odds(x, i) + tau*x[6+i]
			l += float64(c.Passed)*f - float64(c.Of)*math.Log1p(math.Exp(f)) - x[6+i]*x[6+i]/2
		}
		return l
	}
	x, rates, departures := make([]float64, parameters), make([][]float64, 6), make([][]float64, 6)
	x[12] = -1
	at := density(x)
	for step := range 900_000 {
		y := slices.Clone(x)
		k := g.IntN(parameters)
		y[k] += 1.2 * g.NormFloat64()
		if k < 6 {
			y[k] += -.6 * g.NormFloat64()
		}
		if next := density(y); math.Log(g.Float64()) < next-at {
			x, at = y, next
		}
		if step > 50_000 && step%20 == 0 {
			for i := range crossings {
				d := math.Exp(x[12]) * x[6+i]
				rates[i] = append(rates[i], logistic(odds(x, i)+d))
				departures[i] = append(departures[i], d)
			}
		}
	}
	for i, c := range got.Crossings {
		for _, v := range []struct {
			name       string
			draws      []float64
			got        Interval
			mean, tail float64
		}{{"rate", rates[i], c.Rate, .012, .03}, {"departure", departures[i], c.Departure, .05, .2}} {
			slices.Sort(v.draws)
			mean := average{}
			for _, d := range v.draws {
				mean.add(d)
			}
			near(t, v.name, v.got.Estimate, mean.mean(), v.mean)
			near(t, v.name+" low", v.got.Low, v.draws[len(v.draws)/40], v.tail)
			near(t, v.name+" high", v.got.High, v.draws[len(v.draws)*39/40], v.tail)
		}
	}
}

func TestFewAreDrawnTowardsTheMainEffects(t *testing.T) {
	got := intersect(t, crossed([2]int{400, 800}, [2]int{400, 800}, [2]int{400, 800}, [2]int{0, 3})).Crossings[3]
	if got.Rate.Estimate < .3 || got.Rate.Low > .25 || got.Verdict != Inconclusive {
		t.Errorf("none of three: %s", got.Words())
	}
	var many []Crossing
	for i := range 25 {
		many = append(many, Crossing{[]int{i / 5, i % 5}, 400, 800})
	}
	many[12].Passed = 100
	if got = intersect(t, many).Crossings[12]; math.Abs(got.Rate.Estimate-.125) > .02 || got.Verdict != GapFound || got.Departure.High > -.5 {
		t.Errorf("100 of 800 where all others pass by half: %s", got.Words())
	}
	none := intersect(t, crossed([2]int{4, 8}, [2]int{4, 8}, [2]int{4, 8}, [2]int{0, 0})).Crossings[3]
	if none.Reason == "" || none.Verdict != TooFew || !math.IsNaN(none.P) {
		t.Errorf("nobody: %+v", none)
	}
}

// The order in which crossings and levels are numbered changes nothing.
func TestIntersectIsUnchangedByRelabelling(t *testing.T) {
	crossings := crossed([2]int{40, 60}, [2]int{22, 50}, [2]int{30, 45}, [2]int{2, 14})
	want := intersect(t, crossings)
	slices.Reverse(crossings)
	for i := range crossings {
		crossings[i].Levels = []int{1 - crossings[i].Levels[0], 5 + crossings[i].Levels[1]}
	}
	got := intersect(t, crossings)
	for i, c := range got.Crossings {
		w := want.Crossings[3-i]
		near(t, "rate", c.Rate.Estimate, w.Rate.Estimate, 1e-8)
		near(t, "low", c.Rate.Low, w.Rate.Low, 1e-8)
		near(t, "departure", c.Departure.Estimate, w.Departure.Estimate, 1e-8)
		near(t, "p", c.P, w.P, 1e-8)
	}
}

// Intervals of trusts drawn from a model of main effects and departures hold
// the true rate 19 times of 20.
func TestIntervalsOfIntersectionsHoldTheRate(t *testing.T) {
	g := rand.New(rand.NewPCG(12, 12))
	held, n := 0., 0.
	const trusts = 40
	for range trusts {
		var crossings []Crossing
		var truth []float64
		a, b := make([]float64, 4), make([]float64, 3)
		for i := range a {
			a[i] = .4 * g.NormFloat64()
		}
		for i := range b {
			b[i] = .4 * g.NormFloat64()
		}
		for i := range 12 {
			p := logistic(.2 + a[i/3] + b[i%3] + .3*g.NormFloat64())
			c := Crossing{Levels: []int{i / 3, i % 3}, Of: 4 + g.IntN(60)}
			for range c.Of {
				c.Passed += boolean(g.Float64() < p)
			}
			crossings, truth = append(crossings, c), append(truth, p)
		}
		for i, c := range intersect(t, crossings).Crossings {
			n++
			held += float64(boolean(!c.Rate.excludes(truth[i])))
		}
	}
	near(t, "coverage", held/n, .95, .03)
}

func TestCrossingsAreChecked(t *testing.T) {
	for _, wrong := range [][]Crossing{
		{{[]int{0}, 1, 2}},
		{{[]int{0, 0}, 3, 2}},
		{{[]int{0, 0}, 1, 2}, {[]int{0, 0}, 1, 2}},
		{{[]int{0, 0}, 1, 2}, {[]int{0, 0, 1}, 1, 2}},
	} {
		if _, err := Intersect(context.Background(), wrong); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}
