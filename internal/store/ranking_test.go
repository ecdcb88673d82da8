package store_test

import (
	"context"
	"sync"
	"testing"

	"appointable/internal/fault"
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
