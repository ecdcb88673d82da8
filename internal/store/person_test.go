package store_test

import (
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

func TestAddPerson(t *testing.T) {
	newTrust := trusts(t)
	t.Run("makes an account in lower case", func(t *testing.T) {
		w := newTrust(t)
		p, err := w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: "Ann.Lee", DisplayName: "Ann Lee", Roles: []access.Role{access.Auditor}})
		w.must(err)
		w.equal(p.Username, "ann.lee")
		list, err := w.db.People(w.ctx, w.operator, "", 1)
		w.must(err)
		w.equal(list, []store.Person{p})
		_, err = w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: "ANN.LEE", DisplayName: "Another"})
		w.refused(err, fault.Conflict)
	})
	t.Run("with every role of the trust", func(t *testing.T) {
		w := newTrust(t)
		w.person("everything", access.TrustRoles()...)
		w.equal(w.count(`select count(*) from person_roles join people using (trust_id, person_id) where trust_id = $1 and username = 'everything'`, w.trust.ID),
			len(access.TrustRoles()))
	})
	t.Run("tells all mistakes", func(t *testing.T) {
		w := newTrust(t)
		_, err := w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: "a b", DisplayName: " ", Roles: []access.Role{access.Chair}})
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"username", "display_name", "roles"})
		for _, name := range []string{"x", strings.Repeat("x", 101), "a\u00a0b", "nul\x00"} {
			_, err := w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: name, DisplayName: "X"})
			w.refused(err, fault.Invalid)
		}
	})
	t.Run("is for administrators", func(t *testing.T) {
		w := newTrust(t)
		_, err := w.db.AddPerson(w.ctx, w.officer, store.Key{}, store.Person{Username: "new", DisplayName: "New"})
		w.refused(err, fault.Forbidden)
		_, err = w.db.People(w.ctx, w.officer, "", 10)
		w.refused(err, fault.Forbidden)
	})
}

// places are those of which an error complains.
func places(err error) []string {
	var where []string
	for _, f := range fault.FieldsOf(err) {
		where = append(where, f.Where)
	}
	return where
}

func TestRolesAreReplaced(t *testing.T) {
	w := newWorld(t)
	p, err := w.db.SetRoles(w.ctx, w.operator, "OFFICER", []access.Role{access.Auditor, access.Administrator, access.Auditor})
	w.must(err)
	w.equal(p.ID, w.officer.Person)
	list, err := w.db.People(w.ctx, w.operator, "member-r3", 2)
	w.must(err)
	w.equal([]string{list[0].Username, list[1].Username}, []string{"officer", "owner"})
	w.equal(list[0].Roles, []access.Role{access.Administrator, access.Auditor})
	_, err = w.db.SetRoles(w.ctx, w.operator, "nobody", nil)
	w.refused(err, fault.NotFound)
	_, err = w.db.SetRoles(w.ctx, w.operator, "officer", []access.Role{"emperor"})
	w.refused(err, fault.Invalid)
	_, err = w.db.SetRoles(w.ctx, w.owner, "owner", []access.Role{access.Administrator})
	w.refused(err, fault.Forbidden)
	w.dense()
}

func TestPasswords(t *testing.T) {
	w := newWorld(t)
	credential := func(username string) (string, string) {
		t.Helper()
		p, hash, err := w.db.Credential(w.ctx, w.trust.ID, username)
		w.must(err)
		return p.Username, hash
	}
	for _, nobody := range []string{"officer", "nobody"} { // one without a password, one who is not
		name, hash := credential(nobody)
		w.equal([]string{name, hash}, []string{"", ""})
	}
	w.must(w.db.SetPassword(w.ctx, w.operator, "officer", "first"))
	w.must(w.db.SetPassword(w.ctx, w.officer, "officer", "second"))
	name, hash := credential("Officer")
	w.equal([]string{name, hash}, []string{"officer", "second"})
	w.refused(w.db.SetPassword(w.ctx, w.officer, "owner", "third"), fault.Forbidden)
	w.refused(w.db.SetPassword(w.ctx, w.operator, "nobody", "third"), fault.NotFound)
	name, _ = credential("owner")
	w.equal(name, "")
	w.dense()
}
