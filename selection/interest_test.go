package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/selection"
)

func TestInterestMistakes(t *testing.T) {
	for _, nature := range []selection.InterestNature{selection.Knows, selection.WorkedWith, selection.Supervised, selection.Related, selection.OtherTie} {
		if err := (selection.Interest{Nature: nature, Details: "Met once."}).Validate(); err != nil {
			t.Errorf("%s: %v", nature, err)
		}
	}
	got := complaints(t, selection.Interest{Nature: "enemy", Details: " "}.Validate())
	if diff := cmp.Diff([]string{`nature: "enemy" is not known; choose knows, worked-with, supervised, related or other`, "details: is empty"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name    string
		nature  selection.InterestNature
		outcome selection.InterestOutcome
		reason  string
		want    []string
	}{
		{"marks stand", selection.Knows, selection.MarksStand, "Met once.", nil},
		{"marks withdrawn", selection.Supervised, selection.MarksWithdrawn, "For a year.", nil},
		{"a relative's withdrawn", selection.Related, selection.MarksWithdrawn, "Married.", nil},
		{"a relative's cannot stand", selection.Related, selection.MarksStand, "Cousins.", []string{"outcome: a relative or spouse stands down, so the marks cannot stand; choose marks-withdrawn"}},
		{"unknown outcome", selection.Knows, "ignored", "Why not.", []string{`outcome: "ignored" is not known; choose marks-stand or marks-withdrawn`}},
		{"no reason", selection.Knows, selection.MarksStand, " ", []string{"reason: is empty"}},
		{"nothing", selection.Knows, "", "", []string{`outcome: "" is not known; choose marks-stand or marks-withdrawn`, "reason: is empty"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			declared := selection.Interest{Candidate: "C1", Rater: "R1", Nature: c.nature, Details: "As declared.", Late: true}
			judged, err := declared.Judge(c.outcome, c.reason)
			if diff := cmp.Diff(c.want, complaints(t, err)); diff != "" {
				t.Fatal(diff)
			}
			want := declared
			if c.want == nil {
				want.Outcome, want.Reason = c.outcome, c.reason
			}
			if diff := cmp.Diff(want, judged); diff != "" {
				t.Error(diff)
			}
			if c.want != nil {
				return
			}
			again, err := judged.Judge(selection.MarksWithdrawn, "Second thoughts.")
			if !fault.Is(err, fault.Conflict) || again != judged {
				t.Errorf("judged twice: %v, %+v", err, again)
			}
		})
	}
}
