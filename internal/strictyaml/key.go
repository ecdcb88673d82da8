package strictyaml

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// field is a key that a struct knows.
type field struct {
	name     string
	index    []int
	required bool
}

// fieldsOf lists the keys of a struct type in the order of its fields.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() || f.Anonymous {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		fields = append(fields, field{name: name, index: f.Index, required: !strings.Contains(options, "omitempty")})
	}
	return fields
}

func find(fields []field, name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

func names(fields []field) []string {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	return known
}

// nearest returns the known key, not itself present, that an unknown one is
// most likely a misspelling of, or nothing.
func nearest(fields []field, unknown string, present map[string]bool) string {
	best, bestDistance := "", 3
	if utf8.RuneCountInString(unknown) > 40 {
		return ""
	}
	for _, f := range fields {
		if present[f.name] {
			continue
		}
		distance := Distance(strings.ToLower(unknown), f.name)
		if distance < bestDistance && 2*distance < utf8.RuneCountInString(f.name) {
			best, bestDistance = f.name, distance
		}
	}
	return best
}

// Distance counts the letters to add, drop, change or swap with their neighbour
// (optimal string alignment) to turn one short word into another: how likely
// one is a misspelling of the other, in a key here or in a column elsewhere.
func Distance(one, other string) int {
	a, b := []rune(one), []rune(other)
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
