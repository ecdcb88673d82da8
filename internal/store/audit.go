package store

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
)

// AuditEvent is one line of the record as an auditor reads it. What happened
// in detail is bound by the commitment and shown elsewhere, to whom it may be.
type AuditEvent struct {
	ID         uuid.UUID     `db:"event_id" json:"event_id"`
	Kind       string        `db:"kind" json:"kind"`
	ObjectKind string        `db:"object_kind" json:"object_kind"`
	Object     uuid.UUID     `db:"object_id" json:"object_id"`
	Version    int           `db:"object_version" json:"object_version"`
	Actor      uuid.NullUUID `db:"actor_id" json:"actor_id"`
	At         time.Time     `db:"at" json:"at"`
	Sum        []byte        `db:"commitment" json:"-"`
	Commitment string        `db:"-" json:"commitment"`
}

// AuditEvents lists events in the order of their ids, which is that of their
// time, after an id, at most limit.
func (db *DB) AuditEvents(ctx context.Context, who Actor, after uuid.UUID, limit int) ([]AuditEvent, error) {
	list := []AuditEvent{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadAudit); err != nil {
			return err
		}
		err := t.all(&list, `
			select event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment
			  from audit_events where trust_id = $1 and event_id > $2 order by event_id limit $3`, who.Trust, after, limit)
		for i := range list {
			list[i].At, list[i].Commitment = list[i].At.UTC(), hex.EncodeToString(list[i].Sum)
		}
		return err
	})
	return list, err
}
