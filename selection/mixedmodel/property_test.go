package mixedmodel

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anyDesign draws a design with holes: some candidates without a score, raters
// who saw few, cells nobody was scored in, replicates.
func anyDesign(t *rapid.T) Data {
	d := Data{
		Candidates: rapid.IntRange(2, 6).Draw(t, "candidates"), Raters: rapid.IntRange(1, 5).Draw(t, "raters"),
		Exercises: rapid.IntRange(1, 3).Draw(t, "exercises"), Dimensions: rapid.IntRange(1, 3).Draw(t, "dimensions"),
	}
	for e := range d.Exercises {
		for k := range d.Dimensions {
			for range rapid.IntRange(1, 2).Draw(t, "criteria") {
				d.Cells = append(d.Cells, Cell{Exercise: e, Dimension: k})
			}
		}
	}
	seen := rapid.Float64Range(.3, 1).Draw(t, "seen")
	g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	for i := range d.Candidates {
		for j := range d.Raters {
			if g.Float64() > seen {
				continue
			}
			for c := range d.Cells {
				for g.Float64() < .8 {
					d.Candidate, d.Rater = append(d.Candidate, int32(i)), append(d.Rater, int32(j))
					d.Cell, d.Score = append(d.Cell, int32(c)), append(d.Score, 4+g.NormFloat64())
					if g.Float64() < .9 {
						break
					}
				}
			}
		}
	}
	return d
}

func anyTerms(t *rapid.T) Terms {
	on := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) > 0 }
	return Terms{on("v"), on("w"), on("h"), on("s"), on("t")}
}

func enough(t *rapid.T, c *criterion) {
	if c.degrees < 3 || c.total < 1e-6 || c.size() == 0 {
		t.Skip("nothing to fit")
	}
}

func anyTheta(t *rapid.T, n int) []float64 {
	theta := make([]float64, n)
	for i := range theta {
		theta[i] = rapid.Float64Range(-1.2, 1.2).Draw(t, "θ")
		if math.Abs(theta[i]) < .02 {
			theta[i] = 0 // the edge of the parameter space
		}
	}
	return theta
}

func TestCriterionIsTheDenseOne(t *testing.T) { rapid.Check(t, criterionIsTheDenseOne) }

func FuzzCriterion(f *testing.F) { f.Fuzz(rapid.MakeFuzz(criterionIsTheDenseOne)) }

func criterionIsTheDenseOne(t *rapid.T) {
	d, terms := anyDesign(t), anyTerms(t)
	c := newCriterion(newDesign(Evidence{Data: d}, terms, 1), 1)
	enough(t, c)
	theta := anyTheta(t, c.size())
	want, _ := dense(d, c.factors(theta), terms)
	if got := c.at(theta, nil); !(math.Abs(got-want) <= 1e-9*(1+math.Abs(want))) {
		t.Fatalf("D = %.12g, densely %.12g", got, want)
	}
}

// Whatever the design, a fit under a prior ends, with numbers that are
// variances, and its posterior is one.
func TestAnyPanelHasAPosterior(t *testing.T) { rapid.Check(t, anyPanelHasAPosterior) }

func FuzzPosterior(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyPanelHasAPosterior)) }

func anyPanelHasAPosterior(t *rapid.T) {
	d := anyDesign(t)
	if rapid.Bool().Draw(t, "integers") {
		for row := range d.Score {
			d.Score[row] = min(max(math.Round(d.Score[row]), 1), 7)
		}
	}
	ctx := context.Background()
	fit, err := Estimate(ctx, d, Options{Terms: AllTerms(), Method: MAP, Prior: DefaultPrior(d.Dimensions, 6), Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !fit.Converged {
		t.Errorf("not converged: decrement %g after %d evaluations", fit.Decrement, fit.Evaluations)
	}
	for _, x := range fit.Components.list() {
		if !(x > 0) || math.IsInf(x, 0) {
			t.Fatalf("a variance of %g", x)
		}
	}
	p, err := NewPosterior(ctx, Evidence{Data: d}, fit.Components, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Candidates {
		mean, cov := p.Candidate(i)
		for k := range mean {
			if math.IsNaN(mean[k]) || !(cov[k][k] > 0) || cov[k][k] > fit.Components.Candidate[k][k]*(1+1e-9) {
				t.Fatalf("candidate %d: mean %g, variance %g, before the scores %g", i, mean[k], cov[k][k], fit.Components.Candidate[k][k])
			}
		}
	}
	for j := range d.Raters {
		if _, sd := p.Rater(j); !(sd > 0) || sd*sd > fit.Components.Rater*(1+1e-9) {
			t.Fatalf("rater %d: standard deviation %g, before the scores %g", j, sd, math.Sqrt(fit.Components.Rater))
		}
	}
}

func TestGradientIsThatOfFiniteDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, terms := anyDesign(t), anyTerms(t)
		c := newCriterion(newDesign(Evidence{Data: d}, terms, 1), 1)
		enough(t, c)
		theta := anyTheta(t, c.size())
		gradient := make([]float64, len(theta))
		c.at(theta, gradient)
		for i := range theta {
			// Five points: the error is of the fourth order.
			const h = 1e-3
			at := func(steps float64) float64 {
				x := slices.Clone(theta)
				x[i] += steps * h
				return c.at(x, nil)
			}
			want := (at(-2) - 8*at(-1) + 8*at(1) - at(2)) / (12 * h)
			if !(math.Abs(gradient[i]-want) <= 1e-6*(1+math.Abs(want))) {
				t.Fatalf("dD/dθ_%d = %.10g, by differences %.10g", i, gradient[i], want)
			}
		}
	})
}

