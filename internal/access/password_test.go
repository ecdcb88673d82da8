package access_test

import (
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
)

func TestHashPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"":                             false,
		strings.Repeat("x", 14):        false,
		strings.Repeat("é", 14):        false, // characters, not bytes
		strings.Repeat("é", 15):        false, // long enough, and the first guess
		"éèêëàâäùûüçîïôö":              true,
		"correct horse battery":        true,
		strings.Repeat("xyzab", 51):    true,
		strings.Repeat("xyzab", 52):    false,
		strings.Repeat("x", 1e6):       false,
		"   fifteen spaces count ":     true,
		"ann.lee ann.lee ann.lee":      false,
		"Ann.Lee.Ann.Lee.1234567":      false,
		"ann lee keeps goats in a":     true,
		"password password":            false,
		"Password1234567890!":          false,
		"Welcome-2026-Welcome":         false,
		"Correct Horse Battery Staple": false,
		"qwertyuiop123456":             false,
		"1234567890123456":             false,
		"112233445566778899":           false,
	} {
		hash, err := access.HashPassword("ann.lee", password)
		if ok != (err == nil) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("a password of %d bytes: %v", len(password), err)
		}
		if ok && !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hashed as %s", hash)
		}
		if !ok && hash != "" {
			t.Error("a refused password has a hash")
		}
	}
}

func TestCheckPassword(t *testing.T) {
	const password = "correct horse battery"
	hash, err := access.HashPassword("ann.lee", password)
	if err != nil {
		t.Fatal(err)
	}
	again, err := access.HashPassword("ann.lee", password)
	if err != nil {
		t.Fatal(err)
	}
	if hash == again {
		t.Error("the same password has the same hash twice: there is no salt")
	}
	for _, c := range []struct {
		password, hash string
		want           bool
	}{
		{password, hash, true},
		{password, again, true},
		{password + " ", hash, false},
		{"", hash, false},
		{password, "", false}, // no such account
		{"", "", false},
		{strings.Repeat("x", 1e6), hash, false},
	} {
		ok, err := access.CheckPassword(c.password, c.hash)
		if err != nil || ok != c.want {
			t.Errorf("%.30q with %.20q: %v, %v", c.password, c.hash, ok, err)
		}
	}
	// The same letters from another keyboard: é as one character, and as two.
	composed, err := access.HashPassword("ann.lee", "caf\u00e9 gravel otter quilt")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := access.CheckPassword("cafe\u0301 gravel otter quilt", composed); !ok || err != nil {
		t.Errorf("in another normal form it is another password: %v", err)
	}
	if _, err := access.CheckPassword(password, "not a hash"); err == nil {
		t.Error("a damaged hash is not an error")
	}
}
