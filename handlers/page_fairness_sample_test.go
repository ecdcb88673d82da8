package handlers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// sampleAudit is an audit of made-up campaigns, computed as any other. In each
// campaign 40 apply; of a focal group fewer are shortlisted.
func sampleAudit(t *testing.T, campaigns int, policy *suppression.Policy) selection.FairnessAudit {
	t.Helper()
	counts := sampleCounts(campaigns)
	var shown fairness.Shown
	a := selection.FairnessAudit{
		Engine: "fairness-1", Inputs: strings.Repeat("ab", 32), Seed: 1, Policy: policy,
		Scope: selection.FairnessScope{Period: &fairness.Period{From: "2025-04-01", To: "2026-03-31"}},
	}
	if policy != nil {
		suppressed, err := selection.Suppress(t.Context(), *policy, selection.AllCampaigns, counts, nil)
		if err != nil {
			t.Fatal(err)
		}
		shown, a.PolicyWords = suppressed.Shown, policy.Words()
	}
	report, err := fairness.Audit(t.Context(), counts, shown)
	if err != nil {
		t.Fatal(err)
	}
	a.Report = report
	a.Gaps, a.Trend = sampleGaps(), sampleTrend()
	return a
}

func sampleCounts(campaigns int) []fairness.Count {
	random := rand.New(rand.NewPCG(1, 2))
	passing := func(n int, p float64) int {
		passed := 0
		for range n {
			if random.Float64() < p {
				passed++
			}
		}
		return passed
	}
	var counts []fairness.Count
	for i := range campaigns {
		for _, g := range []struct {
			characteristic, group string
			side                  fairness.Side
			applied               int
			shortlisted           float64
		}{
			{"disability", fairness.NonDisabled, fairness.Reference, 32, .5}, {"disability", fairness.Disabled, fairness.Focal, 4, .5}, {"disability", "not stated", fairness.Apart, 4, .5},
			{"ethnicity", fairness.White, fairness.Reference, 20, .65}, {"ethnicity", fairness.BME, fairness.Focal, 18, .3}, {"ethnicity", "not stated", fairness.Apart, 2, .5},
			{"religion", "christian", fairness.Reference, 18, .5}, {"religion", "muslim", fairness.Focal, 7, .5}, {"religion", "hindu", fairness.Focal, 6, .5}, {"religion", "not stated", fairness.Apart, 9, .5},
			{"sex", "male", fairness.Reference, 22, .5}, {"sex", "female", fairness.Focal, 18, .5},
		} {
			entered := g.applied
			add := func(stage fairness.Stage, p float64) {
				passed := passing(entered, p)
				counts = append(counts, fairness.Count{
					Campaign: fmt.Sprintf("CAMP-%02d", i+1), Characteristic: g.characteristic, Group: g.group, Side: g.side, Stage: stage,
					Entered: entered, Passed: passed, Decided: "2025-09-01",
				})
				entered = passed
			}
			add(fairness.Shortlisted, g.shortlisted)
			shortlisted := entered
			add(fairness.Interviewed, .9)
			add(fairness.Appointable, .6)
			add(fairness.Offered, .4)
			add(fairness.Accepted, .9)
			accepted := entered
			counts = append(counts, fairness.Count{
				Campaign: fmt.Sprintf("CAMP-%02d", i+1), Characteristic: g.characteristic, Group: g.group, Side: g.side, Stage: fairness.Appointed,
				Entered: shortlisted, Passed: accepted, Decided: "2025-09-01",
			})
		}
	}
	return counts
}

func sampleGaps() []selection.CharacteristicGap {
	g := selection.CharacteristicGap{
		Characteristic: "ethnicity", Focal: fairness.BME, Reference: fairness.White,
		Words: []string{"At interview × safety the focal group was marked 0.62 of a standard deviation lower (95 % interval -0.90 to -0.34)."},
	}
	for i, d := range []string{"", "safety", "kindness", "teamwork", "improving"} {
		for k, e := range []string{"", "interview", "presentation", "simulation"} {
			x := -0.1 - 0.13*float64(i*k) + 0.2*float64(k)
			s := selection.ScoreGap{Dimension: pointed(d), Exercise: pointed(e), G: float(x), Low: float(x - .28), High: float(x + .28), Marks: float(x * .9), Q: float(.2), Verdict: fairness.Inconclusive}
			switch {
			case d == "improving" && e == "simulation":
				s = selection.ScoreGap{Dimension: pointed(d), Exercise: pointed(e), Verdict: fairness.TooFew}
			case d == "kindness" && e == "simulation":
				continue
			case x < -.28:
				s.Verdict = fairness.GapFound
			}
			g.Scores = append(g.Scores, s)
		}
	}
	return []selection.CharacteristicGap{g, {Characteristic: "sex", Focal: "female", Reference: "male", Suppressed: true}}
}

func pointed(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func sampleTrend() []selection.YearRatio {
	var years []selection.YearRatio
	for i := range 4 {
		y := selection.YearRatio{
			Year: 2022 + i, Characteristic: "ethnicity", Focal: fairness.BME, Reference: fairness.White, Stage: fairness.Shortlisted,
			Ratio: float(.5 + .1*float64(i)), Low: float(.35 + .1*float64(i)), High: float(.75 + .12*float64(i)), Verdict: fairness.Inconclusive,
		}
		if i == 0 {
			y.Ratio, y.Low, y.High, y.Suppressed, y.Verdict = nil, nil, nil, true, ""
		}
		years = append(years, y)
	}
	return years
}

func sampleRun() runView {
	return runView{
		ID: "0199", By: "Dr Okafor, auditor", Reason: "WRES return 2025/26", At: moment{"1 April 2026 at 9:00am", time.Unix(0, 0).UTC().Format(time.RFC3339)},
		Hash: strings.Repeat("cd", 32), To: "/t/northgate/fairness/0199", CSV: "/csv", XLSX: "/xlsx", JSON: "/json",
	}
}

func sampleFairnessPage(a selection.FairnessAudit) fairnessPage {
	shown := fairnessPageOf(a, codeTitles{}, func(characteristic string) string { return "/t/northgate/fairness/0199/" + characteristic })
	shown.layout = layout{Title: "Fairness audit", Trust: "Northgate", Home: "/t/northgate/campaigns", Person: "Dr Okafor", Capacity: "auditor", Account: "/a", SignOut: "/s", Style: "appointable.css"}
	shown.Over, shown.Run = "Northgate", sampleRun()
	return shown
}

func sampleGroupsPage(a selection.FairnessAudit, characteristic string) fairnessGroupsPage {
	shown := fairnessGroupsPageOf(a, characteristic)
	shown.layout, shown.Over, shown.Report = sampleFairnessPage(a).layout, "Northgate", "/t/northgate/fairness/0199"
	return shown
}
