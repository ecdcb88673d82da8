package selection_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
)

func TestSEM(t *testing.T) {
	for reliability, want := range map[float64]float64{1: 0, 0.75: 5, 0.64: 6, 0: 10} {
		if got := (selection.Psychometric{SD: 10, Reliability: reliability}).SEM(); math.Abs(got-want) > 1e-12 {
			t.Errorf("reliability %v: %v, want %v", reliability, got, want)
		}
	}
}

func TestResultMistakes(t *testing.T) {
	c := campaign()
	c.Psychometrics = []selection.Psychometric{sjt()}
	for _, test := range []struct {
		name   string
		change func(*selection.PsychometricResult)
		want   []string
	}{
		{"none", func(*selection.PsychometricResult) {}, nil},
		{"outside any norm, and yet a score", func(p *selection.PsychometricResult) { p.Score = -1000 }, nil},
		{"with a date", func(p *selection.PsychometricResult) { p.TakenOn = "2024-02-29" }, nil},
		{"unknown instrument", func(p *selection.PsychometricResult) { p.Instrument = "MBTI" }, []string{`instrument: the campaign declares no scale "total" of "MBTI"`}},
		{"unknown scale", func(p *selection.PsychometricResult) { p.Scale = "part" }, []string{`instrument: the campaign declares no scale "part" of "SJT"`}},
		{"not a number", func(p *selection.PsychometricResult) { p.Score = math.NaN() }, []string{"score: is not a number"}},
		{"no such day", func(p *selection.PsychometricResult) { p.TakenOn = "2026-02-29" }, []string{`taken_on: "2026-02-29" is not a date; write it as 2026-03-14`}},
		{"a date another way", func(p *selection.PsychometricResult) { p.TakenOn = "14/3/2026" }, []string{`taken_on: "14/3/2026" is not a date; write it as 2026-03-14`}},
		{"all at once", func(p *selection.PsychometricResult) {
			*p = selection.PsychometricResult{Score: math.Inf(1), TakenOn: "soon"}
		}, []string{
			`instrument: the campaign declares no scale "" of ""`, "score: is not a number", `taken_on: "soon" is not a date; write it as 2026-03-14`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := result("C1", 50)
			test.change(&p)
			if diff := cmp.Diff(test.want, complaints(t, c.ValidateResult(p))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A scale that measured the values without error would settle them alone, and
// the engine would divide by its noise, 0.
func TestNoScaleIsPerfect(t *testing.T) {
	r := round("C1")
	perfect := sjt()
	perfect.Reliability, perfect.Validity = 1, 1
	r.Campaign.Psychometrics = []selection.Psychometric{perfect}
	want := []string{"psychometrics[0].validity: 1 cannot be: no scale measures the values without error; give a correlation below 1"}
	if diff := cmp.Diff(want, complaints(t, r.Campaign.Validate(r.Framework))); diff != "" {
		t.Error(diff)
	}
}
