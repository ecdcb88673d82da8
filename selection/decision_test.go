package selection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
	"appointable/selection/ranking"
)

// fiveRanked is A first, B and C sharing 2, D at 4, and E without a rank; the
// gates are met but for D (not met) and E (discuss).
func fiveRanked() selection.Ranking {
	var r selection.Ranking
	for i, p := range []selection.Place{
		{Candidate: "A", Gate: ranking.Met}, {Candidate: "B", Gate: ranking.Met}, {Candidate: "C", Gate: ranking.Met},
		{Candidate: "D", Gate: ranking.NotMet}, {Candidate: "E", Gate: ranking.Discuss},
	} {
		if rank := []int{1, 2, 2, 4, 0}[i]; rank > 0 {
			p.Rank = &rank
		}
		r.Candidates = append(r.Candidates, p)
	}
	return r
}

// decision finds everybody appointable, with a reason where the gates want
// one, and appoints A.
func decision() selection.Decision {
	d := selection.Decision{Appointed: []string{"A"}, Justification: "The strongest on safety."}
	for _, code := range []string{"A", "B", "C", "D", "E"} {
		f := selection.Finding{Candidate: code, Appointable: true}
		if code > "C" {
			f.Reason = "The panel has discussed it."
		}
		d.Findings = append(d.Findings, f)
	}
	return d
}

// finding changes what the panel finds of a candidate.
func finding(d *selection.Decision, code string, appointable bool, reason string) {
	i := slices.IndexFunc(d.Findings, func(f selection.Finding) bool { return f.Candidate == code })
	d.Findings[i].Appointable, d.Findings[i].Reason = appointable, reason
}

