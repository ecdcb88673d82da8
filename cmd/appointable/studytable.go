package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"appointable/selection/mixedmodel"
)

// printStudy writes a study: as tables and sentences for a person, as JSON, or
// as CSV with a row a figure.
func printStudy(term terminal, s study, format string) error {
	switch format {
	case "json":
		encoder := json.NewEncoder(term.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(s)
	case "csv":
		return writeStudyCSV(term.out, s)
	}
	p := printer{out: term.out, colour: term.colour}
	p.studyHead(s)
	p.components(s)
	p.dimensions(s)
	p.coefficients(s)
	p.projections(s)
	p.severity(s)
	for _, w := range s.Warnings {
		p.line("")
		p.line("! %s", w)
	}
	return p.err
}

// grid prints rows under a heading, in columns that align.
func (p *printer) grid(heading string, rows [][]string) {
	p.line("")
	p.heading(heading)
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		cells(w, row)
	}
	if err := w.Flush(); p.err == nil {
		p.err = err
	}
}

func (p *printer) studyHead(s study) {
	raters := ""
	if s.Design.Raters > 0 {
		raters = " by " + count(s.Design.Raters, "rater")
	}
	p.heading(fmt.Sprintf("%s of %s%s, in %s and %s", count(s.N, "score"), count(s.Design.Candidates, "candidate"), raters,
		count(s.Design.Exercises, "exercise"), count(len(s.Dimensions), "dimension")))
	if s.NotObserved > 0 {
		p.line("%s without a score left out.", count(s.NotObserved, "row"))
	}
	if s.Withdrawn > 0 {
		p.line("%s withdrawn and left out.", count(s.Withdrawn, "score"))
	}
	switch {
	case s.Criterion != nil && s.Prior == nil:
		p.line("Variance components fitted by %s; REML criterion %.6f.", s.Method, *s.Criterion)
	case s.Criterion != nil:
		p.line("Variance components fitted by %s; the REML criterion, which leaves the prior out, is %.6f there.", s.Method, *s.Criterion)
	case s.Prior == nil:
		p.line("Variance components as given; nothing was fitted.")
	}
	if s.Prior != nil {
		p.line("Prior: %s, for marks from %v to %v; it weighs like %v levels of each term and %v residual degrees of freedom.",
			s.Prior.Source, s.Prior.Scale.Min, s.Prior.Scale.Max, s.Prior.Pseudo, s.Prior.Residuals)
	}
}

// components prints what makes two scores of a cell differ.
func (p *printer) components(s study) {
	shown := append(slices.Clone(s.Terms), mixedmodel.ResidualEffect)
	total := 0.0
	for _, e := range shown {
		total += s.Components.Variance(e)
	}
	rows := [][]string{{"Component", "Variance", "SD", "Share"}}
	for _, e := range shown {
		variance := s.Components.Variance(e)
		rows = append(rows, []string{string(e), significant(variance), significant(math.Sqrt(variance)), percent(variance / total)})
	}
	p.grid("Where the differences between scores come from", rows)
}

// dimensions prints what the candidates' covariance is made of.
func (p *printer) dimensions(s study) {
	if len(s.Dimensions) < 2 || !slices.Contains(s.Terms, mixedmodel.CandidateEffect) {
		return
	}
	header := []string{"Dimension", "Variance"}
	for _, code := range s.Dimensions[:len(s.Dimensions)-1] {
		header = append(header, "r with "+code)
	}
	rows := [][]string{header}
	for k, code := range s.Dimensions {
		row := []string{code, significant(s.Components.Candidate[k][k])}
		for m := range len(s.Dimensions) - 1 {
			if m >= k {
				row = append(row, "")
				continue
			}
			row = append(row, correlation(s.Components.Candidate, k, m))
		}
		rows = append(rows, row)
	}
	p.grid("candidate, by dimension", rows)
}

func correlation(c [][]float64, k, m int) string {
	if c[k][k] == 0 || c[m][m] == 0 {
		return "–"
	}
	return fixed(c[k][m] / math.Sqrt(c[k][k]*c[m][m]))
}

