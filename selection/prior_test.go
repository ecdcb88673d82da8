package selection_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"appointable/frameworks"
	"appointable/selection"
	"appointable/selection/mixedmodel"
)

// priorOf is the default prior as a document.
func priorOf(f frameworks.Framework, change func(document map[string]any)) json.RawMessage {
	var codes []string
	for _, d := range f.Dimensions {
		codes = append(codes, d.Code)
	}
	data, err := json.Marshal(mixedmodel.DefaultPrior(len(codes), f.Scale.Max-f.Scale.Min).Components)
	if err != nil {
		panic(err)
	}
	var components map[string]any
	if err := json.Unmarshal(data, &components); err != nil {
		panic(err)
	}
	document := map[string]any{"source": "the trust's own", "dimensions": codes, "components": components, "campaigns": []string{"A", "B"}}
	if change != nil {
		change(document)
	}
	data, err = json.Marshal(document)
	if err != nil {
		panic(err)
	}
	return data
}

// The default prior from a file ranks as the default does, in whatever order
// of dimensions and on whatever scale it is written; another prior does not.
func TestPriorFromFile(t *testing.T) {
	plain := demo(t)
	want := rank(t, plain)
	components := func(d map[string]any) map[string]any { return d["components"].(map[string]any) }
	for name, change := range map[string]func(map[string]any){
		"as it is": nil,
		"its own scale": func(d map[string]any) {
			d["scale"] = map[string]any{"min": 0, "max": 60}
			c := components(d)
			for key, x := range c {
				if variance, ok := x.(float64); ok {
					c[key] = variance * 100
				}
			}
			for _, row := range c["candidate"].([]any) {
				for k, x := range row.([]any) {
					row.([]any)[k] = x.(float64) * 100
				}
			}
		},
		"weights as the default": func(d map[string]any) { d["pseudo_units"], d["residual_degrees_of_freedom"] = 20, 50 },
		"one dimension too many": func(d map[string]any) {
			d["dimensions"] = append([]string{"courage"}, d["dimensions"].([]string)...)
			rows := [][]float64{{9, 0, 0, 0, 0, 0, 0}}
			for _, row := range components(d)["candidate"].([]any) {
				line := []float64{0}
				for _, x := range row.([]any) {
					line = append(line, x.(float64))
				}
				rows = append(rows, line)
			}
			components(d)["candidate"] = rows
		},
	} {
		r := plain
		r.Prior = priorOf(r.Framework, change)
		ranked := rank(t, r)
		if ranked.Prior.Source != selection.PriorGiven {
			t.Errorf("%s: the source is %s", name, ranked.Prior.Source)
		}
		if diff := cmp.Diff(want.Candidates, ranked.Candidates, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	other := plain
	other.Prior = priorOf(plain.Framework, func(d map[string]any) { components(d)["rater"] = 1e-6 })
	if rank(t, other).Raters[1].Severity < want.Raters[1].Severity/2 {
		t.Error("a prior that all assessors are alike changes nothing")
	}
}

func TestPriorMistakes(t *testing.T) {
	components := func(d map[string]any) map[string]any { return d["components"].(map[string]any) }
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   []string
	}{
		"no components":  {func(d map[string]any) { delete(d, "components") }, []string{"prior.json: components: is missing; the variance components belong there"}},
		"one missing":    {func(d map[string]any) { delete(components(d), "rater") }, []string{"prior.json: components.rater: is missing or 0; a prior of a variance is above 0"}},
		"negative":       {func(d map[string]any) { components(d)["residual"] = -1 }, []string{"prior.json: components.residual: -1 cannot be the residual variance; give a number above 0"}},
		"a text":         {func(d map[string]any) { components(d)["rater"] = "much" }, []string{"prior.json: components.rater: string stands where something else is expected"}},
		"no dimension":   {func(d map[string]any) { d["dimensions"] = []string{"safety", "kindness", "other"} }, []string{"prior.json: dimensions: leading of the framework is missing"}},
		"twice":          {func(d map[string]any) { d["dimensions"] = []string{"safety", "kindness", "safety"} }, []string{"prior.json: dimensions[2]: safety is there twice", "prior.json: dimensions: leading of the framework is missing"}},
		"too few rows":   {func(d map[string]any) { components(d)["candidate"] = [][]float64{{1}} }, []string{"prior.json: components.candidate: has 1 rows; 3 are needed, one for each dimension"}},
		"not definite":   {func(d map[string]any) { components(d)["candidate"] = [][]float64{{1, 1, 0}, {1, 1, 0}, {0, 0, 1}} }, []string{"prior.json: components.candidate: is not positive definite: some mixture of dimensions would be alike in everybody"}},
		"no range":       {func(d map[string]any) { d["scale"] = map[string]any{"min": 7, "max": 7} }, []string{"prior.json: scale: has no range; give the lowest and the highest mark as min and max"}},
		"mistyped":       {func(d map[string]any) { components(d)["raters"] = 1 }, []string{"prior.json: components.raters: is no component; there are candidate, candidate:exercise, candidate:rater, rater, rater:dimension, residual"}},
		"vast residual":  {func(d map[string]any) { components(d)["residual"] = 1e8 }, []string{"prior.json: components.residual: 1e+08 cannot be the residual variance of marks whose scale spans 6"}},
		"no residual":    {func(d map[string]any) { components(d)["residual"] = 1e-8 }, []string{"prior.json: components.residual: 1e-08 cannot be the residual variance of marks whose scale spans 6"}},
		"another's":      {func(d map[string]any) { d["framework"] = "other" }, []string{`prior.json: framework: the prior is of the framework "other"; the round's is values`}},
		"weighs nothing": {func(d map[string]any) { d["pseudo_units"] = 0 }, []string{"prior.json: pseudo_units: 0 is no weight of a prior; give a number above 0"}},
	} {
		r := round("C1", "C2")
		r.Prior = priorOf(r.Framework, c.change)
		if diff := cmp.Diff(c.want, complaints(t, r.Validate())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The contract knows three sources; a file may say whatever it likes.
func TestSourceOfAPrior(t *testing.T) {
	for source, want := range map[string]string{"pooled": "pooled", "default": "default", "given": "given", "the trust's own": "given", "": "given"} {
		r := demo(t)
		r.Prior = priorOf(r.Framework, func(d map[string]any) { d["source"] = source })
		if got := rank(t, r).Prior.Source; got != want {
			t.Errorf("%q is told as %q", source, got)
		}
	}
}
