package round

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The tables of a round: their files' names without .csv or .xlsx, and the
// first step of paths such as ratings[7].score.
const (
	candidatesTable    = "candidates"
	ratingsTable       = "ratings"
	psychometricsTable = "psychometrics"
	revisionsTable     = "revisions"
)

func tableNames() []string {
	return []string{candidatesTable, ratingsTable, psychometricsTable, revisionsTable}
}

// Bounds far above a national round's, so that a wrong file costs neither
// memory nor an afternoon.
const (
	maxRows  = 5_000_000
	maxField = 64 << 10 // bytes
)

// column is one that a table may have; code refers to it by its index in the
// table's list.
type column struct {
	name     string
	required bool
}

func columnsOf(table string) []column {
	switch table {
	case candidatesTable:
		return candidateColumns()
	case ratingsTable:
		return ratingColumns()
	case psychometricsTable:
		return resultColumns()
	}
	return revisionColumns()
}

// records is what a CSV file and a sheet of a workbook have in common.
type records interface {
	// read gives the cells of the next row, valid until the next call; *damage
	// for what cannot be read, io.EOF after the last.
	read() ([]string, error)
	// at says where a cell of that row stands.
	at(cell int) (line, column int)
	// isFormula reports whether a spreadsheet computes, or may compute, the
	// cell; its text then begins with =.
	isFormula(cell int) bool
	// number and date read a cell as the format writes it. The error of
	// number is for the user; date gives back what it cannot read.
	number(text string) (float64, error)
	date(text string) string
	close()
}

// damage is why a row, or everything from a place on, cannot be read.
type damage struct {
	line, column int
	message      string
	rowOnly      bool
}

func (d *damage) Error() string { return d.message }

func damaged(line, column int, format string, args ...any) *damage {
	return &damage{line: line, column: column, message: fmt.Sprintf(format, args...)}
}

// table is a table being read, at one of its rows.
type table struct {
	records
	file     *file
	columns  []column
	cellOf   []int // by column; -1 where the file does not have it
	width    int   // how many cells a row has
	cells    []string
	rows     int
	whole    bool // every row so far could be read
	interned map[string]string
}

// readTable calls row at each row that can be read and reports whether those
// were all, as none are of a table that is rightly absent. What is wrong is
// complained of in the table's file; the error is ctx's only.
func (in *folder) readTable(ctx context.Context, name string, row func(*table)) (whole bool, err error) {
	if f := in.usable(name); f != nil {
		return in.eachRow(ctx, f, columnsOf(name), row)
	}
	return !in.has(name), nil
}

func (in *folder) eachRow(ctx context.Context, f *file, columns []column, row func(*table)) (whole bool, err error) {
	t := &table{file: f, columns: columns, interned: map[string]string{}, whole: true}
	if t.records, err = in.openRecords(f); err != nil {
		t.lose(err)
		return false, nil
	}
	defer t.close()
	if !t.readHeader() {
		return false, nil
	}
	for t.next() {
		if t.rows%1024 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		row(t)
	}
	return t.whole, nil
}

func (in *folder) openRecords(f *file) (records, error) {
	if strings.HasSuffix(f.name, ".xlsx") {
		return in.openSheet(f)
	}
	return in.openCSV(f.name)
}

// lose complains of what cannot be read, and reports whether reading can go on
// behind it.
func (t *table) lose(err error) (goOn bool) {
	t.whole = false
	d, ok := errors.AsType[*damage](err)
	if !ok {
		d = damaged(0, 0, "cannot be read to the end: %s", reason(err))
	}
	t.file.complain(d.line, d.column, "%s", d.message)
	return d.rowOnly
}

