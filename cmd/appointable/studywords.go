package main

import "fmt"

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
	raters := fmt.Sprintf("%s raters for %s", short(plan.Raters), short(now.Raters))
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
