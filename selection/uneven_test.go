package selection_test

import (
	"slices"
	"strings"
	"testing"

	"appointable/selection"
)

// A strict member who marks some candidates and not others moves the order;
// the reader must be told where that can have happened.
func TestWarnsWhereMembersMarkedSomeCandidatesOnly(t *testing.T) {
	uneven := func(r selection.Round) string {
		i := slices.IndexFunc(rank(t, r).Warnings, func(w string) bool { return strings.HasPrefix(w, "Not every candidate") })
		if i < 0 {
			return ""
		}
		where, _, _ := strings.Cut(strings.TrimPrefix(rank(t, r).Warnings[i], "Not every candidate was marked by the same members in "), ".")
		return where
	}
	even := round("C1", "C2")
	for _, candidate := range []string{"C1", "C2"} {
		mark(&even, candidate, "R1", 4, 4, 4)
		mark(&even, candidate, "R2", 5, 5, 5)
	}
	if got := uneven(even); got != "" {
		t.Errorf("the same members everywhere, and yet: %s", got)
	}

	other := even
	other.Ratings = slices.Clone(even.Ratings)
	for i := range other.Ratings {
		if m := &other.Ratings[i]; m.Candidate == "C2" && m.Rater == "R2" && m.Exercise == "handover" {
			m.Rater = "R3"
		}
	}
	if got := uneven(other); got != "handover" {
		t.Errorf("R3 marked C2 where R2 marked C1 in the handover; the warning names %q", got)
	}

	withdrawn := even
	withdrawn.Ratings = slices.Clone(even.Ratings)
	for i := range withdrawn.Ratings {
		m := &withdrawn.Ratings[i]
		m.Withdrawn = m.Candidate == "C1" && m.Rater == "R2"
	}
	if got := uneven(withdrawn); got != "interview, handover" {
		t.Errorf("R2's marks for C1 are set aside; the warning names %q", got)
	}
}
