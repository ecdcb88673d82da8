package store

import (
	"context"
	"database/sql"
	"encoding/hex"
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

// Session is who asks, and when they last proved who they are.
type Session struct {
	Person
	Authenticated time.Time `json:"-"`
}

// OpenSession is one of a person's sessions, as its owner sees it. Where from
// it was begun is not recorded.
type OpenSession struct {
	ID       string    `json:"id"` // made from the hash of its token, so it opens nothing
	Began    time.Time `json:"began"`
	LastUsed time.Time `json:"last_used"` // up to a minute late
	Ends     time.Time `json:"ends"`      // unless it is used before
}

// StartSession makes a session for a person who has proved who they are and
// returns its token, which is stored nowhere.
func (db *DB) StartSession(ctx context.Context, trust uuid.UUID, person uuid.UUID) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust, Person: person}, "", func(t *tx) error { return t.startSession(person, token, t.now) })
	return token, err
}

// startSession also forgets those of the person's sessions that are over, so
// that the table holds no more than what is in use.
func (t *tx) startSession(person uuid.UUID, token access.Token, proved time.Time) error {
	return t.exec(`
		with over as (
			delete from sessions where trust_id = $1 and person_id = $3 and (expires_at <= $4 or seen_at <= $6))
		insert into sessions (trust_id, token_hash, person_id, created_at, seen_at, expires_at, authenticated_at) values ($1, $2, $3, $4, $4, $5, $7)`,
		t.who.Trust, token.Hash(), person, t.now, t.now.Add(SessionAbsolute), t.now.Add(-SessionIdle), proved)
}

const findSession = `select person_id, username, display_name, roles, authenticated_at from find_session($1, $2, $3, $4)`

// Session returns who holds a token, in one round trip. It returns
// Unauthenticated where the token is unknown, over or its holder has left.
func (db *DB) Session(ctx context.Context, trust uuid.UUID, token access.Token) (Session, error) {
	var row struct {
		personRow
		Authenticated time.Time `db:"authenticated_at"`
	}
	err := db.db.GetContext(ctx, &row, findSession,
		trust, token.Hash(), db.Now(), SessionIdle.String())
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, fault.New(fault.Unauthenticated, "you are not signed in, or your session has ended; sign in again")
	}
	if err != nil {
		return Session{}, problem(ctx, err)
	}
	return Session{Person: row.person(), Authenticated: row.Authenticated}, nil
}

// ConfirmSession notes that the holder of a token has just proved once more
// who they are. It returns Unauthenticated where the session is over.
func (db *DB) ConfirmSession(ctx context.Context, who Actor, token access.Token) error {
	return db.write(ctx, who, "", func(t *tx) error {
		return t.one(fault.New(fault.Unauthenticated, "your session has ended; sign in again"), `
			update sessions set authenticated_at = $4 where trust_id = $1 and token_hash = $2 and person_id = $3`,
			who.Trust, token.Hash(), who.Person, t.now)
	})
}

// Sessions lists the asker's own, the one used last first, at most 200.
func (db *DB) Sessions(ctx context.Context, who Actor) ([]OpenSession, error) {
	list := []OpenSession{}
	err := db.read(ctx, who, "", func(t *tx) error {
		var rows []struct {
			Hash    []byte    `db:"token_hash"`
			Began   time.Time `db:"created_at"`
			Seen    time.Time `db:"seen_at"`
			Expires time.Time `db:"expires_at"`
		}
		err := t.all(&rows, `
			select token_hash, created_at, seen_at, expires_at from sessions
			 where trust_id = $1 and person_id = $2 and expires_at > $3 and seen_at > $4
			 order by seen_at desc, token_hash limit 200`, who.Trust, who.Person, t.now, t.now.Add(-SessionIdle))
		for _, row := range rows {
			ends := row.Seen.Add(SessionIdle)
			if ends.After(row.Expires) {
				ends = row.Expires
			}
			list = append(list, OpenSession{ID: SecretID(row.Hash), Began: row.Began, LastUsed: row.Seen, Ends: ends})
		}
		return err
	})
	return list, err
}

// SecretID names a stored token by its hash.
func SecretID(hash []byte) string { return hex.EncodeToString(hash[:16]) }

// EndOwnSession ends one of the asker's own by its id. It returns NotFound
// where there is none.
func (db *DB) EndOwnSession(ctx context.Context, who Actor, id string) error {
	return db.write(ctx, who, "", func(t *tx) error {
		return t.one(fault.New(fault.NotFound, "you have no session %.40q, or it is over", id), `
			delete from sessions where trust_id = $1 and person_id = $2 and encode(substring(token_hash for 16), 'hex') = $3`,
			who.Trust, who.Person, id)
	})
}

// EndSessions ends all sessions of a person: an administrator anybody's, and
// everybody their own.
func (db *DB) EndSessions(ctx context.Context, who Actor, username string) error {
	return db.write(ctx, who, "", func(t *tx) error {
		p, version, err := t.lockSelfOr(access.ManagePeople, username)
		if err != nil {
			return err
		}
		if err := t.exec(`delete from sessions where trust_id = $1 and person_id = $2`, who.Trust, p.ID); err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.SessionsEnded{})
	})
}

// EndSession forgets a token.
func (db *DB) EndSession(ctx context.Context, trust uuid.UUID, token access.Token) error {
	return db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		return t.exec(`delete from sessions where trust_id = $1 and token_hash = $2`, trust, token.Hash())
	})
}
