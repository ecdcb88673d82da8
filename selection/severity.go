package selection

import "slices"

// ForRater is the ranking as shown to an assessor after sign-off: of how
// strictly each marked it keeps their own figure. Code "" keeps none, which is
// what everybody but the HR analyst sees before.
func (r Ranking) ForRater(code string) Ranking {
	r.Raters = slices.DeleteFunc(slices.Clone(r.Raters), func(s Severity) bool { return s.Rater != code })
	return r
}
