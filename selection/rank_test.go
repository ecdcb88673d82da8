package selection_test

import (
	"context"
	"encoding/json"
	"errors"
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
	if !slices.Contains(ranked.Warnings, "Kindness: the weight is a range (20–60). The panel's order takes its middle; the adjusted figures take the whole range.") {
		t.Errorf("warnings: %q", ranked.Warnings)
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
	if diff := cmp.Diff([]any{"CARD-1", "panel-mean/1+mixed/2", int64(7), 11, r.Hash(), selection.PanelMean}, got); diff != "" {
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
