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

// Shown hides small counts, and those that leave few of who was asked: how many
// were asked is known to whoever asked them, so that all but two is as good as
// two. The others are rounded to fives, so that whoever looks before and after
// one answer does not read it off the difference.
func (p Progress) Shown() ShownProgress {
	if p.Asked < Threshold {
		return ShownProgress{"*", "*", "*", "*"}
	}
	return ShownProgress{Asked: rounded(p.Asked), Answered: p.shown(p.Answered), Declined: p.shown(p.Declined), Withdrawn: p.shown(p.Withdrawn)}
}

func (p Progress) shown(n int) string {
	if n < Threshold || p.Asked-n < Threshold {
		return "*" // 0 too: that nobody declined says something of everybody
	}
	return rounded(n)
}

func rounded(n int) string { return strconv.Itoa((n + 2) / 5 * 5) }
