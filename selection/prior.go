package selection

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

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
	PriorGiven   = "given"   // by somebody: a prior.json of another origin, or variance components as they are
)

// priorDocument is prior.json. What else stands there is provenance: kept, and
// not read. A prior may also be what `gstudy` prints.
type priorDocument struct {
	Source     string   `json:"source"`
	Framework  string   `json:"framework"`
	Dimensions []string `json:"dimensions"`
	Scale      *struct {
		Min *float64 `json:"min"`
		Max *float64 `json:"max"`
	} `json:"scale"` // the framework's where there is none
	Components *mixedmodel.Components `json:"components"`
	Pseudo     *float64               `json:"pseudo_units"`
	Residuals  *float64               `json:"residual_degrees_of_freedom"`
}

// readPrior reads prior.json for a framework: the dimensions in the
// framework's order, everything in squared units of its scale. It returns
// Invalid, naming each key that is wrong, and where the prior says that it is
// from.
func readPrior(data []byte, f frameworks.Framework) (p mixedmodel.Prior, source string, err error) {
	var l fault.List
	var d priorDocument
	err = json.Unmarshal(data, &d)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		l.Add(strings.TrimSuffix(priorFile+": "+wrong.Field, ": "), "%s stands where something else is expected", wrong.Value)
		return p, "", l.Err("the prior has mistakes")
	}
	if err != nil {
		l.Add(priorFile, "is not JSON: %s", err)
		return p, "", l.Err("the prior has mistakes")
	}
	if d.Components == nil {
		l.Add(priorFile+": components", "is missing; the variance components belong there")
		return p, "", l.Err("the prior has mistakes")
	}
	if d.Framework != "" && d.Framework != f.Code {
		l.Add(priorFile+": framework", "the prior is of the framework %q; the round's is %s", d.Framework, f.Code)
	}
	d.checkComponents(&l)
	checkComponentNames(&l, data)
	order := dimensionOrder(&l, priorFile+": dimensions", d.Dimensions, f)
	ratio := d.ratio(&l, f.Scale)
	d.checkResidual(&l, (f.Scale.Max-f.Scale.Min)/ratio)
	if len(l.Fields) == 0 {
		p = mixedmodel.NewPrior(scaled(*d.Components, order, ratio*ratio))
	}
	override := func(key string, weight *float64, into *float64) {
		if weight == nil {
			return
		}
		if *into = *weight; *weight <= 0 {
			l.Add(priorFile+": "+key, "%v is no weight of a prior; give a number above 0", *weight)
		}
	}
	override("pseudo_units", d.Pseudo, &p.Pseudo)
	override("residual_degrees_of_freedom", d.Residuals, &p.Residuals)
	return p, d.Source, l.Err("the prior has mistakes")
}

// checkComponents asks more of a prior than of components that are taken as
// they are: a variance believed to be 0 could not be moved by any marks.
func (d priorDocument) checkComponents(l *fault.List) {
	at := priorFile + ": components"
	l.AddAll(at, d.Components.Validate(len(d.Dimensions)))
	if len(l.Fields) > 0 {
		return
	}
	for _, v := range []struct {
		of       mixedmodel.Effect
		variance float64
	}{
		{mixedmodel.CandidateExerciseEffect, d.Components.CandidateExercise}, {mixedmodel.CandidateRaterEffect, d.Components.CandidateRater},
		{mixedmodel.RaterEffect, d.Components.Rater}, {mixedmodel.RaterDimensionEffect, d.Components.RaterDimension},
	} {
		if v.variance == 0 {
			l.Add(at+"."+string(v.of), "is missing or 0; a prior of a variance is above 0")
		}
	}
	if !positiveDefinite(d.Components.Candidate) {
		l.Add(at+"."+string(mixedmodel.CandidateEffect), "is not positive definite: some mixture of dimensions would be alike in everybody")
	}
}

// checkComponentNames finds names that no component has: a prior with a
// mistyped one would be another than was meant.
func checkComponentNames(l *fault.List, data []byte) {
	var d struct {
		Components map[string]json.RawMessage `json:"components"`
	}
	_ = json.Unmarshal(data, &d) // it was read before
	known := append(mixedmodel.TermEffects(), mixedmodel.ResidualEffect)
	for _, name := range sortedKeys(d.Components) {
		if !slices.Contains(known, mixedmodel.Effect(name)) {
			l.Add(priorFile+": components."+name, "is no component; there are %s", effectNames(known))
		}
	}
}

func effectNames(effects []mixedmodel.Effect) string {
	var names []string
	for _, e := range effects {
		names = append(names, string(e))
	}
	return strings.Join(names, ", ")
}

// checkResidual refuses what no marks on a scale of the given range can have,
// and no arithmetic could carry.
func (d priorDocument) checkResidual(l *fault.List, scaleRange float64) {
	const least, most = 1e-9, 1e6
	if share := d.Components.Residual / (scaleRange * scaleRange); len(l.Fields) == 0 && (share < least || share > most) {
		l.Add(priorFile+": components."+string(mixedmodel.ResidualEffect), "%v cannot be the residual variance of marks whose scale spans %v", d.Components.Residual, scaleRange)
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
func (d priorDocument) ratio(l *fault.List, s frameworks.Scale) float64 {
	if d.Scale == nil {
		return 1
	}
	if d.Scale.Min == nil || d.Scale.Max == nil || *d.Scale.Max <= *d.Scale.Min {
		l.Add(priorFile+": scale", "has no range; give the lowest and the highest mark as min and max")
		return 1
	}
	return (s.Max - s.Min) / (*d.Scale.Max - *d.Scale.Min)
}

// scaled is components of the dimensions in another order and in other units.
func scaled(c mixedmodel.Components, order []int, by float64) mixedmodel.Components {
	out := mixedmodel.Components{
		CandidateExercise: by * c.CandidateExercise, CandidateRater: by * c.CandidateRater,
		Rater: by * c.Rater, RaterDimension: by * c.RaterDimension, Residual: by * c.Residual,
	}
	for _, k := range order {
		row := make([]float64, len(order))
		for m, other := range order {
			row[m] = by * c.Candidate[k][other]
		}
		out.Candidate = append(out.Candidate, row)
	}
	return out
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
