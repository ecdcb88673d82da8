package handlers

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/ranking"
)

func TestRanksAreNeverShownAlone(t *testing.T) {
	s := sampleRanking(t, 4)
	d := s.show(0)
	rows := d.rows("Candidates in the order of the panel’s marks")
	equal(t, fmt.Sprint(rows[0]), "[1 C1 A 6.10 6.20 6.00 5.50 to 6.50 1 1 to 2 Gates met 90]")
	equal(t, fmt.Sprint(rows[3]), "[4 C4 B 3.10 3.20 3.00 2.50 to 3.50 4 3 to 4 Gates met 90]")
	equal(t, d.rows("The panel’s figures")[0][1], "6.10 6.00, 5.34 to 6.66")
	contains(t, d.section("C1: rank 1"), "C1: rank 1; adjusted rank 1, 90% interval 1 to 2; composite 6.10")
	contains(t, d.section("How sure"), "In about 70 of 100 sets of values consistent with these marks and assumptions, C1 has the highest composite. This is not the chance of being the best doctor.")
}

func TestWhoeverIsMostOftenFirstIsNamed(t *testing.T) {
	s := sampleRanking(t, 2)
	s.ranking.Candidates[0].Adjusted.PRank = []float64{0.31, 0.69}
	s.ranking.Candidates[1].Adjusted.PRank = []float64{0.69, 0.31}
	contains(t, s.show(0).section("How sure"), "In about 70 of 100 sets of values consistent with these marks and assumptions, C2 has the highest composite. This is not the chance of being the best doctor. For C1, first in the order above, it is about 30 of 100.")
}

func TestChancesAreToTheNearestFive(t *testing.T) {
	for p, want := range map[float64]string{0: "<5", 0.024: "<5", 0.026: "5", 0.5: "50", 0.974: "95", 0.976: ">95", 1: ">95"} {
		equal(t, selection.OfHundred(p), want)
	}
	equal(t, selection.InHundred(0.01), "fewer than 5 of 100")
	equal(t, selection.InHundred(0.99), "more than 95 of 100")
}

// TestHeatIsItsOwnTable reads the chances back from the cells.
func TestHeatIsItsOwnTable(t *testing.T) {
	s := sampleRanking(t, 5)
	rows := s.show(0).rows("Of 100 sets of values")
	equal(t, len(rows), 5)
	for i, row := range rows {
		equal(t, row[0], s.ranking.Candidates[i].Candidate)
		for k, p := range s.ranking.Candidates[i].Adjusted.PRank {
			equal(t, row[k+1], selection.OfHundred(p))
		}
	}
}

func TestGroupsInWords(t *testing.T) {
	s := sampleRanking(t, 6)
	s.ranking.Groups = [][]string{{"C2", "C1"}, {"C3", "C4", "C5"}, {"C6"}}
	d := s.show(0)
	text := d.section("How sure")
	contains(t, text, "Group A C2 and C1: the evidence does not separate them.")
	contains(t, text, "Group B C3, C4 and C5: the evidence does not separate C3 from the others.")
	contains(t, text, "Group C C6, by itself.")
	equal(t, d.rows("Candidates in the order")[5][2], "C")
	equal(t, letters(25)+letters(26)+letters(27), "ZAAAB")
}

