package selection

import (
	"fmt"
	"strconv"
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
	if len(s.Tied) > 0 {
		add("Equal %s with %s; %s.", c.composite(), c.others(s.Tied, s.Candidate), c.tie(s))
	}
	if n := c.unobserved[s.Candidate]; n > 0 {
		add("%s not observed and left out of every mean.", count(n, "mark was", "marks were"))
	}
	if n := c.withdrawn[s.Candidate]; n > 0 {
		add("%s withdrawn for a declared interest and left out of every mean.", count(n, "mark was", "marks were"))
	}
	for t, test := range c.tests {
		if _, ok := c.results[resultKey{s.Candidate, t}]; !ok {
			add("There is no %s %s result; the panel's marks stand alone where it would have counted.", test.Instrument, test.Scale)
		}
	}
	return reasons
}

// composite is what the declared rule ranks by.
func (c *columns) composite() string {
	if c.round.Campaign.Rank.Rule == Adjusted {
		return "adjusted composite"
	}
	return "composite"
}

// tie says what the declared chain made of equal composites.
func (c *columns) tie(s ranking.Standing) string {
	decides := "the declared tie chain does not separate them"
	switch {
	case len(c.data.Ties) == 0:
		decides = "no tie chain is declared"
	case s.BrokenBy >= 0 && len(s.Tied) > 2:
		decides = fmt.Sprintf("the declared tie chain decides by %s at the latest", c.title(s.BrokenBy))
	case s.BrokenBy >= 0:
		decides = fmt.Sprintf("the declared tie chain decides by %s", c.title(s.BrokenBy))
	}
	switch {
	case len(s.Sharing) == 0:
		return decides
	case len(s.Sharing) == len(s.Tied):
		return decides + ", so the rank is shared"
	}
	return fmt.Sprintf("%s, but not against %s: the rank is shared", decides, c.others(s.Sharing, s.Candidate))
}

func (c *columns) breach(s ranking.Standing, b ranking.Breach) string {
	gates := c.data.Gates
	switch b.Kind {
	case ranking.BelowComposite:
		return fmt.Sprintf("The composite of the panel's marks, %s, is below the declared %s.", figureBelow(s.Marks, *gates.Composite), threshold(*gates.Composite))
	case ranking.BelowMinimum:
		return fmt.Sprintf("%s: %s is below the declared minimum of %s.", c.title(b.Dimension), figureBelow(s.Dimensions[b.Dimension].Marks, *gates.Minimum[b.Dimension]), threshold(*gates.Minimum[b.Dimension]))
	case ranking.Vetoed:
		cell := c.cells[c.data.Cell[b.Row]]
		meaning := "the panel discusses it"
		if gates.VetoMeans == ranking.NotMet {
			meaning = "the gates are not met"
		}
		return fmt.Sprintf("A mark of %s on %s in %s is at or below the veto of %s: %s.", frameworks.FormatScore(c.data.Score[b.Row]), cell.criterion, cell.exercise, frameworks.FormatScore(*gates.Veto), meaning)
	case ranking.Unobserved:
		return fmt.Sprintf("%s: there is no mark that counts, so there is no composite and no rank.", c.title(b.Dimension))
	}
	return ""
}

