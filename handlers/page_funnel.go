package handlers

import (
	"strconv"

	"appointable/selection/fairness"
)

// funnelView shows of each group what share of those who entered the first stage
// was still there after each later one: a bar for each stage and group. Where a
// count may not be shown the bar is hatched and has an asterisk.
type funnelView struct {
	Characteristic string
	Height         string
	Base           string // what the shares are of
	Bars           []funnelBar
	Stages         []funnelHead
	Groups         []string
	Rows           []funnelRow // the data table: a row for each stage, a cell for each group
	Hidden         bool        // whether any bar is hatched
}

// funnelHead is a stage's name above its bars.
type funnelHead struct{ Words, Y string }

// funnelBar is one group at one stage.
type funnelBar struct {
	Words, TextY  string
	Top, Width    string
	Kind          string // focal, reference or apart
	Hidden, Empty bool
}

type funnelRow struct {
	Stage string
	Cells []string
}

// funnelGroup is a group with its counts by stage.
type funnelGroup struct {
	name, kind string
	counts     map[fairness.Stage]funnelCount
}

// funnelCount is nil where a count may not be shown.
type funnelCount struct{ entered, passed *int }

// Heights in pixels.
const (
	funnelHeading = 34
	funnelBarring = 44
	funnelText    = 18
	funnelApart   = 12 // after the bars of a stage

	funnelWide = 96 // per cent, of everybody
)

// funnelOf is nil where the report has no such characteristic.
func funnelOf(r fairness.Report, characteristic string) *funnelView {
	groups, stages := funnelGroups(r, characteristic)
	if len(groups) == 0 || len(stages) == 0 {
		return nil
	}
	v := &funnelView{Characteristic: characteristicWords(characteristic), Base: "entered the first stage"}
	if stages[0] == fairness.Shortlisted {
		v.Base = "applied"
	}
	for _, g := range groups {
		v.Groups = append(v.Groups, capital(g.name))
	}
	y := 0
	for _, stage := range stages {
		v.Stages = append(v.Stages, funnelHead{Words: stageNamed(stage), Y: strconv.Itoa(y + funnelHeading - 10)})
		y += funnelHeading
		row := funnelRow{Stage: stageNamed(stage)}
		for _, g := range groups {
			bar := g.bar(stages[0], stage, y)
			v.Bars = append(v.Bars, bar)
			v.Hidden = v.Hidden || bar.Hidden
			row.Cells = append(row.Cells, g.cell(stage))
			y += funnelBarring
		}
		v.Rows = append(v.Rows, row)
		y += funnelApart
	}
	v.Height = strconv.Itoa(y)
	return v
}

func (g funnelGroup) bar(first, stage fairness.Stage, y int) funnelBar {
	base, here := g.counts[first].entered, g.counts[stage].passed
	bar := funnelBar{TextY: strconv.Itoa(y + funnelText), Top: strconv.Itoa(y + funnelText + 7), Kind: g.kind}
	switch {
	case base == nil || here == nil:
		bar.Words, bar.Hidden = capital(g.name)+": *", true
		if here != nil {
			bar.Words = capital(g.name) + ": " + thousands(*here) + " of *"
		}
	case *base == 0:
		bar.Words, bar.Empty = capital(g.name)+": nobody", true
	default:
		share := min(float64(*here)/float64(*base), 1) // rounded counts may overlap
		bar.Words, bar.Width = capital(g.name)+": "+thousands(*here)+" of "+thousands(*base)+", "+wholePercent(share), perCent(share*funnelWide)
	}
	return bar
}

func wholePercent(share float64) string { return strconv.Itoa(int(share*100+.5)) + "%" }

// cell is what the data table says: how many passed of how many who entered.
func (g funnelGroup) cell(stage fairness.Stage) string {
	c, known := g.counts[stage]
	if !known {
		return none
	}
	return shownCount(c.passed) + " of " + shownCount(c.entered)
}

// funnelGroups are the groups of a characteristic, the reference first and those
// in no ratio last, and the stages that the report has, without the one that
// spans others.
func funnelGroups(r fairness.Report, characteristic string) (groups []funnelGroup, stages []fairness.Stage) {
	at := map[string]int{}
	add := func(name, kind string, stage fairness.Stage, count funnelCount) {
		i, known := at[name]
		if !known {
			i = len(groups)
			at[name], groups = i, append(groups, funnelGroup{name: groupNamed(characteristic, name), kind: kind, counts: map[fairness.Stage]funnelCount{}})
		}
		groups[i].counts[stage] = count
	}
	for _, row := range r.Ratios[:len(r.Pooled)] {
		if row.Characteristic != characteristic || row.Stage == fairness.Appointed {
			continue
		}
		if len(stages) == 0 || stages[len(stages)-1] != row.Stage {
			stages = append(stages, row.Stage)
		}
		add(row.Reference, "reference", row.Stage, funnelCount{row.N0, row.X0})
		add(row.Focal, "focal", row.Stage, funnelCount{row.N1, row.X1})
	}
	for _, n := range r.NotCompared {
		if n.Characteristic == characteristic && n.Stage != fairness.Appointed {
			add(n.Group, "apart", n.Stage, funnelCount{n.Entered, n.Passed})
		}
	}
	return groups, stages
}