func TestWithoutAdjustedFigures(t *testing.T) {
	withoutAdjusted := func(s *shownRanking) {
		s.ranking.Fit, s.ranking.Prior, s.ranking.Groups = nil, nil, nil
		for i := range s.ranking.Candidates {
			s.ranking.Candidates[i].Adjusted, s.ranking.Candidates[i].Dimensions[0].Mean = nil, nil
		}
	}
	for name, c := range map[string]struct {
		candidates int
		change     func(*shownRanking)
		want       string
	}{
		"an older run": {3, func(s *shownRanking) { s.ranking.Engine = "panel-mean/0" }, "It has not been computed: this ranking was worked out by panel-mean/0, which could not."},
		"a reason":     {3, func(s *shownRanking) { s.ranking.Engine = ranking.Engine }, "It has not been computed: what to keep in mind, above, says why."},
		"one":          {1, func(*shownRanking) {}, "There is one candidate. A rank says nothing here"},
		"no marks": {3, func(s *shownRanking) {
			for i := range s.ranking.Candidates {
				s.ranking.Candidates[i].PanelMean = nil
			}
		}, "There are too few marks to tell: nobody has a composite."},
	} {
		t.Run(name, func(t *testing.T) {
			s := sampleRanking(t, c.candidates)
			withoutAdjusted(&s)
			c.change(&s)
			d := s.show(0)
			contains(t, d.section("How sure"), c.want)
			equal(t, len(d.rows("Candidates in the order")[0]), 5)
			equal(t, d.hasHeading("The adjusted order, as advice"), false)
			for _, word := range []string{"90% interval", "Prior", "draws"} {
				if strings.Contains(d.main(), word) {
					t.Errorf("%q on a page without adjusted figures", word)
				}
			}
		})
	}
}

func TestOneCandidateHasNoRankToCompare(t *testing.T) {
	d := sampleRanking(t, 1).show(0)
	equal(t, fmt.Sprint(d.rows("Candidates in the order")[0]), "[1 C1 6.10 6.20 6.00 5.50 to 6.50 Gates met 90]")
	if text := d.section("How sure"); strings.Contains(text, "has the highest composite") || strings.Contains(text, "Of 100 sets") {
		t.Error("one candidate is compared with nobody: " + text)
	}
	contains(t, d.section("How sure"), "There is one candidate.")
}

func TestNobodyRanked(t *testing.T) {
	d := sampleRanking(t, 0).show(0)
	contains(t, d.main(), "Nobody was interviewed, so nobody is ranked.")
	equal(t, len(d.all("svg"))+len(d.all("table")), 0)
}

// TestSomebodyWithoutMarks has no adjusted place among others who have.
func TestSomebodyWithoutMarks(t *testing.T) {
	s := sampleRanking(t, 3)
	last := &s.ranking.Candidates[2]
	last.Rank, last.PanelMean, last.ValuesMean, last.Adjusted = nil, nil, nil, nil
	s.ranking.Groups = [][]string{{"C1", "C2"}}
	d := s.show(0)
	equal(t, fmt.Sprint(d.rows("Candidates in the order")[2]), "[none C3 none none none too few to tell too few to tell Gates met none]")
	contains(t, d.section("C3: rank none"), "C3: rank none; adjusted rank: too few to tell; composite none")
	equal(t, len(d.rows("Of 100 sets of values")), 2)
	equal(t, len(d.all("rect")), 2)
}

func TestTheTwoOrders(t *testing.T) {
	s := sampleRanking(t, 3)
	contains(t, s.show(0).section("The adjusted order, as advice"), "Both orders agree.")
	first := &s.ranking.Candidates[0]
	*first.Adjusted.Rank, first.Difference = 2, "The adjusted order places C1 second: some assessors marked lower than colleagues."
	contains(t, s.show(0).section("The adjusted order, as advice"), "C1 : rank 1; adjusted rank 2=, 90% interval 1 to 2. The adjusted order places C1 second: some assessors")
	s.ranking.Rule, first.Rank, first.Difference = selection.Adjusted, first.Adjusted.Rank, "The panel's own marks place C1 first; the adjusted order differs: some assessors marked lower than colleagues."
	contains(t, s.show(0).section("The adjusted order"), "C1 : rank 2=, 90% interval 1 to 2. The panel's own marks place C1 first")
}

func TestDeclaredRule(t *testing.T) {
	s := sampleRanking(t, 3)
	s.ranking.Rule = selection.Adjusted
	d := s.show(0)
	equal(t, len(d.rows("Candidates in the adjusted order")), 3)
	contains(t, d.main(), "Before scoring, this campaign declared the adjusted order as its rule")
	contains(t, d.section("The adjusted order"), "It is this campaign’s rule, declared before scoring.")
	contains(t, d.section("The rules"), "The adjusted order ranks, as the campaign declared before scoring.")
	if strings.Contains(d.main(), "as advice") {
		t.Error("a rule is called advice")
	}
}

