package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Login is an account at an identity provider, and when its holder last proved
// there who they are.
type Login struct {
	Issuer, Subject string
	Authenticated   time.Time
}

// Visit is a browser on its way to the identity provider and back.
type Visit struct {
	State, Nonce, Verifier string
	Back                   string        // the page to go to afterwards
	Link                   []byte        // hash of the invitation to bind the account by; nil: none
	Person                 uuid.NullUUID // who was signed in when it began
}

// visitLife is how long a browser may stay at the provider.
const visitLife = 10 * time.Minute

// KeepVisit keeps a visit and returns the token for the browser's cookie.
func (db *DB) KeepVisit(ctx context.Context, trust uuid.UUID, v Visit) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		return t.exec(`
			with over as (delete from provider_visits where trust_id = $1 and expires_at <= $9)
			insert into provider_visits (trust_id, token_hash, state, nonce, verifier, back, link_hash, person_id, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $10)`,
			trust, token.Hash(), v.State, v.Nonce, v.Verifier, v.Back, v.Link, v.Person, t.now, t.now.Add(visitLife))
	})
	return token, err
}

// TakeVisit gives a visit back, once. It returns Unauthenticated where there
// is none.
func (db *DB) TakeVisit(ctx context.Context, trust uuid.UUID, token access.Token) (Visit, error) {
	var v Visit
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		var row struct {
			State    string        `db:"state"`
			Nonce    string        `db:"nonce"`
			Verifier string        `db:"verifier"`
			Back     string        `db:"back"`
			Link     []byte        `db:"link_hash"`
			Person   uuid.NullUUID `db:"person_id"`
			Expires  time.Time     `db:"expires_at"`
		}
		err := t.get(&row, `
			delete from provider_visits where trust_id = $1 and token_hash = $2
			returning state, nonce, verifier, back, link_hash, person_id, expires_at`, trust, token.Hash())
		if errors.Is(err, sql.ErrNoRows) || err == nil && !t.now.Before(row.Expires) {
			return fault.New(fault.Unauthenticated, "you were away for too long, or came back twice; begin again")
		}
		v = Visit{State: row.State, Nonce: row.Nonce, Verifier: row.Verifier, Back: row.Back, Link: row.Link, Person: row.Person}
		return err
	})
	return v, err
}

// SignInByLogin starts a session for the person whose account it is. It
// returns Unauthenticated where it is nobody's.
func (db *DB) SignInByLogin(ctx context.Context, trust uuid.UUID, l Login) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		person, err := t.personOf(l)
		if err != nil {
			return err
		}
		return t.startSession(person, token, l.Authenticated)
	})
	return token, err
}

// personOf finds whose account it is.
func (t *tx) personOf(l Login) (uuid.UUID, error) {
	var person uuid.UUID
	err := t.get(&person, `
		select p.person_id from logins l join people p using (trust_id, person_id)
		 where l.trust_id = $1 and l.issuer = $2 and l.subject = $3 and p.left_at is null`, t.who.Trust, l.Issuer, l.Subject)
	if errors.Is(err, sql.ErrNoRows) {
		return person, fault.New(fault.Unauthenticated, "nobody here has this account of your trust's sign-in service; follow your invitation, or sign in with your password and connect it")
	}
	return person, err
}

// BindByInvitation uses an invitation up, by the hash of its token, and binds
// the account to its person, who is signed in. It returns Unauthenticated
// where the link is over, Conflict where the account is somebody's already.
func (db *DB) BindByInvitation(ctx context.Context, trust uuid.UUID, link []byte, l Login) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		p, version, err := t.useLinkByHash(link, Invitation)
		if err != nil {
			return err
		}
		if err := t.bind(p.ID, version, l); err != nil {
			return err
		}
		return t.startSession(p.ID, token, l.Authenticated)
	})
	return token, err
}

func (t *tx) bind(person uuid.UUID, version int, l Login) error {
	err := t.exec(`insert into logins (trust_id, issuer, subject, person_id, created_at) values ($1, $2, $3, $4, $5)`,
		t.who.Trust, l.Issuer, l.Subject, person, t.now)
	if err != nil {
		return err
	}
	return t.note(audit.Object{Kind: "person", ID: person, Version: version}, audit.LoginBound{Issuer: l.Issuer})
}

// ConfirmByLogin is for somebody who is signed in and comes back from the
// provider. Where the account there is theirs, the session counts as proved
// when it was proved there; where it is nobody's, it is bound to them, if
// lately says that they have just proved who they are. It returns Conflict
// where it is somebody else's, or they have another.
func (db *DB) ConfirmByLogin(ctx context.Context, who Actor, session access.Token, l Login, lately bool) error {
	return db.write(ctx, who, "", func(t *tx) error {
		person, err := t.personOf(l)
		switch {
		case fault.Is(err, fault.Unauthenticated) && lately:
			version, err := t.lockSelf()
			if err != nil {
				return err
			}
			return t.bind(who.Person, version, l)
		case fault.Is(err, fault.Unauthenticated):
			return fault.New(fault.Forbidden, "this account of your trust's sign-in service is not yours here; sign in with your password and connect it within five minutes")
		case err != nil:
			return err
		case person != who.Person:
			return fault.New(fault.Conflict, "this account of your trust's sign-in service is somebody else's here")
		}
		return t.exec(`
			update sessions set authenticated_at = greatest(authenticated_at, $4) where trust_id = $1 and token_hash = $2 and person_id = $3`,
			who.Trust, session.Hash(), who.Person, l.Authenticated)
	})
}

// HasLogin says whether the asker has an account at the provider.
func (db *DB) HasLogin(ctx context.Context, who Actor, issuer string) (bool, error) {
	var has bool
	err := db.read(ctx, who, "", func(t *tx) error {
		return t.get(&has, `select exists (select from logins where trust_id = $1 and person_id = $2 and issuer = $3)`, who.Trust, who.Person, issuer)
	})
	return has, err
}
