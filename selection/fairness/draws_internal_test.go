package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// Draws of a model that knows the groups: the interval holds the true gap 19
// times of 20, wider than the gap of the truth itself would have it.
func TestGapsOfDraws(t *testing.T) {
	g := rand.New(rand.NewPCG(31, 7))
	const campaigns, each, draws, gap, noise = 25, 6, 30, -.5, .8
	held, n := 0., 0.
	for range 250 {
		d := &Draws{Campaigns: campaigns, Exercises: 2, Dimensions: 1, Values: make([][]float64, draws)}
		var seen []float64
		mean := map[Side]*average{Focal: {}, Reference: {}}
		for c := range campaigns {
			for range each {
				side, truth := Reference, 4.
				if g.Float64() < .4 {
					side, truth = Focal, 4+gap
				}
				y := truth + g.NormFloat64() + noise*g.NormFloat64()
				d.Campaign, d.Group, seen = append(d.Campaign, int32(c)), append(d.Group, side), append(seen, y)
				mean[side].add(y)
			}
		}
		keep := 1 / (1 + noise*noise)
		for k := range d.Values {
			centre := map[Side]float64{}
			for _, side := range []Side{Focal, Reference} { // in this order: a map's would vary
				centre[side] = mean[side].mean() + g.NormFloat64()*math.Sqrt((1+noise*noise)/float64(mean[side].n))
			}
			for i, y := range seen {
				m := centre[d.Group[i]]
				d.Values[k] = append(d.Values[k], m+keep*(y-m)+noise*math.Sqrt(keep)*g.NormFloat64(), math.NaN())
			}
		}
		f, err := GapsOfDraws(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Gaps) != 1 || f.Gaps[0].Exercise != 0 {
			t.Fatalf("gaps where nobody was seen: %+v", f.Gaps)
		}
		n++
		held += float64(boolean(!f.Gaps[0].excludes(gap)))
	}
	t.Logf("coverage %.3f", held/n)
	if held/n < .93 {
		t.Errorf("coverage %.3f", held/n)
	}
}

// Without doubt about the values Rubin's rules are the t test of one set of them.
func TestDrawsThatAgree(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 7))
	d := &Draws{Campaigns: 10, Exercises: 1, Dimensions: 1, Values: make([][]float64, 3)}
	var list []point
	for i := range 80 {
		side := Reference
		if i%3 == 0 {
			side = Focal
		}
		y := g.NormFloat64()
		d.Campaign, d.Group = append(d.Campaign, int32(i/8)), append(d.Group, side)
		list = append(list, point{int32(i / 8), side, y})
		for k := range d.Values {
			d.Values[k] = append(d.Values[k], y)
		}
	}
	f, err := GapsOfDraws(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	want := differenceOf(list).hedges()
	near(t, "g", f.Gaps[0].Estimate, want.Estimate, 1e-12)
	near(t, "low", f.Gaps[0].Low, want.Low, .02)
	near(t, "high", f.Gaps[0].High, want.High, .02)
	d.Values = d.Values[:1]
	if _, err := GapsOfDraws(context.Background(), d); err == nil {
		t.Error("one draw was taken")
	}
}
