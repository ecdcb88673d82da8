package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"appointable/selection"
)

// A ranking too large to be read in the database is kept compressed, and shown
// as it was.
func TestLargeRankingsArePacked(t *testing.T) {
	w := newWorld(t)
	r := w.round()
	template := r.Ratings[2:4]
	r.Candidates, r.Ratings, r.Psychometrics = nil, nil, nil
	for i := range 2000 {
		candidate := fmt.Sprintf("C%04d", i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: candidate})
		for j, rater := range []string{"R1", "R2", "R3"} {
			for k, m := range template {
				m.Candidate, m.Rater, m.Evidence, m.Score = candidate, rater, "", float64(1+(i*i+j*i+k)%7)
				r.Ratings = append(r.Ratings, m)
			}
		}
	}
	w.importRound(r)
	run, err := w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
	w.equal(w.count(`select count(*) from ranking_runs where packed and length(result) < $1`, len(run.Result)/4), 1)
	latest, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	w.equal(latest.ID, run.ID)
	w.equal(string(latest.Result) == string(run.Result), true)
	again, err := w.db.Rerun(w.ctx, w.officer, code, uuid.Nil)
	w.must(err)
	w.equal(again.Same, true)
}
