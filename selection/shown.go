package selection

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// Suppressed is what may be shown of counts, by the policy, and what has to be
// remembered of it.
type Suppressed struct {
	releases map[string]released // by characteristic
	Remember map[string]suppression.Released
	Notices  []string // characteristics of which nothing may be shown, and why
}

// released is one characteristic: its levels and the tables that show them.
type released struct {
	funnel funnelLevels
	tables map[string]suppression.Table // by campaign ("" for all) and grouping
}

// Suppress decides what may be shown of counts that fairness.CheckCounts
// accepts, characteristic by characteristic, of each campaign and of all
// together. Before is what earlier calls gave back to remember; nil where
// nothing was shown before. Errors: those of suppression.Protect.
func Suppress(ctx context.Context, policy suppression.Policy, counts []fairness.Count, before map[string]suppression.Released) (Suppressed, error) {
	s := Suppressed{releases: map[string]released{}, Remember: maps.Clone(before)}
	if s.Remember == nil {
		s.Remember = map[string]suppression.Released{}
	}
	byCharacteristic := map[string][]fairness.Count{}
	for _, c := range counts {
		byCharacteristic[c.Characteristic] = append(byCharacteristic[c.Characteristic], c)
	}
	for _, characteristic := range slices.Sorted(maps.Keys(byCharacteristic)) {
		levels := levelsOf(byCharacteristic[characteristic])
		if levels.contradiction != "" {
			s.Notices = append(s.Notices, fmt.Sprintf("Nothing is shown of %s: %s, so that it cannot be told what the counts would reveal.", characteristic, levels.contradiction))
			continue
		}
		release, err := suppression.Protect(ctx, policy, levels.audit(characteristic), s.Remember[characteristic])
		if err != nil {
			return Suppressed{}, fmt.Errorf("suppressing small counts of %s: %w", characteristic, err)
		}
		s.Remember[characteristic] = release.Remember
		tables := map[string]suppression.Table{}
		for _, t := range release.Tables {
			tables[t.Scope+"\x00"+t.Grouping] = t
		}
		s.releases[characteristic] = released{levels, tables}
	}
	return s, nil
}

// Shown is what fairness.Audit may show.
func (s Suppressed) Shown(characteristic string, groups []string, stage fairness.Stage, campaign string) (passed, entered int, ok bool) {
	r, known := s.releases[characteristic]
	if !known {
		return 0, 0, false
	}
	from, to, ok := r.funnel.of(stage)
	if !ok {
		return 0, 0, false
	}
	if len(r.funnel.campaigns) == 1 {
		campaign = ""
	}
	for _, grouping := range []string{eachGroup, bothSides} {
		t := r.tables[scopeOf(campaign)+"\x00"+grouping]
		if i := slices.Index(t.Groups, strings.Join(groups, " + ")); i >= 0 {
			return t.Of(i, from, to)
		}
	}
	return 0, 0, false
}

// The groupings: each focal group beside the reference, and all of them.
const (
	eachGroup = "each group"
	bothSides = "both sides"
)

// scopeOf names the tables of a campaign, or of all.
func scopeOf(campaign string) string {
	if campaign == "" {
		return "all campaigns"
	}
	return "campaign " + campaign
}

// funnelLevels are counts as people: how many of each group came at least to
// each level, which is to have entered a stage or to have passed it.
type funnelLevels struct {
	stages        []fairness.Stage // all but Appointed
	campaigns     []string
	groups        []string
	sides         map[string]fairness.Side
	counts        [][][]int // by campaign, group and level
	appointed     bool      // leads from the shortlist to an accepted offer throughout
	contradiction string    // why the counts cannot be those of people
}

