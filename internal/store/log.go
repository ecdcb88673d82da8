package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// logHead is one log of a trust.
type logHead struct {
	Trust    uuid.UUID `db:"trust_id"`
	Number   int       `db:"log_number"`
	Origin   string    `db:"origin"`
	Size     int64     `db:"size"`
	Succeeds []byte    `db:"succeeds"` // the last published checkpoint of the log before; nil: there was none
}

// logHashes reads the stored nodes of a log's tree in one transaction.
type logHashes struct {
	tx  *sqlx.Tx
	ctx context.Context
	log logHead
}

// ReadHashes gives the nodes of these indexes, in their order.
func (r logHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var rows []struct {
		Index int64  `db:"hash_index"`
		Hash  []byte `db:"hash"`
	}
	err := r.tx.SelectContext(r.ctx, &rows, `
		select hash_index, hash from log_hashes where trust_id = $1 and log_number = $2 and hash_index = any($3::bigint[])`,
		r.log.Trust, r.log.Number, pq.Array(indexes))
	if err != nil {
		return nil, err
	}
	found := map[int64]tlog.Hash{}
	for _, row := range rows {
		found[row.Index] = tlog.Hash(row.Hash)
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		var ok bool
		if hashes[i], ok = found[index]; !ok {
			return nil, fmt.Errorf("the log %s has no hash %d", r.log.Origin, index)
		}
	}
	return hashes, nil
}

// checkpointRow is what was signed of a log.
type checkpointRow struct {
	logHead        // Size is that which was signed
	Signed  []byte `db:"signed"`
}

// signedLog finds the latest checkpoint of one of the trust's logs, 0 for the
// current one; every proof is against it. It returns NotFound where there is no
// such log, and where nothing of it has been signed yet.
func (t *tx) signedLog(number int) (checkpointRow, error) {
	var c checkpointRow
	err := t.get(&c, `
		select h.trust_id, h.log_number, h.origin, h.succeeds, c.size, c.signed
		  from log_heads h join log_checkpoints c on c.trust_id = h.trust_id and c.log_number = h.log_number and c.size <= h.size
		 where h.trust_id = $1 and case when $2::integer = 0 then h.ended_at is null else h.log_number = $2 end
		 order by c.size desc limit 1`, t.who.Trust, number)
	if !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	if number != 0 {
		return c, fault.New(fault.NotFound, "of a log %d of this trust nothing signed is here; …/logs lists those that are", number)
	}
	return c, fault.New(fault.NotFound, "no checkpoint of this trust's log has been signed yet; a sequencer signs about once a second, and /readyz says whether one is at work")
}

func (t *tx) hashesOf(c checkpointRow) logHashes {
	return logHashes{tx: t.Tx, ctx: t.ctx, log: c.logHead}
}

// LogCheckpoint gives the latest signed checkpoint of one of a trust's logs, 0
// for the current one, for anybody who is signed in: whoever keeps one can tell
// later whether the log was rewritten. It returns NotFound where there is no
// such log, and where nothing has been signed yet.
func (db *DB) LogCheckpoint(ctx context.Context, who Actor, number int) ([]byte, error) {
	var c checkpointRow
	err := db.read(ctx, who, "", func(t *tx) error {
		var err error
		c, err = t.signedLog(number)
		return err
	})
	return c.Signed, err
}

// TrustLog is one of the logs of a trust. Only the last one grows.
type TrustLog struct {
	Number   int        `db:"log_number" json:"log"`
	Origin   string     `db:"origin" json:"origin"`
	Size     int64      `db:"size" json:"size"` // leaves that are here
	Begun    time.Time  `db:"created_at" json:"begun_at"`
	Ended    *time.Time `db:"ended_at" json:"ended_at,omitempty"`
	Succeeds string     `db:"succeeds" json:"succeeds,omitempty"` // the last published checkpoint of the log before; "": the first log
}

// TrustLogs lists the logs of a trust, for anybody who is signed in. It returns
// NotFound where there is none yet.
func (db *DB) TrustLogs(ctx context.Context, who Actor) ([]TrustLog, error) {
	logs := []TrustLog{}
	err := db.read(ctx, who, "", func(t *tx) error {
		return t.all(&logs, `
			select log_number, origin, size, created_at, ended_at, coalesce(convert_from(succeeds, 'UTF8'), '') as succeeds
			  from log_heads where trust_id = $1 order by log_number`, who.Trust)
	})
	if err == nil && len(logs) == 0 {
		err = fault.New(fault.NotFound, "this trust has no log yet; the sequencer of `appointable serve` begins one with the first change")
	}
	return logs, err
}

