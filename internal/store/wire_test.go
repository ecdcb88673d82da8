package store_test

import (
	"fmt"
	"testing"

	"appointable/internal/store"
	"appointable/selection"
)

// A submission is begin, enter, load and lock, write, commit: five round
// trips, and one before it for the session.
func TestRoundTripsOfASubmission(t *testing.T) {
	w := newWorld(t)
	w.draft()
	var codes []string
	for i := range 100 { // with three members over 256 open sheets: nobody can be the last
		codes = append(codes, fmt.Sprintf("D%03d", i))
	}
	w.candidates(codes...)
	w.open()
	token := w.signIn(w.members["R1"])
	db, err := store.Open(w.ctx, w.database.DSN("appointable_web"), store.Options{MaxConns: 1})
	w.must(err)
	defer func() { _ = db.Close() }()
	for i, candidate := range codes[:6] {
		before := db.Stats().RoundTrips
		_, err := db.Session(w.ctx, w.trust.ID, token)
		w.must(err)
		session := db.Stats().RoundTrips
		_, err = db.SubmitSheet(w.ctx, w.members["R1"], code, sheet("R1", candidate), 0, key(candidate), marks(6, 5))
		w.must(err)
		if after := db.Stats().RoundTrips; i > 0 { // the first prepares the statements
			w.equal([]int64{session - before, after - session}, []int64{1, 5})
		}
	}
	w.equal(w.phase(), selection.Scoring)
}
