package fairness

import (
	"fmt"
	"slices"
	"strings"
)

// The characteristics that NHS indicators are about, and their groups. The NHS
// Data Dictionary's codes A to C are white, D to S BME; Z and 99 are in no ratio.
const (
	Ethnicity   = "ethnicity"
	Disability  = "disability"
	White       = "white"
	BME         = "BME"
	Disabled    = "disabled"
	NonDisabled = "non-disabled"
)

// Indicator is the consultant contribution to a national indicator. Those
// divide the reference group's rate by the focal group's, the other way round
// than Ratio, so both are given, each with its direction in words. The indicators
// themselves cover all posts of a trust.
type Indicator struct {
	Name      string   `json:"name"` // WRES 2, WDES 2 or MWRES
	Direction string   `json:"direction"`
	X1        *int     `json:"x1"`
	N1        *int     `json:"n1"`
	X0        *int     `json:"x0"`
	N0        *int     `json:"n0"`
	Value     *float64 `json:"value"` // reference over focal
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	Inverse   *float64 `json:"inverse"` // focal over reference
	Reason    Reason   `json:"reason,omitempty"`

	Suppressed bool `json:"suppressed"`
}

// NobodyFocalPassed is why an indicator has no value.
const NobodyFocalPassed Reason = "Nobody of the focal group passed: there is no rate to divide by."

// indicatorNames says to what a stage contributes: WRES 2 and WDES 2 go from
// the shortlist to the appointment; MWRES has both stages.
func indicatorNames(characteristic string, stage Stage) []string {
	switch {
	case characteristic == Ethnicity && stage == Appointed:
		return []string{"WRES 2", "MWRES"}
	case characteristic == Ethnicity && stage == Shortlisted:
		return []string{"MWRES"}
	case characteristic == Disability && stage == Appointed:
		return []string{"WDES 2"}
	}
	return nil
}

// newIndicator has no figures where the table may not be shown.
func newIndicator(name, characteristic string, stage Stage, t *Table) Indicator {
	i := Indicator{Name: name, Direction: direction(characteristic, stage), Suppressed: t == nil}
	if t == nil {
		return i
	}
	i.X1, i.N1, i.X0, i.N0 = &t.X1, &t.N1, &t.X0, &t.N0
	focal, missing := t.Ratio()
	if missing == "" {
		i.Inverse = &focal.Estimate
	}
	reference, missing := t.swapped().Ratio()
	switch missing {
	case NoFocal:
		missing = NoReference
	case NoReference:
		missing = NoFocal
	case NoReferencePass:
		missing = NobodyFocalPassed
	case "":
		i.Value = &reference.Estimate
	}
	i.Reason = missing
	i.Low, i.High = shownLimits(reference)
	return i
}

func direction(characteristic string, stage Stage) string {
	focal, reference, _ := names(characteristic)
	rate := "appointed/shortlisted"
	if stage == Shortlisted {
		rate = "shortlisted/applied"
	}
	return fmt.Sprintf("%s %s ÷ %s %s; above 1 means %s candidates did better", reference, rate, focal, rate, reference)
}

// indicative says whether a group may stand on its side of an NHS indicator:
// there white, or not disabled, is the reference and nothing else is.
func indicative(characteristic, group string, side Side) bool {
	var references []string
	switch characteristic {
	case Ethnicity:
		references = []string{White, "a", "b", "c"}
	case Disability:
		references = []string{NonDisabled, "not disabled", "no"}
	}
	return slices.Contains(references, strings.ToLower(group)) == (side == Reference)
}

// names are what both sides of an indicator are called.
func names(characteristic string) (focal, reference string, ok bool) {
	switch characteristic {
	case Ethnicity:
		return BME, White, true
	case Disability:
		return Disabled, NonDisabled, true
	}
	return "", "", false
}
