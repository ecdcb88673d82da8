package mixedmodel

import "context"

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
// estimate from (under REML: fewer than two scores more than cells), and ctx's
// error when the caller stops waiting. Not converging is no error: the fit
// says so.
func Estimate(ctx context.Context, d Data, o Options) (Fit, error) {
	panic("not yet")
}
