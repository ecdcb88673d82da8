package store_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// waitForLock returns when n statements of the service wait for a lock.
func (w *world) waitForLock(n int) {
	w.t.Helper()
	for range 2000 {
		waiting := w.count(`select count(*) from pg_stat_activity where datname = current_database() and usename = 'appointable_web' and wait_event_type = 'Lock'`)
		if waiting >= n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatal("nobody waits for a lock")
}

// holding is a superuser's transaction that has locked the campaign.
func (w *world) holding() *sqlx.Tx {
	w.t.Helper()
	tx := w.raw("postgres").MustBeginTx(w.ctx, nil)
	w.t.Cleanup(func() { _ = tx.Rollback() })
	tx.MustExecContext(w.ctx, `select from campaigns where campaign_id = $1 for update`, w.campaignID())
	return tx
}

// Two transactions that lock a sheet and its campaign in opposite order: the
// one that PostgreSQL breaks off is begun again.
func TestADeadlockIsRetried(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	sheetID := w.sheetID("R1", "C1")
	holder := w.holding()
	holder.MustExecContext(w.ctx, `set local deadlock_timeout = '1min'`) // the store is the one broken off
	submitted := make(chan error)
	go func() { submitted <- fails(w.trySubmit("R1", "C1", 6, 5)) }()
	w.waitForLock(1) // for the campaign
	const lockSheet = `select from sheets where sheet_id = $1 for update`
	if _, err := w.raw("postgres").ExecContext(w.ctx, lockSheet+` nowait`, sheetID); err == nil {
		t.Fatal("it has not locked the sheet, so there will be no deadlock")
	}
	holder.MustExecContext(w.ctx, lockSheet, sheetID)
	w.must(holder.Commit())
	w.must(<-submitted)
	w.dense()
}

// failing makes submitting fail with an SQLSTATE for the first times.
func (w *world) failing(state string, times int) {
	w.t.Helper()
	// A sequence counts attempts, since it does not go back with a transaction.
	w.raw("postgres").MustExecContext(w.ctx, strings.NewReplacer("{state}", state, "{times}", strconv.Itoa(times)).Replace(`
		create sequence attempts;
		grant usage on attempts to appointable_app;
		create function lose() returns trigger language plpgsql as $$
		begin
			if nextval('attempts') <= {times} then
				raise exception 'lost a race' using errcode = '{state}';
			end if;
			return new;
		end
		$$;
		create trigger lose before update on sheets for each row execute function lose()`))
}

func (w *world) attempts() int {
	w.t.Helper()
	return w.count(`select last_value from attempts`)
}

func TestALostRaceIsRunAgain(t *testing.T) {
	for _, state := range []string{"40001", "40P01"} {
		t.Run(state, func(t *testing.T) {
			w := newWorld(t)
			w.scoring()
			w.failing(state, 4)
			receipt := w.submit("R1", "C1", 6, 5)
			w.equal(receipt.Sheet.Version, 2)
			w.equal(w.attempts(), 5)
			w.equal(w.count(`select count(*) from audit_events where kind = 'sheet.submitted'`), 1)
			w.dense()
		})
	}
	t.Run("and given up", func(t *testing.T) {
		w := newWorld(t)
		w.scoring()
		before := w.rows()
		w.failing("40001", 1000)
		w.refused(fails(w.trySubmit("R1", "C1", 6, 5)), fault.Unavailable)
		w.equal(w.attempts(), 5)
		w.equal(w.rows(), before)
	})
	t.Run("but not another error", func(t *testing.T) {
		w := newWorld(t)
		w.scoring()
		w.failing("22012", 1)
		err := fails(w.trySubmit("R1", "C1", 6, 5))
		w.refused(err, fault.Internal)
		w.equal(w.attempts(), 1)
	})
}

// A migration under way may change what a prepared statement returns.
func TestAStaleStatementIsPreparedAnew(t *testing.T) {
	w := newWorld(t)
	_, err := w.db.People(w.ctx, w.operator, "", 10)
	w.must(err)
	w.raw("postgres").MustExecContext(w.ctx, `alter table people alter display_name type varchar(300)`)
	for range 2 {
		_, err = w.db.People(w.ctx, w.operator, "", 10)
		w.must(err)
	}
}

func TestACancelledRequestLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	before := w.rows()
	submit := func(ctx context.Context) error {
		return fails(w.db.SubmitSheet(ctx, w.members["R1"], code, sheet("R1", "C1"), 0, key("k"), marks(6, 5)))
	}
	cancelled, cancel := context.WithCancel(w.ctx)
	cancel()
	w.refused(submit(cancelled), fault.Unavailable)
	w.refused(fails(w.db.Campaign(cancelled, w.officer, code)), fault.Unavailable)
	w.refused(fails(w.db.Session(cancelled, w.trust.ID, "token")), fault.Unavailable)
	w.refused(w.db.Ping(cancelled), fault.Unavailable)

	// While it waits for a lock: given up, and run out of time.
	for _, given := range []func() (context.Context, context.CancelFunc){
		func() (context.Context, context.CancelFunc) { return context.WithCancel(w.ctx) },
		func() (context.Context, context.CancelFunc) { return context.WithTimeout(w.ctx, 50*time.Millisecond) },
	} {
		holder := w.holding()
		waiting, cancel := given()
		answer := make(chan error)
		go func() { answer <- submit(waiting) }()
		if _, limited := waiting.Deadline(); !limited {
			w.waitForLock(1)
			cancel()
		}
		w.refused(<-answer, fault.Unavailable)
		cancel()
		w.must(holder.Rollback())
	}
	w.equal(w.rows(), before)
	w.must(submit(w.ctx))
}

