package handlers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"appointable/selection"
	"appointable/selection/monitoring"
)

// wholeAudit is an audit of a trust with an answer from everybody to every
// question: three years of campaigns, with a gap planted in one exercise.
func wholeAudit(t *testing.T) selection.FairnessAudit {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	in := &selection.FairnessInputs{}
	for i := range 120 {
		at := in.AddCampaign(selection.AuditedCampaign{
			Code: fmt.Sprintf("C-%03d", i), Post: selection.Consultant, Decided: fmt.Sprintf("202%d-09-01", 3+i%3), Framework: "values", Low: 1, High: 7,
			Dimensions: map[string]string{"safety.a": "safety", "kindness.a": "kindness", "teamwork.a": "teamwork", "improving.a": "improving"},
		})
		for k := range 40 {
			answers := map[string]string{}
			for _, c := range monitoring.Catalogue() {
				answers[c.Code] = c.Options[random.IntN(len(c.Options)-1)].Code
			}
			person := selection.AuditedPerson{Campaign: at, Answers: monitoring.MakeAnswers(answers), Applied: selection.Yes, Shortlisted: selection.No}
			if k%4 == 0 {
				person.Shortlisted, person.Interviewed, person.Appointable = selection.Yes, selection.Yes, selection.Yes
				person.Offered = selection.No
				if k == 0 {
					person.Offered, person.Accepted = selection.Yes, selection.Yes
				}
				addMarks(in, at, answers, random)
			}
			in.AddPerson(person)
		}
	}
	scope := selection.FairnessScope{Period: sampleAudit(t, 1, nil).Scope.Period}
	a, _, err := selection.AuditFairness(t.Context(), in, selection.FairnessSettings{Scope: scope, Seed: 1, Policy: nhs()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func addMarks(in *selection.FairnessInputs, campaign int, answers map[string]string, random *rand.Rand) {
	marked := in.AddMarked(campaign, monitoring.MakeAnswers(answers))
	for _, seat := range []string{"R1", "R2", "R3"} {
		for _, exercise := range []string{"interview", "presentation", "simulation"} {
			for _, criterion := range []string{"safety.a", "kindness.a", "teamwork.a", "improving.a"} {
				score := 5 + random.NormFloat64()
				if answers["sex"] == "female" && exercise == "simulation" {
					score -= 2
				}
				score = math.Round(min(max(score, 1), 7))
				in.AddMark(selection.AuditedMark{Person: marked, Seat: seat, Assessor: "A" + seat, Exercise: exercise, Criterion: criterion, Score: score, Submitted: score})
			}
		}
	}
}

// TestAWholeAuditIsLight has every characteristic of the catalogue, marks and
// years, as the audit itself makes them.
func TestAWholeAuditIsLight(t *testing.T) {
	a := wholeAudit(t)
	d := render(t, sampleFairnessPage(a))
	equal(t, len(d.rows("Every characteristic at every stage")), len(monitoring.Catalogue()))
	d.checkWeight("a whole audit")
	for _, c := range monitoring.Catalogue() {
		render(t, sampleGroupsPage(a, c.Code)).checkWeight(c.Code)
	}
	marks := d.section("In the marks")
	if sex := strings.Index(marks, "Sex: female"); sex < 0 || !strings.Contains(marks[sex:], "Simulation") {
		t.Errorf("the gap that was planted is not shown: %s", marks)
	}
}
