package round

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
)

// csvRows calls write with the cells of each row, the header first.
type csvRows func(write func(cells ...string))

func (rows csvRows) write(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	n := 0
	var err error
	rows(func(cells ...string) {
		if n%1024 == 0 && err == nil {
			err = ctx.Err()
		}
		n++
		if err == nil {
			err = out.Write(cells)
		}
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

// header is the names of a table's columns, the last of which, withdrawn, only
// a table with withdrawals has.
func header(columns []column, withdrawn bool) []string {
	var names []string
	for _, c := range columns {
		if c.name != "withdrawn" || withdrawn {
			names = append(names, c.name)
		}
	}
	return names
}

func withWithdrawn(cells []string, has, withdrawn bool) []string {
	switch {
	case !has:
		return cells
	case withdrawn:
		return append(cells, "yes")
	}
	return append(cells, "")
}
