package selection_test

import (
	"fmt"
	"strings"
	"testing"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// trust makes ten campaigns with 60 applicants each, of two focal groups, a
// reference and those who did not say.
func trust() (counts []fairness.Count) {
	for c := range 10 {
		for group, of := range map[string]struct {
			side        fairness.Side
			in, further int
		}{"A": {fairness.Reference, 30, 14}, "H": {fairness.Focal, 15 + c%3, 6}, "N": {fairness.Focal, 12, 3 + c%2}, "Z": {fairness.Apart, 3, 1}} {
			at := fairness.Count{Campaign: fmt.Sprint("C", c), Characteristic: "ethnicity", Group: group, Side: of.side}
			at.Stage, at.Entered, at.Passed = fairness.Shortlisted, of.in, of.further
			counts = append(counts, at)
			at.Stage, at.Entered, at.Passed = fairness.Accepted, 1, min(1, of.further/10)
			counts = append(counts, at)
		}
	}
	return counts
}

func TestSuppressShowsNoSmallCount(t *testing.T) {
	counts := trust()
	s, err := selection.Suppress(t.Context(), suppression.NHS(), selection.AllCampaigns, counts, nil)
	if err != nil || len(s.Notices) > 0 {
		t.Fatal(err, s.Notices)
	}
	report, err := fairness.Audit(t.Context(), counts, s.Shown)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, r := range report.Ratios {
		if r.Suppressed {
			continue
		}
		shown++
		for _, n := range []int{*r.X1, *r.N1, *r.X0, *r.N0} {
			if n%5 != 0 || n > 0 && n < 10 {
				t.Errorf("%s at %s: %s", r.Focal, r.Stage, r.Words())
			}
		}
	}
	if whole := report.Ratios[2]; shown == 0 || whole.Focal != fairness.BME || whole.Stage != fairness.Shortlisted || *whole.N1 != 280 || *whole.X1 != 95 || *whole.N0 != 300 || *whole.X0 != 140 {
		t.Errorf("%d shown; %+v", shown, whole)
	}
	if _, remembered := s.Remember["ethnicity"]; !remembered {
		t.Error("nothing is remembered")
	}
	if passed, entered, ok := s.Shown("sex", []string{"female"}, fairness.Shortlisted, ""); ok {
		t.Errorf("of what was not released %d of %d are shown", passed, entered)
	}
}

// Counts that cannot be those of people who went from stage to stage are not
// shown at all: what they would reveal nobody can say.
func TestSuppressShowsNothingOfAContradiction(t *testing.T) {
	counts := trust()
	for i := range counts {
		if c := &counts[i]; c.Campaign == "C3" && c.Group == "H" && c.Stage == fairness.Accepted {
			c.Entered = 7
		}
	}
	s, err := selection.Suppress(t.Context(), suppression.NHS(), selection.AllCampaigns, counts, nil)
	if err != nil || len(s.Notices) != 1 || !strings.Contains(s.Notices[0], "in campaign C3 more of the group H entered the stage accepted than passed shortlisted") {
		t.Fatal(err, s.Notices)
	}
	if _, _, ok := s.Shown("ethnicity", []string{"A"}, fairness.Shortlisted, ""); ok {
		t.Error("something is shown")
	}
}
