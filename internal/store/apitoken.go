package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// APIToken is with what a program asks in a person's name, as its owner sees
// it.
type APIToken struct {
	ID       string       `json:"id"` // made from the hash of the token, so it opens nothing
	Name     string       `json:"name"`
	Scope    access.Scope `json:"scope"`
	Made     time.Time    `json:"made"`
	Expires  time.Time    `json:"expires"`
	LastUsed *time.Time   `json:"last_used"` // up to a minute late; null: never
}

// NewAPIToken is what a person asks for. Days is for how many days it is good,
// 1 to 365.
type NewAPIToken struct {
	Name  string
	Scope access.Scope
	Days  int
}

// maxAPITokens is how many a person may have at once.
const maxAPITokens = 50

func (n NewAPIToken) validate() error {
	var l fault.List
	if strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > 100 {
		l.Add("name", "give the token a name by which you will know it, up to 100 characters")
	}
	if !slices.Contains(access.Scopes(), n.Scope) {
		l.Add("scope", "%q is not known; choose read or write", n.Scope)
	}
	if n.Days < 1 || n.Days > 365 {
		l.Add("days", "say for how many days the token is good, 1 to 365")
	}
	return l.Err("the token was not made")
}

// MakeAPIToken makes a token of the asker's own. It returns Invalid, and
// Conflict where they have too many.
func (db *DB) MakeAPIToken(ctx context.Context, who Actor, trust Trust, n NewAPIToken) (access.Token, APIToken, error) {
	token := access.NewAPIToken(trust.Slug)
	made := APIToken{ID: SecretID(token.Hash()), Name: strings.TrimSpace(n.Name), Scope: n.Scope}
	if err := n.validate(); err != nil {
		return "", made, err
	}
	err := db.write(ctx, who, "", func(t *tx) error {
		version, err := t.lockSelf()
		if err != nil {
			return err
		}
		var held int
		err = t.get(&held, `
			select count(*) from api_tokens where trust_id = $1 and person_id = $2 and revoked_at is null and expires_at > $3`,
			who.Trust, who.Person, t.now)
		if err != nil {
			return err
		}
		if held >= maxAPITokens {
			return fault.New(fault.Conflict, "you have %d tokens; revoke those that are not used before you make another", held)
		}
		made.Made, made.Expires = t.now, t.now.AddDate(0, 0, n.Days)
		err = t.exec(`
			insert into api_tokens (trust_id, token_hash, person_id, name, scope, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
			who.Trust, token.Hash(), who.Person, made.Name, made.Scope, made.Made, made.Expires)
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: who.Person, Version: version},
			audit.APITokenMade{Token: made.ID, Scope: string(made.Scope), Expires: made.Expires})
	})
	return token, made, err
}

// lockSelf counts the version of the asker's own account up and returns it.
func (t *tx) lockSelf() (int, error) {
	var version int
	err := t.get(&version, `
		update people set version = version + 1 where trust_id = $1 and person_id = $2 and left_at is null returning version`,
		t.who.Trust, t.who.Person)
	return version, err
}

// APITokens lists the asker's own that are good, by name.
func (db *DB) APITokens(ctx context.Context, who Actor) ([]APIToken, error) {
	list := []APIToken{}
	err := db.read(ctx, who, "", func(t *tx) error {
		var rows []struct {
			Hash    []byte       `db:"token_hash"`
			Name    string       `db:"name"`
			Scope   string       `db:"scope"`
			Made    time.Time    `db:"created_at"`
			Expires time.Time    `db:"expires_at"`
			Used    sql.NullTime `db:"used_at"`
		}
		err := t.all(&rows, `
			select token_hash, name, scope, created_at, expires_at, used_at from api_tokens
			 where trust_id = $1 and person_id = $2 and revoked_at is null and expires_at > $3
			 order by name, created_at`, who.Trust, who.Person, t.now)
		for _, row := range rows {
			token := APIToken{ID: SecretID(row.Hash), Name: row.Name, Scope: access.Scope(row.Scope), Made: row.Made, Expires: row.Expires}
			if row.Used.Valid {
				token.LastUsed = &row.Used.Time
			}
			list = append(list, token)
		}
		return err
	})
	return list, err
}

// RevokeAPIToken ends one of the asker's own by its id. It returns NotFound
// where there is none.
func (db *DB) RevokeAPIToken(ctx context.Context, who Actor, id string) error {
	return db.write(ctx, who, "", func(t *tx) error {
		version, err := t.lockSelf()
		if err != nil {
			return err
		}
		err = t.one(fault.New(fault.NotFound, "you have no token %.40q, or it is over", id), `
			update api_tokens set revoked_at = $4
			 where trust_id = $1 and person_id = $2 and encode(substring(token_hash for 16), 'hex') = $3
			   and revoked_at is null and expires_at > $4`, who.Trust, who.Person, id, t.now)
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: who.Person, Version: version}, audit.APITokenRevoked{Token: id})
	})
}

const findAPIToken = `select person_id, username, display_name, roles, scope, used from find_api_token($1, $2, $3)`

// UseAPIToken returns in whose name a token asks, without the role of
// administrator: accounts are for people to look after. One round trip, but
// for the first use, which is recorded. It returns Unauthenticated where the
// token is unknown, revoked or over, or its person has left.
func (db *DB) UseAPIToken(ctx context.Context, trust uuid.UUID, token access.Token) (Person, access.Scope, error) {
	var row struct {
		personRow
		Scope string `db:"scope"`
		Used  bool   `db:"used"`
	}
	err := db.db.GetContext(ctx, &row, findAPIToken, trust, token.Hash(), db.Now())
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, "", fault.New(fault.Unauthenticated, "this API token is not known here, or is over; make a new one")
	}
	if err != nil {
		return Person{}, "", problem(ctx, err)
	}
	p := row.person()
	p.Roles = slices.DeleteFunc(p.Roles, func(r access.Role) bool { return r == access.Administrator })
	if row.Used {
		return p, access.Scope(row.Scope), nil
	}
	return p, access.Scope(row.Scope), db.noteFirstUse(ctx, Actor{Trust: trust, Person: p.ID}, token)
}

// noteFirstUse records that a token is in use; of several first uses at once
// one is the first.
func (db *DB) noteFirstUse(ctx context.Context, who Actor, token access.Token) error {
	return db.write(ctx, who, "", func(t *tx) error {
		result, err := t.ExecContext(t.ctx, `update api_tokens set used_at = $3 where trust_id = $1 and token_hash = $2 and used_at is null`,
			who.Trust, token.Hash(), t.now)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		version, err := t.lockSelf()
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: who.Person, Version: version}, audit.APITokenUsed{Token: SecretID(token.Hash())})
	})
}
