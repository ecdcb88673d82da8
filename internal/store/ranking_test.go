package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func TestRankingAppearsWhenModerationIsClosed(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	for _, err := range []error{
		fails(w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())),
		fails(w.db.LatestRanking(w.ctx, w.members["R1"], code)),
		fails(w.db.Export(w.ctx, w.officer, code)),
		fails(w.db.Decision(w.ctx, w.officer, code)),
	} {
		w.refused(err, fault.Conflict)
	}
	_, err := w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
	w.must(err)
	w.refused(fails(w.db.LatestRanking(w.ctx, w.officer, code)), fault.NotFound)
	w.refused(fails(w.db.Rank(w.ctx, w.owner, code, selection.DefaultSettings())), fault.Forbidden)
	first, err := w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
	second, err := w.db.Rank(w.ctx, w.members["R2"], code, selection.Settings{Seed: 2, Draws: 10})
	w.must(err)
	latest, err := w.db.LatestRanking(w.ctx, w.auditor, code)
	w.must(err)
	w.equal(latest, second)
	a, err := first.Ranking()
	w.must(err)
	b, err := second.Ranking()
	w.must(err)
	w.equal([]any{b.Seed, b.Draws, b.Inputs}, []any{int64(2), 10, a.Inputs})
	w.dense()
}

// What is stored is what ranking the exported round gives, to the byte.
func TestTheServiceRanksAsFilesDo(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	run, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	round, err := w.db.Export(w.ctx, w.officer, code)
	w.must(err)
	ranking, err := selection.Rank(w.ctx, round, selection.DefaultSettings())
	w.must(err)
	w.equal(string(run.Result), string(ranking.JSON()))
}

// Each of them changes the campaign under the others, which then begin again.
func TestRankingAtOnce(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	errs := make([]error, 4)
	var done sync.WaitGroup
	for i := range errs {
		done.Go(func() { _, errs[i] = w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings()) })
	}
	done.Wait()
	for _, err := range errs {
		w.must(err)
	}
	w.equal(w.count(`select count(*) from ranking_runs`), 5)
	w.dense()
}

func TestRankingIsGivenUpWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	w.refused(fails(w.db.Rank(ctx, w.officer, code, selection.DefaultSettings())), fault.Unavailable)
	w.equal(w.count(`select count(*) from ranking_runs`), 1)
}

func TestDecide(t *testing.T) {
	newTrust := trusts(t)
	decide := func(w *world, change func(*selection.Decision)) error {
		d := decision()
		change(&d)
		return fails(w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, d))
	}
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.moderation()
		w.refused(decide(w, func(*selection.Decision) {}), fault.Conflict)
		_, err := w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
		w.must(err)
		w.refused(decide(w, func(*selection.Decision) {}), fault.NotFound) // nothing was ranked
		_, err = w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
		w.must(err)
		for what, change := range map[string]func(*selection.Decision){
			"a candidate without a finding":      func(d *selection.Decision) { d.Findings = d.Findings[:1] },
			"more appointed than posts":          func(d *selection.Decision) { d.Appointed = []string{"C1", "C2"} },
			"appointed and not appointable":      func(d *selection.Decision) { d.Findings[0].Appointable = false },
			"a departure without a reason":       func(d *selection.Decision) { d.Appointed = []string{"C2"} },
			"nobody appointed without a reason":  func(d *selection.Decision) { d.Appointed = nil },
			"no justification":                   func(d *selection.Decision) { d.Justification = " " },
			"dissent of somebody not on a panel": func(d *selection.Decision) { d.Dissent = []selection.Dissent{{Rater: "R9", Text: "no"}} },
		} {
			if err := decide(w, change); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.refused(fails(w.db.Decide(w.ctx, w.members["R2"], code, store.Key{}, decision())), fault.Forbidden)
		w.refused(fails(w.db.Decision(w.ctx, w.officer, code)), fault.NotFound)
		w.equal(w.phase(), selection.Deciding)
	})
	t.Run("keeps the decision and what follows from it", func(t *testing.T) {
		w := newTrust(t)
		w.ranked()
		given := decision()
		given.Findings[1] = selection.Finding{Candidate: "C2", Appointable: false, Reason: "not ready"}
		given.Dissent = []selection.Dissent{{Rater: "R2", Text: "C2 was as good"}}
		made, err := w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, given)
		w.must(err)
		read, err := w.db.Decision(w.ctx, w.auditor, code)
		w.must(err)
		w.equal(read, made)
		run, err := w.db.LatestRanking(w.ctx, w.officer, code)
		w.must(err)
		w.equal(read.Run, run.ID)
		list, err := w.db.Candidates(w.ctx, w.officer, code, "", 10)
		w.must(err)
		got := []string{}
		for _, c := range list {
			got = append(got, fmt.Sprintf("%s %s %s %d", c.Code, c.Appointable, c.Offered, c.Version))
		}
		w.equal(got, []string{"C1 yes yes 2", "C2 no no 2"})
		w.refused(fails(w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, given)), fault.Conflict)
		round, err := w.db.Export(w.ctx, w.officer, code)
		w.must(err)
		ranking, err := run.Ranking()
		w.must(err)
		w.equal(round.Hash(), ranking.Inputs) // a decision is no input to the order
		w.dense()
	})
}
