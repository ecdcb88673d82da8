package frameworks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
	"appointable/internal/strictyaml"
)

// maxAnchors is one for each mark of the longest scale; it also bounds the work
// on a hostile document.
const maxAnchors = maxSteps + 1

// At returns the anchor for a score, or "" and false.
func (a Anchors) At(score float64) (text string, ok bool) {
	for _, anchor := range a {
		if anchor.Score == score {
			return anchor.Text, true
		}
	}
	return "", false
}

// UnmarshalYAML reads a mapping from score to text, in any order. The same
// score in two spellings (4 and 4.0) is left to Validate.
func (a *Anchors) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return fault.New(fault.Invalid, "expected a mapping from score to text, such as 4: Asks for help early")
	}
	if len(node.Content)/2 > maxAnchors {
		return fault.New(fault.Invalid, "there are more than %d anchors", maxAnchors)
	}
	var complaints fault.List
	var anchors Anchors
	for pair := range slices.Chunk(node.Content, 2) {
		var anchor Anchor
		var err error
		step := strictyaml.Step(pair[0].Value)
		if anchor.Score, err = strictyaml.Number(pair[0].Value); err != nil {
			complaints.Add(step, "%s as the score", err)
		}
		complaints.AddAll(step, strictyaml.DecodeNode(pair[1], &anchor.Text))
		anchors = append(anchors, anchor)
	}
	*a = anchors.sorted()
	return complaints.Err("the anchors cannot be read")
}

// MarshalJSON writes {"1": "text", "4": "text"}, in rising order of score.
func (a Anchors) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, anchor := range a {
		if i > 0 {
			out.WriteByte(',')
		}
		text, err := plainJSON(anchor.Text)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%q:%s", FormatScore(anchor.Score), text)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes, in any order; keys that are not
// numbers, values that are not texts and repeated keys are fault.Invalid.
func (a *Anchors) UnmarshalJSON(data []byte) error {
	members, err := membersOf(data)
	if err != nil {
		return fault.New(fault.Invalid, "expected an object from score to text, such as {\"4\": \"Asks for help early\"}: %s", err)
	}
	if len(members) > maxAnchors {
		return fault.New(fault.Invalid, "there are more than %d anchors", maxAnchors)
	}
	var anchors Anchors
	for _, m := range members {
		score, err := strictyaml.Number(m.key)
		if err != nil {
			return fault.New(fault.Invalid, "%s as the score", err)
		}
		if m.value[0] != '"' {
			return fault.New(fault.Invalid, "the anchor for %s is not a text", m.key)
		}
		var text string
		if err := json.Unmarshal(m.value, &text); err != nil {
			return fault.New(fault.Invalid, "the anchor for %s is not a text", m.key)
		}
		anchors = append(anchors, Anchor{Score: score, Text: text})
	}
	*a = anchors.sorted()
	return nil
}

func (a Anchors) sorted() Anchors {
	slices.SortStableFunc(a, func(x, y Anchor) int { return cmp.Compare(x.Score, y.Score) })
	return a
}

// member is one key of a JSON object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// membersOf splits a JSON object, refusing repeated keys, of which encoding/json
// would silently keep the last.
func membersOf(data []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, fmt.Errorf("this is not an object")
	}
	var members []member
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("this is not JSON")
		}
		key := token.(string) // a decoder between members gives nothing else
		if seen[key] {
			return nil, fmt.Errorf("the key %q stands twice", key)
		}
		seen[key] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("this is not JSON")
		}
		members = append(members, member{key, value})
	}
	return members, nil
}

// plainJSON is json.Marshal without its escapes for HTML.
func plainJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
