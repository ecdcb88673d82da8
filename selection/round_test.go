package selection_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/selection"
)

func TestRoundMistakes(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*selection.Round)
		want   []string
	}{
		{"none", func(*selection.Round) {}, nil},
		{"of the framework and the campaign, marks not judged", func(r *selection.Round) {
			r.Framework.Title, r.Campaign.Title, r.Ratings[0].Candidate = "", "", "nobody"
		}, []string{"framework.title: the text is empty; write something here", "campaign.title: is empty"}},
		{"of the campaign, with its paths", func(r *selection.Round) { r.Campaign.Exercises[0].Criteria[1] = "x" }, []string{`campaign.exercises[0].criteria[1]: the framework values has no criterion "x"`}},

		{"nobody", func(r *selection.Round) { r.Candidates, r.Ratings, r.Psychometrics = nil, nil, nil }, []string{"candidates: there is nobody in it"}},
		{"candidate twice", func(r *selection.Round) { r.Candidates[1].Code = "C1" }, []string{"candidates[1].candidate: C1 is there twice"}},
		{"a candidate's own", func(r *selection.Round) { r.Candidates[1].Shortlisted = selection.No }, []string{"candidates[1].interviewed: C2 cannot be interviewed without having been shortlisted"}},

		{"unknown candidate", func(r *selection.Round) { r.Ratings[1].Candidate = "C9" }, []string{`ratings[1].candidate: "C9" is not in the list of candidates`}},
		{"unknown rater", func(r *selection.Round) { r.Ratings[1].Rater = "R9" }, []string{`ratings[1].rater: "R9" is not on the panel`}},
		{"unknown exercise", func(r *selection.Round) { r.Ratings[1].Exercise = "lunch" }, []string{`ratings[1].exercise: the campaign has no exercise "lunch"`}},
		{"criterion of another exercise", func(r *selection.Round) { r.Ratings[1].Criterion = "safety.b" }, []string{`ratings[1].criterion: "safety.b" is not marked in interview`}},
		{"outside the scale", func(r *selection.Round) { r.Ratings[1].Score = 8 }, []string{"ratings[1].score: score 8 is outside 1–7"}},
		{"off the grid", func(r *selection.Round) { r.Ratings[1].Score = 4.5 }, []string{"ratings[1].score: score 4.5 is not on the scale: 1, 2, … 7"}},
		{"not a number", func(r *selection.Round) { r.Ratings[1].Score = math.NaN() }, []string{"ratings[1].score: a score must be a finite number"}},
		{"a withdrawn mark must be one too", func(r *selection.Round) { r.Ratings[1].Score, r.Ratings[1].Withdrawn = 0, true }, []string{"ratings[1].score: score 0 is outside 1–7"}},
		{"not observed has no score to be wrong", func(r *selection.Round) { r.Ratings[1].Score, r.Ratings[1].Observed = 0, false }, nil},
		{"mark twice", func(r *selection.Round) { r.Ratings = append(r.Ratings, r.Ratings[0]) }, []string{"ratings[2].criterion: R1 has marked C1 on safety.a in interview before"}},
		{"mark twice, once withdrawn", func(r *selection.Round) {
			again := r.Ratings[0]
			again.Withdrawn = true
			r.Ratings = append(r.Ratings, again)
		}, []string{"ratings[2].criterion: R1 has marked C1 on safety.a in interview before"}},
		{"the same criterion in the other exercise is another mark", func(r *selection.Round) { r.Ratings[1] = r.Ratings[0]; r.Ratings[1].Exercise = "handover" }, nil},
		{"a long note", func(r *selection.Round) { r.Ratings[1].Evidence = strings.Repeat("é", 4000) }, nil},
		{"an endless note", func(r *selection.Round) { r.Ratings[1].Evidence = strings.Repeat("é", 4001) }, []string{"ratings[1].evidence: is longer than 4000 characters"}},

		{"unknown candidate of a result", func(r *selection.Round) { r.Psychometrics[0].Candidate = "C9" }, []string{`psychometrics[0].candidate: "C9" is not in the list of candidates`}},
		{"result twice", func(r *selection.Round) { r.Psychometrics = append(r.Psychometrics, r.Psychometrics[0]) }, []string{"psychometrics[1].scale: C1 has a result for SJT total before"}},
		{"a result's own", func(r *selection.Round) { r.Psychometrics[0].TakenOn = "soon" }, []string{`psychometrics[0].taken_on: "soon" is not a date; write it as 2026-03-14`}},
		{"a prior that is not JSON", func(r *selection.Round) { r.Prior = json.RawMessage(`{"residual": 0,6}`) }, []string{"prior.json: is not JSON: invalid character '6' looking for beginning of object key string"}},

		{"all at once", func(r *selection.Round) {
			r.Candidates[1].Code = "C1"
			r.Ratings[0].Rater, r.Ratings[0].Score, r.Ratings[1].Candidate = "R9", 9, "C9"
			r.Psychometrics[0].Score = math.NaN()
		}, []string{
			"candidates[1].candidate: C1 is there twice", `ratings[0].rater: "R9" is not on the panel`, "ratings[0].score: score 9 is outside 1–7",
			`ratings[1].candidate: "C9" is not in the list of candidates`, "psychometrics[0].score: is not a number",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("C1", "C2")
			r.Campaign.Psychometrics = []selection.Psychometric{sjt()}
			r.Psychometrics = []selection.PsychometricResult{result("C1", 55)}
			r.Ratings = marks(r, "C1", "R1", 5, 5, 5)[:2]
			c.change(&r)
			if diff := cmp.Diff(c.want, complaints(t, r.Validate())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file that is wrong as a whole is told in its first thousand mistakes.
func TestAThousandMistakesAreListed(t *testing.T) {
	for _, n := range []int{1000, 1001, 1500} {
		r := round()
		for i := range n {
			r.Candidates = append(r.Candidates, selection.Candidate{Code: fmt.Sprintf("C%d", i), Applied: "perhaps"})
		}
		err := r.Validate()
		listed := complaints(t, err)
		if len(listed) != 1000 || !strings.HasPrefix(listed[999], "candidates[999].applied: ") {
			t.Errorf("%d mistakes: %d are listed", n, len(listed))
		}
		want := "the round has mistakes"
		if n > 1000 {
			want = fmt.Sprintf("the round has mistakes; the first 1000 are listed, %d more are not", n-1000)
		}
		if message, _, _ := strings.Cut(err.Error(), "\n"); message != want || !fault.Is(err, fault.Invalid) {
			t.Errorf("%d mistakes: %q", n, message)
		}
	}
}
