package round_test

import (
	"encoding/json"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/round"
)

const fitted = `{
  "n": 12, "scale": {"min": 1, "max": 7}, "warnings": ["components: none"], "candidates": [{"effect": [1, 2]}],
  "components": {
    "candidate": [[0.3, 0.1],
                  [0.1, 0.2]],
    "candidate:exercise": 0.05, "candidate:rater": 0, "rater": 0.2,
    "residual": 0.6
  },
  "dimensions": ["kindness", "safety"]
}
`

func TestReadComponents(t *testing.T) {
	c, err := round.ReadComponents(saved(t, "fit.json", "\xEF\xBB\xBF"+fitted), []string{"kindness", "safety"}, &round.Limits{Low: 1, High: 7})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"candidate":[[0.3,0.1],[0.1,0.2]],"candidate:exercise":0.05,"candidate:rater":0,"rater":0.2,"rater:dimension":0,"residual":0.6}`
	if string(got) != want {
		t.Errorf("components %s, want %s", got, want)
	}
}

// What rank prints has them under fit, and mistakes there have their place too.
func TestComponentsOfARanking(t *testing.T) {
	ranked := "{\"campaign\": \"A\", \"fit\":\n" + fitted + "}"
	read := func(text string) error {
		_, err := round.ReadComponents(saved(t, "ranking.json", text), []string{"kindness", "safety"}, &round.Limits{Low: 1, High: 7})
		return err
	}
	if err := read(ranked); err != nil {
		t.Error(err)
	}
	err := read(strings.Replace(ranked, `"rater": 0.2`, `"raters": 0.2`, 1))
	if fields := fault.FieldsOf(err); len(fields) != 1 || !strings.Contains(fields[0].String(), `ranking.json:7:65: "raters" is no component`) {
		t.Errorf("a mistyped name: %v", fields)
	}
}

func TestDamagedComponents(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"not JSON", "[0.1, 0.2]]", "[0.1, 0.2]", []string{"fit.json:6:25: this is not JSON"}},
		{"no components", `"components": {`, `"component": {`, []string{"fit.json:1:1: the key components is missing"}},
		{"a text", `"rater": 0.2`, `"rater": "a lot"`, []string{"fit.json:6:64: string stands here; expected is a number"}},
		{"a text in the matrix", "[0.1, 0.2]", `[0.1, "x"]`, []string{"fit.json:5:25: string stands here; expected is a matrix [[…]] of numbers"}},
		{"a list for a number", `"rater": 0.2`, `"rater": [1, 2]`, []string{"fit.json:6:64: array stands here; expected is a number"}},
		{"a number for a matrix", "[[0.3, 0.1],\n                  [0.1, 0.2]]", "0.3", []string{"fit.json:4:18: number stands here; expected is a matrix"}},
		{"a negative variance", `"rater": 0.2`, `"rater": -0.2`, []string{"fit.json:6:64: rater: -0.2 is not a variance"}},
		{"no residual", `"rater": 0.2,`, `"rater": 0.2}, "x": {`, []string{"fit.json:3:17: residual: 0 cannot be the residual variance"}},
		{"an unknown component", `"rater": 0.2`, `"raters": 0.2`, []string{`fit.json:6:65: "raters" is no component; there are candidate, candidate:exercise, candidate:rater, rater, rater:dimension, residual`}},
		{"other dimensions", `"kindness", "safety"`, `"safety", "kindness"`, []string{"fit.json:9:17: the components are for the dimensions safety, kindness; here they are kindness, safety"}},
		{"another scale", `"max": 7`, `"max": 5`, []string{"fit.json:2:21: the components are for marks from 1 to 5; here they are from 1 to 7"}},
		{"no scale", `{"min": 1, "max": 7}`, `"1-7"`, []string{"fit.json:2:21: string stands here; expected is an object {…} with min and max"}},
		{"a row too few", ",\n                  [0.1, 0.2]", "", []string{"fit.json:4:18: candidate: has 1 rows; 2 are needed"}},
		{"a number too few", "[0.1, 0.2]", "[0.1]", []string{"fit.json:5:19: candidate[1]: has 1 numbers; 2 are needed"}},
		{"not symmetric", "[0.1, 0.2]", "[0.15, 0.2]", []string{"fit.json:5:20: candidate[1][0]: 0.15 is not what stands mirrored in row 1 (0.1)"}},
		{"two mistakes", "[[0.3, 0.1],\n                  [0.1, 0.2]]", "[[-0.3, 0.1], [0.1, -1]]", []string{"fit.json:4:20: candidate[0][0]: -0.3 is not a variance", "fit.json:4:33: candidate[1][0]: a covariance of 0.1", "fit.json:4:38: candidate[1][1]: -1 is not a variance"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Count(fitted, c.old) != 1 {
				t.Fatalf("%q is not there once", c.old)
			}
			_, err := round.ReadComponents(saved(t, "fit.json", strings.Replace(fitted, c.old, c.new, 1)), []string{"kindness", "safety"}, &round.Limits{Low: 1, High: 7})
			fields := fault.FieldsOf(err)
			for n, f := range fields {
				if n >= len(c.want) || !strings.Contains(f.String(), c.want[n]) {
					t.Errorf("also: %s", f)
				}
			}
			if len(fields) < len(c.want) {
				t.Errorf("%d complaints, want %q", len(fields), c.want)
			}
		})
	}
	if _, err := round.ReadComponents(t.TempDir()+"/none.json", nil, nil); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "none.json: cannot be opened") {
		t.Errorf("a file that is not there: %v", err)
	}
}