// TestTheIntervalIsOfTheAdjustedRank by the rule adjusted, the only one.
func TestTheIntervalIsOfTheAdjustedRank(t *testing.T) {
	s := sampleRanking(t, 3)
	*s.ranking.Candidates[0].Adjusted.Rank, s.ranking.Candidates[0].Adjusted.RankHigh = 2, 3
	d := s.show(0)
	contains(t, d.section("C1: rank 1"), "C1: rank 1; adjusted rank 2=, 90% interval 1 to 3; composite 6.10")
	equal(t, fmt.Sprint(d.labels("1 to 3")), "[Adjusted rank, 90% interval Adjusted rank, 90% interval]")
	s = sampleRanking(t, 3)
	s.ranking.Rule = selection.Adjusted
	d = s.show(0)
	equal(t, fmt.Sprint(d.rows("Candidates in the adjusted order")[0]), "[1 1 to 2 C1 A 6.10 6.20 6.00 5.50 to 6.50 Gates met 90]")
	equal(t, fmt.Sprint(d.labels("1 to 3")), "[Rank, 90% interval]")
	contains(t, d.section("C1: rank 1"), "C1: rank 1, 90% interval 1 to 2; composite 6.10")
}

// labels are what a phone shows before the cells that say a text.
func (d document) labels(text string) (labels []string) {
	for _, td := range d.all("td") {
		if label, ok := attribute(td, "data-label"); ok && strings.HasSuffix(words(td), text) {
			labels = append(labels, label)
		}
	}
	return labels
}

// TestAgreementIsOfEveryRank, not only that nobody is turned round.
func TestAgreementIsOfEveryRank(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*selection.Ranking)
		want   string
	}{
		"all equal":                 {func(*selection.Ranking) {}, "Both orders agree."},
		"all equal by declared":     {func(r *selection.Ranking) { r.Rule = selection.Adjusted }, "Both orders agree."},
		"one of both orders absent": {func(r *selection.Ranking) { r.Candidates[5].Rank, r.Candidates[5].Adjusted = nil, nil }, "Both orders agree."},
		"every adjusted rank shared": {func(r *selection.Ranking) {
			for i := range r.Candidates {
				*r.Candidates[i].Adjusted.Rank = 1
			}
		}, "The two orders do not give everybody the same rank"},
		"no rank by the panel": {func(r *selection.Ranking) { r.Candidates[5].Rank = nil }, "The two orders do not give everybody the same rank"},
		"composites shared": {func(r *selection.Ranking) {
			r.Rule, r.Candidates[1].PanelMean = selection.Adjusted, r.Candidates[0].PanelMean
		}, "By composite alone not everybody would have the same rank"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sampleRanking(t, 6)
			c.change(&s.ranking)
			text := s.show(0).section("The adjusted order")
			contains(t, text, c.want)
			equal(t, strings.Contains(text, "agree"), strings.Contains(c.want, "agree"))
		})
	}
}

// TestNoCompositeNoRank by the rule adjusted, although the model has figures.
func TestNoCompositeNoRank(t *testing.T) {
	s := sampleRanking(t, 3)
	s.ranking.Rule = selection.Adjusted
	last := &s.ranking.Candidates[2]
	last.Rank, last.PanelMean, last.ValuesMean, last.Gate = nil, nil, nil, ranking.Discuss
	s.ranking.Groups, s.campaign.Document.Post.Posts = [][]string{{"C1", "C2"}}, 2
	d := s.show(0)
	equal(t, fmt.Sprint(d.rows("Candidates in the adjusted order")[2]), "[none C3 none none none 3.33 2.83 to 3.83 none Discuss 90]")
	contains(t, d.section("C3: rank none"), "C3: rank none; composite none")
	equal(t, len(d.rows("Of 100 sets of values")), 2)
}

