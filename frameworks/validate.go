package frameworks

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"appointable/internal/fault"
)

// Bounds: generous for any framework that a panel can use, and small enough for
// one to fit on a page and in a database row. Lengths are in characters.
const (
	maxCode        = 64
	maxTitle       = 200
	maxStatement   = 300
	maxDescription = 4000
	maxText        = 1000 // an anchor, an indicator, a source
	maxDimensions  = 50
	maxCriteria    = 50 // of a dimension
	maxIndicators  = 30 // of a kind, of a criterion
	maxSteps       = 1000
	maxScore       = 1_000_000
	minStep        = 0.001 // also the least range of a scale
	minWeight      = 0.001
	maxWeight      = 1_000_000
)

var codePattern = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// Validate returns nil for a framework that can be saved, drafts included, else
// fault.Invalid with every broken rule: where it is
// ("dimensions[2].criteria[0].anchors"), what is wrong and what to do.
func (f Framework) Validate() error {
	var v validation
	v.code("framework", f.Code)
	if f.Version < 1 {
		v.add("version", "version %d is below 1; versions count 1, 2, 3", f.Version)
	}
	v.text("title", f.Title, maxTitle)
	v.optionalText("description", f.Description, maxDescription)
	v.optionalText("source", f.Source, maxText)
	v.scale(f.Scale)
	v.dimensions(f)
	return v.err()
}

// Publishable returns nil if the framework may be published: it is valid, and
// each criterion says in words what the lowest, a middle and the highest mark
// mean (on a scale without steps, or with two marks, the lowest and the
// highest). Else it returns fault.Invalid with everything that is missing.
func (f Framework) Publishable() error {
	if err := f.Validate(); err != nil {
		return err
	}
	var missing fault.List
	for d, dimension := range f.Dimensions {
		for c, criterion := range dimension.Criteria {
			where := fmt.Sprintf("dimensions[%d].criteria[%d].anchors", d, c)
			for _, gap := range f.Scale.unanchored(criterion.Anchors) {
				missing.Add(where, "%s has no anchor; say what it looks like before publishing", gap)
			}
		}
	}
	return missing.Err("the framework is not ready to be published")
}

// unanchored names what anchors leave out of lowest, middle and highest.
func (s Scale) unanchored(anchors Anchors) []string {
	var gaps []string
	if _, ok := anchors.At(s.Min); !ok {
		gaps = append(gaps, "the lowest mark "+FormatScore(s.Min))
	}
	between := slices.ContainsFunc(anchors, func(a Anchor) bool { return s.Min < a.Score && a.Score < s.Max })
	if !between && len(s.Marks()) > 2 {
		gaps = append(gaps, "a mark between "+FormatScore(s.Min)+" and "+FormatScore(s.Max))
	}
	if _, ok := anchors.At(s.Max); !ok {
		gaps = append(gaps, "the highest mark "+FormatScore(s.Max))
	}
	return gaps
}

// Warnings lists what is allowed but probably not meant, one sentence each.
func (f Framework) Warnings() []string {
	var warnings []string
	if !slices.ContainsFunc(f.Dimensions, func(d Dimension) bool { return d.Kind == Value }) {
		warnings = append(warnings, "None of the dimensions is a value: candidates are not selected by the trust's values. Add them beside the competencies.")
	}
	for _, d := range f.Dimensions {
		if d.Kind == Value && len(d.Constitution) == 0 {
			warnings = append(warnings, fmt.Sprintf("%s is not cross-referenced to a value of the NHS Constitution.", d.Title))
		}
		for _, c := range d.Criteria {
			if len(c.Positive) == 0 && len(c.Negative) == 0 {
				warnings = append(warnings, fmt.Sprintf("%s has no positive or negative indicators: panel members have only the anchors to go by.", c.Code))
			}
		}
	}
	return warnings
}

// maxComplaints keeps the answer to a wholly wrong framework short.
const maxComplaints = 100

// validation collects complaints; each method checks one kind of thing.
type validation struct {
	complaints fault.List
	more       int
	soundScale bool // else no anchor can be held against the scale
}

func (v *validation) add(where, format string, args ...any) {
	if len(v.complaints.Fields) == maxComplaints {
		v.more++
		return
	}
	v.complaints.Add(where, format, args...)
}

