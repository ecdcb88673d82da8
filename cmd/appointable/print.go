package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"appointable/frameworks"
	"appointable/selection"
)

// printRanking writes a ranking: as a table for a person, as JSON (the bytes
// the service stores), or as CSV with a row a candidate.
func printRanking(term terminal, r selection.Ranking, f frameworks.Framework, posts int, flags rankFlags) error {
	switch flags.format {
	case "json":
		_, err := term.out.Write(r.JSON())
		return err
	case "csv":
		return writeRankingCSV(term.out, r)
	}
	p := printer{out: term.out, colour: term.colour, titles: titles(f)}
	p.ranking(r)
	p.certainty(r, posts)
	if flags.raters {
		p.assessors(r)
	}
	if flags.trace {
		p.trace(r)
	}
	p.notes(r, flags.components)
	return p.err
}

func titles(f frameworks.Framework) map[string]string {
	titles := map[string]string{}
	for _, d := range f.Dimensions {
		titles[d.Code] = d.Title
	}
	return titles
}

// printer keeps the first error, so that the lines below read as a page.
type printer struct {
	out    io.Writer
	colour bool
	titles map[string]string
	err    error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

func (p *printer) heading(text string) {
	if p.colour {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	p.line("%s", text)
}

func (p *printer) ranking(r selection.Ranking) {
	p.heading(fmt.Sprintf("%s: %s by the rule %s", r.Campaign, count(len(r.Candidates), "candidate"), r.Rule))
	p.line("")
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	declared := r.Rule == selection.Adjusted && r.Fit != nil // the panel's composite is then not what ranks
	header := []string{"Rank", "Candidate"}
	if declared {
		header = append(header, "Adjusted composite")
	}
	header = append(header, "Composite", "Values")
	if len(r.Candidates) > 0 {
		for _, d := range r.Candidates[0].Dimensions {
			header = append(header, p.titles[d.Code])
		}
	}
	cells(w, append(header, "Gates"))
	holders := holdersOf(r)
	for _, c := range r.Candidates {
		row := []string{rank(c, holders), c.Candidate}
		if declared {
			row = append(row, adjustedMean(c))
		}
		row = append(row, figure(c.PanelMean), figure(c.ValuesMean))
		for _, d := range c.Dimensions {
			row = append(row, figure(d.PanelMean))
		}
		cells(w, append(row, gateWords(c)))
	}
	if err := w.Flush(); p.err == nil {
		p.err = err
	}
	for _, c := range r.Candidates {
		if len(c.Reasons) == 0 {
			continue
		}
		p.line("")
		for i, reason := range c.Reasons {
			name := c.Candidate
			if i > 0 {
				name = strings.Repeat(" ", len(name))
			}
			p.line("%s  %s", name, reason)
		}
	}
}

func cells(w io.Writer, row []string) { _, _ = fmt.Fprintln(w, strings.Join(row, "\t")+"\t") }

// rank is the place as printed: 3= where it is shared.
func rank(c selection.Place, holders map[int]int) string {
	switch {
	case c.Rank == nil:
		return "–"
	case holders[*c.Rank] > 1:
		return strconv.Itoa(*c.Rank) + "="
	}
	return strconv.Itoa(*c.Rank)
}

// holdersOf counts who holds each rank.
func holdersOf(r selection.Ranking) map[int]int {
	holders := map[int]int{}
	for _, c := range r.Candidates {
		if c.Rank != nil {
			holders[*c.Rank]++
		}
	}
	return holders
}

func gateWords(c selection.Place) string {
	switch c.Gate {
	case "gates-met":
		return "gates met"
	case "gates-not-met":
		return "gates not met"
	}
	return string(c.Gate)
}

// figure is a mean for the eye: two decimals, a dash where there is none.
func figure(x *float64) string {
	if x == nil {
		return "–"
	}
	return selection.Shown(*x)
}

func adjustedMean(c selection.Place) string {
	if c.Adjusted == nil {
		return figure(nil)
	}
	return figure(&c.Adjusted.Mean)
}

// trace prints each step, so that a person with a pencil arrives at the same.
func (p *printer) trace(r selection.Ranking) {
	for _, c := range r.Candidates {
		if len(c.Trace) == 0 {
			continue
		}
		p.line("")
		p.heading("How " + c.Candidate + " comes to " + figure(c.PanelMean))
		for _, d := range c.Trace {
			p.traceDimension(d)
		}
		p.line("  composite %s = %s", figure(c.PanelMean), points(c.Trace))
		if r.Rule == selection.Adjusted {
			p.contributions(c)
		}
	}
}

// contributions are the way to the adjusted composite, where it is what ranks.
func (p *printer) contributions(c selection.Place) {
	if c.Adjusted == nil || c.Baseline == nil || len(c.Contributions) == 0 {
		return
	}
	p.line("  adjusted composite %s, from a composite of average values, %s:", figure(&c.Adjusted.Mean), decimal(*c.Baseline))
	for _, part := range c.Contributions {
		of := part.Instrument + " " + part.Scale
		if part.Exercise != "" {
			of = p.titles[part.Dimension] + " in " + part.Exercise
		}
		p.line("    %s  %s", signed(part.Points), of)
	}
	p.line("  The adjusted points come from the model; they add up, but cannot be worked out by hand.")
}

// signed is points to four decimals with their sign.
func signed(x float64) string {
	if x < 0 {
		return "−" + decimal(-x)
	}
	return "+" + decimal(x)
}

func (p *printer) traceDimension(d selection.DimensionTrace) {
	var means []string
	for _, e := range d.Exercises {
		var criteria []string
		for _, c := range e.Criteria {
			criteria = append(criteria, fmt.Sprintf("%s %s = %s", c.Criterion, marks(c), decimal(c.Mean)))
		}
		p.line("  %s in %s: %s; mean %s", p.titles[d.Dimension], e.Exercise, strings.Join(criteria, ", "), decimal(e.Mean))
		means = append(means, decimal(e.Mean))
	}
	switch {
	case d.Marks == nil:
		p.line("  %s: there is no mark that counts", p.titles[d.Dimension])
		return
	case len(d.Psychometrics) == 0:
		p.line("  %s = (%s) / %d = %s", p.titles[d.Dimension], strings.Join(means, " + "), len(means), decimal(*d.Marks))
		return
	}
	left := 1.0
	var terms []string
	for _, t := range d.Psychometrics {
		left -= t.Share
		terms = append(terms, fmt.Sprintf("%s × %s (%s %s %s, on the scale)", decimal(t.Share), decimal(t.OnScale), t.Instrument, t.Scale, decimal(t.Score)))
	}
	p.line("  %s = %s × (%s) / %d + %s = %s", p.titles[d.Dimension], decimal(left), strings.Join(means, " + "), len(means), strings.Join(terms, " + "), decimal(*d.PanelMean))
}

func marks(c selection.CriterionMean) string {
	var each []string
	for _, m := range c.Marks {
		each = append(each, decimal(m.Score))
	}
	return "(" + strings.Join(each, "+") + ")/" + strconv.Itoa(len(each))
}

func points(trace []selection.DimensionTrace) string {
	var terms []string
	for _, d := range trace {
		if d.PanelMean != nil {
			terms = append(terms, decimal(d.Weight)+" × "+decimal(*d.PanelMean))
		}
	}
	return strings.Join(terms, " + ")
}

// decimal prints a figure to four decimals without trailing zeros: enough to
// follow the sum by hand.
func decimal(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 4, 64), "0"), ".")
}

