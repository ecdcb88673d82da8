package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"appointable/frameworks"
	"appointable/internal/store"
	"appointable/selection"
)

// TestTheBoard opens with the reveal and not before, begins with the widest
// spread, and names nobody until it is asked to.
func TestTheBoard(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1", "C2")
	member := p.members["R2"]
	mark := func(rater, candidate string, safety, kindness any) {
		t.Helper()
		marks := sampleMarks(safety, kindness)
		if safety == nil {
			marks["marks"].([]object)[0]["not_observed"] = true
		}
		p.members[rater].do(post, fmt.Sprintf("%s%s/%s/interview/submit", sampleSheet, rater, candidate), marks).want(200)
	}
	mark("R1", "C1", 5, 5)
	mark("R2", "C1", 6, 5)
	mark("R3", "C1", nil, 5)
	mark("R1", "C2", 2, 4)
	mark("R2", "C2", 6, 4)
	for _, who := range []*client{p.officer, p.auditor, p.members["R1"], member} {
		who.visit(get, campaignAt+"/board", nil).want(http.StatusConflict)
		if strings.Contains(who.page("/campaigns/CARD-1").main(), "wash-up board") {
			t.Error("the board is offered before the reveal")
		}
	}
	p.administrator.visit(get, campaignAt+"/board", nil).want(http.StatusForbidden)
	mark("R3", "C2", 3, 4)
	contains(t, member.page("/campaigns/CARD-1").main(), "Open the wash-up board")
	for _, who := range []*client{p.officer, p.auditor, p.members["R1"], member} {
		d := who.page("/campaigns/CARD-1/board")
		equal(t, d.heads(), "C2, The value safety 4 apart; C1, The value safety 1 apart; C1, The value kindness at one; C2, The value kindness at one")
		rows := d.rows("The marks of C2, The value safety")
		equal(t, rows[0][1], "2, 3, 6")
		equal(t, d.rows("The marks of C1, The value safety")[0][1], "5, 6 1 not observed")
		equal(t, len(d.all("circle")), 11)
		for _, code := range []string{"R1", "R2", "R3"} {
			if strings.Contains(d.main(), code) {
				t.Errorf("the board names %s unasked", code)
			}
		}
		named := who.page("/campaigns/CARD-1/board?names=shown")
		equal(t, named.rows("The marks of C2, The value safety")[0][1], "R1 2, R2 6, R3 3")
		contains(t, named.rows("The marks of C1, The value safety")[0][1], "R3: not observed")
		contains(t, named.main(), "R2, 6 “"+sampleEvidence+"”")
	}
	equal(t, p.officer.page("/campaigns/CARD-1/board?candidate=C1").heads(), "C1, The value safety 1 apart; C1, The value kindness at one")

	own := member.page("/campaigns/CARD-1/board")
	contains(t, string(own.body), ownSheetPath+"/revise/safety.a")
	equal(t, len(p.officer.page("/campaigns/CARD-1/board").rows("The marks of C1, The value safety")[0]), 3)
	form := member.visit(get, ownSheetPath+"/revise/safety.a", nil).fields()
	form.Set("score.safety.a", "5")
	form.Set("reason", "misheard")
	member.visit(post, ownSheetPath+"/revise/safety.a", form).want(http.StatusSeeOther)
	contains(t, p.auditor.page("/campaigns/CARD-1/board").main(), "Before: 6. Changed because: misheard")

	p.members["R1"].do(post, "/campaigns/CARD-1/close-moderation", nil).want(200)
	if strings.Contains(string(member.page("/campaigns/CARD-1/board").body), "/revise/") {
		t.Error("a mark can be changed after moderation")
	}
}

// heads are the headings of the board's pairs.
func (d document) heads() string {
	var heads []string
	for _, n := range d.all("h2") {
		heads = append(heads, words(n))
	}
	return strings.Join(heads, "; ")
}

// TestTheBoardFitsItsPages shows each pair of a large round once, whatever the
// length of the notes.
func TestTheBoardFitsItsPages(t *testing.T) {
	var marks []selection.Rating
	for i := range 7 {
		for _, criterion := range []string{"safety.a", "kindness.a"} {
			for r := range 12 {
				marks = append(marks, selection.Rating{
					Candidate: fmt.Sprintf("C%d", i), Rater: fmt.Sprintf("R%d", r), Exercise: "interview", Criterion: criterion,
					Observed: true, Score: float64(1 + (r*i)%7), Evidence: strings.Repeat("note ", 100*(i%3)),
				})
			}
		}
	}
	w := washUp{
		campaign: store.Campaign{Document: sampleCampaign(), Framework: store.Framework{Document: sampleFramework()}},
		at:       func(steps ...string) string { return "/" + strings.Join(steps, "/") },
	}
	seen := map[string]int{}
	pairs := w.pairs(marks, "")
	last := 99.0
	for from, pages := 0, 0; ; pages++ {
		shown := boardPage{layout: layout{Title: "Wash-up board"}, Views: w.views(marks, "")}
		w.fill(&shown, pairs, "", from)
		render(t, shown).checkWeight("board")
		for i, k := range shown.Pairs {
			seen[k.Candidate+k.Dimension]++
			if spread := pairs[from+i].spread(); spread > last {
				t.Errorf("%s comes after what is less apart", k.Candidate)
			} else {
				last = spread
			}
		}
		if from += len(shown.Pairs); shown.After == "" {
			if before := w.pageBefore(pairs, 3); before > 3 {
				t.Errorf("the page before begins at %d", before)
			}
			break
		}
		if pages > len(pairs) {
			t.Fatal("the board does not end")
		}
	}
	equal(t, len(seen), 14)
	for pair, n := range seen {
		if n != 1 {
			t.Errorf("%s is shown %d times", pair, n)
		}
	}
}

// TestDotsStack puts equal marks on top of each other and leaves out what is no
// mark.
func TestDotsStack(t *testing.T) {
	w := washUp{}
	row, height := w.dotRow([]selection.Rating{{Score: 4}, {Score: 2}, {Score: 4}}, frameworks.Scale{Min: 1, Max: 7, Step: 1}, 0)
	equal(t, len(row.Dots), 3)
	equal(t, row.Dots[1].X, row.Dots[2].X)
	if row.Dots[1].Y == row.Dots[2].Y || row.Dots[0].X == row.Dots[1].X || height != dotWords+2*dotStep+10 {
		t.Errorf("%+v, %d high", row, height)
	}
}
