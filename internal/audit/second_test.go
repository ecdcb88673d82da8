package audit_test

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
)

const (
	second  = 1000 // tree sizes held against a second implementation
	everyOf = 200  // up to this size every leaf is proven; above, a sample
)

// TestASecondImplementationAgrees: roots and proofs are those of
// transparency-dev/merkle, which others verify logs with. That one makes the
// root in a way of its own, from a compact range, and checks our proofs.
func TestASecondImplementationAgrees(t *testing.T) {
	m := grown(t, second)
	r := rand.New(rand.NewPCG(1, 2))
	theirs := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	roots := [][]byte{nil}
	inclusions, consistencies := 0, 0
	for size := int64(1); size <= second; size++ {
		h := leafHash(int(size - 1))
		if err := theirs.Append(h[:], nil); err != nil {
			t.Fatal(err)
		}
		root, err := theirs.GetRootHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, root)
		if ours, err := tlog.TreeHash(size, m); err != nil || tlog.Hash(root) != ours {
			t.Fatalf("size %d: roots differ: %v", size, err)
		}
		for _, position := range positions(r, size) {
			agreeOnInclusion(t, m, position, size, root)
			inclusions++
		}
		for _, older := range sampled(r, size) {
			agreeOnConsistency(t, m, older+1, size, roots)
			consistencies++
		}
	}
	t.Logf("%d roots, %d inclusion proofs, %d consistency proofs", second, inclusions, consistencies)
}

// positions are the numbers below size, or a sample of them.
func positions(r *rand.Rand, size int64) []int64 {
	if size > everyOf {
		return sampled(r, size)
	}
	var list []int64
	for i := range size {
		list = append(list, i)
	}
	return list
}

// sampled are some of the numbers below size, with the ends.
func sampled(r *rand.Rand, size int64) []int64 {
	list := []int64{0, size - 1}
	for range 10 {
		list = append(list, r.Int64N(size))
	}
	return list
}

func agreeOnInclusion(t *testing.T, m memory, position, size int64, root []byte) {
	t.Helper()
	p, err := audit.Prove(position, size, m)
	if err != nil {
		t.Fatal(err)
	}
	leaf := leafHash(int(position))
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(position), uint64(size), leaf[:], decoded(t, p.Hashes), root); err != nil {
		t.Fatalf("leaf %d of %d: %v", position, size, err)
	}
	wrong := leafHash(int(position) + 1)
	if proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(position), uint64(size), wrong[:], decoded(t, p.Hashes), root) == nil {
		t.Fatalf("leaf %d of %d: another leaf passes", position, size)
	}
}

func agreeOnConsistency(t *testing.T, m memory, older, size int64, roots [][]byte) {
	t.Helper()
	p, err := audit.ProveConsistency(older, size, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), uint64(size), decoded(t, p.Hashes), roots[older], roots[size]); err != nil {
		t.Fatalf("%d of %d: %v", older, size, err)
	}
}

func decoded(t *testing.T, texts []string) [][]byte {
	t.Helper()
	hashes := make([][]byte, len(texts))
	for i, text := range texts {
		var err error
		if hashes[i], err = hex.DecodeString(text); err != nil {
			t.Fatal(err)
		}
	}
	return hashes
}