func levelsOf(counts []fairness.Count) funnelLevels {
	l := funnelLevels{sides: map[string]fairness.Side{}, appointed: true}
	rows := map[[3]string]fairness.Count{}
	for _, c := range counts {
		rows[[3]string{c.Campaign, c.Group, string(c.Stage)}] = c
		l.sides[c.Group] = c.Side
		if c.Stage != fairness.Appointed && !slices.Contains(l.stages, c.Stage) {
			l.stages = append(l.stages, c.Stage)
		}
		l.campaigns = append(l.campaigns, c.Campaign)
	}
	slices.Sort(l.campaigns)
	l.campaigns = slices.Compact(l.campaigns)
	l.groups = slices.Sorted(maps.Keys(l.sides))
	order := fairness.Stages()
	slices.SortFunc(l.stages, func(a, b fairness.Stage) int { return slices.Index(order, a) - slices.Index(order, b) })
	for _, campaign := range l.campaigns {
		byGroup := make([][]int, len(l.groups))
		for g, group := range l.groups {
			byGroup[g] = l.levels(rows, campaign, group)
		}
		l.counts = append(l.counts, byGroup)
	}
	return l
}

// levels fills in what a campaign does not say of a group: who is known to
// have come further came that far.
func (l *funnelLevels) levels(rows map[[3]string]fairness.Count, campaign, group string) []int {
	levels := make([]int, 2*len(l.stages))
	beyond := 0
	for i, stage := range slices.Backward(l.stages) {
		c, said := rows[[3]string{campaign, group, string(stage)}]
		if !said {
			c.Entered, c.Passed = beyond, beyond
		}
		if c.Passed < beyond {
			l.contradiction = fmt.Sprintf("in campaign %s more of the group %s entered the stage %s than passed %s", campaign, group, l.stages[i+1], stage)
		}
		levels[2*i], levels[2*i+1], beyond = c.Entered, c.Passed, c.Entered
	}
	c, said := rows[[3]string{campaign, group, string(fairness.Appointed)}]
	if from, to, ok := l.of(fairness.Appointed); said && (!ok || c.Entered != levels[from] || c.Passed != levels[to]) {
		l.appointed = false
	}
	return levels
}

// of gives the levels between which a stage lies.
func (l *funnelLevels) of(stage fairness.Stage) (entered, passed int, ok bool) {
	if stage == fairness.Appointed {
		from, to := slices.Index(l.stages, fairness.Shortlisted), slices.Index(l.stages, fairness.Accepted)
		return 2*from + 1, 2*to + 1, l.appointed && from >= 0 && to >= 0
	}
	i := slices.Index(l.stages, stage)
	return 2 * i, 2*i + 1, i >= 0
}

func (l *funnelLevels) audit(characteristic string) suppression.Audit {
	a := suppression.Audit{Campaigns: l.campaigns, Scopes: []suppression.Scope{{Name: scopeOf("")}}}
	for _, s := range l.stages {
		a.Stages = append(a.Stages, "entered "+string(s), "passed "+string(s))
	}
	for i, campaign := range l.campaigns {
		a.Scopes[0].Campaigns = append(a.Scopes[0].Campaigns, i)
		if len(l.campaigns) > 1 {
			a.Scopes = append(a.Scopes, suppression.Scope{Name: scopeOf(campaign), Campaigns: []int{i}})
		}
	}
	a.Characteristics = []suppression.Characteristic{{Name: characteristic, Codes: l.groups, Groupings: l.groupings(), Counts: l.counts}}
	return a
}

func (l *funnelLevels) groupings() []suppression.Grouping {
	each := suppression.Grouping{Name: eachGroup}
	var focal, reference suppression.Group
	var focalNames, referenceNames []string
	for i, group := range l.groups {
		switch l.sides[group] {
		case fairness.Reference:
			reference.Codes, referenceNames = append(reference.Codes, i), append(referenceNames, group)
			continue
		case fairness.Focal:
			focal.Codes, focalNames = append(focal.Codes, i), append(focalNames, group)
		case fairness.Apart:
		}
		each.Groups = append(each.Groups, suppression.Group{Name: group, Codes: []int{i}})
	}
	focal.Name, reference.Name = strings.Join(focalNames, " + "), strings.Join(referenceNames, " + ")
	if len(reference.Codes) > 0 {
		each.Groups = append(each.Groups, reference)
	}
	if len(focal.Codes) < 2 {
		return []suppression.Grouping{each}
	}
	return []suppression.Grouping{each, {Name: bothSides, Groups: []suppression.Group{focal, reference}}}
}
