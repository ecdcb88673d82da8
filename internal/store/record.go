package store

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
)

// RecordLine is an event with what an auditor needs to know it by: who, of
// what, and where it stands in the log.
type RecordLine struct {
	AuditEvent
	Username  string `db:"username"` // of who did it; "": the command line at the server, or a candidate
	Name      string `db:"name"`
	Campaign  string `db:"campaign"`  // code, where the event is about one or about something in one
	Candidate string `db:"candidate"` // code
	Account   string `db:"account"`   // user name, where the event is about an account
	Framework string `db:"framework"` // code and version
	What      string `db:"what"`      // of a reading: marks, psychometrics or ranking
	Log       int    `db:"log"`       // number of the log that it stands in; 0: in none yet
	Position  int64  `db:"position"`
	Hash      []byte `db:"hash"` // of its leaf
}

// RecordQuery narrows the record.
type RecordQuery struct {
	Username string    // of who did it; "": anybody
	Kinds    []string  // nil: all
	From, To time.Time // from the one on, and before the other; zero: no bound
	Before   uuid.UUID // only events older than this one; nil: from the newest on
}

const selectRecord = `
	with chosen as (
		select e.* from audit_events e
		 where e.trust_id = $1 and ($2::uuid is null or e.event_id < $2)
		   and ($3 = '' or e.actor_id = (select p.person_id from people p where p.trust_id = $1 and p.username = $3))
		   and ($4::text[] is null or e.kind = any($4))
		   and ($5::timestamptz is null or e.at >= $5) and ($6::timestamptz is null or e.at < $6)
		 order by e.event_id desc limit $7)
	select e.event_id, e.kind, e.object_kind, e.object_id, e.object_version, e.actor_id, e.at, e.commitment,
	       coalesce(p.username, '') as username, coalesce(p.display_name, '') as name,
	       coalesce(c.code, '') as campaign, coalesce(k.code, '') as candidate, coalesce(o.username, '') as account,
	       coalesce(f.code || ' ' || f.version, '') as framework, coalesce(r.what, '') as what,
	       coalesce(l.log_number, 0) as log, coalesce(l.position, 0) as position, l.hash
	  from chosen e
	  left join people p on p.trust_id = e.trust_id and p.person_id = e.actor_id
	  left join readings r on r.trust_id = e.trust_id and r.reading_id = e.object_id and e.object_kind = 'reading'
	  left join candidates k on k.trust_id = e.trust_id and k.candidate_id = e.object_id and e.object_kind = 'candidate'
	  left join campaigns c on c.trust_id = e.trust_id and c.campaign_id = coalesce(r.campaign_id, k.campaign_id, e.object_id)
	  left join people o on o.trust_id = e.trust_id and o.person_id = e.object_id and e.object_kind = 'person'
	  left join frameworks f on f.trust_id = e.trust_id and f.framework_id = e.object_id and e.object_kind = 'framework'
	  left join log_leaves l on l.trust_id = e.trust_id and l.event_id = e.event_id
	 order by e.event_id desc`

// Record lists events for auditors, the newest first, at most limit.
func (db *DB) Record(ctx context.Context, who Actor, q RecordQuery, limit int) ([]RecordLine, error) {
	lines := []RecordLine{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadAudit); err != nil {
			return err
		}
		return t.all(&lines, selectRecord, who.Trust, uuid.NullUUID{UUID: q.Before, Valid: q.Before != uuid.Nil}, strings.ToLower(q.Username),
			pq.Array(q.Kinds), bound(q.From), bound(q.To), limit)
	})
	for i := range lines {
		lines[i].At, lines[i].Commitment = lines[i].At.UTC(), hex.EncodeToString(lines[i].Sum)
	}
	return lines, err
}

// bound is a time to compare with; nil for the zero time.
func bound(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
