package round

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// maxWorkbook bounds a workbook, unpacked: some 60,000 rows, which take
// seconds and twenty times the memory. A larger table is a CSV file.
const maxWorkbook = 16 << 20

// sheet is the first sheet of a workbook being read as a table.
type sheet struct {
	workbook *excelize.File
	rows     *excelize.Rows
	instead  map[cellRef]string // see inspect
	date1904 bool
	row      int // of the sheet, from 1
	width    int // cells of the header; 0 before it
}

// cellRef is a cell by row and column, from 1.
type cellRef struct{ row, column int }

func (in *folder) openSheet(f *file) (_ records, err error) {
	// excelize panics on some damaged workbooks; to a user that is damage.
	defer func() {
		if recover() != nil {
			err = damagedWorkbook("unexpected content")
		}
	}()
	data, err := in.bytes(f.name, maxWorkbook)
	if err != nil {
		return nil, damaged(0, 0, "%s", err)
	}
	instead, err := inspect(data)
	if err != nil {
		return nil, err
	}
	workbook, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxWorkbook, UnzipXMLSizeLimit: maxWorkbook, RawCellValue: true,
	})
	if err != nil {
		return nil, damagedWorkbook(err.Error())
	}
	s := &sheet{workbook: workbook, instead: instead}
	properties, err := workbook.GetWorkbookProps()
	if err != nil {
		return nil, damagedWorkbook(err.Error())
	}
	s.date1904 = properties.Date1904 != nil && *properties.Date1904
	names := workbook.GetSheetList()
	if s.rows, err = workbook.Rows(names[0]); err != nil {
		return nil, damagedWorkbook(err.Error())
	}
	if len(names) > 1 {
		f.notices = append(f.notices, fmt.Sprintf("%s: only the first sheet, %s, was read.", f.name, names[0]))
	}
	return s, nil
}

func damagedWorkbook(what string) *damage {
	return damaged(0, 0, "the workbook is damaged (%s); open it in a spreadsheet program and save it again, or save the sheet as CSV UTF-8", strings.TrimPrefix(what, "zip: "))
}

func (s *sheet) close() { _ = s.workbook.Close() } // only read from

func (s *sheet) read() (cells []string, err error) {
	defer func() {
		if recover() != nil {
			err = damagedWorkbook("unexpected content")
		}
	}()
	if !s.rows.Next() {
		if err := s.rows.Error(); err != nil {
			return nil, damagedWorkbook(err.Error())
		}
		return nil, io.EOF
	}
	s.row++
	if cells, err = s.rows.Columns(); err != nil {
		return nil, damagedWorkbook(err.Error())
	}
	for i := range cells {
		if text, ok := s.instead[cellRef{s.row, i + 1}]; ok {
			cells[i] = text
		}
	}
	return s.padded(cells), nil
}

// padded gives every row the cells that the header has: a sheet keeps no empty
// cells at the end of a row.
func (s *sheet) padded(cells []string) []string {
	for len(cells) > s.width && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if s.width == 0 {
		s.width = len(cells)
	}
	for len(cells) < s.width {
		cells = append(cells, "")
	}
	return cells
}

func (s *sheet) at(cell int) (line, column int) { return s.row, cell + 1 }

func (s *sheet) isFormula(cell int) bool {
	return strings.HasPrefix(s.instead[cellRef{s.row, cell + 1}], "=")
}

// number reads a number that was typed as text, and what a sheet makes of one
// that was typed as a number: all digits that it has, perhaps with an exponent.
func (s *sheet) number(text string) (float64, error) {
	mantissa, exponent, _ := strings.Cut(strings.ToUpper(text), "E")
	if isDecimal(mantissa) && isDigits(strings.TrimLeft(exponent, "+-")) {
		return finite(text)
	}
	return plainNumber(text)
}

// date reads a date that was typed as text, and what a sheet makes of one: the
// number of a day, or (in a strict workbook) a date with a time. A number that
// would be a day long past is left: somebody may have typed a year.
func (s *sheet) date(text string) string {
	if day, err := strconv.ParseFloat(text, 64); err == nil && isDecimal(text) {
		if date, err := excelize.ExcelDateToTime(day, s.date1904); err == nil && 1990 <= date.Year() && date.Year() < 2200 {
			return date.Format(time.DateOnly)
		}
	}
	date, _, _ := strings.Cut(text, "T00:00:00")
	return date
}
