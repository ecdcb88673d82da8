package mixedmodel

import (
	"context"
	"math/rand/v2"
)

// Scale is a psychometric scale as evidence of a candidate's values:
// x = α + b′v + δ + e with e ~ N(0, SEM²), known, and δ ~ N(0, Psi), what the
// scale measures reliably and yet is not the values. Without Psi a reliable but
// irrelevant scale would count as evidence (statistics §1).
type Scale struct {
	Loads []float64 // b, by dimension
	Noise float64   // SEM² + Psi, above 0
}

// ScaleResult is what one candidate scored on one scale.
type ScaleResult struct {
	Candidate, Scale int32
	Score            float64
}

// Posterior is what ratings and scales say about everybody, at given variance
// components. Its uncertainty includes that of the cell means and of the
// raters' severity (unlike lme4's condVar, which takes the means as known).
type Posterior struct{}

// Evidence is ratings and the psychometric results beside them.
type Evidence struct {
	Data
	Scales  []Scale
	Results []ScaleResult
}

// NewPosterior works the posterior out. It returns ctx's error when the caller
// stops waiting.
func NewPosterior(ctx context.Context, e Evidence, c Components, workers int) (*Posterior, error) {
	panic("not yet")
}

// Cells returns the estimated mean of each cell; NaN for a cell that nobody was
// scored in.
func (p *Posterior) Cells() []float64 { panic("not yet") }

// Candidate returns the mean and covariance (K×K) of a candidate's values
// vector v. A candidate without a score has mean 0 and the covariance Σ_v.
func (p *Posterior) Candidate(i int) (mean []float64, cov [][]float64) { panic("not yet") }

// Composite returns mean and variance of Σ_c a_c·μ_c + Σ_k b_k·v_ik for a
// candidate: a by cell (0 for a cell that nobody was scored in), b by dimension.
func (p *Posterior) Composite(i int, a, b []float64) (mean, variance float64) { panic("not yet") }

// Covariance returns the joint covariance of Σ_k b_k·v_ik over all candidates,
// N×N. For up to a few hundred.
func (p *Posterior) Covariance(b []float64) [][]float64 { panic("not yet") }

// Rater returns a rater's severity s_j and its standard deviation; a rater who
// scored nobody has 0 and the prior's. Positive is lenient: marks higher.
func (p *Posterior) Rater(j int) (severity, sd float64) { panic("not yet") }

// Points returns for one candidate what each cell and each scale contributes to
// Σ_k b_k·E[v_ik], given the raters' estimated severity. They add up to it.
func (p *Posterior) Points(i int, b []float64) (cells, scales []float64) { panic("not yet") }

// Draw is one joint draw: of cell means and of every candidate's values, row i
// of Values being candidate i's vector.
type Draw struct {
	Cells  []float64
	Values []float64 // Candidates × K, row by row
}

// Sample gives fn n joint draws, one after the other; fn must not keep one. The
// draws are those of rng whatever the number of cores. It returns ctx's error
// when the caller stops waiting.
func (p *Posterior) Sample(ctx context.Context, rng *rand.Rand, n int, fn func(Draw)) error {
	panic("not yet")
}
