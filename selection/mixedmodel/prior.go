package mixedmodel

// Prior is what is believed of the variance components before the scores are
// seen, and how much that weighs.
type Prior struct {
	Components Components
	// Pseudo is ν, in pseudo-units: about as many candidates (for Σ_v) or levels
	// of a term as the belief is worth.
	Pseudo float64
	// Residuals is the same for the residual variance, in residual degrees of
	// freedom.
	Residuals float64
}

// The weights with which a prior enters (statistics §4): measured over
// simulated campaigns, not derived.
const (
	priorPseudo    = 20
	priorResiduals = 50
)

// NewPrior gives components the documented weight.
func NewPrior(c Components) Prior {
	return Prior{Components: c, Pseudo: priorPseudo, Residuals: priorResiduals}
}

// DefaultPrior is what is believed where a trust has no campaigns of its own to
// learn from: illustrative values for a seven-point scale, carried to another
// by the square of the ratio of the ranges. scaleRange is the distance from
// the lowest to the highest mark, above 0.
func DefaultPrior(dimensions int, scaleRange float64) Prior {
	return NewPrior(sevenPoint(dimensions, .25, .125, .08).scaled(scaleRange))
}

// ExercisePrior is the belief that the assessment-centre literature would
// hold: dimensions carry little of their own and exercises much (Jackson,
// Michaelides, Dewberry and Kim 2016, doi 10.1037/apl0000102). A ranking is run under it too,
// to see whether first place or the groups hang on the prior.
func ExercisePrior(dimensions int, scaleRange float64) Prior {
	return NewPrior(sevenPoint(dimensions, .25, .225, .20).scaled(scaleRange))
}

func sevenPoint(dimensions int, variance, covariance, exercise float64) Components {
	c := Components{CandidateExercise: exercise, CandidateRater: .12, Rater: .20, RaterDimension: .05, Residual: .60}
	for k := range dimensions {
		row := make([]float64, dimensions)
		for l := range row {
			row[l] = covariance
		}
		row[k] = variance
		c.Candidate = append(c.Candidate, row)
	}
	return c
}

func (c Components) scaled(scaleRange float64) Components {
	const sevenPointRange = 6
	return c.times(scaleRange * scaleRange / (sevenPointRange * sevenPointRange))
}

func (c Components) times(f float64) Components {
	out := Components{
		CandidateExercise: f * c.CandidateExercise, CandidateRater: f * c.CandidateRater,
		Rater: f * c.Rater, RaterDimension: f * c.RaterDimension, Residual: f * c.Residual,
	}
	for _, row := range c.Candidate {
		scaled := make([]float64, len(row))
		for l, x := range row {
			scaled[l] = f * x
		}
		out.Candidate = append(out.Candidate, scaled)
	}
	return out
}
