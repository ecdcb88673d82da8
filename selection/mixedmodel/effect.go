package mixedmodel

// Effect names a term of the model, or its residual, as files and output do.
type Effect string

// The effects.
const (
	CandidateEffect         Effect = "candidate"
	CandidateExerciseEffect Effect = "candidate:exercise"
	CandidateRaterEffect    Effect = "candidate:rater"
	RaterEffect             Effect = "rater"
	RaterDimensionEffect    Effect = "rater:dimension"
	ResidualEffect          Effect = "residual"
)

// TermEffects are the effects that can be on or off, in the order of Terms.
func TermEffects() []Effect {
	return []Effect{CandidateEffect, CandidateExerciseEffect, CandidateRaterEffect, RaterEffect, RaterDimensionEffect}
}

// Set turns a term on or off. It reports whether there is such a term.
func (t *Terms) Set(e Effect, on bool) (known bool) {
	switch e {
	case CandidateEffect:
		t.Candidate = on
	case CandidateExerciseEffect:
		t.CandidateExercise = on
	case CandidateRaterEffect:
		t.CandidateRater = on
	case RaterEffect:
		t.Rater = on
	case RaterDimensionEffect:
		t.RaterDimension = on
	default:
		return false
	}
	return true
}

// Effects are the terms that are on.
func (t Terms) Effects() []Effect {
	var on []Effect
	for n, x := range []bool{t.Candidate, t.CandidateExercise, t.CandidateRater, t.Rater, t.RaterDimension} {
		if x {
			on = append(on, TermEffects()[n])
		}
	}
	return on
}
