package strictyaml

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
)

// maxDepth is far above what a framework or a campaign needs (seven).
const maxDepth = 32

// A wholly wrong file gets a short answer, and costs little memory: of the
// complaints kept, the first shown in the order of the document are told.
const (
	maxKept  = 1000
	maxShown = 100
)

// Decode reads the one YAML document in data (UTF-8, with or without byte order
// mark, at most 4 MiB) into the value that into points to: a struct with yaml
// tags, made of structs, slices, pointers, maps with text keys, texts, whole
// and decimal numbers, booleans (true, false) and types with an UnmarshalYAML
// of their own. A plain scalar such as 007 or yes is taken literally where a
// text is expected.
//
// A key is required unless its tag says omitempty; a key with nothing after it
// is refused. A type with UnmarshalYAML checks its own keys (DecodeNode helps)
// and may return a fault whose fields hold paths relative to its node.
//
// The error is fault.Invalid with one field per complaint, its Where being
// "LINE:COLUMN: path". When the text is YAML, the document is returned beside
// the error, into holds what could be read, and Join adds further checks.
func Decode(data []byte, into any) (*Document, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if err := checkText(data); err != nil {
		return nil, err
	}
	root, err := parse(data)
	if err != nil {
		return nil, err
	}
	d := decoder{unsound: map[*yaml.Node]bool{}}
	d.inspect(root, "", 1)
	d.decode(root, "", reflect.ValueOf(into).Elem())
	return &Document{root: root}, d.err(func(c complaint) string { return where(c.at, c.path) })
}

// DecodeNode reads one node with the same strictness, for types with an
// UnmarshalYAML of their own. The Where of its error's fields is a path
// relative to the node, which Decode completes.
func DecodeNode(node *yaml.Node, into any) error {
	d := decoder{}
	d.decode(node, "", reflect.ValueOf(into).Elem())
	return d.err(func(c complaint) string { return c.path })
}

type complaint struct {
	at            *yaml.Node
	path, message string
}

// decoder goes over the nodes twice: inspect for what no document may hold,
// decode for what this Go value can take.
type decoder struct {
	complaints []complaint
	more       int                 // complaints beyond those kept
	unsound    map[*yaml.Node]bool // what inspect complained of, and all that holds it
}

func (d *decoder) complain(at *yaml.Node, path, format string, args ...any) {
	if len(d.complaints) == maxKept {
		d.more++
		return
	}
	d.complaints = append(d.complaints, complaint{at: at, path: path, message: fmt.Sprintf(format, args...)})
}

// err makes the error of all complaints; place writes where each one is.
func (d *decoder) err(place func(complaint) string) error {
	slices.SortStableFunc(d.complaints, func(a, b complaint) int {
		return cmp.Or(cmp.Compare(a.at.Line, b.at.Line), cmp.Compare(a.at.Column, b.at.Column))
	})
	var list fault.List
	for i, c := range d.complaints {
		if i == maxShown {
			list.Add(place(c), "and %d more complaints", len(d.complaints)-i+d.more)
			break
		}
		list.Add(place(c), "%s", c.message)
	}
	return list.Err("this YAML document does not have the expected content")
}

// inspect complains of aliases, tags, repeated and structured keys and depth,
// and reports whether the node is free of them.
func (d *decoder) inspect(node *yaml.Node, path string, depth int) (sound bool) {
	sound = true
	refuse := func(at *yaml.Node, path, format string, args ...any) {
		d.complain(at, path, format, args...)
		d.unsound[at], sound = true, false
	}
	if depth > maxDepth {
		refuse(node, path, "the document is nested more than %d levels deep", maxDepth)
		return false
	}
	if node.Style&yaml.TaggedStyle != 0 {
		refuse(node, path, "the tag %s is not understood; leave it out, or put a text that begins with ! in quotes", shown(node.Tag))
	}
	if node.Anchor != "" {
		refuse(node, path, "the anchor &%s is not understood; leave it out, or put a text that begins with & in quotes", shown(node.Anchor))
	}
	switch node.Kind {
	case yaml.AliasNode:
		refuse(node, path, "the alias *%s is not followed; write the content out, or put a text that begins with * in quotes", shown(node.Value))
	case yaml.SequenceNode:
		for i, item := range node.Content {
			sound = d.inspect(item, fmt.Sprintf("%s[%d]", path, i), depth+1) && sound
		}
	case yaml.MappingNode:
		first := map[string]*yaml.Node{}
		for key, value := range entries(node) {
			at := join(path, Step(key.Value))
			earlier := first[key.Value]
			switch {
			case key.Kind != yaml.ScalarNode || key.Style&yaml.TaggedStyle != 0 || key.Anchor != "":
				refuse(key, path, "a key must be a plain text or number")
			case earlier != nil:
				refuse(key, at, "the key `%s` stands twice; it is on line %d already", shown(key.Value), earlier.Line)
			default:
				first[key.Value] = key
				sound = d.inspect(value, at, depth+1) && sound
			}
		}
	}
	if !sound {
		d.unsound[node] = true
	}
	return sound
}

