package main

import (
	"cmp"
	"fmt"
	"math"

	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

// project works out the coefficients of the design as it is, and as it might
// be.
func (s *study) project(long round.Long, raters, exercises int) {
	now := mixedmodel.DesignOf(long.Data)
	s.Design = studyDesign{
		Candidates: len(long.Candidates), Exercises: len(long.Exercises),
		PerCandidate: now.Raters, Nested: now.Nested, Differ: now.Differ,
	}
	if long.HasRater {
		s.Design.Raters = len(long.Raters)
	}
	for _, n := range s.numbers(long, raters, exercises) {
		d := now
		d.Raters, d.Exercises = n.raters, n.exercises
		s.DStudy = append(s.DStudy, studyPlan{Raters: n.raters, Exercises: n.exercises, Reliability: s.Components.Study(d)})
	}
	s.Coefficients = studyCoefficients{s.DStudy[0].Generalizability, s.DStudy[0].Dependability, s.byDimension(now)}
}

// numbers of raters (of a candidate) and exercises.
type numbers struct {
	raters    float64
	exercises int
}

// numbers are those there are, first; then those asked for or, where none are,
// up to two raters and one exercise more.
func (s *study) numbers(long round.Long, raters, exercises int) []numbers {
	now := numbers{s.Design.PerCandidate, s.Design.Exercises}
	if raters > 0 || exercises > 0 {
		return []numbers{now, {cmp.Or(float64(raters), now.raters), cmp.Or(exercises, now.exercises)}}
	}
	moreRaters, moreExercises := 0, 0
	if long.HasRater {
		moreRaters = 2
	}
	if long.HasExercise {
		moreExercises = 1
	}
	var all []numbers
	for e := range moreExercises + 1 {
		for r := range moreRaters + 1 {
			all = append(all, numbers{now.raters + float64(r), now.exercises + e})
		}
	}
	return all
}

// byDimension is the coefficients of each dimension alone.
func (s *study) byDimension(now mixedmodel.Design) []studyDimension {
	var list []studyDimension
	for k, code := range s.Dimensions {
		if now.Weights[k] == 0 {
			continue // nobody was scored on it
		}
		alone := now
		alone.Weights = make([]float64, len(s.Dimensions))
		alone.Weights[k] = 1
		r := s.Components.Study(alone)
		list = append(list, studyDimension{code, r.Generalizability, r.Dependability})
	}
	return list
}

// projected says the plans of a D-study in sentences.
func (s *study) projected() []string {
	now := s.DStudy[0]
	var sentences []string
	for _, plan := range s.DStudy[1:] {
		if len(s.DStudy) > 2 && !s.isTelling(plan) {
			continue
		}
		sentences = append(sentences, fmt.Sprintf("With %s generalizability would be %s instead of %s, and dependability %s instead of %s.",
			s.change(now, plan), fixed(plan.Generalizability), fixed(now.Generalizability), fixed(plan.Dependability), fixed(now.Dependability)))
	}
	return sentences
}

// isTelling picks two more raters, and one more exercise.
func (s *study) isTelling(plan studyPlan) bool {
	now := s.DStudy[0]
	if plan.Exercises == now.Exercises {
		return plan.Raters == now.Raters+2
	}
	return plan.Raters == now.Raters
}

func (s *study) change(now, plan studyPlan) string {
	raters := fmt.Sprintf("%s for %s", ratersInWords(plan.Raters), short(now.Raters))
	if plan.Raters == now.Raters+2 {
		raters = fmt.Sprintf("two more raters (%s)", raters)
	}
	exercises := fmt.Sprintf("%s for %d", count(plan.Exercises, "exercise"), now.Exercises)
	if plan.Exercises == now.Exercises+1 {
		exercises = fmt.Sprintf("one more exercise (%s)", exercises)
	}
	switch {
	case plan.Exercises == now.Exercises:
		return raters
	case plan.Raters == now.Raters:
		return exercises
	}
	return raters + " and " + exercises
}

// ratersInWords is a number that may be a mean.
func ratersInWords(n float64) string {
	switch {
	case n == 1:
		return "1 rater"
	case n != math.Trunc(n):
		return short(n) + " raters on average"
	}
	return short(n) + " raters"
}
