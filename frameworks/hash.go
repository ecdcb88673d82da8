package frameworks

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash identifies the content of a framework version: 64 hexadecimal digits of
// the SHA-256 of a canonical encoding, in which every field counts, the version
// number included, and the layout of a YAML file does not.
//
// The encoding is the line "appointable framework 1" and a line feed, followed
// by the framework's JSON: keys in the order in which the types declare them
// (anchors by rising score), no spaces, empty optional keys left out, numbers in
// their shortest decimal form, texts in UTF-8 with the escapes of Go's
// encoding/json but without its extra ones for HTML. Frameworks that Validate
// accepts have the same hash if and only if they are the same.
func (f Framework) Hash() string {
	// The only numbers that do not write themselves in one form of zero.
	f.Scale.Min, f.Scale.Max, f.Scale.Step = positiveZero(f.Scale.Min), positiveZero(f.Scale.Max), positiveZero(f.Scale.Step)
	encoded, err := plainJSON(f)
	if err != nil {
		// Only a number that is not finite has no JSON, and Validate refuses it.
		panic("frameworks: hash of an invalid framework: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("appointable framework 1\n"), encoded...))
	return hex.EncodeToString(sum[:])
}
