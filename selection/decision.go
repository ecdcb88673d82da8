package selection

import (
	"fmt"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// Decision is what the panel decided, in its own words. The service proposes
// nothing: every field is the panel's.
type Decision struct {
	Findings      []Finding `json:"findings"`      // one per ranked candidate
	Appointed     []string  `json:"appointed"`     // empty: no appointment, a normal outcome
	Reserves      []string  `json:"reserves"`      // in order of call
	Departure     string    `json:"departure"`     // why it departs from the rank, where it does
	Justification string    `json:"justification"` // to the chief executive: why this appointment, or why none
	Dissent       []Dissent `json:"dissent,omitempty"`
}

// Finding is whether the panel finds a candidate appointable.
type Finding struct {
	Candidate   string `json:"candidate"`
	Appointable bool   `json:"appointable"`
	Reason      string `json:"reason"` // required where the finding differs from what the gates say
}

// Dissent is a member's disagreement, on record.
type Dissent struct {
	Rater string `json:"rater"`
	Text  string `json:"text"`
}

// Check holds a decision against the ranking it is based on. It returns one
// Invalid fault with every complaint: a candidate without a finding, an
// appointment beyond the posts or of somebody not found appointable, a
// departure from the rank or from a gate without a reason.
func (d Decision) Check(r Ranking, c Campaign) error {
	var l fault.List
	found := d.checkFindings(&l, r)
	d.checkChosen(&l, found, c.Post.Posts)
	if len(l.Fields) == 0 && strings.TrimSpace(d.Departure) == "" {
		if passed, over := d.departs(r, found); passed != "" {
			l.Add("departure", "%s is chosen before %s, who is found appointable and ranks higher; write why", over, passed)
		}
	}
	checkText(&l, "justification", d.Justification)
	if len([]rune(d.Departure)) > maxText {
		l.Add("departure", "is longer than %d characters", maxText)
	}
	for i, x := range d.Dissent {
		if _, ok := c.Member(x.Rater); !ok {
			l.Add(fmt.Sprintf("dissent[%d].rater", i), "%q is not on the panel", x.Rater)
		}
		checkText(&l, fmt.Sprintf("dissent[%d].text", i), x.Text)
	}
	return l.Err("the decision was not recorded")
}

// checkFindings returns the findings by candidate.
func (d Decision) checkFindings(l *fault.List, r Ranking) map[string]bool {
	found := map[string]bool{}
	for i, f := range d.Findings {
		at := fmt.Sprintf("findings[%d]", i)
		place, ok := r.Candidate(f.Candidate)
		if !ok {
			l.Add(at+".candidate", "%q is not in the ranking", f.Candidate)
			continue
		}
		if _, twice := found[f.Candidate]; twice {
			l.Add(at+".candidate", "%s is there twice", f.Candidate)
		}
		found[f.Candidate] = f.Appointable
		against := f.Appointable && place.Gate == "gates-not-met" || !f.Appointable && place.Gate == "gates-met"
		if strings.TrimSpace(f.Reason) == "" && (against || place.Gate == "discuss") {
			l.Add(at+".reason", "the gates say %s for %s; write the panel's reason for its finding", place.Gate, f.Candidate)
		}
		if len([]rune(f.Reason)) > maxText {
			l.Add(at+".reason", "is longer than %d characters", maxText)
		}
	}
	for _, p := range r.Candidates {
		if _, ok := found[p.Candidate]; !ok {
			l.Add("findings", "%s has no finding; say whether the panel finds them appointable", p.Candidate)
		}
	}
	return found
}

func (d Decision) checkChosen(l *fault.List, found map[string]bool, posts int) {
	if len(d.Appointed) > posts {
		l.Add("appointed", "%d candidates for %d post(s)", len(d.Appointed), posts)
	}
	seen := map[string]bool{}
	check := func(where string, codes []string) {
		for i, code := range codes {
			at := fmt.Sprintf("%s[%d]", where, i)
			appointable, known := found[code]
			switch {
			case !known:
				l.Add(at, "%q has no finding", code)
			case !appointable:
				l.Add(at, "%s is not found appointable", code)
			case seen[code]:
				l.Add(at, "%s is chosen twice", code)
			}
			seen[code] = true
		}
	}
	check("appointed", d.Appointed)
	check("reserves", d.Reserves)
}

// departs finds an appointable candidate who ranks higher than somebody chosen
// before them; both are "" where the choice follows the rank. Choosing nobody
// while somebody is appointable departs too.
func (d Decision) departs(r Ranking, found map[string]bool) (passed, over string) {
	chosen := slices.Concat(d.Appointed, d.Reserves)
	rank := func(code string) int {
		p, _ := r.Candidate(code)
		if p.Rank == nil {
			return len(r.Candidates) + 1
		}
		return *p.Rank
	}
	if len(d.Appointed) == 0 {
		for _, p := range r.Candidates {
			if found[p.Candidate] {
				return p.Candidate, "nobody"
			}
		}
	}
	for i, code := range chosen {
		for _, p := range r.Candidates {
			before := slices.Index(chosen, p.Candidate)
			// Within the appointed there is no order.
			ahead := before >= 0 && (before < i || before < len(d.Appointed) && i < len(d.Appointed))
			if found[p.Candidate] && p.Candidate != code && !ahead && rank(p.Candidate) < rank(code) {
				return p.Candidate, code
			}
		}
	}
	return "", ""
}