func TestThresholdsLookAtAdjustedFigures(t *testing.T) {
	for _, n := range []int{1, 3} {
		d := sampleRanking(t, n).show(0)
		contains(t, d.main(), "Adjusted figures above thresholds of 100 sets")
		contains(t, d.section("The order"), "This looks at adjusted figures, which pull low marks towards the average, and not at the veto. The gates look at the panel’s marks; where they differ the gate stands.")
	}
}

func TestUnrankedNamesTheRule(t *testing.T) {
	for rule, want := range map[selection.Rule]string{
		selection.PanelMean: "It works out the order of the panel’s own marks, which this campaign declared as its rule, and keeps it on record.",
		selection.Adjusted:  "It works out the adjusted order, which this campaign declared as its rule, with the composites of the panel’s own marks beside it, and keeps it on record.",
	} {
		s := sampleRanking(t, 0)
		s.campaign.Document.Rank.Rule = rule
		revealed := time.Now()
		s.campaign.Progress = selection.Progress{Phase: selection.Deciding, RevealedAt: &revealed}
		s.campaign.Roles = []access.Role{access.RecruitmentOfficer}
		p := &pages{london: time.UTC}
		shown := p.unranked(&call{trust: store.Trust{Slug: "northgate", Name: "Northgate"}}, s.campaign)
		contains(t, render(t, shown).main(), want)
	}
}

// TestManyCandidatesHaveIntervalsOnly, from the first part to the last.
func TestManyCandidatesHaveIntervalsOnly(t *testing.T) {
	s := sampleRanking(t, heatShown)
	equal(t, len(s.show(0).rows("Of 100 sets of values")), heatShown)
	s = sampleRanking(t, heatShown+1)
	for _, first := range []int{0, heatShown} {
		d := s.show(first)
		text := d.section("How sure")
		contains(t, text, "How often each of 21 candidates has each rank is too large a table for this page: the intervals of the ranks, above, say it in short. The whole table is in the JSON, as p_rank. Download the ranking as JSON")
		if strings.Contains(d.main(), "Of 100 sets of values, how many") {
			t.Error("a table that nobody reads")
		}
		contains(t, d.rows("Candidates in the order")[0][6], " to ")
	}
	s = sampleRanking(t, 250)
	s.large = true
	if strings.Contains(s.show(0).main(), "p_rank") {
		t.Error("it has no such table")
	}
}

// TestWhatScrollsClips holds the style sheet to it: a word that is hidden from
// the eye, in a wide table, would widen the page beyond what scrolls.
func TestWhatScrollsClips(t *testing.T) {
	sheet, err := files.ReadFile("assets/appointable.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range strings.Split(string(sheet), "}") {
		if strings.Contains(rule, "overflow-x: auto") && !strings.Contains(rule, "position: relative") {
			t.Errorf("not positioned: %s", rule)
		}
	}
}

func TestSharedAdjustedRanks(t *testing.T) {
	s := sampleRanking(t, 3)
	tie := "safety"
	*s.ranking.Candidates[0].Adjusted.Rank, *s.ranking.Candidates[1].Adjusted.Rank = 1, 1
	s.ranking.Candidates[1].TiedWith, s.ranking.Candidates[1].TieBrokenBy = []string{"C1"}, &tie
	rows := s.show(0).rows("Candidates in the order")
	equal(t, strings.Join([]string{rows[0][6], rows[1][6], rows[2][6]}, ", "), "1= 1 to 2, 1= 1 to 3, 3 2 to 3")
	equal(t, rows[1][1], "C2 Equal with C1; decided by The value safety")
}