func (p *printer) coefficients(s study) {
	if s.Design.Candidates < 2 {
		p.line("")
		p.line("One candidate: too few to tell how well such scores tell candidates apart.")
		return
	}
	rows := [][]string{{"", "Generalizability", "Dependability"}}
	if len(s.Dimensions) > 1 {
		for _, d := range s.Coefficients.ByDimension {
			rows = append(rows, []string{d.Dimension, fixed(d.Generalizability), fixed(d.Dependability)})
		}
	}
	rows = append(rows, []string{"mean of a candidate's scores", fixed(s.Coefficients.Generalizability), fixed(s.Coefficients.Dependability)})
	p.grid("How reliable a mean of these scores is", rows)
	p.line("Generalizability is for telling candidates apart, dependability for holding one against a threshold.")
	if s.Design.Differ {
		p.line("Candidates met different raters, which a mean does not correct for: severity counts against both.")
	}
}

// projections answers "with two more raters …".
func (p *printer) projections(s study) {
	if len(s.DStudy) < 2 || s.Design.Candidates < 2 {
		return
	}
	rows := [][]string{{"Raters", "Exercises", "Error SD", "Generalizability", "Dependability"}}
	for _, plan := range s.DStudy {
		rows = append(rows, []string{short(plan.Raters), strconv.Itoa(plan.Exercises), significant(math.Sqrt(plan.Relative)), fixed(plan.Generalizability), fixed(plan.Dependability)})
	}
	raters := "raters of a candidate"
	if s.Design.Nested {
		raters = "raters in each exercise"
	}
	p.grid("With other numbers of "+raters+" and of exercises", rows)
	for _, sentence := range s.projected() {
		p.line("%s", sentence)
	}
}

// severity prints every rater, or the most different of very many.
func (p *printer) severity(s study) {
	const most = 40
	if len(s.Raters) == 0 {
		return
	}
	raters := s.Raters
	if len(raters) > most {
		raters = slices.SortedStableFunc(slices.Values(raters), func(a, b studyRater) int { return cmp.Compare(a.Severity, b.Severity) })
		raters = slices.Delete(raters, most/2, len(raters)-most/2)
	}
	spread := s.spread()
	rows := [][]string{{"Rater", "Points against the others", "SD", "Scores", "Marks"}}
	for _, r := range raters {
		rows = append(rows, []string{r.Rater, fmt.Sprintf("%+.2f", r.Severity), fixed(r.SD), strconv.Itoa(r.Scored), r.marks(spread)})
	}
	p.grid("Raters against each other, on the scale of the scores", rows)
	if left := len(s.Raters) - len(raters); left > 0 {
		p.line("%s between these: see --format json or csv.", count(left, "rater"))
	}
}

// marks says whether a rater marks higher or lower than the others, as far as
// their scores tell.
func (r studyRater) marks(spread float64) string {
	switch {
	case r.SD >= spread:
		return "too few to tell"
	case math.Abs(r.Severity) < r.SD:
		return "like the others"
	}
	return r.Direction
}

// spread is the standard deviation of the severities found. A rater whose own
// uncertainty is as large cannot be told from the others.
func (s *study) spread() float64 {
	var n, mean, squares float64
	for _, r := range s.Raters {
		if r.Scored > 0 {
			n++
			mean += r.Severity
		}
	}
	mean /= n
	for _, r := range s.Raters {
		if r.Scored > 0 {
			squares += (r.Severity - mean) * (r.Severity - mean)
		}
	}
	return math.Sqrt(squares / max(n-1, 1))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// fixed is a figure between −1 and 1, or of a rating scale, for the eye.
func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// significant is a variance for the eye: scores may be of any size.
func significant(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 0, 64) + " %" }

// short is a number of raters, which a harmonic mean leaves with a fraction.
func short(x float64) string {
	if math.Abs(x-math.Round(x)) < 1e-9 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'f', 1, 64)
}
