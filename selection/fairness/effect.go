package fairness

import (
	"fmt"
	"math"
)

// Counts are the candidates behind a figure, and the campaigns in which both
// groups were seen. They are for those who may see counts: suppression is the
// caller's.
type Counts struct{ Focal, Reference, Campaigns int }

// Effect is what a comparison of two groups found: focal less reference.
type Effect struct {
	Interval         // 95%; NaN where it cannot be told
	P        float64 // two-sided; NaN where it cannot be told
	Counts
	Reason string // why it cannot be told, a sentence; empty where it can
}

// Told reports whether there is a figure.
func (e Effect) Told() bool { return e.Reason == "" }

func untold(c Counts, reason string) Effect {
	nan := math.NaN()
	return Effect{Interval{nan, nan, nan}, nan, c, reason}
}

// Finding is what a comparison comes to, once its p-value has been weighed with
// those of its family.
type Finding string

// The findings, in the words of the audit's JSON.
const (
	FindingTooFew       Finding = "too-few"
	FindingGap          Finding = "gap"
	FindingNoGap        Finding = "no-material-gap"
	FindingInconclusive Finding = "inconclusive"
)

// find weighs an effect: a gap if the false discovery rate q of its family is
// under 5% and its interval excludes 0; no material gap if the interval lies
// within ±material.
func (e Effect) find(q, material float64) Finding {
	switch {
	case !e.Told():
		return FindingTooFew
	case q < .05 && (e.Low > 0 || e.High < 0):
		return FindingGap
	case e.Low > -material && e.High < material:
		return FindingNoGap
	}
	return FindingInconclusive
}

// seen says on whom a figure rests.
func (c Counts) seen() string {
	campaigns := "campaigns"
	if c.Campaigns == 1 {
		campaigns = "campaign"
	}
	return fmt.Sprintf("%d candidates of the focal and %d of the reference group in %d %s", c.Focal, c.Reference, c.Campaigns, campaigns)
}

func than(estimate float64, higher, lower string) string {
	if estimate > 0 {
		return higher
	}
	return lower
}