func (v *validation) err() error {
	if v.more > 0 {
		v.complaints.Add(v.complaints.Fields[maxComplaints-1].Where, "and %d more complaints", v.more)
	}
	return v.complaints.Err("the framework breaks rules")
}

func (v *validation) scale(s Scale) {
	where, problem := s.problem()
	v.soundScale = problem == ""
	if !v.soundScale {
		v.add(where, "%s", problem)
	}
	v.anchors("scale.labels", s.Labels, s, maxTitle)
}

// problem says what is wrong with a scale, and where; both are empty if nothing.
func (s Scale) problem() (where, problem string) {
	for _, number := range []float64{s.Min, s.Max, s.Step} {
		if !(math.Abs(number) <= maxScore) { // written so that NaN is caught
			return "scale", fmt.Sprintf("min, max and step must be numbers between -%d and %d", maxScore, maxScore)
		}
	}
	lowest, highest, step := FormatScore(s.Min), FormatScore(s.Max), FormatScore(s.Step)
	switch {
	case s.Max-s.Min < minStep-tolerance:
		return "scale", fmt.Sprintf("min %s must be below max %s, by at least %s", lowest, highest, FormatScore(minStep))
	case s.Step < 0:
		return "scale.step", fmt.Sprintf("step %s is negative; write the distance between two marks, or 0 to allow any number", step)
	case s.Step == 0:
		return "", ""
	case s.Step < minStep:
		return "scale.step", fmt.Sprintf("step %s is too small; write at least %s, or 0 to allow any number", step, FormatScore(minStep))
	case (s.Max-s.Min)/s.Step > maxSteps+tolerance:
		return "scale.step", fmt.Sprintf("step %s makes more than %d marks; write a larger step, or 0 to allow any number", step, maxSteps+1)
	case !s.onGrid(s.Max):
		return "scale.step", fmt.Sprintf("steps of %s from %s do not reach %s; choose a step that divides the range", step, lowest, highest)
	}
	return "", ""
}

func (v *validation) dimensions(f Framework) {
	if len(f.Dimensions) == 0 {
		v.add("dimensions", "there is no dimension; add at least one value or competency")
	}
	if len(f.Dimensions) > maxDimensions {
		v.add("dimensions", "there are %d dimensions; a framework has at most %d", len(f.Dimensions), maxDimensions)
		return
	}
	dimensions, criteria := map[string]string{}, map[string]string{}
	for i, d := range f.Dimensions {
		where := fmt.Sprintf("dimensions[%d]", i)
		v.uniqueCode(where, d.Code, dimensions)
		if d.Kind != Value && d.Kind != Competency {
			v.add(where+".kind", "“%s” is not a kind of dimension; write value or competency", shortened(string(d.Kind)))
		}
		v.text(where+".title", d.Title, maxTitle)
		v.optionalText(where+".description", d.Description, maxDescription)
		v.weight(where+".weight", d.Weight)
		v.constitution(where+".constitution", d.Constitution)
		v.criteria(where+".criteria", d.Criteria, f.Scale, criteria)
	}
}

func (v *validation) criteria(where string, criteria []Criterion, scale Scale, codes map[string]string) {
	if len(criteria) == 0 {
		v.add(where, "there is no criterion; add at least one behaviour to be marked")
	}
	if len(criteria) > maxCriteria {
		v.add(where, "there are %d criteria; a dimension has at most %d", len(criteria), maxCriteria)
		return
	}
	for i, c := range criteria {
		where := fmt.Sprintf("%s[%d]", where, i)
		v.uniqueCode(where, c.Code, codes)
		v.text(where+".statement", c.Statement, maxStatement)
		v.anchors(where+".anchors", c.Anchors, scale, maxText)
		v.indicators(where+".positive", c.Positive)
		v.indicators(where+".negative", c.Negative)
	}
}

func (v *validation) anchors(where string, anchors Anchors, scale Scale, longest int) {
	if len(anchors) > maxAnchors {
		v.add(where, "there are %d anchors; at most %d are possible", len(anchors), maxAnchors)
		return
	}
	for i, a := range anchors {
		if v.soundScale {
			if err := scale.Allows(a.Score); err != nil {
				v.add(where, "%s", err)
			}
		}
		if i > 0 && math.Abs(a.Score-anchors[i-1].Score) <= tolerance {
			v.add(where, "score %s stands twice; keep one text for it", FormatScore(a.Score))
		} else if i > 0 && a.Score < anchors[i-1].Score {
			v.add(where, "score %s comes after %s; put the scores in rising order", FormatScore(a.Score), FormatScore(anchors[i-1].Score))
		}
		if problem := textProblem(a.Text, longest); problem != "" {
			v.add(where, "the text for score %s %s", FormatScore(a.Score), problem)
		}
	}
}

