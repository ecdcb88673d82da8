package main

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// fairness prints an audit for a person: what is known of each group at each
// stage in sentences, every figure with its interval.
func (p *printer) fairness(d fairnessDocument) {
	r := d.Report
	p.heading(fmt.Sprintf("Fairness audit of %s%s", count(r.Campaigns, "campaign"), periodWords(r.Period)))
	p.line("")
	if r.Unsuppressed {
		p.line("True counts, not suppressed: for the owner of the data. Small numbers can tell of a person; do not pass this on.")
	} else {
		p.line("Counts below 8 are not shown, nor what would give them away; others are to the nearest 5, and figures are computed from those.")
	}
	p.line("A ratio below 1 means that the group passed less often than its reference. Intervals are 95 %%.")
	last := ""
	for i, row := range r.Ratios[:len(r.Pooled)] {
		if title := fmt.Sprintf("%s: %s compared with %s", row.Characteristic, row.Focal, row.Reference); title != last {
			p.line("")
			p.heading(title)
			last = title
		}
		p.stage(row, r.Pooled[i], r.Campaigns > 1)
	}
	p.oneByOne(r)
	p.gaps(d.Gaps)
	p.indicators(r)
	p.notCompared(r)
	p.families(r)
}

func periodWords(within *fairness.Period) string {
	if within == nil {
		return ""
	}
	return fmt.Sprintf(" decided from %s to %s", within.From, within.To)
}

// stage prints what all campaigns together say, and what they say compared
// within themselves.
func (p *printer) stage(row fairness.Ratio, pooled fairness.PooledRatio, several bool) {
	name := strings.ToUpper(string(row.Stage[:1])) + string(row.Stage[1:])
	words := row.Words()
	if row.Descriptive && !row.Suppressed {
		words = "Descriptive only. " + row.CountWords()
	}
	p.line("  %s: %s", name, words)
	if several || row.Descriptive {
		p.line("    %s", pooled.Words())
	}
	if !row.Descriptive && row.ChanceBelow != nil && row.Verdict != fairness.TooFew {
		p.line("    The chance that the true ratio is below 0.80: %s in 100.", inHundred(*row.ChanceBelow))
	}
}

// inHundred is a chance to the nearest 5 of 100.
func inHundred(p float64) string {
	switch n := int(p*20+0.5) * 5; {
	case n < 5:
		return "fewer than 5"
	case n > 95:
		return "more than 95"
	default:
		return fmt.Sprint(n)
	}
}

// oneByOne prints the rows of campaigns that say something, and counts the
// others.
func (p *printer) oneByOne(r fairness.Report) {
	rows := r.Ratios[len(r.Pooled):]
	if r.Campaigns < 2 || len(rows) == 0 {
		return
	}
	counts := map[fairness.Verdict]int{}
	withheld := 0
	p.line("")
	p.heading("Campaign by campaign")
	for _, row := range rows {
		counts[row.Verdict]++
		if row.Suppressed {
			withheld++
		}
		if row.Verdict == fairness.GapFound {
			p.line("  %s, %s, %s: %s", *row.Campaign, row.Characteristic, row.Stage, row.Words())
		}
	}
	p.line("  Of %s: gap %d, no material gap %d, inconclusive %d, too few to tell %d, not shown %d. CSV and JSON have each.",
		count(len(rows), "comparison"), counts[fairness.GapFound], counts[fairness.NoMaterialGap], counts[fairness.Inconclusive], counts[fairness.TooFew], withheld)
}

// gaps prints where marks of groups differ, and counts the places where nothing
// can be told.
func (p *printer) gaps(rows []selection.GapRow) {
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.heading("Marks: the focal group beside the reference group of the same campaigns")
	few := 0
	for _, row := range rows {
		switch {
		case row.Verdict == fairness.TooFew:
			few++
		case row.Family != "criterion" || row.Verdict == fairness.GapFound:
			p.line("  %s%s: %s", row.Characteristic, placeWords(row), row.Words)
		}
	}
	p.line("  Of %s by exercise, dimension, both, criterion and moderation, %d have too few candidates to tell.", count(len(rows), "comparison"), few)
}

func placeWords(row selection.GapRow) string {
	if row.Family == "moderation" {
		return ", moderation"
	}
	var place string
	for _, code := range []*string{row.Exercise, row.Criterion, row.Dimension} {
		if code != nil && (code != row.Dimension || row.Criterion == nil) {
			place += ", " + *code
		}
	}
	return place
}

func (p *printer) indicators(r fairness.Report) {
	rows := slices.DeleteFunc(slices.Clone(r.Ratios[:len(r.Pooled)]), func(row fairness.Ratio) bool { return len(row.Indicator) == 0 })
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.heading("Consultant contribution to the NHS indicators, which cover all posts of a trust (descriptive)")
	for _, row := range rows {
		for _, i := range row.Indicator {
			p.line("  %s", i.Words())
		}
	}
}

func (p *printer) notCompared(r fairness.Report) {
	if len(r.NotCompared) == 0 {
		return
	}
	p.line("")
	p.heading("Counted, and in no ratio")
	for _, n := range r.NotCompared {
		if n.Suppressed {
			p.line("  %s %s, %s: not shown", n.Characteristic, n.Group, n.Stage)
			continue
		}
		p.line("  %s %s, %s: %d of %d", n.Characteristic, n.Group, n.Stage, *n.Passed, *n.Entered)
	}
}

func (p *printer) families(r fairness.Report) {
	p.line("")
	p.heading("How to read this")
	for _, w := range r.Warnings {
		p.line("  %s", w)
	}
	for _, f := range r.Family {
		if f.Tests > 0 {
			p.line("  %s in %s (%s): %s.", count(f.Tests, "test"), families(f.Families), f.Name, f.Method)
		}
	}
	p.line("  A gap says that something happened, not why. No figure here adjusts a mark or decides about a candidate.")
}

func families(n int) string {
	if n == 1 {
		return "one family"
	}
	return fmt.Sprintf("%d families", n)
}
