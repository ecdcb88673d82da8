package round_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/fairness"
)

// auditedRun has one row of each table, and formulas wherever text may stand.
func auditedRun() round.FairnessRun {
	ratio, low, x, text := 0.46, 0.41, 215, "=1+1"
	return round.FairnessRun{
		ID: "0199", By: "=HYPERLINK(\"x\")", At: "1 April 2026", Reason: "+cmd|' /C calc'!A0", Hash: strings.Repeat("ab", 32),
		Audit: selection.FairnessAudit{
			Engine: "fairness 1", Seed: 1, Words: []string{"@SUM(A1)", "One gap was found."}, PolicyWords: []string{"*: fewer than 8."},
			Report: fairness.Report{
				Ratios: []fairness.Ratio{
					{Characteristic: "ethnicity", Focal: "=BME", Reference: "-white", Stage: fairness.Shortlisted, X1: &x, Ratio: &ratio, Low: &low, Verdict: fairness.GapFound,
						Indicator: []fairness.Indicator{{Name: "MWRES", Direction: "white over BME", Value: &ratio}}},
					{Characteristic: "sex", Focal: "female", Reference: "male", Stage: fairness.Shortlisted, Campaign: &text, Suppressed: true},
				},
				Pooled:      []fairness.PooledRatio{{Characteristic: "ethnicity", Focal: "=BME", Reference: "-white", Stage: fairness.Shortlisted, Ratio: &ratio}},
				NotCompared: []fairness.NotCompared{{Characteristic: "sex", Group: "\tnot stated", Stage: fairness.Shortlisted, Suppressed: true}},
			},
			Gaps:  []selection.CharacteristicGap{{Characteristic: "sex", Focal: "female", Reference: "male", Scores: []selection.ScoreGap{{Exercise: &text, G: &ratio}}}, {Characteristic: "age", Suppressed: true}},
			Trend: []selection.YearRatio{{Year: 2025, Characteristic: "sex", Focal: "female", Reference: "male", Stage: fairness.Shortlisted, Ratio: &ratio}},
		},
	}
}

func opened(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestNoCellOfAnAuditIsAFormula looks at every cell of the workbook.
func TestNoCellOfAnAuditIsAFormula(t *testing.T) {
	var b bytes.Buffer
	if err := round.WriteFairnessWorkbook(&b, auditedRun()); err != nil {
		t.Fatal(err)
	}
	f, texts := opened(t, b.Bytes()), 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, text := range row {
				at, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
					t.Errorf("%s!%s is the formula %s", sheet, at, formula)
				}
				kind, _ := f.GetCellType(sheet, at)
				if kind == excelize.CellTypeSharedString && text != "" && strings.ContainsAny(text[:1], "=+-@\t") {
					t.Errorf("%s!%s begins a formula: %q", sheet, at, text)
				}
				texts++
			}
		}
	}
	if texts < 100 {
		t.Errorf("only %d cells", texts)
	}
}

func TestAFigureOfAnAuditIsANumber(t *testing.T) {
	var b bytes.Buffer
	if err := round.WriteFairnessWorkbook(&b, auditedRun()); err != nil {
		t.Fatal(err)
	}
	f := opened(t, b.Bytes())
	for cell, want := range map[string]string{"D2": "'=BME", "E2": "'-white", "G2": "215", "K2": "0.46", "M2": "", "Y2": "gap", "B3": "'=1+1", "K3": "", "A4": "within", "K4": "0.46"} {
		if got, _ := f.GetCellValue("Comparisons", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	for sheet, cell := range map[string]string{"Comparisons": "K2", "Indicators": "I2", "Gaps in marks": "F2", "Years": "F2"} {
		if kind, _ := f.GetCellType(sheet, cell); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
			t.Errorf("%s!%s is of type %d", sheet, cell, kind)
		}
		if got, _ := f.GetCellValue(sheet, cell); got != "0.46" {
			t.Errorf("%s!%s is %q", sheet, cell, got)
		}
	}
	if got, _ := f.GetCellValue("How it was made", "B5"); got != "'+cmd|' /C calc'!A0" {
		t.Errorf("the reason is %q", got)
	}
}

func TestTheSameAuditGivesTheSameWorkbook(t *testing.T) {
	var first, second bytes.Buffer
	for _, w := range []io.Writer{&first, &second} {
		if err := round.WriteFairnessWorkbook(w, auditedRun()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the bytes differ")
	}
}
