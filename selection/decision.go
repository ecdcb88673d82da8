package selection

import (
	"fmt"
	"strings"

	"appointable/internal/fault"
	"appointable/selection/ranking"
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
// departure from the rank or from a gate without a reason. Departures from the
// rank are looked for once the rest is right.
func (d Decision) Check(r Ranking, c Campaign) error {
	var l fault.List
	found := d.checkFindings(&l, r)
	d.checkChosen(&l, found, c.Post.Posts)
	if len(l.Fields) == 0 && strings.TrimSpace(d.Departure) == "" {
		if where := d.departs(r, found, c.Post.Posts); where != "" {
			l.Add("departure", "%s", where)
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
	gates := map[string]ranking.Gate{}
	for _, p := range r.Candidates {
		gates[p.Candidate] = p.Gate
	}
	found := map[string]bool{}
	for i, f := range d.Findings {
		at := fmt.Sprintf("findings[%d]", i)
		gate, ok := gates[f.Candidate]
		if !ok {
			l.Add(at+".candidate", "%q is not in the ranking", f.Candidate)
			continue
		}
		if _, twice := found[f.Candidate]; twice {
			l.Add(at+".candidate", "%s is there twice", f.Candidate)
		}
		found[f.Candidate] = f.Appointable
		against := f.Appointable && gate == ranking.NotMet || !f.Appointable && gate == ranking.Met
		if strings.TrimSpace(f.Reason) == "" && (against || gate == ranking.Discuss) {
			l.Add(at+".reason", "the gates say %s for %s; write the panel's reason for its finding", gate, f.Candidate)
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

// departs says where the choice does not follow the rank, "" where it does:
// somebody found appointable is passed over for a candidate of lower rank, or
// is not appointed while a post is left unfilled. Among the appointed there is
// no order; reserves have one.
func (d Decision) departs(r Ranking, found map[string]bool, posts int) string {
	ranks, taken := map[string]int{}, map[string]bool{}
	for _, p := range r.Candidates {
		ranks[p.Candidate] = len(r.Candidates) + 1
		if p.Rank != nil {
			ranks[p.Candidate] = *p.Rank
		}
	}
	left := r.Candidates
	best := func() string { // the first who is found appointable and not taken
		for len(left) > 0 && (!found[left[0].Candidate] || taken[left[0].Candidate]) {
			left = left[1:]
		}
		if len(left) == 0 {
			return ""
		}
		return left[0].Candidate
	}
	passed := func(code string) string {
		if b := best(); b != "" && ranks[b] < ranks[code] {
			return fmt.Sprintf("%s is chosen before %s, who is found appointable and ranks higher; write why", code, b)
		}
		return ""
	}
	for _, code := range d.Appointed {
		taken[code] = true
	}
	for _, code := range d.Appointed {
		if why := passed(code); why != "" {
			return why
		}
	}
	if b := best(); b != "" && len(d.Appointed) < posts {
		return fmt.Sprintf("a post is left unfilled although %s is found appointable; write why", b)
	}
	for _, code := range d.Reserves {
		if why := passed(code); why != "" {
			return why
		}
		taken[code] = true
	}
	return ""
}
