package store

import (
	"context"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Trust is an NHS trust: everything else belongs to one.
type Trust struct {
	ID   uuid.UUID `db:"trust_id" json:"-"`
	Slug string    `db:"slug" json:"trust"` // in every address
	Name string    `db:"name" json:"name"`
	Demo bool      `db:"demo" json:"demo"` // made by `appointable demo`: one-time sign-in links are allowed
}

// FindTrust finds a trust by its short name, before anybody is known. It
// returns NotFound.
func (db *DB) FindTrust(ctx context.Context, slug string) (Trust, error) {
	var t Trust
	err := db.db.GetContext(ctx, &t, `select trust_id, slug, name, demo from find_trust($1)`, slug)
	if err != nil {
		err = problem(ctx, err)
		if fault.Is(err, fault.NotFound) {
			return t, fault.New(fault.NotFound, "there is no trust %q here", slug)
		}
	}
	return t, err
}

// CreateTrust makes a trust. It needs the owner's login, which no running
// service has: only the command line makes trusts. It returns Conflict where
// the short name is taken and Invalid where it cannot stand in an address.
func (db *DB) CreateTrust(ctx context.Context, slug, name string, demo bool) (Trust, error) {
	id, err := newID()
	if err != nil {
		return Trust{}, err
	}
	t := Trust{ID: id, Slug: slug, Name: name, Demo: demo}
	return t, db.write(ctx, Operator(id), "", func(tx *tx) error {
		err := tx.exec(`insert into trusts (trust_id, slug, name, demo, created_at) values ($1, $2, $3, $4, $5)`,
			t.ID, t.Slug, t.Name, t.Demo, tx.now)
		if err != nil {
			return err
		}
		return tx.note(audit.Object{Kind: "trust", ID: t.ID, Version: 1}, audit.TrustCreated{Slug: slug, Name: name})
	})
}
