package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// answerView is what an audit found, in sentences: every gap first, then what
// could not be told. It says no more than the verdicts do.
type answerView struct {
	Headline string
	Gaps     []answerLine
	MoreGaps int          // that are not listed here
	InMarks  int          // characteristics with a gap in the marks
	Crossing int          // gaps where characteristics meet
	Untold   []answerLine // with the smallest gap that could have been seen
	NoGap    []answerLine
	Hidden   []answerLine
	OneByOne string // what campaigns say one by one; "" there is one
}

// answerLine is a sentence or more about what its titles name, each with the
// page that it leads to, if it has one.
type answerLine struct {
	Titles []link
	Words  string
}

// merged adds a title to the line that says the same, or a line.
func merged(lines []answerLine, title link, words string) []answerLine {
	for i := range lines {
		if lines[i].Words == words {
			lines[i].Titles = append(lines[i].Titles, title)
			return lines
		}
	}
	return append(lines, answerLine{[]link{title}, words})
}

// contrastOf is one comparison: all campaigns together, and within campaigns
// added up.
type contrastOf struct {
	fairness.Ratio
	within fairness.PooledRatio
}

// contrastsOf are the comparisons of a report that are not of one campaign, in
// the words of the catalogue, in their order.
func contrastsOf(r fairness.Report) []contrastOf {
	all := make([]contrastOf, len(r.Pooled))
	for i := range r.Pooled {
		c := contrastOf{r.Ratios[i], r.Pooled[i]}
		c.Focal, c.Reference = groupNamed(c.Characteristic, c.Focal), groupNamed(c.Characteristic, c.Reference)
		c.within.Focal, c.within.Reference = c.Focal, c.Reference
		all[i] = c
	}
	return all
}

// wholeContrasts are those of all focal groups of a characteristic together:
// the last at each stage.
func wholeContrasts(all []contrastOf) []contrastOf {
	var whole []contrastOf
	for i, c := range all {
		if i+1 == len(all) || all[i+1].Characteristic != c.Characteristic || all[i+1].Stage != c.Stage {
			whole = append(whole, c)
		}
	}
	return whole
}

// finding is the verdict that counts: a gap if either way of comparing shows one.
func (c contrastOf) finding() fairness.Verdict {
	if !c.within.Suppressed && c.within.Verdict == fairness.GapFound {
		return fairness.GapFound
	}
	return c.Verdict
}

// withheld says that nothing of the comparison may be shown.
func (c contrastOf) withheld() bool { return c.Suppressed && c.within.Suppressed }

func (c contrastOf) title() string {
	return characteristicWords(c.Characteristic) + ", " + strings.ToLower(stageNamed(c.Stage))
}

// words are those of the audit itself.
func (c contrastOf) words(campaigns int) string {
	words := c.Words()
	if c.Descriptive && !c.Suppressed {
		words = "Descriptive only, since candidates compete: " + c.CountWords()
	}
	if campaigns > 1 || c.Descriptive {
		words += " " + c.within.Words()
	}
	return spaced(words)
}

// spaced writes a percentage as these pages do.
func spaced(words string) string { return strings.ReplaceAll(words, "95 %", "95%") }

// gapsListed is how many gaps the answer lists; those of single campaigns come
// last.
const gapsListed = 10

// answerOf reads an audit. address is that of a characteristic's own page.
func answerOf(a selection.FairnessAudit, titles codeTitles, address func(characteristic string) string) answerView {
	var v answerView
	all := contrastsOf(a.Report)
	for _, c := range all {
		if c.finding() == fairness.GapFound {
			v.Gaps = append(v.Gaps, answerLine{[]link{{c.title(), address(c.Characteristic)}}, c.words(a.Campaigns)})
		}
	}
	atStages := len(v.Gaps)
	whole := wholeContrasts(all)
	for begin := 0; begin < len(whole); {
		end := begin + 1
		for end < len(whole) && whole[end].Characteristic == whole[begin].Characteristic {
			end++
		}
		v.add(whole[begin:end], link{characteristicWords(whole[begin].Characteristic), address(whole[begin].Characteristic)})
		begin = end
	}
	v.addMarks(a.Gaps, titles, address)
	v.addCrossings(a.Intersections)
	before := len(v.Gaps)
	v.oneByOne(a.Report, a.Withheld)
	v.Headline = v.headline(whole, atStages+len(v.Gaps)-before)
	if v.MoreGaps = max(len(v.Gaps)-gapsListed, 0); v.MoreGaps > 0 {
		v.Gaps = v.Gaps[:gapsListed]
	}
	return v
}