func TestGradientUnderAPrior(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDesign(t)
		c := newCriterion(newDesign(Evidence{Data: d}, AllTerms(), 1), 1)
		enough(t, c)
		o, err := newObjective(c, Options{Terms: AllTerms(), Method: MAP, Prior: ExercisePrior(d.Dimensions, rapid.Float64Range(1, 20).Draw(t, "range"))})
		if err != nil {
			t.Fatal(err)
		}
		theta := slices.Clone(o.start)
		for i := range theta {
			theta[i] *= rapid.Float64Range(.6, 1.6).Draw(t, "θ")
		}
		gradient := o.at(theta).gradient
		for i := range theta {
			const h = 1e-4
			at := func(steps float64) float64 {
				x := slices.Clone(theta)
				x[i] += steps * h
				return o.at(x).value
			}
			want := (at(-2) - 8*at(-1) + 8*at(1) - at(2)) / (12 * h)
			if !(math.Abs(gradient[i]-want) <= 1e-5*(1+math.Abs(want))) {
				t.Fatalf("slope %d = %.10g, by differences %.10g", i, gradient[i], want)
			}
		}
	})
}

// Members who agree on every mark leave nothing to chance. The estimate must
// stay near what was believed, and the panel must not come out less sure than
// before it had seen anybody.
func TestMembersWhoAgree(t *testing.T) {
	d := Data{Candidates: 4, Raters: 5, Exercises: 2, Dimensions: 2, Cells: []Cell{{0, 0}, {0, 1}, {1, 0}, {1, 1}}}
	for i := range int32(4) {
		for j := range int32(5) {
			for c := range int32(4) {
				d.Candidate, d.Rater, d.Cell, d.Score = append(d.Candidate, i), append(d.Rater, j), append(d.Cell, c), append(d.Score, float64(3+(i+c/2)%4))
			}
		}
	}
	prior := DefaultPrior(2, 6)
	f, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: MAP, Prior: prior})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Converged || f.Components.Candidate[0][0] > 4*prior.Components.Candidate[0][0] || f.Components.Residual > prior.Components.Residual {
		t.Errorf("converged %v, components %+v", f.Converged, f.Components)
	}
	p, err := NewPosterior(t.Context(), Evidence{Data: d}, f.Components, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, variances := p.Composites(make([]float64, 4), []float64{.5, .5})
	if sd := math.Sqrt(variances[0]); sd > .5 {
		t.Errorf("the standard deviation of a composite is %g", sd)
	}
}

// The information replaces traces by quadratic forms, which agree on average
// only. In the mean over data that the model itself made it is the second
// derivative; of one data set it must never be indefinite.
func TestInformationIsNeverIndefinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, terms := anyDesign(t), anyTerms(t)
		c := newCriterion(newDesign(Evidence{Data: d}, terms, 1), 1)
		enough(t, c)
		theta := anyTheta(t, c.size())
		n := len(theta)
		c.at(theta, nil)
		h := make([]float64, n*n)
		c.information(h)
		most := 0.0
		for i := range n {
			most = max(most, math.Abs(h[i*n+i]))
		}
		for i := range n {
			h[i*n+i] += 1e-9 * (1 + most)
		}
		if !cholesky(n, h) {
			t.Fatal("the average information has a negative direction")
		}
	})
}

func shuffled(d Data, g *rand.Rand) Data {
	out := d
	order := g.Perm(len(d.Score))
	out.Candidate, out.Rater, out.Cell, out.Score = nil, nil, nil, nil
	for _, row := range order {
		out.Candidate, out.Rater = append(out.Candidate, d.Candidate[row]), append(out.Rater, d.Rater[row])
		out.Cell, out.Score = append(out.Cell, d.Cell[row]), append(out.Score, d.Score[row])
	}
	return out
}

