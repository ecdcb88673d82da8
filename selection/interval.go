package selection

import "appointable/selection/ranking"

// Interval is the 90% interval of how strictly the rater marked.
func (s Severity) Interval() (low, high float64) {
	return s.Severity - ranking.Within90*s.SD, s.Severity + ranking.Within90*s.SD
}

// Interval is the 90% interval of the adjusted figure; ok is false where there
// is none.
func (d DimensionPlace) Interval() (low, high float64, ok bool) {
	if d.Mean == nil || d.SD == nil {
		return 0, 0, false
	}
	return *d.Mean - ranking.Within90**d.SD, *d.Mean + ranking.Within90**d.SD, true
}
