package selection_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// planted makes campaigns of eight candidates each in which BME candidates are
// marked lower by gap in the exercise handover, and nowhere else.
func planted(campaigns int, gap float64) []selection.Answered {
	random := rand.New(rand.NewPCG(11, 12))
	var rounds []selection.Answered
	for c := range campaigns {
		a := selection.Answered{Round: round()}
		a.Round.Campaign.Code = fmt.Sprintf("CARD-%d", c)
		for i := range 8 {
			code, ethnicity := fmt.Sprintf("C%d", i), []string{"A", "N"}[i%2]
			a.Round.Candidates = append(a.Round.Candidates, selection.Candidate{Code: code, Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes})
			a.Rows = append(a.Rows, answered(code, ethnicity))
			level := 4 + random.NormFloat64()*.7
			for _, e := range a.Round.Campaign.Exercises {
				for _, criterion := range e.Criteria {
					for _, m := range a.Round.Campaign.Panel[:3] {
						mark := level + random.NormFloat64()
						if e.Code == "handover" && ethnicity == "N" {
							mark -= gap
						}
						a.Round.Ratings = append(a.Round.Ratings, selection.Rating{
							Candidate: code, Rater: m.Rater, Exercise: e.Code, Criterion: criterion, Observed: true, Score: math.Max(1, math.Min(7, math.Round(mark))),
						})
					}
				}
			}
		}
		rounds = append(rounds, a)
	}
	return rounds
}

func TestGapsAreFoundWhereTheyAre(t *testing.T) {
	for _, c := range []struct {
		gap  float64
		want string
	}{{1, "handover"}, {0, ""}} {
		rows, families, err := selection.Gaps(t.Context(), planted(40, c.gap), 1, true)
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, row := range rows {
			if row.Family == "exercise" && row.Verdict == fairness.GapFound {
				found += *row.Exercise
			}
			if row.Family == "exercise" && (*row.FocalN != 160 || *row.ReferenceN != 160 || *row.Campaigns != 40 || row.G == nil || row.Criterion != nil || row.Dimension != nil) {
				t.Errorf("%+v", row)
			}
		}
		if found != c.want {
			t.Errorf("a gap of %v is found at %q, want %q", c.gap, found, c.want)
		}
		if len(families) != 4 || families[0].Name != "marks of ethnicity groups, by exercise" || families[0].Tests != 2 {
			t.Errorf("%+v", families)
		}
	}
}

func TestGapsHoldNoCountUnlessAsked(t *testing.T) {
	rounds := planted(12, 1)
	was := 3.0
	rounds[0].Round.Ratings[0].Revisions = []selection.Revision{{Score: &was, Reason: "misheard"}}
	rows, _, err := selection.Gaps(t.Context(), rounds, 1, false)
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	moderated := false
	for _, row := range rows {
		if row.FocalN != nil || row.ReferenceN != nil || row.Campaigns != nil || row.P != nil || row.Q != nil {
			t.Errorf("%+v", row)
		}
		for _, x := range []*float64{row.G, row.Marks, row.Low, row.High} {
			if x != nil && math.Abs(*x*100-math.Round(*x*100)) > 1e-9 {
				t.Errorf("%v has more than two decimals", *x)
			}
		}
		moderated = moderated || row.Family == "moderation"
	}
	if !moderated {
		t.Error("nothing is said of moderation")
	}
	few, _, err := selection.Gaps(t.Context(), rounds[:2], 1, false)
	for _, row := range few {
		if row.G != nil || row.Marks != nil || row.Verdict != fairness.TooFew {
			t.Errorf("two campaigns: %+v", row)
		}
	}
	if err != nil || len(few) == 0 {
		t.Error(few, err)
	}
}

// What was not observed or was set aside is not among the marks; what was
// moderated has its mark before.
func TestMarksOf(t *testing.T) {
	rounds := planted(2, 0)
	was := 2.0
	ratings := rounds[1].Round.Ratings
	n := len(rounds[0].Round.Ratings) + len(ratings)
	ratings[0].Observed, ratings[1].Withdrawn = false, true
	ratings[2].Revisions = []selection.Revision{{Score: &was}, {NotObserved: true}}
	ratings[3].Revisions = []selection.Revision{{NotObserved: true}}
	m, err := selection.MarksOf(rounds)
	if err != nil {
		t.Fatal(err)
	}
	first := len(rounds[0].Round.Ratings)
	if len(m.Mark) != n-2 || m.Raters != 6 || m.Exercises != 2 || m.Dimensions != 3 || len(m.CellCodes) != 7 || m.Campaigns != 2 || len(m.Campaign) != 16 {
		t.Errorf("%d marks, %d raters, %v", len(m.Mark), m.Raters, m.CellCodes)
	}
	if m.Before[first] != 2 || !math.IsNaN(m.Before[first+1]) || m.Before[0] != m.Mark[0] {
		t.Errorf("before: %v", m.Before[first:first+2])
	}
	for _, c := range monitoring.Catalogue() {
		s, both := m.By(c)
		if both != (c.Code == "ethnicity") {
			t.Errorf("%s: %v", c.Code, both)
		}
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
	rounds[1].Round.Framework.Scale.Max = 5
	if _, err := selection.MarksOf(rounds); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "CARD-0 and CARD-1") {
		t.Errorf("two scales: %v", err)
	}
	if m, err := selection.MarksOf(nil); err != nil || len(m.Mark) != 0 {
		t.Error(m, err)
	}
}
