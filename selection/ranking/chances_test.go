package ranking_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"appointable/selection/ranking"
)

// the same figures in every draw.
func plain(draws int, values ...float64) ranking.Draws {
	return func(fn func(base, values []float64)) error {
		for range draws {
			fn([]float64{0, 0}, values)
		}
		return nil
	}
}

func weights(low, high []float64) ranking.Weights { return ranking.Weights{Low: low, High: high} }

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, within)
	}
}

// fourErrors is four Monte Carlo errors of a chance.
func fourErrors(p float64, draws int) float64 {
	return 4 * math.Sqrt(p*(1-p)/float64(draws))
}

// A(1,0), B(.6,.6), C(0,1) by hand: with u the weight of the first, A has u, B
// .6 always and C 1 − u. A is first above .6, last below .5 where C is above.
func TestAcceptabilityByHand(t *testing.T) {
	const n = 40_000
	q := ranking.Question{Candidates: 3, Draws: n, Posts: 1, Weights: weights([]float64{0, 0}, []float64{1, 1})}
	got, err := ranking.Count(q, rng(), plain(n, 1, 0, .6, .6, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float64{{.4, .1, .5}, {.2, .8, 0}, {.4, .1, .5}} {
		for r, p := range want {
			near(t, "acceptability", got.Rank[i][r], p, fourErrors(p, n))
		}
		near(t, "first of one post", got.InPosts[i], want[0], fourErrors(want[0], n))
		near(t, "confidence", got.Confidence[i], 1, 0)
	}
	for i, want := range []float64{.8, .5, .2} { // the middles of 0.6–1, 0.4–0.6 and 0–0.4
		near(t, "central weight", got.Central[i][0], want, .005)
		near(t, "both central weights", got.Central[i][0]+got.Central[i][1], 1, 1e-9)
	}
	near(t, "P(A above C)", got.Above[0][2], .5, fourErrors(.5, n))
	near(t, "P(B above A)", got.Above[1][0], .6, fourErrors(.6, n))
}

// Who can never be first has no central weights.
func TestNoCentralWeightsOfTheNeverFirst(t *testing.T) {
	q := ranking.Question{Candidates: 2, Draws: 100, Posts: 1, Weights: weights([]float64{1, 1}, []float64{2, 2})}
	got, err := ranking.Count(q, rng(), plain(100, 2, 2, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	if got.Central[1] != nil || got.Confidence[1] != 0 || got.Central[0] == nil || got.Confidence[0] != 1 {
		t.Errorf("central weights %v, confidence %v", got.Central, got.Confidence)
	}
}

// Shares that may be anything are Dirichlet(1): mean 1/K, variance
// (K−1)/(K²(K+1)).
func TestWeightsAreDrawnEvenly(t *testing.T) {
	const n, dimensions = 40_000, 4
	q := ranking.Question{Candidates: dimensions, Draws: n, Posts: 1, Weights: weights(make([]float64, dimensions), []float64{1, 1, 1, 1})}
	got, err := ranking.Count(q, rng(), eachShare(n, dimensions))
	if err != nil {
		t.Fatal(err)
	}
	for k := range dimensions {
		near(t, "SD of a share", got.SD[k], math.Sqrt(3.0/80), .003)
		near(t, "P(largest share)", got.Rank[k][0], .25, fourErrors(.25, n))
	}
}

// eachShare is one candidate for each dimension, whose composite is its share.
func eachShare(draws, dimensions int) ranking.Draws {
	values := make([]float64, dimensions*dimensions)
	for k := range dimensions {
		values[k*dimensions+k] = 1
	}
	return func(fn func(base, values []float64)) error {
		for range draws {
			fn(make([]float64, dimensions), values)
		}
		return nil
	}
}

// A share is lowest where the weight is and all others are at their highest.
func TestSharesKeepTheirRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w ranking.Weights
		for range rapid.IntRange(1, 6).Draw(t, "dimensions") {
			low := rapid.Float64Range(0.1, 50).Draw(t, "low")
			w.Low, w.High = append(w.Low, low), append(w.High, low+rapid.SampledFrom([]float64{0, 0, 5, 40}).Draw(t, "range"))
		}
		if w.Fixed() != (len(w.Low) == 1 || slices.Equal(w.Low, w.High)) { // the only dimension is all there is
			t.Fatalf("%v is fixed: %v", w, w.Fixed())
		}
		totals := [2]float64{}
		for k := range w.Low {
			totals[0], totals[1] = totals[0]+w.Low[k], totals[1]+w.High[k]
		}
		within := func(what string, shares []float64) {
			sum := 0.0
			for k, share := range shares {
				sum += share
				if share < w.Low[k]/(w.Low[k]+totals[1]-w.High[k])-1e-9 || share > w.High[k]/(w.High[k]+totals[0]-w.Low[k])+1e-9 {
					t.Fatalf("%s: share %d of %v is %v", what, k, w, share)
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("%s: shares sum to %v", what, sum)
			}
		}
		within("mean", w.Mean())
		got, err := ranking.Count(ranking.Question{Candidates: len(w.Low), Draws: 50, Posts: 1, Weights: w}, rng(), eachShare(50, len(w.Low)))
		if err != nil {
			t.Fatal(err)
		}
		for _, central := range got.Central {
			if central != nil {
				within("central", central)
			}
		}
	})
}

// With weights 40, 40 and x uniform from 10 to 90 the last share is x/(80 + x):
// of mean 1 − ln(17/9), of quantiles those of x. The first two are equal in
// every draw, as they were declared.
func TestSharesOfOneRange(t *testing.T) {
	const n = 40_000
	w := weights([]float64{40, 40, 10}, []float64{40, 40, 90})
	for k, want := range []float64{math.Log(17.0/9) / 2, math.Log(17.0/9) / 2, 1 - math.Log(17.0/9)} {
		near(t, "mean share", w.Mean()[k], want, 1e-12)
	}
	got, err := ranking.Count(ranking.Question{Candidates: 3, Draws: n, Posts: 1, Weights: w}, rng(), eachShare(n, 3))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "low", got.Low[2], 14.0/94, .003)
	near(t, "high", got.High[2], 86.0/166, .003)
	near(t, "P(share of 40 above share of 40)", got.Above[0][1], .5, 0)
}

// The mean is that of the draws, whatever the ranges.
func TestMeanShareIsThatOfTheDraws(t *testing.T) {
	const n = 100_000
	for _, w := range []ranking.Weights{
		weights([]float64{0, 0}, []float64{1, 3}),
		weights([]float64{0, 5, 1}, []float64{9, 5, 2}),
		weights([]float64{0, 0, 0, 0}, []float64{2, 2, 2, 2}),
		weights([]float64{1, 0, 1e-3}, []float64{1, 1e-3, 1e6}),
	} {
		total := make([]float64, len(w.Low))
		q := ranking.Question{Candidates: 1, Draws: n, Posts: 1, Weights: w}
		for k := range total {
			values := make([]float64, len(total))
			values[k] = 1
			// The one candidate is always first, so the central weights are all that are drawn.
			got, err := ranking.Count(q, rng(), plainOf(n, values))
			if err != nil {
				t.Fatal(err)
			}
			near(t, "mean share", w.Mean()[k], got.Central[0][k], 5*got.SD[0]/math.Sqrt(n)+1e-9)
		}
	}
}

func plainOf(draws int, values []float64) ranking.Draws {
	return func(fn func(base, values []float64)) error {
		for range draws {
			fn(make([]float64, len(values)), values)
		}
		return nil
	}
}

func one() ranking.Weights { return weights([]float64{1}, []float64{1}) }

// Three who are equal hold ranks 2 to 4 together, and two of the three posts.
func TestEqualsShareRanks(t *testing.T) {
	q := ranking.Question{Candidates: 5, Draws: 10, Posts: 3, Weights: one()}
	got, err := ranking.Count(q, rng(), plain(10, 9, 5, 5, 5, 1))
	if err != nil {
		t.Fatal(err)
	}
	third := 1.0 / 3
	for i, want := range [][]float64{{1, 0, 0, 0, 0}, {0, third, third, third, 0}, {0, third, third, third, 0}, {0, third, third, third, 0}, {0, 0, 0, 0, 1}} {
		for r, p := range want {
			near(t, "chance of a rank", got.Rank[i][r], p, 1e-12)
		}
	}
	for i, want := range []float64{1, 2 * third, 2 * third, 2 * third, 0} {
		near(t, "chance of a post", got.InPosts[i], want, 1e-12)
	}
	if got.RankLow[1] != 2 || got.RankHigh[1] != 4 || !math.IsNaN(got.Appointable[0]) {
		t.Errorf("ranks %d–%d, appointable %v", got.RankLow[1], got.RankHigh[1], got.Appointable[0])
	}
}

// Gates look at composite and dimensions with what all have in common in them.
func TestChanceOfPassingTheGates(t *testing.T) {
	const n = 10
	composite, minimum := 4.0, 3.0
	q := ranking.Question{Candidates: 1, Draws: n, Posts: 1, Weights: weights([]float64{1, 1}, []float64{1, 1}), Composite: &composite, Minimum: []*float64{nil, &minimum}}
	run := 0
	got, err := ranking.Count(q, rng(), func(fn func(base, values []float64)) error {
		for d := range n {
			run++
			switch {
			case d < 3:
				fn([]float64{3, 3}, []float64{1, 0.5}) // composite 3.75
			case d < 5:
				fn([]float64{3, 3}, []float64{5, -1}) // second dimension 2
			default:
				fn([]float64{3, 3}, []float64{1, 1}) // exactly 4
			}
		}
		return nil
	})
	if err != nil || run != n {
		t.Fatal(run, err)
	}
	near(t, "P(appointable)", got.Appointable[0], .5, 1e-12)
}

// Above the limit there are no tables; ends of ranks kept on the way are those
// that a sort of all of them gives.
func TestRankIntervalsOfMany(t *testing.T) {
	const n, draws = ranking.TableLimit + 40, 333
	source := rand.New(rand.NewPCG(5, 6))
	all := make([][]int, n)
	run := func(fn func(base, values []float64)) error {
		for range draws {
			values := make([]float64, n)
			order := make([]int, n)
			for i := range values {
				values[i], order[i] = float64(i)/40+source.NormFloat64(), i
			}
			slices.SortFunc(order, func(a, b int) int {
				if values[a] > values[b] {
					return -1
				}
				return 1
			})
			for r, i := range order {
				all[i] = append(all[i], r+1)
			}
			fn([]float64{0}, values)
		}
		return nil
	}
	got, err := ranking.Count(ranking.Question{Candidates: n, Draws: draws, Posts: 7, Weights: one()}, rng(), run)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rank != nil || got.Above != nil {
		t.Error("there is a table of many")
	}
	posts := 0.0
	for i, ranks := range all {
		slices.Sort(ranks)
		low, high := ranks[17-1], ranks[317-1] // the first by which 5 % and 95% of 333 are reached
		if got.RankLow[i] != low || got.RankHigh[i] != high {
			t.Fatalf("candidate %d: ranks %d–%d, want %d–%d", i, got.RankLow[i], got.RankHigh[i], low, high)
		}
		posts += got.InPosts[i]
	}
	near(t, "the posts filled", posts, 7, 1e-9)
}

// Of many equals too each holds every rank as often.
func TestManyEquals(t *testing.T) {
	const n = 2 * ranking.TableLimit
	got, err := ranking.Count(ranking.Question{Candidates: n, Draws: n, Posts: 1, Weights: one()}, rng(), plain(n, make([]float64, n)...))
	if err != nil {
		t.Fatal(err)
	}
	if got.RankLow[0] != n/20 || got.RankHigh[0] != n-n/20 || got.RankLow[n-1] != n/20 {
		t.Errorf("ranks %d–%d and from %d", got.RankLow[0], got.RankHigh[0], got.RankLow[n-1])
	}
}

// Φ((1 − 0)/√(2 + 1 − 2·0.5)) = Φ(0.70710678), and the sampler agrees.
func TestAboveInClosedForm(t *testing.T) {
	means, covariance := []float64{1, 0}, [][]float64{{2, .5}, {.5, 1}}
	above := ranking.Above(means, covariance)
	near(t, "P(above)", above[0][1], 0.7602499389065233, 1e-12)
	near(t, "P(below)", above[1][0], 1-0.7602499389065233, 1e-12)
	if !math.IsNaN(above[0][0]) {
		t.Error("somebody is above themself")
	}
	const n = 40_000
	source := rand.New(rand.NewPCG(3, 4))
	got, err := ranking.Count(ranking.Question{Candidates: 2, Draws: n, Posts: 1, Weights: one()}, rng(), func(fn func(base, values []float64)) error {
		for range n {
			x, y := source.NormFloat64(), source.NormFloat64()
			a := math.Sqrt2 * x
			fn([]float64{0}, []float64{1 + a, .5/math.Sqrt2*x + math.Sqrt(1-.125)*y})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "sampled P(above)", got.Rank[0][0], above[0][1], fourErrors(above[0][1], n))
}

// Without variance there is nothing to be unsure of, and equals are as often
// above as below.
func TestAboveWithoutVariance(t *testing.T) {
	above := ranking.Above([]float64{2, 1, 1}, [][]float64{{3, 3, 3}, {3, 3, 3}, {3, 3, 3}})
	for _, c := range []struct {
		i, j int
		want float64
	}{{0, 1, 1}, {1, 0, 0}, {1, 2, .5}} {
		near(t, "P(above)", above[c.i][c.j], c.want, 0)
	}
}
