package round

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"appointable/selection"
)

// FairnessRun is who made a run of the fairness audit, when and why.
type FairnessRun struct {
	ID, By, At, Reason, Hash string // Hash is the SHA-256 of the run's document
	Audit                    selection.FairnessAudit
}

// fairnessSheet is a sheet of the workbook: a table under its head.
type fairnessSheet struct {
	name  string
	width float64 // of the first column, in characters
	rows  []cells
}

// WriteFairnessWorkbook writes an audit as an XLSX workbook: what it found, the
// tables behind it, and how it was made. Figures are numbers, all else is text:
// no cell is a formula. The same run gives the same bytes. Its errors are w's.
func WriteFairnessWorkbook(w io.Writer, run FairnessRun) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	for i, s := range fairnessSheets(run) {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err == nil {
			err = s.write(f, bold)
		}
		if err != nil {
			return fmt.Errorf("writing the sheet %s: %w", s.name, err)
		}
	}
	_, err = f.WriteTo(w)
	return err
}

// write does not stream: streamed sheets are zipped in no fixed order.
func (s fairnessSheet) write(f *excelize.File, bold int) error {
	for i, row := range s.rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		guarded := row.guarded()
		if err := f.SetSheetRow(s.name, at, &guarded); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(s.name, "A", "A", s.width); err != nil {
		return err
	}
	if err := f.SetRowStyle(s.name, 1, 1, bold); err != nil {
		return err
	}
	return f.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// guarded guards text as in a CSV file: a workbook may be saved as one.
func (row cells) guarded() []any {
	guarded := make([]any, len(row))
	for i, cell := range row {
		if text, ok := cell.(string); ok {
			cell = Protect(text)
		}
		guarded[i] = cell
	}
	return guarded
}

func fairnessSheets(run FairnessRun) []fairnessSheet {
	a := run.Audit
	return []fairnessSheet{
		{"Answer", 120, answerRows(a)},
		{"Comparisons", 12, comparisonTable(a.Report)},
		{"Indicators", 12, contributionRows(a)},
		{"Gaps in marks", 20, gapRows(a.Gaps)},
		{"Criteria", 20, criterionGapRows(a.Gaps)},
		{"Years", 12, yearRows(a.Trend)},
		{"In no ratio", 20, apartRows(a)},
		{"How it was made", 24, methodRows(run)},
	}
}

func answerRows(a selection.FairnessAudit) []cells {
	rows := []cells{{"What was found"}}
	for _, words := range a.Words {
		rows = append(rows, cells{words})
	}
	if a.Remedy != "" {
		rows = append(rows, cells{a.Remedy})
	}
	for _, words := range a.Warnings {
		rows = append(rows, cells{words})
	}
	return append(rows, cells{"A gap says that something happened, not why. No figure here adjusts a mark or decides about a candidate."})
}

func contributionRows(a selection.FairnessAudit) []cells {
	rows := []cells{{"indicator", "stage", "reference", "x0", "n0", "focal", "x1", "n1", "value", "low", "high", "inverse", "direction", "suppressed", "reason"}}
	for _, c := range a.Ratios {
		for _, i := range c.Indicator {
			rows = append(rows, cells{
				i.Name, string(c.Stage), c.Reference, known(i.X0), known(i.N0), c.Focal, known(i.X1), known(i.N1),
				known(i.Value), known(i.Low), known(i.High), known(i.Inverse), i.Direction, i.Suppressed, string(i.Reason),
			})
		}
	}
	return rows
}

func gapRows(gaps []selection.CharacteristicGap) []cells {
	rows := []cells{{"characteristic", "focal", "reference", "dimension", "exercise", "g", "low", "high", "marks", "p", "q", "suppressed", "verdict", "words"}}
	for _, g := range gaps {
		if g.Suppressed {
			rows = append(rows, cells{g.Characteristic, g.Focal, g.Reference, nil, nil, nil, nil, nil, nil, nil, nil, true})
		}
		for _, s := range g.Scores {
			rows = append(rows, cells{
				g.Characteristic, g.Focal, g.Reference, known(s.Dimension), known(s.Exercise), known(s.G), known(s.Low), known(s.High),
				known(s.Marks), known(s.P), known(s.Q), false, string(s.Verdict), s.Words,
			})
		}
	}
	return rows
}

func criterionGapRows(gaps []selection.CharacteristicGap) []cells {
	rows := []cells{{"characteristic", "focal", "reference", "criterion", "exercise", "smd", "low", "high", "log_odds", "p", "q", "verdict", "words"}}
	for _, g := range gaps {
		for _, c := range g.Criteria {
			rows = append(rows, cells{
				g.Characteristic, g.Focal, g.Reference, c.Criterion, c.Exercise, known(c.SMD), known(c.Low), known(c.High),
				known(c.LogOdds), known(c.P), known(c.Q), string(c.Verdict), c.Words,
			})
		}
	}
	return rows
}

func yearRows(years []selection.YearRatio) []cells {
	rows := []cells{{"year begins", "characteristic", "focal", "reference", "stage", "ratio", "low", "high", "suppressed", "verdict", "reason"}}
	for _, y := range years {
		rows = append(rows, cells{
			y.Year, y.Characteristic, y.Focal, y.Reference, string(y.Stage), known(y.Ratio), known(y.Low), known(y.High), y.Suppressed, string(y.Verdict), string(y.Reason),
		})
	}
	return rows
}

func apartRows(a selection.FairnessAudit) []cells {
	rows := []cells{{"characteristic", "group", "stage", "entered", "passed", "suppressed"}}
	for _, n := range a.NotCompared {
		rows = append(rows, cells{n.Characteristic, n.Group, string(n.Stage), known(n.Entered), known(n.Passed), n.Suppressed})
	}
	return rows
}

func methodRows(run FairnessRun) []cells {
	a := run.Audit
	rows := []cells{
		{"what", "value"},
		{"run", run.ID}, {"made by", run.By}, {"made at", run.At}, {"reason", run.Reason}, {"SHA-256 of the run", run.Hash},
		{"engine", a.Engine}, {"SHA-256 of the inputs", a.Inputs}, {"seed", fmt.Sprint(a.Seed)}, {"true counts", a.Unsuppressed},
	}
	for _, words := range a.PolicyWords {
		rows = append(rows, cells{"small numbers", words})
	}
	for _, f := range a.Family {
		rows = append(rows, cells{"family of tests", fmt.Sprintf("%s: %d tests, %d left out; %s", f.Name, f.Tests, f.LeftOut, f.Method)})
	}
	return rows
}
