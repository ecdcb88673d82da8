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

// ReadComponents reads variance components from the JSON that `appointable
// gstudy` prints: an object with the key components, and others of which only
// dimensions and scale matter here: they must be those of the scores; or from
// that of `appointable rank`, which has all this under fit. It returns Invalid
// with every mistake and its place.
func ReadComponents(path string, dimensions []string, limits *Limits) (mixedmodel.Components, error) {
	in, f := openAlone(path)
	var c mixedmodel.Components
	if !f.unusable {
		data, err := in.bytes(f.name, maxFit)
		if err != nil {
			f.complain(0, 0, "%s", err)
		} else {
			c = f.readComponents(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), dimensions, limits)
		}
	}
	if err := in.report("the file of variance components"); err != nil {
		return mixedmodel.Components{}, err
	}
	return c, nil
}

func (f *file) readComponents(data []byte, dimensions []string, limits *Limits) mixedmodel.Components {
	if _, bad := parsePrior(data); bad != nil {
		f.complain(bad.line, bad.column, "%s", bad.message)
		return mixedmodel.Components{}
	}
	d := fitDocument{file: f, data: data, places: placesIn(data)}
	var fit componentsDocument
	err := json.Unmarshal(data, &fit)
	if fit.Components == nil && err == nil {
		var ranked struct {
			Fit *componentsDocument `json:"fit"`
		}
		if err = json.Unmarshal(data, &ranked); ranked.Fit != nil {
			fit, d.places = *ranked.Fit, underFit(d.places)
		}
	}
	wrong, isWrong := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isWrong:
		d.complainAt(d.before(int(wrong.Offset)), "%s stands here; expected is %s", wrong.Value, expected(strings.TrimPrefix(wrong.Field, "fit.")))
	case fit.Components == nil:
		d.complain("", `the key components is missing: {"components": {"candidate": [[…]], …, "residual": …}}`)
	case fit.Dimensions != nil && !slices.Equal(fit.Dimensions, dimensions):
		d.complain("dimensions", "the components are for the dimensions %s; here they are %s", strings.Join(fit.Dimensions, ", "), strings.Join(dimensions, ", "))
	case fit.Scale != nil && limits != nil && Limits(*fit.Scale) != *limits:
		d.complain("scale", "the components are for marks from %v to %v; here they are from %v to %v", fit.Scale.Low, fit.Scale.High, limits.Low, limits.High)
	default:
		d.checkNames()
		for _, field := range fault.FieldsOf(fit.Components.Validate(len(dimensions))) {
			d.complain("components."+field.Where, "%s: %s", field.Where, field.Message)
		}
		return *fit.Components
	}
	return mixedmodel.Components{}
}

// componentsDocument is variance components and what they are of.
type componentsDocument struct {
	Dimensions []string               `json:"dimensions"`
	Scale      *scaleDocument         `json:"scale"`
	Components *mixedmodel.Components `json:"components"`
}

// underFit has the places inside the key fit by the names they have there.
func underFit(places map[string]int) map[string]int {
	under := map[string]int{"": places["fit"]}
	for path, place := range places {
		if inner, is := strings.CutPrefix(path, "fit."); is {
			under[inner] = place
		}
	}
	return under
}

// scaleDocument is Limits as a fit has them.
type scaleDocument struct {
	Low  float64 `json:"min"`
	High float64 `json:"max"`
}

// fitDocument is sound JSON, and where its values begin.
type fitDocument struct {
	file   *file
	data   []byte
	places map[string]int // components.candidate[0][1] → offset
}

// complain tells of a value; of what holds it, where it is not there itself.
func (d fitDocument) complain(path, format string, args ...any) {
	for {
		if begin, there := d.places[path]; there {
			d.complainAt(begin, format, args...)
			return
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}

func (d fitDocument) complainAt(offset int, format string, args ...any) {
	at := damagedAt(d.data, offset, format, args...)
	d.file.complain(at.line, at.column, "%s", at.message)
}

// before is where the value begins that was begun last before an offset.
func (d fitDocument) before(offset int) (begin int) {
	for _, place := range d.places {
		if place < offset {
			begin = max(begin, place)
		}
	}
	return begin
}

func (d fitDocument) checkNames() {
	for path := range d.places {
		if name, isComponent := strings.CutPrefix(path, "components."); isComponent && !isEffect(name) {
			d.complain(path, "%s is no component; there are %s", shown(name), effectNames())
		}
	}
}

func expected(field string) string {
	switch {
	case field == "scale":
		return "an object {…} with min and max"
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
	top, _, _ := strings.Cut(strings.TrimPrefix(path, "fit."), ".")
	top, _, _ = strings.Cut(top, "[")
	if !slices.Contains([]string{"", "fit", "components", "dimensions"}, top) {
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
