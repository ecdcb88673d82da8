package selection_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"appointable/frameworks"
	"appointable/selection"
	"appointable/selection/ranking"
)

// demo is the example campaign, read without package round, which stands above
// this one: plain CSV and YAML are all that it needs.
func demo(t testing.TB) selection.Round {
	t.Helper()
	folder := "../cmd/appointable/demo"
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var r selection.Round
	var err error
	if r.Framework, err = frameworks.ReadYAML(read("framework.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(read("campaign.yaml"), &r.Campaign); err != nil {
		t.Fatal(err)
	}
	r.Campaign = r.Campaign.WithDefaults()
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, row := range rows(t, filepath.Join(folder, "candidates.csv")) {
		r.Candidates = append(r.Candidates, selection.Candidate{
			Code: row["candidate"], Applied: selection.Answer(row["applied"]), Shortlisted: selection.Answer(row["shortlisted"]), Interviewed: selection.Answer(row["interviewed"]),
		})
	}
	for _, row := range rows(t, filepath.Join(folder, "ratings.csv")) {
		m := selection.Rating{
			Candidate: row["candidate"], Rater: row["rater"], Exercise: row["exercise"], Criterion: row["criterion"],
			Evidence: row["evidence"], Withdrawn: row["withdrawn"] == "yes",
		}
		if row["score"] != "" {
			m.Observed, m.Score = true, number(row["score"])
		}
		r.Ratings = append(r.Ratings, m)
	}
	for _, row := range rows(t, filepath.Join(folder, "psychometrics.csv")) {
		r.Psychometrics = append(r.Psychometrics, selection.PsychometricResult{
			Candidate: row["candidate"], Instrument: row["instrument"], Scale: row["scale"], Score: number(row["score"]), TakenOn: row["taken_on"],
		})
	}
	return r
}

// rows reads a CSV file with a header.
func rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

// The example's figures as its makers wrote them down: panel means of safety,
// kindness, teamwork and improving.
func TestDemoRound(t *testing.T) {
	ranked := rank(t, demo(t))
	places := func(code, rank, marked string) string {
		return "The adjusted order places " + code + " " + rank + ": " + code + "'s assessors marked " + marked + " than the others did."
	}
	want := []struct {
		candidate string
		rank      int
		marks     []float64
		gate      ranking.Gate
		reasons   []string
	}{
		{"C01", 1, []float64{5.6, 5.2, 5.4, 5.8}, ranking.Met, []string{
			"5 marks were withdrawn for a declared interest and left out of every mean.", places("C01", "second", "higher"),
		}},
		{"C02", 2, []float64{5.3, 5.1, 5.6, 5.2}, ranking.Met, []string{"1 mark was not observed and left out of every mean.", places("C02", "first", "lower")}},
		{"C03", 3, []float64{5.2, 4.6, 4.8, 5.0}, ranking.Met, []string{"Equal composite with C04; the declared tie chain decides by Safety.", places("C03", "fourth", "higher")}},
		{"C04", 4, []float64{4.8, 5.0, 5.2, 4.6}, ranking.Met, []string{
			"Equal composite with C03; the declared tie chain decides by Safety.", "1 mark was not observed and left out of every mean.", places("C04", "third", "lower"),
		}},
		{"C05", 5, []float64{4.4, 4.6, 4.2, 4.8}, ranking.Discuss, []string{
			"A mark of 1 on teamwork.listens in mdt-split is at or below the veto of 1: the panel discusses it.", "1 mark was not observed and left out of every mean.", places("C05", "sixth", "higher"),
		}},
		{"C06", 6, []float64{3.2, 5.0, 4.6, 4.4}, ranking.NotMet, []string{
			"Safety: 3.20 is below the declared minimum of 3.50.", "1 mark was not observed and left out of every mean.", places("C06", "fifth", "lower"),
		}},
	}
	if len(ranked.Candidates) != len(want) {
		t.Fatalf("%d candidates are ranked, want %d: C07 and C08 were not interviewed", len(ranked.Candidates), len(want))
	}
	for i, w := range want {
		p := ranked.Candidates[i]
		if p.Candidate != w.candidate || p.Rank == nil || *p.Rank != w.rank || p.Gate != w.gate {
			t.Errorf("place %d: %s, rank %v, %s; want %s, rank %d, %s", i+1, p.Candidate, p.Rank, p.Gate, w.candidate, w.rank, w.gate)
		}
		for k, marks := range w.marks {
			closeTo(t, p.Candidate+" "+p.Dimensions[k].Code, p.Dimensions[k].Marks, marks)
		}
		if diff := cmp.Diff(w.reasons, p.Reasons); diff != "" {
			t.Errorf("reasons of %s: %s", p.Candidate, diff)
		}
	}
	// The tie, by hand: 0.2 × (5.2 + 4.54 + 4.72 + 5.0) + 0.1 × (4.8 + 4.6) and
	// 0.2 × (4.8 + 4.94 + 5.12 + 4.6) + 0.1 × (4.4 + 5.0), each with the SJT's tenth.
	c3, c4 := place(t, ranked, "C03"), place(t, ranked, "C04")
	closeTo(t, "C03", c3.PanelMean, 4.832)
	closeTo(t, "C04", c4.PanelMean, 4.832)
	if diff := cmp.Diff([][]string{{"C04"}, {"C03"}}, [][]string{c3.TiedWith, c4.TiedWith}); diff != "" {
		t.Error(diff)
	}
	for _, p := range []selection.Place{c3, c4} {
		if p.TieBrokenBy == nil || *p.TieBrokenBy != "safety" {
			t.Errorf("the tie of %s is broken by %v, want safety", p.Candidate, p.TieBrokenBy)
		}
	}
	if diff := cmp.Diff([]string{
		"5 marks were withdrawn for a declared interest: kept on record, not counted.",
		"Not every candidate was marked by the same members in interview-b, complication, mdt-split. A strict or lenient member moves the candidates they mark and not the others; the panel's order does not correct for it, the adjusted figures do.",
		"The adjusted figures take severity, impressions and the luck of an exercise out of the marks, and say how sure one may be. They are advice: the order is that of the panel's own marks.",
	}, ranked.Warnings); diff != "" {
		t.Error(diff)
	}
}
