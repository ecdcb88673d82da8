package main

import (
	"fmt"
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
	holders := holdersOf(r)
	rows := [][]string{{"Rank", "Candidate", "Adjusted", "90 % interval", "Adjusted rank", "90 % ranks", first, "Above thresholds, of 100"}}
	for _, c := range r.Candidates {
		rows = append(rows, append([]string{rank(c, holders), c.Candidate}, adjustedFigures(c.Adjusted)...))
	}
	p.grid("How sure one may be, with severity, impressions and luck taken out of the marks", rows)
	if len(r.Candidates) < 2 {
		return
	}
	p.line("")
	if len(r.Groups) > 0 {
		p.line("Groups that the marks do not separate, in the adjusted order: %s.", groupWords(r.Groups))
	}
	p.line("%s", r.Certainty(posts))
}

func adjustedFigures(a *selection.AdjustedPlace) []string {
	if a == nil {
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
	return []string{
		selection.Shown(a.Mean), selection.Shown(a.Low) + " – " + selection.Shown(a.High), strconv.Itoa(a.Rank), ranks,
		selection.OfHundred(a.PInPosts), thresholds,
	}
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
	rows := [][]string{{"Assessor", "Severity", "SD", "Marks", "They are"}}
	for _, s := range r.Raters {
		rows = append(rows, []string{s.Rater, fmt.Sprintf("%+.2f", s.Severity), fixed(s.SD), strconv.Itoa(s.Scored), s.Direction})
	}
	p.grid("Assessors against each other, on the rating scale", rows)
}