// bits is everything a fit and a posterior say, to compare to the last bit.
func bits(t testing.TB, d Data, workers int) []uint64 {
	t.Helper()
	f, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: MAP, Prior: DefaultPrior(d.Dimensions, 6), Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPosterior(t.Context(), Evidence{Data: d}, f.Components, workers)
	if err != nil {
		t.Fatal(err)
	}
	numbers := append([]float64{f.Criterion, f.Decrement}, f.Theta...)
	numbers = append(numbers, f.Components.list()...)
	for i := range d.Candidates {
		mean, cov := p.Candidate(i)
		numbers = append(append(numbers, mean...), cov[0]...)
	}
	for j := range d.Raters {
		severity, sd := p.Rater(j)
		numbers = append(numbers, severity, sd)
	}
	if err := p.Sample(t.Context(), rand.New(rand.NewPCG(7, 7)), 3, func(draw Draw) {
		numbers = append(append(numbers, draw.Cells...), draw.Values...)
	}); err != nil {
		t.Fatal(err)
	}
	out := make([]uint64, len(numbers))
	for i, x := range numbers {
		out[i] = math.Float64bits(x)
	}
	return out
}

func TestNeitherRowsNorCoresChangeABit(t *testing.T) {
	for _, n := range []nationalRound{
		{candidates: 12, raters: 6, random: true, halo: .3, drift: .25, miss: .1},
		{candidates: 3000, raters: 250, halo: .3, drift: .25, miss: .02}, // clusters, many patterns and blocks
	} {
		d := n.data(3)
		want := bits(t, d, 1)
		g := rand.New(rand.NewPCG(5, 5))
		for _, workers := range []int{1, 2, 5} {
			if !slices.Equal(bits(t, shuffled(d, g), workers), want) {
				t.Errorf("%d candidates: another order of rows and %d workers give other bits", n.candidates, workers)
			}
		}
	}
}

// What a fit must say whatever the candidates and raters are called, whatever
// constant a cell has, and in whatever units marks are given.
func TestMeaningOfUnits(t *testing.T) {
	d := nationalRound{candidates: 9, raters: 5, random: true, halo: .3, drift: .25, miss: .1}.data(11)
	fit := func(d Data, scaleRange float64) (Fit, *Posterior) {
		f, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: MAP, Prior: DefaultPrior(d.Dimensions, scaleRange)})
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPosterior(t.Context(), Evidence{Data: d}, f.Components, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f, p
	}
	f, p := fit(d, 6)

	t.Run("relabelled", func(t *testing.T) {
		other := d
		g := rand.New(rand.NewPCG(1, 1))
		candidates, raters := g.Perm(d.Candidates), g.Perm(d.Raters)
		other.Candidate, other.Rater = slices.Clone(d.Candidate), slices.Clone(d.Rater)
		for row := range d.Score {
			other.Candidate[row], other.Rater[row] = int32(candidates[d.Candidate[row]]), int32(raters[d.Rater[row]])
		}
		_, q := fit(other, 6)
		for i := range d.Candidates {
			a, covA := p.Candidate(i)
			b, covB := q.Candidate(candidates[i])
			for k := range a {
				near(t, "mean", b[k], a[k], 1e-9)
				near(t, "variance", covB[k][k], covA[k][k], 1e-9)
			}
		}
	})
	t.Run("a constant in each cell moves nothing but that cell", func(t *testing.T) {
		other := d
		other.Score = slices.Clone(d.Score)
		for row := range d.Score {
			other.Score[row] += float64(d.Cell[row]) - 3
		}
		_, q := fit(other, 6)
		for i := range d.Candidates {
			a, _ := p.Candidate(i)
			b, _ := q.Candidate(i)
			for k := range a {
				near(t, "mean", b[k], a[k], 1e-9)
			}
		}
		for c, mean := range p.Cells() {
			near(t, "cell", q.Cells()[c], mean+float64(c)-3, 1e-9)
		}
	})
	t.Run("ten times the scale, a hundred times the variance", func(t *testing.T) {
		other := d
		other.Score = slices.Clone(d.Score)
		for row := range other.Score {
			other.Score[row] *= 10
		}
		g, q := fit(other, 60)
		for n, x := range f.Components.list() {
			near(t, "component", g.Components.list()[n], 100*x, 1e-7)
		}
		for i := range d.Candidates {
			a, _ := p.Candidate(i)
			b, _ := q.Candidate(i)
			for k := range a {
				near(t, "mean", b[k], 10*a[k], 1e-8)
			}
		}
	})
	t.Run("a rater who scored nobody", func(t *testing.T) {
		other := d
		other.Raters += 2
		_, q := fit(other, 6)
		for i := range d.Candidates {
			a, _ := p.Candidate(i)
			b, _ := q.Candidate(i)
			if !slices.Equal(a, b) {
				t.Error("the figures of a candidate changed")
			}
		}
		severity, sd := q.Rater(d.Raters + 1)
		near(t, "severity", severity, 0, 0)
		near(t, "its standard deviation", sd, math.Sqrt(f.Components.Rater), 1e-12)
	})
}

