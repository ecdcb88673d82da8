// Package storetest gives each test a migrated PostgreSQL database of its own,
// made from a template on a throw-away server. Tests migrate as the owner and
// work as the service's login, so that row-level security binds them as it
// binds the service.
package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/peterldowns/pgtestdb"

	"appointable/internal/localpg"
	"appointable/internal/store"
	"appointable/migrations"
)

// Server is the PostgreSQL of one test binary.
type Server struct{ pg *localpg.Server }

// Main is a TestMain: it starts PostgreSQL, runs the tests and stops it.
// Where the machine has no PostgreSQL it says how to install it and fails.
func Main(m *testing.M, server *Server) {
	os.Exit(run(m, server))
}

func run(m *testing.M, server *Server) int {
	ctx := context.Background()
	pg, err := localpg.Temporary(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := pg.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	server.pg = pg
	return m.Run()
}

// Database is a migrated database of one test.
type Database struct {
	server *Server
	Name   string
}

// Database makes one; it is dropped when the test passes and kept for a look
// when it fails.
func (s *Server) Database(t testing.TB) Database {
	t.Helper()
	config := pgtestdb.Config{
		DriverName: "postgres", User: "postgres", Database: "postgres", Port: "5432",
		Options:                   "sslmode=disable&host=" + s.pg.SocketDir(),
		TestRole:                  &pgtestdb.Role{Username: "postgres", Capabilities: "SUPERUSER"},
		ForceTerminateConnections: true,
	}
	made := pgtestdb.Custom(t, config, migrator{s})
	return Database{server: s, Name: made.Database}
}

// Beside is the database of another name on the same server, which the caller
// makes.
func (d Database) Beside(name string) Database { return Database{server: d.server, Name: name} }

// DSN is the address for a login: "appointable_web" for the service,
// "appointable_migrate" for the owner, "postgres" for the superuser.
func (d Database) DSN(login string) string { return d.server.pg.DSN(login, d.Name) }

// Open connects as the service does.
func (d Database) Open(t testing.TB) *store.DB { return d.as(t, "appointable_web") }

// OpenOwner connects as the owner, whom row-level security does not bind: for
// making trusts, and for looking behind the curtain.
func (d Database) OpenOwner(t testing.TB) *store.DB { return d.as(t, "appointable_migrate") }

// OpenVault connects as the vault does.
func (d Database) OpenVault(t testing.TB) *store.Vault {
	t.Helper()
	vault, err := store.OpenVault(t.Context(), d.DSN("appointable_monitor"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = vault.Close() })
	return vault
}

func (d Database) as(t testing.TB, login string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), d.DSN(login), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

type migrator struct{ server *Server }

// Hash tells pgtestdb which template serves: one for each state of the
// migrations.
func (m migrator) Hash() (string, error) {
	h := sha256.New()
	h.Write([]byte(migrations.Roles))
	err := fs.WalkDir(migrations.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.Files.ReadFile(path)
		h.Write(b)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)), err
}

// Migrate makes the template as an administrator and the owner would.
func (m migrator) Migrate(ctx context.Context, _ *sql.DB, config pgtestdb.Config) error {
	return store.Prepare(ctx, m.server.pg.DSN("postgres", config.Database), m.server.pg.DSN("appointable_migrate", config.Database))
}
