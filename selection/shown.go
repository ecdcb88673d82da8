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
	whole  string                       // the scope of all campaigns together
	tables map[string]suppression.Table // by scope and grouping
	rows   map[string]place             // by the names of the groups that a comparison takes together
}

// place is a row of the tables of a grouping.
type place struct {
	grouping string
	row      int
}

// AllCampaigns names the whole of what files hold, for Suppress.
const AllCampaigns = "all campaigns"

// Suppress decides what may be shown of counts that fairness.CheckCounts
// accepts, characteristic by characteristic, of each campaign and of all
// together, which whole names: the same name for the same set of campaigns,
// and for no other. Before is what earlier calls gave back to remember; nil
// where nothing was shown before. Errors: those of suppression.Protect.
func Suppress(ctx context.Context, policy suppression.Policy, whole string, counts []fairness.Count, before map[string]suppression.Released) (Suppressed, error) {
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
		scope := whole
		if len(levels.campaigns) == 1 {
			scope = scopeOf(levels.campaigns[0])
		}
		audit := levels.audit(characteristic, scope)
		release, err := suppression.Protect(ctx, policy, audit, s.Remember[characteristic])
		if err != nil {
			return Suppressed{}, fmt.Errorf("suppressing small counts of %s: %w", characteristic, err)
		}
		s.Remember[characteristic] = release.Remember
		tables := map[string]suppression.Table{}
		for _, t := range release.Tables {
			if !t.Withheld {
				tables[t.Scope+"\x00"+t.Grouping] = t
			}
		}
		s.releases[characteristic] = released{levels, scope, tables, levels.rows(audit.Characteristics[0].Groupings)}
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
	at, known := r.rows[strings.Join(groups, " + ")]
	if !known {
		return 0, 0, false
	}
	scope := r.whole
	if campaign != "" {
		scope = scopeOf(campaign)
	}
	t, shown := r.tables[scope+"\x00"+at.grouping]
	if !shown {
		return 0, 0, false
	}
	return t.Of(at.row, from, to)
}

// The groupings: each focal group beside the reference, and all of them.
const (
	eachGroup = "each group"
	bothSides = "both sides"
)

// scopeOf names the tables of a campaign.
func scopeOf(campaign string) string { return "campaign " + campaign }

// funnelLevels are counts as people: how many of each group came at least to
// each level, which is to have entered a stage or to have passed it.
type funnelLevels struct {
	stages        []fairness.Stage // all but Appointed, known or not: the same in every release
	campaigns     []string
	groups        []string
	sides         map[string]fairness.Side
	present       map[string]bool // groups of whom anybody is counted
	counts        [][][]int       // by campaign, group and level
	appointed     bool            // leads from the shortlist to an accepted offer throughout
	contradiction string          // why the counts cannot be those of people
}

func levelsOf(counts []fairness.Count) funnelLevels {
	l := funnelLevels{sides: map[string]fairness.Side{}, present: map[string]bool{}, appointed: true}
	for i := range counts {
		c := &counts[i]
		l.sides[c.Group], l.present[c.Group] = c.Side, true
		if len(l.campaigns) == 0 || c.Campaign != l.campaigns[len(l.campaigns)-1] {
			l.campaigns = append(l.campaigns, c.Campaign)
		}
	}
	slices.Sort(l.campaigns)
	l.campaigns = slices.Compact(l.campaigns)
	l.addCatalogue(counts[0].Characteristic)
	l.groups = slices.Sorted(maps.Keys(l.sides))
	all := fairness.Stages()
	l.stages = slices.DeleteFunc(fairness.Stages(), func(s fairness.Stage) bool { return s == fairness.Appointed })
	rows := make([]said, len(l.campaigns)*len(l.groups)*len(all)) // by campaign, group and stage
	for i := range counts {
		c := &counts[i]
		campaign, _ := slices.BinarySearch(l.campaigns, c.Campaign)
		group, _ := slices.BinarySearch(l.groups, c.Group)
		rows[(campaign*len(l.groups)+group)*len(all)+slices.Index(all, c.Stage)] = said{tally{c.Entered, c.Passed}, true}
	}
	for _, campaign := range l.campaigns {
		byGroup := make([][]int, len(l.groups))
		for g, group := range l.groups {
			byGroup[g] = l.levels(rows[:len(all)], campaign, group)
			rows = rows[len(all):]
		}
		l.counts = append(l.counts, byGroup)
	}
	return l
}

// said is what counts say of a stage, if they do.
type said struct {
	tally
	ok bool
}

// addCatalogue adds the groups of whom nobody is there, so that the groups are
// the same in the next release. Counts with groups of their own keep those.
func (l *funnelLevels) addCatalogue(characteristic string) {
	known := groupsOf(characteristic)
	for group := range l.present {
		if _, catalogued := known[group]; !catalogued {
			return
		}
	}
	maps.Copy(l.sides, known)
}

// levels fills in what a campaign does not say of a group: who is known to
// have come further came that far.
func (l *funnelLevels) levels(rows []said, campaign, group string) []int {
	levels := make([]int, 2*len(l.stages))
	beyond, next := 0, fairness.Stage("")
	for i, stage := range slices.Backward(l.stages) {
		c := rows[i]
		if !c.ok {
			c.tally = tally{beyond, beyond}
		}
		if c.passed < beyond {
			l.contradiction = fmt.Sprintf("in campaign %s more of the group %s entered the stage %s than passed %s", campaign, group, next, stage)
		}
		if c.ok {
			next = stage
		}
		levels[2*i], levels[2*i+1], beyond = c.entered, c.passed, c.entered
	}
	c := rows[len(l.stages)] // Appointed, the last
	if from, to, ok := l.of(fairness.Appointed); c.ok && (!ok || c.entered != levels[from] || c.passed != levels[to]) {
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

func (l *funnelLevels) audit(characteristic, whole string) suppression.Audit {
	a := suppression.Audit{Campaigns: l.campaigns, Scopes: []suppression.Scope{{Name: whole}}}
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

// rows says under which groups that are counted each row of the groupings
// stands: a comparison knows of no other.
func (l *funnelLevels) rows(groupings []suppression.Grouping) map[string]place {
	rows := map[string]place{}
	for _, grouping := range groupings {
		for i, group := range grouping.Groups {
			var names []string
			for _, code := range group.Codes {
				if l.present[l.groups[code]] {
					names = append(names, l.groups[code])
				}
			}
			key := strings.Join(names, " + ")
			if _, known := rows[key]; !known {
				rows[key] = place{grouping.Name, i}
			}
		}
	}
	return rows
}
