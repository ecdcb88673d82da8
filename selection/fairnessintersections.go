package selection

import (
	"context"

	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// meeting are two characteristics whose meeting is looked at.
type meeting [2]int

// meetings are those of ethnicity, sex and disability, the three that most
// answer: of others too few share two.
func (r *answerReader) meetings() []meeting {
	ethnicity, sex, disability := r.at["ethnicity"], r.at["sex"], r.at["disability"]
	return []meeting{{ethnicity, sex}, {ethnicity, disability}, {sex, disability}}
}

// intersections are of the stages at which candidates do not compete.
func (c *auditColumns) intersections(ctx context.Context, policy *suppression.Policy) ([]IntersectionGap, error) {
	rows := []IntersectionGap{}
	for _, m := range c.reader.meetings() {
		tallies := c.crossings(m)
		for stage, name := range fairness.Stages() {
			if name.Competes() {
				continue
			}
			own, err := c.intersect(ctx, m, name, tallies[stage], policy)
			if err != nil {
				return nil, err
			}
			rows = append(rows, own...)
		}
	}
	return rows, nil
}

// crossings count by stage, side of the first and of the second
// characteristic: the focal one is 1.
func (c *auditColumns) crossings(m meeting) [][2][2]tally {
	tallies := make([][2][2]tally, len(fairness.Stages()))
	for i := range c.people {
		p := &c.people[i]
		a, b := c.reader.group(p.answers, m[0]).side, c.reader.group(p.answers, m[1]).side
		if a == fairness.Apart || b == fairness.Apart {
			continue
		}
		for stage, outcome := range p.outcomes {
			if t := &tallies[stage][focal(a)][focal(b)]; outcome != outcomeNotThere {
				t.entered++
				if outcome == outcomePassed {
					t.passed++
				}
			}
		}
	}
	return tallies
}

func focal(s fairness.Side) int {
	if s == fairness.Focal {
		return 1
	}
	return 0
}

func (c *auditColumns) intersect(ctx context.Context, m meeting, stage fairness.Stage, tallies [2][2]tally, policy *suppression.Policy) ([]IntersectionGap, error) {
	var crossings []fairness.Crossing
	for a, row := range tallies {
		for b, t := range row {
			if t.entered == 0 {
				return nil, nil // nothing meets
			}
			crossings = append(crossings, fairness.Crossing{Levels: []int{a, b}, Passed: t.passed, Of: t.entered})
		}
	}
	found, err := fairness.Intersect(ctx, crossings)
	if err != nil {
		return nil, err
	}
	var rows []IntersectionGap
	for _, i := range found.Crossings {
		rows = append(rows, c.intersection(m, stage, i, policy))
	}
	return rows, nil
}

func (c *auditColumns) intersection(m meeting, stage fairness.Stage, i fairness.Intersection, policy *suppression.Policy) IntersectionGap {
	row := IntersectionGap{Stage: stage}
	for k, characteristic := range m {
		of := c.reader.characteristics[characteristic]
		row.Characteristics[k] = of.Code
		row.Groups[k] = []string{of.reference, of.focal}[i.Levels[k]]
	}
	if tellsOfFew(policy, i.Passed, i.Of) {
		row.Suppressed, row.Words = true, notShown
		return row
	}
	f := figures{policy != nil}
	row.Rate, row.Low, row.High, row.Apart = f.shown(i.Rate.Estimate), f.shown(i.Rate.Low), f.shown(i.Rate.High), f.shown(i.Apart)
	row.Verdict, row.Words = i.Verdict, i.Words()
	if policy == nil {
		row.Passed, row.Of, row.Q = &i.Passed, &i.Of, f.exact(i.Q)
	}
	return row
}

// notShown stands in place of what a policy withholds.
const notShown = "Not shown: the numbers are so small that they could tell of a person."
