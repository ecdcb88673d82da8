// Package monitoring holds what candidates are asked of their protected
// characteristics: the catalogue of characteristics with their codes, which of
// them are the focal group of a comparison, and how answers are written down.
//
// It knows no candidate's answers and stores none; those are in a schema that
// only the vault's own database login enters (package store).
package monitoring

import "slices"

// Group says where an answer stands in a ratio.
type Group string

// The groups. What is left out of ratios is counted all the same.
const (
	Focal     Group = "focal"     // compared
	Reference Group = "reference" // compared with
	LeftOut   Group = "left-out"  // in no ratio: not stated, not known
)

// Declined is the answer of somebody who prefers not to say; for ethnicity it
// is NotStated, the NHS's own code. Both are answers, and no lack of one.
const (
	Declined  = "declined"
	NotStated = "Z"
)

// Characteristic is one that candidates are asked about. Code is the column of
// monitoring.csv.
type Characteristic struct {
	Code     string
	Title    string
	Question string
	Options  []Option
}

// Option is a permitted answer. Words are what a candidate reads; "" is a code
// that only files have (not known), which nobody is offered.
type Option struct {
	Code  string
	Words string
	Group Group
}

// Declined is the code by which one declines to say.
func (c Characteristic) Declined() string {
	if c.Code == "ethnicity" {
		return NotStated
	}
	return Declined
}

// Group is where an answer stands; LeftOut for what is no code.
func (c Characteristic) Group(answer string) Group {
	i := slices.IndexFunc(c.Options, func(o Option) bool { return o.Code == answer })
	if i < 0 {
		return LeftOut
	}
	return c.Options[i].Group
}

// Codes lists what may be answered, in the order of the catalogue.
func (c Characteristic) Codes() []string {
	codes := make([]string, len(c.Options))
	for i, o := range c.Options {
		codes[i] = o.Code
	}
	return codes
}

// Find finds a characteristic by its code.
func Find(code string) (Characteristic, bool) {
	catalogue := Catalogue()
	i := slices.IndexFunc(catalogue, func(c Characteristic) bool { return c.Code == code })
	if i < 0 {
		return Characteristic{}, false
	}
	return catalogue[i], true
}

// Catalogue is every characteristic of the Equality Act 2010, section 4.
// Ethnicity has the codes of the NHS Data Dictionary (2001 census, 16+1) and of
// the WRES: A to C white, D to S black and minority ethnic.
func Catalogue() []Characteristic {
	return []Characteristic{
		{"ethnicity", "Ethnicity", "What is your ethnic group?", closed(ethnicities(), NotStated, "99")},
		{"sex", "Sex", "What is your sex?", closed([]Option{{"female", "Female", Focal}, {"male", "Male", Reference}}, Declined, NotKnown)},
		{"disability", "Disability", "Do you consider yourself to be disabled?", closed(yesNo(), Declined, NotKnown)},
		{"age", "Age", "How old are you?", closed([]Option{
			{"under-40", "Under 40", Reference}, {"40-49", "40 to 49", Reference}, {"50-59", "50 to 59", Focal}, {"60-over", "60 or over", Focal},
		}, Declined, NotKnown)},
		{"gender-reassignment", "Gender reassignment", "Is your gender identity different from the sex that was registered at your birth?", closed(yesNo(), Declined, NotKnown)},
		{"marriage", "Marriage and civil partnership", "Are you married or in a civil partnership?", closed(yesNo(), Declined, NotKnown)},
		{"pregnancy", "Pregnancy and maternity", "Are you pregnant, or have you given birth in the last 26 weeks?", closed(yesNo(), Declined, NotKnown)},
		{"religion", "Religion or belief", "What is your religion or belief?", closed([]Option{
			{"none", "No religion", Reference}, {"christian", "Christian", Reference}, {"buddhist", "Buddhist", Focal}, {"hindu", "Hindu", Focal},
			{"jewish", "Jewish", Focal}, {"muslim", "Muslim", Focal}, {"sikh", "Sikh", Focal}, {"other", "Another religion or belief", Focal},
		}, Declined, NotKnown)},
		{"sexual-orientation", "Sexual orientation", "What is your sexual orientation?", closed([]Option{
			{"heterosexual", "Heterosexual or straight", Reference}, {"gay-or-lesbian", "Gay or lesbian", Focal},
			{"bisexual", "Bisexual", Focal}, {"other", "Another orientation", Focal},
		}, Declined, NotKnown)},
	}
}

// NotKnown is of files only: nobody has the answer. For ethnicity it is 99.
const NotKnown = "not-known"

// closed adds what every characteristic has: not to say, which stands first, and
// not to be known.
func closed(options []Option, declined, notKnown string) []Option {
	first := []Option{{declined, "Prefer not to say", LeftOut}}
	return append(append(first, options...), Option{Code: notKnown, Group: LeftOut})
}

func yesNo() []Option { return []Option{{"yes", "Yes", Focal}, {"no", "No", Reference}} }

func ethnicities() []Option {
	return []Option{
		{"A", "White: British", Reference}, {"B", "White: Irish", Reference}, {"C", "White: any other background", Reference},
		{"D", "Mixed: White and Black Caribbean", Focal}, {"E", "Mixed: White and Black African", Focal},
		{"F", "Mixed: White and Asian", Focal}, {"G", "Mixed: any other background", Focal},
		{"H", "Asian or Asian British: Indian", Focal}, {"J", "Asian or Asian British: Pakistani", Focal},
		{"K", "Asian or Asian British: Bangladeshi", Focal}, {"L", "Asian or Asian British: any other background", Focal},
		{"M", "Black or Black British: Caribbean", Focal}, {"N", "Black or Black British: African", Focal},
		{"P", "Black or Black British: any other background", Focal},
		{"R", "Chinese", Focal}, {"S", "Any other ethnic group", Focal},
	}
}
