package monitoring

import "strconv"

// Threshold is the NHS default: a count of people from 1 to one less is not
// shown, and a campaign of fewer than this shows no count at all.
const Threshold = 8

// Progress is how far a campaign's candidates have been asked.
type Progress struct {
	Asked, Answered, Declined, Withdrawn int
}

// ShownProgress is Progress as recruitment sees it: each count is a number, or *
// where it might point at somebody.
type ShownProgress struct {
	Asked     string `json:"asked"`
	Answered  string `json:"answered"`
	Declined  string `json:"declined"`
	Withdrawn string `json:"withdrawn"`
}

// Shown hides small counts. The others are rounded to fives, so that whoever
// looks before and after one answer does not read it off the difference.
func (p Progress) Shown() ShownProgress {
	if p.Asked < Threshold {
		return ShownProgress{"*", "*", "*", "*"}
	}
	return ShownProgress{Asked: shown(p.Asked), Answered: shown(p.Answered), Declined: shown(p.Declined), Withdrawn: shown(p.Withdrawn)}
}

func shown(n int) string {
	if n < Threshold {
		return "*" // 0 too: that nobody declined says something of everybody
	}
	return strconv.Itoa((n + 2) / 5 * 5)
}
