package fairness

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// The fewest that anything is said of one rater on. One campaign is one set of
// candidates: what it shows may be theirs.
const (
	RaterCandidates = 5 // of each group
	RaterCampaigns  = 2
)

// MaterialRater is the gap, relative to fellow raters, under which a rater's is
// not material: in marks on a scale of 1 to 7, in proportion on others.
const MaterialRater = 0.25

// raterScale is the scale of the prior of how much raters differ: on a scale of
// 1 to 7 most of it lies under half a mark.
const raterScale = 0.25

// RaterGap is how much lower or higher a rater marked the focal group,
// relative to the reference group, than fellow raters marked the same
// candidates on the same criteria, in marks. The effect is shrunken; its
// p-value is of the rater's own marks.
type RaterGap struct {
	Rater int
	Effect
	Own     Interval // as it stands in this rater's marks alone
	Q       float64  // the false discovery rate among raters
	Verdict Verdict
}

// RaterGaps is the interaction of rater and group.
type RaterGaps struct {
	Family
	Raters  []RaterGap
	Between float64 // the standard deviation between raters, in marks, beyond chance; NaN where no rater can be told
	Chi     float64 // whether raters differ at all: χ² with as many degrees of freedom as raters that can be told; NaN where none
	P       float64
	Reason  Reason // why nothing can be told
}

// Words is the interaction in a sentence.
func (r RaterGaps) Words() string {
	switch {
	case r.Reason != "":
		return string(r.Reason)
	case r.P < .05:
		return fmt.Sprintf("Assessors differ in how they mark the focal group relative to the reference group, by a standard deviation of about %.2f marks: a subject for the training of all.", r.Between)
	}
	return "Assessors differ no more in how they mark the two groups than chance would have them."
}

// Words is one rater's gap in a sentence. It calls nobody biased: marks show a
// difference, never its cause.
func (g RaterGap) Words() string {
	if !g.Told() {
		return string(g.Reason)
	}
	way := fmt.Sprintf("Relative to fellow assessors of the same candidates, this assessor's marks for the focal group stand %.2f marks %s (95 %% interval %s after shrinkage)",
		math.Abs(g.Estimate), than(g.Estimate, "higher", "lower"), g.span("higher", "lower"))
	switch g.Verdict {
	case GapFound:
		return way + ". It is a reason to read the notes and anchors together; it is no finding about the person."
	case NoMaterialGap:
		return way + ". That is no material difference."
	}
	return way + ". These numbers neither show a difference nor rule one out."
}

// RaterByGroup estimates the interaction. Each mark is taken less the mean
// of the other raters' marks for the same candidate and criterion; what is
// left is averaged by candidate and rater and compared between groups within
// campaigns, then shrunken towards 0, where raters as a body stand by
// construction. A rater with fewer than RaterCandidates of either group or
// in fewer than RaterCampaigns campaigns stays in the list and says so.
// Errors: fault.Invalid, and the context's.
func RaterByGroup(ctx context.Context, s *Scores) (RaterGaps, error) {
	a, err := s.arrange()
	if err != nil {
		return RaterGaps{}, err
	}
	lists, err := a.besideFellows(ctx)
	if err != nil {
		return RaterGaps{}, err
	}
	out := RaterGaps{Between: math.NaN(), Chi: math.NaN(), P: math.NaN()}
	var enough []difference
	var told []int
	var squares, degrees float64
	for j, list := range lists {
		if len(list) == 0 {
			continue
		}
		d := differenceOf(list)
		g := RaterGap{Rater: j, Own: Interval{math.NaN(), math.NaN(), math.NaN()}}
		g.Effect = untold(d.Compared, d.tooFewOfRater())
		if d.enoughOfRater() {
			told, enough = append(told, len(out.Raters)), append(enough, d)
			squares, degrees = squares+d.sd*d.sd*d.degrees, degrees+d.degrees
		}
		out.Raters = append(out.Raters, g)
	}
	if squares > 0 {
		out.tell(told, enough, math.Sqrt(squares/degrees), degrees, raterScale*s.unit())
	} else {
		out.Reason = Reason(fmt.Sprintf("Too few to tell: no assessor marked %d candidates of each group beside others in %d campaigns, or all agreed on every mark.", RaterCandidates, RaterCampaigns))
	}
	out.judge(MaterialRater * s.unit())
	return out, nil
}

func (c Compared) enoughOfRater() bool {
	return c.Focal >= RaterCandidates && c.Reference >= RaterCandidates && c.Campaigns >= RaterCampaigns
}

func (c Compared) tooFewOfRater() Reason {
	if c.enoughOfRater() {
		return "Nothing to tell: all assessors agreed on every mark."
	}
	return Reason(fmt.Sprintf("Too few to tell: nothing is said of an assessor on fewer than %d candidates of each group, marked beside others, in %d campaigns.", RaterCandidates, RaterCampaigns))
}

// tell fills in the raters with enough candidates. The spread about a
// rater's own gap is taken as one for all raters: five candidates cannot
// tell it.
func (r *RaterGaps) tell(told []int, differences []difference, sd, degrees, scale float64) {
	estimate, se := make([]float64, len(told)), make([]float64, len(told))
	r.Chi = 0
	for i, c := range differences {
		estimate[i], se[i] = c.delta, sd/math.Sqrt(c.size)
		r.Chi += estimate[i] * estimate[i] / (se[i] * se[i])
	}
	r.P = distuv.ChiSquared{K: float64(len(told))}.Survival(r.Chi)
	posterior, between := shrink(estimate, se, scale)
	r.Between = between
	for i, at := range told {
		g := &r.Raters[at]
		g.Own = around(estimate[i], se[i])
		g.Effect = Effect{posterior[i].interval(), 2 * studentT(degrees).Survival(math.Abs(estimate[i])/se[i]), differences[i].Compared, ""}
	}
}

func (r *RaterGaps) judge(material float64) {
	p := make([]float64, len(r.Raters))
	for i, g := range r.Raters {
		p[i] = g.P
	}
	family, q := discoveries("rater", "Benjamini–Hochberg over t tests of each rater beside fellow raters", p)
	r.Family = family
	for i := range r.Raters {
		g := &r.Raters[i]
		g.Q, g.Verdict = q[i], g.verdict(q[i], material)
	}
}

// besideFellows lists by rater, for each candidate the rater marked beside
// others, the mean of mark less the others' mean over the criteria.
func (a arranged) besideFellows(ctx context.Context) ([][]point, error) {
	lists := make([][]point, a.Raters)
	own := make([]average, a.Raters)
	for _, i := range a.compared() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var met []int32
		a.eachCell(i, func(_ int32, rows []int32) {
			var all average
			for _, r := range rows {
				all.add(a.Mark[r])
			}
			for _, r := range rows {
				if all.n == 1 {
					return
				}
				j := a.Rater[r]
				if own[j].n == 0 {
					met = append(met, j)
				}
				own[j].add(a.Mark[r] - all.without(a.Mark[r]))
			}
		})
		for _, j := range met {
			lists[j] = append(lists[j], point{a.Campaign[i], a.Group[i], own[j].mean()})
			own[j] = average{}
		}
	}
	return lists, nil
}
