package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"appointable/internal/store"
)

// Tests of the database itself, by raw SQL under the service's login: what it
// refuses whatever the program asks.

// as runs fn under the service's login in a transaction that entered as the
// program enters, and takes it back.
func (w *world) as(who store.Actor, campaign string, fn func(forger)) {
	w.t.Helper()
	tx := w.raw("appointable_web").MustBeginTx(w.ctx, nil)
	defer func() { _ = tx.Rollback() }()
	person := uuid.NullUUID{UUID: who.Person, Valid: who.Person != uuid.Nil}
	_, err := tx.ExecContext(w.ctx, `select enter($1, $2, $3, '', $4)`, who.Trust, person, campaign, who == w.operator)
	w.must(err)
	fn(forger{w, tx})
}

// forger tries statements in a transaction that goes on after a refusal.
type forger struct {
	*world
	tx *sqlx.Tx
}

// try returns how many rows a statement touched or the SQLSTATE of its
// refusal.
func (f forger) try(query string, args ...any) (rows int64, state string) {
	f.t.Helper()
	f.tx.MustExecContext(f.ctx, `savepoint try`)
	result, err := f.tx.ExecContext(f.ctx, query, args...)
	if err != nil {
		refusal, ok := errors.AsType[*pq.Error](err)
		if !ok {
			f.t.Fatal(err)
		}
		f.tx.MustExecContext(f.ctx, `rollback to savepoint try`)
		return 0, string(refusal.Code)
	}
	n, err := result.RowsAffected()
	f.must(err)
	return n, ""
}

// The two refusals: by row-level security or a right not granted, and by a
// trigger of ours.
const (
	denied = "42501"
	ours   = "AP001"
)

// refuses checks that a statement is refused in one of these ways.
func (f forger) refuses(what, query string, args ...any) {
	f.t.Helper()
	rows, state := f.try(query, args...)
	if state != denied && state != ours {
		f.t.Errorf("%s: %d rows, SQLSTATE %q; want it refused", what, rows, state)
	}
}

// untouched checks that a statement touches nothing, refused or not.
func (f forger) untouched(what, query string, args ...any) {
	f.t.Helper()
	rows, state := f.try(query, args...)
	if rows != 0 || !slices.Contains([]string{"", denied, ours}, state) {
		f.t.Errorf("%s: %d rows, SQLSTATE %q; want it untouched", what, rows, state)
	}
}

// allows checks that a statement touches one row: that what is refused beside
// it is not refused for another reason.
func (f forger) allows(what, query string, args ...any) {
	f.t.Helper()
	if rows, state := f.try(query, args...); rows != 1 {
		f.t.Errorf("%s: %d rows, SQLSTATE %q; want one", what, rows, state)
	}
}

// sees counts the rows of a table, none where it may not be read.
func (f forger) sees(table, where string, args ...any) int64 {
	f.t.Helper()
	rows, state := f.try(`select from `+table+` where `+where, args...)
	if state != "" && state != denied {
		f.t.Errorf("%s: SQLSTATE %s", table, state)
	}
	return rows
}

// tables are those that hold a trust's rows.
func tables(t *testing.T, db *sqlx.DB) []string {
	t.Helper()
	return catalogue(t, db, `select relname from tables where oid <> 'access_rules'::regclass and relnamespace = 'public'::regnamespace`)
}

