package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection/fairness"
)

// answerView is what an audit found, in sentences: every gap first, then what
// could not be told. It says no more than the verdicts do.
type answerView struct {
	Headline string
	Gaps     []answerLine
	MoreGaps int          // that are not listed here
	Untold   []answerLine // with the smallest gap that could have been seen
	NoGap    []answerLine
	Hidden   []answerLine
	OneByOne string // what campaigns say one by one; "" there is one
}

// answerLine is a sentence or more about what Title names.
type answerLine struct{ Title, Words, To string }

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
	if c.within.Verdict == fairness.GapFound {
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
	words := c.Ratio.Words()
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

// answerOf reads an audit. left is how many rows of single campaigns are left
// out, and address is that of a characteristic's own page.
func answerOf(r fairness.Report, left int, address func(characteristic string) string) answerView {
	var v answerView
	all := contrastsOf(r)
	for _, c := range all {
		if c.finding() == fairness.GapFound {
			v.Gaps = append(v.Gaps, answerLine{c.title(), c.words(r.Campaigns), address(c.Characteristic)})
		}
	}
	whole := wholeContrasts(all)
	for begin := 0; begin < len(whole); {
		end := begin + 1
		for end < len(whole) && whole[end].Characteristic == whole[begin].Characteristic {
			end++
		}
		v.add(whole[begin:end], address(whole[begin].Characteristic))
		begin = end
	}
	v.oneByOne(r, left)
	v.Headline = headlineOf(whole, v.Gaps)
	if v.MoreGaps = max(len(v.Gaps)-gapsListed, 0); v.MoreGaps > 0 {
		v.Gaps = v.Gaps[:gapsListed]
	}
	return v
}

// add sorts the stages of one characteristic.
func (v *answerView) add(rows []contrastOf, to string) {
	title := fmt.Sprintf("%s, %s compared with %s", characteristicWords(rows[0].Characteristic), rows[0].Focal, rows[0].Reference)
	of := func(want func(contrastOf) bool) []contrastOf {
		return slices.DeleteFunc(slices.Clone(rows), func(c contrastOf) bool { return c.finding() == fairness.GapFound || !want(c) })
	}
	if found := of(contrastOf.withheld); len(found) > 0 {
		v.Hidden = append(v.Hidden, answerLine{title, stagesOf(found) + ".", to})
	}
	if found := of(func(c contrastOf) bool { return !c.withheld() && c.Verdict == fairness.NoMaterialGap }); len(found) > 0 {
		v.NoGap = append(v.NoGap, answerLine{title, stagesOf(found) + ".", to})
	}
	few := of(func(c contrastOf) bool { return !c.withheld() && c.Verdict == fairness.TooFew })
	unclear := of(func(c contrastOf) bool {
		return !c.withheld() && c.Verdict != fairness.NoMaterialGap && c.Verdict != fairness.TooFew
	})
	untold := untoldWords(few, unclear)
	if untold != "" {
		v.Untold = append(v.Untold, answerLine{title, untold, to})
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

func headlineOf(whole []contrastOf, gaps []answerLine) string {
	told := 0
	for _, c := range whole {
		if v := c.finding(); !c.withheld() && (v == fairness.GapFound || v == fairness.NoMaterialGap) {
			told++
		}
	}
	untold := ""
	if n := len(whole) - told; n > 0 {
		untold = fmt.Sprintf(" Of %s of a whole group at a stage, %d could not be told.", counted(len(whole), "comparison", "comparisons"), n)
	}
	switch {
	case len(whole) == 0:
		return "There is nothing to compare: no characteristic has a group and one to compare it with."
	case len(gaps) > 0:
		return counted(len(gaps), "gap was", "gaps were") + " found." + untold
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
			v.Gaps = append(v.Gaps, answerLine{Title: title, Words: spaced(row.Words())})
		}
	}
	v.OneByOne = fmt.Sprintf("Looked at one by one, the campaigns make %s comparisons: %s, %s without a material gap, %s inconclusive, %s too few to tell, %s not shown.",
		thousands(len(rows)+left), counted(counts[fairness.GapFound], "gap", "gaps"), thousands(counts[fairness.NoMaterialGap]), thousands(counts[fairness.Inconclusive]),
		thousands(counts[fairness.TooFew]), thousands(withheld))
}
