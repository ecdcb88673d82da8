package selection_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/ranking"
)

func closeTo(t testing.TB, what string, got *float64, want float64) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("%s: there is no figure, want %v", what, want)
	case math.Abs(*got-want) > 1e-12:
		t.Errorf("%s: %v, want %v", what, *got, want)
	}
}

// list prints places as a person would read them: rank, candidate, with whom
// tied, and what broke it.
func list(r selection.Ranking) []string {
	lines := []string{}
	for _, p := range r.Candidates {
		rank := "-"
		if p.Rank != nil {
			rank = fmt.Sprint(*p.Rank)
		}
		line := rank + " " + p.Candidate
		if len(p.TiedWith) > 0 {
			line += " = " + strings.Join(p.TiedWith, ", ")
		}
		if p.TieBrokenBy != nil {
			line += " by " + *p.TieBrokenBy
		}
		lines = append(lines, line)
	}
	return lines
}

// Weights are 0.4, 0.4 and 0.2: (5, 4, 4), (4, 5, 4) and (4, 4, 6) all make 4.4.
func TestTies(t *testing.T) {
	for _, c := range []struct {
		name    string
		marks   map[string][]float64
		chain   []string
		want    []string
		reasons map[string]string
	}{
		{
			name:  "competition ranking without a chain",
			marks: map[string][]float64{"C1": {4, 4, 4}, "C2": {5, 5, 5}, "C3": {6, 6, 6}, "C4": {5, 5, 5}},
			want:  []string{"1 C3", "2 C2 = C4", "2 C4 = C2", "4 C1"},
			reasons: map[string]string{
				"C2": "Equal composite with C4; no tie chain is declared, so the rank is shared.",
			},
		},
		{
			name:  "a chain that does not help",
			marks: map[string][]float64{"C1": {5, 5, 5}, "C2": {5, 5, 5}},
			chain: []string{"safety", "kindness", "leading"},
			want:  []string{"1 C1 = C2", "1 C2 = C1"},
			reasons: map[string]string{
				"C1": "Equal composite with C2; the declared tie chain does not separate them, so the rank is shared.",
			},
		},
		{
			name:  "decided by the first of the chain, whatever the codes",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C2 = C1 by safety", "2 C1 = C2 by safety"},
			reasons: map[string]string{
				"C1": "Equal composite with C2; the declared tie chain decides by Safety.",
				"C2": "Equal composite with C1; the declared tie chain decides by Safety.",
			},
		},
		{
			name:  "decided by the second",
			marks: map[string][]float64{"C1": {4, 4, 6}, "C2": {4, 5, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C2 = C1 by kindness", "2 C1 = C2 by kindness"},
		},
		{
			name:  "the chain's order decides, not the framework's",
			marks: map[string][]float64{"C1": {5, 4, 4}, "C2": {4, 5, 4}},
			chain: []string{"kindness", "safety"},
			want:  []string{"1 C2 = C1 by kindness", "2 C1 = C2 by kindness"},
		},
		{
			name:  "three, all separated, at different steps",
			marks: map[string][]float64{"C1": {4, 4, 6}, "C2": {4, 5, 4}, "C3": {5, 4, 4}},
			chain: []string{"safety", "kindness", "leading"},
			want:  []string{"1 C3 = C1, C2 by safety", "2 C2 = C1, C3 by kindness", "3 C1 = C2, C3 by kindness"},
			reasons: map[string]string{
				"C1": "Equal composite with C2, C3; the declared tie chain decides by Kindness at the latest.",
			},
		},
		{
			name:  "three, the first two late, the last early",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 3, 6}, "C3": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C3 = C1, C2 by kindness", "2 C2 = C1, C3 by kindness", "3 C1 = C2, C3 by safety"},
		},
		{
			name:  "three, the first separated, two sharing",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}, "C3": {4, 5, 4}, "C4": {4, 4, 4}},
			chain: []string{"safety"},
			want:  []string{"1 C2 = C1, C3 by safety", "2 C1 = C2, C3 by safety", "2 C3 = C1, C2 by safety", "4 C4"},
			reasons: map[string]string{
				"C2": "Equal composite with C1, C3; the declared tie chain decides by Safety at the latest.",
				"C1": "Equal composite with C2, C3; the declared tie chain decides by Safety at the latest, but not against C3: the rank is shared.",
			},
		},
		{
			name:  "five in three groups",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}, "C3": {4, 5, 4}, "C4": {4, 4, 6}, "C5": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want: []string{
				"1 C2 = C1, C3, C4, C5 by safety", "1 C5 = C1, C2, C3, C4 by safety",
				"3 C1 = C2, C3, C4, C5 by kindness", "3 C3 = C1, C2, C4, C5 by kindness", "5 C4 = C1, C2, C3, C5 by kindness",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("C5", "C4", "C3", "C2", "C1")
			r.Candidates = slices.DeleteFunc(r.Candidates, func(x selection.Candidate) bool { return c.marks[x.Code] == nil })
			r.Campaign.Rank.Ties = c.chain
			for candidate, figures := range c.marks {
				mark(&r, candidate, "R1", figures...)
			}
			ranked := rank(t, r)
			if diff := cmp.Diff(c.want, list(ranked)); diff != "" {
				t.Error(diff)
			}
			for candidate, reason := range c.reasons {
				if diff := cmp.Diff([]string{reason}, place(t, ranked, candidate).Reasons); diff != "" {
					t.Errorf("%s: %s", candidate, diff)
				}
			}
		})
	}
}

