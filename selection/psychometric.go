package selection

import (
	"fmt"
	"math"
	"slices"
	"time"

	"appointable/frameworks"
	"appointable/internal/fault"
)

// Psychometric is one scale of one instrument and the use that was declared
// for it before anybody's result was seen.
type Psychometric struct {
	Instrument  string             `yaml:"instrument" json:"instrument"`
	Scale       string             `yaml:"scale" json:"scale"`
	Use         Use                `yaml:"use" json:"use"`
	Share       float64            `yaml:"share,omitempty" json:"share,omitempty"` // of each dimension it loads on; weighted scales only, at most 0.20
	Mean        float64            `yaml:"mean" json:"mean"`                       // of the norm group
	SD          float64            `yaml:"sd" json:"sd"`
	Reliability float64            `yaml:"reliability" json:"reliability"`
	Validity    float64            `yaml:"validity,omitempty" json:"validity,omitempty"` // correlation with the values; .30 where none is given
	Norm        string             `yaml:"norm,omitempty" json:"norm,omitempty"`         // who the norm group was
	Loads       map[string]float64 `yaml:"loads,omitempty" json:"loads,omitempty"`       // dimension → how much of it the scale measures, relative
}

// Use says what a scale is for.
type Use string

// The uses.
const (
	Inform   Use = "inform"   // shown to the panel after reveal, in no figure
	Weighted Use = "weighted" // enters the composite with its share
)

const (
	maxShare        = 0.20 // of one scale in one dimension (statistics §0)
	maxTotalShare   = 0.50 // of all scales in one dimension: the panel's marks must carry most of it
	defaultValidity = 0.30
)

func (p Psychometric) withDefaults() Psychometric {
	if p.Use == Weighted && p.Validity == 0 {
		p.Validity = defaultValidity
	}
	return p
}

// SEM is the standard error of measurement, SD·√(1 − reliability): how far a
// score may lie from the true one by unreliability alone.
func (p Psychometric) SEM() float64 { return p.SD * math.Sqrt(1-p.Reliability) }

// PsychometricResult is what one candidate scored on one scale.
type PsychometricResult struct {
	Candidate  string  `json:"candidate"`
	Instrument string  `json:"instrument"`
	Scale      string  `json:"scale"`
	Score      float64 `json:"score"`              // in the units of the scale's mean and SD
	TakenOn    string  `json:"taken_on,omitempty"` // a date, 2026-03-14; "" not known
}

func (c Campaign) psychometric(instrument, scale string) int {
	return slices.IndexFunc(c.Psychometrics, func(p Psychometric) bool {
		return p.Instrument == instrument && p.Scale == scale
	})
}

func (c Campaign) validatePsychometrics(l *fault.List, f frameworks.Framework) {
	for i, p := range c.Psychometrics {
		at := fmt.Sprintf("psychometrics[%d]", i)
		checkCode(l, at+".instrument", p.Instrument)
		checkCode(l, at+".scale", p.Scale)
		if c.psychometric(p.Instrument, p.Scale) < i {
			l.Add(at, "%s %s is there twice", p.Instrument, p.Scale)
		}
		validateNorms(l, at, p)
		switch p.Use {
		case Weighted:
			validateShare(l, at, p, f)
		case Inform:
			if p.Share != 0 {
				l.Add(at+".share", "%s is inform only, so it has no share; remove the share or declare use: weighted", p.Instrument)
			}
		default:
			l.Add(at+".use", "%q is not known; choose inform or weighted", p.Use)
		}
	}
	c.validateTotalShares(l, f)
}

func validateNorms(l *fault.List, at string, p Psychometric) {
	if !finite(p.Mean) {
		l.Add(at+".mean", "is not a number")
	}
	if !finite(p.SD) || p.SD <= 0 {
		l.Add(at+".sd", "%v cannot be a standard deviation; give the norm group's, above 0", p.SD)
	}
	if !finite(p.Reliability) || p.Reliability < 0 || p.Reliability > 1 {
		l.Add(at+".reliability", "%v is outside 0–1", p.Reliability)
	}
	// Identification of the engine's ψ = sd²(reliability − r²) (statistics §1).
	switch {
	case !finite(p.Validity) || p.Validity < 0 || p.Validity*p.Validity > p.Reliability:
		l.Add(at+".validity", "%v cannot be: a scale of reliability %v correlates with anything by at most %.2f", p.Validity, p.Reliability, math.Sqrt(max(p.Reliability, 0)))
	case p.Use == Weighted && p.Validity*p.Validity >= 1: // sd²(1 − r²), the noise, would be 0
		l.Add(at+".validity", "%v cannot be: no scale measures the values without error; give a correlation below 1", p.Validity)
	}
}

func validateShare(l *fault.List, at string, p Psychometric, f frameworks.Framework) {
	if !finite(p.Share) || p.Share <= 0 || p.Share > maxShare {
		l.Add(at+".share", "%v is outside what a test may count for; give a share above 0 and at most %.2f", p.Share, maxShare)
	}
	if len(p.Loads) == 0 {
		l.Add(at+".loads", "a weighted scale must say which dimensions it loads on")
	}
	for _, code := range sortedKeys(p.Loads) {
		where := at + ".loads." + code
		if dimensionIndex(f, code) < 0 {
			l.Add(where, "the framework %s has no dimension %q", f.Code, code)
		}
		if load := p.Loads[code]; !finite(load) || load <= 0 {
			l.Add(where, "a load of %v cannot be used; give a number above 0, and reverse a scale on which low is good before import", load)
		}
	}
}

func (c Campaign) validateTotalShares(l *fault.List, f frameworks.Framework) {
	for _, d := range f.Dimensions {
		total := 0.0
		for _, p := range c.Psychometrics {
			if p.Use == Weighted && p.Loads[d.Code] > 0 {
				total += p.Share
			}
		}
		if total > maxTotalShare+1e-9 {
			l.Add("psychometrics", "together the scales make up %.2f of %s; at most %.2f, so that the panel's marks carry most of it", total, d.Code, maxTotalShare)
		}
	}
}

func (c Campaign) psychometricWarnings() []string {
	var w []string
	for _, p := range c.Psychometrics {
		if p.Use == Weighted && p.Norm == "" {
			w = append(w, fmt.Sprintf("%s %s is weighted but its norm group is not named. A candidate may ask whom they were compared with.", p.Instrument, p.Scale))
		}
		if p.Use == Weighted && p.Reliability < 0.7 {
			w = append(w, fmt.Sprintf("%s %s has a reliability of %v. Below 0.70 a single score says little about one person.", p.Instrument, p.Scale, p.Reliability))
		}
	}
	return w
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// ValidateResult checks a result against what the campaign declared; paths are
// the columns of psychometrics.csv.
func (c Campaign) ValidateResult(p PsychometricResult) error {
	var l fault.List
	if c.psychometric(p.Instrument, p.Scale) < 0 {
		l.Add("instrument", "the campaign declares no scale %q of %q", p.Scale, p.Instrument)
	}
	if !finite(p.Score) {
		l.Add("score", "is not a number")
	}
	if _, err := time.Parse(time.DateOnly, p.TakenOn); p.TakenOn != "" && err != nil {
		l.Add("taken_on", "%q is not a date; write it as 2026-03-14", p.TakenOn)
	}
	return l.Err("the psychometric result has mistakes")
}
