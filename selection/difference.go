package selection

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"appointable/selection/ranking"
)

// cause is why the adjusted order is another than the panel's.
type cause int

const (
	severity cause = iota
	difficulty
	psychometrics
	chance
	causes
)

func (c cause) words() string {
	switch c {
	case severity:
		return "a mark of a strict or lenient member is missing for some"
	case difficulty:
		return "not everybody was marked on the same things, and some are marked harder than others"
	case psychometrics:
		return "it counts the psychometric results by how well they measure the values, not by their declared share"
	}
	return "it takes a part of what stands out for the chance of one exercise or the impression of one assessor"
}

// parts is, for one candidate and cause, by how much the adjusted composite is
// above the panel's.
type parts [causes]float64

// readable is the least part worth a word: below it is nothing that figures of
// two decimals show.
const readable = 0.005

// move is one candidate beside all those whom the adjusted order places on the
// other side of them than the panel's.
type move struct {
	toward parts // what moved the candidate the way that the adjusted order has it
	lower  bool  // the candidate rose past somebody whose assessors are others and marked higher
	higher bool  // the candidate fell behind somebody whose assessors are others and marked lower
	tied   bool  // with one of those others, in one of the orders
	parted bool  // the panel falls into groups that saw nobody in common
}

// differences says, for each candidate whom the two orders place otherwise
// beside somebody else, why.
func (c *columns) differences(standings []ranking.Standing, a *adjustment) map[int]string {
	if len(a.adjusted.Outlooks) > traceLimit {
		return nil
	}
	panel := map[int]ranking.Standing{}
	for _, s := range standings {
		if s.Rank > 0 {
			panel[s.Candidate] = s
		}
	}
	of, seats := c.parts(panel, a), c.seats()
	out := map[int]string{}
	for _, l := range a.adjusted.Outlooks {
		moved, m := false, move{parted: a.groups > 1}
		for _, other := range a.adjusted.Outlooks {
			turned := turns(panel[l.Candidate].Rank, panel[other.Candidate].Rank, l.Rank, other.Rank)
			if turned == 0 {
				continue
			}
			moved = true
			m.past(turned, of[l.Candidate], of[other.Candidate], !maps.Equal(seats[l.Candidate], seats[other.Candidate]))
			m.tied = m.tied || slices.Contains(panel[l.Candidate].Tied, other.Candidate) || slices.Contains(l.Tied, other.Candidate)
		}
		if moved {
			out[l.Candidate] = c.difference(panel[l.Candidate], l, m)
		}
	}
	return out
}

// past adds another candidate whom this one has passed, or fallen behind;
// strangers: some assessor marked one of them in an exercise and not the other.
func (m *move) past(turned int, own, other parts, strangers bool) {
	for why := range own {
		m.toward[why] += float64(turned) * (own[why] - other[why])
	}
	if gap := own[severity] - other[severity]; strangers && float64(turned)*gap >= readable {
		m.lower, m.higher = m.lower || gap > 0, m.higher || gap < 0
	}
}

// seat is an assessor in an exercise.
type seat struct {
	exercise int
	rater    int32
}

// seats are who marked each candidate in which exercise. A mark that is missing
// beside others of the same assessor changes nothing.
func (c *columns) seats() []map[seat]bool {
	seats := make([]map[seat]bool, len(c.candidates))
	for i := range seats {
		seats[i] = map[seat]bool{}
	}
	for row, i := range c.data.Candidate {
		seats[i][seat{c.data.Cells[c.data.Cell[row]].Exercise, c.data.Rater[row]}] = true
	}
	return seats
}

// turns is 1 where the panel has the candidate below another and the adjusted
// order above, -1 the other way round; 0 where they agree, or a rank is shared
// or missing.
func turns(panel, otherPanel, adjusted, otherAdjusted int) int {
	switch {
	case panel == 0 || otherPanel == 0:
		return 0
	case panel > otherPanel && adjusted < otherAdjusted:
		return 1
	case panel < otherPanel && adjusted > otherAdjusted:
		return -1
	}
	return 0
}

