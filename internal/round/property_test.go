package round_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"appointable/frameworks"
	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/mixedmodel"
)

// A round from the database comes back from its files the same: equal in
// everything, and with the same hash.
func TestWriteAndRead(t *testing.T) {
	parent := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		want := drawRound(t)
		if err := want.Validate(); err != nil {
			t.Fatalf("the drawn round is not valid: %v", err)
		}
		n++
		dir := filepath.Join(parent, fmt.Sprint(n))
		if err := round.Write(t.Context(), dir, want); err != nil {
			t.Fatal(err)
		}
		got, notices, err := round.Read(t.Context(), dir)
		same(t, want, got, notices, err)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		if err := round.WriteZip(t.Context(), &packed, want); err != nil {
			t.Fatal(err)
		}
		got, notices, err = round.ReadZip(t.Context(), bytes.NewReader(packed.Bytes()), int64(packed.Len()))
		same(t, want, got, notices, err)
	})
}

func same(t *rapid.T, want, got selection.Round, notices []string, err error) {
	if err != nil || len(notices) > 0 {
		t.Fatal(err, notices)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
	if want.Hash() != got.Hash() {
		t.Fatal("another hash")
	}
}

// prose draws texts made of what files and spreadsheets trip over.
func prose(longest int) *rapid.Generator[string] {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{
			"'", `"`, `""`, "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", ",", ";", " ", ": ", " #", "|", "&a", "*a", "!t", "%", "`", `\`, `\.`, "null", "yes", "1e3", "~",
			"\u00a0", "\u0085", "\u2028", "\ufeff", "é", "e\u0301", "😀", "\x01", "\x7f", "_x000D_", "---", "{", "}", "[", "]",
		}),
		rapid.StringMatching(`[a-z]{1,8}`),
	), 0, longest)
	return rapid.Map(pieces, func(pieces []string) string {
		var text string
		for _, p := range pieces {
			text += p
		}
		return text
	})
}

// words draws texts that are not blank.
func words(t *rapid.T, label string) string {
	return "a" + prose(8).Draw(t, label)
}

func drawRound(t *rapid.T) selection.Round {
	r := selection.Round{Framework: drawFramework(t)}
	r.Campaign = drawCampaign(t, r.Framework)
	for i := range rapid.IntRange(1, 4).Draw(t, "candidates") {
		r.Candidates = append(r.Candidates, drawCandidate(t, fmt.Sprintf("C%d", i)))
	}
	draw := rapid.IntRange(0, 3)
	for _, c := range r.Candidates {
		for _, m := range r.Campaign.Panel {
			for _, e := range r.Campaign.Exercises {
				for _, criterion := range e.Criteria {
					if draw.Draw(t, "marked") > 0 {
						r.Ratings = append(r.Ratings, drawRating(t, r.Framework.Scale, c.Code, m.Rater, e.Code, criterion))
					}
				}
			}
		}
		for _, p := range r.Campaign.Psychometrics {
			if rapid.Bool().Draw(t, "tested") {
				r.Psychometrics = append(r.Psychometrics, selection.PsychometricResult{
					Candidate: c.Code, Instrument: p.Instrument, Scale: p.Scale,
					Score: rapid.Float64().Filter(isFinite).Draw(t, "score"), TakenOn: rapid.SampledFrom([]string{"", "2026-03-14"}).Draw(t, "taken on"),
				})
			}
		}
	}
	r.Ratings = rapid.Permutation(r.Ratings).Draw(t, "order")
	if rapid.Bool().Draw(t, "has prior") {
		var codes []string
		for _, d := range r.Framework.Dimensions {
			codes = append(codes, d.Code)
		}
		prior, err := json.Marshal(map[string]any{
			"source": prose(5).Draw(t, "prior"), "dimensions": codes,
			"components": mixedmodel.DefaultPrior(len(codes), 6).Components,
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Prior = prior
	}
	return r
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func drawFramework(t *rapid.T) frameworks.Framework {
	f := frameworks.Framework{
		Code: "values", Version: rapid.IntRange(1, 9).Draw(t, "version"), Title: words(t, "title"),
		Scale: frameworks.Scale{Min: 1, Max: 7, Step: rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "step")},
	}
	for d := range rapid.IntRange(1, 3).Draw(t, "dimensions") {
		dimension := frameworks.Dimension{
			Code: fmt.Sprintf("d%d", d), Kind: frameworks.Value, Title: words(t, "title"),
			Weight: frameworks.Fixed(rapid.Float64Range(0.1, 100).Draw(t, "weight")),
		}
		for c := range rapid.IntRange(1, 3).Draw(t, "criteria") {
			dimension.Criteria = append(dimension.Criteria, frameworks.Criterion{
				Code: fmt.Sprintf("d%d.c%d", d, c), Statement: words(t, "statement"),
				Anchors: frameworks.Anchors{{Score: 1, Text: words(t, "anchor")}, {Score: 7, Text: words(t, "anchor")}},
			})
		}
		f.Dimensions = append(f.Dimensions, dimension)
	}
	return f
}

func drawCampaign(t *rapid.T, f frameworks.Framework) selection.Campaign {
	c := selection.Campaign{
		Code: "CARD-1", Title: words(t, "campaign"),
		Post: selection.Post{Type: selection.Consultant, Specialty: prose(4).Draw(t, "specialty"), Posts: rapid.IntRange(1, 3).Draw(t, "posts")},
	}
	for e := range rapid.IntRange(1, 3).Draw(t, "exercises") {
		exercise := selection.Exercise{Code: fmt.Sprintf("e%d", e), Title: prose(4).Draw(t, "exercise"), Method: selection.Method(words(t, "method"))}
		for _, d := range f.Dimensions {
			for _, criterion := range d.Criteria {
				if len(exercise.Criteria) == 0 || rapid.Bool().Draw(t, "assessed") {
					exercise.Criteria = append(exercise.Criteria, criterion.Code)
				}
			}
		}
		if e > 0 && rapid.Bool().Draw(t, "of the sift") {
			exercise.Stage = selection.StageSift
		}
		c.Exercises = append(c.Exercises, exercise)
	}
	for p := range rapid.IntRange(0, 2).Draw(t, "psychometrics") {
		scale := selection.Psychometric{
			Instrument: fmt.Sprintf("TEST-%d", p), Scale: "total", Use: selection.Inform,
			Mean: rapid.Float64().Filter(func(x float64) bool { return isFinite(x) && x != 0 }).Draw(t, "mean"), SD: rapid.Float64Range(0.001, 1e9).Draw(t, "sd"),
			Reliability: rapid.Float64Range(0.1, 1).Draw(t, "reliability"), Norm: prose(4).Draw(t, "norm"),
		}
		if rapid.Bool().Draw(t, "weighted") {
			scale.Use, scale.Share = selection.Weighted, rapid.Float64Range(0.01, 0.2).Draw(t, "share")
			scale.Loads = map[string]float64{f.Dimensions[0].Code: rapid.Float64Range(0.1, 9).Draw(t, "load")}
		}
		c.Psychometrics = append(c.Psychometrics, scale)
	}
	mark := rapid.Float64Range(1, 7)
	if rapid.Bool().Draw(t, "gates") {
		composite, veto := mark.Draw(t, "composite"), mark.Draw(t, "veto")
		c.Gates = selection.Gates{Composite: &composite, Veto: &veto, Minimum: map[string]float64{f.Dimensions[0].Code: mark.Draw(t, "minimum")}}
	}
	if rapid.Bool().Draw(t, "ties") {
		c.Rank.Ties = []string{f.Dimensions[0].Code}
	}
	for m := range rapid.IntRange(1, 3).Draw(t, "panel") {
		member := selection.Member{Rater: fmt.Sprintf("R%d", m), Role: selection.LayMember, Optional: rapid.Bool().Draw(t, "optional"), Chair: m == 0}
		if rapid.Bool().Draw(t, "some exercises") {
			member.Exercises = []string{"e0"}
		}
		if m > 0 && rapid.Bool().Draw(t, "replaced") {
			member.ReplacedBy = "R0"
		}
		c.Panel = append(c.Panel, member)
	}
	return c.WithDefaults()
}

func drawCandidate(t *rapid.T, code string) selection.Candidate {
	answers := rapid.SampledFrom([]selection.Answer{selection.Yes, selection.No, selection.NotKnown})
	c := selection.Candidate{Code: code, Withdrawn: rapid.Bool().Draw(t, "withdrawn")}
	out := false // once out, nobody gets further
	for _, step := range []*selection.Answer{&c.Applied, &c.Shortlisted, &c.Interviewed, &c.Appointable, &c.Offered, &c.Accepted} {
		if *step = answers.Draw(t, "answer"); out && *step == selection.Yes {
			*step = selection.NotKnown
		}
		out = out || *step == selection.No
	}
	return c
}

func drawRating(t *rapid.T, scale frameworks.Scale, candidate, rater, exercise, criterion string) selection.Rating {
	r := selection.Rating{
		Candidate: candidate, Rater: rater, Exercise: exercise, Criterion: criterion,
		Evidence: prose(12).Draw(t, "evidence"), Withdrawn: rapid.IntRange(0, 9).Draw(t, "withdrawn") == 0,
	}
	if score := drawScore(t, scale); score != nil {
		r.Observed, r.Score = true, *score
	}
	for range max(0, rapid.IntRange(-4, 2).Draw(t, "revisions")) {
		score := drawScore(t, scale)
		r.Revisions = append(r.Revisions, selection.Revision{
			Score: score, NotObserved: score == nil, Evidence: prose(6).Draw(t, "evidence"), Reason: words(t, "reason"),
		})
	}
	return r
}

// drawScore draws a mark of the scale; nil is not observed.
func drawScore(t *rapid.T, scale frameworks.Scale) *float64 {
	if rapid.IntRange(0, 5).Draw(t, "observed") == 0 {
		return nil
	}
	score := rapid.Float64Range(scale.Min, scale.Max).Draw(t, "mark")
	if scale.Step > 0 {
		score = scale.Min + scale.Step*math.Round((score-scale.Min)/scale.Step)
	}
	return &score
}