func TestDecisions(t *testing.T) {
	departs := func(texts ...string) []string {
		return []string{"departure: " + fmt.Sprintf(texts[0], texts[1], texts[2])}
	}
	over := "%s is chosen before %s, who is found appointable and ranks higher; write why"
	unfilled := func(code string) []string {
		return []string{"departure: a post is left unfilled although " + code + " is found appointable; write why"}
	}
	for _, c := range []struct {
		name   string
		posts  int
		change func(*selection.Decision)
		want   []string
	}{
		{"the first is appointed", 1, func(*selection.Decision) {}, nil},
		{"with reserves in order", 1, func(d *selection.Decision) { d.Reserves = []string{"B", "C", "D", "E"} }, nil},
		{"those who share a rank in any order", 1, func(d *selection.Decision) { d.Reserves = []string{"C", "B"} }, nil},
		{"one of those who share a rank", 2, func(d *selection.Decision) { d.Appointed = []string{"A", "C"} }, nil},
		{"several posts, named in any order", 3, func(d *selection.Decision) { d.Appointed = []string{"C", "A", "B"} }, nil},
		{"nobody, where nobody is found appointable", 1, func(d *selection.Decision) {
			d.Appointed = nil
			for _, f := range d.Findings {
				finding(d, f.Candidate, false, "Not what the post needs.")
			}
		}, nil},
		{"past those who are not found appointable", 1, func(d *selection.Decision) {
			finding(d, "A", false, "References.")
			d.Appointed = []string{"C"}
		}, nil},
		{"fewer than there are posts, where no more are found appointable", 3, func(d *selection.Decision) {
			for _, code := range []string{"B", "C", "D", "E"} {
				finding(d, code, false, "Not what the post needs.")
			}
		}, nil},
		{"somebody without a rank, as the last", 1, func(d *selection.Decision) { d.Reserves = []string{"B", "C", "D", "E"} }, nil},

		{"nobody, though A could be", 1, func(d *selection.Decision) { d.Appointed = nil }, unfilled("A")},
		{"nobody, with a reserve", 1, func(d *selection.Decision) { d.Appointed, d.Reserves = nil, []string{"A"} }, unfilled("A")},
		{"nobody, though only E could be", 1, func(d *selection.Decision) {
			d.Appointed = nil
			for _, code := range []string{"A", "B", "C", "D"} {
				finding(d, code, false, "Not what the post needs.")
			}
		}, unfilled("E")},
		{"a post left over", 2, func(*selection.Decision) {}, unfilled("B")},
		{"the second before the first", 1, func(d *selection.Decision) { d.Appointed = []string{"B"} }, departs(over, "B", "A")},
		{"the second before the first, who is reserve", 1, func(d *selection.Decision) { d.Appointed, d.Reserves = []string{"B"}, []string{"A"} }, departs(over, "B", "A")},
		{"a reserve passed over", 1, func(d *selection.Decision) { d.Reserves = []string{"D"} }, departs(over, "D", "B")},
		{"reserves in the wrong order", 1, func(d *selection.Decision) { d.Reserves = []string{"B", "D", "C"} }, departs(over, "D", "C")},
		{"two posts, one passed over", 2, func(d *selection.Decision) { d.Appointed = []string{"A", "D"} }, departs(over, "D", "B")},
		{"somebody without a rank", 1, func(d *selection.Decision) { d.Appointed = []string{"E"} }, departs(over, "E", "A")},
		{"a departure with its reason", 1, func(d *selection.Decision) {
			d.Appointed, d.Departure = []string{"E"}, "The panel saw what the marks do not."
		}, nil},
		{"a blank is no reason", 1, func(d *selection.Decision) { d.Appointed, d.Departure = []string{"B"}, " \n" }, departs(over, "B", "A")},
		{"reason enough to choose nobody", 1, func(d *selection.Decision) { d.Appointed, d.Departure = nil, "The post was withdrawn." }, nil},

		{"no finding", 1, func(d *selection.Decision) { d.Findings = d.Findings[1:] }, []string{
			"findings: A has no finding; say whether the panel finds them appointable", `appointed[0]: "A" has no finding`,
		}},
		{"of somebody not ranked", 1, func(d *selection.Decision) { d.Findings = append(d.Findings, selection.Finding{Candidate: "F"}) }, []string{`findings[5].candidate: "F" is not in the ranking`}},
		{"two findings", 1, func(d *selection.Decision) { d.Findings = append(d.Findings, d.Findings[0]) }, []string{"findings[5].candidate: A is there twice"}},
		{"against gates that are met", 1, func(d *selection.Decision) { finding(d, "B", false, " ") }, []string{"findings[1].reason: the gates say gates-met for B; write the panel's reason for its finding"}},
		{"against gates that are not", 1, func(d *selection.Decision) { finding(d, "D", true, "") }, []string{"findings[3].reason: the gates say gates-not-met for D; write the panel's reason for its finding"}},
		{"with gates that are not", 1, func(d *selection.Decision) { finding(d, "D", false, "") }, nil},
		{"what was to be discussed, yes", 1, func(d *selection.Decision) { finding(d, "E", true, "") }, []string{"findings[4].reason: the gates say discuss for E; write the panel's reason for its finding"}},
		{"what was to be discussed, no", 1, func(d *selection.Decision) { finding(d, "E", false, "") }, []string{"findings[4].reason: the gates say discuss for E; write the panel's reason for its finding"}},
		{"an endless reason", 1, func(d *selection.Decision) { finding(d, "A", true, strings.Repeat("x", 4001)) }, []string{"findings[0].reason: is longer than 4000 characters"}},

		{"more than there are posts", 1, func(d *selection.Decision) { d.Appointed = []string{"A", "B"} }, []string{"appointed: 2 candidates for 1 post(s)"}},
		{"somebody not found appointable", 1, func(d *selection.Decision) { finding(d, "A", false, "References.") }, []string{"appointed[0]: A is not found appointable"}},
		{"a reserve not found appointable", 1, func(d *selection.Decision) {
			finding(d, "B", false, "References.")
			d.Reserves = []string{"C", "B"}
		}, []string{"reserves[1]: B is not found appointable"}},
		{"somebody unknown", 1, func(d *selection.Decision) { d.Reserves = []string{"F"} }, []string{`reserves[0]: "F" has no finding`}},
		{"appointed and reserve", 1, func(d *selection.Decision) { d.Reserves = []string{"B", "A"} }, []string{"reserves[1]: A is chosen twice"}},
		{"appointed twice", 2, func(d *selection.Decision) { d.Appointed = []string{"A", "A"} }, []string{"appointed[1]: A is chosen twice"}},

		{"no justification", 1, func(d *selection.Decision) { d.Justification = "" }, []string{"justification: is empty"}},
		{"an endless justification", 1, func(d *selection.Decision) { d.Justification = strings.Repeat("x", 4001) }, []string{"justification: is longer than 4000 characters"}},
		{"an endless departure", 1, func(d *selection.Decision) { d.Departure = strings.Repeat("x", 4001) }, []string{"departure: is longer than 4000 characters"}},
		{"dissent", 1, func(d *selection.Decision) {
			d.Dissent = []selection.Dissent{{Rater: "R2", Text: "I would have appointed B."}}
		}, nil},
		{"dissent of a stranger, without words", 1, func(d *selection.Decision) { d.Dissent = []selection.Dissent{{Rater: "R9", Text: " "}} }, []string{
			`dissent[0].rater: "R9" is not on the panel`, "dissent[0].text: is empty",
		}},
		{"all at once", 1, func(d *selection.Decision) {
			finding(d, "D", true, "")
			d.Appointed, d.Reserves, d.Justification = []string{"A", "B"}, []string{"A"}, ""
			d.Dissent = []selection.Dissent{{Rater: "R9", Text: "No."}}
		}, []string{
			"findings[3].reason: the gates say gates-not-met for D; write the panel's reason for its finding", "appointed: 2 candidates for 1 post(s)",
			"reserves[0]: A is chosen twice", "justification: is empty", `dissent[0].rater: "R9" is not on the panel`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := campaign()
			plan.Post.Posts = c.posts
			d := decision()
			c.change(&d)
			if diff := cmp.Diff(c.want, complaints(t, d.Check(fiveRanked(), plan))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
