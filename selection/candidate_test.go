package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
)

func TestCandidateMistakes(t *testing.T) {
	yes, no, unknown := selection.Yes, selection.No, selection.NotKnown
	funnel := func(answers ...selection.Answer) selection.Candidate {
		return selection.Candidate{Code: "C1", Applied: answers[0], Shortlisted: answers[1], Interviewed: answers[2], Appointable: answers[3], Offered: answers[4], Accepted: answers[5]}
	}
	for _, c := range []struct {
		name      string
		candidate selection.Candidate
		want      []string
	}{
		{"nothing known", selection.Candidate{Code: "C1"}, nil},
		{"all the way", funnel(yes, yes, yes, yes, yes, yes), nil},
		{"no to the end", funnel(yes, yes, yes, no, no, no), nil},
		{"declined", funnel(yes, yes, yes, yes, yes, no), nil},
		{"what is not known contradicts nothing", funnel(unknown, unknown, yes, unknown, yes, unknown), nil},
		{"no, then not known", funnel(yes, no, unknown, unknown, unknown, unknown), nil},
		{"no code", selection.Candidate{}, []string{"candidate: is empty; give a short code such as C01"}},
		{"neither yes nor no", funnel("Y", "maybe", unknown, unknown, unknown, unknown), []string{
			`applied: "Y" is not an answer; write yes, no or nothing`, `shortlisted: "maybe" is not an answer; write yes, no or nothing`,
		}},
		{"shortlisted without applying", funnel(no, yes, unknown, unknown, unknown, unknown), []string{"shortlisted: C1 cannot be shortlisted without having been applied"}},
		{"interviewed without shortlisting", funnel(yes, no, yes, unknown, unknown, unknown), []string{"interviewed: C1 cannot be interviewed without having been shortlisted"}},
		{"appointable unseen", funnel(yes, yes, no, yes, unknown, unknown), []string{"appointable: C1 cannot be appointable without having been interviewed"}},
		{"offered, not appointable", funnel(yes, yes, yes, no, yes, unknown), []string{"offered: C1 cannot be offered without having been appointable"}},
		{"accepted, not offered", funnel(yes, yes, yes, yes, no, yes), []string{"accepted: C1 cannot be accepted without having been offered"}},
		{"a gap hides no contradiction", funnel(yes, no, unknown, yes, unknown, unknown), []string{"appointable: C1 cannot be appointable without having been shortlisted"}},
		{"nor does a long one", funnel(no, unknown, unknown, unknown, unknown, yes), []string{"accepted: C1 cannot be accepted without having been applied"}},
		{"two at once", funnel(no, yes, no, yes, unknown, unknown), []string{
			"shortlisted: C1 cannot be shortlisted without having been applied", "appointable: C1 cannot be appointable without having been interviewed",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, complaints(t, c.candidate.Validate())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestYesNo(t *testing.T) {
	if selection.YesNo(true) != "yes" || selection.YesNo(false) != "no" {
		t.Error("yes is no")
	}
}