func (v *validation) weight(where string, w Weight) {
	switch {
	case math.IsNaN(w.Low) || math.IsNaN(w.High) || math.Abs(w.Low) > maxWeight || math.Abs(w.High) > maxWeight:
		v.add(where, "a weight must be a number up to %d; only its ratio to the other weights counts", maxWeight)
	case w.Low < 0:
		v.add(where, "weight %s is negative; a weight is at least 0", FormatScore(w.Low))
	case w.High < w.Low:
		v.add(where, "low %s is above high %s; exchange them", FormatScore(w.Low), FormatScore(w.High))
	case w.High == 0:
		v.add(where, "the weight is 0; a dimension without weight is not selected on: leave it out")
	case w.High < minWeight:
		v.add(where, "weight %s is too small; only the ratio to the other weights counts, so write all of them larger", w)
	}
}

func (v *validation) constitution(where string, codes []string) {
	if len(codes) > len(ConstitutionValues()) {
		v.add(where, "there are %d cross-references; the NHS Constitution has %d values", len(codes), len(ConstitutionValues()))
		return
	}
	for i, code := range codes {
		at := where + "[" + strconv.Itoa(i) + "]"
		if !isConstitutionCode(code) {
			v.add(at, "“%s” is not a value of the NHS Constitution; the codes are %s", shortened(code), constitutionCodes())
		} else if slices.Contains(codes[:i], code) {
			v.add(at, "%s stands twice; once is enough", code)
		}
	}
}

func constitutionCodes() string {
	var codes []string
	for _, value := range ConstitutionValues() {
		codes = append(codes, value.Code)
	}
	return strings.Join(codes, ", ")
}

func (v *validation) indicators(where string, indicators []string) {
	if len(indicators) > maxIndicators {
		v.add(where, "there are %d indicators; at most %d can be read", len(indicators), maxIndicators)
		return
	}
	for i, indicator := range indicators {
		at := where + "[" + strconv.Itoa(i) + "]"
		v.text(at, indicator, maxText)
		if slices.Contains(indicators[:i], indicator) {
			v.add(at, "this indicator stands twice; once is enough")
		}
	}
}

// uniqueCode checks a code and that it stands nowhere in places yet, which maps
// each code to where it was first used.
func (v *validation) uniqueCode(where, code string, places map[string]string) {
	v.code(where+".code", code)
	if first := places[code]; first != "" && code != "" {
		v.add(where+".code", "the code %s is that of %s already; each code is used once in a framework", shortened(code), first)
		return
	}
	places[code] = where
}

func (v *validation) code(where, code string) {
	switch {
	case code == "":
		v.add(where, "the code is missing; write a short name such as safety or safety.speaks-up")
	case utf8.RuneCountInString(code) > maxCode:
		v.add(where, "the code has %d characters; at most %d are allowed", utf8.RuneCountInString(code), maxCode)
	case !codePattern.MatchString(code):
		v.add(where, "the code “%s” may hold lowercase letters and digits, with single dots or hyphens between them, such as safety.speaks-up", code)
	}
}

// text checks a text that must be there.
func (v *validation) text(where, text string, longest int) {
	if problem := textProblem(text, longest); problem != "" {
		v.add(where, "the text %s", problem)
	}
}

func (v *validation) optionalText(where, text string, longest int) {
	if text != "" {
		v.text(where, text, longest)
	}
}

// textProblem completes "the text …", or is empty.
func textProblem(text string, longest int) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "is empty; write something here"
	case utf8.RuneCountInString(text) > longest:
		return fmt.Sprintf("has %d characters; at most %d are allowed", utf8.RuneCountInString(text), longest)
	case !utf8.ValidString(text):
		return "is not UTF-8; type it again"
	case strings.ContainsRune(text, 0):
		return "holds an invisible NUL character, which cannot be stored; type it again"
	}
	return ""
}

// shortened keeps a wrong word short in a message about it.
func shortened(word string) string {
	if runes := []rune(word); len(runes) > maxCode {
		return string(runes[:maxCode]) + "…"
	}
	return word
}
