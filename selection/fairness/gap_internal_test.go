package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// fair.py, by scipy: two groups of 7 and 8 (oracles/fairness/fair_out.txt).
func TestHedgesAgainstScipy(t *testing.T) {
	focal := []float64{4.1, 3.9, 5.0, 4.4, 3.2, 4.8, 4.0}
	reference := []float64{4.6, 5.1, 4.9, 4.2, 5.6, 4.7, 5.3, 4.4}
	var list []point
	for _, y := range focal {
		list = append(list, point{0, Focal, y})
	}
	for _, y := range reference {
		list = append(list, point{0, Reference, y})
	}
	c := differenceOf(list)
	e := c.hedges()
	near(t, "d", c.delta/c.sd, -1.21510431, 1e-8)
	near(t, "J", hedgesJ(c.degrees), 0.94098247, 1e-8)
	near(t, "g", e.Estimate, -1.14339186, 1e-8)
	near(t, "low", e.Low, -2.17434681, 1e-7)
	near(t, "high", e.High, -0.07636977, 1e-7)
}

func judged(t testing.TB, s *Scores) []GapFamily {
	t.Helper()
	families, err := Gaps(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// alarm is what a family raised: at the planted exercise, and anywhere else.
func alarm(f GapFamily) (planted, elsewhere bool) {
	for _, g := range f.Gaps {
		if g.Verdict == GapFound {
			planted = planted || g.Exercise == 0
			elsewhere = elsewhere || g.Exercise != 0
		}
	}
	return planted, elsewhere
}

// search counts in how many simulated trusts a family names the planted
// exercise, and in how many it names another.
func search(t testing.TB, u trust, family, repetitions int, g *rand.Rand) (power, elsewhere float64) {
	t.Helper()
	for range repetitions {
		here, there := alarm(judged(t, u.simulate(g))[family])
		if here {
			power++
		}
		if there {
			elsewhere++
		}
	}
	return power / float64(repetitions), elsewhere / float64(repetitions)
}

// A gap of a fifth of a mark (about a third of a standard deviation) in one of
// four exercises. With none planted an alarm is due in at most 1 trust of 20:
// 8 or more of 60 then come up with probability 0.01.
func TestAPlantedGapIsFoundWhereItIs(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 1))
	u := small()
	u.gap = .2
	power, elsewhere := search(t, u, 0, 40, g)
	if power < .9 {
		t.Errorf("the planted exercise was found in %.2f of trusts, want at least .90", power)
	}
	if elsewhere > .15 {
		t.Errorf("another exercise was named in %.2f of trusts", elsewhere)
	}
	u.gap = 0
	planted, others := search(t, u, 0, 60, g)
	if planted+others > 7./60 {
		t.Errorf("with no gap there were alarms in %.3f of trusts, want about .05 at most", planted+others)
	}
}

// Many repetitions: go test -bench PlantedGap -benchtime 1x ./selection/fairness.
func BenchmarkPlantedGap(b *testing.B) {
	const repetitions = 1000
	for range b.N {
		for family, name := range []string{"exercise", "", "meeting", "rater"} {
			if name == "" {
				continue // a dimension is no exercise
			}
			g := rand.New(rand.NewPCG(11, uint64(family)))
			u := small()
			none1, none2 := search(b, u, family, repetitions, g)
			u.gap = .2
			power, elsewhere := search(b, u, family, repetitions, g)
			b.ReportMetric(power, name+"-power")
			b.ReportMetric(elsewhere, name+"-elsewhere")
			b.ReportMetric(max(none1, none2), name+"-false")
		}
	}
}

// 200 campaigns × 50 candidates × 7 raters × 24 cells: 1.68 million marks.
func BenchmarkGapsOfATrust(b *testing.B) {
	u := trust{campaigns: 200, candidates: 50, raters: 7, exercises: 4, dimensions: 2, criteria: 3, focal: .35, gap: .2}
	s := u.simulate(rand.New(rand.NewPCG(1, 1)))
	for b.Loop() {
		start := time.Now()
		if _, err := Gaps(context.Background(), s); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s")
	}
	b.ReportMetric(float64(len(s.Mark)), "marks")
}

func TestTooFewToTell(t *testing.T) {
	u := small()
	u.campaigns = 4
	for _, f := range judged(t, u.simulate(rand.New(rand.NewPCG(1, 1)))) {
		for _, g := range f.Gaps {
			if g.Told() || g.Verdict != TooFew || !math.IsNaN(g.Estimate) || !math.IsNaN(g.P) {
				t.Fatalf("%s: four campaigns were enough: %+v", f.Name, g)
			}
		}
	}
}
