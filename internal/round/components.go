package round

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
)

// maxFit bounds a file with variance components: a whole fit of a national
// round is in it.
const maxFit = 256 << 20

// ReadComponents reads variance components for these dimensions from the JSON
// that `appointable gstudy` prints: an object with the key components, and
// others that do not matter here. It returns Invalid with every mistake and its
// place.
func ReadComponents(path string, dimensions []string) (mixedmodel.Components, error) {
	in, f := openAlone(path)
	var c mixedmodel.Components
	if !f.unusable {
		data, err := in.bytes(f.name, maxFit)
		if err != nil {
			f.complain(0, 0, "%s", err)
		} else {
			c = f.components(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), dimensions)
		}
	}
	return c, in.report("the file of variance components")
}

func (f *file) components(data []byte, dimensions []string) (c mixedmodel.Components) {
	if _, damage := parsePrior(data); damage != nil {
		f.complain(damage.line, damage.column, "%s", damage.message)
		return c
	}
	places := placesIn(data)
	complain := func(path, format string, args ...any) {
		for places[path] == 0 && strings.ContainsAny(path, ".[") { // what is not there stands where it should be
			path = path[:strings.LastIndexAny(path, ".[")]
		}
		d := damagedAt(data, places[path], format, args...)
		f.complain(d.line, d.column, "%s", d.message)
	}
	var fit struct {
		Dimensions []string               `json:"dimensions"`
		Components *mixedmodel.Components `json:"components"`
	}
	err := json.Unmarshal(data, &fit)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		d := damagedAt(data, max(int(wrong.Offset)-1, 0), "%s stands here; expected is %s", wrong.Value, expected(wrong.Field))
		f.complain(d.line, d.column, "%s", d.message)
		return c
	}
	if fit.Components == nil {
		complain("", "the key components is missing: {\"components\": {\"candidate\": [[…]], …, \"residual\": …}}")
		return c
	}
	for path := range places {
		if name, isComponent := strings.CutPrefix(path, "components."); isComponent && !isEffect(name) {
			complain(path, "%s is no component; there are %s", shown(name), effectNames())
		}
	}
	if fit.Dimensions != nil && !slices.Equal(fit.Dimensions, dimensions) {
		complain("dimensions", "the components are for the dimensions %s; here they are %s", strings.Join(fit.Dimensions, ", "), strings.Join(dimensions, ", "))
		return c
	}
	for _, field := range fault.FieldsOf(fit.Components.Validate(len(dimensions))) {
		complain("components."+field.Where, "%s: %s", field.Where, field.Message)
	}
	return *fit.Components
}

func expected(field string) string {
	switch {
	case field == "components":
		return "an object {…} of variance components"
	case strings.HasPrefix(field, "dimensions"):
		return "a list of codes"
	case strings.HasSuffix(field, string(mixedmodel.CandidateEffect)):
		return "a matrix [[…]] of numbers"
	}
	return "a number"
}

func effects() []mixedmodel.Effect {
	return append(mixedmodel.TermEffects(), mixedmodel.ResidualEffect)
}

func effectNames() string {
	var names []string
	for _, e := range effects() {
		names = append(names, string(e))
	}
	return strings.Join(names, ", ")
}

func isEffect(path string) bool {
	name, _, _ := strings.Cut(path, "[")
	return slices.Contains(effects(), mixedmodel.Effect(name))
}

// placesIn finds where the values of sound JSON begin that matter for
// components: components.candidate[0][1] → its offset.
func placesIn(data []byte) map[string]int {
	p := placer{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), places: map[string]int{}}
	p.value("")
	return p.places
}

type placer struct {
	data    []byte
	decoder *json.Decoder
	places  map[string]int
}

func (p *placer) value(path string) {
	begin := int(p.decoder.InputOffset())
	begin += len(p.data[begin:]) - len(bytes.TrimLeft(p.data[begin:], " \t\r\n:,"))
	p.places[path] = begin
	top, _, _ := strings.Cut(path, ".")
	top, _, _ = strings.Cut(top, "[")
	if top != "" && top != "components" && top != "dimensions" {
		_ = p.decoder.Decode(&json.RawMessage{}) // the file is known to be JSON
		return
	}
	switch token, _ := p.decoder.Token(); token {
	case json.Delim('{'):
		for p.decoder.More() {
			key, _ := p.decoder.Token()
			p.value(strings.TrimPrefix(fmt.Sprintf("%s.%s", path, key), "."))
		}
		_, _ = p.decoder.Token()
	case json.Delim('['):
		for i := 0; p.decoder.More(); i++ {
			p.value(fmt.Sprintf("%s[%d]", path, i))
		}
		_, _ = p.decoder.Token()
	}
}
