package mixedmodel_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"appointable/selection/mixedmodel"
)

// layout says which column of a published file is what; "" is none.
type layout struct{ candidate, rater, exercise, criterion, score string }

// published reads a long file. Codes are numbered in the order of the alphabet.
func published(t testing.TB, name string, l layout) mixedmodel.Data {
	t.Helper()
	header, rows := table(t, name)
	column := func(name string) []string {
		at := slices.Index(header, name)
		values := make([]string, len(rows))
		for i, row := range rows {
			if at >= 0 {
				values[i] = row[at]
			}
		}
		return values
	}
	var d mixedmodel.Data
	var exercise, criterion []int32
	d.Dimensions = 1
	d.Candidate, d.Candidates = numbered(column(l.candidate))
	d.Rater, d.Raters = numbered(column(l.rater))
	exercise, d.Exercises = numbered(column(l.exercise))
	criterion, criteria := numbered(column(l.criterion))
	for e := range d.Exercises {
		for range criteria {
			d.Cells = append(d.Cells, mixedmodel.Cell{Exercise: e})
		}
	}
	for i, text := range column(l.score) {
		d.Cell = append(d.Cell, exercise[i]*int32(criteria)+criterion[i])
		d.Score = append(d.Score, number(t, text))
	}
	return d
}

