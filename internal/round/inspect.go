package round

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// excelize passes over in silence what must not be passed over in a marking
// sheet: XML that breaks off, cells out of order, a text that is not in the
// workbook, a cell at the far end of the sheet that costs megabytes; and to ask
// it for formulas is to load all of it, blank cells included. So the sheet is
// gone through once before excelize reads it.

const (
	maxColumns = 256     // how far to the right a sheet may go
	maxTexts   = 200_000 // different texts in a workbook; excelize takes 200 bytes for each, be it empty
)

// inspect refuses a workbook that excelize would misread. It returns what to
// read instead of some cells' values: the formula, with =, and TRUE or FALSE,
// which excelize gives as 1 and 0.
func inspect(data []byte) (map[cellRef]string, error) {
	parts, err := openParts(data)
	if err != nil {
		return nil, err
	}
	name, err := parts.firstSheet()
	if err != nil {
		return nil, err
	}
	texts, err := parts.countTexts()
	if err != nil {
		return nil, err
	}
	s := inspection{instead: map[cellRef]string{}, texts: texts}
	if err := parts.elements(name, s.element); err != nil {
		return nil, err
	}
	return s.instead, nil
}

// parts are the files in a workbook, by name in lower case.
type parts map[string]*zip.File

func openParts(data []byte) (parts, error) {
	if bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")) {
		return nil, damaged(0, 0, "is protected by a password or an old workbook (.xls); save it as .xlsx without a password, or as CSV UTF-8")
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged(0, 0, "is not an .xlsx workbook; save it as one, or as CSV UTF-8")
	}
	parts := parts{}
	size := uint64(0)
	for _, f := range archive.File {
		parts[strings.ToLower(strings.ReplaceAll(f.Name, "\\", "/"))] = f
		size += min(f.UncompressedSize64, maxWorkbook+1) // so that no sum overflows
	}
	if size > maxWorkbook {
		return nil, damaged(0, 0, "is larger than %d MiB unpacked; save the sheet as CSV UTF-8", maxWorkbook>>20)
	}
	return parts, nil
}

// firstSheet follows the workbook to the part that holds its first sheet.
func (p parts) firstSheet() (string, error) {
	var id, target string
	err := p.elements("xl/workbook.xml", func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "sheet" && id == "" {
			id = attribute(e, "id")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	err = p.elements("xl/_rels/workbook.xml.rels", func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "Relationship" && attribute(e, "Id") == id {
			target = attribute(e, "Target")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if id == "" || target == "" {
		return "", damagedWorkbook("it has no sheet")
	}
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(target, "/"), nil
	}
	return path.Join("xl", target), nil
}

// countTexts counts the texts that cells refer to by number.
func (p parts) countTexts() (texts int, err error) {
	const name = "xl/sharedstrings.xml"
	if p[name] == nil {
		return 0, nil
	}
	err = p.elements(name, func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "si" {
			texts++
		}
		return nil
	})
	if texts > maxTexts {
		err = damaged(0, 0, "the workbook has more than %d different texts; save the sheet as CSV UTF-8", maxTexts)
	}
	return texts, err
}

// elements calls visit at the start of each element of a part, to its end.
func (p parts) elements(name string, visit func(xml.StartElement, *xml.Decoder) error) error {
	part := p[strings.ToLower(name)]
	if part == nil {
		return damagedWorkbook(path.Base(name) + " is missing")
	}
	content, err := part.Open()
	if err != nil {
		return damagedWorkbook(err.Error())
	}
	defer func() { _ = content.Close() }() // only read from
	decoder := xml.NewDecoder(content)
	for {
		token, err := decoder.Token()
		switch e := token.(type) {
		case nil:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return damagedWorkbook(err.Error())
		case xml.StartElement:
			if err := visit(e, decoder); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// inspection is at one cell of a sheet.
type inspection struct {
	row, column int
	texts       int
	kind        string // of the cell: "s" for the number of a text, "b" for a boolean, …
	instead     map[cellRef]string
}

func (s *inspection) element(e xml.StartElement, decoder *xml.Decoder) error {
	switch e.Name.Local {
	case "row":
		return s.enterRow(attribute(e, "r"))
	case "c":
		s.kind = attribute(e, "t")
		return s.enterCell(attribute(e, "r"))
	case "v":
		return s.value(e, decoder)
	case "f":
		return s.formula(e, decoder)
	}
	return nil
}

func (s *inspection) enterRow(reference string) error {
	row := s.row + 1
	if reference != "" {
		row, _ = strconv.Atoi(reference)
	}
	if row <= s.row || row > excelize.TotalRows {
		return damagedWorkbook("the row after row " + strconv.Itoa(s.row) + " is out of order")
	}
	s.row, s.column = row, 0
	return nil
}

func (s *inspection) enterCell(reference string) error {
	row, column := s.row, s.column+1
	if reference != "" {
		column, row, _ = excelize.CellNameToCoordinates(reference)
	}
	switch {
	case row != s.row || column <= s.column:
		return damaged(s.row, s.column, "the workbook is damaged: the cells of this row are out of order")
	case column > maxColumns:
		return damaged(s.row, column, "the sheet has more than %d columns; is this the right file?", maxColumns)
	}
	s.column = column
	return nil
}

func (s *inspection) value(e xml.StartElement, decoder *xml.Decoder) error {
	var value string
	if err := decoder.DecodeElement(&value, &e); err != nil {
		return damagedWorkbook(err.Error())
	}
	switch n, err := strconv.Atoi(strings.TrimSpace(value)); {
	case s.kind == "s" && (err != nil || n < 0 || n >= s.texts):
		return damaged(s.row, s.column, "the workbook is damaged: the text of this cell is not in it")
	case s.kind == "b" && s.instead[cellRef{s.row, s.column}] == "":
		s.instead[cellRef{s.row, s.column}] = strings.ToUpper(strconv.FormatBool(n != 0))
	}
	return nil
}

func (s *inspection) formula(e xml.StartElement, decoder *xml.Decoder) error {
	var formula string
	if err := decoder.DecodeElement(&formula, &e); err != nil {
		return damagedWorkbook(err.Error())
	}
	s.instead[cellRef{s.row, s.column}] = "=" + formula
	return nil
}
