package monitoring_test

import (
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/selection/monitoring"
)

// The NHS's 16+1 codes, and which of them the WRES compares.
func TestEthnicityIsTheNHSs(t *testing.T) {
	c, ok := monitoring.Find("ethnicity")
	if got := strings.Join(c.Codes(), ""); !ok || got != "ZABCDEFGHJKLMNPRS99" {
		t.Fatalf("codes %s", got)
	}
	for answer, want := range map[string]monitoring.Group{
		"A": monitoring.Reference, "C": monitoring.Reference, "D": monitoring.Focal, "S": monitoring.Focal,
		"Z": monitoring.LeftOut, "99": monitoring.LeftOut, "": monitoring.LeftOut, "I": monitoring.LeftOut,
	} {
		if got := c.Group(answer); got != want {
			t.Errorf("%q is %s, want %s", answer, got, want)
		}
	}
}

func TestCatalogue(t *testing.T) {
	catalogue := monitoring.Catalogue()
	if len(catalogue) != 9 {
		t.Errorf("%d characteristics; the Equality Act has nine", len(catalogue))
	}
	seen := map[string]bool{}
	for _, c := range catalogue {
		groups := map[monitoring.Group]int{}
		codes := map[string]bool{}
		for _, o := range c.Options {
			groups[o.Group]++
			if codes[o.Code] || o.Code == "" || strings.ContainsAny(o.Code, " =") {
				t.Errorf("%s: the code %q", c.Code, o.Code)
			}
			codes[o.Code] = true
		}
		if seen[c.Code] || c.Title == "" || c.Question == "" || groups[monitoring.Focal] == 0 || groups[monitoring.Reference] == 0 || groups[monitoring.LeftOut] != 2 {
			t.Errorf("%s: %v", c.Code, groups)
		}
		seen[c.Code] = true
		if first := c.Options[0]; first.Code != c.Declined() || first.Words != "Prefer not to say" {
			t.Errorf("%s begins with %v", c.Code, first)
		}
	}
}

func TestValidateTellsEveryMistake(t *testing.T) {
	err := monitoring.Validate([]monitoring.Row{
		{Candidate: "C1", Answers: map[string]string{"ethnicity": "A", "sex": "female"}},
		{Candidate: "C1", Answers: map[string]string{"ethnicity": "Q", "shoe": "42"}},
		{Candidate: "", Answers: nil},
	})
	var told []string
	for _, f := range fault.FieldsOf(err) {
		told = append(told, f.Where)
	}
	want := "monitoring[1].candidate monitoring[1].ethnicity monitoring[1].shoe monitoring[2].candidate monitoring[2].candidate"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("told at %s, want %s: %v", got, want, err)
	}
	if err := monitoring.Validate(nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no row: %v", err)
	}
	if err := monitoring.Validate([]monitoring.Row{{Candidate: "C1", Answers: map[string]string{"ethnicity": "Z"}}}); err != nil {
		t.Error(err)
	}
}

func TestAnswers(t *testing.T) {
	a := monitoring.MakeAnswers(map[string]string{"sex": "female", "ethnicity": "N"})
	if a != "ethnicity=N sex=female" || a.Of("sex") != "female" || a.Of("ethnicity") != "N" || a.Of("age") != "" || a.Of("se") != "" {
		t.Errorf("%q", a)
	}
	if monitoring.Declines(nil) || !monitoring.Declines(map[string]string{"ethnicity": "Z", "sex": "declined"}) ||
		monitoring.Declines(map[string]string{"ethnicity": "Z", "sex": "male"}) {
		t.Error("who declines")
	}
}

func TestSmallCountsAreNotShown(t *testing.T) {
	for _, c := range []struct {
		counted monitoring.Progress
		want    monitoring.ShownProgress
	}{
		{monitoring.Progress{Asked: 7, Answered: 7}, monitoring.ShownProgress{"*", "*", "*", "*"}},
		{monitoring.Progress{Asked: 8, Answered: 8}, monitoring.ShownProgress{"10", "10", "*", "*"}},
		{monitoring.Progress{Asked: 40, Answered: 27, Declined: 12, Withdrawn: 1}, monitoring.ShownProgress{"40", "25", "10", "*"}},
	} {
		if got := c.counted.Shown(); got != c.want {
			t.Errorf("%+v is shown as %+v, want %+v", c.counted, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	var tally monitoring.Tally
	tally.Add("ethnicity=N", monitoring.Stages{Applied: true, Shortlisted: true})
	tally.Add("ethnicity=N", monitoring.Stages{Applied: true})
	tally.Add("ethnicity=A", monitoring.Stages{Applied: true, Shortlisted: true, Interviewed: true, Appointable: true, Offered: true, Accepted: true})
	tally.Add("", monitoring.Stages{})
	counts := tally.Counts()
	want := []monitoring.Count{
		{Characteristic: "ethnicity", Answer: "A", Group: monitoring.Reference, People: 1, Applied: 1, Shortlisted: 1, Interviewed: 1, Appointable: 1, Offered: 1, Accepted: 1},
		{Characteristic: "ethnicity", Answer: "N", Group: monitoring.Focal, People: 2, Applied: 2, Shortlisted: 1},
		{Characteristic: "ethnicity", Group: monitoring.LeftOut, People: 1},
		{Characteristic: "sex", Group: monitoring.LeftOut, People: 4, Applied: 3, Shortlisted: 2, Interviewed: 1, Appointable: 1, Offered: 1, Accepted: 1},
	}
	for i, w := range want {
		if counts[i] != w {
			t.Errorf("%d: %+v, want %+v", i, counts[i], w)
		}
	}
	if len(counts) != 3+8 {
		t.Errorf("%d counts", len(counts))
	}
}
