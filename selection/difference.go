package selection

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection/ranking"
)

// cause is why the adjusted order is another than the panel's. Its words name
// no assessor.
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
		return "some assessors marked lower than colleagues, and candidates met different assessors"
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
	of := c.parts(panel, a)
	out := map[int]string{}
	for _, l := range a.adjusted.Outlooks {
		moved, toward := 0, parts{}
		for _, other := range a.adjusted.Outlooks {
			turned := turns(panel[l.Candidate].Rank, panel[other.Candidate].Rank, l.Rank, other.Rank)
			for why := range toward {
				toward[why] += float64(turned) * (of[l.Candidate][why] - of[other.Candidate][why])
			}
			moved += max(turned, -turned)
		}
		if moved > 0 {
			out[l.Candidate] = c.difference(panel[l.Candidate], l, toward)
		}
	}
	return out
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

func (c *columns) difference(panel ranking.Standing, l ranking.Outlook, toward parts) string {
	name := c.candidates[l.Candidate]
	if c.round.Campaign.Rank.Rule == Adjusted {
		return fmt.Sprintf("The panel's own marks place %s %s; the adjusted order differs: %s.", name, ordinal(panel.Rank), toward.words())
	}
	return fmt.Sprintf("The adjusted order places %s %s: %s.", name, ordinal(l.Rank), toward.words())
}

// words names what made at least a third of the difference, most first.
func (p parts) words() string {
	total := 0.0
	var named []cause
	for why, points := range p {
		total += max(points, 0)
		named = append(named, cause(why))
	}
	slices.SortStableFunc(named, func(a, b cause) int {
		if p[a] > p[b] {
			return -1
		}
		return 1
	})
	var words []string
	for _, why := range named {
		if p[why] > 0 && p[why] >= total/3 {
			words = append(words, why.words())
		}
	}
	return strings.Join(words, "; and ")
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
