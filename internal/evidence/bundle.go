package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Logged is where the log stands once the event of the export is in it.
type Logged struct {
	Export Event       // audit.EvidenceExported with the digest of what was sealed; open
	Now    Signed      // a checkpoint that covers it
	Leaves []tlog.Hash // of all leaves of the log, as many as Now signs
}

// Write closes a bundle. It returns Invalid where the log does not hold an
// event of it, or the export's event binds something else: then whoever calls
// has mixed things up.
func (s Sealed) Write(w io.Writer, l Logged) error {
	exported, err := exportOf(l.Export)
	if err != nil {
		return err
	}
	if exported.Contents != s.Digest() {
		return fault.New(fault.Invalid, "the event of the export binds other contents")
	}
	t, err := newTree(l.Leaves)
	if err != nil {
		return err
	}
	files, err := s.files(l, t)
	if err != nil {
		return err
	}
	return pack(w, files)
}

func exportOf(e Event) (audit.EvidenceExported, error) {
	var exported audit.EvidenceExported
	if e.Closed != "" || e.Leaf.Kind != exported.EventKind() || json.Unmarshal(e.Payload, &exported) != nil {
		return exported, fault.New(fault.Invalid, "this is not the event of an export")
	}
	return exported, nil
}

// bundleFile is bundle.json: what the bundle is, and what is in it.
type bundleFile struct {
	Format   int         `json:"format"`
	Trust    string      `json:"trust"`
	TrustID  string      `json:"trust_id"`
	Campaign string      `json:"campaign"`
	ID       string      `json:"campaign_id"`
	Origin   string      `json:"origin"`
	Size     int64       `json:"size"`
	Root     string      `json:"root"`
	Former   []formerLog `json:"former_logs,omitempty"`
	Files    []fileEntry `json:"files"`
}

type fileEntry struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
	Sum   string `json:"sha256"`
}

// files are all files of the bundle: the sealed ones, the log's, and what
// follows from them. The verifier makes them in the same way.
func (s Sealed) files(l Logged, t tree) (map[string][]byte, error) {
	exported, err := exportOf(l.Export)
	if err != nil {
		return nil, err
	}
	files := maps.Clone(s.documents)
	files["SHA256SUMS"] = s.sums()
	files["export.json"] = eventLines(l.Export)
	files["checkpoint"] = l.Now.Note
	files["leaf-hashes"] = joined(l.Leaves)
	events := append(slices.Clip(s.events), l.Export)
	trees, err := s.trees(t)
	if err != nil {
		return nil, err
	}
	places, err := placesIn(trees, events)
	if err != nil {
		return nil, err
	}
	for i, t := range trees {
		if files[s.proofsFile(i)], err = t.proofs(positionsIn(i, places)); err != nil {
			return nil, err
		}
	}
	if files["consistency.jsonl"], err = t.consistency(s.earlier); err != nil {
		return nil, err
	}
	b := bundleFile{
		Format: s.format(), Trust: exported.Trust, TrustID: l.Export.Leaf.Trust.String(), Campaign: exported.Code, ID: l.Export.Leaf.Object.ID.String(),
		Origin: l.Now.Checkpoint.Origin, Size: l.Now.Checkpoint.Size, Root: audit.HexHash(l.Now.Checkpoint.Root),
		Former: s.formerLogs(),
	}
	if files["index.html"], err = s.index(b, events, places, slices.Sorted(maps.Keys(files))); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b.Files = append(b.Files, fileEntry{Name: name, Bytes: len(files[name]), Sum: hexSum(files[name])})
	}
	files["bundle.json"] = indented(b)
	return files, nil
}

func rankingFile(run string) string { return "rankings/" + strings.ToLower(run) + ".json" }

// earlierFile has leading zeros, so that names stand in the order of sizes.
func earlierFile(size int64) string { return fmt.Sprintf("checkpoints/%012d", size) }

func joined(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// tree is the whole log's, made from its leaves.
type tree struct {
	leaves []tlog.Hash
	stored []tlog.Hash
}

func newTree(leaves []tlog.Hash) (tree, error) {
	stored, err := audit.Grow(0, leaves, nil)
	return tree{leaves: leaves, stored: stored}, err
}

// ReadHashes gives hashes by tlog.StoredHashIndex.
func (t tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(t.stored)) {
			return nil, fmt.Errorf("evidence: the tree has no hash %d", index)
		}
		hashes[i] = t.stored[index]
	}
	return hashes, nil
}

func (t tree) size() int64 { return int64(len(t.leaves)) }

// root is that of the first leaves: what a checkpoint of that size must sign.
func (t tree) root(size int64) (tlog.Hash, error) {
	if size < 1 || size > t.size() {
		return tlog.Hash{}, fault.New(fault.Invalid, "the log has %d leaves, not %d", t.size(), size)
	}
	return tlog.TreeHash(size, t)
}

// place is where an event stands: in which of the trees, and where in it.
type place struct {
	log      int
	position int64
}

// placesIn says where each event stands. One that two logs hold, which the
// store never does, counts in the later one.
func placesIn(trees []tree, events []Event) ([]place, error) {
	wanted := make(map[tlog.Hash]int, len(events))
	places := make([]place, len(events))
	for i, e := range events {
		wanted[e.Leaf.Hash()], places[i] = i, place{log: -1}
	}
	for log := len(trees) - 1; log >= 0; log-- {
		for position, h := range trees[log].leaves {
			if i, ok := wanted[h]; ok && places[i].log < 0 {
				places[i] = place{log, int64(position)}
			}
		}
	}
	for i, p := range places {
		if p.log < 0 {
			return nil, fault.New(fault.Invalid, "the log does not hold %s", events[i].Leaf)
		}
	}
	return places, nil
}

func positionsIn(log int, places []place) []int64 {
	positions := []int64{}
	for _, p := range places {
		if p.log == log {
			positions = append(positions, p.position)
		}
	}
	return positions
}

// proofs is proofs.jsonl: a line an event of this log.
func (t tree) proofs(places []int64) ([]byte, error) {
	var out bytes.Buffer
	for _, place := range places {
		proof, err := audit.Prove(place, t.size(), t)
		if err != nil {
			return nil, err
		}
		out.Write(append(encoded(proof), '\n'))
	}
	return out.Bytes(), nil
}

// consistency is consistency.jsonl: a line an earlier checkpoint.
func (t tree) consistency(sizes []int64) ([]byte, error) {
	var out bytes.Buffer
	for _, size := range sizes {
		if size < 1 || size > t.size() {
			return nil, fault.New(fault.Invalid, "an earlier checkpoint signs %d leaves; the log has %d", size, t.size())
		}
		proof, err := audit.ProveConsistency(size, t.size(), t)
		if err != nil {
			return nil, err
		}
		out.Write(append(encoded(proof), '\n'))
	}
	return out.Bytes(), nil
}
