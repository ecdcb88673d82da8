package fairness

import "fmt"

// Verdict is what a comparison shows, in one of four words.
type Verdict string

// The verdicts.
const (
	TooFew        Verdict = "too-few"         // no outcome with these numbers could reach p < 0.05
	GapFound      Verdict = "gap"             // the interval excludes no difference and q < 0.05
	NoMaterialGap Verdict = "no-material-gap" // the interval lies within what is not material: 0.8 to 1.25 for a ratio
	Inconclusive  Verdict = "inconclusive"    // anything else
)

// judge says which verdict an interval, the smallest p that its margins allow
// and the q of its family give.
func judge(i Interval, smallest, q float64) Verdict {
	switch {
	case !significant(smallest):
		return TooFew
	case i.excludes(1) && significant(q):
		return GapFound
	case i.Low >= FourFifths && i.High <= 1/FourFifths:
		return NoMaterialGap
	}
	return Inconclusive
}

// Words is a sentence on what the row shows, and one on what could have been
// seen where nothing was.
func (r Ratio) Words() string {
	if r.Suppressed {
		return "Not shown: the numbers are so small that they could tell of a person."
	}
	return r.CountWords() + " " + r.verdictWords()
}

func limitWords(low, high *float64) string {
	if high == nil {
		return fmt.Sprintf("%.2f or more", *low)
	}
	return fmt.Sprintf("%.2f to %.2f", *low, *high)
}

func (r Ratio) verdictWords() string {
	switch {
	case r.Descriptive && r.Campaign != nil && r.Verdict != TooFew:
		return "A description only: candidates compete for the posts, and one campaign cannot judge that."
	case r.Verdict == TooFew:
		return "Too few to tell: no outcome with these numbers could be told from chance."
	case r.Verdict == GapFound && r.favoursFocal():
		return fmt.Sprintf("A gap: %s passed more often than chance explains.", r.Focal)
	case r.Verdict == GapFound:
		return fmt.Sprintf("A gap: %s passed less often than chance explains.", r.Focal)
	case r.Verdict == NoMaterialGap:
		return "No material gap: the interval lies within 0.80 to 1.25."
	}
	return "Inconclusive. " + detectableWords(r.Detectable)
}

func (r Ratio) favoursFocal() bool { return r.Ratio == nil || *r.Ratio > 1 }

func detectableWords(ratio *float64) string {
	if ratio == nil {
		return "No gap, however large, would have been found four times in five."
	}
	return fmt.Sprintf("A gap down to a ratio of %.2f would have been found four times in five; a smaller one could have been missed.", *ratio)
}

// CountWords is what Words begins with: the counts, and the ratio if there is one.
func (r Ratio) CountWords() string {
	counts := fmt.Sprintf("%d of %d %s and %d of %d %s %s %s", *r.X1, *r.N1, r.Focal, *r.X0, *r.N0, r.Reference, r.Stage.from(), r.Stage.to())
	if r.Ratio == nil {
		return fmt.Sprintf("%s. %s", counts, r.Reason)
	}
	return fmt.Sprintf("%s: ratio %.2f (95 %% interval %s).", counts, *r.Ratio, limitWords(r.Low, r.High))
}

// Words is a sentence on what campaigns say, each compared within itself.
func (p PooledRatio) Words() string {
	switch {
	case p.Suppressed:
		return "Within campaigns: not shown, since the numbers could tell of a person."
	case p.Low == nil:
		return fmt.Sprintf("Within campaigns: too few to tell. %s", p.Reason)
	case p.Ratio == nil:
		return fmt.Sprintf("Within campaigns: the ratio lies at %s. %s %s", limitWords(p.Low, p.High), p.Reason, p.verdictWords())
	}
	return fmt.Sprintf("Within campaigns: ratio %.2f (95 %% interval %s). %s", *p.Ratio, limitWords(p.Low, p.High), p.verdictWords())
}

// verdictWords keeps silent on what could have been seen where that is withheld
// with the test itself.
func (p PooledRatio) verdictWords() string {
	if p.Verdict == Inconclusive && p.CMH == nil {
		return "Inconclusive; how small a gap could have been seen is not shown."
	}
	return Ratio{Focal: p.Focal, Ratio: p.Ratio, Detectable: p.Detectable, Verdict: p.Verdict}.verdictWords()
}

// Words says the indicator both ways, each with its direction.
func (i Indicator) Words() string {
	if i.Suppressed {
		return fmt.Sprintf("%s: not shown, since the numbers could tell of a person.", i.Name)
	}
	if i.Value == nil {
		return fmt.Sprintf("%s: no value. %s (%s)", i.Name, i.Reason, i.Direction)
	}
	words := fmt.Sprintf("%s: %.2f (95 %% interval %s): %s.", i.Name, *i.Value, limitWords(i.Low, i.High), i.Direction)
	if i.Inverse != nil {
		words += fmt.Sprintf(" The other way round %.2f, where below 1 means the same.", *i.Inverse)
	}
	return words
}
