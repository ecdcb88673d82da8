package selection

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"sync"

	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// figures are shown as they are, or rounded where counts are suppressed, which
// their last digits would tell of.
type figures struct{ coarse bool }

// shown is a figure, nil where there is none.
func (f figures) shown(x float64) *float64 {
	if f.coarse {
		x = math.Round(x*100) / 100
	}
	return number(x)
}

// exact is a figure that is not shown rounded either.
func (f figures) exact(x float64) *float64 {
	if f.coarse {
		return nil
	}
	return number(x)
}

// addMarks compares the marks of the groups, characteristic by characteristic on
// all processors.
func (a *FairnessAudit) addMarks(ctx context.Context, c *auditColumns, s FairnessSettings) error {
	if len(c.scores.Mark) == 0 {
		return nil
	}
	answered := c.answered()
	a.Gaps = make([]CharacteristicGap, len(answered))
	errs := make([]error, len(answered))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				g := gapMaker{auditColumns: c, of: &c.reader.characteristics[answered[i]], policy: s.Policy, figures: figures{s.Policy != nil}}
				if s.Policy != nil && !a.shows(g.of.Code) {
					a.Gaps[i] = g.withheld()
					continue
				}
				a.Gaps[i], errs[i] = g.gaps(ctx, answered[i], s.Seed)
			}
		})
	}
	for i := range answered {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// gapMaker makes of figures what is shown of one characteristic.
type gapMaker struct {
	*auditColumns
	figures
	of     *answered
	policy *suppression.Policy
}

func (g gapMaker) begin() CharacteristicGap {
	return CharacteristicGap{
		Characteristic: g.of.Code, Focal: g.of.focal, Reference: g.of.reference,
		Scores: []ScoreGap{}, Criteria: []CriterionGap{}, Family: []fairness.Family{}, Words: []string{},
	}
}

func (g gapMaker) withheld() CharacteristicGap {
	made := g.begin()
	made.Suppressed, made.Raters.Words, made.Words = true, notShown, []string{notShown}
	return made
}

func (g gapMaker) gaps(ctx context.Context, characteristic int, seed int64) (CharacteristicGap, error) {
	made := g.begin()
	scores := g.scores
	scores.Group = make([]fairness.Side, len(g.marked))
	for i, answers := range g.marked {
		scores.Group[i] = g.reader.group(answers, characteristic).side
	}
	families, err := fairness.Gaps(ctx, &scores)
	if err != nil {
		return made, err
	}
	made.Raters.Places, made.Raters.Gaps = new(int), new(int)
	for _, family := range families {
		made.Family = append(made.Family, family.Family)
		for _, gap := range family.Gaps {
			if gap.Rater == fairness.All {
				made.Scores = append(made.Scores, g.score(gap))
			} else if gap.Told() {
				*made.Raters.Places++
				if gap.Verdict == fairness.GapFound {
					*made.Raters.Gaps++
				}
			}
		}
	}
	dif, err := fairness.DIFs(ctx, &scores)
	if err != nil {
		return made, err
	}
	made.Family = append(made.Family, dif.Family)
	for _, d := range dif.Criteria {
		made.Criteria = append(made.Criteria, g.criterion(d))
	}
	if err := g.addRaters(ctx, &made, &scores); err != nil {
		return made, err
	}
	if g.moderated {
		shift, err := fairness.Moderation(ctx, &scores, uint64(seed))
		if err != nil {
			return made, err
		}
		made.Moderation = g.moderation(shift)
	}
	g.say(&made)
	return made, nil
}

// few says of whom a figure stands on whether nothing may be shown of it.
func (g gapMaker) few(c fairness.Compared) bool {
	return g.policy != nil && (c.Focal < g.policy.Threshold || c.Reference < g.policy.Threshold)
}

func (g gapMaker) seen(c fairness.Compared) *SeenCounts {
	if g.policy != nil {
		return nil
	}
	return &SeenCounts{c.Focal, c.Reference, c.Campaigns}
}

// named is a place's name; nil where it was averaged over.
func named(names []string, i int) *string {
	if i == fairness.All {
		return nil
	}
	return &names[i]
}

func (g gapMaker) score(gap fairness.ScoreGap) ScoreGap {
	row := ScoreGap{Dimension: named(g.dimensions, gap.Dimension), Exercise: named(g.exercises, gap.Exercise), Seen: g.seen(gap.Compared), Verdict: fairness.TooFew}
	if !gap.Told() || g.few(gap.Compared) {
		row.Words = cmp.Or(string(gap.Reason), notShown)
		return row
	}
	row.G, row.Low, row.High, row.Marks = g.shown(gap.Estimate), g.shown(gap.Low), g.shown(gap.High), g.shown(gap.Marks)
	row.P, row.Q, row.Verdict, row.Words = g.exact(gap.P), g.exact(gap.Q), gap.Verdict, gap.Words()
	return row
}

func (g gapMaker) criterion(d fairness.DIF) CriterionGap {
	cell := g.scores.Cells[d.Cell]
	row := CriterionGap{
		Criterion: g.criteria[d.Cell], Dimension: g.dimensions[cell.Dimension], Exercise: g.exercises[cell.Exercise],
		Seen: g.seen(d.Compared), Verdict: fairness.TooFew,
	}
	if !d.Told() || g.few(d.Compared) {
		row.Words = cmp.Or(string(d.Reason), notShown)
		return row
	}
	row.SMD, row.Low, row.High, row.LogOdds = g.shown(d.SMD.Estimate), g.shown(d.SMD.Low), g.shown(d.SMD.High), g.shown(d.LogOdds.Estimate)
	row.P, row.Q, row.Verdict, row.Words = g.exact(d.P), g.exact(d.Q), d.Verdict, d.Words()
	return row
}

func (g gapMaker) addRaters(ctx context.Context, made *CharacteristicGap, scores *fairness.Scores) error {
	raters, err := fairness.RaterByGroup(ctx, scores)
	if err != nil {
		return err
	}
	made.Family = append(made.Family, raters.Family)
	told := 0
	for _, r := range raters.Raters {
		if r.Told() && !g.few(r.Compared) {
			told++
		}
	}
	made.Raters.Told, made.Raters.Words = &told, raters.Words()
	if raters.Reason == "" {
		made.Raters.Between, made.Raters.Chi, made.Raters.P = g.shown(raters.Between), g.exact(raters.Chi), g.exact(raters.P)
	}
	return nil
}

func (g gapMaker) moderation(s fairness.Shift) *ModerationShift {
	row := &ModerationShift{Seen: g.seen(s.Compared), Verdict: fairness.TooFew}
	switch {
	case g.few(s.Compared):
		row.Words = notShown
	case !s.Told():
		row.Words = string(s.Reason)
	default:
		row.Focal, row.Reference, row.Shift = g.shown(s.FocalShift), g.shown(s.ReferenceShift), g.shown(s.Estimate)
		row.Low, row.High, row.P, row.Verdict, row.Words = g.shown(s.Low), g.shown(s.High), g.exact(s.P), s.Verdict, s.Words()
	}
	return row
}
