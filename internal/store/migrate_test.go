package store_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"appointable/internal/fault"
	"appointable/internal/localpg"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
)

func openAs(t *testing.T, d storetest.Database, login string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), d.DSN(login), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// emptyDatabase has roles and nothing else.
func emptyDatabase(t *testing.T) storetest.Database {
	t.Helper()
	d := server.Database(t)
	admin := superuser(t, d)
	d.Name += "_empty"
	if _, err := admin.ExecContext(t.Context(), `create database `+d.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = admin.ExecContext(context.Background(), `drop database `+d.Name+` with (force)`) })
	if err := store.MakeRoles(t.Context(), d.DSN("postgres")); err != nil {
		t.Fatal(err)
	}
	return d
}

func migrator(t *testing.T, d storetest.Database) *store.Migrator {
	t.Helper()
	m, err := store.OpenMigrator(t.Context(), d.DSN("appointable_migrate"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// dump is the schema as pg_dump tells it: tables, constraints, functions,
// policies, rights and comments.
func dump(t *testing.T, d storetest.Database) string {
	t.Helper()
	bin, err := localpg.FindBin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "pg_dump"), "--schema-only", "--dbname="+d.DSN("postgres")).CombinedOutput()
	if err != nil {
		t.Fatalf("pg_dump: %v\n%s", err, out)
	}
	// These lines hold a password that pg_dump draws anew each time.
	return regexp.MustCompile(`(?m)^\\(un)?restrict .*$`).ReplaceAllString(string(out), "")
}

func TestMigrationsUpDownUp(t *testing.T) {
	t.Parallel()
	d := emptyDatabase(t)
	m := migrator(t, d)
	w := &world{t: t, ctx: t.Context()}
	up, err := m.Up(w.ctx)
	w.must(err)
	if len(up) < 6 {
		t.Fatalf("%d migrations were applied", len(up))
	}
	first := dump(t, d)
	for _, part := range []string{"CREATE TABLE public.scores", "CREATE POLICY own_or_revealed ON public.scores", "COMMENT ON COLUMN public.scores.score", "GRANT SELECT,INSERT ON TABLE public.audit_events"} {
		if !strings.Contains(first, part) {
			t.Fatalf("the dump has no %q", part)
		}
	}

	one, err := m.Down(w.ctx, false)
	w.must(err)
	w.equal(len(one), 1)
	down, err := m.Down(w.ctx, true)
	w.must(err)
	w.equal(len(down), len(up)-1)
	for _, line := range strings.Split(dump(t, d), "\n") {
		if strings.HasPrefix(line, "CREATE ") && !strings.Contains(line, "goose_db_version") {
			t.Errorf("left behind by down: %s", line)
		}
	}
	_, err = m.Down(w.ctx, false)
	w.refused(err, fault.Conflict)

	_, err = m.Up(w.ctx)
	w.must(err)
	if diff := cmp.Diff(first, dump(t, d)); diff != "" {
		t.Errorf("the schema after up, down and up again (-first +second)\n%s", diff)
	}
}

func TestPendingSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := emptyDatabase(t)
	m := migrator(t, d)
	db := openAs(t, d, "appointable_web")
	w := &world{t: t, ctx: t.Context()}
	says := func(want string) {
		t.Helper()
		err := db.Pending(w.ctx)
		w.refused(err, fault.Conflict)
		if !strings.Contains(err.Error(), want) {
			t.Fatalf("%q does not say %q", err, want)
		}
	}
	says("no schema yet; run: appointable migrate")
	all, err := m.Up(w.ctx)
	w.must(err)
	w.must(db.Pending(w.ctx))
	_, err = m.Down(w.ctx, false)
	w.must(err)
	latest := len(all)
	says(fmt.Sprintf("at version %d and this program needs %d; run: appointable migrate", all[latest-2].Version, all[latest-1].Version))
	status, err := m.Status(w.ctx)
	w.must(err)
	w.equal([]bool{status[latest-2].Applied, status[latest-1].Applied}, []bool{true, false})
	_, err = m.Up(w.ctx)
	w.must(err)
	_, err = superuser(t, d).ExecContext(w.ctx, `insert into goose_db_version (version_id, is_applied) values (9999, true)`)
	w.must(err)
	says("at version 9999, newer than this program knows")
}

// Two programs that start at once both migrate; the lock lets one do it.
func TestMigratingAtOnce(t *testing.T) {
	t.Parallel()
	d := emptyDatabase(t)
	var done sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		m := migrator(t, d)
		done.Go(func() { _, errs[i] = m.Up(t.Context()) })
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// Roles belong to the whole server, so this needs a server of its own, on
// which there are none yet.
func TestRolesMadeAtOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pg, err := localpg.Temporary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	admin, err := sqlx.ConnectContext(ctx, "postgres", pg.DSN("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	databases := []string{"one", "two", "three", "four"}
	for _, name := range databases {
		admin.MustExecContext(ctx, `create database `+name)
	}
	roles := []string{"appointable_migrate", "appointable_web", "appointable_owner", "appointable_app", "appointable_monitoring", "appointable_sequencer"}
	for round := range 4 {
		errs := make([]error, 8)
		var done sync.WaitGroup
		for i := range errs {
			dsn := pg.DSN("postgres", databases[i%len(databases)])
			done.Go(func() { errs[i] = store.MakeRoles(ctx, dsn) })
		}
		done.Wait()
		for _, err := range errs {
			if err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
		if round%2 == 0 {
			continue // the next round finds the roles there
		}
		for _, name := range databases {
			admin.MustExecContext(ctx, `alter database `+name+` owner to postgres`)
			own, err := sqlx.ConnectContext(ctx, "postgres", pg.DSN("postgres", name))
			if err != nil {
				t.Fatal(err)
			}
			own.MustExecContext(ctx, `alter schema public owner to postgres`)
			_ = own.Close()
		}
		for _, role := range roles {
			admin.MustExecContext(ctx, `drop role `+role)
		}
	}
}
