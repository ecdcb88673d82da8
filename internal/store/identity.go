package store

import (
	"context"
	"database/sql"
	"errors"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Identity is who a candidate is. It is kept apart from everything that a panel
// reads, and each reading of it is on record.
type Identity struct {
	Candidate string `db:"-" json:"candidate"` // their code in the campaign
	Name      string `db:"name" json:"name"`
	Email     string `db:"email" json:"email"`
	Telephone string `db:"telephone" json:"telephone"`
	Reference string `db:"reference" json:"reference"` // in the trust's recruitment system
	Version   int    `db:"version" json:"version"`
}

func (i Identity) validate() error {
	var l fault.List
	if strings.TrimSpace(i.Name) == "" || len(i.Name) > 200 {
		l.Add("name", "give the candidate's name, up to 200 characters")
	}
	if i.Email != "" {
		if at, err := mail.ParseAddress(i.Email); err != nil || at.Address != i.Email || len(i.Email) > 254 {
			l.Add("email", "is no e-mail address; write it as name@example.org, or leave it out")
		}
	}
	if len(i.Telephone) > 50 {
		l.Add("telephone", "is longer than 50 characters")
	}
	if len(i.Reference) > 100 {
		l.Add("reference", "is longer than 100 characters")
	}
	return l.Err("who the candidate is was not stored")
}

// Identity reads who a candidate is, and puts the reading on record in the same
// transaction: the database gives no name without. It returns NotFound where
// nobody has said.
func (db *DB) Identity(ctx context.Context, who Actor, campaign, candidate string) (Identity, error) {
	out := Identity{Candidate: candidate}
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadIdentity); err != nil {
			return err
		}
		row, err := t.candidate(candidate)
		if err != nil {
			return err
		}
		event, err := t.recordOfCandidate(row.ID, audit.IdentityRead{})
		if err != nil {
			return err
		}
		err = t.readIdentity(&out, row.ID, event)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "nobody has entered who %s is", candidate)
		}
		return err
	})
	return out, err
}

// readIdentity reads it under an event that says so; sql.ErrNoRows where nobody
// has entered it.
func (t *tx) readIdentity(into *Identity, candidate, event uuid.UUID) error {
	return t.get(into, `select name, email, telephone, reference, version from read_identity($1, $2, $3)`, t.at.Campaign, candidate, event)
}

// PutIdentity enters who a candidate is, or replaces it. It returns Invalid for
// what cannot be a name or an address, and Conflict once it was erased.
func (db *DB) PutIdentity(ctx context.Context, who Actor, campaign string, to Identity) (Identity, error) {
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.EditIdentity); err != nil {
			return err
		}
		row, err := t.candidate(to.Candidate)
		if err != nil {
			return err
		}
		if err := to.validate(); err != nil {
			return err
		}
		event, err := t.recordOfCandidate(row.ID, audit.IdentityChanged{})
		if err != nil {
			return err
		}
		return t.get(&to.Version, `select put_identity($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.at.Campaign, row.ID, event, to.Name, to.Email, to.Telephone, to.Reference, t.now)
	})
	return to, err
}

// recordOfCandidate writes an event of a candidate now and not at the end, since
// what follows needs it.
func (t *tx) recordOfCandidate(candidate uuid.UUID, detail audit.Detail) (uuid.UUID, error) {
	var version int
	if err := t.get(&version, `select next_of_candidate($1)`, candidate); err != nil {
		return uuid.Nil, err
	}
	if err := t.note(audit.Object{Kind: "candidate", ID: candidate, Version: version}, detail); err != nil {
		return uuid.Nil, err
	}
	event := t.events[len(t.events)-1].ID
	return event, t.finish(nil)
}
