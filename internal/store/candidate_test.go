package store_test

import (
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func TestAddCandidates(t *testing.T) {
	w := newWorld(t)
	w.draft()
	add := func(who store.Actor, list ...selection.Candidate) error {
		return fails(w.db.AddCandidates(w.ctx, who, code, store.Key{}, list))
	}
	before := w.count(`select count(*) from candidates`)
	w.refused(add(w.officer, selection.Candidate{Code: "C3"}, selection.Candidate{Code: "C1"}), fault.Conflict)
	w.refused(add(w.officer, selection.Candidate{Code: "C3"}, selection.Candidate{Code: "C3"}), fault.Conflict)
	w.refused(add(w.officer), fault.Invalid)
	err := add(w.officer, selection.Candidate{Code: "C3"}, selection.Candidate{Code: "=1+1"}, selection.Candidate{Code: "C4", Applied: selection.No, Shortlisted: selection.Yes})
	w.refused(err, fault.Invalid)
	w.equal(places(err), []string{"candidates[1].candidate", "candidates[2].shortlisted"})
	w.refused(add(w.members["R1"], selection.Candidate{Code: "C3"}), fault.Forbidden)
	w.equal(w.count(`select count(*) from candidates`), before)
	w.open()
	w.refused(add(w.officer, selection.Candidate{Code: "C3"}), fault.Conflict)
}

func TestCandidatesAreKeptAsGiven(t *testing.T) {
	w := newWorld(t)
	w.draft()
	given := []selection.Candidate{
		{Code: "C3", Applied: selection.Yes, Shortlisted: selection.No, Withdrawn: true},
		{Code: "C4"},
	}
	_, err := w.db.AddCandidates(w.ctx, w.officer, code, store.Key{}, given)
	w.must(err)
	list, err := w.db.Candidates(w.ctx, w.members["R2"], code, "C2", 10)
	w.must(err)
	w.equal(list, []store.Candidate{{Candidate: given[0], Version: 1}, {Candidate: given[1], Version: 1}})
	first, err := w.db.Candidates(w.ctx, w.officer, code, "", 1)
	w.must(err)
	w.equal(first[0].Code, "C1")
	_, err = w.db.Candidates(w.ctx, w.owner, code, "", 10)
	w.refused(err, fault.Forbidden)
}

func TestChangeCandidate(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	change := func(version int, to selection.Candidate) error {
		return fails(w.db.ChangeCandidate(w.ctx, w.officer, code, version, to))
	}
	seen := selection.Candidate{Code: "C2", Interviewed: selection.Yes}
	w.refused(change(0, selection.Candidate{Code: "C9"}), fault.NotFound)
	w.refused(change(2, seen), fault.Stale)
	w.refused(change(0, selection.Candidate{Code: "C2", Applied: "perhaps"}), fault.Invalid)
	w.refused(fails(w.db.ChangeCandidate(w.ctx, w.members["R1"], code, 0, seen)), fault.Forbidden)
	withdrawn := seen
	withdrawn.Withdrawn = true
	w.must(change(1, withdrawn))
	w.refused(change(1, seen), fault.Stale)
	w.must(change(2, seen))

	w.closeAndRank()
	w.refused(change(0, withdrawn), fault.Conflict) // it would change who is ranked
	offered := seen
	offered.Offered, offered.Accepted = selection.Yes, selection.No
	w.must(change(3, offered))
	w.dense()
}

// A candidate who withdraws leaves the order and not the record.
func TestWhoWithdrewIsNotRanked(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	_, err := w.db.ChangeCandidate(w.ctx, w.officer, code, 0, selection.Candidate{Code: "C1", Interviewed: selection.Yes, Withdrawn: true})
	w.must(err)
	w.closeAndRank()
	run, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	w.equal(len(ranking.Candidates), 1)
	round, _, err := w.db.Round(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(round.Ratings), 12)
}

// Reveal does not wait for the sheets of somebody whom the panel will not see;
// and waits again where the withdrawal was a slip.
func TestNobodyWaitsForWhoWithdrew(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	change := func(withdrawn bool) {
		t.Helper()
		_, err := w.db.ChangeCandidate(w.ctx, w.officer, code, 0, selection.Candidate{Code: "C2", Interviewed: selection.Yes, Withdrawn: withdrawn})
		w.must(err)
	}
	change(true)
	change(false)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 5, 5)
	}
	w.equal(w.phase(), selection.Scoring)
	change(true)
	w.equal(w.phase(), selection.Moderation)
}
