package fairness

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anyTrust draws a small trust with holes: raters who did not mark, candidates
// on no side, places nobody saw.
func anyTrust(t *rapid.T) *Scores {
	u := trust{
		campaigns: rapid.SampledFrom([]int{1, 3, 8, 14, 20}).Draw(t, "campaigns"), candidates: rapid.IntRange(2, 7).Draw(t, "candidates"),
		raters: rapid.IntRange(1, 3).Draw(t, "raters"), exercises: rapid.IntRange(1, 3).Draw(t, "exercises"),
		dimensions: rapid.IntRange(1, 3).Draw(t, "dimensions"), criteria: rapid.IntRange(1, 2).Draw(t, "criteria"),
		panels: rapid.IntRange(1, 2).Draw(t, "panels"),
		focal:  rapid.Float64Range(.1, .9).Draw(t, "focal"), gap: rapid.Float64Range(-1, 1).Draw(t, "gap"),
	}
	g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	s := moderated(u.simulate(g), g, .1)
	seen := rapid.Float64Range(.5, 1).Draw(t, "seen")
	rows := permutation(len(s.Mark), g)
	rows = rows[:int(seen*float64(len(rows)))]
	slices.Sort(rows)
	*s = *rowsOf(s, rows)
	for i := range s.Group {
		if g.Float64() < .1 {
			s.Group[i] = Apart
		}
	}
	for r := range s.Before {
		if g.Float64() < .1 {
			s.Before[r] = math.NaN()
		}
	}
	return s
}

func permutation(n int, g *rand.Rand) []int { return g.Perm(n) }

// rowsOf is s with these rows, in this order.
func rowsOf(s *Scores, rows []int) *Scores {
	t := *s
	t.Candidate, t.Rater, t.Cell, t.Mark, t.Before = nil, nil, nil, nil, nil
	for _, r := range rows {
		t.Candidate, t.Rater, t.Cell = append(t.Candidate, s.Candidate[r]), append(t.Rater, s.Rater[r]), append(t.Cell, s.Cell[r])
		t.Mark, t.Before = append(t.Mark, s.Mark[r]), append(t.Before, s.Before[r])
	}
	return &t
}

// all is everything that is said of marks.
type all struct {
	Gaps   []GapFamily
	DIF    DIFFamily
	Raters RaterGaps
	Shift  Shift
}

func everything(t *rapid.T, s *Scores) all {
	t.Helper()
	ctx := context.Background()
	gaps, err1 := Gaps(ctx, s)
	dif, err2 := DIFs(ctx, s)
	raters, err3 := RaterByGroup(ctx, s)
	shift, err4 := Moderation(ctx, s, 1)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return all{gaps, dif, raters, shift}
}

// alike compares two results, numbers within a tolerance and NaN equal to NaN.
func alike(a, b any, tolerance float64) bool {
	return alikeValues(reflect.ValueOf(a), reflect.ValueOf(b), tolerance)
}

func alikeValues(a, b reflect.Value, tolerance float64) bool {
	switch a.Kind() {
	case reflect.Float64:
		x, y := a.Float(), b.Float()
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= tolerance*(1+math.Abs(x))
	case reflect.Struct:
		for i := range a.NumField() {
			if !alikeValues(a.Field(i), b.Field(i), tolerance) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alikeValues(a.Index(i), b.Index(i), tolerance) {
				return false
			}
		}
		return true
	case reflect.String:
		return a.String() == b.String()
	case reflect.Bool:
		return a.Bool() == b.Bool()
	}
	return a.Int() == b.Int()
}

func TestTheOrderOfRowsChangesNoBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyTrust(t)
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		if a, b := everything(t, s), everything(t, rowsOf(s, permutation(len(s.Mark), g))); !alike(a, b, 0) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

