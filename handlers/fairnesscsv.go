package handlers

import (
	"encoding/csv"
	"io"
	"strconv"

	"appointable/internal/round"
	"appointable/selection"
)

// fairnessColumns are those of the audit as CSV: one row a figure, of which a
// kind leaves empty what it does not have.
func fairnessColumns() []string {
	return []string{
		"kind", "campaign", "year", "characteristic", "focal", "reference", "stage", "exercise", "dimension", "criterion",
		"x1", "n1", "x0", "n0", "estimate", "low", "high", "p", "q", "suppressed", "verdict", "words",
	}
}

// fairnessRow is a row by column.
type fairnessRow map[string]string

// writeFairnessCSV writes an audit: ratio (campaign empty: all together), within
// (campaigns), score (Hedges' g), criterion (SMD in marks), moderation (marks),
// intersection (rate) and year (ratio within campaigns).
func writeFairnessCSV(to io.Writer, a selection.FairnessAudit) error {
	var rows []fairnessRow
	for _, r := range a.Ratios {
		row := fairnessRow{
			"kind": "ratio", "characteristic": r.Characteristic, "focal": r.Focal, "reference": r.Reference, "stage": string(r.Stage),
			"x1": whole(r.X1), "n1": whole(r.N1), "x0": whole(r.X0), "n0": whole(r.N0), "p": exactly(r.Fisher), "q": exactly(r.Q), "verdict": string(r.Verdict), "words": r.Words(),
		}
		if r.Campaign != nil {
			row["campaign"] = *r.Campaign
		}
		rows = append(rows, row.with(r.Ratio, r.Low, r.High, r.Suppressed))
	}
	for _, p := range a.Pooled {
		rows = append(rows, fairnessRow{
			"kind": "within", "characteristic": p.Characteristic, "focal": p.Focal, "reference": p.Reference, "stage": string(p.Stage),
			"p": exactly(p.P), "q": exactly(p.Q), "verdict": string(p.Verdict), "words": p.Words(),
		}.with(p.Ratio, p.Low, p.High, p.Suppressed))
	}
	for _, g := range a.Gaps {
		rows = append(rows, gapRows(g)...)
	}
	for _, i := range a.Intersections {
		rows = append(rows, fairnessRow{
			"kind": "intersection", "characteristic": i.Characteristics[0] + " and " + i.Characteristics[1], "focal": i.Groups[0] + " and " + i.Groups[1],
			"stage": string(i.Stage), "x1": whole(i.Passed), "n1": whole(i.Of), "q": exactly(i.Q), "verdict": string(i.Verdict), "words": i.Words,
		}.with(i.Rate, i.Low, i.High, i.Suppressed))
	}
	for _, y := range a.Trend {
		rows = append(rows, fairnessRow{
			"kind": "year", "year": strconv.Itoa(y.Year), "characteristic": y.Characteristic, "focal": y.Focal, "reference": y.Reference,
			"stage": string(y.Stage), "verdict": string(y.Verdict), "words": string(y.Reason),
		}.with(y.Ratio, y.Low, y.High, y.Suppressed))
	}
	return writeRows(to, rows)
}

func gapRows(g selection.CharacteristicGap) []fairnessRow {
	var rows []fairnessRow
	begin := func(kind string) fairnessRow {
		return fairnessRow{"kind": kind, "characteristic": g.Characteristic, "focal": g.Focal, "reference": g.Reference}
	}
	for _, s := range g.Scores {
		row := begin("score")
		if s.Exercise != nil {
			row["exercise"] = *s.Exercise
		}
		if s.Dimension != nil {
			row["dimension"] = *s.Dimension
		}
		row["p"], row["q"], row["verdict"], row["words"] = exactly(s.P), exactly(s.Q), string(s.Verdict), s.Words
		rows = append(rows, row.with(s.G, s.Low, s.High, g.Suppressed))
	}
	for _, c := range g.Criteria {
		row := begin("criterion")
		row["exercise"], row["dimension"], row["criterion"] = c.Exercise, c.Dimension, c.Criterion
		row["p"], row["q"], row["verdict"], row["words"] = exactly(c.P), exactly(c.Q), string(c.Verdict), c.Words
		rows = append(rows, row.with(c.SMD, c.Low, c.High, g.Suppressed))
	}
	if m := g.Moderation; m != nil {
		row := begin("moderation")
		row["p"], row["verdict"], row["words"] = exactly(m.P), string(m.Verdict), m.Words
		rows = append(rows, row.with(m.Shift, m.Low, m.High, g.Suppressed))
	}
	return rows
}

func (r fairnessRow) with(estimate, low, high *float64, suppressed bool) fairnessRow {
	r["estimate"], r["low"], r["high"], r["suppressed"] = exactly(estimate), exactly(low), exactly(high), strconv.FormatBool(suppressed)
	return r
}

// writeRows writes codes and sentences so that no spreadsheet takes them for a
// formula.
func writeRows(to io.Writer, rows []fairnessRow) error {
	w := csv.NewWriter(to)
	_ = w.Write(fairnessColumns()) // the writer keeps its error
	for _, row := range rows {
		var cells []string
		for _, column := range fairnessColumns() {
			cell := row[column]
			if _, err := strconv.ParseFloat(cell, 64); err != nil {
				cell = round.Protect(cell)
			}
			cells = append(cells, cell)
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return w.Error()
}

func whole(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func exactly(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}