// notes end the page: warnings, and what the figures were worked out from.
func (p *printer) notes(r selection.Ranking, components string) {
	p.line("")
	for _, w := range r.Warnings {
		p.line("! %s", w)
	}
	p.line("")
	switch {
	case r.Prior == nil: // nothing was fitted, since nothing was marked
	case components != "":
		p.line("The variance components came from %s; nothing was fitted.", components)
	default:
		p.line("The prior: %s", uncapital(r.Prior.Words))
	}
	if r.Fit != nil {
		p.line("%s, seed %d.", count(r.Draws, "draw"), r.Seed)
	}
	p.line("The service informs; the panel decides. Inputs %s, %s.", r.Inputs[:12], r.Engine)
}

// uncapital lets a sentence follow a colon.
func uncapital(sentence string) string {
	return strings.ToLower(sentence[:min(1, len(sentence))]) + sentence[min(1, len(sentence)):]
}

func writeRankingCSV(out io.Writer, r selection.Ranking) error {
	w := csv.NewWriter(out)
	header := []string{"rank", "candidate", "appointable", "panel_mean", "values_mean", "tied_with", "tie_broken_by", "not_observed"}
	if len(r.Candidates) > 0 {
		for _, d := range r.Candidates[0].Dimensions {
			header = append(header, d.Code)
		}
	}
	header = append(header, "adjusted_rank", "adjusted_mean", "adjusted_low", "adjusted_high", "rank_low", "rank_high", "p_in_posts", "p_appointable")
	if err := w.Write(header); err != nil {
		return err
	}
	for _, c := range r.Candidates {
		row := []string{optional(c.Rank, strconv.Itoa), c.Candidate, string(c.Gate), optional(c.PanelMean, exact), optional(c.ValuesMean, exact),
			strings.Join(c.TiedWith, " "), optional(c.TieBrokenBy, func(s string) string { return s }), strconv.Itoa(c.NotObserved)}
		for _, d := range c.Dimensions {
			row = append(row, optional(d.PanelMean, exact))
		}
		row = append(row, adjustedCells(c.Adjusted)...)
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func adjustedCells(a *selection.AdjustedPlace) []string {
	if a == nil {
		return make([]string, 8)
	}
	return []string{
		optional(a.Rank, strconv.Itoa), exact(a.Mean), exact(a.Low), exact(a.High),
		positive(a.RankLow), positive(a.RankHigh), optional(a.PInPosts, exact), optional(a.PAppointable, exact),
	}
}

// positive is a rank; 0 is none.
func positive(rank int) string {
	if rank == 0 {
		return ""
	}
	return strconv.Itoa(rank)
}

func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func optional[T any](x *T, text func(T) string) string {
	if x == nil {
		return ""
	}
	return text(*x)
}