// add sorts the stages of one characteristic.
func (v *answerView) add(rows []contrastOf, title link) {
	of := func(want func(contrastOf) bool) []contrastOf {
		return slices.DeleteFunc(slices.Clone(rows), func(c contrastOf) bool { return c.finding() == fairness.GapFound || !want(c) })
	}
	if found := of(contrastOf.withheld); len(found) > 0 {
		v.Hidden = merged(v.Hidden, title, stagesOf(found)+".")
	}
	if found := of(func(c contrastOf) bool { return !c.withheld() && c.Verdict == fairness.NoMaterialGap }); len(found) > 0 {
		v.NoGap = merged(v.NoGap, title, stagesOf(found)+".")
	}
	few := of(func(c contrastOf) bool { return !c.withheld() && c.Verdict == fairness.TooFew })
	unclear := of(func(c contrastOf) bool {
		return !c.withheld() && c.Verdict != fairness.NoMaterialGap && c.Verdict != fairness.TooFew
	})
	untold := untoldWords(few, unclear)
	if untold != "" {
		v.Untold = merged(v.Untold, title, untold)
	}
}

// untoldWords says at which stages it cannot be told, and which gap would have
// been found.
func untoldWords(few, unclear []contrastOf) string {
	var sentences, seen []string
	var never, withheld []contrastOf
	if len(few) > 0 {
		sentences = append(sentences, "Too few to tell at "+lowerStages(few)+": no outcome with these numbers could be told from chance.")
	}
	if len(unclear) > 0 {
		sentences = append(sentences, "Inconclusive at "+lowerStages(unclear)+".")
	}
	for _, c := range unclear {
		switch {
		case c.Detectable != nil:
			seen = append(seen, fmt.Sprintf("%.2f at %s", *c.Detectable, stepNamed(c.Stage)))
		case c.Descriptive && c.within.CMH == nil:
			withheld = append(withheld, c)
		default:
			never = append(never, c)
		}
	}
	if len(seen) > 0 {
		sentences = append(sentences, "A gap would have been found four times in five down to a ratio of "+listed(seen)+"; a smaller one could have been missed.")
	}
	if len(never) > 0 {
		sentences = append(sentences, "No gap, however large, would have been found four times in five at "+lowerStages(never)+".")
	}
	if len(withheld) > 0 {
		sentences = append(sentences, "How small a gap could have been seen at "+lowerStages(withheld)+" is not shown.")
	}
	return strings.Join(sentences, " ")
}

func stagesOf(rows []contrastOf) string { return "At " + lowerStages(rows) }

func lowerStages(rows []contrastOf) string {
	var names []string
	for _, c := range rows {
		names = append(names, stepNamed(c.Stage))
	}
	return listed(names)
}

// headline counts what was found: gaps at stages, in marks and where
// characteristics meet.
func (v *answerView) headline(whole []contrastOf, atStages int) string {
	told := 0
	for _, c := range whole {
		if verdict := c.finding(); !c.withheld() && (verdict == fairness.GapFound || verdict == fairness.NoMaterialGap) {
			told++
		}
	}
	untold := ""
	if n := len(whole) - told; n > 0 {
		untold = fmt.Sprintf(" Of %s of a whole group at a stage, %d could not be told.", counted(len(whole), "comparison", "comparisons"), n)
	}
	var found []string
	if atStages > 0 {
		found = append(found, counted(atStages, "gap at a stage", "gaps at stages"))
	}
	if v.InMarks > 0 {
		found = append(found, "gaps in the marks by "+counted(v.InMarks, "characteristic", "characteristics"))
	}
	if v.Crossing > 0 {
		found = append(found, counted(v.Crossing, "gap", "gaps")+" where characteristics meet")
	}
	switch {
	case len(found) > 0:
		return "Found: " + listed(found) + "." + untold
	case len(whole) == 0:
		return "There is nothing to compare: no characteristic has a group and one to compare it with."
	case told == 0:
		return "Nothing could be told: the numbers are too small, or too small to be shown. That is not the same as no gap."
	}
	return "No gap was found." + untold
}

// oneByOne lists what single campaigns show, and counts the rest, those left out among them.
func (v *answerView) oneByOne(r fairness.Report, left int) {
	rows := r.Ratios[len(r.Pooled):]
	if r.Campaigns < 2 || len(rows)+left == 0 {
		return
	}
	counts := map[fairness.Verdict]int{}
	withheld := left
	for _, row := range rows {
		if row.Suppressed {
			withheld++
			continue
		}
		if counts[row.Verdict]++; row.Verdict == fairness.GapFound {
			row.Focal, row.Reference = groupNamed(row.Characteristic, row.Focal), groupNamed(row.Characteristic, row.Reference)
			title := "Campaign " + *row.Campaign + ": " + characteristicWords(row.Characteristic) + ", " + strings.ToLower(stageNamed(row.Stage))
			v.Gaps = append(v.Gaps, answerLine{[]link{{Text: title}}, spaced(row.Words())})
		}
	}
	v.OneByOne = fmt.Sprintf("Looked at one by one, the campaigns make %s comparisons: %s, %s without a material gap, %s inconclusive, %s too few to tell, %s not shown.",
		thousands(len(rows)+left), counted(counts[fairness.GapFound], "gap", "gaps"), thousands(counts[fairness.NoMaterialGap]), thousands(counts[fairness.Inconclusive]),
		thousands(counts[fairness.TooFew]), thousands(withheld))
}
