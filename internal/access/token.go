package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Token is a secret that opens a session or is used up by one sign-in. Only
// its hash is stored: who reads the database cannot sign in with what they
// read.
type Token string

// NewToken makes a token of 256 random bits.
func NewToken() Token {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand does not fail: it ends the program instead
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// Hash is what is stored of a token. A fast hash is right here: the token has
// 256 bits of its own and cannot be guessed.
func (t Token) Hash() []byte {
	sum := sha256.Sum256([]byte(t))
	return sum[:]
}

// Scope is how far an API token reaches within what its person may do.
type Scope string

// The scopes.
const (
	ReadOnly Scope = "read"  // what only reads
	Write    Scope = "write" // changes too
)

// Scopes are all of them.
func Scopes() []Scope { return []Scope{ReadOnly, Write} }

// NewAPIToken makes a token for a program. Its beginning says what it is and
// for which trust, so that one that got out is recognised by those who search
// for secrets, and sent to the right door.
func NewAPIToken(trust string) Token { return Token(apiTokenOf(trust)) + NewToken() }

// IsAPIToken reports whether the token is one of the trust, by its beginning.
func (t Token) IsAPIToken(trust string) bool { return strings.HasPrefix(string(t), apiTokenOf(trust)) }

func apiTokenOf(trust string) string { return "apt_" + trust + "_" }
