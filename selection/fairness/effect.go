package fairness

import (
	"fmt"
	"math"
)

// Compared are the candidates behind a figure, and the campaigns in which both
// groups were seen. No sentence of this package on marks holds one of these
// numbers: they are for those who may see counts, and suppression is the
// caller's.
type Compared struct{ Focal, Reference, Campaigns int }

// Effect is what a comparison of two groups found: focal less reference.
type Effect struct {
	Interval         // 95 %; NaN where it cannot be told
	P        float64 // two-sided; NaN where it cannot be told
	Compared
	Reason Reason // why it cannot be told; empty where it can
}

// Told reports whether there is a figure.
func (e Effect) Told() bool { return e.Reason == "" }

func untold(c Compared, reason Reason) Effect {
	nan := math.NaN()
	return Effect{Interval{nan, nan, nan}, nan, c, reason}
}

// verdict weighs an effect: a gap if the false discovery rate q of its family is
// under 5 % and its interval excludes 0; no material gap if the interval lies
// within ±material.
func (e Effect) verdict(q, material float64) Verdict {
	switch {
	case !e.Told():
		return TooFew
	case significant(q) && e.excludes(0):
		return GapFound
	case e.Low > -material && e.High < material:
		return NoMaterialGap
	}
	return Inconclusive
}

// discoveries weighs the p-values of a family, NaN where one cannot be told.
func discoveries(name, method string, p []float64) (Family, []float64) {
	var told []float64
	for _, x := range p {
		if !math.IsNaN(x) {
			told = append(told, x)
		}
	}
	rates, q := BenjaminiHochberg(told), make([]float64, len(p))
	for i, x := range p {
		if q[i] = math.NaN(); !math.IsNaN(x) {
			q[i], rates = rates[0], rates[1:]
		}
	}
	return Family{Name: name, Families: 1, Tests: len(told), LeftOut: len(p) - len(told), Method: method}, q
}

// Seen says on whom a figure rests, for those who may see counts.
func (c Compared) Seen() string {
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

// span puts limits into words: "0.66 to 2.53 lower", "0.10 lower to 0.30 higher".
func (i Interval) span(higher, lower string) string {
	switch {
	case i.High <= 0:
		return fmt.Sprintf("%.2f to %.2f %s", -i.High, -i.Low, lower)
	case i.Low >= 0:
		return fmt.Sprintf("%.2f to %.2f %s", i.Low, i.High, higher)
	}
	return fmt.Sprintf("%.2f %s to %.2f %s", -i.Low, lower, i.High, higher)
}
