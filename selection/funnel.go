package selection

import (
	"appointable/internal/fault"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// Funnel counts how many of each group entered each stage of a round and passed
// it, from what candidates answered of their protected characteristics. A
// characteristic that nobody answered is left out; who did not answer one that
// others did counts as not stated. A stage is entered by who passed the last one
// known before, if it is known what became of them there. It returns Invalid,
// at monitoring[0].candidate and so on, for a row about nobody in the round.
func Funnel(r Round, rows []monitoring.Row) ([]fairness.Count, error) {
	answers, err := answersOf(r, rows)
	if err != nil {
		return nil, err
	}
	var counts []fairness.Count
	for _, c := range monitoring.Catalogue() {
		if isAnswered(rows, c.Code) {
			counts = append(counts, r.funnel(c, answers)...)
		}
	}
	return counts, nil
}

func answersOf(r Round, rows []monitoring.Row) (map[string]map[string]string, error) {
	known := map[string]bool{}
	for _, c := range r.Candidates {
		known[c.Code] = true
	}
	var l fault.List
	answers := map[string]map[string]string{}
	for i, row := range rows {
		if !known[row.Candidate] {
			l.Add(monitoring.CandidatePlace(i), "there is no candidate %q in the round", row.Candidate)
		}
		answers[row.Candidate] = row.Answers
	}
	return answers, l.Err("what candidates answered does not fit the round")
}

func isAnswered(rows []monitoring.Row, characteristic string) bool {
	for _, row := range rows {
		if row.Answers[characteristic] != "" {
			return true
		}
	}
	return false
}

// funnel counts for one characteristic, in the order in which groups are first
// met.
func (r Round) funnel(of monitoring.Characteristic, answers map[string]map[string]string) []fairness.Count {
	var counts []fairness.Count
	at := map[[2]string]int{}
	for _, c := range r.Candidates {
		group, side := groupOf(of, answers[c.Code][of.Code])
		for _, s := range c.steps() {
			key := [2]string{group, string(s.stage)}
			i, known := at[key]
			if !known {
				i = len(counts)
				at[key] = i
				counts = append(counts, fairness.Count{
					Campaign: r.Campaign.Code, Characteristic: of.Code, Group: group, Side: side, Stage: s.stage,
					OtherPost: r.Campaign.Post.Type != Consultant,
				})
			}
			counts[i].Entered++
			if s.passed {
				counts[i].Passed++
			}
		}
	}
	return counts
}

// groupOf names the group of an answer. Ethnic categories are too many for the
// candidates of a round: they are the two groups that the WRES compares.
func groupOf(of monitoring.Characteristic, answer string) (string, fairness.Side) {
	side := map[monitoring.Group]fairness.Side{monitoring.Focal: fairness.Focal, monitoring.Reference: fairness.Reference}[of.Group(answer)]
	switch {
	case answer == "" || answer == of.Declined():
		return "not stated", fairness.Apart
	case side == fairness.Apart:
		return "not known", fairness.Apart
	case of.Code == fairness.Ethnicity && side == fairness.Focal:
		return fairness.BME, side
	case of.Code == fairness.Ethnicity:
		return fairness.White, side
	case of.Code == fairness.Disability && side == fairness.Focal:
		return fairness.Disabled, side
	case of.Code == fairness.Disability:
		return fairness.NonDisabled, side
	}
	return answer, side
}

// groupsOf are the groups of a characteristic of the catalogue; none of
// another.
func groupsOf(characteristic string) map[string]fairness.Side {
	of, ok := monitoring.Find(characteristic)
	if !ok {
		return nil
	}
	groups := map[string]fairness.Side{}
	for _, code := range append(of.Codes(), "") {
		group, side := groupOf(of, code)
		groups[group] = side
	}
	return groups
}

// step is a stage that a candidate entered.
type step struct {
	stage  fairness.Stage
	passed bool
}

// steps are the stages whose outcome is known, up to the first not passed, and
// the way from the shortlist to the appointment where both ends are known.
func (c Candidate) steps() []step {
	var steps []step
	for _, a := range c.answers()[1:] {
		if a.answer == NotKnown {
			continue
		}
		steps = append(steps, step{fairness.Stage(a.column), a.answer == Yes})
		if a.answer == No {
			break
		}
	}
	if c.Applied == No {
		return nil
	}
	return append(steps, c.appointment()...)
}

func (c Candidate) appointment() []step {
	if c.Shortlisted != Yes {
		return nil
	}
	for _, a := range c.answers()[2:] {
		if a.answer == No {
			return []step{{fairness.Appointed, false}}
		}
	}
	if c.Accepted == Yes {
		return []step{{fairness.Appointed, true}}
	}
	return nil
}
