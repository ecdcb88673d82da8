package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// memory is a tree's stored hashes.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		hashes = append(hashes, m[i])
	}
	return hashes, nil
}

func leafHash(i int) tlog.Hash { return tlog.RecordHash(fmt.Appendf(nil, "leaf %d", i)) }

// grown is a tree that grew in steps.
func grown(t *testing.T, steps ...int) memory {
	t.Helper()
	var m memory
	size := 0
	for _, n := range steps {
		var leaves []tlog.Hash
		for i := range n {
			leaves = append(leaves, leafHash(size+i))
		}
		more, err := audit.Grow(int64(size), leaves, m)
		if err != nil {
			t.Fatal(err)
		}
		m, size = append(m, more...), size+n
	}
	return m
}

func TestGrowInAnySteps(t *testing.T) {
	whole, steps := grown(t, 100), grown(t, 1, 0, 31, 33, 35)
	if len(whole) != len(steps) || int64(len(whole)) != tlog.StoredHashCount(100) {
		t.Fatalf("%d and %d hashes", len(whole), len(steps))
	}
	for i := range whole {
		if whole[i] != steps[i] {
			t.Errorf("hash %d differs", i)
		}
	}
}

func TestCheckpointIsOfItsLog(t *testing.T) {
	key := audit.NewSigningKey()
	origin := "appointable.example/northgate"
	signer, err := key.Signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.Public(origin)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := audit.ParseVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	m := grown(t, 7)
	root, err := tlog.TreeHash(7, m)
	if err != nil {
		t.Fatal(err)
	}
	c := audit.Checkpoint{Origin: origin, Size: 7, Root: root}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := audit.OpenCheckpoint(signed, verifier); err != nil || got != c {
		t.Errorf("opened %+v, %v", got, err)
	}
	proof, err := audit.Prove(3, 7, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.Check(leafHash(3), c); err != nil {
		t.Error(err)
	}
	if err := proof.Check(leafHash(4), c); !fault.Is(err, fault.Invalid) {
		t.Errorf("another leaf passes: %v", err)
	}
	other, err := audit.NewSigningKey().Signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := c.Sign(other)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := audit.Checkpoint{Origin: "elsewhere", Size: 7, Root: root}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := note.Sign(&note.Note{Text: origin + "\n07\n" + root.String() + "\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"another key": foreign, "another log": elsewhere, "a leading zero": odd, "nothing": nil} {
		if _, err := audit.OpenCheckpoint(text, verifier); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := audit.ParseSigningKey(key.Secret())
	if err != nil || again != key {
		t.Errorf("the key does not come back: %v", err)
	}
}

func TestOneLeafHasOneEncoding(t *testing.T) {
	id := uuid.Must(uuid.NewV7())
	l := audit.Leaf{
		Trust: id, Event: id, Kind: "sheet.submitted", Object: audit.Object{Kind: "sheet", ID: id, Version: 2},
		At: time.Date(2026, 3, 14, 9, 26, 53, 589_793_000, time.UTC), Commitment: [32]byte{1},
	}
	got, err := audit.ParseLeaf(l.Encode())
	if err != nil || got != l {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "{}", string(l.Encode()) + " ", " " + string(l.Encode()), `{"x":1}`} {
		if _, err := audit.ParseLeaf([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q passes: %v", text, err)
		}
	}
}
