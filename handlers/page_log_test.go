package handlers

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"appointable/internal/store"
)

// TestEveryEventHasWords that an auditor can read.
func TestEveryEventHasWords(t *testing.T) {
	source, err := os.ReadFile("../internal/audit/details.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`EventKind\(\) string\s*\{ return "([^"]+)" \}`).FindAllStringSubmatch(string(source), -1)
	for _, kind := range kinds {
		if eventWords()[kind[1]] == "" {
			t.Errorf("%s has no words", kind[1])
		}
	}
	equal(t, len(eventWords()), len(kinds))
	for _, kind := range readingKinds() {
		if eventWords()[kind] == "" {
			t.Errorf("%s is no event", kind)
		}
	}
}

// TestTheLogIsExplored from its newest entry to the proof of one of them.
func TestTheLogIsExplored(t *testing.T) {
	l := newLogged(t)
	p := l.revealed("C1")
	before := p.auditor.page("/log")
	contains(t, before.main(), "No checkpoint has been signed yet")
	equal(t, before.rows("Entries")[0][3], "Not yet")
	l.run()
	d := p.auditor.page("/log")
	contains(t, d.main(), "The newest checkpoint of log.example/northgate signs")
	rows := d.rows("Entries")
	contains(t, rows[0][1], "Dr member-R3 opened the marks to the panel campaign.marks-revealed")
	equal(t, rows[0][2], "CARD-1")
	contains(t, d.main(), "Dr member-R2 submitted a sheet sheet.submitted")

	proof := p.auditor.visit(get, linkTo(d, "Verify"), nil)
	proof.want(http.StatusOK)
	contains(t, proof.main(), "It is in the log")
	contains(t, proof.main(), "appointable verify BUNDLE.zip --key \"$KEY\" --receipt ")
	contains(t, proof.main(), "-verify \"$KEY\" event.leaf")
	contains(t, proof.main(), "\"kind\":\"campaign.marks-revealed\"")

	// A member looks their receipt up, and reads no leaf of others.
	leaf := regexp.MustCompile(`leaf=([0-9a-f]{64})`).FindStringSubmatch(string(d.body))[1]
	member := p.members["R1"].page("/log/proof?leaf=" + leaf)
	contains(t, member.main(), "It is in the log")
	if strings.Contains(string(member.body), "marks-revealed") {
		t.Error("the leaf of another is shown to a member")
	}
	contains(t, p.members["R1"].page("/log/proof?leaf="+strings.Repeat("0", 64)).main(), "There is a problem")
	contains(t, p.members["R1"].page("/log/proof?leaf=x").main(), "is no hash")
	for _, who := range []*client{p.officer, p.administrator, p.members["R1"]} {
		who.visit(get, "/t/northgate/log", nil).want(http.StatusForbidden)
		who.visit(get, "/t/northgate/readings", nil).want(http.StatusForbidden)
		if strings.Contains(words(who.page("/campaigns").root), "Log of changes") {
			t.Error("the log is offered to whom it is not for")
		}
	}
	contains(t, words(p.auditor.page("/campaigns").root), "Log of changes")
}

// linkTo is the address of the first link that begins with words.
func linkTo(d document, text string) string {
	for _, n := range d.all("a") {
		if strings.HasPrefix(words(n), text) {
			to, _ := attribute(n, "href")
			return to
		}
	}
	d.t.Fatalf("no link %q in %s", text, d.main())
	return ""
}

// TestTheLogIsNarrowed to a person and a day, and goes on page after page
// without losing an entry.
func TestTheLogIsNarrowed(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1")
	for range defaultLimit {
		p.officer.do(put, "/campaigns/CARD-1/candidates/C1", object{"applied": "yes", "shortlisted": "yes", "interviewed": "yes"}).want(200)
	}
	for _, row := range p.auditor.page("/log?person=MEMBER-R2").rows("Entries") {
		contains(t, row[1], "Dr member-R2")
	}
	contains(t, p.auditor.page("/log?person=nobody").main(), "There are no such entries")
	contains(t, p.auditor.page("/log?day=2020-01-01").main(), "There are no such entries")
	wrong := p.auditor.page("/log?day=soon")
	contains(t, wrong.main(), "This is no day")
	p.auditor.visit(get, "/t/northgate/log?before=x", nil).want(http.StatusBadRequest)

	entries := 0
	london, err := time.LoadLocation("Europe/London")
	w.must(err)
	today := w.db.Now().In(london).Format(time.DateOnly)
	for path := "/t/northgate/log?person=officer&day=" + today; ; {
		d := p.auditor.visit(get, path, nil)
		d.want(http.StatusOK)
		entries += len(d.rows("Entries"))
		if !strings.Contains(d.main(), "Older entries") {
			break
		}
		path = linkTo(d, "Older entries")
	}
	var all list[store.AuditEvent]
	want := 0
	officer, err := w.db.Person(t.Context(), store.Operator(w.trust.ID), "officer")
	w.must(err)
	p.auditor.do(get, "/audit-events?limit=200", nil).want(200).into(&all)
	for _, e := range all.Items {
		if e.Actor.UUID == officer.ID {
			want++
		}
	}
	equal(t, entries, want)
	if want <= defaultLimit {
		t.Errorf("%d entries fit one page", want)
	}
}

// TestWhoReadWhat tells who was shown others' marks, and of which campaign.
func TestWhoReadWhat(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1")
	contains(t, p.auditor.page("/readings").main(), "There are no such readings")
	p.members["R2"].page("/campaigns/CARD-1/board")
	p.members["R2"].page("/campaigns/CARD-1/board?names=shown") // the same day: one reading
	p.officer.do(put, "/campaigns/CARD-1/candidates/C1/identity", object{"name": "Amara Okafor"}).want(200)
	p.officer.do(get, "/campaigns/CARD-1/candidates/C1/identity", nil).want(200)
	d := p.auditor.page("/readings")
	rows := d.rows("Readings")
	equal(t, len(rows), 2)
	equal(t, strings.Join(rows[0][1:], "|"), "Dr officer officer|read who a candidate is|Candidate C1 of CARD-1")
	equal(t, strings.Join(rows[1][1:], "|"), "Dr member-R2 member-r2|read others’ marks|CARD-1")
	if strings.Contains(string(d.body), "Amara") {
		t.Error("the report names a candidate")
	}
	equal(t, len(p.auditor.page("/readings?person=officer").rows("Readings")), 1)
}
