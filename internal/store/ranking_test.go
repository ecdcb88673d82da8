package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

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

// withSeverity puts into the stored ranking how strictly each member marked,
// whatever the rule that ranked.
func (w *world) withSeverity() {
	w.t.Helper()
	run, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	r, err := run.Ranking()
	w.must(err)
	r.Raters = nil
	for _, rater := range []string{"R1", "R2", "R3"} {
		r.Raters = append(r.Raters, selection.Severity{Rater: rater, Severity: .3, Direction: "higher", SD: .1, Scored: 4})
	}
	w.raw("postgres").MustExecContext(w.ctx, `update ranking_runs set result = $2 where run_id = $1`, run.ID, r.JSON())
}

// severity is whose severity a person is shown.
func (w *world) severity(who store.Actor) []string {
	w.t.Helper()
	run, err := w.db.LatestRanking(w.ctx, who, code)
	w.must(err)
	r, err := run.Ranking()
	w.must(err)
	raters := []string{}
	for _, s := range r.Raters {
		raters = append(raters, s.Rater)
	}
	return raters
}

func TestSeverityByNameIsForTheOfficer(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	w.withSeverity()
	everybody, nobody := []string{"R1", "R2", "R3"}, []string{}
	w.equal(w.severity(w.officer), everybody)
	w.equal(w.severity(w.operator), everybody)
	for _, who := range []store.Actor{w.auditor, w.members["R1"], w.members["R2"]} {
		w.equal(w.severity(who), nobody)
	}
	_, err := w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	w.equal(w.severity(w.officer), everybody)
	w.equal(w.severity(w.auditor), nobody)
	w.equal(w.severity(w.members["R1"]), []string{"R1"}) // the chair, too
	w.equal(w.severity(w.members["R2"]), []string{"R2"})
}

// What a member is shown differs from what is stored in nothing else.
func TestARankingWithoutSeverityIsTheRestOfTheBytes(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	w.withSeverity()
	stored, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	shown, err := w.db.LatestRanking(w.ctx, w.members["R2"], code)
	w.must(err)
	r, err := stored.Ranking()
	w.must(err)
	r.Raters = nil
	w.equal(string(shown.Result), string(r.JSON()))
}

func TestRerun(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	run, err := w.db.Rank(w.ctx, w.officer, code, selection.Settings{Seed: 7, Draws: 500})
	w.must(err)
	again, err := w.db.Rerun(w.ctx, w.officer, code, uuid.Nil)
	w.must(err)
	w.equal([]any{again.Run, again.Seed, again.Draws, again.Same, again.Differences}, []any{run.ID, int64(7), 500, true, []string{}})
	first := uuid.MustParse(w.id(`select run_id from ranking_runs order by run_id limit 1`))
	again, err = w.db.Rerun(w.ctx, w.officer, code, first)
	w.must(err)
	w.equal([]any{again.Run, again.Seed, again.Same}, []any{first, int64(1), true})
	w.refused(fails(w.db.Rerun(w.ctx, w.officer, code, w.trust.ID)), fault.NotFound)

	differs := func(change, want string) {
		t.Helper()
		w.raw("postgres").MustExecContext(w.ctx, change)
		again, err := w.db.Rerun(w.ctx, w.officer, code, uuid.Nil)
		w.must(err)
		if again.Same || len(again.Differences) != 1 || !strings.HasPrefix(again.Differences[0], want) {
			t.Errorf("%+v, want %q", again, want)
		}
	}
	differs(`update ranking_runs set result = overlay(result placing '\x58'::bytea from 3)`, "inputs and engine are the same, and yet the bytes differ from byte 3 on")
	differs(`update ranking_runs set engine = 'an-older-one/1'`, "the engine changed: it was an-older-one/1 and is ")
	w.raw("postgres").MustExecContext(w.ctx, `update ranking_runs set engine = $1`, again.Engine)
	differs(`update candidates set withdrawn_at = now() where code = 'C2'`, "the inputs changed: their hash was ")
}
