package round_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"appointable/internal/round"
)

// asCells makes of a CSV text what a person has in a sheet: numbers as numbers.
func asCells(t testing.TB, text string) [][]any {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]any, len(records))
	for i, record := range records {
		for _, text := range record {
			if x, err := strconv.ParseFloat(text, 64); err == nil {
				rows[i] = append(rows[i], x)
			} else if text == "" {
				rows[i] = append(rows[i], nil)
			} else {
				rows[i] = append(rows[i], text)
			}
		}
	}
	return rows
}

// inWorkbooks is the small round with all its tables as workbooks.
func inWorkbooks(t testing.TB, edit func(*excelize.File)) files {
	t.Helper()
	f := small(t)
	for _, table := range []string{"candidates", "ratings", "psychometrics", "revisions"} {
		f[table+".xlsx"] = workbook(t, asCells(t, f[table+".csv"]), edit)
		delete(f, table+".csv")
	}
	return f
}

func TestWorkbookIsTheSameAsCSV(t *testing.T) {
	if diff := cmp.Diff(read(t, small(t)), read(t, inWorkbooks(t, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestWorkbookDates(t *testing.T) {
	f := small(t)
	delete(f, "psychometrics.csv")
	f["psychometrics.xlsx"] = workbook(t, [][]any{
		{"candidate", "instrument", "scale", "score", "taken_on"},
		{"C1", "PERS-A", "persistence", 55.5, time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)},
		{"C2", "PERS-A", "persistence", 1e-7, "2026-03-15"},
		{"C3", "PERS-A", "persistence", "48.5", time.Date(2026, 3, 16, 9, 30, 0, 0, time.UTC)},
	}, nil)
	f["psychometrics.xlsx"] = rewrite(t, f["psychometrics.xlsx"], "xl/worksheets/sheet1.xml", func(xml string) string {
		return strings.Replace(xml, "<v>55.5</v>", "<v>55.555555555555557</v>", 1) // as Excel writes it
	})
	r := read(t, f)
	for i, want := range []string{"2026-03-14", "2026-03-15", "2026-03-16"} {
		if got := r.Psychometrics[i].TakenOn; got != want {
			t.Errorf("row %d was taken on %q, want %q", i, got, want)
		}
	}
	for i, want := range []float64{55.55555555555556, 1e-7, 48.5} {
		if got := r.Psychometrics[i].Score; got != want {
			t.Errorf("row %d has score %v, want %v to the last digit", i, got, want)
		}
	}
	f["psychometrics.xlsx"] = rewrite(t, f["psychometrics.xlsx"], "xl/worksheets/sheet1.xml", func(xml string) string {
		return regexp.MustCompile(`r="E3" t="s"><v>\d+`).ReplaceAllString(xml, `r="E3" t="d"><v>2026-03-17T00:00:00`)
	})
	if got := read(t, f).Psychometrics[1].TakenOn; got != "2026-03-17" {
		t.Errorf("in a strict workbook: %q", got)
	}
	f["psychometrics.xlsx"] = rewrite(t, f["psychometrics.xlsx"], "xl/workbook.xml", func(xml string) string {
		return strings.Replace(xml, "<workbookPr", `<workbookPr date1904="1"`, 1)
	})
	if got := read(t, f).Psychometrics[0].TakenOn; got != "2030-03-15" {
		t.Errorf("with dates from 1904: %q", got)
	}
}

func TestWorkbookYearIsNoDate(t *testing.T) {
	f := small(t)
	delete(f, "psychometrics.csv")
	f["psychometrics.xlsx"] = workbook(t, [][]any{{"candidate", "instrument", "scale", "score", "taken_on"}, {"C1", "PERS-A", "persistence", 55, 2026}}, nil)
	expect(t, f, "psychometrics.xlsx:2:5", `"2026" is not a date`)
}

func TestWorkbookNamesTheSheetItRead(t *testing.T) {
	f := inWorkbooks(t, nil)
	f["ratings.xlsx"] = workbook(t, asCells(t, small(t)["ratings.csv"]), func(w *excelize.File) {
		if _, err := w.NewSheet("Summary"); err != nil {
			t.Fatal(err)
		}
		if err := w.SetCellFormula("Summary", "A1", "=SUM(Sheet1!E2:E37)"); err != nil {
			t.Fatal(err)
		}
	})
	_, notices, err := round.ReadFS(t.Context(), f.fsys())
	if want := []string{"ratings.xlsx: only the first sheet, Sheet1, was read."}; err != nil || !slices.Equal(notices, want) {
		t.Errorf("notices %q, error %v", notices, err)
	}
}

// rewrite changes one part of a workbook.
func rewrite(t testing.TB, book, part string, edit func(string) string) string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	changed := false
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			edited := edit(string(data))
			changed = edited != string(data)
			data = []byte(edited)
		}
		entry, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !changed {
		t.Fatalf("%s was not changed", part)
	}
	return out.String()
}

func TestDamagedWorkbook(t *testing.T) {
	set := func(cell string, value any) func(*excelize.File) {
		return func(f *excelize.File) {
			if err := f.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	formula := func(cell, text string) func(*excelize.File) {
		return func(f *excelize.File) {
			if err := f.SetCellFormula("Sheet1", cell, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	const sheet = "xl/worksheets/sheet1.xml"
	part := func(name, old, replacement string) func(string) string {
		return func(book string) string {
			return rewrite(t, book, name, func(xml string) string { return strings.Replace(xml, old, replacement, 1) })
		}
	}
	for _, d := range []struct {
		name    string
		sheet   func(*excelize.File) // what is typed into the sheet; or
		file    func(string) string  // what is done to the file
		where   string
		message string
		more    []string
	}{
		{name: "formula", sheet: formula("E3", "3+3"), where: ":3:5", message: `"=3+3" begins like a spreadsheet formula`},
		{name: "formula as a code", sheet: formula("B3", "B2"), where: ":3:2", message: "formula"},
		{name: "formula in the evidence", sheet: formula("F3", "A1"), where: ":3:6", message: "formula"},
		{name: "formula beside the table", sheet: formula("H3", "SUM(E2:E37)"), where: ":3:7", message: "has 8 cells and the header has 6"},
		{name: "missing column", sheet: set("E1", "value"), where: ":1", message: "the column score is missing"},
		{name: "misspelled column", sheet: set("E1", "Score"), where: ":1:5", message: "did you mean score?"},
		{name: "unknown rater", sheet: set("B3", "R9"), where: ":3:2", message: "is not on the panel"},
		{name: "off the scale", sheet: set("E3", 8), where: ":3:5", message: "score 8 is outside 1–7"},
		{name: "between the steps", sheet: set("E3", 5.5), where: ":3:5", message: "not on the scale"},
		{name: "duplicate row", sheet: set("B3", "R1"), where: ":3:4", message: "has marked"},
		{name: "NaN", sheet: set("E3", "NaN"), where: ":3:5", message: "not a number"},
		{name: "error value", sheet: set("E3", "#N/A"), where: ":3:5", message: "not a number"},
		{name: "decimal comma", sheet: set("E3", "5,5"), where: ":3:5", message: "write 5.5"},
		{name: "true", sheet: set("E3", true), where: ":3:5", message: `"TRUE" is not a number`},
		{name: "a text like a formula", sheet: set("F3", "=not computed"), where: "", message: ""}, // a sheet can tell
		{name: "no code", sheet: set("A3", nil), where: ":3:1", message: "every row needs its candidate"},
		{name: "far column", sheet: set("XFD3", "x"), where: ":3:16384", message: "more than 256 columns"},
		{name: "empty sheet", file: func(string) string { return workbook(t, nil, nil) }, where: ":1:1", message: "empty"},
		{name: "empty file", file: empty, where: "", message: "is not an .xlsx workbook"},
		{name: "CSV by the wrong name", file: func(string) string { return small(t)["ratings.csv"] }, where: "", message: "is not an .xlsx workbook"},
		{name: "old workbook or password", file: prefixed("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), where: "", message: "password"},
		{name: "broken off", file: func(book string) string { return book[:len(book)/2] }, where: "", message: "is not an .xlsx workbook"},
		{name: "XML broken off", file: part(sheet, "</row><row r=\"3\"", "</row><row r=\"3"), where: "", message: "damaged"},
		{name: "rows out of order", file: part(sheet, `<row r="3"`, `<row r="2"`), where: "", message: "row after row 2 is out of order"},
		{name: "cells out of order", file: part(sheet, `r="B3"`, `r="D3"`), where: ":3:4", message: "out of order"},
		{name: "cell of another row", file: part(sheet, `r="B3"`, `r="B4"`), where: ":3:1", message: "out of order"},
		{name: "text that is not there", file: part(sheet, `r="B3" t="s"><v>`, `r="B3" t="s"><v>9`), where: ":3:2", message: "not in it"},
		{name: "very many texts", file: part("xl/sharedStrings.xml", "<si>", strings.Repeat("<si/>", 200_000)+"<si>"), where: "", message: "more than 200000 different texts"},
		{name: "no sheet", file: part("xl/workbook.xml", "<sheet ", "<shet "), where: "", message: "damaged"},
		{name: "no workbook", file: part("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet2.xml"), where: "", message: "sheet2.xml is missing"},
		{name: "large when unpacked", file: part(sheet, "</worksheet>", strings.Repeat(" ", 16<<20)+"</worksheet>"), where: "", message: "larger than 16 MiB unpacked"},
	} {
		t.Run(d.name, func(t *testing.T) {
			f := small(t)
			f["ratings.xlsx"] = workbook(t, asCells(t, f["ratings.csv"]), d.sheet)
			delete(f, "ratings.csv")
			if d.file != nil {
				f["ratings.xlsx"] = d.file(f["ratings.xlsx"])
			}
			if d.message == "" {
				read(t, f)
				return
			}
			expect(t, f, "ratings.xlsx"+d.where, d.message, d.more...)
		})
	}
}
