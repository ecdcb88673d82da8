package selection

// within90 is how many standard deviations each side of its mean hold 90% of
// a normal posterior.
const within90 = 1.6448536269514722

// Interval is the 90% interval of how strictly the rater marked.
func (s Severity) Interval() (low, high float64) {
	return s.Severity - within90*s.SD, s.Severity + within90*s.SD
}

// Interval is the 90% interval of the adjusted figure; ok is false where there
// is none.
func (d DimensionPlace) Interval() (low, high float64, ok bool) {
	if d.Mean == nil || d.SD == nil {
		return 0, 0, false
	}
	return *d.Mean - within90**d.SD, *d.Mean + within90**d.SD, true
}
