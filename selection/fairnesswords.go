package selection

import (
	"fmt"
	"strings"

	"appointable/selection/fairness"
)

// say puts what stands out of one characteristic's marks in sentences.
func (g gapMaker) say(made *CharacteristicGap) {
	add := func(place, words string) { made.Words = append(made.Words, place+": "+words) }
	told := false
	for _, s := range made.Scores {
		told = told || s.Verdict != fairness.TooFew
		if s.Verdict == fairness.GapFound {
			add(s.Place(), s.Words)
		}
	}
	for _, c := range made.Criteria {
		if c.Verdict == fairness.GapFound {
			add(fmt.Sprintf("Criterion %s in %s", c.Criterion, c.Exercise), c.Words)
		}
	}
	if made.Raters.Between != nil {
		add("Assessors", made.Raters.Words)
	}
	if m := made.Moderation; m != nil && m.Verdict == fairness.GapFound {
		add("Moderation", m.Words)
	}
	switch {
	case !told:
		add("Marks", "Too few to tell whether the groups were marked alike.")
	case len(made.Words) == 0 || made.Raters.Between != nil && len(made.Words) == 1:
		add("Marks", "No gap was found in any exercise or dimension.")
	}
}

// Place says where a gap in marks is.
func (g ScoreGap) Place() string {
	switch {
	case g.Dimension == nil && g.Exercise == nil:
		return "All marks"
	case g.Dimension == nil:
		return "Exercise " + *g.Exercise
	case g.Exercise == nil:
		return "Dimension " + *g.Dimension
	}
	return fmt.Sprintf("Dimension %s in exercise %s", *g.Dimension, *g.Exercise)
}

// say puts the whole in sentences that a board can read.
func (a *FairnessAudit) say(c *auditColumns) {
	a.Words = append(a.Words, a.scopeWords(c))
	a.Words = append(a.Words, a.stageWords()...)
	for _, g := range a.Gaps {
		for _, words := range g.Words {
			a.Words = append(a.Words, fmt.Sprintf("%s, %s compared with %s. %s", title(g.Characteristic), g.Focal, g.Reference, words))
		}
	}
	for _, i := range a.Intersections {
		if i.Verdict == fairness.GapFound {
			a.Words = append(a.Words, fmt.Sprintf("Where %s (%s) and %s (%s) meet, at the stage %s. %s", i.Characteristics[0], i.Groups[0], i.Characteristics[1], i.Groups[1], i.Stage, i.Words))
		}
	}
	for _, campaign := range c.campaigns {
		if campaign.Undecided {
			a.Remedy = "The decision is not made, and what is shown here ends with the shortlist. It may be answered in one way only: by sifting everybody again, blind. No mark and no single candidate may be looked at for it."
			a.Words = append(a.Words, a.Remedy)
			break
		}
	}
	a.Words = append(a.Words, "A gap says that something happened, and where to look; it does not say why. No figure here changes a mark, or decides about a candidate.")
}

func (a *FairnessAudit) scopeWords(c *auditColumns) string {
	campaigns := fmt.Sprintf("%d campaigns", len(c.campaigns))
	if len(c.campaigns) == 1 {
		campaigns = "campaign " + c.campaigns[0].Code
	}
	if p := a.Scope.Period; p != nil {
		return fmt.Sprintf("This audit is of %s, decided from %s to %s.", campaigns, p.From, p.To)
	}
	return fmt.Sprintf("This audit is of %s.", campaigns)
}

// stageWords say at which stages groups fared differently, compared within
// campaigns, and where nothing could be seen.
func (a *FairnessAudit) stageWords() []string {
	var words []string
	for begin := 0; begin < len(a.Pooled); {
		of := a.Pooled[begin].Characteristic
		end := begin
		counts := map[fairness.Verdict]int{}
		for ; end < len(a.Pooled) && a.Pooled[end].Characteristic == of; end++ {
			p := a.Pooled[end]
			if p.Suppressed {
				continue
			}
			if counts[p.Verdict]++; p.Verdict == fairness.GapFound {
				words = append(words, fmt.Sprintf("%s, %s compared with %s, at the stage %s. %s", title(of), p.Focal, p.Reference, p.Stage, p.Words()))
			}
		}
		if counts[fairness.GapFound] == 0 {
			words = append(words, noGapWords(title(of), counts))
		}
		begin = end
	}
	return words
}

func noGapWords(characteristic string, counts map[fairness.Verdict]int) string {
	told := counts[fairness.Inconclusive] + counts[fairness.NoMaterialGap]
	switch {
	case told == 0:
		return characteristic + ": at no stage could anything be told within campaigns, or be shown: the numbers are too small."
	case counts[fairness.Inconclusive] == 0:
		return characteristic + ": within campaigns no material gap at any stage that could be told."
	}
	return characteristic + ": within campaigns no gap was found at any stage, and a smaller one could have been missed."
}

func title(code string) string { return strings.ToUpper(code[:1]) + code[1:] }
