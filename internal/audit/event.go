// Package audit holds the typed events of the record: one for every change, in
// the transaction of the change. No event, no commit.
//
// The log itself (sequence, tree, signed checkpoints) is issue 4; what is here
// is what it will stand on: each event commits to its payload by a salted hash,
// so that the payload can be erased and the log still proves what it proved.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Object is the thing that changed. Its events carry the versions 1, 2, 3, …
// without a gap, so that a missing one shows; those of a sheet begin at 2,
// since the campaign's event tells of the making of all its sheets.
type Object struct {
	Kind    string // "trust", "person", "framework", "campaign", "sheet"
	ID      uuid.UUID
	Version int // after the change
}

// Event is one change as the log will keep it. It names nobody: ids only.
type Event struct {
	ID         uuid.UUID // UUIDv7
	Object     Object
	Kind       string
	Actor      uuid.NullUUID // null: the command line at the server
	At         time.Time
	Nonce      [32]byte
	Payload    []byte // canonical JSON of the Detail
	Commitment [32]byte
}

// Detail is the typed payload of an event.
type Detail interface{ EventKind() string }

// New makes an event. The commitment is SHA-256(nonce ‖ payload), the payload
// the JSON of detail (fields in the order of the struct, map keys sorted).
func New(object Object, actor uuid.NullUUID, at time.Time, detail Detail) (Event, error) {
	payload, err := json.Marshal(detail)
	if err != nil {
		return Event{}, fmt.Errorf("audit: encode %s: %w", detail.EventKind(), err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Event{}, fmt.Errorf("audit: new id: %w", err)
	}
	e := Event{ID: id, Object: object, Kind: detail.EventKind(), Actor: actor, At: at, Payload: payload}
	_, _ = rand.Read(e.Nonce[:]) // crypto/rand does not fail: it ends the program instead
	e.Commitment = Commit(e.Nonce, payload)
	return e, nil
}

// Commit binds a payload without telling it: the nonce keeps a payload of few
// possible values (a mark from 1 to 7) from being guessed.
func Commit(nonce [32]byte, payload []byte) [32]byte {
	h := sha256.New()
	h.Write(nonce[:])
	h.Write(payload)
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}