// warnings says what the reader must know about the round as a whole.
func (c *columns) warnings(a *adjustment) []string {
	w := c.round.Campaign.lastingWarnings(c.round.Framework)
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
	if len(c.left.gone) > 0 {
		w = append(w, fmt.Sprintf("%s after being marked, and not ranked: %s.", count(len(c.left.gone), "candidate withdrew", "candidates withdrew"), strings.Join(c.left.gone, ", ")))
	}
	if c.left.withdrawn > 0 {
		w = append(w, fmt.Sprintf("%s withdrawn for a declared interest: kept on record, not counted.", count(c.left.withdrawn, "mark was", "marks were")))
	}
	if uneven := c.unevenExercises(); len(uneven) > 0 {
		w = append(w, fmt.Sprintf("Not every candidate was marked by the same members in %s. A strict or lenient member moves the candidates they mark and not the others%s.", strings.Join(uneven, ", "), c.corrects(a)))
	}
	for _, d := range c.round.Framework.Dimensions {
		if !d.Weight.IsFixed() {
			w = append(w, fmt.Sprintf("%s: the weight is a range (%v–%v). The panel's order takes its middle; the adjusted figures take the whole range.", d.Title, d.Weight.Low, d.Weight.High))
		}
	}
	if a != nil {
		w = append(w, c.designWarnings(a)...)
		w = append(w, "The adjusted figures take severity, impressions and the luck of an exercise out of the marks, and say how sure one may be. "+c.standing())
	}
	return w
}

// standing says what the adjusted order is to the panel.
func (c *columns) standing() string {
	if c.round.Campaign.Rank.Rule == Adjusted {
		return "Their order is the one that was declared before scoring."
	}
	return "They are advice: the order is that of the panel's own marks."
}

// corrects says whose order stands up to strict and lenient members; nothing
// where there is one order only.
func (c *columns) corrects(a *adjustment) string {
	switch {
	case a == nil:
		return ""
	case c.round.Campaign.Rank.Rule == Adjusted:
		return "; the order corrects for it, the panel's own composites do not"
	}
	return "; the panel's order does not correct for it, the adjusted figures do"
}

// namesShown bounds a sentence: in a national round hundreds are tied.
const namesShown = 10

// others names the candidates of a list without the one it is told of.
func (c *columns) others(candidates []int, self int) string {
	var names []string
	more := 0
	for _, candidate := range candidates {
		switch {
		case candidate == self:
		case len(names) == namesShown:
			more++
		default:
			names = append(names, c.candidates[candidate])
		}
	}
	if more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// unevenExercises lists the exercises in which some member marked some of the
// candidates seen there and not others, in the order of the plan.
func (c *columns) unevenExercises() []string {
	type seat struct{ exercise, rater, candidate int32 }
	const anybody = -1
	met := map[seat]bool{}
	candidates := map[seat]int{} // how many a member marked; under anybody, how many were seen
	meet := func(s seat) {
		if !met[s] {
			met[s] = true
			candidates[seat{s.exercise, s.rater, 0}]++
		}
	}
	for row, cell := range c.data.Cell {
		exercise, candidate := int32(c.data.Cells[cell].Exercise), c.data.Candidate[row]
		meet(seat{exercise, c.data.Rater[row], candidate})
		meet(seat{exercise, anybody, candidate})
	}
	uneven := map[int32]bool{}
	for s, n := range candidates {
		uneven[s.exercise] = uneven[s.exercise] || n < candidates[seat{s.exercise, anybody, 0}]
	}
	var codes []string
	for e, exercise := range c.round.Campaign.Exercises {
		if uneven[int32(e)] {
			codes = append(codes, exercise.Code)
		}
	}
	return codes
}

func (c *columns) title(dimension int) string { return c.round.Framework.Dimensions[dimension].Title }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// figureBelow prints a mean that is below a threshold with two decimals, and
// with as many more as it takes to read that it is: 3.996 is not 4.00.
func figureBelow(mean, threshold float64) string {
	text := Shown(mean)
	for digits := 3; digits <= 12; digits++ {
		if shown, err := strconv.ParseFloat(text, 64); err != nil || shown < threshold {
			break
		}
		text = strconv.FormatFloat(mean, 'f', digits, 64)
	}
	return text
}

// threshold prints a threshold as it was declared, with two decimals at least.
func threshold(x float64) string {
	text := frameworks.FormatScore(x)
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) > 2 {
		return text
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// Shown is a figure to two decimals, rounded as ties are: two candidates who
// are shown the same composite are tied on it.
func Shown(x float64) string { return fmt.Sprintf("%.2f", float64(ranking.Hundredths(x))/100) }
