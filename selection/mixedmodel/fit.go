package mixedmodel

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"

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
	Gradient    float64   // its largest element at the estimate, in the optimiser's units
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
	informed := c.degrees >= 2 && c.total > 1e-20*squares(d.Score)
	switch {
	case !informed && o.Method == REML:
		return f, fault.New(fault.Invalid, "variance components cannot be estimated: %s", uninformed(c))
	case !informed:
		f.Warnings = append(f.Warnings, uninformedWarning(c))
		f.Components, f.Converged = o.Terms.only(o.Prior.Components), true
		if c.degrees > 0 {
			f.Components = f.Components.times(o.Prior.Residuals / (c.degrees + o.Prior.Residuals))
		}
		return f, nil
	}
	objective, err := newObjective(c, o)
	if err != nil {
		return f, err
	}
	if err := f.minimise(ctx, objective, o); err != nil {
		return f, err
	}
	return f, nil
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

// minimise runs BFGS (Nocedal and Wright 2006, ch. 6) from the start.
func (f *Fit) minimise(ctx context.Context, o *objective, opt Options) error {
	o.progress = opt.Progress
	problem := optimize.Problem{
		Func: func(x []float64) float64 { return o.value(x) },
		Grad: func(g, x []float64) { o.slope(g, x) },
		Status: func() (optimize.Status, error) {
			return optimize.NotTerminated, ctx.Err()
		},
	}
	settings := &optimize.Settings{GradientThreshold: o.threshold(), MajorIterations: 500, Converger: &optimize.FunctionConverge{Absolute: 1e-11, Relative: 1e-15, Iterations: 5}}
	result, err := optimize.Minimize(problem, o.start, settings, &optimize.BFGS{Linesearcher: &optimize.MoreThuente{}})
	if ctx.Err() != nil {
		return fmt.Errorf("fitting: %w", ctx.Err())
	}
	if result == nil {
		return fmt.Errorf("fitting: %w", err)
	}
	gradient := make([]float64, len(result.X))
	o.value(result.X) // the criterion's state is that of the estimate
	o.slope(gradient, result.X)
	f.Evaluations = o.evaluations
	f.Theta = upright(o.layout, result.X)
	for _, g := range gradient {
		f.Gradient = max(f.Gradient, math.Abs(g))
	}
	f.Converged = f.Gradient <= 100*o.threshold()
	f.Criterion = o.last
	f.Components = o.components(o.layout.factors(f.Theta), o.residualVariance())
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
