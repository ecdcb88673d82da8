package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Person is an account in a trust: an officer, a panel member, an auditor.
// Candidates have none.
type Person struct {
	ID          uuid.UUID     `json:"id"`
	Username    string        `json:"username"`
	DisplayName string        `json:"display_name"`
	Roles       []access.Role `json:"roles"` // in the trust; seats on panels come on top
}

type personRow struct {
	ID          uuid.UUID      `db:"person_id"`
	Username    string         `db:"username"`
	DisplayName string         `db:"display_name"`
	Roles       pq.StringArray `db:"roles"`
}

func (r personRow) person() Person {
	p := Person{ID: r.ID, Username: r.Username, DisplayName: r.DisplayName, Roles: []access.Role{}}
	for _, role := range r.Roles {
		p.Roles = append(p.Roles, access.Role(role))
	}
	return p
}

// AddPerson makes an account without a password. It returns Conflict where the
// user name is taken, Invalid for a role that is not one of a trust.
func (db *DB) AddPerson(ctx context.Context, who Actor, key Key, p Person) (Person, error) {
	return once(ctx, db, who, "", key, func(t *tx) (Person, error) {
		if err := t.may(access.ManagePeople); err != nil {
			return p, err
		}
		return t.addPerson(p)
	})
}

func (t *tx) addPerson(p Person) (Person, error) {
	if err := p.validate(); err != nil {
		return p, err
	}
	id, err := newID()
	if err != nil {
		return p, err
	}
	p.ID, p.Username = id, strings.ToLower(p.Username)
	err = t.exec(`insert into people (trust_id, person_id, username, display_name, created_at) values ($1, $2, $3, $4, $5)`,
		t.who.Trust, p.ID, p.Username, p.DisplayName, t.now)
	if err != nil {
		return p, err
	}
	if err := t.setRoles(p.ID, p.Roles); err != nil {
		return p, err
	}
	return p, t.note(audit.Object{Kind: "person", ID: p.ID, Version: 1}, audit.PersonAdded{Username: p.Username, Roles: names(p.Roles)})
}

func (p Person) validate() error {
	var l fault.List
	apart := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	if n := utf8.RuneCountInString(p.Username); n < 2 || n > 100 || strings.ContainsFunc(p.Username, apart) {
		l.Add("username", "%q cannot be a user name; use 2 to 100 characters without spaces", p.Username)
	}
	if strings.TrimSpace(p.DisplayName) == "" || len(p.DisplayName) > 200 {
		l.Add("display_name", "give the person's name, up to 200 characters")
	}
	for _, r := range p.Roles {
		if !slices.Contains(access.TrustRoles(), r) {
			l.Add("roles", "%q is not a role in a trust; choose from %s", r, strings.Join(names(access.TrustRoles()), ", "))
		}
	}
	return l.Err("the person was not added")
}

func names(roles []access.Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return names
}

func (t *tx) setRoles(person uuid.UUID, roles []access.Role) error {
	err := t.exec(`delete from person_roles where trust_id = $1 and person_id = $2`, t.who.Trust, person)
	if err != nil {
		return err
	}
	return t.exec(`insert into person_roles (trust_id, person_id, role) select distinct $1::uuid, $2::uuid, unnest($3::text[])`,
		t.who.Trust, person, pq.Array(names(roles)))
}

// SetRoles replaces a person's roles in the trust. It returns Conflict where
// nobody would be left who looks after accounts.
func (db *DB) SetRoles(ctx context.Context, who Actor, username string, roles []access.Role) (Person, error) {
	var p Person
	err := db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		found, version, err := t.lockPerson(username)
		if err != nil {
			return err
		}
		p = found
		p.Roles = roles
		if err := p.validate(); err != nil {
			return err
		}
		if err := t.setRoles(p.ID, roles); err != nil {
			return err
		}
		if err := t.requireAdministrator(found); err != nil {
			return err
		}
		// Who invited somebody without a role must not come in with one.
		err = t.exec(`update links set used_at = $3 where trust_id = $1 and person_id = $2 and used_at is null`, who.Trust, p.ID, t.now)
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.RolesChanged{Roles: names(roles)})
	})
	return p, err
}

// requireAdministrator refuses a change after which a trust that had an
// administrator, the person as they were, has none. Who is left is locked: of
// two administrators who put each other out at once, one must wait and fails.
func (t *tx) requireAdministrator(was Person) error {
	if !slices.Contains(was.Roles, access.Administrator) {
		return nil
	}
	var left []uuid.UUID
	err := t.all(&left, `
		select p.person_id from people p
		 where p.trust_id = $1 and p.left_at is null
		   and exists (select from person_roles r where r.trust_id = p.trust_id and r.person_id = p.person_id and r.role = 'administrator')
		   for update of p`, t.who.Trust)
	if err == nil && len(left) == 0 {
		return fault.New(fault.Conflict, "%s is the last administrator; make somebody else one first, so that somebody looks after accounts", was.Username)
	}
	return err
}

// lockPerson finds an account, counts its version up and returns the new one.
func (t *tx) lockPerson(username string) (Person, int, error) {
	var row struct {
		personRow
		Version int `db:"version"`
	}
	err := t.get(&row, `
		update people p set version = version + 1
		 where p.trust_id = $1 and p.username = $2 and p.left_at is null
		returning p.person_id, p.username, p.display_name, p.version,
		          array(select r.role from person_roles r where r.trust_id = p.trust_id and r.person_id = p.person_id order by r.role) as roles`,
		t.who.Trust, strings.ToLower(username))
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, 0, fault.New(fault.NotFound, "there is nobody with the user name %q here", username)
	}
	return row.person(), row.Version, err
}

