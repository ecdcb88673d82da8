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

// MaterialGap is the size of g, in standard deviations, within which a gap is not material: Cohen's
// (1988) small effect.
const MaterialGap = 0.2

// ScoreGap is how much lower or higher the focal group was marked in one place
// than the reference group in the same campaigns. The effect is Hedges' g.
type ScoreGap struct {
	Dimension, Exercise, Rater int // All where averaged over
	Effect
	Marks   float64 // the gap in marks, not in standard deviations
	T       float64
	Degrees float64
	Q       float64 // the false discovery rate of the family; NaN until Family.Judge
	Finding Finding // empty until Family.Judge
}

// Words is the gap in a sentence, for a row that names the place and the groups.
func (g ScoreGap) Words() string {
	if !g.Told() {
		return g.Reason
	}
	way := fmt.Sprintf("The focal group was marked %.2f of a standard deviation %s than the reference group in the same campaigns (95%% interval %.2f to %.2f; %s)",
		math.Abs(g.Estimate), than(g.Estimate, "higher", "lower"), g.Low, g.High, g.seen())
	switch g.Finding {
	case FindingGap:
		return way + ". Chance alone would rarely show a gap like it, however many places are looked at. It says where to look, not why."
	case FindingNoGap:
		return way + fmt.Sprintf(". Any gap is smaller than %.1f of a standard deviation.", MaterialGap)
	}
	return way + ". These numbers neither show a gap nor rule one out."
}

// Family is a set of comparisons whose p-values are weighed together.
type Family struct {
	Name string // "exercise", "dimension", "dimension × exercise", "dimension × exercise × rater"
	Gaps []ScoreGap
}

// P are the p-values of the gaps that can be told, in their order: what is given to
// Benjamini and Hochberg's procedure.
func (f Family) P() []float64 {
	var p []float64
	for _, g := range f.Gaps {
		if g.Told() {
			p = append(p, g.P)
		}
	}
	return p
}

// Judge sets the findings from the false discovery rates of P, in its order.
func (f Family) Judge(q []float64) {
	for i := range f.Gaps {
		g := &f.Gaps[i]
		if g.Told() {
			g.Q, q = q[0], q[1:]
		}
		g.Finding = g.find(g.Q, MaterialGap)
	}
}

// Gaps compares the groups of s everywhere, in four families: by exercise, by
// dimension, by dimension × exercise, and that by rater. A place that nobody
// was marked in is left out; one with too few is there and says so. Errors:
// fault.Invalid, and the context's.
func Gaps(ctx context.Context, s *Scores) ([]Family, error) {
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
	out := make([]Family, len(families))
	for f, family := range families {
		out[f].Name = family.name
		for i, list := range family.lists {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if len(list) == 0 {
				continue
			}
			g := gapOf(list)
			g.Dimension, g.Exercise, g.Rater = family.place(i)
			out[f].Gaps = append(out[f].Gaps, g)
		}
	}
	return out, nil
}

// gapOf is the gap of one place, its points in the order of campaigns.
func gapOf(list []point) ScoreGap {
	c := contrastOf(list)
	g := ScoreGap{Marks: math.NaN(), T: math.NaN(), Degrees: c.degrees, Q: math.NaN()}
	switch {
	case c.few():
		g.Effect = untold(c.Counts, tooFew(c.Counts))
	case !(c.sd > 0):
		g.Effect = untold(c.Counts, "Nothing to tell: within each campaign all candidates of a group were marked the same, so a gap has no spread to be measured against.")
	default:
		g.Marks, g.T = c.difference, c.t()
		g.Effect = c.hedges()
	}
	return g
}

func (c Counts) few() bool {
	return c.Focal < GapCandidates || c.Reference < GapCandidates || c.Campaigns < GapCampaigns
}

func tooFew(c Counts) string {
	return fmt.Sprintf("Too few to tell: this needs at least %d candidates of each group in at least %d campaigns, and here are %d and %d in %d.",
		GapCandidates, GapCampaigns, c.Focal, c.Reference, c.Campaigns)
}
