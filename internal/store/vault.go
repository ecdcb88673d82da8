package store

import (
	"context"
	"time"

	"appointable/internal/fault"
)

// Vault is the door to the protected characteristics of candidates. It has a
// login and a pool of its own; the service's login can neither read nor write
// what is behind it. It, in turn, sees nothing of the service: it works through
// functions of the database, which open only to what the same transaction has
// put on record.
type Vault struct {
	// Now is the clock of the program.
	Now func() time.Time

	db *DB
}

// vaultConns is how many connections the vault takes at most: candidates answer
// one by one, and an audit reads for itself.
const vaultConns = 4

// OpenVault connects with the vault's login. It returns Invalid for a login that
// may do more than that, or less.
func OpenVault(ctx context.Context, dsn string) (*Vault, error) {
	db, err := Open(ctx, dsn, Options{MaxConns: vaultConns})
	if err != nil {
		return nil, err
	}
	v := &Vault{Now: db.Now, db: db}
	db.Now = func() time.Time { return v.Now() }
	if err := v.check(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return v, nil
}

func (v *Vault) check(ctx context.Context) error {
	var right bool
	err := v.db.db.GetContext(ctx, &right, `
		select not (r.rolsuper or r.rolbypassrls) and pg_has_role(r.oid, 'appointable_monitoring', 'member')
		       and not pg_has_role(r.oid, 'appointable_owner', 'member') and not pg_has_role(r.oid, 'appointable_app', 'member')
		       and not pg_has_role(r.oid, 'appointable_sequencer', 'member')
		  from pg_roles r where r.rolname = current_user`)
	if err != nil {
		return problem(ctx, err)
	}
	if !right {
		return fault.New(fault.Invalid, "MONITORING_DATABASE_URL signs in as one who may do more than keep protected characteristics, or may not do that; use the login appointable_monitor")
	}
	return nil
}

// Close ends the connections.
func (v *Vault) Close() error { return v.db.Close() }