// Campaigns, raters and candidates under other numbers. Exact permutations
// stay, a sample of them is another.
func TestRelabellingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyTrust(t)
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		campaign, rater, candidate := g.Perm(s.Campaigns), g.Perm(s.Raters), g.Perm(len(s.Campaign))
		r := *s
		r.Campaign, r.Group = make([]int32, len(s.Campaign)), make([]Side, len(s.Group))
		for i, to := range candidate {
			r.Campaign[to], r.Group[to] = int32(campaign[s.Campaign[i]]), s.Group[i]
		}
		r.Candidate, r.Rater = slices.Clone(s.Candidate), slices.Clone(s.Rater)
		for i := range r.Candidate {
			r.Candidate[i], r.Rater[i] = int32(candidate[s.Candidate[i]]), int32(rater[s.Rater[i]])
		}
		a, b := everything(t, s), everything(t, &r)
		renumber := func(a *all) {
			for f := range a.Gaps {
				for i := range a.Gaps[f].Gaps {
					if j := &a.Gaps[f].Gaps[i].Rater; *j != All {
						*j = rater[*j]
					}
				}
				slices.SortFunc(a.Gaps[f].Gaps, func(x, y ScoreGap) int {
					return slices.Compare([]int{x.Rater, x.Dimension, x.Exercise}, []int{y.Rater, y.Dimension, y.Exercise})
				})
			}
			for i := range a.Raters.Raters {
				a.Raters.Raters[i].Rater = rater[a.Raters.Raters[i].Rater]
			}
			slices.SortFunc(a.Raters.Raters, func(x, y RaterGap) int { return x.Rater - y.Rater })
		}
		renumber(&a)
		slices.SortFunc(b.Gaps[3].Gaps, func(x, y ScoreGap) int {
			return slices.Compare([]int{x.Rater, x.Dimension, x.Exercise}, []int{y.Rater, y.Dimension, y.Exercise})
		})
		if !a.Shift.Exact {
			a.Shift, b.Shift = Shift{}, Shift{}
		}
		if !alike(a, b, 1e-7) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

// How strict a campaign was cannot pass for a gap. DIF matches over campaigns,
// and is asked only for a constant on all marks.
func TestAConstantOnACampaignChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyTrust(t)
		a := everything(t, s)
		campaign, by := int32(rapid.IntRange(0, s.Campaigns-1).Draw(t, "campaign")), float64(rapid.IntRange(-8, 8).Draw(t, "by"))/4
		r := *s
		r.Mark, r.Before = slices.Clone(s.Mark), slices.Clone(s.Before)
		for i := range r.Mark {
			if s.Campaign[s.Candidate[i]] == campaign {
				r.Mark[i], r.Before[i] = r.Mark[i]+by, r.Before[i]+by
			}
		}
		b := everything(t, &r)
		if !alike(a.Gaps, b.Gaps, 1e-7) || !alike(a.Raters, b.Raters, 1e-7) || !alike(a.Shift, b.Shift, 1e-7) {
			t.Fatalf("%+v\n%+v", a, b)
		}
		for i := range r.Mark {
			r.Mark[i] = s.Mark[i] + math.Trunc(by)
		}
		dif, err := DIFs(context.Background(), &r)
		if err != nil {
			t.Fatal(err)
		}
		if !alike(a.DIF, dif, 1e-7) {
			t.Fatalf("%+v\n%+v", a.DIF, dif)
		}
	})
}

func TestSwappedGroupsChangeTheSign(t *testing.T) {
	mirrored := func(x, y Interval) bool {
		return alike(Interval{-x.Estimate, -x.High, -x.Low}, y, 1e-7)
	}
	turned := func(x, y Effect) bool {
		return mirrored(x.Interval, y.Interval) && alike(x.P, y.P, 1e-7) &&
			x.Focal == y.Reference && x.Reference == y.Focal && x.Told() == y.Told()
	}
	rapid.Check(t, func(t *rapid.T) {
		s := anyTrust(t)
		a, b := everything(t, s), everything(t, swapped(s))
		for f := range a.Gaps {
			for i, g := range a.Gaps[f].Gaps {
				if h := b.Gaps[f].Gaps[i]; !turned(g.Effect, h.Effect) || g.Verdict != h.Verdict {
					t.Fatalf("%+v\n%+v", g, h)
				}
			}
		}
		for i, g := range a.Raters.Raters {
			if h := b.Raters.Raters[i]; !turned(g.Effect, h.Effect) || !mirrored(g.Own, h.Own) {
				t.Fatalf("%+v\n%+v", g, h)
			}
		}
		if a.Shift.Exact && !turned(a.Shift.Effect, b.Shift.Effect) {
			t.Fatalf("%+v\n%+v", a.Shift, b.Shift)
		}
		for i, d := range a.DIF.Criteria {
			if e := b.DIF.Criteria[i]; !alike(d.Mantel, e.Mantel, 1e-7) || !alike(d.LogOdds.Estimate, -e.LogOdds.Estimate, 1e-7) {
				t.Fatalf("%+v\n%+v", d, e)
			}
		}
	})
}

