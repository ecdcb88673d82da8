package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"appointable/internal/fault"
	"appointable/internal/localpg"
	"appointable/internal/store"
)

// database is what the program connects to: the one that DATABASE_URL names,
// or the private PostgreSQL, which it starts, migrates and stops by itself.
type database struct {
	private  *localpg.Server // nil with DATABASE_URL
	web      string          // DSN of the service's login
	migrate  string          // DSN of the owner's login; "" where it is not known
	sequence string          // DSN of the sequencer's login; "": the log is ordered and signed elsewhere, or nowhere
	monitor  string          // DSN of the login of the monitoring vault; "": there is none
	super    func(name string) string
}

const (
	webLogin      = "appointable_web"
	migrateLogin  = "appointable_migrate"
	sequenceLogin = "appointable_sequence"
	monitorLogin  = "appointable_monitor"
	superuser     = "postgres"
	serviceName   = "appointable" // the database of the private PostgreSQL that serve uses
)

// openDatabase finds, starts or joins the database of a trust; slug is "" for none in
// particular. In the private PostgreSQL the demo has a database of its own, and
// the service's is made and migrated where it is missing.
func openDatabase(ctx context.Context, c Config, slug string) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{web: c.DatabaseURL, migrate: c.MigrateDatabaseURL, sequence: c.SequencerDatabaseURL, monitor: c.MonitoringDatabaseURL}, nil
	}
	d, err := reachPrivate(ctx, c)
	if err != nil {
		return nil, err
	}
	name := serviceName
	if slug == demoTrust {
		name = demoName
		err = d.requireDemo(ctx)
	}
	if err == nil {
		err = d.use(ctx, name)
	}
	if err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// ownDatabase is openDatabase for the service, which lives as long as its
// PostgreSQL and so does not join another's.
func ownDatabase(ctx context.Context, c Config) (*database, error) {
	if c.DatabaseURL != "" {
		return openDatabase(ctx, c, "")
	}
	d, err := startPrivate(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := d.use(ctx, serviceName); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// use prepares a database of the private PostgreSQL and takes its addresses.
func (d *database) use(ctx context.Context, name string) error {
	d.address(name)
	return d.prepare(ctx, name)
}

// address takes the addresses of a database of the private PostgreSQL.
func (d *database) address(name string) {
	d.web, d.migrate = d.private.DSN(webLogin, name), d.private.DSN(migrateLogin, name)
	d.sequence, d.monitor = d.private.DSN(sequenceLogin, name), d.private.DSN(monitorLogin, name)
}

func (d *database) requireDemo(ctx context.Context) error {
	exists, err := store.HasDatabase(ctx, d.super("postgres"), demoName)
	if err == nil && !exists {
		err = fault.New(fault.NotFound, "there is no demo here yet; `appointable demo` makes it")
	}
	return err
}

// reachPrivate starts the private PostgreSQL, or joins the one that a running
// service or demo has started: an export should not need it to stop.
func reachPrivate(ctx context.Context, c Config) (*database, error) {
	pg, err := localpg.Start(ctx, localpg.Options{Dir: c.DataDir})
	if errors.Is(err, localpg.ErrInUse) {
		pg, err = localpg.Join(ctx, c.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL: %w", err)
	}
	return newPrivate(pg), nil
}

func newPrivate(pg *localpg.Server) *database {
	return &database{private: pg, super: func(name string) string { return pg.DSN(superuser, name) }}
}

func startPrivate(ctx context.Context, c Config) (*database, error) {
	pg, err := localpg.Start(ctx, localpg.Options{Dir: c.DataDir})
	if errors.Is(err, localpg.ErrInUse) {
		return nil, fault.New(fault.Conflict, "%s (DATA_DIR names the folder)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL: %w", err)
	}
	return newPrivate(pg), nil
}

// prepare makes a database of the private PostgreSQL where it is missing, with
// its roles, and brings its schema up to date.
func (d *database) prepare(ctx context.Context, name string) error {
	if err := store.EnsureDatabase(ctx, d.super("postgres"), name); err != nil {
		return err
	}
	return store.Prepare(ctx, d.super(name), d.private.DSN(migrateLogin, name))
}

// open connects as the service does and refuses what the service refuses: a
// login that row-level security does not bind, and a schema that is behind.
func (d *database) open(ctx context.Context, c Config) (*store.DB, error) {
	db, err := store.Open(ctx, d.web, store.Options{MaxConns: c.DatabaseConns})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Pending(ctx), db.Check(ctx)); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// openOwner connects as the owner, for what only the command line may do.
func (d *database) openOwner(ctx context.Context) (*store.DB, error) {
	if d.migrate == "" {
		return nil, fault.New(fault.Invalid, "this needs the owner's login: set MIGRATE_DATABASE_URL")
	}
	return store.Open(ctx, d.migrate, store.Options{MaxConns: 2})
}

// openVault connects the monitoring vault; nil where this program runs none.
func (d *database) openVault(ctx context.Context) (*store.Vault, error) {
	if d.monitor == "" {
		return nil, nil
	}
	return store.OpenVault(ctx, d.monitor)
}

// stop ends the private PostgreSQL; it loses nothing that was committed.
func (d *database) stop() {
	if d.private == nil {
		return
	}
	ctx, cancel := timeout(30 * time.Second)
	defer cancel()
	_ = d.private.Stop(ctx) // cut short, it recovers at the next start
}

// inTrust opens the database, finds a trust by its short name and runs fn as
// the operator at the server.
func inTrust(ctx context.Context, slug string, fn func(db *store.DB, who store.Actor) error) error {
	return inDatabase(ctx, slug, func(_ *database, db *store.DB, who store.Actor) error { return fn(db, who) })
}

// inVault is inTrust for what only the monitoring vault does. It returns Invalid
// where there is none.
func inVault(ctx context.Context, slug string, fn func(vault *store.Vault, who store.Actor) error) error {
	return inDatabase(ctx, slug, func(d *database, _ *store.DB, who store.Actor) error {
		vault, err := d.openVault(ctx)
		if err != nil {
			return err
		}
		if vault == nil {
			return fault.New(fault.Invalid, "this needs the login of the monitoring vault: set MONITORING_DATABASE_URL")
		}
		defer func() { _ = vault.Close() }()
		return fn(vault, who)
	})
}

func inDatabase(ctx context.Context, slug string, fn func(d *database, db *store.DB, who store.Actor) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, c, slug)
	if err != nil {
		return err
	}
	defer d.stop()
	db, err := d.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	trust, err := db.FindTrust(ctx, slug)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no trust %q here; `appointable trust add %s --name NAME` makes one", slug, slug)
	}
	if err != nil {
		return err
	}
	return fn(d, db, store.Operator(trust.ID))
}