func table(t testing.TB, name string) (header []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

func numbered(codes []string) (numbers []int32, levels int) {
	distinct := slices.Compact(slices.Sorted(slices.Values(codes)))
	for _, code := range codes {
		n, _ := slices.BinarySearch(distinct, code)
		numbers = append(numbers, int32(n))
	}
	return numbers, len(distinct)
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// shroutFleiss is Shrout and Fleiss's table 2: a row a target, a column a judge.
func shroutFleiss(t testing.TB) mixedmodel.Data {
	t.Helper()
	header, rows := table(t, "shrout_fleiss.csv")
	d := mixedmodel.Data{Candidates: len(rows), Raters: len(header), Exercises: 1, Dimensions: 1, Cells: make([]mixedmodel.Cell, 1)}
	for i, row := range rows {
		for j, text := range row {
			d.Candidate, d.Rater, d.Cell = append(d.Candidate, int32(i)), append(d.Rater, int32(j)), append(d.Cell, 0)
			d.Score = append(d.Score, number(t, text))
		}
	}
	return d
}

func reml(t testing.TB, d mixedmodel.Data, terms mixedmodel.Terms) mixedmodel.Fit {
	t.Helper()
	fit, err := mixedmodel.Estimate(t.Context(), d, mixedmodel.Options{Terms: terms, Method: mixedmodel.REML})
	if err != nil {
		t.Fatal(err)
	}
	if !fit.Converged {
		t.Errorf("not converged: decrement %g after %d evaluations", fit.Decrement, fit.Evaluations)
	}
	return fit
}

// near compares estimates, relative to their size.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}

// optimal accepts a criterion that is lower than the published one: the other
// program stopped earlier. It may be that by a little only.
func optimal(t testing.TB, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || got > want*(1+1e-8) || got < want*(1-1e-6) {
		t.Errorf("REML criterion %.10f, want %.10f or slightly less", got, want)
	}
}

// The figures are lme4's for the same model (testdata/README.md), to the digits
// it printed: criterion within 1e-8, components within 1e-5.
func TestPublishedComponents(t *testing.T) {
	type want struct{ candidate, exercise, halo, rater, residual float64 }
	brennan32 := layout{"Person", "Rater", "Task", "", "Score"}
	for _, c := range []struct {
		name      string
		data      mixedmodel.Data
		terms     mixedmodel.Terms
		criterion float64 // 0: lme4 has other fixed effects
		want      want
	}{
		{"Shrout and Fleiss, crossed judges", shroutFleiss(t),
			mixedmodel.Terms{Candidate: true, Rater: true}, 91.2786671167,
			want{candidate: 2.55556284, rater: 5.24445077, residual: 1.01944337}},
		{"Dyestuff, no rater", published(t, "dyestuff.csv", layout{candidate: "Batch", score: "Yield"}),
			mixedmodel.Terms{Candidate: true}, 319.654276842,
			want{candidate: 1764.05001, residual: 2451.25}},
		{"Penicillin, crossed", published(t, "penicillin.csv", layout{candidate: "plate", rater: "sample", score: "diameter"}),
			mixedmodel.Terms{Candidate: true, Rater: true}, 330.860588991,
			want{candidate: .716908340, rater: 3.730919014, residual: .302415445}},
		{"Pastes, raters nested in candidates", published(t, "pastes.csv", layout{candidate: "batch", rater: "cask", score: "strength"}),
			mixedmodel.Terms{Candidate: true, CandidateRater: true}, 246.990745853,
			want{candidate: 1.657309130, halo: 8.433666581, residual: .677999985}},
		{"Pastes, the same with codes of their own", published(t, "pastes.csv", layout{candidate: "batch", rater: "sample", score: "strength"}),
			mixedmodel.Terms{Candidate: true, CandidateRater: true}, 246.990745853,
			want{candidate: 1.657309130, halo: 8.433666581, residual: .677999985}},
		// Tasks are fixed here and random in lme4's model; in balanced data that
		// leaves the other components as they are.
		{"Brennan 3.2, raters nested in tasks", published(t, "Brennan.3.2.csv", brennan32),
			mixedmodel.Terms{Candidate: true, CandidateExercise: true, Rater: true}, 0,
			want{candidate: .47314813, exercise: .55956791, rater: .64753096, residual: 2.38024688}},
		// Items and occasions are fixed; the components are those of Brennan's
		// ANOVA (expected mean squares), worked out below from lme4's table.
		{"Brennan 3.1, items by occasions", published(t, "Brennan.3.1.csv", layout{"Person", "Occasion", "Item", "Occasion", "Score"}),
			mixedmodel.Terms{Candidate: true, CandidateExercise: true, CandidateRater: true}, 0,
			want{
				candidate: (6.911111 - 2.085185 - 1.338889 + .935185) / 8,
				exercise:  (2.085185 - .935185) / 2, halo: (1.338889 - .935185) / 4, residual: .935185,
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fit := reml(t, c.data, c.terms)
			if c.criterion > 0 {
				optimal(t, fit.Criterion, c.criterion)
			}
			got := fit.Components
			near(t, "candidate", got.Candidate[0][0], c.want.candidate, 1e-5)
			near(t, "candidate:exercise", got.CandidateExercise, c.want.exercise, 1e-5)
			near(t, "candidate:rater", got.CandidateRater, c.want.halo, 1e-5)
			near(t, "rater", got.Rater, c.want.rater, 1e-5)
			near(t, "rater:dimension", got.RaterDimension, 0, 1e-5)
			near(t, "residual", got.Residual, c.want.residual, 1e-5)
		})
	}
}

// Shrout and Fleiss print their ICCs to two digits (.17, .29, .71; of means .44,
// .62, .91); the psych package gives eight. ICC(1) is of the one-way model,
// where whoever judged a target is a replicate.
func TestPublishedIntraclassCorrelations(t *testing.T) {
	d := shroutFleiss(t)
	now := mixedmodel.DesignOf(d)
	one := now
	one.Raters = 1
	if now.Raters != 4 || now.Nested || now.Differ {
		t.Errorf("the design is %+v", now)
	}

	crossed := reml(t, d, mixedmodel.Terms{Candidate: true, Rater: true}).Components
	near(t, "ICC(2,1)", crossed.Study(one).Dependability, .28976378, 1e-5)
	near(t, "ICC(3,1)", crossed.Study(one).Generalizability, .71484071, 1e-5)
	near(t, "ICC(2,4)", crossed.Study(now).Dependability, .62005055, 1e-5)
	near(t, "ICC(3,4)", crossed.Study(now).Generalizability, .90931554, 1e-5)

	oneWay := reml(t, d, mixedmodel.Terms{Candidate: true}).Components
	near(t, "ICC(1,1)", oneWay.Study(one).Generalizability, .16574177, 1e-5)
	near(t, "ICC(1,4)", oneWay.Study(now).Generalizability, .44279713, 1e-5)
}

// lme4 prints the samples' effects to ten digits and the mean to ten.
func TestPublishedEffects(t *testing.T) {
	d := published(t, "penicillin.csv", layout{candidate: "plate", rater: "sample", score: "diameter"})
	fit := reml(t, d, mixedmodel.Terms{Candidate: true, Rater: true})
	p, err := mixedmodel.NewPosterior(t.Context(), mixedmodel.Evidence{Data: d}, fit.Components, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the mean", p.Cells()[0], 22.97222222, 1e-6)
	for j, want := range []float64{2.18705797001, -1.01047615071, 1.93789946710, -.09689497336, -.01384213906, -3.00374417402} {
		severity, _ := p.Rater(j)
		near(t, "sample "+string(rune('A'+j)), severity, want, 1e-5)
	}
}