// Half marks on a scale of half the range are the same marks.
func TestAnotherScaleChangesNoVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyTrust(t)
		half := *s
		half.Low, half.High = s.Low/2, s.High/2
		half.Mark, half.Before = slices.Clone(s.Mark), slices.Clone(s.Before)
		for r := range half.Mark {
			half.Mark[r], half.Before[r] = s.Mark[r]/2, s.Before[r]/2
		}
		a, b := everything(t, s), everything(t, &half)
		if !alike(a.Gaps, scaled(b.Gaps), 1e-7) || a.Shift.Verdict != b.Shift.Verdict || !alike(a.Shift.P, b.Shift.P, 1e-9) {
			t.Fatalf("%+v\n%+v", a, b)
		}
		for i, g := range a.Raters.Raters {
			if h := b.Raters.Raters[i]; g.Verdict != h.Verdict || !alike(g.Low, 2*h.Low, 1e-6) {
				t.Fatalf("%+v\n%+v", g, h)
			}
		}
	})
}

func scaled(families []GapFamily) []GapFamily {
	for _, f := range families {
		for i := range f.Gaps {
			f.Gaps[i].Marks *= 2
		}
	}
	return families
}

// Nothing is ever said without its grounds: a figure has limits around it, a p
// and a verdict, and what cannot be told has a reason and no figure.
func TestEveryFigureHasItsGrounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := everything(t, anyTrust(t))
		check := func(e Effect, v Verdict, words string) {
			switch {
			case words == "" || v == "":
				t.Fatalf("no words or no verdict: %+v", e)
			case !e.Told() && (!math.IsNaN(e.Estimate) || !math.IsNaN(e.P) || v != TooFew || words != string(e.Reason)):
				t.Fatalf("untold, yet told: %+v %s", e, v)
			case e.Told() && !(e.Low <= e.Estimate && e.Estimate <= e.High && e.P >= 0 && e.P <= 1 && e.Focal > 0 && e.Reference > 0):
				t.Fatalf("a figure without grounds: %+v", e)
			}
		}
		for _, f := range a.Gaps {
			for _, g := range f.Gaps {
				check(g.Effect, g.Verdict, g.Words())
			}
		}
		for _, g := range a.Raters.Raters {
			check(g.Effect, g.Verdict, g.Words())
		}
		for _, d := range a.DIF.Criteria {
			check(Effect{d.SMD, d.P, d.Compared, d.Reason}, d.Verdict, d.Words())
		}
		check(a.Shift.Effect, a.Shift.Verdict, a.Shift.Words())
	})
}

func TestScoresAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Scores){
		"a group too few":    func(s *Scores) { s.Group = s.Group[1:] },
		"a rater too many":   func(s *Scores) { s.Rater[5] = int32(s.Raters) },
		"a negative cell":    func(s *Scores) { s.Cell[5] = -1 },
		"a campaign unknown": func(s *Scores) { s.Campaign[0] = int32(s.Campaigns) },
		"no mark":            func(s *Scores) { s.Mark[3] = math.NaN() },
		"above the scale":    func(s *Scores) { s.Mark[3] = s.High + 1 },
		"no scale":           func(s *Scores) { s.High = s.Low },
		"two marks":          func(s *Scores) { s.Cell[1] = s.Cell[0] },
		"an exercise unknown": func(s *Scores) {
			s.Cells[0].Exercise = s.Exercises
		},
		"before infinite":  func(s *Scores) { s.Before = slices.Clone(s.Mark); s.Before[2] = math.Inf(1) },
		"before too short": func(s *Scores) { s.Before = []float64{1} },
	} {
		s := small().simulate(rand.New(rand.NewPCG(1, 2)))
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		change(s)
		if s.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestACancelledComparisonStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	g := rand.New(rand.NewPCG(1, 2))
	s := moderated(small().simulate(g), g, 0)
	d := &Draws{Campaigns: 1, Exercises: 1, Dimensions: 1, Campaign: []int32{0}, Group: []Side{Focal}, Values: [][]float64{{1}, {2}}}
	for name, compare := range map[string]func() error{
		"gaps":          func() error { _, err := Gaps(ctx, s); return err },
		"draws":         func() error { _, err := GapsOfDraws(ctx, d); return err },
		"DIF":           func() error { _, err := DIFs(ctx, s); return err },
		"raters":        func() error { _, err := RaterByGroup(ctx, s); return err },
		"moderation":    func() error { _, err := Moderation(ctx, s, 1); return err },
		"intersections": func() error { _, err := Intersect(ctx, crossed([2]int{1, 2}, [2]int{1, 2})); return err },
		"front":         func() error { _, err := FrontOf(ctx, deCorte(), []float64{1, 1, 1}, 20); return err },
	} {
		if err := compare(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
