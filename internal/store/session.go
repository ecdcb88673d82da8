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

// Sessions last at most twelve hours, a long interview day, and end half an
// hour after their last use.
const (
	SessionAbsolute = 12 * time.Hour
	SessionIdle     = 30 * time.Minute
)

// linkLife is how long a one-time sign-in link of the demo can be used.
const linkLife = 24 * time.Hour

// StartSession makes a session for a person who has proved who they are and
// returns its token, which is stored nowhere.
func (db *DB) StartSession(ctx context.Context, trust uuid.UUID, person uuid.UUID) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust, Person: person}, "", func(t *tx) error { return t.startSession(person, token) })
	return token, err
}

func (t *tx) startSession(person uuid.UUID, token access.Token) error {
	return t.exec(`
		insert into sessions (trust_id, token_hash, person_id, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
		t.who.Trust, token.Hash(), person, t.now, t.now.Add(SessionAbsolute))
}

const findSession = `select person_id, username, display_name, roles from find_session($1, $2, $3, $4)`

// Session returns who holds a token, in one round trip. It returns
// Unauthenticated where the token is unknown, over or its holder has left.
func (db *DB) Session(ctx context.Context, trust uuid.UUID, token access.Token) (Person, error) {
	var row personRow
	err := db.db.GetContext(ctx, &row, findSession,
		trust, token.Hash(), db.Now(), SessionIdle.String())
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, fault.New(fault.Unauthenticated, "you are not signed in, or your session has ended; sign in again")
	}
	if err != nil {
		return Person{}, problem(ctx, err)
	}
	return row.person(), nil
}

// EndSession forgets a token.
func (db *DB) EndSession(ctx context.Context, trust uuid.UUID, token access.Token) error {
	return db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		return t.exec(`delete from sessions where trust_id = $1 and token_hash = $2`, trust, token.Hash())
	})
}

// MakeSignInLink makes a one-time token that signs a person in without a
// password. Only in a demo trust: it returns Forbidden anywhere else.
func (db *DB) MakeSignInLink(ctx context.Context, who Actor, username string) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		var demo bool
		if err := t.get(&demo, `select demo from trusts where trust_id = $1`, who.Trust); err != nil {
			return err
		}
		if !demo {
			return fault.New(fault.Forbidden, "sign-in links are made in the demo trust only")
		}
		p, version, err := t.lockPerson(username)
		if err != nil {
			return err
		}
		err = t.exec(`insert into sign_in_links (trust_id, token_hash, person_id, expires_at) values ($1, $2, $3, $4)`,
			who.Trust, token.Hash(), p.ID, t.now.Add(linkLife))
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.SignInLinkMade{})
	})
	return token, err
}

// UseSignInLink uses a one-time token up and starts a session. It returns
// Unauthenticated where the token is unknown, used or over.
func (db *DB) UseSignInLink(ctx context.Context, trust uuid.UUID, link access.Token) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		var person uuid.UUID
		err := t.get(&person, `
			update sign_in_links set used_at = $3
			 where trust_id = $1 and token_hash = $2 and used_at is null and expires_at > $3
			returning person_id`, trust, link.Hash(), t.now)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Unauthenticated, "this sign-in link has been used or is over; ask for a new one")
		}
		if err != nil {
			return err
		}
		return t.startSession(person, token)
	})
	return token, err
}
