// Package evidence is the bundle of evidence of one campaign: one file that
// holds what was planned, marked, ranked and decided, with what somebody
// outside needs to see for themselves that none of it was altered since. It
// is written here and verified here, without a database and without a network.
//
// How everything in a bundle is bound to the signed checkpoint:
//
//   - SHA256SUMS lists the digests of the documents, of leaves.jsonl (the
//     campaign's events with what they commit to) and of the earlier checkpoints.
//   - The digest of SHA256SUMS is in the payload of an event of its own,
//     campaign.evidence-exported, which is logged before the bundle is closed.
//   - leaf-hashes holds every leaf of the whole log, so that the root that the
//     checkpoint signs, and that of any older checkpoint, can be computed anew.
//   - Where the log follows a former one, restart.json is its first leaf, which
//     names the last published checkpoint of that one; logs/ has what is left of
//     former logs, each computed anew in the same way.
//   - All else (proofs, index.html, bundle.json, the zip itself) follows from
//     these: the verifier makes it again and compares byte by byte.
//
// So the form of a bundle, its page included, may not change within a format:
// another form is another number of format.
package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// The forms of a bundle. The second is the first with more: a bundle whose
// log follows another is of the second, and every other one of the first.
const (
	oneLog      = 1
	severalLogs = 2
)

// Contents are what a store knows of a campaign when it exports it, within the
// transaction that writes the event of the export.
type Contents struct {
	Framework frameworks.Framework
	Campaign  selection.Campaign
	Sheets    []Sheet             // all of the campaign; a draft without its marks, which are its rater's own
	Rankings  map[string][]byte   // the stored bytes by run id
	Decision  *selection.Decision // nil: none yet
	Events    []Event             // of the campaign and of its sheets: all that there are, in any order
	Earlier   []Signed            // checkpoints signed before, of the same log, in any order; at most 10,000
	Former    []Former            // the logs before this one, as far as they are here, in the order of their numbers
	Restart   *Event              // the first leaf of the log, where it follows another; nil for a trust's first log
}

// Sheet is a sheet with the id that its events bear.
type Sheet struct {
	ID    uuid.UUID       `json:"id"`
	Sheet selection.Sheet `json:"sheet"`
}

// Event is a leaf of the log with what it commits to, where that is told.
type Event struct {
	Leaf    audit.Leaf
	Nonce   [32]byte
	Payload []byte  // the very bytes that were committed to
	Closed  Closure // why there is no nonce and no payload; empty where there are
}

// Closure is why an event's payload is not in the bundle.
type Closure string

// The closures.
const (
	Erased   Closure = "erased"   // the payload was destroyed; the leaf still proves that there was one
	Withheld Closure = "withheld" // the service has it and does not give it out here, such as a draft's
)

// Signed is a signed checkpoint and what it says.
type Signed struct {
	Checkpoint audit.Checkpoint
	Note       []byte
}

// Sealed are contents that change no more. Their digest goes into the event of
// the export; with the event's place in the log they become a bundle.
type Sealed struct {
	documents map[string][]byte // every file that SHA256SUMS lists
	campaign  selection.Campaign
	events    []Event
	earlier   []int64 // the sizes that earlier checkpoints sign, rising
	former    []Former
	restart   *Event
}

// Seal fixes contents. It returns Invalid for contents that no bundle can
// hold: two checkpoints of one size or too many, an event twice.
func Seal(c Contents) (Sealed, error) {
	s := Sealed{documents: map[string][]byte{}, campaign: c.Campaign, events: slices.Clone(c.Events)}
	slices.SortFunc(s.events, func(a, b Event) int { return bytes.Compare(a.Leaf.Event[:], b.Leaf.Event[:]) })
	for i := 1; i < len(s.events); i++ {
		if s.events[i].Leaf.Event == s.events[i-1].Leaf.Event {
			return Sealed{}, fault.New(fault.Invalid, "the event %s is there twice", s.events[i].Leaf.Event)
		}
	}
	if err := s.addDocuments(c); err != nil {
		return Sealed{}, err
	}
	if err := s.addFormer(c); err != nil {
		return Sealed{}, err
	}
	return s, s.addEarlier(c.Earlier)
}

