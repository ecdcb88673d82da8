package round

import (
	"strconv"
	"strings"

	"appointable/selection"
)

// cell is the text of a column in the current row without surrounding blanks,
// "" where the file does not have the column. It is not ok when a spreadsheet
// would take the text for a formula, which is then complained of.
func (t *table) cell(c int) (text string, ok bool) {
	if t.cellOf[c] < 0 {
		return "", true
	}
	text = strings.TrimSpace(t.cells[t.cellOf[c]])
	if startsFormula(text) {
		t.complain(c, "%s begins like a spreadsheet formula; put the value itself there", shown(text))
		return "", false
	}
	return text, true
}

// startsFormula lets numbers pass, and a lone dash, which is told as what it
// is: no number and no code.
func startsFormula(text string) bool {
	switch {
	case text == "":
		return false
	case text[0] == '-':
		return len(text) > 1 && (text[1] < '0' || text[1] > '9') && text[1] != '.'
	}
	return strings.IndexByte("=+@", text[0]) >= 0
}

func (t *table) complain(c int, format string, args ...any) {
	line, column := t.at(t.cellOf[c])
	t.file.complain(line, column, format, args...)
}

// code reads a cell that must not be empty. Whether the code is known is for
// the round to say.
func (t *table) code(c int) string {
	text, ok := t.cell(c)
	if ok && text != "" {
		return t.intern(text)
	}
	if ok {
		t.complain(c, "is empty; every row needs its %s", t.columns[c].name)
	}
	line, _ := t.at(t.cellOf[c])
	t.file.blur(line)
	t.whole = false
	return ""
}

// label reads a code that may be any text, which must not be empty.
func (t *table) label(c int) (text string, ok bool) {
	switch text = strings.TrimSpace(t.cells[t.cellOf[c]]); {
	case t.isFormula(t.cellOf[c]):
		t.complain(c, "%s begins like a spreadsheet formula; put the code itself there", shown(text))
	case text == "":
		t.complain(c, "is empty; every row needs its %s", t.columns[c].name)
	default:
		return t.intern(unprotect(text)), true
	}
	t.whole = false
	return "", false
}

// intern keeps one copy of each code: a national round names its 200 criteria
// a million times.
func (t *table) intern(text string) string {
	if known, ok := t.interned[text]; ok {
		return known
	}
	text = strings.Clone(text) // the cell is a slice of its whole row
	t.interned[text] = text
	return text
}

// score reads a number; given is false for an empty cell and for one that
// could not be read.
func (t *table) score(c int) (x float64, given bool) {
	text, ok := t.cell(c)
	if !ok || text == "" {
		return 0, false
	}
	x, err := t.number(text)
	if err != nil {
		t.complain(c, "%s", err)
		return 0, false
	}
	return x, true
}

// count reads a whole number from 1 on; 0 where there is none.
func (t *table) count(c int) int {
	text, ok := t.cell(c)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || strconv.Itoa(n) != text {
		t.complain(c, "%s is not a number of the kind 1, 2, 3", shown(text))
		return 0
	}
	return n
}

func (t *table) answer(c int) selection.Answer {
	text, _ := t.cell(c)
	return selection.Answer(t.intern(text))
}

func (t *table) yes(c int) bool {
	switch text, _ := t.cell(c); text {
	case "yes":
		return true
	case "no", "":
	default:
		t.complain(c, "%s is not an answer; write yes, no or nothing", shown(text))
	}
	return false
}

// prose reads free text to the letter.
func (t *table) prose(c int) string {
	if t.cellOf[c] < 0 {
		return ""
	}
	text := t.cells[t.cellOf[c]]
	if t.isFormula(t.cellOf[c]) {
		t.complain(c, "%s begins like a spreadsheet formula; put the text itself there, with an apostrophe (') before one that begins so", shown(text))
		return ""
	}
	return unprotect(text)
}
