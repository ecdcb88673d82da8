package selection

import (
	"slices"

	"appointable/selection/fairness"
)

// tally is how many entered a stage, and passed it.
type tally struct{ entered, passed int }

// counts are the funnel by campaign, characteristic, group and stage. A
// characteristic that nobody answered is left out; who did not answer one that
// others did counts as not stated.
func (c *auditColumns) counts() []fairness.Count {
	answered := c.answered()
	stages := fairness.Stages()
	tallies := make([][]tally, len(c.reader.characteristics)) // by group and stage
	for i := range tallies {
		tallies[i] = make([]tally, len(c.reader.characteristics[i].groups)*len(stages))
	}
	var counts []fairness.Count
	for people := c.people; len(people) > 0; {
		n := 1
		for n < len(people) && people[n].campaign == people[0].campaign {
			n++
		}
		for i := range tallies {
			clear(tallies[i])
		}
		for _, p := range people[:n] {
			for _, s := range p.candidate().steps() {
				stage := slices.Index(stages, s.stage)
				for _, i := range answered {
					t := &tallies[i][int(c.reader.characteristics[i].groupOf[p.answers[i]])*len(stages)+stage]
					t.entered++
					if s.passed {
						t.passed++
					}
				}
			}
		}
		for _, i := range answered {
			counts = c.appendCounts(counts, people[0].campaign, i, tallies[i])
		}
		people = people[n:]
	}
	return counts
}

func (c *auditColumns) appendCounts(counts []fairness.Count, campaign int32, characteristic int, tallies []tally) []fairness.Count {
	of, stages := c.campaigns[campaign], fairness.Stages()
	for at, t := range tallies {
		if t.entered == 0 {
			continue
		}
		group := c.reader.characteristics[characteristic].groups[at/len(stages)]
		counts = append(counts, fairness.Count{
			Campaign: of.Code, Characteristic: c.reader.characteristics[characteristic].Code, Group: group.name, Side: group.side,
			Stage: stages[at%len(stages)], Entered: t.entered, Passed: t.passed, OtherPost: of.Post != Consultant, Decided: of.Decided,
		})
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

func (a auditedStages) candidate() Candidate {
	return Candidate{
		Applied: a.stages[0], Shortlisted: a.stages[1], Interviewed: a.stages[2], Appointable: a.stages[3], Offered: a.stages[4], Accepted: a.stages[5],
	}
}
