package round

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"appointable/selection"
)

// campaignYAML writes a campaign in the order of its keys; what holds single
// values only stands on one line.
func campaignYAML(c selection.Campaign) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(nodeOf(reflect.ValueOf(c))); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// nodeOf makes a YAML node of a value by its yaml tags. yaml.v3 would do so by
// writing and parsing, and trips over some texts that are no lines: hence by
// hand, with texts in a style that can hold them.
func nodeOf(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.Pointer:
		return nodeOf(v.Elem())
	case reflect.Struct:
		return structNode(v)
	case reflect.Map:
		return mapNode(v)
	case reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			list.Content = append(list.Content, nodeOf(v.Index(i)))
		}
		return onOneLine(list)
	case reflect.String:
		return textNode(v.String())
	case reflect.Float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(v.Float(), 'g', -1, 64)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v)} // true, 3
}

func structNode(v reflect.Value) *yaml.Node {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, field := range reflect.VisibleFields(v.Type()) {
		key, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		value := v.FieldByIndex(field.Index)
		if options == "omitempty" && isEmpty(value) {
			continue
		}
		mapping.Content = append(mapping.Content, textNode(key), nodeOf(value))
	}
	return onOneLine(mapping)
}

func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Map || v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

func mapNode(v reflect.Value) *yaml.Node {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	for _, key := range keys {
		mapping.Content = append(mapping.Content, textNode(key.String()), nodeOf(v.MapIndex(key)))
	}
	return onOneLine(mapping)
}

// onOneLine gives the flow style to what holds neither lists nor mappings.
func onOneLine(node *yaml.Node) *yaml.Node {
	if !slices.ContainsFunc(node.Content, func(child *yaml.Node) bool { return child.Kind != yaml.ScalarNode }) {
		node.Style = yaml.FlowStyle
	}
	return node
}

// textNode puts in double quotes what would not survive elsewhere: line ends,
// tabs, characters that nobody sees.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}
