package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// moderated adds to every mark what moderation did: noise in whole marks
// and, for the focal group, a shift on a share of the marks.
func moderated(s *Scores, g *rand.Rand, focal float64) *Scores {
	s.Before = make([]float64, len(s.Mark))
	for r := range s.Mark {
		s.Before[r] = s.Mark[r]
		switch u := g.Float64(); {
		case u < .1:
			s.Mark[r]++
		case u > .9:
			s.Mark[r]--
		}
		if s.Group[s.Candidate[r]] == Focal && g.Float64() < math.Abs(focal) {
			s.Mark[r] += math.Copysign(1, focal)
		}
	}
	return s
}

func moderation(t *testing.T, s *Scores) Shift {
	t.Helper()
	m, err := Moderation(context.Background(), s, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// few is three panels whose shifts are given: two of 2 + 2 and one of 1 + 3.
func few(shifts []float64) *Scores {
	s := &Scores{Campaigns: 3, Raters: 1, Exercises: 1, Dimensions: 1, Cells: []Cell{{}}, Low: 1, High: 7}
	sides := []Side{Focal, Focal, Reference, Reference, Focal, Reference, Reference, Focal, Focal, Reference, Reference, Reference}
	for i, y := range shifts {
		s.Campaign, s.Group = append(s.Campaign, int32(i/4)), append(s.Group, sides[i])
		s.Candidate, s.Rater, s.Cell = append(s.Candidate, int32(i)), append(s.Rater, 0), append(s.Cell, 0)
		s.Before, s.Mark = append(s.Before, 4), append(s.Mark, 4+y)
	}
	return s
}

// The p-value by another road: masks over the twelve candidates, kept where each
// panel has as many focal candidates as there were; 6·6·4 of them.
func TestModerationByEnumeration(t *testing.T) {
	shifts := []float64{-.5, 0, .25, .5, -1, 0, .5, -.25, -.75, 0, .25, -.25}
	s := few(shifts)
	difference := func(mask int, y []float64) float64 {
		delta, size := 0., 0.
		for c := range 3 {
			var n [2]float64
			var sum [2]float64
			for i := 4 * c; i < 4*c+4; i++ {
				n[mask>>i&1]++
				sum[mask>>i&1] += y[i]
			}
			w := n[0] * n[1] / (n[0] + n[1])
			delta, size = delta+w*(sum[1]/n[1]-sum[0]/n[0]), size+w
		}
		return delta / size
	}
	happened := 0
	for i, g := range s.Group {
		if g == Focal {
			happened |= 1 << i
		}
	}
	ones := func(x int) (n int) {
		for ; x > 0; x >>= 1 {
			n += x & 1
		}
		return n
	}
	p := func(delta float64) float64 {
		y := append([]float64{}, shifts...)
		for i := range y {
			if happened>>i&1 == 1 {
				y[i] -= delta
			}
		}
		extreme, all := 0., 0.
		for mask := range 1 << 12 {
			if ones(mask&15) != 2 || ones(mask>>4&15) != 2 || ones(mask>>8) != 1 {
				continue
			}
			all++
			if math.Abs(difference(mask, y)) >= math.Abs(difference(happened, y))-1e-9 {
				extreme++
			}
		}
		if all != 144 {
			t.Fatalf("%g relabellings", all)
		}
		return extreme / all
	}
	m := moderation(t, s)
	if !m.Exact || m.Permutations != 144 {
		t.Errorf("%d permutations, exact %t", m.Permutations, m.Exact)
	}
	near(t, "difference", m.Estimate, difference(happened, shifts), 1e-12)
	near(t, "p", m.P, p(0), 1e-12)
	for _, limit := range []struct{ at, outwards float64 }{{m.Low, -1}, {m.High, 1}} {
		if in := p(limit.at - 1e-6*limit.outwards); in <= .05 {
			t.Errorf("p = %g just within the limit %g", in, limit.at)
		}
		if out := p(limit.at + 1e-6*limit.outwards); out > .05 {
			t.Errorf("p = %g just outside the limit %g", out, limit.at)
		}
	}
}

func TestModerationIsSampledWherePanelsAreMany(t *testing.T) {
	s := moderated(small().simulate(rand.New(rand.NewPCG(6, 6))), rand.New(rand.NewPCG(7, 7)), -.05)
	m := moderation(t, s)
	if m.Exact || m.Permutations != SampledPermutations+1 || m.Verdict != GapFound || m.Low > -.05 || m.High < -.05 {
		t.Errorf("%+v: %s", m, m.Words())
	}
	if again := moderation(t, s); again != m {
		t.Errorf("the same seed gave %+v, then %+v", m, again)
	}
	back := moderation(t, swapped(s))
	near(t, "the groups swapped", back.Estimate, -m.Estimate, 1e-12)
}

// Where both are possible, a sample comes to what going through all does.
func TestASampleOfPermutationsAgreesWithAll(t *testing.T) {
	a, err := few([]float64{-.5, 0, .25, .5, -1, 0, .5, -.25, -.75, 0, .25, -.25}).arrange()
	if err != nil {
		t.Fatal(err)
	}
	list := a.shifts()
	d := differenceOf(list)
	exact, _ := enumerate(panelsOf(list))
	sampled, err := sample(context.Background(), panelsOf(list), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range [][]relabelling{exact, sampled} {
		for i := range all {
			all[i].shift, all[i].agreement = all[i].shift/d.size, all[i].agreement/d.size
		}
	}
	e, s := invert(d, exact), invert(d, sampled)
	near(t, "p", s.P, e.P, .01)
	near(t, "low", s.Low, e.Low, .05)
	near(t, "high", s.High, e.High, .05)
}

func TestModerationKeepsItsLevel(t *testing.T) {
	g := rand.New(rand.NewPCG(9, 9))
	u := small()
	u.campaigns, u.raters, u.exercises = 3, 2, 2
	rejected, covered, n := 0., 0., 0.
	for range 300 {
		m := moderation(t, moderated(u.simulate(g), g, 0))
		if !m.Told() {
			continue
		}
		n++
		if m.P < .05 {
			rejected++
		}
		if !m.excludes(0) {
			covered++
		}
	}
	near(t, "rejected", rejected/n, .05, .04)
	near(t, "covered", covered/n, .95, .04)
}

func TestModerationThatCannotBeTold(t *testing.T) {
	s := small().simulate(rand.New(rand.NewPCG(6, 6)))
	if m := moderation(t, s); m.Told() || m.Verdict != TooFew {
		t.Errorf("nothing recorded before: %+v", m)
	}
	s.Before = append([]float64{}, s.Mark...)
	if m := moderation(t, s); m.Told() || !math.IsNaN(m.P) {
		t.Errorf("nothing changed: %+v", m)
	}
	one := few([]float64{-2, -2, 2, 2})
	if m := moderation(t, one); m.Told() {
		t.Errorf("six ways of giving out the groups: %+v", m)
	}
}
