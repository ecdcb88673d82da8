package main

import (
	"encoding/csv"
	"io"
	"math"

	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

// writeStudyCSV writes a row a figure: what it is, of which one or two codes
// (or numbers of raters and exercises), its value, and its standard deviation
// where it has one.
func writeStudyCSV(out io.Writer, s study) error {
	rows := [][]string{{"figure", "first", "second", "value", "sd"}}
	add := func(figure, first, second, value, sd string) {
		// Codes may be any text: no spreadsheet is to take one for a formula.
		rows = append(rows, []string{figure, round.Protect(first), round.Protect(second), value, sd})
	}
	for k, row := range s.Components.Candidate {
		for m, x := range row {
			add("variance "+string(mixedmodel.CandidateEffect), s.Dimensions[k], s.Dimensions[m], exact(x), "")
		}
	}
	for _, e := range s.Terms {
		if e != mixedmodel.CandidateEffect {
			add("variance "+string(e), "", "", exact(s.Components.Variance(e)), "")
		}
	}
	add("variance "+string(mixedmodel.ResidualEffect), "", "", exact(s.Components.Residual), "")
	for _, plan := range s.DStudy {
		raters, exercises := exact(plan.Raters), exact(float64(plan.Exercises))
		add("generalizability", raters, exercises, exact(plan.Generalizability), "")
		add("dependability", raters, exercises, exact(plan.Dependability), "")
	}
	for _, c := range s.Cells {
		add("mean", c.Exercise, c.Criterion, optional(c.Mean, exact), "")
	}
	for _, c := range s.Candidates {
		for k, x := range c.Effect {
			add("effect", c.Candidate, s.Dimensions[k], exact(x), exact(math.Sqrt(c.Covariance[k][k])))
		}
	}
	for _, r := range s.Raters {
		add("severity", r.Rater, "", exact(r.Severity), exact(r.SD))
	}
	w := csv.NewWriter(out)
	return w.WriteAll(rows)
}
