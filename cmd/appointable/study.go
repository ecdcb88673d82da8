package main

import (
	"context"
	"math"
	"slices"
	"time"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

// study is what gstudy finds, as its JSON has it. Floats are unrounded.
type study struct {
	N            int                   `json:"n"`
	NotObserved  int                   `json:"not_observed"`
	Withdrawn    int                   `json:"withdrawn"`
	Criterion    *float64              `json:"criterion"` // null where nothing was fitted
	Method       string                `json:"method"`    // reml, map, or given
	Converged    *bool                 `json:"converged"`
	Evaluations  int                   `json:"evaluations"`
	Seconds      float64               `json:"seconds"`
	Terms        []mixedmodel.Effect   `json:"terms"`
	Prior        *studyPrior           `json:"prior"`           // under map
	Scale        *studyScale           `json:"scale,omitempty"` // where it was given
	Components   mixedmodel.Components `json:"components"`
	Dimensions   []string              `json:"dimensions"`
	Cells        []studyCell           `json:"cells"`
	Candidates   []studyCandidate      `json:"candidates"`
	Raters       []studyRater          `json:"raters"` // where the model has the term
	Design       studyDesign           `json:"design"`
	Coefficients studyCoefficients     `json:"coefficients"`
	DStudy       []studyPlan           `json:"dstudy"` // first as it is, then as it might be
	Warnings     []string              `json:"warnings"`
}

// studyPrior is what was believed beforehand, and what it weighs.
type studyPrior struct {
	Source     string                `json:"source"`
	Scale      studyScale            `json:"scale"`
	Pseudo     float64               `json:"pseudo_units"`
	Residuals  float64               `json:"residual_degrees_of_freedom"`
	Components mixedmodel.Components `json:"components"`
}

// studyScale is the lowest and highest mark, as prior.json has them.
type studyScale struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

type studyCell struct {
	Exercise  string   `json:"exercise"`
	Criterion string   `json:"criterion"`
	Dimension string   `json:"dimension"`
	Mean      *float64 `json:"mean"` // null where nobody was scored
}

type studyCandidate struct {
	Candidate  string      `json:"candidate"`
	Effect     []float64   `json:"effect"` // by dimension, against the mean
	Covariance [][]float64 `json:"covariance"`
}

type studyRater struct {
	Rater     string  `json:"rater"`
	Severity  float64 `json:"severity"`
	Direction string  `json:"direction"` // marks higher or lower than the others
	SD        float64 `json:"sd"`
	Scored    int     `json:"scored"`
}

// studyDesign is how the scores were come by.
type studyDesign struct {
	Candidates   int     `json:"candidates"`
	Raters       int     `json:"raters"` // 0 where the file has no column of them
	Exercises    int     `json:"exercises"`
	PerCandidate float64 `json:"raters_per_candidate"` // in each exercise where nested; a harmonic mean
	Nested       bool    `json:"nested"`               // each exercise has raters of its own
	Differ       bool    `json:"differ"`               // candidates met different raters: severity is relative error
}

type studyCoefficients struct {
	Generalizability float64          `json:"generalizability"`
	Dependability    float64          `json:"dependability"`
	ByDimension      []studyDimension `json:"by_dimension"`
}

type studyDimension struct {
	Dimension        string  `json:"dimension"`
	Generalizability float64 `json:"generalizability"`
	Dependability    float64 `json:"dependability"`
}

type studyPlan struct {
	Raters    float64 `json:"raters"`
	Exercises int     `json:"exercises"`
	mixedmodel.Reliability
}

// study fits, or takes the components that were given, and works out what
// follows from them.
func (f *gstudyFlags) study(ctx context.Context, term terminal, long round.Long) (study, error) {
	s := study{
		N: len(long.Data.Score), NotObserved: long.NotObserved, Withdrawn: long.Withdrawn, Dimensions: long.Dimensions,
		Raters: []studyRater{}, Warnings: []string{},
	}
	if f.limits != nil {
		s.Scale = &studyScale{f.limits.Low, f.limits.High}
	}
	if err := f.checkProjection(long); err != nil {
		return s, err
	}
	began := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
	terms, err := f.estimate(ctx, fitProgress(term, "of the criterion"), long, &s)
	if err != nil {
		return s, err
	}
	posterior, err := mixedmodel.NewPosterior(ctx, mixedmodel.Evidence{Data: long.Data}, s.Components, 0)
	if err != nil {
		return s, err
	}
	s.Seconds = time.Since(began).Seconds()
	s.Terms = terms.Effects()
	s.describe(posterior, long, terms)
	s.project(long, f.raters, f.exercises)
	s.warnOfData(long, terms, f.limits)
	return s, nil
}

// checkProjection refuses to count what the file does not name.
func (f *gstudyFlags) checkProjection(long round.Long) error {
	switch {
	case f.raters > 0 && !long.HasRater:
		return missingColumn("--raters", "rater", f.columns.Rater.Name)
	case f.exercises > 0 && !long.HasExercise:
		return missingColumn("--exercises", "exercise", f.columns.Exercise.Name)
	}
	return nil
}

func missingColumn(what, flag, name string) error {
	return fault.New(fault.Invalid, "%s needs a column of %ss, and the file has none called %q; name it with --%s", what, flag, name, flag)
}

func (f *gstudyFlags) estimate(ctx context.Context, told func(int), long round.Long, s *study) (mixedmodel.Terms, error) {
	if f.components != "" {
		return f.take(long, s)
	}
	terms := allowed(long)
	if f.chosen != nil {
		terms = *f.chosen
	}
	if err := f.checkTerms(terms, long); err != nil {
		return terms, err
	}
	options := mixedmodel.Options{Terms: terms, Method: mixedmodel.Method(f.method), Progress: told}
	if options.Method == mixedmodel.MAP {
		prior, err := f.prior(long, s)
		if err != nil {
			return terms, err
		}
		options.Prior = prior
	}
	fit, err := mixedmodel.Estimate(ctx, long.Data, options)
	if err != nil {
		return terms, err
	}
	s.Method, s.Components, s.Evaluations, s.Converged = f.method, fit.Components, fit.Evaluations, &fit.Converged
	if !math.IsNaN(fit.Criterion) {
		s.Criterion = &fit.Criterion
	}
	s.Warnings = append(s.Warnings, fit.Warnings...)
	if !fit.Converged {
		s.warn("The fit did not converge in %d evaluations (the criterion could still fall by about %.2g): do not rely on these figures. Fewer --terms may help.", fit.Evaluations, fit.Decrement/2)
	}
	return terms, nil
}

// take takes the components from a file.
func (f *gstudyFlags) take(long round.Long, s *study) (mixedmodel.Terms, error) {
	c, err := round.ReadComponents(f.components, long.Dimensions, f.limits)
	if err != nil {
		return mixedmodel.Terms{}, err
	}
	s.Method, s.Components = "given", c
	return c.Terms(), f.checkTerms(c.Terms(), long)
}

// allowed is every term for which the file has the columns.
func allowed(long round.Long) mixedmodel.Terms {
	return mixedmodel.Terms{
		Candidate: true, CandidateExercise: long.HasExercise, CandidateRater: long.HasRater,
		Rater: long.HasRater, RaterDimension: long.HasRater && long.HasDimension,
	}
}

func (f *gstudyFlags) checkTerms(terms mixedmodel.Terms, long round.Long) error {
	possible := allowed(long).Effects()
	for _, e := range terms.Effects() {
		switch {
		case slices.Contains(possible, e):
		case !long.HasRater && e != mixedmodel.CandidateExerciseEffect:
			return missingColumn("the term "+string(e), "rater", f.columns.Rater.Name)
		case e == mixedmodel.RaterDimensionEffect:
			return missingColumn("the term "+string(e), "dimension", f.columns.Dimension.Name)
		default:
			return missingColumn("the term "+string(e), "exercise", f.columns.Exercise.Name)
		}
	}
	return nil
}

// prior is the documented one for the scale, or for the marks that were given.
func (f *gstudyFlags) prior(long round.Long, s *study) (mixedmodel.Prior, error) {
	limits := limitsOf(long, f.limits)
	if limits.Low == limits.High {
		return mixedmodel.Prior{}, fault.New(fault.Invalid, "every score is %v: say with --scale which marks could have been given", limits.Low)
	}
	if f.limits == nil {
		s.warn("The scale was not given: the prior is for marks from %v to %v, the lowest and highest in the file. Give --scale.", limits.Low, limits.High)
	}
	prior := mixedmodel.DefaultPrior(len(long.Dimensions), limits.High-limits.Low)
	s.Prior = &studyPrior{
		Source: "default", Scale: studyScale{limits.Low, limits.High},
		Pseudo: prior.Pseudo, Residuals: prior.Residuals, Components: prior.Components,
	}
	return prior, nil
}

// limitsOf are those of the scale or, where it was not given, of the scores.
func limitsOf(long round.Long, given *round.Limits) round.Limits {
	if given != nil {
		return *given
	}
	return round.Limits{Low: slices.Min(long.Data.Score), High: slices.Max(long.Data.Score)}
}

// describe says what is known of cells, candidates and raters.
func (s *study) describe(p *mixedmodel.Posterior, long round.Long, terms mixedmodel.Terms) {
	for c, mean := range p.Cells() {
		cell := long.Data.Cells[c]
		described := studyCell{Exercise: long.Exercises[cell.Exercise], Criterion: long.Criteria[c], Dimension: long.Dimensions[cell.Dimension]}
		if !math.IsNaN(mean) {
			described.Mean = &mean
		}
		s.Cells = append(s.Cells, described)
	}
	for i, code := range long.Candidates {
		mean, covariance := p.Candidate(i)
		s.Candidates = append(s.Candidates, studyCandidate{Candidate: code, Effect: mean, Covariance: covariance})
	}
	if !terms.Rater {
		return
	}
	scored := make([]int, len(long.Raters))
	for _, j := range long.Data.Rater {
		scored[j]++
	}
	for j, code := range long.Raters {
		severity, sd := p.Rater(j)
		s.Raters = append(s.Raters, studyRater{Rater: code, Severity: severity, Direction: direction(severity), SD: sd, Scored: scored[j]})
	}
}

// direction is in words, since a positive severity is a lenient rater.
func direction(severity float64) string {
	switch {
	case severity > 0:
		return "higher"
	case severity < 0:
		return "lower"
	}
	return "neither"
}
