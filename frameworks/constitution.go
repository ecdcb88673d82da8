package frameworks

import "slices"

// ConstitutionValue is one of the values of the NHS Constitution for England,
// to which a trust's own values are cross-referenced.
type ConstitutionValue struct {
	Code  string
	Title string
}

// ConstitutionValues returns the six, in the Constitution's order.
func ConstitutionValues() []ConstitutionValue {
	return []ConstitutionValue{
		{"working-together", "Working together for patients"},
		{"respect-dignity", "Respect and dignity"},
		{"quality-of-care", "Commitment to quality of care"},
		{"compassion", "Compassion"},
		{"improving-lives", "Improving lives"},
		{"everyone-counts", "Everyone counts"},
	}
}

// constitutionTitle is the title for a code, or the code itself if unknown.
func constitutionTitle(code string) string {
	for _, v := range ConstitutionValues() {
		if v.Code == code {
			return v.Title
		}
	}
	return code
}

func isConstitutionCode(code string) bool {
	return slices.ContainsFunc(ConstitutionValues(), func(v ConstitutionValue) bool { return v.Code == code })
}
