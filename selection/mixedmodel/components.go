package mixedmodel

import (
	"fmt"
	"math"

	"appointable/internal/fault"
)

// Terms are those with a variance.
func (c Components) Terms() Terms {
	var t Terms
	for _, row := range c.Candidate {
		for _, x := range row {
			t.Candidate = t.Candidate || x != 0
		}
	}
	t.CandidateExercise, t.CandidateRater = c.CandidateExercise > 0, c.CandidateRater > 0
	t.Rater, t.RaterDimension = c.Rater > 0, c.RaterDimension > 0
	return t
}

// Variance is an effect's; of the candidate's covariance it is the mean of the
// dimensions' variances, and so what a score owes to the candidate.
func (c Components) Variance(e Effect) float64 {
	switch e {
	case CandidateEffect:
		mean := 0.0
		for k := range c.Candidate {
			mean += c.Candidate[k][k] / float64(len(c.Candidate))
		}
		return mean
	case CandidateExerciseEffect:
		return c.CandidateExercise
	case CandidateRaterEffect:
		return c.CandidateRater
	case RaterEffect:
		return c.Rater
	case RaterDimensionEffect:
		return c.RaterDimension
	}
	return c.Residual
}

// Validate says what keeps components that somebody wrote down from being
// variances. It returns Invalid, with each place as in their JSON:
// candidate[0][1], rater:dimension.
func (c Components) Validate(dimensions int) error {
	var l fault.List
	for _, x := range []struct {
		where    Effect
		variance float64
	}{
		{CandidateExerciseEffect, c.CandidateExercise}, {CandidateRaterEffect, c.CandidateRater},
		{RaterEffect, c.Rater}, {RaterDimensionEffect, c.RaterDimension},
	} {
		if !(x.variance >= 0) || math.IsInf(x.variance, 0) {
			l.Add(string(x.where), "%v is not a variance; give a number from 0 on", x.variance)
		}
	}
	if !(c.Residual > 0) || math.IsInf(c.Residual, 0) {
		l.Add(string(ResidualEffect), "%v cannot be the residual variance; give a number above 0", c.Residual)
	}
	if c.isSquare(dimensions, &l) && c.isSymmetric(&l) && len(l.Fields) == 0 {
		if _, ok := (layout{AllTerms(), dimensions}).relative(c); !ok {
			l.Add(string(CandidateEffect), "no variables can have these covariances (the matrix is not positive semidefinite)")
		}
	}
	return l.Err("the variance components have mistakes")
}

func (c Components) isSquare(dimensions int, l *fault.List) bool {
	if len(c.Candidate) != dimensions {
		l.Add(string(CandidateEffect), "has %d rows; %d are needed, one for each dimension", len(c.Candidate), dimensions)
		return false
	}
	for k, row := range c.Candidate {
		if len(row) != dimensions {
			l.Add(fmt.Sprintf("%s[%d]", CandidateEffect, k), "has %d numbers; %d are needed, one for each dimension", len(row), dimensions)
			return false
		}
	}
	return true
}

func (c Components) isSymmetric(l *fault.List) bool {
	sound := true
	complain := func(k, m int, format string, args ...any) {
		l.Add(fmt.Sprintf("%s[%d][%d]", CandidateEffect, k, m), format, args...)
		sound = false
	}
	for k, row := range c.Candidate {
		if !(row[k] >= 0) || math.IsInf(row[k], 0) {
			complain(k, k, "%v is not a variance; give a number from 0 on", row[k])
		}
		for m := range k {
			most := math.Sqrt(max(row[k], 0) * max(c.Candidate[m][m], 0))
			switch x, mirrored := row[m], c.Candidate[m][k]; {
			case math.Abs(x-mirrored) > 1e-9*math.Abs(x):
				complain(k, m, "%v is not what stands mirrored in row %d (%v); the matrix must be symmetric", x, m+1, mirrored)
			case !(math.Abs(x) <= most*(1+1e-9)):
				complain(k, m, "a covariance of %v is more than the two variances allow (%.4g)", x, most)
			}
		}
	}
	return sound
}
