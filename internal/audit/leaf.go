package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/fault"
)

// Leaf is what the log keeps of an event for good: opaque ids, a time and a
// commitment to what happened. It names nobody and tells no mark, so that it
// can stay when a payload has been erased.
type Leaf struct {
	Trust      uuid.UUID
	Event      uuid.UUID
	Kind       string
	Object     Object
	Actor      uuid.NullUUID // null: the command line at the server
	At         time.Time     // UTC, to the microsecond
	Commitment [32]byte
}

// Leaf is the event's, in a trust.
func (e Event) Leaf(trust uuid.UUID) Leaf {
	return Leaf{Trust: trust, Event: e.ID, Kind: e.Kind, Object: e.Object, Actor: e.Actor, At: e.At, Commitment: e.Commitment}
}

// leafText is the leaf as it is hashed: JSON on one line, keys in this order.
type leafText struct {
	Trust      uuid.UUID     `json:"trust"`
	Event      uuid.UUID     `json:"event"`
	Kind       string        `json:"kind"`
	ObjectKind string        `json:"object_kind"`
	Object     uuid.UUID     `json:"object"`
	Version    int           `json:"version"`
	Actor      uuid.NullUUID `json:"actor"`
	At         string        `json:"at"`
	Commitment string        `json:"commitment"`
}

const leafTime = "2006-01-02T15:04:05.000000Z"

// Encode gives the bytes that are hashed; one leaf has one encoding.
func (l Leaf) Encode() []byte {
	b, err := json.Marshal(leafText{
		Trust: l.Trust, Event: l.Event, Kind: l.Kind, ObjectKind: l.Object.Kind, Object: l.Object.ID, Version: l.Object.Version,
		Actor: l.Actor, At: l.At.UTC().Format(leafTime), Commitment: hex.EncodeToString(l.Commitment[:]),
	})
	if err != nil {
		panic("audit: a leaf does not encode: " + err.Error()) // text and numbers always do
	}
	return b
}

// ParseLeaf reads a leaf back. It returns Invalid for anything that is not the
// one encoding of a leaf: two texts of one leaf would be two hashes.
func ParseLeaf(text []byte) (Leaf, error) {
	var t leafText
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return Leaf{}, fault.New(fault.Invalid, "this is no leaf of a log: %s", err)
	}
	at, err := time.Parse(leafTime, t.At)
	if err != nil {
		return Leaf{}, fault.New(fault.Invalid, "this is no leaf of a log: its time is %.40q", t.At)
	}
	commitment, err := hex.DecodeString(t.Commitment)
	if err != nil || len(commitment) != 32 {
		return Leaf{}, fault.New(fault.Invalid, "this is no leaf of a log: its commitment is not 64 hexadecimal digits")
	}
	l := Leaf{
		Trust: t.Trust, Event: t.Event, Kind: t.Kind, Object: Object{Kind: t.ObjectKind, ID: t.Object, Version: t.Version},
		Actor: t.Actor, At: at, Commitment: [32]byte(commitment),
	}
	if !bytes.Equal(l.Encode(), text) {
		return Leaf{}, fault.New(fault.Invalid, "this is no leaf of a log: it is not written as the log writes it")
	}
	return l, nil
}

// Hash is the leaf's in the tree: SHA-256(0x00 ‖ encoding), RFC 6962 §2.1. It
// is what a receipt holds.
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l.Encode()) }

// HexHash writes a hash as people compare it.
func HexHash(h tlog.Hash) string { return hex.EncodeToString(h[:]) }

// ParseHexHash reads one. It returns Invalid for anything but 64 hexadecimal
// digits.
func ParseHexHash(text string) (tlog.Hash, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != tlog.HashSize {
		return tlog.Hash{}, fault.New(fault.Invalid, "%.80q is no hash; it has 64 hexadecimal digits", text)
	}
	return tlog.Hash(b), nil
}

// String names a leaf in a complaint.
func (l Leaf) String() string {
	return fmt.Sprintf("%s of %s %s, version %d", l.Kind, l.Object.Kind, l.Object.ID, l.Object.Version)
}
