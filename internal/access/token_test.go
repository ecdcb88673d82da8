package access_test

import (
	"encoding/hex"
	"testing"

	"appointable/internal/access"
)

func TestTokens(t *testing.T) {
	seen := map[access.Token]bool{}
	for range 100 {
		token := access.NewToken()
		if len(token) != 43 { // 256 bits in base64
			t.Fatalf("a token of %d characters", len(token))
		}
		if seen[token] {
			t.Fatal("the same token twice")
		}
		seen[token] = true
	}
	// FIPS 180-4, the example of one block: a stored session must be found again
	// by later versions.
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := hex.EncodeToString(access.Token("abc").Hash()); got != want {
		t.Errorf("hash of abc is %s", got)
	}
}