// LogOrigins gives the names of a trust's logs that checkpoints bear: the
// current one first, then those before it and those that only a restart names.
// It returns NotFound where there is none yet.
func (db *DB) LogOrigins(ctx context.Context, who Actor) ([]string, error) {
	logs, err := db.TrustLogs(ctx, who)
	if err != nil {
		return nil, err
	}
	var origins []string
	add := func(origin string) {
		if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	for _, log := range slices.Backward(logs) {
		add(log.Origin)
		if log.Succeeds != "" {
			named, err := audit.ReadCheckpoint([]byte(log.Succeeds))
			if err != nil {
				return nil, err
			}
			add(named.Origin)
		}
	}
	return origins, nil
}

// LogInclusion shows that a leaf stands in the log that the checkpoint signs.
type LogInclusion struct {
	Proof      audit.Inclusion `json:"proof"`
	Checkpoint string          `json:"checkpoint"`     // the signed note that the proof is against
	Leaf       string          `json:"leaf,omitempty"` // as it was hashed; for its own actor and for auditors
}

// LogInclusion proves a leaf, by its hash, in whichever of the trust's logs it
// stands, to anybody who is signed in. What
// the leaf says is for its own actor and for auditors only: a proof holds the
// hashes of its neighbours, and by asking for those one could otherwise walk
// through the log and see who has submitted. It returns NotFound where no leaf
// of this hash is in the signed log, or not yet.
func (db *DB) LogInclusion(ctx context.Context, who Actor, leaf tlog.Hash) (LogInclusion, error) {
	var found LogInclusion
	err := db.read(ctx, who, "", func(t *tx) error {
		c, err := t.signedLog(0)
		if err != nil {
			return err
		}
		var row struct {
			Log      int    `db:"log_number"`
			Position int64  `db:"position"`
			Leaf     []byte `db:"leaf"`
		}
		err = t.get(&row, `select log_number, position, leaf from log_leaves where trust_id = $1 and hash = $2`, who.Trust, leaf[:])
		if err == nil && row.Log != c.Number {
			c, err = t.signedLog(row.Log)
		}
		if errors.Is(err, sql.ErrNoRows) || err == nil && row.Position >= c.Size {
			return fault.New(fault.NotFound, "no leaf of this hash is in the signed log; a change comes into it about a second after it was made")
		}
		if err != nil {
			return err
		}
		if found.Proof, err = audit.Prove(row.Position, c.Size, t.hashesOf(c)); err != nil {
			return err
		}
		found.Checkpoint = string(c.Signed)
		if found.Leaf, err = t.readableLeaf(row.Leaf); err != nil {
			return err
		}
		return nil
	})
	return found, err
}

// readableLeaf is the leaf for those who may read it, "" for everybody else.
func (t *tx) readableLeaf(text []byte) (string, error) {
	leaf, err := audit.ParseLeaf(text)
	if err != nil {
		return "", fmt.Errorf("stored leaf: %w", err)
	}
	own := t.who.Person != uuid.Nil && leaf.Actor == t.who.person()
	if own || t.may(access.ReadAudit) == nil {
		return string(text), nil
	}
	return "", nil
}

// LogConsistency proves to anybody who is signed in that a log (0: the current
// one) of `to` leaves begins with that of `from` leaves. to 0 is the latest
// checkpoint's size. It returns Invalid where the sizes are not
// 1 ≤ from ≤ to ≤ what was signed.
func (db *DB) LogConsistency(ctx context.Context, who Actor, number int, from, to int64) (audit.Consistency, error) {
	var proof audit.Consistency
	err := db.read(ctx, who, "", func(t *tx) error {
		c, err := t.signedLog(number)
		if err != nil {
			return err
		}
		if to == 0 {
			to = c.Size
		}
		if from < 1 || from > to || to > c.Size {
			return fault.New(fault.Invalid, "from and to are sizes of checkpoints: at least 1, at most the %d leaves signed so far, and from is not above to", c.Size)
		}
		proof, err = audit.ProveConsistency(from, to, t.hashesOf(c))
		return err
	})
	return proof, err
}

// LogEntry is one leaf of a log with its place.
type LogEntry struct {
	Position int64  `db:"position" json:"position"`
	Leaf     string `db:"leaf" json:"leaf"` // as it was hashed
}

// LogEntries lists the signed leaves of one of the trust's logs (0: the current
// one) after a position (-1: from the beginning), at most limit, for auditors.
func (db *DB) LogEntries(ctx context.Context, who Actor, number int, after int64, limit int) ([]LogEntry, error) {
	list := []LogEntry{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadAudit); err != nil {
			return err
		}
		c, err := t.signedLog(number)
		if err != nil {
			return err
		}
		return t.all(&list, `
			select position, convert_from(leaf, 'UTF8') as leaf from log_leaves
			 where trust_id = $1 and log_number = $2 and position > $3 and position < $4 order by position limit $5`,
			who.Trust, c.Number, after, c.Size, limit)
	})
	return list, err
}
