package selection

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
)

// priorFile is the document that Round.Prior holds; complaints name it.
const priorFile = "prior.json"

// Sources of a prior.
const (
	PriorDefault = "default" // the documented values, illustrative
	PriorPooled  = "pooled"  // prior.json: learned from a trust's own campaigns
	PriorGiven   = "given"   // variance components that somebody gave; nothing is fitted
)

// componentsDocument is variance components as prior.json has them, and as
// `gstudy` prints them. What else stands there is provenance: kept, not read.
type componentsDocument struct {
	Dimensions []string `json:"dimensions"`
	Scale      *struct {
		Min *float64 `json:"min"`
		Max *float64 `json:"max"`
	} `json:"scale"` // the framework's where there is none
	Components *struct {
		Candidate         [][]float64 `json:"candidate"`
		CandidateExercise *float64    `json:"candidate:exercise"`
		CandidateRater    *float64    `json:"candidate:rater"`
		Rater             *float64    `json:"rater"`
		RaterDimension    *float64    `json:"rater:dimension"`
		Residual          *float64    `json:"residual"`
	} `json:"components"`
	Pseudo    *float64 `json:"pseudo_units"`
	Residuals *float64 `json:"residual_degrees_of_freedom"`
}

// readPrior reads prior.json for a framework: the dimensions in the
// framework's order, everything in squared units of its scale. It returns
// Invalid, naming each key that is wrong.
func readPrior(data []byte, f frameworks.Framework) (mixedmodel.Prior, error) {
	var l fault.List
	d, c := readComponentsDocument(&l, priorFile, data, f)
	p := mixedmodel.NewPrior(c)
	weight := func(key string, given *float64, into *float64) {
		if given == nil {
			return
		}
		if *into = *given; !finite(*given) || *given <= 0 {
			l.Add(priorFile+": "+key, "%v is no weight of a prior; give a number above 0", *given)
		}
	}
	weight("pseudo_units", d.Pseudo, &p.Pseudo)
	weight("residual_degrees_of_freedom", d.Residuals, &p.Residuals)
	if len(l.Fields) == 0 {
		// A prior of none is a belief that no data can move: the fit has no mode.
		for _, v := range variances(c) {
			if v.of <= 0 {
				l.Add(priorFile+": components."+v.key, "%v is no prior of a variance; give a number above 0", v.of)
			}
		}
		if !positiveDefinite(c.Candidate) {
			l.Add(priorFile+": components.candidate", "is not positive definite, so that no candidates can vary like that")
		}
	}
	return p, l.Err("the prior has mistakes")
}

// ReadComponents reads variance components to be taken as they are; a term may
// have none. It returns Invalid, naming the file and each key that is wrong.
func ReadComponents(file string, data []byte, f frameworks.Framework) (mixedmodel.Components, error) {
	var l fault.List
	_, c := readComponentsDocument(&l, file, data, f)
	if len(l.Fields) == 0 && c.Residual <= 0 {
		l.Add(file+": components.residual", "%v cannot be; give a number above 0", c.Residual)
	}
	return c, l.Err("the variance components have mistakes")
}

func readComponentsDocument(l *fault.List, file string, data []byte, f frameworks.Framework) (componentsDocument, mixedmodel.Components) {
	var d componentsDocument
	at := func(key string) string { return file + ": " + key }
	if err := json.Unmarshal(data, &d); err != nil {
		l.Add(file, "cannot be read: %s", err)
		return d, mixedmodel.Components{}
	}
	if d.Components == nil {
		l.Add(at("components"), "is missing; the variance components belong there")
		return d, mixedmodel.Components{}
	}
	before := len(l.Fields)
	var c mixedmodel.Components
	for _, v := range []struct {
		key         string
		given, into *float64
	}{
		{"candidate:exercise", d.Components.CandidateExercise, &c.CandidateExercise},
		{"candidate:rater", d.Components.CandidateRater, &c.CandidateRater},
		{"rater", d.Components.Rater, &c.Rater},
		{"rater:dimension", d.Components.RaterDimension, &c.RaterDimension},
		{"residual", d.Components.Residual, &c.Residual},
	} {
		switch {
		case v.given == nil:
			l.Add(at("components."+v.key), "is missing")
		case !finite(*v.given) || *v.given < 0:
			l.Add(at("components."+v.key), "%v is no variance", *v.given)
		default:
			*v.into = *v.given
		}
	}
	checkMatrix(l, at("components.candidate"), d.Components.Candidate, len(d.Dimensions))
	order := dimensionOrder(l, at("dimensions"), d.Dimensions, f)
	ratio := d.ratio(l, at("scale"), f.Scale)
	if len(l.Fields) > before {
		return d, mixedmodel.Components{}
	}
	for _, k := range order {
		var row []float64
		for _, m := range order {
			row = append(row, d.Components.Candidate[k][m])
		}
		c.Candidate = append(c.Candidate, row)
	}
	return d, scaled(c, ratio*ratio)
}