func (c *columns) difference(panel ranking.Standing, l ranking.Outlook, m move) string {
	name := c.candidates[l.Candidate]
	if c.round.Campaign.Rank.Rule == Adjusted {
		return fmt.Sprintf("The panel's own marks place %s %s; the adjusted order differs: %s.", name, ordinal(panel.Rank), c.why(name, m))
	}
	return fmt.Sprintf("The adjusted order places %s %s: %s.", name, ordinal(l.Rank), c.why(name, m))
}

// why names what moved a candidate. It names no assessor.
func (c *columns) why(name string, m move) string {
	var words []string
	for n, why := range m.toward.named() {
		switch {
		case why == severity && (m.lower || m.higher):
			words = append(words, severityWords(name, m))
		case why == severity && n > 0: // all met the same, and there is a better reason
		default:
			words = append(words, why.words())
		}
	}
	switch {
	case len(words) > 0:
		return strings.Join(words, "; and ")
	case m.tied:
		return "their composites are equal at 0.01 and the tie chain decides"
	}
	return "their composites are all but equal"
}

// severityWords says which way the candidate's assessors, together, marked.
func severityWords(name string, m move) string {
	direction := "higher than the"
	switch {
	case m.lower && m.higher:
		direction = "lower than some and higher than"
	case m.lower:
		direction = "lower than the"
	}
	words := fmt.Sprintf("%s's assessors marked %s others did", name, direction)
	if m.parted {
		words += ", assuming the groups are equally strict on average"
	}
	return words
}

// named lists what made most of the difference and whatever made a third of it,
// most first.
func (p parts) named() []cause {
	total := 0.0
	var named []cause
	for why, points := range p {
		if points >= readable {
			total += points
			named = append(named, cause(why))
		}
	}
	slices.SortStableFunc(named, func(a, b cause) int { return cmp.Compare(p[b], p[a]) })
	for n, why := range named {
		if n > 0 && p[why] < total/3 {
			return named[:n]
		}
	}
	return named
}

// parts takes the way from the panel's composite to the adjusted one apart. The
// severity of those who marked a candidate and the difficulty of what the
// candidate was marked on are averaged as the marks are.
func (c *columns) parts(panel map[int]ranking.Standing, a *adjustment) map[int]parts {
	severities := make([]float64, c.data.Raters)
	for j, member := range a.raters {
		severities[member] = a.severities[j].Severity
	}
	severe := c.averaged(func(row int) float64 { return severities[c.data.Rater[row]] })
	difficult := c.averaged(func(row int) float64 { return a.cells[c.data.Cell[row]] })
	out := map[int]parts{}
	for _, l := range a.adjusted.Outlooks {
		s, ok := panel[l.Candidate]
		if !ok {
			continue
		}
		tests := s.Marks - s.Composite
		for _, points := range l.Contributions {
			if points.Test >= 0 {
				tests += points.Points
			}
		}
		p := parts{severity: -severe[l.Candidate], difficulty: a.adjusted.Baseline - difficult[l.Candidate], psychometrics: tests}
		p[chance] = l.Mean - s.Composite - p[severity] - p[difficulty] - p[psychometrics]
		out[l.Candidate] = p
	}
	return out
}

// averaged is the panel's composite with another figure in the place of each
// mark.
func (c *columns) averaged(figure func(row int) float64) []float64 {
	d := c.data
	d.Tests, d.Results, d.Gates, d.Ties = nil, nil, ranking.Gates{}, nil
	d.Score = make([]float64, len(c.data.Score))
	for row := range d.Score {
		d.Score[row] = figure(row)
	}
	averages := make([]float64, d.Candidates)
	for _, s := range ranking.PanelMean(d) {
		averages[s.Candidate] = s.Composite
	}
	return averages
}

func ordinal(rank int) string {
	words := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if rank <= len(words) {
		return words[rank-1]
	}
	return fmt.Sprintf("at rank %d", rank)
}
