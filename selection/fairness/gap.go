package fairness

import (
	"context"
	"fmt"
	"math"
)

// The fewest a gap in marks is told on: fewer candidates, or fewer campaigns,
// say more about who they were than about how they were marked.
const (
	GapCandidates = 10 // of each group
	GapCampaigns  = 5  // with candidates of both
)

// MaterialGap is the size of g, in standard deviations, within which a gap is
// not material: Cohen's (1988) small effect.
const MaterialGap = 0.2

// ScoreGap is how much lower or higher the focal group was marked in one place
// than the reference group in the same campaigns. The effect is Hedges' g.
type ScoreGap struct {
	Dimension, Exercise, Rater int // All where averaged over
	Effect
	Marks   float64 // the gap in marks, not in standard deviations
	T       float64
	Degrees float64
	Q       float64 // the false discovery rate of its family
	Verdict Verdict
}

// Words is the gap in a sentence, for a row that names the place and the groups.
func (g ScoreGap) Words() string {
	if !g.Told() {
		return string(g.Reason)
	}
	way := fmt.Sprintf("The focal group was marked %.2f of a standard deviation %s than the reference group in the same campaigns (95 %% interval %s)",
		math.Abs(g.Estimate), than(g.Estimate, "higher", "lower"), g.span("higher", "lower"))
	switch g.Verdict {
	case GapFound:
		return way + ". Chance alone would rarely show a gap like it, however many places are looked at. It says where to look, not why."
	case NoMaterialGap:
		return way + fmt.Sprintf(". Any gap is smaller than %.1f of a standard deviation.", MaterialGap)
	}
	return way + ". These numbers neither show a gap nor rule one out."
}

// GapFamily is a set of gaps whose p-values are weighed together.
type GapFamily struct {
	Family
	Gaps []ScoreGap
}

// Gaps compares the groups of s everywhere, in four declared families: by
// exercise, by dimension, by dimension × exercise, and that by rater. A place
// that nobody was marked in is left out; one with too few is there and says so.
// Errors: fault.Invalid, and the context's.
func Gaps(ctx context.Context, s *Scores) ([]GapFamily, error) {
	a, err := s.arrange()
	if err != nil {
		return nil, err
	}
	m, err := a.means(ctx)
	if err != nil {
		return nil, err
	}
	meetings := s.Dimensions * s.Exercises
	families := []struct {
		name  string
		lists [][]point
		place func(i int) (dimension, exercise, rater int)
	}{
		{"exercise", m.exercise, func(i int) (int, int, int) { return All, i, All }},
		{"dimension", m.dimension, func(i int) (int, int, int) { return i, All, All }},
		{"dimension × exercise", m.meeting, func(i int) (int, int, int) { return i / s.Exercises, i % s.Exercises, All }},
		{"dimension × exercise × rater", m.rater, func(i int) (int, int, int) {
			return i % meetings / s.Exercises, i % meetings % s.Exercises, i / meetings
		}},
	}
	out := make([]GapFamily, len(families))
	for f, family := range families {
		gaps := []ScoreGap{}
		for i, list := range family.lists {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if len(list) == 0 {
				continue
			}
			g := gapOf(list)
			g.Dimension, g.Exercise, g.Rater = family.place(i)
			gaps = append(gaps, g)
		}
		out[f] = judgeGaps(family.name, gaps)
	}
	return out, nil
}

func judgeGaps(name string, gaps []ScoreGap) GapFamily {
	p := make([]float64, len(gaps))
	for i, g := range gaps {
		p[i] = g.P
	}
	family, q := discoveries(name, "Benjamini–Hochberg over t tests within campaigns", p)
	for i := range gaps {
		gaps[i].Q, gaps[i].Verdict = q[i], gaps[i].verdict(q[i], MaterialGap)
	}
	return GapFamily{family, gaps}
}

// gapOf is the gap of one place, its points in the order of campaigns.
func gapOf(list []point) ScoreGap {
	d := differenceOf(list)
	g := ScoreGap{Marks: math.NaN(), T: math.NaN(), Degrees: d.degrees}
	switch {
	case d.few():
		g.Effect = untold(d.Compared, tooFewOfGap())
	case !(d.sd > 0):
		g.Effect = untold(d.Compared, "Nothing to tell: within each campaign all candidates of a group were marked the same, so a gap has no spread to be measured against.")
	default:
		g.Marks, g.T = d.delta, d.t()
		g.Effect = d.hedges()
	}
	return g
}

func (c Compared) few() bool {
	return c.Focal < GapCandidates || c.Reference < GapCandidates || c.Campaigns < GapCampaigns
}

func tooFewOfGap() Reason {
	return Reason(fmt.Sprintf("Too few to tell: this needs at least %d candidates of each group in at least %d campaigns that saw both.", GapCandidates, GapCampaigns))
}
