package round

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"appointable/internal/fault"
)

// maxComplaints bounds what one reading tells, and what is kept for a file:
// past it a file is wrong as a whole.
const maxComplaints = 1000

// file is one file of a round and what is wrong with it.
type file struct {
	name       string
	meant      string // the name it should have, mostly the one it has
	unusable   bool   // not to be opened
	complaints []complaint
	more       bool         // there are complaints that were not kept
	blurred    map[int]bool // lines on which a code could not be read, so that nothing can be said of the row
	notices    []string
}

// complaint is one mistake in a file. Line and column count from 1; 0 is "as a
// whole". Path leads into a YAML document.
type complaint struct {
	line, column int
	path         string
	message      string
}

func unusable(name, meant, format string, args ...any) *file {
	f := &file{name: name, meant: meant, unusable: true}
	f.complain(0, 0, format, args...)
	return f
}

func (f *file) complain(line, column int, format string, args ...any) {
	f.keep(complaint{line: line, column: column, message: fmt.Sprintf(format, args...)})
}

func (f *file) keep(c complaint) {
	if len(f.complaints) == maxComplaints {
		f.more = true
		return
	}
	f.complaints = append(f.complaints, c)
}

// keepAll takes over complaints that have "LINE:COLUMN: path" as their Where,
// as package strictyaml writes them.
func (f *file) keepAll(err error) {
	var list fault.List
	list.AddAll("", err)
	for _, field := range list.Fields {
		place, path, _ := strings.Cut(field.Where, ": ")
		line, column, _ := strings.Cut(place, ":")
		c := complaint{path: path, message: field.Message}
		c.line, _ = strconv.Atoi(line)
		c.column, _ = strconv.Atoi(column)
		f.keep(c)
	}
}

func (f *file) blur(line int) {
	if f.blurred == nil {
		f.blurred = map[int]bool{}
	}
	f.blurred[line] = true
}

func (f *file) field(c complaint) fault.Field {
	where := f.name
	if c.line > 0 {
		where += ":" + strconv.Itoa(c.line)
	}
	if c.column > 0 {
		where += ":" + strconv.Itoa(c.column)
	}
	if c.path != "" {
		where += ": " + c.path
	}
	return fault.Field{Where: where, Message: c.message}
}

// report is the error of all complaints about what was read, in the order of
// files and places; nil where there are none.
func (in *folder) report(what string) error {
	order := func(f *file) int { return slices.Index(fileNames(), f.meant) }
	slices.SortStableFunc(in.files, func(a, b *file) int { return cmp.Compare(order(a), order(b)) })
	var list fault.List
	for _, f := range in.files {
		in.more = in.more || f.more
		slices.SortStableFunc(f.complaints, func(a, b complaint) int {
			return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
		})
		for _, c := range f.complaints {
			list.Fields = append(list.Fields, f.field(c))
		}
	}
	if in.more || len(list.Fields) > maxComplaints {
		list.Fields = list.Fields[:min(len(list.Fields), maxComplaints)]
		return list.Err("%s has mistakes; %d are listed and there are more", what, len(list.Fields))
	}
	return list.Err("%s has mistakes", what)
}
