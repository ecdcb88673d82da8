package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"appointable/internal/fault"
)

// SigningKey signs the checkpoints of an installation. Each log has a key of
// its own name from the same seed, since a note's key bears the log's name.
type SigningKey struct{ seed [ed25519.SeedSize]byte }

const (
	signingKeyPrefix = "APPOINTABLE-LOG-KEY-"
	algorithmEd25519 = 1 // of the C2SP signed note
)

// NewSigningKey makes one.
func NewSigningKey() SigningKey {
	var k SigningKey
	_, _ = rand.Read(k.seed[:]) // crypto/rand does not fail: it ends the program instead
	return k
}

// ParseSigningKey reads what Secret wrote. It returns Invalid, without a word
// of what was read, for anything else.
func ParseSigningKey(text string) (SigningKey, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), signingKeyPrefix)
	seed, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(seed) != ed25519.SeedSize {
		return SigningKey{}, fault.New(fault.Invalid, "this is no signing key; it begins with %s and is made by: appointable log new-key", signingKeyPrefix)
	}
	return SigningKey{seed: [ed25519.SeedSize]byte(seed)}, nil
}

// Secret is the key in text, to be kept from everybody but the sequencer.
func (k SigningKey) Secret() string {
	return signingKeyPrefix + base64.StdEncoding.EncodeToString(k.seed[:])
}

// String keeps a key out of whatever prints it.
func (SigningKey) String() string { return "(signing key)" }

// Public is the verifier key of a log, to be given to whoever wants to check
// it: name, hash and public key, as `verify --key` takes it.
func (k SigningKey) Public(origin string) (string, error) {
	public := ed25519.NewKeyFromSeed(k.seed[:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return "", fmt.Errorf("audit: key of %s: %w", origin, err)
	}
	return text, nil
}

// Signer signs the checkpoints of a log.
func (k SigningKey) Signer(origin string) (note.Signer, error) {
	public, err := k.Public(origin)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(public, "+")
	hash, _, _ := strings.Cut(rest, "+")
	secret := base64.StdEncoding.EncodeToString(append([]byte{algorithmEd25519}, k.seed[:]...))
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + secret)
	if err != nil {
		return nil, fmt.Errorf("audit: key of %s: %w", origin, err)
	}
	return signer, nil
}

// ParseVerifier reads a verifier key. It returns Invalid for anything else.
func ParseVerifier(text string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%.80q is no key of a log; it reads name+hash+key, as `appointable log key` prints it", text)
	}
	return v, nil
}
