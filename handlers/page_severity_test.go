package handlers

import (
	"fmt"
	"strings"
	"testing"

	"appointable/selection"
)

func sampleSeverity() []selection.Severity {
	return []selection.Severity{
		{Rater: "R1", Severity: 0.5, Direction: "higher", SD: 0.1, Scored: 72}, {Rater: "R2", Severity: -0.9, Direction: "lower", SD: 0.2, Scored: 60},
		{Rater: "R3", Severity: 0.05, Direction: "higher", SD: 0.2, Scored: 44},
	}
}

func TestSeverityForTheAnalyst(t *testing.T) {
	s := sampleRanking(t, 2)
	s.ranking.Raters = append(sampleSeverity(), selection.Severity{Rater: "R4", Direction: "higher", SD: 0.4})
	d := s.show(0)
	contains(t, d.section("How strictly each assessor marked"), "It is not to be read out or passed on")
	rows := d.rows("Each assessor’s marks")
	equal(t, fmt.Sprint(rows[0]), "[R1 +0.50 +0.34 to +0.66 72 Higher]")
	equal(t, fmt.Sprint(rows[1]), "[R2 −0.90 −1.23 to −0.57 60 Lower]")
	equal(t, fmt.Sprint(rows[2]), "[R3 +0.05 −0.28 to +0.38 44 Higher, if at all: the interval reaches both sides of 0]")
	equal(t, fmt.Sprint(rows[3]), "[R4 too few to tell too few to tell 0 too few to tell]")
}

func TestSeverityOfOneself(t *testing.T) {
	s := sampleRanking(t, 2)
	s.campaign.Rater, s.ranking.Raters = "R2", sampleSeverity()[1:2]
	d := s.show(0)
	contains(t, d.section("Your own marking"), "R2 −0.90")
	equal(t, d.hasHeading("How strictly each assessor marked"), false)
}

func TestSeverityOfNobody(t *testing.T) {
	text := sampleRanking(t, 2).show(0).main()
	for _, word := range []string{"How strictly each assessor marked", "Your own marking", "R1"} {
		if strings.Contains(text, word) {
			t.Errorf("%q on a page for those who may not see it", word)
		}
	}
}

// TestSeverityGoesToWhomItConcerns asks as everybody who reads a ranking.
func TestSeverityGoesToWhomItConcerns(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	const analyst, own = "How strictly each assessor marked", "Your own marking"
	shown := func(who *client) string {
		d, seen := who.page("/campaigns/CARD-1/ranking"), ""
		for _, heading := range []string{analyst, own} {
			if d.hasHeading(heading) {
				seen += heading
			}
		}
		return seen
	}
	equal(t, shown(p.officer), analyst)
	equal(t, shown(p.auditor)+shown(p.members["R1"])+shown(p.members["R2"]), "")
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "reserves": []string{"C2"}, "justification": "the best marks on both values",
	}).want(201)
	equal(t, shown(p.officer), analyst)
	equal(t, shown(p.auditor), "")
	equal(t, shown(p.members["R1"])+shown(p.members["R2"]), own+own)
	rows := p.members["R2"].page("/campaigns/CARD-1/ranking").rows("Your marks")
	equal(t, len(rows), 1)
	equal(t, rows[0][0], "R2")
}

// TestAdjustedFiguresAreEscaped puts markup into every text of the new parts.
func TestAdjustedFiguresAreEscaped(t *testing.T) {
	const nasty = `"><script>alert(1)</script><img src=x> '&`
	s := sampleRanking(t, 3)
	s.campaign.Document.Exercises[0].Title = nasty + "exercise"
	s.campaign.Framework.Document.Dimensions[0].Title = nasty + "dimension"
	s.ranking.Engine, s.ranking.Prior.Words, s.ranking.Fit.Warnings = nasty+"engine", nasty+"prior", []string{nasty + "fit"}
	first := &s.ranking.Candidates[0]
	first.Reasons, first.Difference = []string{nasty + "reason"}, nasty+"difference"
	first.Contributions[2].Instrument = nasty + "instrument"
	s.ranking.Raters = []selection.Severity{{Rater: nasty + "rater", Direction: nasty + "direction", Scored: 1}}
	d := s.show(0)
	for _, text := range []string{"exercise", "dimension", "engine", "prior", "fit", "reason", "difference", "instrument", "rater", "direction"} {
		contains(t, d.main(), nasty+text)
	}
	equal(t, len(d.all("img"))+len(d.all("script")), 0)
}
