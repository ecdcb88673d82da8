package selection

import (
	"slices"

	"appointable/selection/fairness"
)

// tally is how many entered a stage, and passed it.
type tally struct{ entered, passed int }

// counts are the funnel of one characteristic by stage, campaign and group. Who
// did not answer counts as not stated.
func (c *auditColumns) counts(characteristic int) []fairness.Count {
	of, stages := &c.reader.characteristics[characteristic], fairness.Stages()
	tallies := make([]tally, len(stages)*len(c.campaigns)*len(of.groups))
	at := func(stage int, campaign int32, group int) *tally {
		return &tallies[(stage*len(c.campaigns)+int(campaign))*len(of.groups)+group]
	}
	for i := range c.people {
		p := &c.people[i]
		group := int(of.groupOf[p.answers[characteristic]])
		for stage, outcome := range p.outcomes {
			if t := at(stage, p.campaign, group); outcome != outcomeNotThere {
				t.entered++
				if outcome == outcomePassed {
					t.passed++
				}
			}
		}
	}
	var counts []fairness.Count
	for stage, name := range stages {
		for campaign, own := range c.campaigns {
			for g, group := range of.groups {
				if t := at(stage, int32(campaign), g); t.entered > 0 {
					counts = append(counts, fairness.Count{
						Campaign: own.Code, Characteristic: of.Code, Group: group.name, Side: group.side, Stage: name,
						Entered: t.entered, Passed: t.passed, OtherPost: own.Post != Consultant, Decided: own.Decided,
					})
				}
			}
		}
	}
	return counts
}

// answered are the characteristics that anybody answered.
func (c *auditColumns) answered() []int {
	var list []int
	for i := range c.reader.characteristics {
		if slices.ContainsFunc(c.people, func(p auditedStages) bool { return p.answers[i] != 0 }) {
			list = append(list, i)
		}
	}
	return list
}

// outcome is what became of somebody at a stage.
type outcome uint8

const (
	outcomeNotThere outcome = iota // or not known
	outcomeNotPassed
	outcomePassed
)

// outcomes are somebody's by stage.
func (p AuditedPerson) outcomes() (outcomes [6]outcome) {
	c := Candidate{
		Applied: p.Applied, Shortlisted: p.Shortlisted, Interviewed: p.Interviewed, Appointable: p.Appointable, Offered: p.Offered, Accepted: p.Accepted,
	}
	stages := fairness.Stages()
	for _, s := range c.steps() {
		of := &outcomes[slices.Index(stages, s.stage)]
		if *of = outcomeNotPassed; s.passed {
			*of = outcomePassed
		}
	}
	return outcomes
}
