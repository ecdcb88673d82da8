package fairness

import (
	"cmp"
	"slices"
	"strings"
)

// contrast is one focal group, or all of them together, against the reference
// at one stage: a table for each campaign where anybody of them was.
type contrast struct {
	characteristic, focal, reference string
	focalGroups, referenceGroups     []string
	stage                            Stage
	indicative                       bool // the groups stand as an NHS indicator has them
	campaigns                        []string
	tables                           []Table // by campaign
	sum, consultant                  Table   // over campaigns, and over those for consultant posts

	// What of these may be shown, and how; the true counts unless Shown says
	// otherwise. A table that may not be shown is nil.
	shownSum, shownConsultant *Table
	shown                     []*Table
}

// Shown gives the counts of groups at a stage as they may be shown: together,
// in one campaign or, where that is "", in all. ok is false where they may not
// be shown. Rounded counts must keep 0 ≤ passed ≤ entered.
type Shown func(characteristic string, groups []string, stage Stage, campaign string) (passed, entered int, ok bool)

// show sets what may be shown; a nil Shown shows everything.
func (c *contrast) show(shown Shown) {
	c.shown = make([]*Table, len(c.tables))
	if shown == nil {
		c.shownSum, c.shownConsultant = &c.sum, &c.consultant
		for i := range c.tables {
			c.shown[i] = &c.tables[i]
		}
		return
	}
	c.shownSum = c.shownIn(shown, "")
	if c.consultant == c.sum { // of part of the campaigns nothing is known to be safe
		c.shownConsultant = c.shownSum
	}
	for i, campaign := range c.campaigns {
		c.shown[i] = c.shownIn(shown, campaign)
	}
}

func (c *contrast) shownIn(shown Shown, campaign string) *Table {
	x1, n1, ok1 := shown(c.characteristic, c.focalGroups, c.stage, campaign)
	x0, n0, ok0 := shown(c.characteristic, c.referenceGroups, c.stage, campaign)
	if !ok1 || !ok0 {
		return nil
	}
	return &Table{X1: x1, N1: n1, X0: x0, N0: n0}
}

// contrasts arranges counts: by characteristic, stage and focal group, each
// with its campaigns in order.
func contrasts(counts []Count) []contrast {
	counts = slices.Concat(counts, appointments(counts))
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(strings.Compare(a.Characteristic, b.Characteristic), cmp.Compare(a.Stage.order(), b.Stage.order()),
			strings.Compare(a.Campaign, b.Campaign), strings.Compare(a.Group, b.Group))
	})
	var all []contrast
	for characteristic, rows := range runs(counts, func(c Count) string { return c.Characteristic }) {
		sides := sidesOf(rows)
		for _, stage := range runs(rows, func(c Count) Stage { return c.Stage }) {
			all = append(all, sides.contrasts(characteristic, stage)...)
		}
	}
	return all
}

// runs splits sorted rows where the key changes.
func runs[K comparable](rows []Count, key func(Count) K) func(yield func(K, []Count) bool) {
	return func(yield func(K, []Count) bool) {
		for begin := 0; begin < len(rows); {
			end := begin + 1
			for end < len(rows) && key(rows[end]) == key(rows[begin]) {
				end++
			}
			if !yield(key(rows[begin]), rows[begin:end]) {
				return
			}
			begin = end
		}
	}
}

// sides are a characteristic's groups.
type sides struct {
	focal, reference []string // in order
	indicative       bool
}

func sidesOf(rows []Count) sides {
	s := sides{indicative: true}
	for _, c := range rows {
		of := &s.focal
		switch c.Side {
		case Apart:
			continue
		case Reference:
			of = &s.reference
		}
		if !slices.Contains(*of, c.Group) {
			*of = append(*of, c.Group)
			s.indicative = s.indicative && indicative(c.Characteristic, c.Group, c.Side)
		}
	}
	slices.Sort(s.focal)
	slices.Sort(s.reference)
	return s
}

// contrasts makes one for each focal group and, where there are several, one
// of all of them.
func (s sides) contrasts(characteristic string, rows []Count) []contrast {
	if len(s.focal) == 0 || len(s.reference) == 0 {
		return nil
	}
	made := make([]contrast, len(s.focal), len(s.focal)+1)
	for i := range s.focal {
		made[i].focalGroups = s.focal[i : i+1]
	}
	if len(s.focal) > 1 {
		made = append(made, contrast{focalGroups: s.focal})
	}
	for i := range made {
		c := &made[i]
		c.characteristic, c.stage, c.referenceGroups = characteristic, rows[0].Stage, s.reference
		c.focal, c.reference = strings.Join(c.focalGroups, " + "), strings.Join(c.referenceGroups, " + ")
		c.indicative = s.indicative && len(c.focalGroups) == len(s.focal)
		if focal, reference, ok := names(characteristic); ok && s.indicative {
			c.reference = reference
			if c.indicative {
				c.focal = focal
			}
		}
	}
	for campaign, own := range runs(rows, func(c Count) string { return c.Campaign }) {
		for i, t := range s.tables(own, len(made)) {
			made[i].add(campaign, t, own[0].OtherPost)
		}
	}
	return made
}

// tables are those of one campaign: by focal group, then of all together.
func (s sides) tables(rows []Count, n int) []Table {
	tables := make([]Table, n)
	var reference Table
	for _, c := range rows {
		switch c.Side {
		case Focal:
			i, _ := slices.BinarySearch(s.focal, c.Group)
			tables[i] = tables[i].plus(Table{X1: c.Passed, N1: c.Entered})
			if n > len(s.focal) {
				tables[n-1] = tables[n-1].plus(Table{X1: c.Passed, N1: c.Entered})
			}
		case Reference:
			reference = reference.plus(Table{X0: c.Passed, N0: c.Entered})
		case Apart:
		}
	}
	for i := range tables {
		tables[i] = tables[i].plus(reference)
	}
	return tables
}

func (c *contrast) add(campaign string, t Table, otherPost bool) {
	if t.N1+t.N0 == 0 {
		return
	}
	c.campaigns = append(c.campaigns, campaign)
	c.tables = append(c.tables, t)
	c.sum = c.sum.plus(t)
	if !otherPost {
		c.consultant = c.consultant.plus(t)
	}
}

// appointments leads from the shortlist to the accepted offer, where the counts
// have both and no such row of their own.
func appointments(counts []Count) []Count {
	type place struct{ campaign, characteristic, group string }
	shortlisted, given := map[place]int{}, map[place]bool{}
	for i := range counts {
		if c := &counts[i]; c.Stage == Appointed {
			given[place{c.Campaign, c.Characteristic, c.Group}] = true
		}
	}
	lacking := func(c *Count) bool {
		return c.Stage == Accepted && !given[place{c.Campaign, c.Characteristic, c.Group}]
	}
	for i := range counts {
		if lacking(&counts[i]) {
			shortlisted[place{counts[i].Campaign, counts[i].Characteristic, counts[i].Group}] = -1
		}
	}
	for i := range counts {
		c := &counts[i]
		at := place{c.Campaign, c.Characteristic, c.Group}
		if _, wanted := shortlisted[at]; wanted && c.Stage == Shortlisted {
			shortlisted[at] = c.Passed
		}
	}
	var made []Count
	for _, c := range counts {
		if entered := shortlisted[place{c.Campaign, c.Characteristic, c.Group}]; lacking(&c) && entered >= c.Passed {
			c.Stage, c.Entered = Appointed, entered
			made = append(made, c)
		}
	}
	return made
}
