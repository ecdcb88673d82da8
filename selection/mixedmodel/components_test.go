package mixedmodel_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
)

func sound() mixedmodel.Components {
	return mixedmodel.Components{Candidate: [][]float64{{.3, .1, .1}, {.1, .2, .1}, {.1, .1, .2}}, CandidateExercise: .05, Rater: .2, Residual: .6}
}

func TestValidateComponents(t *testing.T) {
	if err := sound().Validate(3); err != nil {
		t.Error(err)
	}
	singular := sound()
	singular.Candidate = [][]float64{{.25, .5, 0}, {.5, 1, 0}, {0, 0, 0}} // perfectly correlated: a fit may end there
	if err := singular.Validate(3); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		name   string
		change func(*mixedmodel.Components)
		want   []string
	}{
		{"negative", func(c *mixedmodel.Components) { c.CandidateRater, c.RaterDimension = -1, -2 }, []string{"candidate:rater: -1 is not", "rater:dimension: -2 is not"}},
		{"not a number", func(c *mixedmodel.Components) { c.Rater, c.Residual = math.NaN(), math.NaN() }, []string{"rater: NaN is not", "residual: NaN cannot be"}},
		{"infinite", func(c *mixedmodel.Components) { c.CandidateExercise = math.Inf(1) }, []string{"candidate:exercise: +Inf is not"}},
		{"no residual", func(c *mixedmodel.Components) { c.Residual = 0 }, []string{"residual: 0 cannot be"}},
		{"NaN in the matrix", func(c *mixedmodel.Components) { c.Candidate[2][2] = math.NaN() }, []string{"candidate[2][2]: NaN is not", "candidate[2][0]", "candidate[2][1]"}},
		{"a covariance without variance", func(c *mixedmodel.Components) { c.Candidate[0][0] = 0 }, []string{"candidate[1][0]: a covariance of 0.1", "candidate[2][0]"}},
		{"pairs that are possible and together are not", func(c *mixedmodel.Components) {
			c.Candidate = [][]float64{{1, .9, -.9}, {.9, 1, .9}, {-.9, .9, 1}}
		}, []string{"candidate: no variables"}},
	} {
		bad := sound()
		c.change(&bad)
		fields := fault.FieldsOf(bad.Validate(3))
		for n, f := range fields {
			if n >= len(c.want) || !strings.HasPrefix(f.String(), c.want[n]) {
				t.Errorf("%s: also %s", c.name, f)
			}
		}
		if len(fields) < len(c.want) {
			t.Errorf("%s: %v, want %q", c.name, fields, c.want)
		}
	}
	if err := sound().Validate(2); !fault.Is(err, fault.Invalid) {
		t.Errorf("three dimensions for two: %v", err)
	}
}

func TestTermsOfComponents(t *testing.T) {
	want := mixedmodel.Terms{Candidate: true, CandidateExercise: true, Rater: true}
	if got := sound().Terms(); got != want {
		t.Errorf("terms %+v, want %+v", got, want)
	}
	none := mixedmodel.Components{Candidate: [][]float64{{0}}, Residual: 1}
	if got := none.Terms(); got != (mixedmodel.Terms{}) {
		t.Errorf("terms %+v, want none", got)
	}
}

func TestEffects(t *testing.T) {
	if got := mixedmodel.AllTerms().Effects(); !slices.Equal(got, mixedmodel.TermEffects()) {
		t.Errorf("effects %v", got)
	}
	for n, e := range mixedmodel.TermEffects() {
		var terms mixedmodel.Terms
		if !terms.Set(e, true) || !slices.Equal(terms.Effects(), mixedmodel.TermEffects()[n:n+1]) {
			t.Errorf("%s turns on %v", e, terms.Effects())
		}
	}
	var terms mixedmodel.Terms
	if terms.Set("halo", true) || terms.Set(mixedmodel.ResidualEffect, true) {
		t.Error("what is no term was taken for one")
	}
	c := mixedmodel.Components{Candidate: [][]float64{{3, 0}, {0, 5}}, CandidateExercise: 2, CandidateRater: 6, Rater: 7, RaterDimension: 8, Residual: 9}
	var variances []float64
	for _, e := range append(mixedmodel.TermEffects(), mixedmodel.ResidualEffect) {
		variances = append(variances, c.Variance(e))
	}
	if !slices.Equal(variances, []float64{4, 2, 6, 7, 8, 9}) {
		t.Errorf("variances %v", variances)
	}
}