func TestWeightsAsRanges(t *testing.T) {
	s := sampleRanking(t, 2)
	first := s.ranking.Candidates[0].Adjusted
	first.CentralWeights, first.Confidence = []float64{.625, .375}, float(.8)
	d := s.show(0)
	contains(t, d.section("C1: rank 1"), "Where C1 is first they are on average The value safety 62.5% and The value kindness 37.5%; with these, C1 is first in about 80 of 100 sets of values.")
	if strings.Contains(d.section("C2: rank 2"), "Weights are declared") {
		t.Error("weights for somebody who is never first")
	}
}

// TestLargeRound has no table of ranks, keeps the intervals, and comes in parts.
func TestLargeRound(t *testing.T) {
	s := sampleRanking(t, 250)
	s.large = true
	for i := range s.ranking.Candidates {
		s.ranking.Candidates[i].Trace = nil
	}
	s.ranking.Groups, s.campaign.Document.Post.Posts = nil, 3
	var codes []string
	for _, first := range []int{0, 50, 100, 150, 200} {
		d := s.show(first)
		for _, row := range d.rows("Candidates in the order") {
			codes = append(codes, row[1])
			equal(t, row[6], "40") // among the first three
		}
		contains(t, d.section("How sure"), "C1 is among the first 3")
		if strings.Contains(d.main(), "Show the working") {
			t.Error("a link to a working that is not kept")
		}
	}
	equal(t, len(slices.Compact(codes)), 250)
	d := s.show(50)
	contains(t, d.main(), "Candidates 51 to 100 of 250")
	var to []string
	for _, a := range d.all("a") {
		if strings.HasPrefix(words(a), "Those ") {
			address, _ := attribute(a, "href")
			to = append(to, address[strings.Index(address, "?"):])
		}
	}
	equal(t, strings.Join(to[:2], " "), "?from=1 ?from=101")
}

func TestContributionsAddUp(t *testing.T) {
	s := sampleRanking(t, 3)
	d := s.show(0)
	for _, place := range s.ranking.Candidates {
		rows := d.rows("Adjusted composite of " + place.Candidate)
		sum := 0.0
		for _, row := range rows[:len(rows)-1] {
			sum += read(t, strings.TrimPrefix(row[1], "+"))
		}
		near(t, sum, read(t, rows[len(rows)-1][1]))
		near(t, sum, place.Adjusted.Mean)
	}
	equal(t, fmt.Sprint(d.rows("Adjusted composite of C1")), "[[Baseline: the composite of average marks 4.5000] [interview, The value safety +1.2500]"+
		" [interview, The value kindness +0.3750] [SJT-C total −0.1250] [Adjusted composite: the sum 6.0000]]")
}

func TestHowTheFigureWereComeBy(t *testing.T) {
	s := sampleRanking(t, 2)
	s.ranking.Fit.Warnings = []string{"A warning of the fit."}
	text := s.show(0).section("The rules")
	contains(t, text, "The documented default prior was used.")
	contains(t, text, "Mixed model on 24 marks, by maximum a posteriori (MAP): marks and prior together. The fit converged.")
	contains(t, text, "A warning of the fit.")
	contains(t, text, "from 10,000 joint draws, seed 1")
	s.ranking.Fit.Converged = false
	contains(t, s.show(0).section("The rules"), "The fit did not converge: read every adjusted figure with care.")
}

