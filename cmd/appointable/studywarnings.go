package main

import (
	"fmt"
	"strings"

	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

func (s *study) warn(format string, args ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...))
}

// warnOfData says in sentences what the scores cannot bear.
func (s *study) warnOfData(long round.Long, terms mixedmodel.Terms, given *round.Limits) {
	s.warnOfFew(len(long.Candidates))
	if terms.Rater {
		s.warnOfGroups(long)
	}
	for _, alike := range mixedmodel.Confounded(long.Data, terms) {
		s.warn("Nothing in these scores tells %s apart, since %s. Only the sum of their variances can be known; %s.", listed(alike), because(alike), s.divided())
	}
	for _, e := range mixedmodel.Absorbed(long.Data, terms) {
		s.warn("Nothing in these scores speaks of %s: no cell was scored by, or for, two of a kind, and the cell means take it up. Its variance is %s.", e, s.unknown())
	}
	for _, c := range s.Cells {
		if c.Mean == nil {
			s.warn("Nobody was scored on %s in %s: it has no mean and was left out.", c.Criterion, c.Exercise)
		}
	}
	limits := limitsOf(long, given)
	strain := mixedmodel.Strained(long.Data, limits.Low, limits.High)
	switch {
	case strain.Equal():
		s.warn("All scores are equal: they tell nobody apart.")
	case strain.Coarse():
		s.warn("There are only %d different scores. The model takes scores as continuous; for so few categories an ordinal (cumulative) model is better.", strain.Categories)
	case strain.Piled():
		s.warn("%.0f%% of the scores are the lowest mark and %.0f%% the highest. The model takes scores as normally distributed; where so many stand at an end, an ordinal (cumulative) model is better.", 100*strain.AtFloor, 100*strain.AtCeiling)
	}
}

// warnOfFew says what few candidates leave to the prior, or to chance.
func (s *study) warnOfFew(candidates int) {
	const few = 20
	switch {
	case s.Prior != nil && float64(candidates) < s.Prior.Pseudo:
		s.warn("The prior weighs like %v candidates, and there are %d: what stands here of candidates is the prior's more than the scores'.", s.Prior.Pseudo, candidates)
	case s.Method == string(mixedmodel.REML) && candidates < few:
		s.warn("With %s the variance components, and what follows from them, are rough.", count(candidates, "candidate"))
	}
}

func (s *study) warnOfGroups(long round.Long) {
	groups := mixedmodel.Groups(long.Data)
	if len(groups) < 2 {
		return
	}
	const most = 4
	var named []string
	for g, raters := range groups {
		if g == most {
			named = append(named, fmt.Sprintf("%d groups more", len(groups)-most))
			break
		}
		named = append(named, ratersNamed(long, raters))
	}
	s.warn("The raters fall into %d groups that share no candidate: %s. A difference between candidates of two groups holds only if the groups are equally strict on average.", len(groups), strings.Join(named, "; "))
}

func ratersNamed(long round.Long, raters []int32) string {
	const most = 6
	var codes []string
	for n, j := range raters {
		if n == most {
			codes = append(codes, fmt.Sprintf("and %d more", len(raters)-most))
			break
		}
		codes = append(codes, long.Raters[j])
	}
	return strings.Join(codes, ", ")
}

// listed is "a, b and c".
func listed(effects []mixedmodel.Effect) string {
	last := len(effects) - 1
	names := strings.Split(joined(effects), ",")
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// because is what the design has only one of.
func because(alike []mixedmodel.Effect) string {
	type pair [2]mixedmodel.Effect
	switch (pair{alike[0], alike[len(alike)-1]}) {
	case pair{mixedmodel.CandidateEffect, mixedmodel.CandidateExerciseEffect}:
		return "each candidate was seen in one exercise, or each dimension has an exercise to itself"
	case pair{mixedmodel.CandidateEffect, mixedmodel.CandidateRaterEffect}:
		return "each candidate met one rater"
	case pair{mixedmodel.CandidateEffect, mixedmodel.ResidualEffect}:
		return "each candidate has one score in a dimension"
	case pair{mixedmodel.CandidateExerciseEffect, mixedmodel.CandidateRaterEffect}:
		return "each candidate met one rater in an exercise, and another in the next"
	case pair{mixedmodel.CandidateExerciseEffect, mixedmodel.ResidualEffect}:
		return "each candidate has one score in an exercise"
	case pair{mixedmodel.CandidateRaterEffect, mixedmodel.ResidualEffect}:
		return "each rater gave a candidate one score"
	case pair{mixedmodel.CandidateRaterEffect, mixedmodel.RaterEffect}:
		return "each rater met one candidate"
	case pair{mixedmodel.RaterEffect, mixedmodel.RaterDimensionEffect}:
		return "each rater scored one dimension"
	}
	return "they divide the scores alike"
}

func (s *study) divided() string {
	switch s.Method {
	case string(mixedmodel.MAP):
		return "the prior divides it"
	case string(mixedmodel.REML):
		return "how it is divided here is arbitrary: take one of them out of --terms"
	}
	return "the components that were given divide it"
}

func (s *study) unknown() string {
	switch s.Method {
	case string(mixedmodel.MAP):
		return "the prior's"
	case string(mixedmodel.REML):
		return "arbitrary: take it out of --terms"
	}
	return "as given"
}
