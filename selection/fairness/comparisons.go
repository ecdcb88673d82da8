package fairness

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Comparisons are counts put side by side, gathered characteristic by
// characteristic: of a nation's campaigns they need not all be in memory at
// once. The zero value is empty.
type Comparisons struct {
	// Brief leaves out the rows of single campaigns that show nothing, of which
	// the report then says how many they were.
	Brief bool

	all       []contrast
	apart     map[apart]Count
	campaigns map[string]bool
}

// apart is where those stand who are in no ratio.
type apart struct {
	characteristic, group string
	stage                 Stage
}

// Add adds every count there is of a characteristic, or of several. It returns
// Invalid with every mistake of the counts (see CheckCounts).
func (c *Comparisons) Add(counts []Count) error {
	if err := CheckCounts(counts); err != nil {
		return err
	}
	if c.campaigns == nil {
		c.apart, c.campaigns = map[apart]Count{}, map[string]bool{}
	}
	c.all = append(c.all, contrasts(counts)...)
	slices.SortStableFunc(c.all, func(a, b contrast) int { return strings.Compare(a.characteristic, b.characteristic) })
	for _, n := range counts {
		c.campaigns[n.Campaign] = true
		if n.Side == Apart {
			at := apart{n.Characteristic, n.Group, n.Stage}
			n.Entered, n.Passed = n.Entered+c.apart[at].Entered, n.Passed+c.apart[at].Passed
			c.apart[at] = n
		}
	}
	return nil
}

// Audit is the audit of all that was added; see the function of that name.
func (c *Comparisons) Audit(ctx context.Context, shown Shown) (Report, error) {
	for i := range c.all {
		c.all[i].show(shown)
	}
	known, err := findings(ctx, c.all)
	if err != nil {
		return Report{}, err
	}
	report := Report{
		Campaigns: len(c.campaigns), Unsuppressed: shown == nil,
		Ratios: []Ratio{}, Pooled: []PooledRatio{}, Power: []PowerRow{}, NotCompared: c.notCompared(shown),
	}
	for i := range c.all {
		of := &c.all[i]
		whole := of.row(nil, of.shownSum, known)
		whole.Indicator = of.indicators()
		report.Ratios, report.Pooled = append(report.Ratios, whole), append(report.Pooled, of.pooled())
	}
	single := c.single(known, &report)
	each := judgeEach(single)
	each.Families, each.LeftOut = c.families(), each.LeftOut+report.Withheld
	report.Family = []Family{judgeTogether(report.Ratios), judgePooled(report.Pooled), each}
	if shown != nil {
		for i := range report.Pooled {
			report.Pooled[i].coarsen(report.Ratios[i].Suppressed)
		}
	}
	settleCompeting(report.Ratios, report.Pooled)
	for i := range report.Ratios {
		report.Power = append(report.Power, powerRow(report.Ratios[i]))
	}
	report.Warnings = report.remarks()
	report.Ratios = append(report.Ratios, single...) // those of Pooled stay the first
	return report, nil
}

// single are the rows campaign by campaign.
func (c *Comparisons) single(known map[Table]finding, report *Report) []Ratio {
	var rows []Ratio
	for i := range c.all {
		of := &c.all[i]
		for k := range of.tables {
			if c.Brief && of.shown[k] == nil {
				report.Withheld++
				continue
			}
			rows = append(rows, of.row(&of.campaigns[k], of.shown[k], known))
		}
	}
	slices.SortStableFunc(rows, func(a, b Ratio) int { return strings.Compare(*a.Campaign, *b.Campaign) })
	return rows
}

// families counts the campaigns that compare anybody.
func (c *Comparisons) families() int {
	campaigns := map[string]bool{}
	for i := range c.all {
		for _, campaign := range c.all[i].campaigns {
			campaigns[campaign] = true
		}
	}
	return len(campaigns)
}

// Within compares the groups within some of the campaigns only, and adds these
// up: what a report has in Pooled where counts are suppressed, ratios to two
// decimals and of no fewer than five campaigns. Withheld says of the counts of
// both groups over those campaigns whether nothing may be shown of them.
func (c *Comparisons) Within(of func(campaign string) bool, withheld func(Table) bool) []PooledRatio {
	var rows []PooledRatio
	var sums []Table
	for i := range c.all {
		all := &c.all[i]
		some := contrast{characteristic: all.characteristic, focal: all.focal, reference: all.reference, stage: all.stage}
		for k, campaign := range all.campaigns {
			if of(campaign) {
				some.add(campaign, all.tables[k], false)
			}
		}
		rows, sums = append(rows, some.pooled()), append(sums, some.sum)
	}
	judgePooled(rows)
	for i := range rows {
		rows[i].coarsen(withheld(sums[i]))
	}
	return rows
}

// notCompared lists those who stand apart.
func (c *Comparisons) notCompared(shown Shown) []NotCompared {
	rows := []NotCompared{}
	for _, n := range c.apart {
		row, ok := NotCompared{Characteristic: n.Characteristic, Group: n.Group, Stage: n.Stage}, true
		if shown != nil {
			n.Passed, n.Entered, ok = shown(n.Characteristic, []string{n.Group}, n.Stage, "")
		}
		if row.Suppressed = !ok; ok {
			row.Entered, row.Passed = &n.Entered, &n.Passed
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b NotCompared) int {
		return cmp.Or(strings.Compare(a.Characteristic, b.Characteristic), cmp.Compare(a.Stage.order(), b.Stage.order()), strings.Compare(a.Group, b.Group))
	})
	return rows
}