// readHeader finds the columns in the first row that holds anything.
func (t *table) readHeader() bool {
	header, err := t.read()
	for err == nil && isBlank(header) {
		header, err = t.read()
	}
	if errors.Is(err, io.EOF) {
		err = damaged(1, 1, "the file is empty; its first line names the columns: %s", strings.Join(t.names(false), ","))
	}
	if err != nil {
		t.lose(err)
		return false
	}
	before := len(t.file.complaints)
	t.width = len(header)
	t.cellOf = slices.Repeat([]int{-1}, len(t.columns))
	var others []int
	for cell, name := range header {
		c := t.column(strings.TrimSpace(name))
		switch line, at := t.at(cell); {
		case c < 0:
			others = append(others, cell)
		case t.cellOf[c] >= 0:
			t.file.complain(line, at, "the column %s is there twice", t.columns[c].name)
		default:
			t.cellOf[c] = cell
		}
	}
	for _, cell := range others {
		t.judge(cell, strings.TrimSpace(header[cell]))
	}
	line, _ := t.at(0)
	for c, column := range t.columns {
		if column.required && t.cellOf[c] == -1 {
			t.file.complain(line, 0, "the column %s is missing; needed are %s", column.name, strings.Join(t.names(true), ", "))
		}
	}
	return len(t.file.complaints) == before
}

// guessed stands in cellOf for a column that is there under a wrong name.
const guessed = -2

// judge tells a misspelled column from one that has nothing to do with us:
// passing over "Evidence" would lose it.
func (t *table) judge(cell int, name string) {
	line, at := t.at(cell)
	if strings.Contains(name, "\t") {
		t.file.complain(line, at, "the columns are separated by tabs; save the file as CSV, with commas or semicolons")
		return
	}
	var absent []string
	for c, column := range t.columns {
		if t.cellOf[c] == -1 {
			absent = append(absent, column.name)
		}
	}
	if meant := nearest(name, absent); meant != "" {
		t.cellOf[t.column(meant)] = guessed
		t.file.complain(line, at, "the column %s is not known; did you mean %s?", shown(name), meant)
		return
	}
	t.file.notices = append(t.file.notices, fmt.Sprintf("%s: the column %s is not used here and was not read.", t.file.name, shown(name)))
}

func (t *table) column(name string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
}

func (t *table) names(requiredOnly bool) []string {
	var names []string
	for _, c := range t.columns {
		if c.required || !requiredOnly {
			names = append(names, c.name)
		}
	}
	return names
}

// next moves to the next row that holds anything and has all its cells.
func (t *table) next() bool {
	for {
		cells, err := t.read()
		switch {
		case errors.Is(err, io.EOF):
			return false
		case err != nil && t.lose(err):
			continue
		case err != nil:
			return false
		case isBlank(cells): // spreadsheets leave such rows
			continue
		case !t.fits(cells):
			t.whole = false
			continue
		case t.rows == maxRows:
			line, _ := t.at(0)
			t.lose(damaged(line, 0, "the file has more than %d rows; nothing from here on was read", maxRows))
			return false
		}
		t.cells = cells
		t.rows++
		return true
	}
}

func (t *table) fits(cells []string) bool {
	if len(cells) != t.width {
		line, column := t.at(min(len(cells), t.width+1) - 1)
		t.file.complain(line, column, "the row has %d cells and the header has %d; name every column (in CSV, put a cell with a comma, semicolon or quote in it in quotes)", len(cells), t.width)
		return false
	}
	for i, text := range cells {
		if len(text) > maxField {
			line, column := t.at(i)
			t.file.complain(line, column, "the cell is longer than %d KiB; is a quote not closed?", maxField>>10)
			return false
		}
	}
	return true
}

func isBlank(cells []string) bool {
	for _, text := range cells {
		if strings.TrimSpace(text) != "" {
			return false
		}
	}
	return true
}

// place says where the cell of a named column stands; where the file does not
// have the column, where the row does.
func (t *table) place(name string) (line, column int) {
	if c := t.column(name); c >= 0 && t.cellOf[c] >= 0 {
		return t.at(t.cellOf[c])
	}
	line, _ = t.at(0)
	return line, 0
}
