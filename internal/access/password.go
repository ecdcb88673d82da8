package access

import (
	"fmt"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"appointable/internal/fault"
)

// MinPassword is the least length of a password, in characters. Nobody has to
// mix signs or to change it by the calendar: length is what helps, and not to be
// the first guess (OWASP ASVS 5.0, 6.2).
const MinPassword = 15

// maxPassword keeps a hostile body from costing minutes of hashing.
const maxPassword = 256

// hashing is OWASP's second recommended argon2id setting: 19 MiB, two passes,
// so that eight sign-ins at once stay within 160 MiB.
func hashing() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// HashPassword checks a new password and hashes it. It returns Invalid for one
// that is too short or too long, or among the first that anybody guesses. The
// same letters typed on another keyboard are the same password: it is hashed in
// Unicode's composed form (NFC).
func HashPassword(username, password string) (string, error) {
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return "", fault.New(fault.Invalid, "the password has %d characters; use at least %d, for example four words", n, MinPassword)
	case n > maxPassword:
		return "", fault.New(fault.Invalid, "the password has %d characters; use at most %d", n, maxPassword)
	case guessable(username, password):
		return "", fault.New(fault.Invalid, "the password is among the first that anybody would guess; use another, for example four words that have nothing to do with each other")
	}
	hash, err := argon2id.CreateHash(password, hashing())
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// CheckPassword compares a password with a stored hash. An empty hash stands
// for an account that does not exist: the same work is done, so that the time
// of the answer does not tell whether it does.
func CheckPassword(password, hash string) (bool, error) {
	password = norm.NFC.String(password)
	if utf8.RuneCountInString(password) > maxPassword {
		return false, nil
	}
	if hash == "" {
		if _, err := argon2id.CreateHash(password, hashing()); err != nil {
			return false, fmt.Errorf("hash password: %w", err)
		}
		return false, nil
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}
