package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
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
