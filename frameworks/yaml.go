package frameworks

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"appointable/internal/strictyaml"
)

// ReadYAML reads a framework.yaml strictly and validates it. The error is
// fault.Invalid with all complaints, the Where of each being
// "LINE:COLUMN: path", such as "12:5: dimensions[2].weight".
func ReadYAML(data []byte) (Framework, error) {
	var f Framework
	document, err := strictyaml.Decode(data, &f)
	if document == nil {
		return Framework{}, err
	}
	if err := document.Join(err, f.Validate()); err != nil {
		return Framework{}, err
	}
	return f, nil
}

// YAML writes the framework in its one canonical form: keys in the order of the
// types, block style, optional keys that are empty left out. ReadYAML returns
// the same framework from it. A framework that Validate refuses is not written:
// the error is Validate's.
func (f Framework) YAML() ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	document := mapping{}
	document.add("framework", textNode(f.Code))
	document.add("version", plainNode(strconv.Itoa(f.Version)))
	document.add("title", textNode(f.Title))
	document.addText("description", f.Description)
	document.addText("source", f.Source)
	document.add("scale", f.Scale.node())
	document.add("dimensions", listNode(f.Dimensions, Dimension.node))

	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(document.node()); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

func (s Scale) node() *yaml.Node {
	m := mapping{}
	m.add("min", numberNode(s.Min))
	m.add("max", numberNode(s.Max))
	m.add("step", numberNode(s.Step))
	if len(s.Labels) == 0 {
		return m.flowNode()
	}
	m.add("labels", s.Labels.node())
	return m.node()
}

func (d Dimension) node() *yaml.Node {
	m := mapping{}
	m.add("code", textNode(d.Code))
	m.add("kind", textNode(string(d.Kind)))
	m.add("title", textNode(d.Title))
	m.addText("description", d.Description)
	m.add("weight", d.Weight.node())
	if len(d.Constitution) > 0 {
		codes := listNode(d.Constitution, textNode)
		codes.Style = yaml.FlowStyle
		m.add("constitution", codes)
	}
	m.add("criteria", listNode(d.Criteria, Criterion.node))
	return m.node()
}

func (w Weight) node() *yaml.Node {
	if w.IsFixed() {
		return numberNode(w.Low)
	}
	m := mapping{}
	m.add("low", numberNode(w.Low))
	m.add("high", numberNode(w.High))
	return m.flowNode()
}

func (c Criterion) node() *yaml.Node {
	m := mapping{}
	m.add("code", textNode(c.Code))
	m.add("statement", textNode(c.Statement))
	if len(c.Anchors) > 0 {
		m.add("anchors", c.Anchors.node())
	}
	if len(c.Positive) > 0 {
		m.add("positive", listNode(c.Positive, textNode))
	}
	if len(c.Negative) > 0 {
		m.add("negative", listNode(c.Negative, textNode))
	}
	return m.node()
}

func (a Anchors) node() *yaml.Node {
	m := mapping{}
	for _, anchor := range a {
		m.add(FormatScore(anchor.Score), textNode(anchor.Text))
	}
	return m.node()
}

// mapping collects the keys and values of a YAML mapping.
type mapping []*yaml.Node

func (m *mapping) add(key string, value *yaml.Node) {
	*m = append(*m, plainNode(key), value)
}

func (m *mapping) addText(key, text string) {
	if text != "" {
		m.add(key, textNode(text))
	}
}

func (m mapping) node() *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: m}
}

func (m mapping) flowNode() *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: m, Style: yaml.FlowStyle}
}

func listNode[T any](items []T, node func(T) *yaml.Node) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, item := range items {
		list.Content = append(list.Content, node(item))
	}
	return list
}

func plainNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
}

func numberNode(number float64) *yaml.Node {
	return plainNode(FormatScore(number))
}

// textNode chooses how a text is written: plain where no YAML reader could take
// it for anything else, as a block where it has ordinary lines, else in double
// quotes, which can hold anything.
func textNode(text string) *yaml.Node {
	style := yaml.DoubleQuotedStyle
	switch {
	case isPlain(text):
		style = 0
	case isBlock(text):
		style = yaml.LiteralStyle
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style}
}

// Words that YAML 1.1 or 1.2 reads as a boolean or as nothing.
var reserved = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)

// isPlain is stricter than YAML: beginning with a letter, a text can be neither
// a number nor a date, and no special character comes first.
func isPlain(text string) bool {
	first, printable := true, true
	for _, r := range text {
		if first && !unicode.IsLetter(r) {
			return false
		}
		first = false
		printable = printable && unicode.IsPrint(r)
	}
	return !first && printable && !reserved.MatchString(text) &&
		!strings.Contains(text, ": ") && !strings.Contains(text, " #") &&
		!strings.HasSuffix(text, ":") && !strings.HasSuffix(text, " ")
}

// isBlock accepts lines without blanks at either end, which a block would show
// badly or not keep, and at most one line end at the end.
func isBlock(text string) bool {
	if !strings.Contains(text, "\n") || strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") {
		return false
	}
	return !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.TrimSpace(line) != line || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) })
	})
}