func checkMatrix(l *fault.List, where string, m [][]float64, size int) {
	if len(m) != size {
		l.Add(where, "has %d rows for %s", len(m), count(size, "dimension", "dimensions"))
		return
	}
	for k, row := range m {
		if len(row) != size {
			l.Add(fmt.Sprintf("%s[%d]", where, k), "has %d figures for %s", len(row), count(size, "dimension", "dimensions"))
			return
		}
	}
	for k, row := range m {
		for j, x := range row {
			if math.Abs(x-m[j][k]) > 1e-9*max(math.Abs(x), math.Abs(m[j][k])) {
				l.Add(fmt.Sprintf("%s[%d][%d]", where, k, j), "%v is not the figure across the diagonal, %v", x, m[j][k])
				return
			}
		}
		if row[k] < 0 {
			l.Add(fmt.Sprintf("%s[%d][%d]", where, k, k), "%v is no variance", row[k])
		}
	}
}

// dimensionOrder finds the framework's dimensions among those of the document.
func dimensionOrder(l *fault.List, where string, codes []string, f frameworks.Framework) []int {
	for i, code := range codes {
		if slices.Index(codes, code) < i {
			l.Add(fmt.Sprintf("%s[%d]", where, i), "%s is there twice", code)
		}
	}
	var order []int
	for _, d := range f.Dimensions {
		i := slices.Index(codes, d.Code)
		if i < 0 {
			l.Add(where, "%s of the framework is missing", d.Code)
		}
		order = append(order, i)
	}
	return order
}

// ratio is how many units of the framework's scale go into one of the
// document's.
func (d componentsDocument) ratio(l *fault.List, where string, s frameworks.Scale) float64 {
	if d.Scale == nil {
		return 1
	}
	if d.Scale.Min == nil || d.Scale.Max == nil || !(*d.Scale.Max > *d.Scale.Min) {
		l.Add(where, "has no range; give the lowest and the highest mark as min and max")
		return 1
	}
	return (s.Max - s.Min) / (*d.Scale.Max - *d.Scale.Min)
}

func scaled(c mixedmodel.Components, by float64) mixedmodel.Components {
	if by == 1 {
		return c
	}
	c.CandidateExercise *= by
	c.CandidateRater *= by
	c.Rater *= by
	c.RaterDimension *= by
	c.Residual *= by
	for _, row := range c.Candidate {
		for k := range row {
			row[k] *= by
		}
	}
	return c
}

type variance struct {
	key string
	of  float64
}

func variances(c mixedmodel.Components) []variance {
	return []variance{
		{"candidate:exercise", c.CandidateExercise}, {"candidate:rater", c.CandidateRater}, {"rater", c.Rater},
		{"rater:dimension", c.RaterDimension}, {"residual", c.Residual},
	}
}

// positiveDefinite tries a Cholesky factorisation.
func positiveDefinite(m [][]float64) bool {
	factor := make([][]float64, len(m))
	for i := range m {
		factor[i] = make([]float64, len(m))
		for j := 0; j <= i; j++ {
			left := m[i][j]
			for k := range j {
				left -= factor[i][k] * factor[j][k]
			}
			switch {
			case i > j:
				factor[i][j] = left / factor[j][j]
			case left <= 1e-12*m[i][i]:
				return false
			default:
				factor[i][i] = math.Sqrt(left)
			}
		}
	}
	return true
}
