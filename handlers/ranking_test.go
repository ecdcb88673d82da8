package handlers

import (
	"bytes"
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq" // past the store, to put in what a panel of three does not yield by itself

	"appointable/internal/store"
	"appointable/selection"
)

func TestRankingIsTheStoredBytes(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	path := "/campaigns/CARD-1/ranking"
	first := p.officer.do(get, path, nil).want(200)
	officer := store.Operator(w.trust.ID)
	run, err := w.db.LatestRanking(t.Context(), officer, "CARD-1")
	w.must(err)
	if !bytes.Equal(first.body, run.Result) {
		t.Errorf("not the stored bytes:\n%s\n%s", first.body, run.Result)
	}
	equal(t, first.header.Get("Appointable-Run"), run.ID.String())
	again := p.officer.do(post, path, nil).want(201)
	if !bytes.Equal(first.body, again.body) {
		t.Error("the same round ranks to other bytes")
	}
	if first.header.Get("Appointable-Run") == again.header.Get("Appointable-Run") {
		t.Error("the second run is not stored")
	}
	p.owner.do(get, path, nil).problem(403)
	p.officer.do(post, path, object{"seed": 2}).problem(400) // nothing is taken and ignored
}

// withSeverity puts into the stored ranking how strictly each member marked.
func (w *world) withSeverity() {
	w.t.Helper()
	run, err := w.db.LatestRanking(w.t.Context(), store.Operator(w.trust.ID), "CARD-1")
	w.must(err)
	r, err := run.Ranking()
	w.must(err)
	r.Raters = nil
	for _, rater := range []string{"R1", "R2", "R3"} {
		r.Raters = append(r.Raters, selection.Severity{Rater: rater, Severity: .3, Direction: "higher", SD: .1, Scored: 4})
	}
	db, err := sql.Open("postgres", w.super)
	w.must(err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(w.t.Context(), `update ranking_runs set result = $2 where run_id = $1`, run.ID, r.JSON())
	w.must(err)
}

// Neither the API nor the page tells a member, the chair or the auditor how
// strictly each assessor marked; after the decision each member reads their
// own.
func TestSeverityIsShownToTheOfficerAlone(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	w.withSeverity()
	path := "/campaigns/CARD-1/ranking"
	raters := func(c *client) string {
		t.Helper()
		var r map[string]any
		c.do(get, path, nil).want(200).into(&r)
		shown, ok := r["raters"]
		if !ok {
			return "nobody"
		}
		var names []string
		for _, s := range shown.([]any) {
			names = append(names, s.(map[string]any)["rater"].(string))
		}
		return strings.Join(names, " ")
	}
	equal(t, raters(p.officer), "R1 R2 R3")
	for _, c := range []*client{p.members["R1"], p.members["R2"], p.auditor} {
		equal(t, raters(c), "nobody")
	}
	again := p.members["R2"].do(post, path, nil).want(201) // ranks anew, and is told no more
	if bytes.Contains(again.body, []byte(`"raters"`)) {
		t.Error("ranking again tells a member how strictly each assessor marked")
	}
	w.withSeverity()
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "reserves": []string{}, "departure": "", "justification": "best marks",
	}).want(201)
	equal(t, raters(p.officer), "R1 R2 R3")
	equal(t, raters(p.members["R1"]), "R1")
	equal(t, raters(p.members["R2"]), "R2")
	equal(t, raters(p.auditor), "nobody")
}

// TestSlowRequestsWaitTheirTurn fills every slot and sees a ranking wait for
// one.
func TestSlowRequestsWaitTheirTurn(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	for range slowAtOnce {
		w.server.slow <- struct{}{}
	}
	done := make(chan answer, 1)
	go func() { done <- p.officer.do(post, "/campaigns/CARD-1/ranking", nil) }()
	select {
	case <-done:
		t.Fatal("did not wait")
	case <-time.After(200 * time.Millisecond):
	}
	<-w.server.slow
	(<-done).want(201)
}
