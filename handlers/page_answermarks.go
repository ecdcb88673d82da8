package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// What an audit found in the marks, for its answer: each exercise with a gap,
// then where else; and of which characteristics it could not be told.

// addMarks puts what the marks show into the answer.
func (v *answerView) addMarks(gaps []selection.CharacteristicGap, titles codeTitles, address func(characteristic string) string) {
	var few, unclear []link
	for _, g := range gaps {
		to := link{characteristicWords(g.Characteristic), address(g.Characteristic)}
		words := gapWords(g, titles)
		switch {
		case g.Suppressed:
			v.Hidden = merged(v.Hidden, to, "In the marks.")
		case len(words) > 0:
			v.InMarks++
			title := link{gapTitle(g) + ", in the marks", to.To}
			v.Gaps = append(v.Gaps, answerLine{[]link{title}, strings.Join(words, " ")})
		case slices.ContainsFunc(g.Scores, func(s selection.ScoreGap) bool { return s.G != nil }):
			unclear = append(unclear, to)
		default:
			few = append(few, to)
		}
	}
	if len(few) > 0 {
		v.Untold = append(v.Untold, answerLine{few, "In the marks: too few to tell."})
	}
	if len(unclear) > 0 {
		v.Untold = append(v.Untold, answerLine{unclear, "In the marks: no gap was found in any exercise, dimension or criterion; a gap within the reach of the intervals could have been missed."})
	}
}

// gapWords says every exercise with a gap, how many other places have one, and
// what criteria and moderation add; nil where nothing has.
func gapWords(g selection.CharacteristicGap, titles codeTitles) []string {
	var words []string
	others := 0
	for _, s := range g.Scores {
		switch {
		case s.Verdict != fairness.GapFound:
		case s.Exercise != nil && s.Dimension == nil:
			words = append(words, titles.where(nil, s.Exercise)+": marked "+lowerBy(s)+".")
		default:
			others++
		}
	}
	if others > 0 {
		words = append(words, "A gap in "+counted(others, "dimension, or dimension in an exercise", "dimensions, or dimensions in an exercise")+".")
	}
	criteria := 0
	for _, c := range g.Criteria {
		if c.Verdict == fairness.GapFound {
			criteria++
		}
	}
	if criteria > 0 {
		words = append(words, capital(counted(criteria, "criterion was", "criteria were"))+" marked differently for candidates who did alike elsewhere.")
	}
	if m := g.Moderation; m != nil && m.Verdict == fairness.GapFound {
		words = append(words, spaced(fullStop(m.Words)))
	}
	return words
}

// lowerBy says a gap with its interval.
func lowerBy(s selection.ScoreGap) string {
	if s.G == nil || s.Low == nil || s.High == nil {
		return "differently"
	}
	way := "higher"
	size := *s.G
	if size < 0 {
		way, size = "lower", -size
	}
	return fmt.Sprintf("%s by %s of a standard deviation (g %s, 95%% interval %s)", way, figure(&size), signedFigure(*s.G), signedSpan(s.Low, s.High))
}

// addCrossings puts intersections with a gap into the answer.
func (v *answerView) addCrossings(all []selection.IntersectionGap) {
	for _, x := range all {
		if !x.Suppressed && x.Verdict == fairness.GapFound {
			v.Crossing++
			v.Gaps = append(v.Gaps, answerLine{[]link{{Text: crossingTitle(x)}}, spaced(x.Words)})
		}
	}
}
