package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// How the audit's codes are said.

func characteristicWords(code string) string {
	if c, known := monitoring.Find(code); known {
		return c.Title
	}
	return capital(code)
}

// groupNamed is a group of a characteristic in words; several are listed.
func groupNamed(characteristic, group string) string {
	c, known := monitoring.Find(characteristic)
	var words []string
	for _, code := range strings.Split(group, " + ") {
		i := slices.IndexFunc(c.Options, func(o monitoring.Option) bool { return known && o.Code == code && o.Words != "" })
		switch {
		case (code == "yes" || code == "no") && known:
			words = append(words, code)
		case i >= 0 && isName(characteristic, code):
			words = append(words, c.Options[i].Words)
		case i >= 0:
			words = append(words, strings.ToLower(c.Options[i].Words))
		case code == fairness.NonDisabled:
			words = append(words, code)
		default:
			words = append(words, strings.ReplaceAll(code, "-", " "))
		}
	}
	return listed(words)
}

// isName says that what a group is called begins with a capital everywhere.
func isName(characteristic, code string) bool {
	return characteristic == fairness.Ethnicity || characteristic == "religion" && code != "none" && code != "other"
}

// stageNamed is a stage by those who passed it.
func stageNamed(s fairness.Stage) string {
	switch s {
	case fairness.Appointable:
		return "Found appointable"
	case fairness.Offered:
		return "Offered a post"
	case fairness.Accepted:
		return "Accepted the offer"
	case fairness.Appointed:
		return "Appointed"
	case fairness.Shortlisted, fairness.Interviewed:
	}
	return capital(string(s))
}

// stepNamed is a stage as what happens there.
func stepNamed(s fairness.Stage) string {
	switch s {
	case fairness.Shortlisted:
		return "shortlisting"
	case fairness.Interviewed:
		return "interview"
	case fairness.Appointable:
		return "being found appointable"
	case fairness.Offered:
		return "the offer of a post"
	case fairness.Accepted:
		return "accepting the offer"
	case fairness.Appointed:
		return "appointment"
	}
	return string(s)
}

// verdictNamed is a verdict in words and the class of its tag.
func verdictNamed(v fairness.Verdict, suppressed bool) (words, class string) {
	switch {
	case suppressed:
		return "Not shown", "tag tag-plain"
	case v == fairness.GapFound:
		return "Gap", "tag tag-stop"
	case v == fairness.NoMaterialGap:
		return "No material gap", "tag tag-good"
	case v == fairness.TooFew:
		return "Too few to tell", "tag tag-wait"
	}
	return "Inconclusive", "tag tag-wait"
}

// spanned is an interval of ratios in words; one without an upper bound says so.
func spanned(low, high *float64) string {
	switch {
	case low == nil:
		return none
	case high == nil:
		return fmt.Sprintf("%.2f or more", *low)
	}
	return fmt.Sprintf("%.2f to %.2f", *low, *high)
}

// ratioFigure is a ratio to two decimals.
func ratioFigure(x *float64) string {
	if x == nil {
		return none
	}
	return fmt.Sprintf("%.2f", *x)
}

// shownCount is a count as it may be shown.
func shownCount(n *int) string {
	if n == nil {
		return "*"
	}
	return thousands(*n)
}

// pValue is to three decimals, and never 0.
func pValue(p *float64) string {
	switch {
	case p == nil:
		return none
	case *p < 0.001:
		return "below 0.001"
	}
	return fmt.Sprintf("%.3f", *p)
}

// dayWords is 2025-04-01 as 1 April 2025.
func dayWords(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.Format("2 January 2006")
}

func signedSeed(seed int64) string { return strconv.FormatInt(seed, 10) }
