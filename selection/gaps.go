package selection

import (
	"context"
	"math"

	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// GapRow is one comparison of marks between groups, ready to be shown. What
// does not exist, or is not shown, is nil.
type GapRow struct {
	Characteristic string   `json:"characteristic"`
	Family         string   `json:"family"`    // exercise, dimension, dimension × exercise, criterion or moderation
	Exercise       *string  `json:"exercise"`  // nil: averaged over
	Dimension      *string  `json:"dimension"` // nil: averaged over
	Criterion      *string  `json:"criterion"`
	G              *float64 `json:"g"`     // focal less reference: Hedges' g; of a criterion or moderation it is in Marks alone
	Marks          *float64 `json:"marks"` // the same in marks
	Low            *float64 `json:"low"`   // of g, else of marks
	High           *float64 `json:"high"`
	P              *float64 `json:"p"`
	Q              *float64 `json:"q"`
	FocalN         *int     `json:"focal_n"`
	ReferenceN     *int     `json:"reference_n"`
	Campaigns      *int     `json:"campaigns"`

	Verdict fairness.Verdict `json:"verdict"`
	Words   string           `json:"words"`
}

// Gaps compares the marks of the groups of every characteristic that was
// answered: by exercise, by dimension, by both, by criterion among candidates
// who did alike elsewhere, and in moderation. The families say which tests were
// weighed together. Unless unsuppressed, figures are to two decimals and have
// neither p-values nor counts beside them; where there are fewer than
// fairness.GapCandidates of a group there is none at all. Errors: those of
// MarksOf and of the context.
func Gaps(ctx context.Context, rounds []Answered, seed uint64, unsuppressed bool) ([]GapRow, []fairness.Family, error) {
	marks, err := MarksOf(rounds)
	if err != nil || len(marks.Mark) == 0 {
		return nil, nil, err
	}
	g := gaps{marks: &marks, unsuppressed: unsuppressed}
	for _, c := range monitoring.Catalogue() {
		if scores, both := marks.By(c); both {
			if err := g.add(ctx, c.Code, scores, seed); err != nil {
				return nil, nil, err
			}
		}
	}
	return g.rows, g.families, nil
}

// gaps are the rows being gathered.
type gaps struct {
	marks        *Marks
	unsuppressed bool
	rows         []GapRow
	families     []fairness.Family
}

func (g *gaps) add(ctx context.Context, characteristic string, s *fairness.Scores, seed uint64) error {
	families, err := fairness.Gaps(ctx, s)
	if err != nil {
		return err
	}
	for _, f := range families[:3] { // the fourth is by rater, whom nobody can follow from round to round
		g.declare(characteristic, f.Family)
		for _, x := range f.Gaps {
			row := GapRow{Characteristic: characteristic, Family: f.Name, Exercise: g.code(g.marks.ExerciseCodes, x.Exercise), Dimension: g.code(g.marks.DimensionCodes, x.Dimension), Verdict: x.Verdict, Words: x.Words()}
			if x.Told() {
				row.G, row.Marks = g.figure(x.Estimate), g.figure(x.Marks)
				g.ends(&row, x.Interval, x.P, x.Q, x.Compared)
			}
			g.rows = append(g.rows, row)
		}
	}
	if err := g.addCriteria(ctx, characteristic, s); err != nil {
		return err
	}
	return g.addModeration(ctx, characteristic, s, seed)
}

func (g *gaps) addCriteria(ctx context.Context, characteristic string, s *fairness.Scores) error {
	criteria, err := fairness.DIFs(ctx, s)
	if err != nil {
		return err
	}
	g.declare(characteristic, criteria.Family)
	for _, x := range criteria.Criteria {
		p := g.marks.CellCodes[x.Cell]
		row := GapRow{Characteristic: characteristic, Family: "criterion", Exercise: &p.Exercise, Dimension: &p.Dimension, Criterion: &p.Criterion, Verdict: x.Verdict, Words: x.Words()}
		if x.Told() {
			row.Marks = g.figure(x.SMD.Estimate)
			g.ends(&row, x.SMD, x.P, x.Q, x.Compared)
		}
		g.rows = append(g.rows, row)
	}
	return nil
}

func (g *gaps) addModeration(ctx context.Context, characteristic string, s *fairness.Scores, seed uint64) error {
	if s.Before == nil {
		return nil
	}
	x, err := fairness.Moderation(ctx, s, seed)
	if err != nil {
		return err
	}
	row := GapRow{Characteristic: characteristic, Family: "moderation", Verdict: x.Verdict, Words: x.Words()}
	switch {
	case !x.Told():
	case !g.unsuppressed && (x.Focal < fairness.GapCandidates || x.Reference < fairness.GapCandidates || x.Campaigns < fairness.GapCampaigns):
		row.Verdict, row.Words = fairness.TooFew, "Not shown: so few candidates were moderated that it could tell of a person."
	default:
		row.Marks = g.figure(x.Estimate)
		g.ends(&row, x.Interval, x.P, x.P, x.Compared)
	}
	g.rows = append(g.rows, row)
	return nil
}

func (g *gaps) declare(characteristic string, f fairness.Family) {
	f.Name = "marks of " + characteristic + " groups, by " + f.Name
	g.families = append(g.families, f)
}

func (g *gaps) code(codes []string, i int) *string {
	if i == fairness.All {
		return nil
	}
	return &codes[i]
}

func (g *gaps) ends(row *GapRow, i fairness.Interval, p, q float64, seen fairness.Compared) {
	row.Low, row.High = g.figure(i.Low), g.figure(i.High)
	if g.unsuppressed {
		row.P, row.Q = g.figure(p), g.figure(q)
		row.FocalN, row.ReferenceN, row.Campaigns = &seen.Focal, &seen.Reference, &seen.Campaigns
	}
}

// figure leaves out what is no number.
func (g *gaps) figure(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	if !g.unsuppressed {
		x = math.Round(x*100) / 100
	}
	return &x
}