func TestATrustSeesAndTouchesNothingOfAnother(t *testing.T) {
	a := newWorld(t)
	b := trustIn(t, a.database, a.db, "southgate")
	a.everything()
	b.everything()
	b.bury()
	admin := a.raw("postgres")
	for _, who := range []store.Actor{a.officer, a.members["R1"], a.members["R2"]} {
		a.as(who, code, func(f forger) {
			for _, table := range tables(t, admin) {
				var row string
				err := admin.GetContext(a.ctx, &row, fmt.Sprintf(`select to_jsonb(x)::text from %s x where trust_id = $1 limit 1`, table), b.trust.ID)
				if err != nil {
					t.Fatalf("%s has no row of the other trust, so nothing is proved: %v", table, err)
				}
				if n := f.sees(table, `trust_id = $1`, b.trust.ID); n != 0 {
					t.Errorf("%s: sees %d rows of the other trust", table, n)
				}
				f.refuses(table+" insert", fmt.Sprintf(`insert into %s select (jsonb_populate_record(null::%[1]s, $1)).*`, table), row)
				f.untouched(table+" update", fmt.Sprintf(`update %s set trust_id = trust_id where trust_id = $1`, table), b.trust.ID)
				f.untouched(table+" delete", fmt.Sprintf(`delete from %s where trust_id = $1`, table), b.trust.ID)
				f.untouched(table+" give away", fmt.Sprintf(`update %s set trust_id = $1 where trust_id <> $1`, table), b.trust.ID)
			}
		})
	}
}

// The functions that run as the owner must look at the trust themselves.
func TestTheOwnersFunctionsKeepToTheTrust(t *testing.T) {
	a := newWorld(t)
	b := trustIn(t, a.database, a.db, "southgate")
	b.scoring()
	var campaign, candidate string
	admin := a.raw("postgres")
	a.must(admin.GetContext(a.ctx, &campaign, `select campaign_id from campaigns where trust_id = $1`, b.trust.ID))
	a.must(admin.GetContext(a.ctx, &candidate, `select candidate_id from candidates where trust_id = $1 limit 1`, b.trust.ID))
	left := func(f forger) (n int) {
		f.must(f.tx.GetContext(f.ctx, &n, `select sheets_left($1, $2, 100)`, b.trust.ID, campaign))
		return n
	}
	a.as(a.officer, "", func(f forger) {
		f.refuses("reveal", `select reveal($1, $2, now(), 'because')`, b.trust.ID, campaign)
		f.refuses("reveal imported", `select reveal_imported($1, $2, now())`, b.trust.ID, campaign)
		f.refuses("put result", `select put_result($1, $2, $3, 'SJT', 'total', 50, null)`, b.trust.ID, campaign, candidate)
		a.equal(left(f), 0)
	})
	b.as(b.officer, code, func(f forger) {
		b.equal(left(f), 6)
		f.refuses("reveal imported", `select reveal_imported($1, $2, now())`, b.trust.ID, campaign)
		f.allows("put result", `select put_result($1, $2, $3, 'SJT', 'total', 50, null)`, b.trust.ID, campaign, candidate)
		f.refuses("the officer reveals with a reason", `select reveal($1, $2, now(), 'because')`, b.trust.ID, campaign)
	})
	b.as(b.members["R1"], code, func(f forger) {
		f.allows("the chair reveals", `select reveal($1, $2, now(), 'because')`, b.trust.ID, campaign)
	})
}

func TestNothingIsVisibleWithoutSettings(t *testing.T) {
	w := newWorld(t)
	w.everything()
	list := tables(t, w.raw("postgres"))
	db := w.raw("appointable_web")
	db.SetMaxOpenConns(1) // the same connection before and after
	blind := func(when string) {
		t.Helper()
		tx := db.MustBeginTx(w.ctx, nil)
		defer func() { _ = tx.Rollback() }()
		f := forger{w, tx}
		for _, table := range list {
			if n := f.sees(table, `true`); n != 0 {
				t.Errorf("%s, %s: sees %d rows", when, table, n)
			}
		}
	}
	blind("on a new connection")
	tx := db.MustBeginTx(w.ctx, nil)
	tx.MustExecContext(w.ctx, `select enter($1, $2, $3, '')`, w.trust.ID, w.members["R1"].Person, code)
	if (forger{w, tx}).sees("scores", `true`) == 0 {
		t.Error("nothing is visible with settings either")
	}
	w.must(tx.Commit())
	blind("after a transaction that had them") // they read '' then and not null
}
