package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes.
const (
	SignIn        Purpose = "sign-in"        // without a password, in a demo trust only
	Invitation    Purpose = "invitation"     // to set the first password
	PasswordReset Purpose = "password-reset" // to set a new one
)

// life is how long a link can be used.
func (p Purpose) life() time.Duration {
	if p == Invitation {
		return 14 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Link is a one-time link that was just made. Its token is stored nowhere.
type Link struct {
	Token   access.Token
	Purpose Purpose
	Person  Person
	Expires time.Time
}

// FoundLink is a link that can be used.
type FoundLink struct {
	Purpose     Purpose `db:"purpose"`
	Username    string  `db:"username"`
	DisplayName string  `db:"display_name"`
}

// MakeSignInLink makes a one-time token that signs a person in without a
// password. Only in a demo trust: it returns Forbidden anywhere else.
func (db *DB) MakeSignInLink(ctx context.Context, who Actor, username string) (access.Token, error) {
	var link Link
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
		link, err = t.makeLink(p, version, SignIn)
		return err
	})
	return link.Token, err
}

// makeLink replaces the person's former link of the same purpose.
func (t *tx) makeLink(p Person, version int, purpose Purpose) (Link, error) {
	link := Link{Token: access.NewToken(), Purpose: purpose, Person: p, Expires: t.now.Add(purpose.life())}
	err := t.exec(`
		with former as (
			update links set used_at = $6 where trust_id = $1 and person_id = $3 and purpose = $4 and used_at is null)
		insert into links (trust_id, token_hash, person_id, purpose, expires_at) values ($1, $2, $3, $4, $5)`,
		t.who.Trust, link.Token.Hash(), p.ID, purpose, link.Expires, t.now)
	if err != nil {
		return Link{}, err
	}
	return link, t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.LinkMade{Purpose: string(purpose)})
}

// Invite makes the link by which a person sets their first password, and the
// account where there is none of this user name yet; one that is there keeps
// its name and roles. An administrator may invite anybody. A recruitment
// officer, who fills the seats of panels, may invite whom they need for one:
// people without a role. It returns Conflict where the person can sign in already.
func (db *DB) Invite(ctx context.Context, who Actor, p Person) (Link, error) {
	var link Link
	err := db.write(ctx, who, "", func(t *tx) error {
		if err := t.mayInvite(p.Roles); err != nil {
			return err
		}
		found, version, err := t.lockPerson(p.Username)
		switch {
		case fault.Is(err, fault.NotFound):
			if found, err = t.addPerson(p); err != nil {
				return err
			}
			if found, version, err = t.lockPerson(p.Username); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		var standing struct {
			Roles   pq.StringArray `db:"roles"`
			SignsIn bool           `db:"signs_in"`
		}
		if err := t.get(&standing, `select roles, signs_in from account_standing($1)`, found.ID); err != nil {
			return err
		}
		found.Roles = personRow{Roles: standing.Roles}.person().Roles
		if err := t.mayInvite(found.Roles); err != nil {
			return err
		}
		if standing.SignsIn {
			return fault.New(fault.Conflict, "%q signs in already; where the password is lost, an administrator makes a link to reset it", found.Username)
		}
		link, err = t.makeLink(found, version, Invitation)
		return err
	})
	return link, err
}

func (t *tx) mayInvite(roles []access.Role) error {
	if len(roles) == 0 {
		return t.may(access.InvitePeople)
	}
	return t.may(access.ManagePeople)
}

// MakeResetLink makes the link by which a person sets a new password. Until it
// is used nothing changes.
func (db *DB) MakeResetLink(ctx context.Context, who Actor, username string) (Link, error) {
	var link Link
	err := db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		p, version, err := t.lockPerson(username)
		if err != nil {
			return err
		}
		link, err = t.makeLink(p, version, PasswordReset)
		return err
	})
	return link, err
}

// overLink is one answer for whatever is wrong with a link.
func overLink() error {
	return fault.New(fault.Unauthenticated, "this link has been used or is over; ask for a new one")
}

// FindLink looks at a link and does not use it up. It returns Unauthenticated
// where the link is unknown, used or over.
func (db *DB) FindLink(ctx context.Context, trust uuid.UUID, token access.Token) (FoundLink, error) {
	var found FoundLink
	err := db.read(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		err := t.get(&found, `
			select l.purpose, p.username, p.display_name
			  from links l join people p using (trust_id, person_id)
			 where l.trust_id = $1 and l.token_hash = $2 and l.used_at is null and l.expires_at > $3 and p.left_at is null`,
			trust, token.Hash(), t.now)
		if errors.Is(err, sql.ErrNoRows) {
			return overLink()
		}
		return err
	})
	return found, err
}

// UseSignInLink uses a sign-in link up and starts a session. It returns
// Unauthenticated where the link is unknown, for something else, used or over.
func (db *DB) UseSignInLink(ctx context.Context, trust uuid.UUID, link access.Token) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		p, version, err := t.useLink(link, SignIn)
		if err != nil {
			return err
		}
		if err := t.startSession(p.ID, token, t.now); err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.LinkUsed{Purpose: string(SignIn)})
	})
	return token, err
}

// UsePasswordLink uses an invitation or a reset link up: it sets the password,
// whose hash comes from access.HashPassword, ends all that was open before and
// starts a session. It returns Unauthenticated where the link is unknown, for
// something else, used or over.
func (db *DB) UsePasswordLink(ctx context.Context, trust uuid.UUID, link access.Token, hash string) (access.Token, error) {
	token := access.NewToken()
	err := db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		p, version, err := t.useLink(link, Invitation, PasswordReset)
		if err != nil {
			return err
		}
		if err := t.setPassword(p.ID, hash); err != nil {
			return err
		}
		if err := t.startSession(p.ID, token, t.now); err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.PasswordSet{ByLink: true})
	})
	return token, err
}

// useLink uses a link up. From here on it is the link's person who acts.
func (t *tx) useLink(link access.Token, purposes ...Purpose) (Person, int, error) {
	return t.useLinkByHash(link.Hash(), purposes...)
}

func (t *tx) useLinkByHash(hash []byte, purposes ...Purpose) (Person, int, error) {
	var row personRow
	err := t.get(&row, `
		update links l set used_at = $3
		  from people p
		 where l.trust_id = $1 and l.token_hash = $2 and l.used_at is null and l.expires_at > $3 and l.purpose = any ($4)
		   and p.trust_id = l.trust_id and p.person_id = l.person_id and p.left_at is null
		returning p.person_id, p.username`, t.who.Trust, hash, t.now, pq.Array(purposes))
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, 0, overLink()
	}
	if err != nil {
		return Person{}, 0, err
	}
	if err := t.become(row.ID); err != nil {
		return Person{}, 0, err
	}
	return t.lockPerson(row.Username)
}
