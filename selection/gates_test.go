package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
	"appointable/selection/ranking"
)

func TestGates(t *testing.T) {
	at := func(x float64) *float64 { return &x }
	sharply := func(r *selection.Round) { r.Campaign.Psychometrics = []selection.Psychometric{sjt()} }
	for _, c := range []struct {
		name    string
		gates   selection.Gates
		change  func(*selection.Round)
		marks   []float64
		want    ranking.Gate
		reasons []string
	}{
		{name: "none declared", marks: []float64{1, 1, 1}, want: ranking.Met},
		{name: "composite met exactly", gates: selection.Gates{Composite: at(4)}, marks: []float64{4, 4, 4}, want: ranking.Met},
		{
			name: "composite below", gates: selection.Gates{Composite: at(4)}, marks: []float64{4, 4, 3}, want: ranking.NotMet,
			reasons: []string{"The composite of the panel's marks, 3.80, is below the declared 4.00."},
		},
		{
			name: "so close that two decimals would hide it", gates: selection.Gates{Composite: at(4)}, change: finely, marks: []float64{4, 4, 3.98}, want: ranking.NotMet,
			reasons: []string{"The composite of the panel's marks, 3.996, is below the declared 4.00."},
		},
		{
			name: "so close that three would", gates: selection.Gates{Composite: at(4)}, change: finely, marks: []float64{4, 4, 3.99998}, want: ranking.NotMet,
			reasons: []string{"The composite of the panel's marks, 3.999996, is below the declared 4.00."},
		},
		{
			name: "a threshold with many decimals", gates: selection.Gates{Minimum: map[string]float64{"kindness": 3.9975}}, change: finely, marks: []float64{4, 3.997, 4}, want: ranking.NotMet,
			reasons: []string{"Kindness: 3.997 is below the declared minimum of 3.9975."},
		},
		{name: "minimum met exactly", gates: selection.Gates{Minimum: map[string]float64{"kindness": 4}}, marks: []float64{1, 4, 1}, want: ranking.Met},
		{
			name: "minimum below", gates: selection.Gates{Minimum: map[string]float64{"kindness": 4, "leading": 3.5}}, marks: []float64{7, 3, 3}, want: ranking.NotMet,
			reasons: []string{"Kindness: 3.00 is below the declared minimum of 4.00.", "Leading a service: 3.00 is below the declared minimum of 3.50."},
		},
		{
			name: "veto leads to discussion", gates: selection.Gates{Veto: at(1)}, marks: []float64{7, 7, 1}, want: ranking.Discuss,
			reasons: []string{
				"A mark of 1 on leading.a in interview is at or below the veto of 1: the panel discusses it.",
				"A mark of 1 on leading.b in interview is at or below the veto of 1: the panel discusses it.",
			},
		},
		{
			name: "veto means no", gates: selection.Gates{Veto: at(2), VetoMeans: selection.VetoNo}, marks: []float64{7, 7, 1}, want: ranking.NotMet,
			reasons: []string{
				"A mark of 1 on leading.a in interview is at or below the veto of 2: the gates are not met.",
				"A mark of 1 on leading.b in interview is at or below the veto of 2: the gates are not met.",
			},
		},
		{name: "above the veto", gates: selection.Gates{Veto: at(1), VetoMeans: selection.VetoNo}, marks: []float64{2, 2, 2}, want: ranking.Met},
		{
			name: "a mark that passes for the veto is one", gates: selection.Gates{Veto: at(1)}, marks: []float64{7, 1.0000000005, 7}, want: ranking.Discuss,
			reasons: []string{
				"A mark of 1.0000000005 on kindness.a in interview is at or below the veto of 1: the panel discusses it.",
				"A mark of 1.0000000005 on kindness.b in handover is at or below the veto of 1: the panel discusses it.",
			},
		},
		{
			name: "not met weighs more than discuss", gates: selection.Gates{Composite: at(7), Veto: at(1)}, marks: []float64{7, 7, 1}, want: ranking.NotMet,
			reasons: []string{
				"The composite of the panel's marks, 5.80, is below the declared 7.00.",
				"A mark of 1 on leading.a in interview is at or below the veto of 1: the panel discusses it.",
				"A mark of 1 on leading.b in interview is at or below the veto of 1: the panel discusses it.",
			},
		},
		{ // the SJT makes kindness 0.8 × 4 + 0.2 × 1 = 3.4
			name: "a low psychometric result fails no gate", gates: selection.Gates{Composite: at(4), Minimum: map[string]float64{"kindness": 4}},
			change: func(r *selection.Round) {
				sharply(r)
				r.Psychometrics = []selection.PsychometricResult{result("C1", 0)}
			},
			marks: []float64{4, 4, 4}, want: ranking.Met,
		},
		{ // and here 0.8 × 3 + 0.2 × 7 = 3.8
			name: "a high one passes none", gates: selection.Gates{Minimum: map[string]float64{"kindness": 3.5}},
			change: func(r *selection.Round) {
				sharply(r)
				r.Psychometrics = []selection.PsychometricResult{result("C1", 100)}
			},
			marks: []float64{4, 3, 4}, want: ranking.NotMet, reasons: []string{"Kindness: 3.00 is below the declared minimum of 3.50."},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("C1", "C2")
			r.Campaign.Gates = c.gates
			if c.change != nil {
				c.change(&r)
			}
			mark(&r, "C1", "R1", c.marks...)
			p := place(t, rank(t, r), "C1")
			if p.Gate != c.want {
				t.Errorf("the gates say %s, want %s", p.Gate, c.want)
			}
			if c.reasons == nil {
				c.reasons = []string{}
			}
			if diff := cmp.Diff(c.reasons, p.Reasons); diff != "" {
				t.Error(diff)
			}
			if p.Rank == nil {
				t.Error("a gate took the rank away")
			}
		})
	}
}

// Thirds and fifths that make 4.2 on paper, and less in floating point, meet a
// threshold of 4.2.
func TestThresholdMetOnPaperIsMet(t *testing.T) {
	r := round("C1", "C2")
	threshold := 4.2
	r.Campaign.Gates = selection.Gates{Composite: &threshold, Minimum: map[string]float64{"safety": threshold, "kindness": threshold}}
	r.Campaign.Exercises[1].Criteria = append(r.Campaign.Exercises[1].Criteria, "kindness.a")
	add := func(exercise, criterion string, scores ...float64) {
		for j, score := range scores {
			r.Ratings = append(r.Ratings, selection.Rating{Candidate: "C1", Rater: r.Campaign.Panel[j].Rater, Exercise: exercise, Criterion: criterion, Observed: true, Score: score})
		}
	}
	for _, value := range []string{"safety", "kindness"} { // (13/3 + (13/3 + 19/5)/2)/2
		add("interview", value+".a", 4, 4, 5)
		add("handover", value+".a", 4, 5, 4)
		add("handover", value+".b", 4, 4, 4, 4, 3)
	}
	add("interview", "leading.a", 4, 4, 4, 4, 5)
	p := place(t, rank(t, r), "C1")
	if *p.MarksMean >= threshold || *p.Dimensions[0].Marks >= threshold {
		t.Fatalf("%v and %v are no longer below in floating point; choose other marks", *p.MarksMean, *p.Dimensions[0].Marks)
	}
	if p.Gate != ranking.Met {
		t.Errorf("the gates say %s: %q", p.Gate, p.Reasons)
	}
}
