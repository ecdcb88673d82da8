package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"appointable/selection"
)

// certainty prints the adjusted figures in the order of the table above, and
// how sure one may be.
func (p *printer) certainty(r selection.Ranking, posts int) {
	if r.Fit == nil {
		return
	}
	first := "First, of 100"
	if posts > 1 {
		first = fmt.Sprintf("First %d, of 100", posts)
	}
	const thresholds = "Adjusted figures above thresholds, of 100"
	header := []string{"Adjusted", "90% interval", "Adjusted rank", "90% ranks", first, thresholds}
	alone := !slices.ContainsFunc(r.Candidates, func(c selection.Place) bool { return c.Adjusted != nil && c.Adjusted.Rank != nil })
	if alone {
		header = []string{"Adjusted", "90% interval", thresholds}
	}
	holders := holdersOf(r)
	rows := [][]string{append([]string{"Rank", "Candidate"}, header...)}
	for _, c := range r.Candidates {
		rows = append(rows, append([]string{rank(c, holders), c.Candidate}, adjustedFigures(c.Adjusted, alone)...))
	}
	p.grid("How sure one may be, with severity, impressions and luck taken out of the marks", rows)
	p.line("")
	if anyAboveThresholds(r) {
		p.line("Above thresholds: this looks at adjusted figures, which pull low marks towards the average, and not at the veto. The gates look at the panel's marks; where they differ the gate stands.")
	}
	if alone {
		return
	}
	if len(r.Groups) > 0 {
		p.line("Groups that the marks do not separate, in the adjusted order: %s.", groupWords(r.Groups))
	}
	p.line("%s", r.Certainty(posts))
}

// anyAboveThresholds reports whether there is a threshold to be above.
func anyAboveThresholds(r selection.Ranking) bool {
	return slices.ContainsFunc(r.Candidates, func(c selection.Place) bool { return c.Adjusted != nil && c.Adjusted.PAppointable != nil })
}

// adjustedFigures are a candidate's cells; who is alone has no rank worth a word.
func adjustedFigures(a *selection.AdjustedPlace, alone bool) []string {
	switch {
	case a == nil && alone:
		return []string{"–", "–", "–"}
	case a == nil:
		return []string{"–", "–", "–", "–", "–", "–"}
	}
	ranks := strconv.Itoa(a.RankLow)
	if a.RankHigh > a.RankLow {
		ranks += "–" + strconv.Itoa(a.RankHigh)
	}
	thresholds := "–"
	if a.PAppointable != nil {
		thresholds = selection.OfHundred(*a.PAppointable)
	}
	interval := selection.Shown(a.Low) + " – " + selection.Shown(a.High)
	if alone {
		return []string{selection.Shown(a.Mean), interval, thresholds}
	}
	return []string{selection.Shown(a.Mean), interval, optional(a.Rank, strconv.Itoa), ranks, selection.OfHundred(*a.PInPosts), thresholds}
}

func groupWords(groups [][]string) string {
	var words []string
	for _, g := range groups {
		words = append(words, strings.Join(g, ", "))
	}
	return strings.Join(words, "; then ")
}

// assessors is for the HR analyst: how strictly each marked.
func (p *printer) assessors(r selection.Ranking) {
	if len(r.Raters) == 0 {
		return
	}
	rows := [][]string{{"Assessor", "Points against the panel", "90% interval", "Marks", "They marked"}}
	for _, s := range r.Raters {
		low, high := s.Interval()
		interval := fmt.Sprintf("%+.2f to %+.2f", low, high)
		rows = append(rows, []string{s.Rater, fmt.Sprintf("%+.2f", s.Severity), interval, strconv.Itoa(s.Scored), marked(s)})
	}
	p.grid("Assessors against each other, on the rating scale", rows)
}

// marked is the direction, in doubt where the interval reaches both sides of 0.
func marked(s selection.Severity) string {
	direction := "Higher"
	switch s.Direction {
	case "lower":
		direction = "Lower"
	case "":
		return "Like the others"
	}
	if low, high := s.Interval(); low < 0 && high > 0 {
		direction += ", if at all"
	}
	return direction
}
