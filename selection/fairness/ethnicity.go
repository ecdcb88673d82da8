package fairness

import (
	"slices"
	"strings"
)

// The characteristics that NHS indicators are about, and their groups.
const (
	Ethnicity  = "ethnicity"
	Disability = "disability"

	White       = "white"
	BME         = "BME"
	Disabled    = "disabled"
	NonDisabled = "non-disabled"
	NotStated   = "not stated"
	NotKnown    = "not known"
)

// EthnicGroup reads a code of the NHS Data Dictionary's 16+1 ethnic categories
// (2001 census): A to C are white, D to S black and minority ethnic; Z, not
// stated, and 99, not known, stand apart. ok is false for anything else.
func EthnicGroup(code string) (group string, side Side, ok bool) {
	switch {
	case code == "Z":
		return NotStated, Apart, true
	case code == "99":
		return NotKnown, Apart, true
	case len(code) != 1:
		return "", Apart, false
	case strings.Contains("ABC", code):
		return White, Reference, true
	case strings.Contains("DEFGHJKLMNPRS", code):
		return BME, Focal, true
	}
	return "", Apart, false
}

// Unstated says that a group's name or code means that the characteristic is
// not stated or not known.
func Unstated(group string) bool {
	return slices.Contains([]string{"z", "99", NotStated, NotKnown}, strings.ToLower(group))
}

// indicative says whether a group can stand on a side of an NHS indicator:
// white, or not disabled, is never the focal one there.
func indicative(characteristic, group string, side Side) bool {
	name := strings.ToLower(group)
	var references []string
	switch characteristic {
	case Ethnicity:
		references = []string{"white", "a", "b", "c"}
	case Disability:
		references = []string{"non-disabled", "not disabled", "no"}
	default:
		return false
	}
	return slices.Contains(references, name) == (side == Reference)
}
