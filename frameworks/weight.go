package frameworks

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
	"appointable/internal/strictyaml"
)

// String prints 25 or 20–30.
func (w Weight) String() string {
	if w.IsFixed() {
		return FormatScore(w.Low)
	}
	return FormatScore(w.Low) + "–" + FormatScore(w.High)
}

// UnmarshalYAML reads 25 or {low: 20, high: 30}.
func (w *Weight) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.ScalarNode:
		err := strictyaml.DecodeNode(node, &w.Low)
		w.High = w.Low
		return err
	case yaml.MappingNode:
		var ends struct {
			Low  float64 `yaml:"low"`
			High float64 `yaml:"high"`
		}
		err := strictyaml.DecodeNode(node, &ends)
		*w = Weight{Low: ends.Low, High: ends.High}
		return err
	}
	return fault.New(fault.Invalid, "expected a number or {low: 20, high: 30}")
}

// MarshalJSON writes 25 or {"low":20,"high":30}.
func (w Weight) MarshalJSON() ([]byte, error) {
	if w.IsFixed() {
		return json.Marshal(positiveZero(w.Low))
	}
	type ends Weight // without the methods
	return json.Marshal(ends{positiveZero(w.Low), positiveZero(w.High)})
}

// UnmarshalJSON reads what MarshalJSON writes; another shape is fault.Invalid.
func (w *Weight) UnmarshalJSON(data []byte) error {
	if number, ok := jsonNumber(data); ok {
		*w = Fixed(number)
		return nil
	}
	members, err := membersOf(data)
	if err != nil {
		return fault.New(fault.Invalid, "expected a weight, such as 25 or {\"low\": 20, \"high\": 30}: %s", err)
	}
	ends := map[string]float64{}
	for _, m := range members {
		number, ok := jsonNumber(m.value)
		if !ok || m.key != "low" && m.key != "high" {
			return fault.New(fault.Invalid, "a weight's range holds the numbers low and high and nothing else")
		}
		ends[m.key] = number
	}
	if len(ends) != 2 {
		return fault.New(fault.Invalid, "a weight's range holds both low and high")
	}
	*w = Weight{Low: ends["low"], High: ends["high"]}
	return nil
}

func jsonNumber(data []byte) (float64, bool) {
	var number *float64 // nil for null
	if err := json.Unmarshal(data, &number); err != nil || number == nil {
		return 0, false
	}
	return positiveZero(*number), true
}

// positiveZero makes one zero of the two that floating point has: they are
// equal to every reader, so they must also be written and hashed alike.
func positiveZero(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x
}
