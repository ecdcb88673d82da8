package mixedmodel

import (
	"context"
	"fmt"
	"math"

	"appointable/internal/fault"
)

// Method is how variance components are estimated.
type Method string

// The methods. REML is for designs large enough to speak for themselves; MAP
// adds a prior, which a panel of a few candidates needs: plain REML within one
// small campaign chooses worse than the raw mean and overstates its certainty
// (statistics §4).
const (
	REML Method = "reml"
	MAP  Method = "map"
)

// Options of a fit. The zero value is REML with no term: set Terms.
type Options struct {
	Terms   Terms
	Method  Method
	Prior   Prior // for MAP
	Workers int   // goroutines; 0 is one a core. No number of them changes a bit of the result.
	// Progress is told after each evaluation of the criterion; nil: nobody.
	Progress func(evaluations int)
}

// Fit is estimated variance components with the record of how they were come
// by.
type Fit struct {
	Method      Method
	Terms       Terms
	Observed    int     // n: scores
	CellMeans   int     // p: cells that somebody was scored in
	Criterion   float64 // the REML criterion D at the estimate, without the prior; NaN where there were no scores
	Components  Components
	Converged   bool
	Evaluations int       // of criterion and gradient
	Decrement   float64   // g′H⁻¹g at the estimate: about twice what the criterion could still fall
	Theta       []float64 // relative covariance factors as lme4 orders them within a term: Λ_v by columns, then w, h, s, t
	Warnings    []string
}

// Estimate fits the model. It returns Invalid where there is nothing to
// estimate from (under REML: fewer than two scores more than cells, or scores
// that do not differ), and ctx's error when the caller stops waiting. Not
// converging is no error: the fit says so.
func Estimate(ctx context.Context, d Data, o Options) (Fit, error) {
	f := Fit{Method: o.Method, Terms: o.Terms, Observed: len(d.Score), Criterion: math.NaN()}
	c := newCriterion(newDesign(Evidence{Data: d}, o.Terms, 1), o.Workers)
	f.CellMeans = len(c.columns)
	switch {
	case !c.informed() && o.Method == REML:
		return f, fault.New(fault.Invalid, "variance components cannot be estimated: %s", uninformed(c))
	case !c.informed():
		f.Warnings = append(f.Warnings, uninformedWarning(c))
		f.Components, f.Converged = o.Terms.only(o.Prior.Components), true
		return f, nil
	}
	objective, err := newObjective(c, o)
	if err != nil {
		return f, err
	}
	if c.system.densest() > tangled {
		if objective.start, err = nearby(ctx, d, o, objective.start); err != nil {
			return f, err
		}
	}
	return f, f.settle(ctx, objective)
}

// informed reports whether scores say anything of the variance components.
func (c *criterion) informed() bool { return c.degrees >= 2 && c.total > 1e-20*squares(c.Score) }

// tangled is the columns of a dense block above which a fit begins with a part
// of the round: raters paired at random rather than in clusters.
const tangled = 1200

// nearby is the estimate of a part of the round. Far from the whole's estimate
// each step would cost a large dense factor; the part knows the way there.
// Where it knows nothing the start stays.
func nearby(ctx context.Context, d Data, o Options, start []float64) ([]float64, error) {
	c := newCriterion(newDesign(Evidence{Data: thinned(d)}, o.Terms, 1), o.Workers)
	if !c.informed() {
		return start, nil
	}
	part, err := newObjective(c, o)
	if err != nil {
		return nil, err
	}
	best, _, err := minimise(ctx, part)
	if fault.Is(err, fault.Invalid) {
		return start, nil
	}
	return best.theta, err
}

// thinned keeps every eighth of the candidates who have a score. What is left
// of a tangle is nearly a tree, and quick.
func thinned(d Data) Data {
	const every = 8
	marked, number := 0, make([]int, d.Candidates)
	for _, i := range d.Candidate {
		number[i] = -1
	}
	for i, n := range number {
		if n < 0 {
			number[i] = marked
			marked++
		} else {
			number[i] = 1 // not marked: never asked
		}
	}
	out := d
	out.Candidate, out.Rater, out.Cell, out.Score = nil, nil, nil, nil
	for row, i := range d.Candidate {
		if number[i]%every == 0 {
			out.Candidate, out.Rater = append(out.Candidate, i), append(out.Rater, d.Rater[row])
			out.Cell, out.Score = append(out.Cell, d.Cell[row]), append(out.Score, d.Score[row])
		}
	}
	return out
}

func squares(x []float64) float64 { return dot(x, x) }

func uninformed(c *criterion) string {
	if c.degrees < 2 {
		return fmt.Sprintf("there are %d scores for %d cell means; at least 2 more scores than means are needed", len(c.Score), len(c.columns))
	}
	return "within each cell all scores are equal"
}

func uninformedWarning(c *criterion) string {
	if c.degrees < 2 {
		return "There are too few scores to learn from: the variance components are the prior's."
	}
	return "Within each cell all scores are equal: they tell nobody apart, and the variance components are the prior's."
}

// only is components without those of terms that are off.
func (t Terms) only(c Components) Components {
	c = c.times(1)
	for _, x := range []struct {
		on bool
		of *float64
	}{{t.CandidateExercise, &c.CandidateExercise}, {t.CandidateRater, &c.CandidateRater}, {t.Rater, &c.Rater}, {t.RaterDimension, &c.RaterDimension}} {
		if !x.on {
			*x.of = 0
		}
	}
	if !t.Candidate {
		for _, row := range c.Candidate {
			clear(row)
		}
	}
	return c
}

// settle runs the optimiser and records what it found.
func (f *Fit) settle(ctx context.Context, o *objective) error {
	best, decrement, err := minimise(ctx, o)
	if err != nil {
		return err
	}
	f.Evaluations, f.Decrement = o.evaluations, decrement
	o.criterion.at(best.theta, nil) // its r² is that of the estimate
	f.Converged = decrement <= nearEnough
	f.Theta = upright(o.layout, best.theta)
	f.Criterion = best.criterion
	f.Components = o.components(o.factors(f.Theta), o.residual())
	return nil
}

// upright takes absolute values column by column of Λ_v: the criterion is even
// in the sign of each.
func upright(l layout, theta []float64) []float64 {
	f := l.factors(theta)
	k := l.dimensions
	for c := range k {
		if f.v[c*k+c] < 0 {
			for r := c; r < k; r++ {
				f.v[r*k+c] = -f.v[r*k+c]
			}
		}
	}
	f.w, f.h, f.s, f.t = math.Abs(f.w), math.Abs(f.h), math.Abs(f.s), math.Abs(f.t)
	out := make([]float64, len(theta))
	l.pack(f, out)
	return out
}
