package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// comparisonView is one focal group beside its reference, stage by stage.
type comparisonView struct {
	Plot     forest
	Rows     []comparisonRow
	Pictured bool   // there is room for its picture
	Several  bool   // campaigns, so that they are also compared within themselves
	Withheld string // in place of picture and table, where nothing may be shown; "" something is
}

// comparisonRow is one stage in figures. Of stages where candidates compete the
// ratio describes and the one within campaigns is inferred from.
type comparisonRow struct {
	Stage              string
	Focal, Reference   string // passed of entered
	Ratio, Interval    string
	Descriptive        bool
	Within             string // ratio and interval within campaigns
	Verdict, Class     string
	Chance, Fisher, Q  string
	Detectable, Reason string
	Campaigns          string
}

// overviewView is every characteristic at every stage in figures, and the
// pictures of those that a board looks at first. Each has a page of its own.
type overviewView struct {
	Stages   []string
	Rows     []overviewRow
	Pictures []overviewPicture
}

type overviewRow struct {
	Title, To string // of the characteristic's page
	Cells     []overviewCell
}

// overviewCell is a ratio with its interval, and what it shows; no words where
// the stage is not known.
type overviewCell struct{ Stage, Ratio, Interval, Verdict string }

type overviewPicture struct {
	Plot forest
	To   string
}

// picturesShown is the number of pictures up to which a page stays light.
const picturesShown = 4

// overviewOf shows first what has a gap, then what comes first in the audit.
// What may not be shown at any stage has no picture.
func overviewOf(rows []contrastOf, gaps map[string]bool, address func(characteristic string) string) overviewView {
	var v overviewView
	byCharacteristic := map[string][]contrastOf{}
	for _, stage := range fairness.Stages() {
		if slices.ContainsFunc(rows, func(c contrastOf) bool { return c.Stage == stage }) {
			v.Stages = append(v.Stages, stageNamed(stage))
		}
	}
	for _, c := range rows {
		byCharacteristic[c.Characteristic] = append(byCharacteristic[c.Characteristic], c)
	}
	codes := characteristicsOf(rows)
	for _, code := range codes {
		own := byCharacteristic[code]
		row := overviewRow{Title: contrastTitle(own[0]), To: address(code)}
		for _, stage := range v.Stages {
			row.Cells = append(row.Cells, overviewCellOf(own, stage))
		}
		v.Rows = append(v.Rows, row)
	}
	for _, code := range picturedOf(codes, gaps, byCharacteristic) {
		picture := comparisonViewOf(fmt.Sprintf("forest-%d", len(v.Pictures)+1), byCharacteristic[code], false).Plot
		v.Pictures = append(v.Pictures, overviewPicture{picture, address(code)})
	}
	return v
}

func overviewCellOf(rows []contrastOf, stage string) overviewCell {
	for _, c := range rows {
		if stageNamed(c.Stage) == stage {
			shown := c.comparison(false)
			if c.withheld() {
				return overviewCell{Stage: stage, Ratio: asterisk, Verdict: shown.verdict}
			}
			cell := overviewCell{Stage: stage, Verdict: shown.verdict}
			cell.Ratio, cell.Interval, _ = strings.Cut(shown.figures, ", ")
			return cell
		}
	}
	return overviewCell{Stage: stage}
}

// picturedOf are the characteristics that have a picture.
func picturedOf(codes []string, gapped map[string]bool, rows map[string][]contrastOf) []string {
	var gaps, others []string
	for _, code := range codes {
		switch of := rows[code]; {
		case gapped[code]:
			gaps = append(gaps, code)
		case slices.ContainsFunc(of, func(c contrastOf) bool { return !c.withheld() }):
			others = append(others, code)
		}
	}
	all := slices.Concat(gaps, others)
	return all[:min(len(all), picturesShown)]
}

func contrastTitle(c contrastOf) string {
	return characteristicWords(c.Characteristic) + ": " + c.Focal + " compared with " + c.Reference
}

// comparisonsOf are the comparisons of one characteristic, in groups of one focal
// group each, all of them together first. rows are in the order of the audit.
func comparisonsOf(r fairness.Report, rows []contrastOf) []comparisonView {
	var order []string
	byGroup := map[string][]contrastOf{}
	for _, c := range rows {
		key := c.Characteristic + "\x00" + c.Focal
		if byGroup[key] == nil {
			order = append(order, key)
		}
		byGroup[key] = append(byGroup[key], c)
	}
	var views []comparisonView
	slices.Reverse(order) // all groups together are the last
	for i, key := range order {
		v := comparisonViewOf(fmt.Sprintf("forest-%d", i+1), byGroup[key], r.Campaigns > 1)
		v.Pictured = i < picturesShown
		views = append(views, v)
	}
	return views
}

