package evidence_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"appointable/internal/evidence"
)

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func TestCleanBundlesRaiseNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "candidates"))
		bundle := s.export()
		trusted := s.trusted()
		for _, e := range s.earlier {
			trusted.Kept = append(trusted.Kept, evidence.Kept{Name: "kept", Note: e.Note})
		}
		trusted.Receipts = hashesOf(s.log)[:1]
		if r := evidence.Verify(bundle, trusted); !r.Sound || r.About == nil || r.Receipts[0].Position != 0 {
			t.Fatalf("a clean bundle raises\n%s", failures(r))
		}
	})
}
