package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// What a drill asks of a database and of its restored copy. All of it needs the
// owner's login, which row-level security does not bind.

// Snapshot is one moment of a database, held so that a backup of that very
// moment can be made while people work on.
type Snapshot struct {
	Name string           // for pg_dump
	Rows map[string]int64 // of every table of ours, by schema.name
	tx   *sqlx.Tx
}

// Snapshot holds one until it is closed.
func (db *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	tx, err := db.db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, problem(ctx, err)
	}
	s := &Snapshot{tx: tx}
	err = tx.GetContext(ctx, &s.Name, `select pg_export_snapshot()`)
	if err == nil {
		s.Rows, err = countRows(ctx, tx)
	}
	if err != nil {
		return nil, errors.Join(problem(ctx, err), tx.Rollback())
	}
	return s, nil
}

// Close lets it go.
func (s *Snapshot) Close() error { return s.tx.Rollback() }

// CountRows counts the rows of every table of ours, by schema.name.
func (db *DB) CountRows(ctx context.Context) (map[string]int64, error) {
	rows, err := countRows(ctx, db.db)
	return rows, problem(ctx, err)
}

func countRows(ctx context.Context, q sqlx.QueryerContext) (map[string]int64, error) {
	var tables []struct {
		Schema string `db:"nspname"`
		Name   string `db:"relname"`
	}
	err := sqlx.SelectContext(ctx, q, &tables, `
		select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		 where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1, 2`)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int64, len(tables))
	for _, t := range tables {
		var n int64
		if err := sqlx.GetContext(ctx, q, &n, `select count(*) from `+pq.QuoteIdentifier(t.Schema)+`.`+pq.QuoteIdentifier(t.Name)); err != nil {
			return nil, err
		}
		rows[t.Schema+"."+t.Name] = n
	}
	return rows, nil
}

// SeenByNobody counts what a login sees in some tables, as schema.name, without
// having entered for a trust. A table that is closed to it counts as nothing.
func (db *DB) SeenByNobody(ctx context.Context, tables []string) (int64, error) {
	var seen int64
	for _, table := range tables {
		var n int64
		err := db.db.GetContext(ctx, &n, `select count(*) from `+table)
		if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == "42501" {
			continue
		}
		if err != nil {
			return 0, problem(ctx, err)
		}
		seen += n
	}
	return seen, nil
}

// AllTrusts lists the trusts by their short names.
func (db *DB) AllTrusts(ctx context.Context) ([]Trust, error) {
	trusts := []Trust{}
	err := db.db.SelectContext(ctx, &trusts, `select trust_id, slug, name, demo from trusts order by slug`)
	return trusts, problem(ctx, err)
}

// Provable finds the campaign that changed last of those whose evidence may be
// taken out, of a trust or, for "", of any. It returns NotFound where there is
// none.
func (db *DB) Provable(ctx context.Context, slug string) (trust, campaign string, err error) {
	var found struct {
		Trust    string `db:"slug"`
		Campaign string `db:"code"`
	}
	err = db.db.GetContext(ctx, &found, `
		select t.slug, c.code from campaigns c join trusts t on t.trust_id = c.trust_id
		 where c.phase in ('deciding', 'decided') and ($1 = '' or t.slug = $1) order by c.phase desc, c.campaign_id desc limit 1`, slug)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "no campaign has closed its moderation yet")
	}
	return found.Trust, found.Campaign, problem(ctx, err)
}

// BrokenPayloads counts the payloads of events, and those that are not what
// their event committed to.
func (db *DB) BrokenPayloads(ctx context.Context) (all, broken int64, err error) {
	var n struct {
		All    int64 `db:"all_of_them"`
		Broken int64 `db:"broken"`
	}
	err = db.db.GetContext(ctx, &n, `
		select count(*) as all_of_them, count(*) filter (where sha256(p.nonce || p.payload) <> e.commitment) as broken
		  from audit_payloads p join audit_events e on e.trust_id = p.trust_id and e.event_id = p.event_id`)
	return n.All, n.Broken, problem(ctx, err)
}

// ReplayedLog is a log that was computed anew from its leaves.
type ReplayedLog struct {
	Origin string
	Leaves int64
	Signed []byte // its last checkpoint, which signs the root that was found; nil where nothing is signed yet
}

// ReplayLogs computes each log's tree anew from the texts of its leaves. It
// returns Conflict, with what is wrong, where that is not what was signed last.
func (db *DB) ReplayLogs(ctx context.Context) ([]ReplayedLog, error) {
	var heads []logHead
	if err := db.db.SelectContext(ctx, &heads, `select trust_id, log_number, origin, size from log_heads order by origin`); err != nil {
		return nil, problem(ctx, err)
	}
	logs := make([]ReplayedLog, len(heads))
	for i, head := range heads {
		var err error
		if logs[i], err = db.replayLog(ctx, head); err != nil {
			return nil, problem(ctx, err)
		}
	}
	return logs, nil
}

func (db *DB) replayLog(ctx context.Context, head logHead) (ReplayedLog, error) {
	log := ReplayedLog{Origin: head.Origin, Leaves: head.Size}
	var leaves []tlog.Hash
	rows, err := db.db.QueryContext(ctx, `select position, event_id, hash, leaf from log_leaves where trust_id = $1 and log_number = $2 order by position`, head.Trust, head.Number)
	if err != nil {
		return log, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var position int64
		var event uuid.UUID
		var hash, text []byte
		if err := rows.Scan(&position, &event, &hash, &text); err != nil {
			return log, err
		}
		leaf, err := audit.ParseLeaf(text)
		if err != nil || leaf.Event != event || position != int64(len(leaves)) || leaf.Hash() != tlog.Hash(hash) {
			return log, fault.New(fault.Conflict, "the log %s is damaged at position %d", head.Origin, len(leaves))
		}
		leaves = append(leaves, leaf.Hash())
	}
	if err := rows.Err(); err != nil {
		return log, err
	}
	if int64(len(leaves)) != head.Size {
		return log, fault.New(fault.Conflict, "the log %s has %d leaves, and its head says %d", head.Origin, len(leaves), head.Size)
	}
	err = db.db.GetContext(ctx, &log.Signed, `
		select signed from log_checkpoints where trust_id = $1 and log_number = $2 and size <= $3 order by size desc limit 1`, head.Trust, head.Number, head.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return log, nil
	}
	if err != nil {
		return log, err
	}
	return log, signs(log.Signed, leaves)
}

// signs returns Conflict where a checkpoint is not of these leaves.
func signs(signed []byte, leaves []tlog.Hash) error {
	c, err := audit.ReadCheckpoint(signed)
	if err != nil {
		return err
	}
	stored, err := audit.Grow(0, leaves[:c.Size], nil)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(c.Size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	}))
	if err != nil {
		return fmt.Errorf("root of the log %s: %w", c.Origin, err)
	}
	if root != c.Root {
		return fault.New(fault.Conflict, "the leaves of the log %s are not those that its last checkpoint signs", c.Origin)
	}
	return nil
}

// ForgetLogs takes the logs out of a copy that is thrown away, so that all of
// its events can be ordered and signed anew under a key that is thrown away
// too: nothing is signed under the name of the real one.
func (db *DB) ForgetLogs(ctx context.Context) error {
	_, err := db.db.ExecContext(ctx, `truncate log_heads, log_leaves, log_hashes, log_checkpoints`)
	return problem(ctx, err)
}
