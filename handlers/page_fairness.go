package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// fairnessPage is one run of the fairness audit, for a trust's board: the answer
// in sentences, then the pictures behind it, then how it was made.
type fairnessPage struct {
	layout
	Over          string // above the heading: the campaign, or the trust
	Looked        []string
	Answer        answerView
	Remedy        string
	Stages        overviewView // all focal groups of a characteristic together
	Gaps          []gapsView
	GapsElsewhere []link // characteristics whose marks are on their own pages
	Crossings     string // what intersections showed, counted
	Trends        []trendView
	MoreTrends    int // that have no picture here
	Indicators    []indicatorView
	Warnings      []string
	Method        methodView
	Run           runView
}

func (fairnessPage) template() string { return "fairness" }

// fairnessGroupsPage is one characteristic of a run: how far each group came, and
// each compared.
type fairnessGroupsPage struct {
	layout
	Over, Heading string
	Report        string // address of the whole run
	Funnel        *funnelView
	Comparisons   []comparisonView
	Gaps          *gapsView // nil: the audit has no marks by this characteristic
	PolicyWords   []string
}

func (fairnessGroupsPage) template() string { return "fairness-groups" }

// runView is who made a run, when and why, and how to check it.
type runView struct {
	ID, By, Reason  string
	At              moment
	Hash            string // SHA-256 of the document
	To              string // address of the page
	CSV, XLSX, JSON string // addresses
}

// methodView is how a run was computed.
type methodView struct {
	Engine, Inputs string
	Seed           string
	True           bool // counts are as they are
	PolicyWords    []string
	Families       []familyView
	Withheld       string
}

// familyView is a set of tests that are weighed together.
type familyView struct{ Name, Tests, Method string }

// indicatorView is the consultant contribution to a national indicator, both
// ways round.
type indicatorView struct {
	Name, Stage, Value, Interval, Direction string
	Counts                                  string
	Inverse, InverseDirection               string
	Reason                                  string
}

// fairnessPageOf lays a run out. address is of a characteristic's own page.
func fairnessPageOf(a selection.FairnessAudit, titles codeTitles, address func(characteristic string) string) fairnessPage {
	whole := wholeContrasts(contrastsOf(a.Report))
	shown := fairnessPage{
		Looked: lookedAt(a), Answer: answerOf(a, titles, address), Remedy: a.Remedy, Stages: overviewOf(whole, gapped(contrastsOf(a.Report)), address),
		Indicators: indicatorsOf(a.Report), Warnings: spacedAll(a.Warnings), Method: methodOf(a),
	}
	shown.Gaps, shown.GapsElsewhere = gapsOf(a.Gaps, titles, address)
	shown.Trends, shown.MoreTrends = trendsOf(a.Trend, whole)
	shown.Crossings = crossingsOf(a.Intersections)
	return shown
}

// fairnessGroupsPageOf is one characteristic of a run; Comparisons are none
// where it has no such characteristic.
func fairnessGroupsPageOf(a selection.FairnessAudit, characteristic string) fairnessGroupsPage {
	rows := slices.DeleteFunc(contrastsOf(a.Report), func(c contrastOf) bool { return c.Characteristic != characteristic })
	shown := fairnessGroupsPage{
		Heading: characteristicWords(characteristic), Funnel: funnelOf(a.Report, characteristic), Comparisons: comparisonsOf(a.Report, rows), PolicyWords: a.PolicyWords,
	}
	for _, g := range a.Gaps {
		if g.Characteristic == characteristic {
			v := gapsViewOf("gaps", g, codeTitles{})
			shown.Gaps = &v
		}
	}
	return shown
}

// gapped are the characteristics of which any group has a gap at a stage.
func gapped(all []contrastOf) map[string]bool {
	by := map[string]bool{}
	for _, c := range all {
		if c.finding() == fairness.GapFound {
			by[c.Characteristic] = true
		}
	}
	return by
}

// characteristicsOf lists those of the rows, each once, in their order.
func characteristicsOf(rows []contrastOf) []string {
	var codes []string
	for _, c := range rows {
		codes = added(codes, c.Characteristic)
	}
	return codes
}

// crossingsOf counts the intersections; "" where there is none.
func crossingsOf(all []selection.IntersectionGap) string {
	by := map[fairness.Verdict]int{}
	withheld := 0
	for _, x := range all {
		if x.Suppressed {
			withheld++
			continue
		}
		by[x.Verdict]++
	}
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("Of %s of two groups at a stage: %s, %s without a material gap, %s that cannot be told, %s not shown.", counted(len(all), "meeting", "meetings"),
		counted(by[fairness.GapFound], "gap", "gaps"), thousands(by[fairness.NoMaterialGap]), thousands(by[fairness.Inconclusive]+by[fairness.TooFew]), thousands(withheld))
}