// personID finds who may be given a seat.
func (t *tx) personID(username string) (uuid.UUID, error) {
	var person uuid.UUID
	err := t.get(&person, `select person_id from people where trust_id = $1 and username = lower($2) and left_at is null`, t.who.Trust, username)
	if errors.Is(err, sql.ErrNoRows) {
		return person, fault.New(fault.NotFound, "there is nobody with the user name %q here", username)
	}
	return person, err
}

// lockSelfOr finds the account of whoever asks, and anybody's for those who may.
// Whoever may not is not told who is there.
func (t *tx) lockSelfOr(action access.Action, username string) (Person, int, error) {
	p, version, err := t.lockPerson(username)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return p, 0, err
	}
	if t.who.Person == uuid.Nil || p.ID != t.who.Person {
		if err := t.may(action); err != nil {
			return Person{}, 0, err
		}
	}
	return p, version, err
}

// SetPassword sets a person's password: an administrator's for anybody, and
// everybody's for themselves. The hash comes from access.HashPassword. Every
// session of the person ends, and every link and API token of theirs.
func (db *DB) SetPassword(ctx context.Context, who Actor, username, hash string) error {
	return db.write(ctx, who, "", func(t *tx) error {
		p, version, err := t.lockSelfOr(access.ManagePeople, username)
		if err != nil {
			return err
		}
		if err := t.setPassword(p.ID, hash); err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.PasswordSet{})
	})
}

func (t *tx) setPassword(person uuid.UUID, hash string) error {
	err := t.exec(`
		insert into credentials (trust_id, person_id, password_hash, changed_at) values ($1, $2, $3, $4)
		on conflict (trust_id, person_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at`,
		t.who.Trust, person, hash, t.now)
	if err != nil {
		return err
	}
	return t.shutOut(person)
}

// shutOut ends all by which a person, or whoever took it from them, could go
// on without the password.
func (t *tx) shutOut(person uuid.UUID) error {
	return t.exec(`
		with sessions_ended as (delete from sessions where trust_id = $1 and person_id = $2),
		     links_over as (update links set used_at = $3 where trust_id = $1 and person_id = $2 and used_at is null),
		     logins_gone as (delete from logins where trust_id = $1 and person_id = $2)
		update api_tokens set revoked_at = $3 where trust_id = $1 and person_id = $2 and revoked_at is null`,
		t.who.Trust, person, t.now)
}

// Leave closes an account for good: its sessions, links and tokens end, and
// nobody signs in to it again. What the person did, their roles and their
// seats stay for the record; whose seat must be filled again is replaced in it
// (ReplaceMember). It returns Forbidden for one's own, and Conflict for the last
// administrator's, so that somebody is left who looks after accounts.
func (db *DB) Leave(ctx context.Context, who Actor, username string) error {
	return db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		p, version, err := t.lockPerson(username)
		if err != nil {
			return err
		}
		if p.ID == who.Person {
			return fault.New(fault.Forbidden, "you cannot close your own account; ask another administrator")
		}
		if err := t.exec(`update people set left_at = $3 where trust_id = $1 and person_id = $2`, who.Trust, p.ID, t.now); err != nil {
			return err
		}
		if err := t.requireAdministrator(p); err != nil {
			return err
		}
		if err := t.shutOut(p.ID); err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "person", ID: p.ID, Version: version}, audit.PersonLeft{Roles: names(p.Roles)})
	})
}

// Credential returns a person and their password hash for signing in; both are
// zero where there is no such account or it has no password, which the caller
// must not let be told apart.
func (db *DB) Credential(ctx context.Context, trust uuid.UUID, username string) (Person, string, error) {
	var row struct {
		personRow
		Hash string `db:"password_hash"`
	}
	err := db.read(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		err := t.get(&row, `
			select p.person_id, p.username, p.display_name, c.password_hash,
			       array(select r.role from person_roles r where r.trust_id = p.trust_id and r.person_id = p.person_id order by r.role) as roles
			  from people p join credentials c using (trust_id, person_id)
			 where p.trust_id = $1 and p.username = $2 and p.left_at is null`,
			trust, strings.ToLower(username))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || row.Hash == "" {
		return Person{}, "", err
	}
	return row.person(), row.Hash, nil
}

// Person finds an account by its user name. It returns NotFound for one that is
// not there or was closed.
func (db *DB) Person(ctx context.Context, who Actor, username string) (Person, error) {
	var row personRow
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		err := t.get(&row, `
			select p.person_id, p.username, p.display_name,
			       array(select r.role from person_roles r where r.trust_id = p.trust_id and r.person_id = p.person_id order by r.role) as roles
			  from people p where p.trust_id = $1 and p.username = $2 and p.left_at is null`, who.Trust, strings.ToLower(username))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "there is nobody with the user name %q here", username)
		}
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return row.person(), nil
}

// People lists accounts by user name, after a user name, at most limit.
func (db *DB) People(ctx context.Context, who Actor, after string, limit int) ([]Person, error) {
	people := []Person{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ManagePeople); err != nil {
			return err
		}
		var rows []personRow
		err := t.all(&rows, `
			select p.person_id, p.username, p.display_name,
			       array(select r.role from person_roles r where r.trust_id = p.trust_id and r.person_id = p.person_id order by r.role) as roles
			  from people p
			 where p.trust_id = $1 and p.username > $2 and p.left_at is null
			 order by p.username limit $3`, who.Trust, after, limit)
		for _, row := range rows {
			people = append(people, row.person())
		}
		return err
	})
	return people, err
}