func comparisonViewOf(id string, rows []contrastOf, several bool) comparisonView {
	first := rows[0]
	v := comparisonView{Several: several}
	var shown []comparison
	told := false
	for _, c := range rows {
		told = told || !c.withheld()
		shown = append(shown, c.comparison(several))
		v.Rows = append(v.Rows, c.row())
	}
	v.Plot = forestOf(id, contrastTitle(first), "A row for each stage: the ratio of the two groups’ rates with its 95% interval, on a log scale with lines at 0.8, 1 and 1.25. Left of 1, "+first.Focal+" passed less often. The figures are in the table below.", shown)
	if !told {
		v.Withheld = "Not shown at any stage: the numbers are so small that they could tell of a person."
	}
	return v
}

// comparison is what the picture shows of a stage: what is inferred from, and
// where that is missing the description, dashed.
func (c contrastOf) comparison(several bool) comparison {
	words, _ := verdictNamed(c.finding(), c.withheld())
	shown := comparison{name: stageNamed(c.Stage), verdict: words, shape: shapeOf(c.finding())}
	switch {
	case !c.Descriptive:
		shown.ratio, shown.low, shown.high = c.Ratio.Ratio, c.Low, c.High
		if several {
			shown.within = &c.within
		}
	case !c.within.Suppressed && c.within.Low != nil:
		shown.ratio, shown.low, shown.high = c.within.Ratio, c.within.Low, c.within.High
	default:
		shown.ratio, shown.low, shown.high, shown.dashed = c.Ratio.Ratio, c.Low, c.High, true
	}
	shown.figures = figuresOf(shown.ratio, shown.low, shown.high, c.withheld())
	if c.Descriptive && !shown.dashed {
		shown.figures += ", within campaigns"
	}
	if shown.dashed && shown.low != nil {
		shown.figures += ", descriptive"
	}
	return shown
}

func (c contrastOf) row() comparisonRow {
	row := comparisonRow{
		Stage: stageNamed(c.Stage), Focal: shownCount(c.X1) + " of " + shownCount(c.N1), Reference: shownCount(c.X0) + " of " + shownCount(c.N0),
		Ratio: shownRatio(c.Ratio.Ratio, c.Suppressed), Interval: shownSpan(c.Low, c.High, c.Suppressed), Descriptive: c.Descriptive && !c.Suppressed,
		Within: c.withinWords(), Fisher: pShown(c.Fisher, c.Suppressed), Q: pShown(c.Q, c.Suppressed),
		Chance: shownChance(c.ChanceBelow, c.Suppressed), Detectable: shownRatio(c.Detectable, c.withheld()), Reason: string(c.Reason),
		Campaigns: shownCount(c.within.Campaigns),
	}
	row.Verdict, row.Class = verdictNamed(c.finding(), c.withheld())
	return row
}

// withinWords is the ratio within campaigns and its interval.
func (c contrastOf) withinWords() string {
	w := c.within
	switch {
	case w.Suppressed:
		return asterisk
	case w.Low == nil:
		return none
	case w.Ratio == nil:
		return spanned(w.Low, w.High)
	}
	return ratioFigure(w.Ratio) + ", " + spanned(w.Low, w.High)
}

// figuresOf is a ratio and its interval in the words of a picture.
func figuresOf(ratio, low, high *float64, withheld bool) string {
	switch {
	case withheld:
		return "* too small to be shown"
	case low == nil:
		return "no ratio"
	case ratio == nil:
		return "no ratio; " + spanned(low, high)
	}
	return ratioFigure(ratio) + ", " + spanned(low, high)
}

const asterisk = "*"

func shownRatio(x *float64, withheld bool) string {
	if withheld {
		return asterisk
	}
	return ratioFigure(x)
}

func shownSpan(low, high *float64, withheld bool) string {
	if withheld {
		return asterisk
	}
	return spanned(low, high)
}

func pShown(p *float64, withheld bool) string {
	if withheld {
		return asterisk
	}
	return pValue(p)
}

// shownChance is a chance in 100, to the nearest 5.
func shownChance(p *float64, withheld bool) string {
	switch {
	case withheld:
		return asterisk
	case p == nil:
		return none
	}
	return selection.OfHundred(*p) + " of 100"
}
