// Package suppression decides which counts of a fairness audit may be shown, so
// that nobody can work out a count under the threshold.
//
// The attacker is assumed to know everything about everybody except their
// characteristics: who applied where, how far they came and when. What is
// released are counts of people by group. So a count is protected if the groups
// of people could be exchanged, everything that was ever released staying as it
// is, such that the count is any small number. Protect looks for such exchanges
// and hides counts until it has found them; each one found is a table that fits
// the release, and no attacker can tell it from the true one. The tests hold an
// attacker of another make, linear programming, against it.
//
// docs/decisions/0013-suppression.md gives the rule, and what is not protected.
package suppression

import (
	"fmt"
	"strconv"

	"appointable/internal/fault"
)

// Policy says what may be shown.
type Policy struct {
	Threshold int `json:"threshold"` // counts from 1 to one below it are not shown; at least 2
	Base      int `json:"base"`      // all others are shown to its nearest multiple; 1 shows them as they are; at most twice the threshold
	Smallest  int `json:"smallest"`  // the table of fewer people than this is withheld whole; at least the threshold
}

// NHS is the rule for figures below the national level that NHS Digital uses
// for Hospital Episode Statistics since 2018: 1 to 7 not shown, others to the
// nearest 5, zero as it is. Smallest is ours: in a table of fewer than ten
// times the threshold hardly a count would be left.
func NHS() Policy { return Policy{Threshold: 8, Base: 5, Smallest: 80} }

func (p Policy) check() error {
	var wrong fault.List
	if p.Threshold < 2 {
		wrong.Add("threshold", "The threshold is %d; it must be at least 2, for at 1 nothing is hidden.", p.Threshold)
	}
	if p.Base < 1 || p.Base > 2*p.Threshold {
		wrong.Add("base", "Counts are rounded to multiples of %d; that must be from 1 to twice the threshold, or small counts would be rounded to 0.", p.Base)
	}
	if p.Smallest < p.Threshold {
		wrong.Add("smallest", "Tables of %d people are shown; the smallest must not be below the threshold.", p.Smallest)
	}
	return wrong.Err("The suppression policy cannot be used.")
}

// Shown is a count as it may be shown. The zero value is a true 0: none.
type Shown struct {
	Value  int  `json:"value"`  // rounded; 0 is exact
	Hidden bool `json:"hidden"` // then Value is 0 and says nothing
}

// String is the count as the page prints it; * if hidden.
func (s Shown) String() string {
	if s.Hidden {
		return "*"
	}
	return strconv.Itoa(s.Value)
}

// Show is a count, 0 or more, that stands alone: hidden or rounded. In a table
// Protect may have to hide it all the same.
func (p Policy) Show(count int) Shown {
	if p.small(count) {
		return Shown{Hidden: true}
	}
	return Shown{Value: (count + p.Base/2) / p.Base * p.Base}
}

// Range is what the reader of a shown count knows of it; a hidden one tells
// nothing, and ok is false.
func (p Policy) Range(s Shown) (low, high int, ok bool) {
	if s.Hidden || s.Value == 0 {
		return 0, 0, !s.Hidden
	}
	low = s.Value - p.Base/2
	return max(low, p.Threshold), low + p.Base - 1, true
}

func (p Policy) small(count int) bool { return 0 < count && count < p.Threshold }

// Words explain the signs below a table, a sentence each.
func (p Policy) Words() []string {
	words := []string{fmt.Sprintf("*: fewer than %d, or hidden so that such a count cannot be worked out. Not shown.", p.Threshold)}
	if p.Base > 1 {
		words = append(words, fmt.Sprintf("Other counts are shown to the nearest %d, each by itself, so they need not add up; 0 is none. Ratios and tests are computed from the counts as shown.", p.Base))
	}
	return append(words, fmt.Sprintf("Tables of fewer than %d people are withheld. A table stays as it was until %d people in it have changed.", p.Smallest, p.Threshold))
}