func crossingTitle(x selection.IntersectionGap) string {
	var groups []string
	for i, c := range x.Characteristics {
		groups = append(groups, characteristicWords(c)+" "+groupNamed(c, x.Groups[i]))
	}
	return listed(groups) + ", " + strings.ToLower(stageNamed(x.Stage))
}

// lookedAt says what a run covers.
func lookedAt(a selection.FairnessAudit) []string {
	what := counted(a.Campaigns, "campaign", "campaigns")
	switch {
	case a.Scope.Campaign != "":
		what = "One campaign, " + a.Scope.Campaign
	case a.Scope.Period != nil:
		what += " decided from " + dayWords(a.Scope.Period.From) + " to " + dayWords(a.Scope.Period.To)
	}
	looked := []string{what + "."}
	if candidates := candidateWords(a.Report); candidates != "" {
		looked = append(looked, candidates)
	}
	return append(looked, "Each group was compared with its reference group at every stage that is known: how many entered it, and how many passed.")
}

// candidateWords says how many candidates entered the first stage, by the
// characteristic that shows most of them. They are counts as they may be shown.
func candidateWords(r fairness.Report) string {
	most, words := 0, ""
	for _, code := range characteristicsOf(contrastsOf(r)) {
		groups, stages := funnelGroups(r, code)
		groups = slices.DeleteFunc(groups, func(g funnelGroup) bool { return g.counts[stages[0]].entered == nil })
		if len(groups) == 0 {
			continue
		}
		sum := 0
		var parts []string
		for _, g := range groups {
			sum += *g.counts[stages[0]].entered
			parts = append(parts, thousands(*g.counts[stages[0]].entered)+" "+g.name)
		}
		if len(groups) <= 4 && sum > most {
			most, words = sum, "Candidates by "+strings.ToLower(characteristicWords(code))+", as they may be shown: "+listed(parts)+"."
		}
	}
	return words
}

func indicatorsOf(r fairness.Report) []indicatorView {
	var views []indicatorView
	for _, row := range r.Ratios[:len(r.Pooled)] {
		for _, i := range row.Indicator {
			views = append(views, indicatorViewOf(row, i))
		}
	}
	slices.SortStableFunc(views, func(a, b indicatorView) int { return strings.Compare(a.Name, b.Name) })
	return views
}

func indicatorViewOf(row fairness.Ratio, i fairness.Indicator) indicatorView {
	return indicatorView{
		Name: i.Name, Stage: stageNamed(row.Stage), Value: shownRatio(i.Value, i.Suppressed), Interval: shownSpan(i.Low, i.High, i.Suppressed), Direction: i.Direction,
		Counts:  row.Reference + " " + shownCount(i.X0) + " of " + shownCount(i.N0) + ", " + row.Focal + " " + shownCount(i.X1) + " of " + shownCount(i.N1),
		Inverse: shownRatio(i.Inverse, i.Suppressed), InverseDirection: "below 1 means that " + row.Reference + " candidates did better", Reason: string(i.Reason),
	}
}

func methodOf(a selection.FairnessAudit) methodView {
	v := methodView{Engine: a.Engine, Inputs: a.Inputs, Seed: signedSeed(a.Seed), True: a.Unsuppressed, PolicyWords: a.PolicyWords}
	for _, f := range append(slices.Clone(a.Family), markFamilies(a.Gaps)) {
		if f.Tests > 0 || f.LeftOut > 0 {
			v.Families = append(v.Families, familyView{capital(f.Name), testWords(f), f.Method})
		}
	}
	if a.Withheld > 0 {
		v.Withheld = counted(a.Withheld, "row", "rows") + " of single campaigns are left out: nothing of them may be shown."
	}
	return v
}

// markFamilies counts the families of the marks' tests together.
func markFamilies(gaps []selection.CharacteristicGap) fairness.Family {
	all := fairness.Family{Name: "marks, each characteristic: exercises, dimensions, both, criteria", Method: "Benjamini–Hochberg within each family"}
	for _, g := range gaps {
		for _, f := range g.Family {
			all.Families, all.Tests, all.LeftOut = all.Families+1, all.Tests+f.Tests, all.LeftOut+f.LeftOut
		}
	}
	return all
}

func testWords(f fairness.Family) string {
	words := counted(f.Tests, "test", "tests")
	if f.Families > 1 {
		words += " in " + counted(f.Families, "family", "families")
	}
	if f.LeftOut > 0 {
		words += "; " + thousands(f.LeftOut) + " left out, where no outcome could have shown a gap"
	}
	return words
}
