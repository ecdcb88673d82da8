// Package frameworks holds a trust's framework of values and competencies: the
// behaviours a panel looks for, the anchors that say what each mark means, the
// rating scale and the weights.
//
// A framework is a document with a life: a draft may be edited; a published
// version never changes again and is known by its content hash; a retired one
// starts no new campaign. The package is pure: nothing here reads a file, a
// clock or a database.
package frameworks

// Framework is one version of a trust's framework. The zero value is not valid.
type Framework struct {
	Code        string      `yaml:"framework" json:"framework"`
	Version     int         `yaml:"version" json:"version"` // 1, 2, …; a new version is a new document
	Title       string      `yaml:"title" json:"title"`
	Description string      `yaml:"description,omitempty" json:"description,omitempty"`
	Source      string      `yaml:"source,omitempty" json:"source,omitempty"` // where the values come from, for the reader
	Scale       Scale       `yaml:"scale" json:"scale"`
	Dimensions  []Dimension `yaml:"dimensions" json:"dimensions"`
}

// Scale is the rating scale of every criterion. Step 0 allows any number from
// Min to Max; otherwise a mark is Min + n·Step.
type Scale struct {
	Min    float64 `yaml:"min" json:"min"`
	Max    float64 `yaml:"max" json:"max"`
	Step   float64 `yaml:"step" json:"step"`
	Labels Anchors `yaml:"labels,omitempty" json:"labels,omitempty"` // what a mark means in general: 4 → "meets the consultant standard"
}

// Kind says whether a dimension is one of the trust's values or a competency
// beside them; the composite of the values is also shown alone.
type Kind string

// The kinds of dimension.
const (
	Value      Kind = "value"
	Competency Kind = "competency"
)

// Dimension is a value ("safety") or a competency ("leading a service").
type Dimension struct {
	Code         string      `yaml:"code" json:"code"`
	Kind         Kind        `yaml:"kind" json:"kind"`
	Title        string      `yaml:"title" json:"title"`
	Description  string      `yaml:"description,omitempty" json:"description,omitempty"`
	Weight       Weight      `yaml:"weight" json:"weight"`
	Constitution []string    `yaml:"constitution,omitempty" json:"constitution,omitempty"` // NHS Constitution values it serves, by the codes of ConstitutionValues
	Criteria     []Criterion `yaml:"criteria" json:"criteria"`
}

// Weight is relative: only the ratio to the other dimensions' weights counts.
// It is fixed when Low equals High (YAML: a number), else a range within which
// the trust cannot or will not be more precise (YAML: {low: 20, high: 30}).
type Weight struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Fixed makes a weight without a range.
func Fixed(w float64) Weight { return Weight{Low: w, High: w} }

// IsFixed reports whether the weight is one number.
func (w Weight) IsFixed() bool { return w.Low == w.High }

// Midpoint is the weight used where one number is needed.
func (w Weight) Midpoint() float64 { return (w.Low + w.High) / 2 }

// Criterion is one behaviour that is marked.
type Criterion struct {
	Code      string   `yaml:"code" json:"code"`
	Statement string   `yaml:"statement" json:"statement"`
	Anchors   Anchors  `yaml:"anchors,omitempty" json:"anchors,omitempty"`
	Positive  []string `yaml:"positive,omitempty" json:"positive,omitempty"` // what the panel would love to see
	Negative  []string `yaml:"negative,omitempty" json:"negative,omitempty"` // what it would not want to see
}

// Anchors says in words what some marks mean, in rising order of score, no
// score twice. In YAML and JSON it is a mapping from score to text.
type Anchors []Anchor

// Anchor is one of them.
type Anchor struct {
	Score float64
	Text  string
}

// Criterion finds a criterion by code, with the index of its dimension;
// dimension is -1 where there is none.
func (f Framework) Criterion(code string) (c Criterion, dimension int) {
	for d, dim := range f.Dimensions {
		for _, c := range dim.Criteria {
			if c.Code == code {
				return c, d
			}
		}
	}
	return Criterion{}, -1
}

// Weights returns the dimensions' weights at their midpoints, normalised to
// sum to 1, in the order of the framework. Valid frameworks only.
func (f Framework) Weights() []float64 {
	total := 0.0
	for _, d := range f.Dimensions {
		total += d.Weight.Midpoint()
	}
	weights := make([]float64, len(f.Dimensions))
	for i, d := range f.Dimensions {
		weights[i] = d.Weight.Midpoint() / total
	}
	return weights
}