// terminate ends every connection of the service, as a restart does.
func (w *world) terminate() int {
	w.t.Helper()
	return w.count(`select count(*) from (
		select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and usename = 'appointable_web') as ended`)
}

func TestTheNextCallAfterARestartWorks(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	token := w.signIn(w.officer)
	fill := func() { // the pool, with idle connections
		var done sync.WaitGroup
		for range 8 {
			done.Go(func() { _, _ = w.db.Campaign(w.ctx, w.officer, code) })
		}
		done.Wait()
	}
	for name, call := range map[string]func() error{
		"write":   func() error { return fails(w.save("R1", "C1", 0, marks(6, 5))) },
		"read":    func() error { return fails(w.db.Campaign(w.ctx, w.officer, code)) },
		"session": func() error { return fails(w.db.Session(w.ctx, w.trust.ID, token)) },
		"trust":   func() error { return fails(w.db.FindTrust(w.ctx, "northgate")) },
		"ping":    func() error { return w.db.Ping(w.ctx) },
		"pending": func() error { return w.db.Pending(w.ctx) },
	} {
		fill()
		if w.terminate() < 2 {
			t.Error("there was no pool to end")
		}
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Cut off in the middle, a use case has changed nothing and says so.
func TestACutConnectionLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	before := w.rows()
	holder := w.holding()
	answer := make(chan error)
	go func() { answer <- fails(w.trySubmit("R1", "C1", 6, 5)) }()
	w.waitForLock(1)
	w.terminate()
	w.refused(<-answer, fault.Unavailable)
	w.must(holder.Rollback())
	w.equal(w.rows(), before)
	w.submit("R1", "C1", 6, 5)
}

// A pool of one connection must not wait for itself.
func TestOneConnectionIsEnough(t *testing.T) {
	w := newWorld(t)
	db, err := store.Open(w.ctx, w.database.DSN("appointable_web"), store.Options{MaxConns: 1})
	w.must(err)
	defer func() { _ = db.Close() }()
	w.db = db
	w.ranked()
	_, err = w.db.Decide(w.ctx, w.officer, code, key("k"), decision())
	w.must(err)
	w.equal(w.phase(), selection.Decided)
	w.equal(db.Stats().Open, 1)
}
