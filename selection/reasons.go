package selection

import (
	"fmt"
	"strings"

	"appointable/frameworks"
	"appointable/selection/ranking"
)

// reasons says in sentences what a panel would ask about a place: which gates
// it did not pass, how a tie was broken, what was left out.
func (c *columns) reasons(s ranking.Standing) []string {
	reasons := []string{}
	add := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	for _, b := range s.Breaches {
		reasons = append(reasons, c.breach(s, b))
	}
	switch {
	case s.BrokenBy >= 0 && s.Shared:
		add("Equal composite with %s; the declared tie chain (%s) does not separate all of them, so the rank is shared.", c.names(s.Tied), c.title(s.BrokenBy))
	case s.BrokenBy >= 0:
		add("Equal composite with %s; the declared tie chain decides by %s.", c.names(s.Tied), c.title(s.BrokenBy))
	case s.Shared:
		add("Equal composite with %s; the declared tie chain does not separate them, so the rank is shared.", c.names(s.Tied))
	}
	if n := c.unobserved[s.Candidate]; n > 0 {
		add("%s not observed and left out of every mean.", count(n, "mark was", "marks were"))
	}
	for t, test := range c.tests {
		if _, ok := c.results[resultKey{s.Candidate, t}]; !ok {
			add("There is no %s %s result; the panel's marks stand alone where it would have counted.", test.Instrument, test.Scale)
		}
	}
	return reasons
}

func (c *columns) breach(s ranking.Standing, b ranking.Breach) string {
	gates := c.data.Gates
	switch b.Kind {
	case ranking.BelowComposite:
		return fmt.Sprintf("The panel's composite of %s is below the declared %s.", figure(s.Marks), figure(*gates.Composite))
	case ranking.BelowMinimum:
		return fmt.Sprintf("%s: %s is below the declared minimum of %s.", c.title(b.Dimension), figure(s.Dimensions[b.Dimension].Marks), figure(*gates.Minimum[b.Dimension]))
	case ranking.Vetoed:
		m := c.round.Ratings[c.rows[b.Row]]
		meaning := "the panel discusses it"
		if gates.VetoMeans == ranking.NotMet {
			meaning = "the gates are not met"
		}
		return fmt.Sprintf("A mark of %s on %s in %s is at or below the veto of %s: %s.", frameworks.FormatScore(m.Score), m.Criterion, m.Exercise, frameworks.FormatScore(*gates.Veto), meaning)
	case ranking.Unobserved:
		return fmt.Sprintf("%s: nobody observed it, so there is no composite and no rank.", c.title(b.Dimension))
	}
	return ""
}

// warnings says what the reader must know about the round as a whole.
func (c *columns) warnings() []string {
	w := c.round.Campaign.Warnings(c.round.Framework)
	if w == nil {
		w = []string{}
	}
	if len(c.candidates) == 0 {
		w = append(w, "Nobody is recorded as interviewed, so nobody is ranked.")
	}
	if len(c.candidates) == 1 {
		w = append(w, "There is one candidate: a rank says nothing, only the gates do.")
	}
	if len(c.left.unseen) > 0 {
		w = append(w, fmt.Sprintf("%s marked but recorded as not interviewed, and not ranked: %s.", count(len(c.left.unseen), "candidate was", "candidates were"), strings.Join(c.left.unseen, ", ")))
	}
	if c.left.withdrawn > 0 {
		w = append(w, fmt.Sprintf("%s withdrawn for a declared interest: kept on record, not counted.", count(c.left.withdrawn, "mark was", "marks were")))
	}
	for _, d := range c.round.Framework.Dimensions {
		if !d.Weight.IsFixed() {
			w = append(w, fmt.Sprintf("%s: the weight is a range (%v–%v); its midpoint is used.", d.Title, d.Weight.Low, d.Weight.High))
		}
	}
	if c.round.Prior != nil {
		w = append(w, "prior.json is kept with the inputs; the rule panel-mean does not use it.")
	}
	// Until the engine says how sure one may be (issue 3), the reader is told
	// that nobody has said it.
	w = append(w, "The order is that of the panel's own marks. It does not say how sure one may be that one candidate is above the next.")
	return w
}

func (c *columns) names(candidates []int) string {
	names := make([]string, len(candidates))
	for i, candidate := range candidates {
		names[i] = c.candidates[candidate]
	}
	return strings.Join(names, ", ")
}

func (c *columns) title(dimension int) string { return c.round.Framework.Dimensions[dimension].Title }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// figure prints a mean to two decimals, with a third where two would hide on
// which side of a threshold it lies.
func figure(x float64) string {
	s := fmt.Sprintf("%.2f", x)
	if exact := fmt.Sprintf("%.3f", x); exact != s+"0" {
		return exact
	}
	return s
}