func (s *Sealed) addDocuments(c Contents) error {
	var err error
	if s.documents["framework.yaml"], err = c.Framework.YAML(); err != nil {
		return err
	}
	sheets := slices.Clone(c.Sheets)
	slices.SortFunc(sheets, func(a, b Sheet) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	s.documents["campaign.json"] = indented(c.Campaign)
	s.documents["sheets.json"] = indented(append([]Sheet{}, sheets...))
	s.documents["leaves.jsonl"] = eventLines(s.events...)
	if c.Decision != nil {
		s.documents["decision.json"] = indented(c.Decision)
	}
	for run, result := range c.Rankings {
		if _, err := uuid.Parse(run); err != nil {
			return fault.New(fault.Invalid, "%q is no id of a ranking run", run)
		}
		s.documents[rankingFile(run)] = result
	}
	return nil
}

func (s *Sealed) addEarlier(earlier []Signed) error {
	if len(earlier) > maxEarlier {
		return fault.New(fault.Invalid, "a bundle holds at most %d earlier checkpoints; leave some out", maxEarlier)
	}
	for _, e := range earlier {
		name := earlierFile(e.Checkpoint.Size)
		if s.documents[name] != nil || e.Checkpoint.Size < 1 {
			return fault.New(fault.Invalid, "of earlier checkpoints there is one a size, from 1; that of %d does not fit", e.Checkpoint.Size)
		}
		s.documents[name] = e.Note
		s.earlier = append(s.earlier, e.Checkpoint.Size)
	}
	slices.Sort(s.earlier)
	return nil
}

// Digest is what audit.EvidenceExported.Contents has to say: SHA-256 in hex of
// the file SHA256SUMS.
func (s Sealed) Digest() string { return hexSum(s.sums()) }

// sums is SHA256SUMS, as sha256sum writes it and checks it with -c.
func (s Sealed) sums() []byte {
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(s.documents)) {
		fmt.Fprintf(&out, "%s  %s\n", hexSum(s.documents[name]), name)
	}
	return out.Bytes()
}

// eventLine is an event in leaves.jsonl. Leaf and payload are texts, so that
// their very bytes, which are what is hashed, can be taken out.
type eventLine struct {
	Leaf    string  `json:"leaf"`
	Nonce   string  `json:"nonce,omitempty"`
	Payload string  `json:"payload,omitempty"`
	Closed  Closure `json:"closed,omitempty"`
}

func eventLines(events ...Event) []byte {
	var out bytes.Buffer
	for _, e := range events {
		line := eventLine{Leaf: string(e.Leaf.Encode()), Closed: e.Closed}
		if e.Closed == "" {
			line.Nonce, line.Payload = hex.EncodeToString(e.Nonce[:]), string(e.Payload)
		}
		out.Write(append(encoded(line), '\n'))
	}
	return out.Bytes()
}

// parseEvent reads a line back, and the one way of writing it.
func parseEvent(text []byte) (Event, error) {
	var line eventLine
	if err := strictJSON(text, &line); err != nil {
		return Event{}, fault.New(fault.Invalid, "this is no event of a bundle: %s", err)
	}
	leaf, err := audit.ParseLeaf([]byte(line.Leaf))
	if err != nil {
		return Event{}, err
	}
	e := Event{Leaf: leaf, Closed: line.Closed}
	switch line.Closed {
	case Erased, Withheld:
	case "":
		nonce, err := audit.ParseHexHash(line.Nonce)
		if err != nil {
			return Event{}, err
		}
		e.Nonce, e.Payload = nonce, []byte(line.Payload)
	default:
		return Event{}, fault.New(fault.Invalid, "%.40q is no reason for a payload to be missing", line.Closed)
	}
	if !bytes.Equal(eventLines(e), append(slices.Clip(text), '\n')) {
		return Event{}, fault.New(fault.Invalid, "the event is not written as a bundle writes it")
	}
	return e, nil
}

func strictJSON(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// encoded and indented encode values that always encode: texts and numbers.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("evidence: %T does not encode: %v", v, err))
	}
	return b
}

func indented(v any) []byte {
	var out bytes.Buffer
	_ = json.Indent(&out, encoded(v), "", "  ") // what was just encoded is JSON
	out.WriteByte('\n')
	return out.Bytes()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
