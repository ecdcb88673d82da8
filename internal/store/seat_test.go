package store_test

import (
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
)

func TestSeats(t *testing.T) {
	w := newWorld(t)
	w.draft()
	seats, err := w.db.Seats(w.ctx, w.officer, code)
	w.must(err)
	c, err := w.db.Campaign(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(seats), len(c.Document.Panel))
	for i, m := range c.Document.Panel {
		w.equal(seats[i].Rater, m.Rater)
		_, seated := w.members[m.Rater]
		w.equal(seats[i].Username != "" && seats[i].DisplayName != "", seated)
	}
	for _, who := range []store.Actor{w.members["R1"], w.owner} {
		_, err = w.db.Seats(w.ctx, who, code)
		w.refused(err, fault.Forbidden)
	}
}

func TestCandidate(t *testing.T) {
	w := newWorld(t)
	w.draft()
	list, err := w.db.Candidates(w.ctx, w.officer, code, "", 10)
	w.must(err)
	for _, k := range list {
		one, err := w.db.Candidate(w.ctx, w.officer, code, k.Code)
		w.must(err)
		w.equal(one, k)
	}
	_, err = w.db.Candidate(w.ctx, w.officer, code, "nobody")
	w.refused(err, fault.NotFound)
	_, err = w.db.Candidate(w.ctx, w.owner, code, list[0].Code)
	w.refused(err, fault.Forbidden)
}
