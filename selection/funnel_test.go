package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

func answered(candidate, ethnicity string) monitoring.Row {
	return monitoring.Row{Candidate: candidate, Answers: map[string]string{"ethnicity": ethnicity}}
}

func TestFunnel(t *testing.T) {
	const yes, no, unknown = selection.Yes, selection.No, selection.NotKnown
	r := selection.Round{
		Campaign: selection.Campaign{Code: "CARD", Post: selection.Post{Type: selection.Consultant}},
		Candidates: []selection.Candidate{
			{Code: "C1", Applied: yes, Shortlisted: yes, Interviewed: yes, Appointable: yes, Offered: yes, Accepted: yes},
			{Code: "C2", Applied: yes, Shortlisted: yes, Interviewed: yes, Appointable: unknown, Offered: yes, Accepted: no},
			{Code: "C3", Applied: yes, Shortlisted: no},
			{Code: "C4", Applied: yes, Shortlisted: yes, Interviewed: no},
			{Code: "C5", Applied: unknown, Shortlisted: yes},
			{Code: "C6", Applied: no, Shortlisted: no},
			{Code: "C7", Applied: yes, Shortlisted: yes, Interviewed: yes, Appointable: no, Offered: no},
		},
	}
	counts, err := selection.Funnel(r, []monitoring.Row{answered("C1", "A"), answered("C2", "B"), answered("C3", "N"), answered("C4", "H"), answered("C5", "Z"), answered("C7", "99")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]int{}
	for _, c := range counts {
		if c.Campaign != "CARD" || c.Characteristic != "ethnicity" || c.OtherPost {
			t.Errorf("%+v", c)
		}
		got[string(c.Side)+" "+c.Group+" "+string(c.Stage)] = [2]int{c.Passed, c.Entered}
	}
	want := map[string][2]int{
		"no white shortlisted": {2, 2}, "no white interviewed": {2, 2}, "no white appointable": {1, 1}, "no white offered": {2, 2}, "no white accepted": {1, 2}, "no white appointed": {1, 2},
		"yes BME shortlisted": {1, 2}, "yes BME interviewed": {0, 1}, "yes BME appointed": {0, 1},
		" not stated shortlisted": {1, 1},
		" not known shortlisted":  {1, 1}, " not known interviewed": {1, 1}, " not known appointable": {0, 1}, " not known appointed": {0, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := fairness.CheckCounts(counts); err != nil {
		t.Error(err)
	}
	_, err = selection.Funnel(r, []monitoring.Row{answered("C1", "A"), answered("C9", "A")})
	if fields := fault.FieldsOf(err); !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Where != "monitoring[1].candidate" {
		t.Errorf("nobody of the round: %v", err)
	}
	if counts, err := selection.Funnel(r, nil); err != nil || counts != nil {
		t.Errorf("nobody answered: %v, %v", counts, err)
	}
}
