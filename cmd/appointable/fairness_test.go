package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/fairness"
)

// smallRounds writes 200 rounds like the demo's with six candidates each, of
// whom those of ethnicity N lose gap marks in the first exercise, and returns
// the folders and that exercise.
func smallRounds(t *testing.T, seed uint64, gap float64) (folders []string, exercise string) {
	t.Helper()
	like, _, err := round.Read(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	like.Psychometrics, like.Campaign.Psychometrics = nil, nil
	exercise = like.Campaign.Exercises[0].Code
	random := rand.New(rand.NewPCG(seed, 1))
	for n := range 200 {
		like.Campaign.Code = fmt.Sprintf("CARD-%03d", n)
		like.Candidates, like.Ratings = nil, nil
		var answers strings.Builder
		answers.WriteString("candidate,ethnicity\n")
		for i := range 6 {
			code, ethnicity := fmt.Sprintf("K%d", i), []string{"A", "N"}[random.IntN(2)]
			fmt.Fprintf(&answers, "%s,%s\n", code, ethnicity)
			like.Candidates = append(like.Candidates, selection.Candidate{Code: code, Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes})
			lost := 0.
			if ethnicity == "N" {
				lost = gap
			}
			like.Ratings = append(like.Ratings, marksOf(like.Campaign, code, lost, random)...)
		}
		dir := filepath.Join(t.TempDir(), "round")
		if err := round.Write(t.Context(), dir, like); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "monitoring.csv"), []byte(answers.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		folders = append(folders, dir)
	}
	return folders, exercise
}

// marksOf are those of three assessors; lost are taken off in the first exercise.
func marksOf(c selection.Campaign, candidate string, lost float64, random *rand.Rand) (marks []selection.Rating) {
	ability := .4 * random.NormFloat64()
	for e, x := range c.Exercises {
		for _, criterion := range x.Criteria {
			for _, m := range c.Panel[:3] {
				y := 4.3 + ability + .8*random.NormFloat64()
				if e == 0 {
					y -= lost
				}
				marks = append(marks, selection.Rating{
					Candidate: candidate, Rater: m.Rater, Exercise: x.Code, Criterion: criterion, Observed: true, Score: math.Round(min(7, max(1, y))),
				})
			}
		}
	}
	return marks
}

// A gap planted in one exercise of a trust's 200 small rounds is found there by
// the command, and none where none is planted.
func TestTheCommandFindsAPlantedGap(t *testing.T) {
	for _, gap := range []float64{.5, 0} {
		folders, want := smallRounds(t, 3, gap)
		if gap == 0 {
			want = ""
		}
		var out, told bytes.Buffer
		command := newFairness(terminal{out: &out, err: &told})
		command.SetArgs(append([]string{"--format", "json"}, folders...))
		command.SilenceUsage = true
		if err := command.ExecuteContext(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err, told.String())
		}
		var got struct{ Gaps []selection.GapRow }
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, g := range got.Gaps {
			if g.Family == "exercise" && g.Verdict == fairness.GapFound {
				found += *g.Exercise
			}
		}
		if found != want {
			t.Errorf("a gap of %v is found at %q, planted at %q", gap, found, want)
		}
	}
}
