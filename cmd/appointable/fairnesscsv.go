package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"appointable/internal/round"
	"appointable/selection/fairness"
)

// writeFairnessCSV writes a row a comparison: of each campaign, of all
// together (campaign empty, scope all), within campaigns added up (scope
// within), and of marks (scope marks, place and difference in the last columns).
// One column says on every row whether the counts are true ones.
func writeFairnessCSV(out io.Writer, r fairnessDocument) error {
	rows := [][]string{{
		"scope", "campaign", "characteristic", "focal", "reference", "stage", "x1", "n1", "x0", "n0", "ratio", "low", "high",
		"fisher", "midp", "p_below_080", "q", "detectable", "cmh", "p", "breslow_day_p", "indicator", "descriptive", "suppressed", "verdict", "reason", "unsuppressed",
		"family", "exercise", "dimension", "criterion", "g", "marks",
	}}
	unsuppressed := strconv.FormatBool(r.Unsuppressed)
	for _, c := range r.Ratios {
		scope, campaign := "all", ""
		if c.Campaign != nil {
			scope, campaign = "campaign", *c.Campaign
		}
		rows = append(rows, []string{
			scope, round.Protect(campaign), round.Protect(c.Characteristic), round.Protect(c.Focal), round.Protect(c.Reference), string(c.Stage),
			optional(c.X1, strconv.Itoa), optional(c.N1, strconv.Itoa), optional(c.X0, strconv.Itoa), optional(c.N0, strconv.Itoa),
			optional(c.Ratio, exact), optional(c.Low, exact), optional(c.High, exact),
			optional(c.Fisher, exact), optional(c.MidP, exact), optional(c.ChanceBelow, exact), optional(c.Q, exact), optional(c.Detectable, exact),
			"", "", "", indicatorCells(c.Indicator), strconv.FormatBool(c.Descriptive), strconv.FormatBool(c.Suppressed), string(c.Verdict), string(c.Reason), unsuppressed,
			"", "", "", "", "", "",
		})
	}
	for _, c := range r.Pooled {
		rows = append(rows, []string{
			"within", "", round.Protect(c.Characteristic), round.Protect(c.Focal), round.Protect(c.Reference), string(c.Stage),
			"", "", "", "", optional(c.Ratio, exact), optional(c.Low, exact), optional(c.High, exact),
			"", "", "", optional(c.Q, exact), optional(c.Detectable, exact),
			optional(c.CMH, exact), optional(c.P, exact), optional(c.BreslowDayP, exact), "", "false", strconv.FormatBool(c.Suppressed), string(c.Verdict), string(c.Reason), unsuppressed,
			"", "", "", "", "", "",
		})
	}
	for _, g := range r.Gaps {
		rows = append(rows, []string{
			"marks", "", g.Characteristic, "", "", "", "", optional(g.FocalN, strconv.Itoa), "", optional(g.ReferenceN, strconv.Itoa),
			"", optional(g.Low, exact), optional(g.High, exact), "", "", "", optional(g.Q, exact), "", "", optional(g.P, exact), "", "",
			"false", "false", string(g.Verdict), "", unsuppressed,
			g.Family, optional(g.Exercise, round.Protect), optional(g.Dimension, round.Protect), optional(g.Criterion, round.Protect), optional(g.G, exact), optional(g.Marks, exact),
		})
	}
	return csv.NewWriter(out).WriteAll(rows)
}

func indicatorCells(indicators []fairness.Indicator) string {
	var cells []string
	for _, i := range indicators {
		if i.Value != nil {
			cells = append(cells, fmt.Sprintf("%s %s (%s)", i.Name, exact(*i.Value), i.Direction))
		}
	}
	return strings.Join(cells, "; ")
}