func TestMAPWithoutInformationIsThePrior(t *testing.T) {
	prior := DefaultPrior(2, 6)
	d := Data{Candidates: 3, Raters: 2, Exercises: 1, Dimensions: 2, Cells: []Cell{{0, 0}, {0, 1}}}
	for i := range int32(3) {
		for j := range int32(2) {
			for c := range int32(2) {
				d.Candidate, d.Rater, d.Cell, d.Score = append(d.Candidate, i), append(d.Rater, j), append(d.Cell, c), append(d.Score, 5)
			}
		}
	}
	f, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: MAP, Prior: prior})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Warnings) == 0 || !f.Converged {
		t.Error("equal scores are no information: the fit must say so")
	}
	if !slices.Equal(f.Components.list(), prior.Components.list()) {
		t.Errorf("components %+v, the prior's are %+v", f.Components, prior.Components)
	}
	if _, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: REML}); err == nil {
		t.Error("REML has nothing to estimate from and must say so")
	}
}

// With the data's weight gone the mode of the penalty is the prior itself.
func TestPriorsModeIsThePrior(t *testing.T) {
	prior := ExercisePrior(4, 6)
	d := nationalRound{candidates: 4, raters: 3, random: true}.data(1)
	c := newCriterion(newDesign(Evidence{Data: d}, AllTerms(), 1), 1)
	o, err := newObjective(c, Options{Terms: AllTerms(), Method: MAP, Prior: prior})
	if err != nil {
		t.Fatal(err)
	}
	gradient := make([]float64, len(o.start))
	at := o.penalty(o.start, gradient)
	for i, g := range gradient {
		near(t, "slope at the prior", g, 0, 1e-9)
		for _, step := range []float64{-.01, .01} {
			x := slices.Clone(o.start)
			x[i] += step
			if o.penalty(x, make([]float64, len(x))) <= at {
				t.Errorf("θ_%d: the penalty falls away from the prior", i)
			}
		}
	}
}

// A component that is not there must come out as 0, not as a failure.
func TestSingularIsNoError(t *testing.T) {
	d := nationalRound{candidates: 40, raters: 8, random: true}.data(2) // no halo, no drift
	f, err := Estimate(t.Context(), d, Options{Terms: AllTerms(), Method: REML})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Converged || f.Components.CandidateRater > .02 || f.Components.RaterDimension > .02 {
		t.Errorf("converged %v, components %+v", f.Converged, f.Components)
	}
}

// A fit that begins with a part of the round begins near its end, and at the
// prior where the part knows nothing: here one marked candidate of two.
func TestNearby(t *testing.T) {
	o := Options{Terms: AllTerms(), Method: MAP, Prior: DefaultPrior(4, 6)}
	d := nationalRound{candidates: 800, raters: 60, random: true, halo: .3, drift: .25}.data(1)
	d.Candidates++ // the last has no mark
	whole, err := Estimate(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	start := make([]float64, len(whole.Theta))
	near, err := nearby(t.Context(), d, o, start)
	if err != nil {
		t.Fatal(err)
	}
	for i := range near {
		if math.Abs(math.Abs(near[i])-math.Abs(whole.Theta[i])) > .3 {
			t.Errorf("θ_%d is %g near by, %g at the end", i, near[i], whole.Theta[i])
		}
	}
	few := Data{Candidates: 2, Raters: 1, Exercises: 1, Dimensions: 4, Cells: []Cell{{0, 0}}, Candidate: []int32{1}, Rater: []int32{0}, Cell: []int32{0}, Score: []float64{4}}
	if at, err := nearby(t.Context(), few, o, start); err != nil || &at[0] != &start[0] {
		t.Errorf("%v, %v", at, err)
	}
}

func TestFitStopsWithItsCaller(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	d := nationalRound{candidates: 300, raters: 40, random: true}.data(1)
	_, err := Estimate(ctx, d, Options{Terms: AllTerms(), Method: REML, Progress: func(n int) {
		if n == 3 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := NewPosterior(ctx, Evidence{Data: d}, oracleComponents(), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