// Composites are compared as they are read: to two decimals, half-way up.
func TestTiesAreSeenAtTwoDecimals(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b float64
		want []string
	}{
		{"apart at the second decimal", 4.99, 4.98, []string{"1 A", "2 B"}},
		{"apart at the third only", 4.984, 4.976, []string{"1 A = B", "1 B = A"}},
		{"half-way goes up", 4.985, 4.99, []string{"1 A = B", "1 B = A"}},
		{"half-way goes up where its nearest double is below", 5.015, 5.02, []string{"1 A = B", "1 B = A"}},
		{"just below half-way goes down", 4.984999995, 4.99, []string{"1 B", "2 A"}},
		{"just below half-way ties with what it is read as", 4.984999995, 4.98, []string{"1 A = B", "1 B = A"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("A", "B")
			finely(&r)
			mark(&r, "A", "R1", c.a, c.a, c.a)
			mark(&r, "B", "R1", c.b, c.b, c.b)
			if diff := cmp.Diff(c.want, list(rank(t, r))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// (5 + 5 + 5.045)/3 is 5.015 on paper, half-way, and 5.014999… in floating point.
func TestHalfWayOnPaperIsHalfWay(t *testing.T) {
	r := round("A", "B")
	finely(&r)
	for k := range r.Framework.Dimensions {
		r.Framework.Dimensions[k].Weight = frameworks.Fixed(1)
	}
	mark(&r, "A", "R1", 5, 5, 5.045)
	mark(&r, "B", "R1", 5.02, 5.02, 5.02)
	ranked := rank(t, r)
	if composite := *place(t, ranked, "A").PanelMean; composite*100+0.5 >= 502 {
		t.Fatalf("%v is no longer below half-way in floating point; choose other marks", composite)
	}
	if diff := cmp.Diff([]string{"1 A = B", "1 B = A"}, list(ranked)); diff != "" {
		t.Error(diff)
	}
}

func TestNoCompositeIsNoRankAndStandsLast(t *testing.T) {
	r := round("C1", "C2", "C3")
	for _, m := range marks(r, "C1", "R1", 6, 6, 6) {
		if !strings.HasPrefix(m.Criterion, "leading") {
			r.Ratings = append(r.Ratings, m)
		}
	}
	mark(&r, "C2", "R1", 2, 2, 2)
	// Nobody marked C3 at all, who was interviewed.
	ranked := rank(t, r)
	if diff := cmp.Diff([]string{"1 C2", "- C1", "- C3"}, list(ranked)); diff != "" {
		t.Fatal(diff)
	}
	p := place(t, ranked, "C1")
	if p.PanelMean != nil || p.MarksMean != nil || p.Gate != ranking.Discuss {
		t.Errorf("C1 has the composite %v and %v and the gates say %s", p.PanelMean, p.MarksMean, p.Gate)
	}
	closeTo(t, "values of C1", p.ValuesMean, 6) // leading is no value
	closeTo(t, "safety of C1", p.Dimensions[0].PanelMean, 6)
	if p.Dimensions[2].PanelMean != nil || p.Dimensions[2].Marks != nil || p.Trace[2].Points != nil {
		t.Error("C1 has a figure for leading")
	}
	if diff := cmp.Diff([]string{"Leading a service: there is no mark that counts, so there is no composite and no rank."}, p.Reasons); diff != "" {
		t.Error(diff)
	}
	if got := place(t, ranked, "C3"); got.Gate != ranking.Discuss || got.ValuesMean != nil || len(got.Reasons) != 3 {
		t.Errorf("C3: %s, values %v, reasons %q", got.Gate, got.ValuesMean, got.Reasons)
	}
	var document map[string]any
	if err := json.Unmarshal(ranked.JSON(), &document); err != nil {
		t.Fatal(err)
	}
	last := document["candidates"].([]any)[2].(map[string]any)
	for _, key := range []string{"rank", "panel_mean", "values_mean", "marks_mean", "tie_broken_by"} {
		if value, there := last[key]; !there || value != nil {
			t.Errorf("%s of C3 is %v, want null", key, value)
		}
	}
}

func TestOneCandidate(t *testing.T) {
	r := round("C1")
	mark(&r, "C1", "R1", 5, 5, 5)
	ranked := rank(t, r)
	if diff := cmp.Diff([]string{"1 C1"}, list(ranked)); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(ranked.Warnings, "There is one candidate: a rank says nothing, only the gates do.") {
		t.Errorf("warnings: %q", ranked.Warnings)
	}
}

func TestNobodyInterviewed(t *testing.T) {
	r := round()
	r.Candidates = []selection.Candidate{{Code: "C1", Interviewed: selection.No}, {Code: "C2"}}
	ranked := rank(t, r)
	if !slices.Contains(ranked.Warnings, "Nobody is recorded as interviewed, so nobody is ranked.") {
		t.Errorf("warnings: %q", ranked.Warnings)
	}
	if !strings.Contains(string(ranked.JSON()), `"candidates": []`) {
		t.Errorf("the list of candidates is not an empty list:\n%s", ranked.JSON())
	}
}

func TestWhoIsRanked(t *testing.T) {
	r := round()
	r.Candidates = []selection.Candidate{
		{Code: "marked"}, // nothing known: the marks say it
		{Code: "only-not-observed"},
		{Code: "unmarked"},
		{Code: "yes", Interviewed: selection.Yes},
		{Code: "no", Interviewed: selection.No},
		{Code: "gone", Interviewed: selection.Yes, Withdrawn: true},
		{Code: "gone-before", Withdrawn: true},
	}
	for _, code := range []string{"marked", "yes", "no", "gone"} {
		mark(&r, code, "R1", 5, 5, 5)
	}
	unseen := marks(r, "only-not-observed", "R1", 0, 0, 0)[0]
	unseen.Observed = false
	r.Ratings = append(r.Ratings, unseen)
	ranked := rank(t, r)
	if diff := cmp.Diff([]string{"1 marked = yes", "1 yes = marked", "- only-not-observed"}, list(ranked)); diff != "" {
		t.Error(diff)
	}
	for _, warning := range []string{
		"1 candidate was marked but recorded as not interviewed, and not ranked: no.",
		"1 candidate withdrew after being marked, and not ranked: gone.",
	} {
		if !slices.Contains(ranked.Warnings, warning) {
			t.Errorf("no warning %q in %q", warning, ranked.Warnings)
		}
	}
}

// On the scale 1–7 the middle is 4 and a standard deviation is 1. The panel's
// marks on kindness are 4.
func TestPsychometrics(t *testing.T) {
	second := sjt()
	second.Instrument, second.Share, second.Mean, second.SD = "GRIT", 0.1, 100, 15
	inform := sjt()
	inform.Use, inform.Share, inform.Loads = selection.Inform, 0, nil
	grit := func(score float64) selection.PsychometricResult {
		return selection.PsychometricResult{Candidate: "C1", Instrument: "GRIT", Scale: "total", Score: score}
	}
	for _, c := range []struct {
		name    string
		scales  []selection.Psychometric
		results []selection.PsychometricResult
		want    float64
		trace   []selection.PsychometricTrace
		reasons []string
	}{
		{name: "none declared", want: 4, reasons: []string{}},
		{
			name: "at the norm's mean", scales: []selection.Psychometric{sjt()}, results: []selection.PsychometricResult{result("C1", 50)},
			want: 4, trace: []selection.PsychometricTrace{{Instrument: "SJT", Scale: "total", Score: 50, Mean: 50, SD: 10, OnScale: 4, Share: 0.2}}, reasons: []string{},
		},
		{
			name: "one deviation above", scales: []selection.Psychometric{sjt()}, results: []selection.PsychometricResult{result("C1", 60)},
			want: 4.2, trace: []selection.PsychometricTrace{{Instrument: "SJT", Scale: "total", Score: 60, Mean: 50, SD: 10, OnScale: 5, Share: 0.2}}, reasons: []string{},
		},
		{
			name: "half a deviation below", scales: []selection.Psychometric{sjt()}, results: []selection.PsychometricResult{result("C1", 45)},
			want: 3.9, trace: []selection.PsychometricTrace{{Instrument: "SJT", Scale: "total", Score: 45, Mean: 50, SD: 10, OnScale: 3.5, Share: 0.2}}, reasons: []string{},
		},
		{
			name: "clipped at the top", scales: []selection.Psychometric{sjt()}, results: []selection.PsychometricResult{result("C1", 95)},
			want: 4.6, trace: []selection.PsychometricTrace{{Instrument: "SJT", Scale: "total", Score: 95, Mean: 50, SD: 10, OnScale: 7, Share: 0.2}}, reasons: []string{},
		},
		{
			name: "clipped at the bottom", scales: []selection.Psychometric{sjt()}, results: []selection.PsychometricResult{result("C1", -200)},
			want: 3.4, trace: []selection.PsychometricTrace{{Instrument: "SJT", Scale: "total", Score: -200, Mean: 50, SD: 10, OnScale: 1, Share: 0.2}}, reasons: []string{},
		},
		{
			name: "two scales on one dimension", scales: []selection.Psychometric{sjt(), second}, results: []selection.PsychometricResult{grit(130), result("C1", 60)},
			want: 0.7*4 + 0.2*5 + 0.1*6, reasons: []string{},
			trace: []selection.PsychometricTrace{
				{Instrument: "SJT", Scale: "total", Score: 60, Mean: 50, SD: 10, OnScale: 5, Share: 0.2},
				{Instrument: "GRIT", Scale: "total", Score: 130, Mean: 100, SD: 15, OnScale: 6, Share: 0.1},
			},
		},
		{
			name: "two scales, one result", scales: []selection.Psychometric{sjt(), second}, results: []selection.PsychometricResult{grit(130)},
			want: 0.9*4 + 0.1*6, trace: []selection.PsychometricTrace{{Instrument: "GRIT", Scale: "total", Score: 130, Mean: 100, SD: 15, OnScale: 6, Share: 0.1}},
			reasons: []string{"There is no SJT total result; the panel's marks stand alone where it would have counted."},
		},
		{
			name: "missing is not zero", scales: []selection.Psychometric{sjt()}, want: 4,
			reasons: []string{"There is no SJT total result; the panel's marks stand alone where it would have counted."},
		},
		{name: "informs only", scales: []selection.Psychometric{inform}, results: []selection.PsychometricResult{result("C1", 95)}, want: 4, reasons: []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("C1", "C2")
			r.Campaign.Psychometrics, r.Psychometrics = c.scales, c.results
			mark(&r, "C1", "R1", 6, 4, 6)
			p := place(t, rank(t, r), "C1")
			closeTo(t, "kindness", p.Dimensions[1].PanelMean, c.want)
			closeTo(t, "kindness, marks alone", p.Dimensions[1].Marks, 4)
			closeTo(t, "composite", p.PanelMean, 0.4*6+0.4*c.want+0.2*6)
			closeTo(t, "composite of values", p.ValuesMean, 0.5*6+0.5*c.want)
			closeTo(t, "composite of marks", p.MarksMean, 0.4*6+0.4*4+0.2*6)
			if diff := cmp.Diff(c.trace, p.Trace[1].Psychometrics); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.reasons, p.Reasons); diff != "" {
				t.Error(diff)
			}
		})
	}
}

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

// Safety is marked on two criteria of the handover and one of the interview:
// the mean is over exercises, not over marks, and within one over criteria.
func TestMeansOfMeans(t *testing.T) {
	r := round("C1", "C2")
	add := func(rater, exercise, criterion string, score float64) {
		r.Ratings = append(r.Ratings, selection.Rating{Candidate: "C1", Rater: rater, Exercise: exercise, Criterion: criterion, Observed: true, Score: score})
	}
	add("R1", "interview", "safety.a", 7)
	add("R1", "handover", "safety.a", 1)
	add("R2", "handover", "safety.a", 2)
	add("R3", "handover", "safety.a", 3)
	add("R1", "handover", "safety.b", 4)
	r.Ratings = append(r.Ratings, selection.Rating{Candidate: "C1", Rater: "R2", Exercise: "handover", Criterion: "safety.b"})
	p := place(t, rank(t, r), "C1")
	closeTo(t, "safety", p.Dimensions[0].Marks, (7+((1.0+2+3)/3+4)/2)/2)
	if p.NotObserved != 1 || !slices.Contains(p.Reasons, "1 mark was not observed and left out of every mean.") {
		t.Errorf("%d not observed; %q", p.NotObserved, p.Reasons)
	}
}

func TestWithdrawnMarksAreToldAndNotCounted(t *testing.T) {
	r := round("C1", "C2")
	mark(&r, "C1", "R1", 5, 5, 5)
	for _, m := range marks(r, "C1", "R2", 1, 1, 1) {
		m.Withdrawn = true
		r.Ratings = append(r.Ratings, m)
	}
	ranked := rank(t, r)
	p := place(t, ranked, "C1")
	closeTo(t, "composite", p.PanelMean, 5)
	if diff := cmp.Diff([]string{"7 marks were withdrawn for a declared interest and left out of every mean."}, p.Reasons); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(ranked.Warnings, "7 marks were withdrawn for a declared interest: kept on record, not counted.") {
		t.Errorf("warnings: %q", ranked.Warnings)
	}
}

func TestWeightsAtTheirMidpoint(t *testing.T) {
	r := round("C1", "C2")
	r.Framework.Dimensions[1].Weight = frameworks.Weight{Low: 20, High: 60}
	mark(&r, "C1", "R1", 6, 3, 3)
	ranked := rank(t, r)
	closeTo(t, "composite", place(t, ranked, "C1").PanelMean, 0.4*6+0.4*3+0.2*3)
	if !slices.Contains(ranked.Warnings, "Kindness: the weight is a range (20–60); its midpoint is used.") {
		t.Errorf("warnings: %q", ranked.Warnings)
	}
}

func TestPriorIsKeptAndNotUsed(t *testing.T) {
	r := round("C1", "C2")
	r.Prior = json.RawMessage(`{"residual": 0.6}`)
	ranked := rank(t, r)
	if !slices.Contains(ranked.Warnings, "prior.json is kept with the inputs; the rule panel-mean does not use it.") {
		t.Errorf("warnings: %q", ranked.Warnings)
	}
}

// Where hundreds share a composite, the list of them is bounded and the
// sentence says how many there are.
func TestManyTied(t *testing.T) {
	var codes []string
	for i := range 251 {
		codes = append(codes, fmt.Sprintf("C%03d", i))
	}
	r := round(codes...)
	for _, code := range codes {
		mark(&r, code, "R1", 4, 4, 4)
	}
	ranked := rank(t, r)
	p := place(t, ranked, "C250")
	if len(ranked.Candidates) != 251 || *p.Rank != 1 || len(p.TiedWith) != 200 || p.Trace != nil {
		t.Errorf("%d candidates; C250 has rank %d, %d tied, %d steps of trace", len(ranked.Candidates), *p.Rank, len(p.TiedWith), len(p.Trace))
	}
	want := "Equal composite with C000, C001, C002, C003, C004, C005, C006, C007, C008, C009 and 240 more; no tie chain is declared, so the rank is shared."
	if diff := cmp.Diff([]string{want}, p.Reasons); diff != "" {
		t.Error(diff)
	}
}

func TestTraceUpToTwoHundredCandidates(t *testing.T) {
	for n, traced := range map[int]bool{200: true, 201: false} {
		r := large(n, 4)
		for _, p := range rank(t, r).Candidates {
			if (len(p.Trace) > 0) != traced {
				t.Fatalf("%d candidates: %d steps of trace for %s", n, len(p.Trace), p.Candidate)
			}
		}
	}
}

func TestRankSaysWhatItUsed(t *testing.T) {
	r := round("C1", "C2")
	ranked, err := selection.Rank(context.Background(), r, selection.Settings{Seed: 7, Draws: 11})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{ranked.Campaign, ranked.Engine, ranked.Seed, ranked.Draws, ranked.Inputs, ranked.Rule}
	if diff := cmp.Diff([]any{"CARD-1", "panel-mean/1", int64(7), 11, r.Hash(), selection.PanelMean}, got); diff != "" {
		t.Error(diff)
	}
	if s := selection.DefaultSettings(); s.Seed != 1 || s.Draws != 10_000 {
		t.Errorf("default settings are %+v", s)
	}
}

func TestRankRefuses(t *testing.T) {
	r := round("C1", "C1")
	if _, err := selection.Rank(context.Background(), r, selection.DefaultSettings()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a round with mistakes: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := selection.Rank(ctx, round("C1"), selection.DefaultSettings()); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

func TestShown(t *testing.T) {
	for figure, want := range map[float64]string{4: "4.00", 4.125: "4.13", 5.015: "5.02", 4.984999995: "4.98", 4.996: "5.00", -0.5: "-0.50"} {
		if got := selection.Shown(figure); got != want {
			t.Errorf("%v is shown as %s, want %s", figure, got, want)
		}
	}
}
