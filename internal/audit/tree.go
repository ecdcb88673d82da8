package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/fault"
)

// Grow gives the hashes that a tree of size leaves stores anew when leaves
// follow, in the order of tlog.StoredHashIndex: the first has the index
// tlog.StoredHashCount(size). r reads those stored before.
func Grow(size int64, leaves []tlog.Hash, r tlog.HashReader) ([]tlog.Hash, error) {
	first := tlog.StoredHashCount(size)
	var stored []tlog.Hash
	both := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		var before []int64
		var at []int
		for i, index := range indexes {
			switch {
			case index < first:
				before, at = append(before, index), append(at, i)
			case index-first < int64(len(stored)):
				hashes[i] = stored[index-first]
			default:
				return nil, fmt.Errorf("audit: hash %d is not there yet", index)
			}
		}
		if len(before) == 0 {
			return hashes, nil
		}
		read, err := r.ReadHashes(before)
		if err != nil {
			return nil, err
		}
		for i, h := range read {
			hashes[at[i]] = h
		}
		return hashes, nil
	})
	for i, h := range leaves {
		more, err := tlog.StoredHashesForRecordHash(size+int64(i), h, both)
		if err != nil {
			return nil, fmt.Errorf("audit: grow the tree: %w", err)
		}
		stored = append(stored, more...)
	}
	return stored, nil
}

// Inclusion proves that a leaf stands at a position of the log that a
// checkpoint of this size signs (RFC 6962 §2.1.1).
type Inclusion struct {
	Position int64    `json:"position"` // from 0
	Size     int64    `json:"size"`
	Hashes   []string `json:"hashes"` // in hex, from the leaf up
}

// Prove makes the proof for a tree of size leaves.
func Prove(position, size int64, r tlog.HashReader) (Inclusion, error) {
	proof, err := tlog.ProveRecord(size, position, r)
	if err != nil {
		return Inclusion{}, fmt.Errorf("audit: prove leaf %d of %d: %w", position, size, err)
	}
	return Inclusion{Position: position, Size: size, Hashes: hexHashes(proof)}, nil
}

// Check returns Invalid where the proof does not show the leaf in the tree of
// the checkpoint.
func (p Inclusion) Check(leaf tlog.Hash, c Checkpoint) error {
	hashes, err := parseHexHashes(p.Hashes)
	if err != nil {
		return err
	}
	if p.Size != c.Size || p.Position < 0 || p.Position >= p.Size || tlog.CheckRecord(hashes, c.Size, c.Root, p.Position, leaf) != nil {
		return fault.New(fault.Invalid, "the proof does not show this leaf at position %d of the log that the checkpoint signs", p.Position)
	}
	return nil
}

// Consistency proves that a longer log begins with a shorter one (RFC 6962
// §2.1.2).
type Consistency struct {
	From   int64    `json:"from"`
	To     int64    `json:"to"`
	Hashes []string `json:"hashes"`
}

// ProveConsistency makes the proof; from is at least 1 and at most to.
func ProveConsistency(from, to int64, r tlog.HashReader) (Consistency, error) {
	proof, err := tlog.ProveTree(to, from, r)
	if err != nil {
		return Consistency{}, fmt.Errorf("audit: prove that %d leaves begin %d: %w", from, to, err)
	}
	return Consistency{From: from, To: to, Hashes: hexHashes(proof)}, nil
}

// Check returns Invalid where the proof does not show that the newer log begins
// with the older.
func (p Consistency) Check(older, newer Checkpoint) error {
	hashes, err := parseHexHashes(p.Hashes)
	if err != nil {
		return err
	}
	if p.From != older.Size || p.To != newer.Size || older.Origin != newer.Origin || p.From < 1 || p.From > p.To ||
		tlog.CheckTree(hashes, newer.Size, newer.Root, older.Size, older.Root) != nil {
		return fault.New(fault.Invalid, "the log of %d leaves does not begin with the %d leaves signed before", newer.Size, older.Size)
	}
	return nil
}

func hexHashes(hashes []tlog.Hash) []string {
	texts := make([]string, len(hashes))
	for i, h := range hashes {
		texts[i] = HexHash(h)
	}
	return texts
}

func parseHexHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		h, err := ParseHexHash(text)
		if err != nil {
			return nil, err
		}
		hashes[i] = h
	}
	return hashes, nil
}
