package round

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"appointable/internal/fault"
)

// rowPath is a place in a round: a table, a row counted from 0 (-1 for the
// table as a whole), and a column.
type rowPath struct {
	table  string
	row    int
	column string
}

var tablePath = regexp.MustCompile(`^([a-z]+)(?:\[([0-9]+)\](?:\.([a-z_]+))?)?$`)

// parsePath reads "ratings[7].score".
func parsePath(where string) rowPath {
	match := tablePath.FindStringSubmatch(where)
	if match == nil {
		return rowPath{row: -1}
	}
	p := rowPath{table: match[1], row: -1, column: match[3]}
	if match[2] != "" {
		p.row, _ = strconv.Atoi(match[2])
	}
	return p
}

// place turns complaints about a round's rows into complaints about lines of
// its files. Its error is ctx's only.
func (in *folder) place(ctx context.Context, fields []fault.Field) error {
	byTable := map[string]map[int][]fault.Field{}
	for _, field := range fields {
		p := parsePath(field.Where)
		if byTable[p.table] == nil {
			byTable[p.table] = map[int][]fault.Field{}
		}
		byTable[p.table][p.row] = append(byTable[p.table][p.row], field)
	}
	for table, byRow := range byTable {
		if err := in.placeRows(ctx, table, byRow); err != nil {
			return err
		}
	}
	return nil
}

// placeRows reads a table a second time to find where rows stand: keeping line
// and column of every cell of a national round, just in case, would cost more
// memory than the marks.
func (in *folder) placeRows(ctx context.Context, name string, byRow map[int][]fault.Field) error {
	if f := in.usable(name); f != nil && slices.Contains(tableNames(), name) {
		if err := in.placeIn(ctx, f, columnsOf(name), byRow); err != nil {
			return err
		}
	}
	// Nothing may get lost: a file may have changed since it was read first.
	for _, fields := range byRow {
		for _, field := range fields {
			in.files = append(in.files, unusable(field.Where, "", "%s", field.Message))
		}
	}
	return nil
}

// placeIn complains in a table's file of the rows that it finds again there, and
// takes those out of byRow.
func (in *folder) placeIn(ctx context.Context, f *file, columns []column, byRow map[int][]fault.Field) error {
	told := f.complaints         // a score that could not be read is not also off the scale
	again := &file{name: f.name} // what reading has to say is told
	row := 0
	_, err := in.eachRow(ctx, again, columns, func(t *table) {
		for _, field := range byRow[row] {
			line, column := t.place(parsePath(field.Where).column)
			if !f.blurred[line] && !isTold(told, line, column) {
				f.complain(line, column, "%s", field.Message)
			}
		}
		delete(byRow, row)
		row++
	})
	return err
}

func isTold(told []complaint, line, column int) bool {
	return slices.ContainsFunc(told, func(c complaint) bool { return c.line == line && c.column == column })
}
