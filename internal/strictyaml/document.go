// Package strictyaml reads one YAML document into a Go value and refuses what
// its author cannot have meant: unknown or repeated keys, a text where a number
// belongs, a second document, YAML's own shorthands (aliases, tags). Every
// complaint names line, column and path, and all of them come at once.
package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
)

// Document remembers where everything in a decoded text stands.
type Document struct {
	root *yaml.Node
}

// Position returns the line and column, counted from 1 (columns in
// characters), of the place that a path such as
// "dimensions[2].criteria[0].anchors" leads to, or of the last step of it that
// exists. It is that of the value, or of its key where the value begins on a
// later line. A key may itself contain dots.
func (d *Document) Position(path string) (line, column int) {
	at := locate(d.root, path)
	return at.Line, at.Column
}

// Place puts line and column before the path of each of err's fields:
// "dimensions[2].weight" becomes "12:5: dimensions[2].weight". An error without
// fields, nil included, is returned as it is.
func (d *Document) Place(err error) error {
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	placed := make([]fault.Field, len(fields))
	for i, f := range fields {
		placed[i] = fault.Field{Where: where(locate(d.root, f.Where), f.Where), Message: f.Message}
	}
	return &fault.Error{Kind: fault.KindOf(err), Message: firstLine(err), Fields: placed}
}

// Join puts the complaints of decoding and of a check of the decoded value
// together, in the order of the document. The check's paths are placed; what it
// says about something that could not be decoded is left out, since a weight
// that could not be read is not also too small. It returns nil where both are.
func (d *Document) Join(decoding, check error) error {
	if decoding == nil {
		return inOrder(d.Place(check))
	}
	if check == nil {
		return decoding
	}
	joined := &fault.Error{Kind: fault.Invalid, Message: firstLine(decoding), Fields: slices.Clone(fault.FieldsOf(decoding))}
	for _, f := range fault.FieldsOf(check) {
		if !slices.ContainsFunc(fault.FieldsOf(decoding), func(known fault.Field) bool { return overlap(pathOf(known.Where), f.Where) }) {
			joined.Fields = append(joined.Fields, fault.Field{Where: where(locate(d.root, f.Where), f.Where), Message: f.Message})
		}
	}
	return inOrder(joined)
}

// firstLine is the message of err without its fields.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// overlap reports whether one path is the other or leads to it.
func overlap(a, b string) bool {
	return within(a, b) || within(b, a)
}

func within(outer, path string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (outer == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// where writes a place as LINE:COLUMN, followed by the path if there is one.
func where(at *yaml.Node, path string) string {
	place := fmt.Sprintf("%d:%d", at.Line, at.Column)
	if path == "" {
		return place
	}
	return place + ": " + path
}

func pathOf(where string) string {
	_, path, _ := strings.Cut(where, ": ")
	return path
}

// inOrder sorts the fields of an error by line and column, equals as they were.
func inOrder(err error) error {
	slices.SortStableFunc(fault.FieldsOf(err), func(a, b fault.Field) int {
		lineA, columnA := placeOf(a.Where)
		lineB, columnB := placeOf(b.Where)
		return cmp.Or(cmp.Compare(lineA, lineB), cmp.Compare(columnA, columnB))
	})
	return err
}

func placeOf(where string) (line, column int) {
	place, _, _ := strings.Cut(where, ": ")
	first, second, _ := strings.Cut(place, ":")
	line, _ = strconv.Atoi(first)
	column, _ = strconv.Atoi(second)
	return line, column
}

// locate walks a path down from a node and returns the node to point at.
func locate(node *yaml.Node, path string) *yaml.Node {
	at := node
	for path != "" {
		step, rest := nextStep(node, path)
		if step.value == nil {
			break
		}
		at, node, path = step.pointer(), step.value, strings.TrimPrefix(rest, ".")
	}
	return at
}

// entry is a value in a mapping with its key, or an item of a list without one.
type entry struct{ key, value *yaml.Node }

func (e entry) pointer() *yaml.Node {
	if e.key != nil && e.key.Line != e.value.Line {
		return e.key
	}
	return e.value
}

// nextStep finds what the beginning of path names in node and returns the
// rest of the path. Keys may contain dots, so the longest that fits is it.
func nextStep(node *yaml.Node, path string) (step entry, rest string) {
	switch node.Kind {
	case yaml.SequenceNode:
		index, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(index); err == nil && 0 <= i && i < len(node.Content) {
			return entry{value: node.Content[i]}, rest
		}
	case yaml.MappingNode:
		longest := -1
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := Step(node.Content[i].Value)
			if len(key) > longest && within(key, path) && key != "" {
				longest = len(key)
				step = entry{key: node.Content[i], value: node.Content[i+1]}
			}
		}
		if step.value != nil {
			return step, path[longest:]
		}
	}
	return entry{}, path
}

// Step is how a key is written in a path: shortened and printable.
func Step(key string) string { return shown(key) }

// join appends a step to a path.
func join(path, step string) string {
	if path == "" || step == "" || strings.HasPrefix(step, "[") {
		return path + step
	}
	return path + "." + step
}
