package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
)

// The databases of the private PostgreSQL. Each function takes the DSN of its
// superuser on the database "postgres"; a managed PostgreSQL's administrator
// does these things by hand.

// EnsureDatabase makes a database where it is missing.
func EnsureDatabase(ctx context.Context, super, name string) error {
	exists, err := HasDatabase(ctx, super, name)
	if err != nil || exists {
		return err
	}
	return administer(ctx, super, `create database `+pq.QuoteIdentifier(name))
}

// HasDatabase says whether it is there.
func HasDatabase(ctx context.Context, super, name string) (bool, error) {
	var exists bool
	err := asSuperuser(ctx, super, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists)
	})
	return exists, err
}

// RenameDatabase gives a database another name; nobody may be connected to it.
func RenameDatabase(ctx context.Context, super, from, to string) error {
	return administer(ctx, super, `alter database `+pq.QuoteIdentifier(from)+` rename to `+pq.QuoteIdentifier(to))
}

// DropDatabase removes a database where it is there.
func DropDatabase(ctx context.Context, super, name string) error {
	return administer(ctx, super, `drop database if exists `+pq.QuoteIdentifier(name)+` with (force)`)
}

func administer(ctx context.Context, super, command string) error {
	return asSuperuser(ctx, super, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, command)
		return err
	})
}

func asSuperuser(ctx context.Context, super string, fn func(*sql.DB) error) error {
	connector, err := pq.NewConnector(super)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	return problem(ctx, fn(db))
}