// TestPlotIsOnScale checks that dots and bars lie where the figures say.
func TestPlotIsOnScale(t *testing.T) {
	s := sampleRanking(t, 8)
	s.ranking.Candidates[7].Adjusted.Low = -3 // past the end of the scale and of the picture
	scale := s.campaign.Framework.Document.Scale
	p := plotOf(s.ranking.Candidates, scale)
	equal(t, len(p.Ticks), 7)
	equal(t, p.Ticks[0].X+" "+p.Ticks[3].X+" "+p.Ticks[6].X, "3.00% 50.00% 97.00%")
	mark := func(x string) float64 {
		at, err := strconv.ParseFloat(strings.TrimSuffix(x, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return scale.Min + (at-plotMargin)/(100-2*plotMargin)*(scale.Max-scale.Min)
	}
	close := func(got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.001 {
			t.Errorf("drawn at %v, has %v", got, want)
		}
	}
	for i, place := range s.ranking.Candidates[:7] {
		row, a := p.Rows[i], place.Adjusted
		close(mark(row.CompositeX), *place.PanelMean)
		close(mark(row.ValuesX), *place.ValuesMean)
		close(mark(row.Bar.MeanX), a.Mean)
		close(mark(row.Bar.X), a.Low)
		width, err := strconv.ParseFloat(strings.TrimSuffix(row.Bar.Width, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		close(width/(100-2*plotMargin)*(scale.Max-scale.Min), a.High-a.Low)
	}
	equal(t, p.Rows[7].Bar.X, "0.00%")
}

// TestEightCandidatesFitTheBudget takes a plan of the size of the demo's, and
// the severity of everybody beside.
func TestEightCandidatesFitTheBudget(t *testing.T) {
	s := sampleRanking(t, 8)
	r, _, err := round.ReadFS(t.Context(), os.DirFS("../cmd/appointable/demo"))
	if err != nil {
		t.Fatal(err)
	}
	s.campaign.Document, s.campaign.Framework.Document = r.Campaign, r.Framework
	for i := range s.ranking.Candidates {
		p := &s.ranking.Candidates[i]
		p.Dimensions, p.Trace, p.Contributions = nil, nil, nil
		for _, d := range r.Framework.Dimensions {
			p.Dimensions = append(p.Dimensions, selection.DimensionPlace{Code: d.Code, Weight: .2, PanelMean: p.PanelMean, Mean: &p.Adjusted.Mean, SD: &p.Adjusted.SD})
			p.Trace = append(p.Trace, selection.DimensionTrace{Dimension: d.Code, Marks: p.PanelMean, PanelMean: p.PanelMean, Points: p.PanelMean})
		}
		for _, e := range r.Campaign.Exercises {
			for _, d := range r.Framework.Dimensions[:3] {
				p.Contributions = append(p.Contributions, selection.Contribution{Exercise: e.Code, Dimension: d.Code, Points: -.1})
			}
		}
		p.Reasons = []string{"1 mark was not observed and left out of every mean."}
		p.Difference = "The adjusted order places C1 second: some assessors marked lower than colleagues, and candidates met different assessors."
	}
	for _, m := range r.Campaign.Panel {
		s.ranking.Raters = append(s.ranking.Raters, selection.Severity{Rater: m.Rater, Severity: .1, Direction: "higher", SD: .2, Scored: 40})
	}
	d := s.show(0) // which weighs it
	equal(t, len(d.all("details")), 8)
}

// TestShadesLeaveTheirFiguresReadable holds figures in shaded cells to a
// contrast of 4.5 to 1 in light and in dark.
func TestShadesLeaveTheirFiguresReadable(t *testing.T) {
	sheet, err := files.ReadFile("assets/appointable.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(sheet), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "* { box-sizing")
	for name, part := range map[string]string{"light": light, "dark": dark} {
		for shade, text := range map[string]string{"card": "quiet", "heat-1": "heat-text", "heat-2": "heat-text", "heat-3": "heat-text", "heat-4": "heat-strong-text", "heat-5": "heat-strong-text"} {
			a, b := luminance(t, part, shade), luminance(t, part, text)
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", name, text, shade, ratio)
			}
		}
	}
}

// luminance of a colour of the style sheet, as WCAG 2 defines it.
func luminance(t *testing.T, sheet, name string) float64 {
	t.Helper()
	_, rest, ok := strings.Cut(sheet, "--"+name+": #")
	digits, _, _ := strings.Cut(rest, ";")
	if len(digits) == 3 {
		digits = strings.Repeat(digits[:1], 2) + strings.Repeat(digits[1:2], 2) + strings.Repeat(digits[2:], 2)
	}
	colour, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil {
		t.Fatalf("no colour %s", name)
	}
	linear := func(shift int) float64 {
		c := float64(colour>>shift&0xff) / 0xff
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}
