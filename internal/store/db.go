// Package store keeps everything in PostgreSQL. All query SQL is here, and only
// here are sqlx and pq known.
//
// A method is one use case in one transaction: enter as a trust and a person,
// check what they may do, load, ask the domain, write, append the audit event.
// What one trust or one member may see is not left to the WHERE clauses:
// row-level security hides everything else (migrations/), so that a forgotten
// filter finds nothing.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"appointable/internal/fault"
)

// DB is the database as the service's login sees it.
type DB struct {
	// Now is the one clock of the program.
	Now func() time.Time

	db   *sqlx.DB
	wire *wire

	readings readings

	unchecked bool // in tests: leaves it to the database alone who may do what
}

// Options of the connection pool. Zero values take the defaults.
type Options struct {
	MaxConns int // 20
}

// Open connects. The DSN must say sslmode; the login is one that row-level
// security binds, which Check tells.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database address cannot be read; write it as postgres://user@host/database?sslmode=verify-full")
	}
	w := &wire{}
	connector.Dialer(w)
	db := sqlx.NewDb(sql.OpenDB(remembering{connector}), "postgres")
	if o.MaxConns == 0 {
		o.MaxConns = 20
	}
	db.SetMaxOpenConns(o.MaxConns)
	db.SetMaxIdleConns(o.MaxConns)
	db.SetConnMaxLifetime(time.Hour)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("connect to the database: %w", problem(ctx, err))
	}
	return &DB{Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }, db: db, wire: w}, nil
}

// Close ends all connections.
func (db *DB) Close() error { return db.db.Close() }

// Ping says whether the database answers. It asks by a statement, which
// database/sql tries on another connection where a restart has cut the first;
// its own ping it does not.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.db.ExecContext(ctx, `select 1`)
	return problem(ctx, err)
}

// Stats are the pool's figures, for the metrics page.
type Stats struct {
	Open, InUse int
	Waited      int64 // how often a request waited for a connection
	RoundTrips  int64 // to the database, since the start
}

// Stats reads them.
func (db *DB) Stats() Stats {
	s := db.db.Stats()
	return Stats{Open: s.OpenConnections, InUse: s.InUse, Waited: s.WaitCount, RoundTrips: db.wire.trips.Load()}
}

// Check refuses a login that row-level security does not bind: an owner, a
// superuser or one with BYPASSRLS would see every trust's rows.
func (db *DB) Check(ctx context.Context) error {
	var unbound bool
	err := db.db.GetContext(ctx, &unbound, `
		select r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, 'appointable_owner', 'member')
		  from pg_roles r where r.rolname = current_user`)
	if err != nil {
		return problem(ctx, err)
	}
	if unbound {
		return fault.New(fault.Invalid, "DATABASE_URL signs in as the owner of the tables, a superuser or one with BYPASSRLS; row-level security would not bind the service. Use the login appointable_web")
	}
	return nil
}

// refreshStatistics follows a use case that made many rows. It is no part of
// it: where it fails, queries are slow until PostgreSQL counts by itself.
func (db *DB) refreshStatistics(ctx context.Context) {
	_, _ = db.db.ExecContext(ctx, `select refresh_statistics()`)
}