func (d *decoder) decode(node *yaml.Node, path string, into reflect.Value) {
	custom, isCustom := into.Addr().Interface().(yaml.Unmarshaler)
	switch {
	case d.unsound[node] && (isCustom || node.Kind == yaml.AliasNode || node.Kind == yaml.ScalarNode):
		return // complained of already
	case isNull(node):
		d.complain(node, path, "nothing stands here; write a value, or leave the key out (the word null needs quotes)")
	case isCustom:
		d.complainAll(node, path, custom.UnmarshalYAML(node))
	case into.Kind() == reflect.Pointer:
		target := reflect.New(into.Type().Elem())
		d.decode(node, path, target.Elem())
		into.Set(target)
	case into.Kind() == reflect.Struct:
		d.decodeStruct(node, path, into)
	case into.Kind() == reflect.Map:
		d.decodeMap(node, path, into)
	case into.Kind() == reflect.Slice:
		d.decodeSlice(node, path, into)
	default:
		d.decodeScalar(node, path, into)
	}
}

// complainAll takes over what an UnmarshalYAML had to say.
func (d *decoder) complainAll(node *yaml.Node, path string, err error) {
	if err == nil {
		return
	}
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		d.complain(node, path, "%s", err)
	}
	for _, f := range fields {
		d.complain(locate(node, f.Where), join(path, f.Where), "%s", f.Message)
	}
}

func (d *decoder) decodeStruct(node *yaml.Node, path string, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.complain(node, path, "expected a mapping (key: value), found %s", describe(node))
		return
	}
	fields := fieldsOf(into.Type())
	present := map[string]bool{}
	for key := range entries(node) {
		present[key.Value] = true
	}
	for key, value := range entries(node) {
		if d.unsound[key] {
			continue
		}
		keyPath := join(path, Step(key.Value))
		field, known := find(fields, key.Value)
		if !known {
			near := nearest(fields, key.Value, present)
			if near == "" {
				d.complain(key, keyPath, "unknown key `%s`; known here: %s", shown(key.Value), strings.Join(names(fields), ", "))
				continue
			}
			// Reading on as if it had been spelled right finds what else is wrong.
			d.complain(key, keyPath, "unknown key `%s`; did you mean `%s`?", shown(key.Value), near)
			field, _ = find(fields, near)
			present[near] = true
		}
		d.decode(value, keyPath, into.FieldByIndex(field.index))
	}
	for _, field := range fields {
		if field.required && !present[field.name] {
			d.complain(node, join(path, field.name), "the key `%s` is missing", field.name)
		}
	}
}

func (d *decoder) decodeMap(node *yaml.Node, path string, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.complain(node, path, "expected a mapping (key: value), found %s", describe(node))
		return
	}
	values := reflect.MakeMap(into.Type())
	for key, value := range entries(node) {
		if d.unsound[key] {
			continue
		}
		element := reflect.New(into.Type().Elem()).Elem()
		d.decode(value, join(path, Step(key.Value)), element)
		values.SetMapIndex(reflect.ValueOf(key.Value).Convert(into.Type().Key()), element)
	}
	into.Set(values)
}

func (d *decoder) decodeSlice(node *yaml.Node, path string, into reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.complain(node, path, "expected a list, found %s", describe(node))
		return
	}
	if len(node.Content) == 0 {
		return // an empty list and no list are the same
	}
	items := reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		d.decode(item, fmt.Sprintf("%s[%d]", path, i), items.Index(i))
	}
	into.Set(items)
}

func (d *decoder) decodeScalar(node *yaml.Node, path string, into reflect.Value) {
	if node.Kind != yaml.ScalarNode {
		d.complain(node, path, "expected %s, found %s", expected(into.Kind()), describe(node))
		return
	}
	quoted := node.Style != 0 // or a block text
	switch into.Kind() {
	case reflect.String:
		into.SetString(node.Value)
	case reflect.Bool:
		if quoted || node.Value != "true" && node.Value != "false" {
			d.complain(node, path, "expected true or false, found %s", describe(node))
			return
		}
		into.SetBool(node.Value == "true")
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		number, err := strconv.ParseInt(node.Value, 10, into.Type().Bits())
		switch {
		case quoted:
			d.complain(node, path, "expected a whole number such as 4, found %s; take the quotes away", describe(node))
		case !wholeNumber.MatchString(node.Value):
			d.complain(node, path, "expected a whole number such as 4, found %s", describe(node))
		case err != nil:
			d.complain(node, path, "the number %s is too large", shown(node.Value))
		default:
			into.SetInt(number)
		}
	case reflect.Float64:
		number, err := Number(node.Value)
		switch {
		case quoted:
			d.complain(node, path, "expected a number, found %s; take the quotes away", describe(node))
		case err != nil:
			d.complain(node, path, "%s", err)
		default:
			into.SetFloat(number)
		}
	default:
		// A mistake in our own code: the target's type, not the document, is wrong.
		panic(fmt.Sprintf("strictyaml: cannot decode into %s", into.Type()))
	}
}

func expected(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	}
	return "a number"
}

// describe says what a node is, for "expected …, found …".
func describe(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.MappingNode:
		return "a mapping (key: value)"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(node):
		return "nothing"
	}
	return fmt.Sprintf("“%s”", shown(node.Value))
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// entries yields the keys and values of a mapping in the document's order.
func entries(node *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for pair := range slices.Chunk(node.Content, 2) {
			if !yield(pair[0], pair[1]) {
				return
			}
		}
	}
}
