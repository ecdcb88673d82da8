package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"appointable/internal/fault"
	"appointable/migrations"
)

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrator changes the schema. It connects as the owner; the service never
// does.
type Migrator struct {
	db    *sql.DB
	goose *goose.Provider
}

// OpenMigrator connects as the owner of the schema. A session lock keeps two
// migrations from running at once.
func OpenMigrator(ctx context.Context, dsn string) (*Migrator, error) {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database address cannot be read; write it as postgres://user@host/database?sslmode=verify-full")
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("connect to the database: %w", problem(ctx, err))
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithSessionLocker(locker))
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return &Migrator{db: db, goose: provider}, nil
}

// Close ends the connection.
func (m *Migrator) Close() error { return m.db.Close() }

// Up applies what is pending and returns it, and writes this program's table
// of access into the database.
func (m *Migrator) Up(ctx context.Context) ([]Migration, error) {
	results, err := m.goose.Up(ctx)
	if err == nil {
		err = m.writeAccess(ctx)
	}
	return applied(results, true), migrationProblem(err)
}

// Down takes back the latest migration, or all of them.
func (m *Migrator) Down(ctx context.Context, all bool) ([]Migration, error) {
	if all {
		results, err := m.goose.DownTo(ctx, 0)
		return applied(results, false), migrationProblem(err)
	}
	result, err := m.goose.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return nil, fault.New(fault.Conflict, "there is no migration to take back")
	}
	if err != nil {
		return nil, migrationProblem(err)
	}
	return applied([]*goose.MigrationResult{result}, false), nil
}

// Status lists every migration.
func (m *Migrator) Status(ctx context.Context) ([]Migration, error) {
	states, err := m.goose.Status(ctx)
	if err != nil {
		return nil, migrationProblem(err)
	}
	list := make([]Migration, len(states))
	for i, s := range states {
		list[i] = Migration{Version: s.Source.Version, Name: s.Source.Path, Applied: s.State == goose.StateApplied}
	}
	return list, nil
}

func applied(results []*goose.MigrationResult, up bool) []Migration {
	list := make([]Migration, len(results))
	for i, r := range results {
		list[i] = Migration{Version: r.Source.Version, Name: r.Source.Path, Applied: up}
	}
	return list
}

func migrationProblem(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("migrate: %w", err)
}

// MakeRoles makes the groups and logins before the first migration. dsn is a
// login that may create roles; the database and its public schema are given to
// the owner's group.
func MakeRoles(ctx context.Context, dsn string) error {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return fmt.Errorf("roles: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, migrations.Roles); err != nil {
		return fmt.Errorf("roles: %w", problem(ctx, err))
	}
	return nil
}

// Prepare makes the roles as super and applies what is pending as the owner:
// all that a new database needs, and nothing to one that has it.
func Prepare(ctx context.Context, super, owner string) error {
	if err := MakeRoles(ctx, super); err != nil {
		return err
	}
	m, err := OpenMigrator(ctx, owner)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }()
	_, err = m.Up(ctx)
	return err
}

// Pending refuses a schema that is behind this program, or ahead of it: serve
// never runs on one it does not know.
func (db *DB) Pending(ctx context.Context) error {
	var version int64
	err := db.db.GetContext(ctx, &version, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`)
	if e, ok := errors.AsType[*pq.Error](err); ok && (e.Code == "42P01" || e.Code == "42501") {
		return fault.New(fault.Conflict, "the database has no schema yet; run: appointable migrate")
	}
	if err != nil {
		return problem(ctx, err)
	}
	latest, err := latestMigration()
	if err != nil {
		return err
	}
	switch {
	case version < latest:
		return fault.New(fault.Conflict, "the schema is at version %d and this program needs %d; run: appointable migrate", version, latest)
	case version > latest:
		return fault.New(fault.Conflict, "the schema is at version %d, newer than this program knows (%d); run the newer program", version, latest)
	}
	return db.sameAccess(ctx)
}

func latestMigration() (int64, error) {
	entries, err := migrations.Files.ReadDir(".")
	if err != nil || len(entries) == 0 {
		return 0, fmt.Errorf("migrations: none embedded: %w", err)
	}
	var version int64
	_, err = fmt.Sscanf(entries[len(entries)-1].Name(), "%05d_", &version)
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	return version, nil
}
