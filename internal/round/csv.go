package round

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// csvFile is a CSV file being read as a table.
type csvFile struct {
	file   fs.File
	reader *csv.Reader
	cells  []string
}

func (in *folder) openCSV(name string) (records, error) {
	opened, err := in.fsys.Open(name)
	if err != nil {
		return nil, damaged(0, 0, "cannot be opened: %s", reason(err))
	}
	reader, err := newCSVReader(opened)
	if err != nil {
		_ = opened.Close() // only read from
		return nil, err
	}
	return &csvFile{file: opened, reader: reader}, nil
}

// newCSVReader finds out how the file separates its columns, and refuses what
// is not CSV at all.
func newCSVReader(file io.Reader) (*csv.Reader, error) {
	const headerBytes = 64 << 10 // more than any header has
	in := bufio.NewReaderSize(file, headerBytes)
	start, err := in.Peek(headerBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		start = start[3:]
		_, _ = in.Discard(3) // what was peeked can be discarded
	case bytes.HasPrefix(start, []byte("\xFE\xFF")), bytes.HasPrefix(start, []byte("\xFF\xFE")):
		return nil, damaged(1, 1, "the file is UTF-16; save the file as CSV UTF-8")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return nil, damaged(1, 1, "the file is a workbook; name it .xlsx, or save it as CSV UTF-8")
	}
	comma := separator(start)
	reader := csv.NewReader(newCSVText(in, comma))
	reader.Comma = rune(comma)
	reader.FieldsPerRecord = -1 // the table says what is wrong, and where
	reader.ReuseRecord = true
	return reader, nil
}

// separator counts commas and semicolons in the header, outside quotes.
func separator(start []byte) byte {
	commas, semicolons, quoted := 0, 0, false
	for _, b := range bytes.TrimLeft(start, "\r\n") {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',':
			commas++
		case b == ';':
			semicolons++
		case b == '\n':
			return moreOf(commas, semicolons)
		}
	}
	return moreOf(commas, semicolons)
}

func moreOf(commas, semicolons int) byte {
	if semicolons > commas {
		return ';'
	}
	return ','
}

func (f *csvFile) close() { _ = f.file.Close() } // only read from

func (f *csvFile) read() ([]string, error) {
	cells, err := f.reader.Read()
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, quoteDamage(parse)
	}
	for i, text := range cells {
		if strings.IndexByte(text, hiddenCR) >= 0 {
			cells[i] = strings.ReplaceAll(text, string(rune(hiddenCR)), "\r")
		}
	}
	f.cells = cells
	return cells, err
}

// quoteDamage keeps encoding/csv's columns, counted in bytes: the text before
// the quote is gone.
func quoteDamage(parse *csv.ParseError) *damage {
	switch {
	case errors.Is(parse.Err, csv.ErrBareQuote):
		d := damaged(parse.Line, parse.Column, `a quote stands inside a cell that does not begin with one; put the whole cell in quotes and double those in it: "she said ""yes"""`)
		d.rowOnly = true // quotes are still in step: the next line begins a row
		return d
	case parse.Line > parse.StartLine:
		return damaged(parse.Line, parse.Column, `the quotes are out of step in the row that begins on line %d: a cell in quotes is not closed, or a quote in it is not doubled; nothing from there on was read`, parse.StartLine)
	}
	return damaged(parse.Line, parse.Column, `the quotes are out of step: a cell in quotes is not closed, or a quote in it is not doubled (""); nothing from here on was read`)
}

// at turns encoding/csv's columns, counted in bytes, into characters.
func (f *csvFile) at(cell int) (line, column int) {
	line, column = f.reader.FieldPos(cell)
	for before := cell - 1; before >= 0; before-- {
		text := f.cells[before]
		lastLine := text[strings.LastIndexByte(text, '\n')+1:]
		column -= len(lastLine) - utf8.RuneCountInString(lastLine)
		if len(lastLine) < len(text) {
			break // it began on an earlier line
		}
	}
	return line, column
}

// isFormula holds for a text, too: a CSV file cannot tell.
func (f *csvFile) isFormula(cell int) bool { return strings.HasPrefix(f.cells[cell], "=") }

func (f *csvFile) date(text string) string { return text }

func (f *csvFile) number(text string) (float64, error) { return plainNumber(text) }
