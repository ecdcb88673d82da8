package handlers

import (
	"bytes"
	"testing"

	"appointable/internal/store"
)

func TestRankingIsTheStoredBytes(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	path := "/campaigns/CARD-1/ranking"
	first := p.members["R2"].do(get, path, nil).want(200)
	officer := store.Actor{Trust: w.trust.ID, Roles: store.Operator(w.trust.ID).Roles}
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
