package round

import (
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

const (
	maxFile   = 1 << 30 // bytes
	maxRecord = 1 << 20
	// hiddenCR stands for a carriage return inside quotes, which encoding/csv
	// would drop from a line end there; no file may have it in it.
	hiddenCR byte = 0
)

// csvText hands a CSV file on to encoding/csv and stops at what is no text, and
// at rows so long that reading on would only cost memory.
type csvText struct {
	in      io.Reader
	comma   byte
	state   state
	afterCR bool  // outside quotes
	line    int   // of the byte read last
	column  int   // the same, in characters
	begin   int   // the line on which the row begins
	row     int   // bytes of the row so far
	total   int64 // bytes of the file so far
	failed  error
}

// state is where in a cell the reader is.
type state int

const (
	cellStart state = iota
	unquoted
	quoted
	closing // after a quote in quotes: the end of the cell, or half of a doubled quote
)

func newCSVText(in io.Reader, comma byte) *csvText {
	return &csvText{in: transform.NewReader(in, encoding.UTF8Validator), comma: comma, line: 1, begin: 1}
}

// Read implements io.Reader; its error is *damage for what the user can mend.
func (t *csvText) Read(p []byte) (int, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	n, err := t.in.Read(p)
	for i := range n {
		if t.failed = t.step(&p[i]); t.failed != nil {
			return i, t.failed
		}
	}
	switch {
	case errors.Is(err, encoding.ErrInvalidUTF8):
		err = damaged(t.line, t.column+1, "this is not UTF-8; save the file as CSV UTF-8")
	case errors.Is(err, io.EOF) && t.afterCR:
		err = t.loneCR()
	}
	t.failed = err
	return n, err
}

func (t *csvText) step(b *byte) error {
	if utf8.RuneStart(*b) {
		t.column++
	}
	t.row++
	t.total++
	switch {
	case t.afterCR && *b != '\n':
		t.column--
		return t.loneCR()
	case t.row > maxRecord:
		return damaged(t.begin, 1, "the row that begins here is longer than %d MiB; is a quote not closed, or is this the wrong file?", maxRecord>>20)
	case t.total > maxFile:
		return damaged(t.line, t.column, "the file is larger than %d GiB; nothing from here on was read", maxFile>>30)
	case *b == 0:
		return damaged(t.line, t.column, "a NUL character stands here; save the file as CSV UTF-8")
	}
	switch {
	case *b == '\n':
		t.endLine()
	case *b == '\r' && t.state == quoted:
		*b = hiddenCR
	case *b == '\r':
		t.afterCR = true
	case *b == '"':
		t.quote()
	case t.state == quoted:
	case *b == t.comma:
		t.state = cellStart
	default:
		t.state = unquoted
	}
	return nil
}

func (t *csvText) endLine() {
	t.line++
	t.column, t.afterCR = 0, false
	if t.state != quoted {
		t.begin, t.row, t.state = t.line, 0, cellStart
	}
}

func (t *csvText) quote() {
	switch t.state {
	case cellStart, closing:
		t.state = quoted
	case quoted:
		t.state = closing
	}
}

func (t *csvText) loneCR() error {
	return damaged(t.line, t.column, "a line ends here as on old Macs (CR alone); save the file as CSV UTF-8, with Windows or Unix line ends")
}
