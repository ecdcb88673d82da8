package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Restart is how a trust's log is followed by another.
type Restart struct {
	Installation string // before the / in an origin, for a trust without any log here
	Slug         string // the trust's short name
	Keys         []audit.SigningKey
	Published    Published // what was published last, by the record
	Kept         []byte    // a checkpoint that was kept elsewhere, which counts where it is the newer; may be nil
	Reason       string    // 1 to 1,000 characters; it stays in the log
}

// Restarted says what became of a restart.
type Restarted struct {
	Origin     string           // of the log that was begun
	Former     audit.Checkpoint // the last published one of the log before
	Held       int64            // leaves of that log that are still here and signed
	Checkpoint []byte           // the first of the new log
}

// RestartLog ends a log that is not the one that was published, and begins its
// successor, whose first leaf names what was published last. What the former
// log holds under a signature stays provable; events that had a place behind
// that get one in the new log. It needs the owner's login. It returns Conflict
// where the log is the one that was published, NotFound where nothing is known
// to have been published, and Invalid for a checkpoint that none of the keys has
// signed and for a missing reason.
func (db *DB) RestartLog(ctx context.Context, who Actor, r Restart) (Restarted, error) {
	if reason := strings.TrimSpace(r.Reason); reason == "" || len(reason) > 1000 {
		return Restarted{}, fault.New(fault.Invalid, "say in 1 to 1,000 characters why the log begins anew, without a name: it stays in the log")
	}
	recorded, err := r.Published.Last(who.Trust)
	if err != nil {
		return Restarted{}, err
	}
	var known [][]byte
	for _, note := range [][]byte{recorded, r.Kept} {
		if note != nil {
			known = append(known, note)
		}
	}
	last, published, err := lastPublished(r.Keys, known...)
	if err != nil {
		return Restarted{}, err
	}
	if published == nil {
		return Restarted{}, fault.New(fault.NotFound, "nothing is on record as published of the log of %s, so there is nothing to begin anew after; give the latest checkpoint that was kept elsewhere: --checkpoint FILE", r.Slug)
	}
	var done Restarted
	err = db.write(ctx, who, "", func(t *tx) error {
		done = Restarted{Former: last}
		return t.restartLog(r, published, &done)
	})
	if err != nil {
		return Restarted{}, err
	}
	return done, r.Published.keep(who.Trust, done.Checkpoint)
}

func (t *tx) restartLog(r Restart, published []byte, done *Restarted) error {
	former, err := t.endLog(r, published, done)
	if err != nil {
		return err
	}
	next := logHead{Trust: t.who.Trust, Number: max(former.Number, audit.LogNumber(done.Former.Origin)) + 1}
	next.Origin = audit.NextOrigin(done.Former.Origin, next.Number)
	done.Origin = next.Origin
	if err := t.exec(`insert into log_heads (trust_id, log_number, origin, succeeds, created_at) values ($1, $2, $3, $4, $5)`,
		next.Trust, next.Number, next.Origin, published, t.now); err != nil {
		return err
	}
	var version int
	if err := t.get(&version, `select coalesce(max(object_version), 0) + 1 from audit_events where trust_id = $1 and object_id = $1`, next.Trust); err != nil {
		return err
	}
	err = t.note(audit.Object{Kind: "trust", ID: next.Trust, Version: version},
		audit.LogRestarted{Origin: next.Origin, Published: string(published), Held: done.Held, Reason: strings.TrimSpace(r.Reason)})
	if err != nil {
		return err
	}
	first := t.events[0].Leaf(next.Trust)
	if err := t.finish(nil); err != nil {
		return err
	}
	if err := appendLeaves(t.ctx, t.Tx, next, []audit.Leaf{first}); err != nil {
		return err
	}
	signers, _, err := keysOf(r.Keys, next.Origin)
	if err != nil {
		return err
	}
	if done.Checkpoint, err = (audit.Checkpoint{Origin: next.Origin, Size: 1, Root: first.Hash()}).Sign(signers...); err != nil {
		return err
	}
	return addCheckpoint(logHashes{tx: t.Tx, ctx: t.ctx, log: next}, 1, done.Checkpoint, t.now)
}

// endLog ends the current log where it is not the one that was published. Its
// leaves behind the last signature that holds are taken out of it: nothing in
// this database proves them, and their events get a place in the successor.
func (t *tx) endLog(r Restart, published []byte, done *Restarted) (logHead, error) {
	head := logHead{Trust: t.who.Trust, Origin: "of " + r.Slug}
	err := t.get(&head, currentHead, t.who.Trust)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return head, err
	}
	hashes := logHashes{tx: t.Tx, ctx: t.ctx, log: head}
	whole := continues(hashes, published, r.Slug)
	if whole == nil {
		return head, fault.New(fault.Conflict, "the log %s is the one that was published and goes on as it is; there is nothing to begin anew", head.Origin)
	}
	if !fault.Is(whole, fault.Conflict) {
		return head, whole
	}
	if done.Held, err = t.signedPrefix(r, hashes, done.Former); err != nil || head.Number == 0 {
		return head, err
	}
	return head, t.exec(`
		with leaves as (delete from log_leaves where trust_id = $1 and log_number = $2 and position >= $3),
		     hashes as (delete from log_hashes where trust_id = $1 and log_number = $2 and hash_index >= $4)
		update log_heads set size = $3, ended_at = $5 where trust_id = $1 and log_number = $2`,
		head.Trust, head.Number, done.Held, tlog.StoredHashCount(done.Held), t.now)
}

// signedPrefix is how much of a log a checkpoint here signs that does not
// contradict what was published; 0 where none does.
func (t *tx) signedPrefix(r Restart, hashes logHashes, former audit.Checkpoint) (int64, error) {
	if hashes.log.Number == 0 {
		return 0, nil // no log, hence no key of that name
	}
	_, trusted, err := keysOf(r.Keys, hashes.log.Origin)
	if err != nil {
		return 0, err
	}
	var notes [][]byte
	err = t.all(&notes, `
		select signed from log_checkpoints where trust_id = $1 and log_number = $2 and size <= $3 order by size desc`,
		hashes.log.Trust, hashes.log.Number, hashes.log.Size)
	if err != nil {
		return 0, err
	}
	for _, signed := range notes {
		c, err := audit.OpenCheckpoint(signed, trusted...)
		if err != nil || c.Origin == former.Origin && (c.Size > former.Size || c.Size == former.Size && c.Root != former.Root) {
			continue
		}
		if root, err := tlog.TreeHash(c.Size, hashes); err != nil {
			return 0, fmt.Errorf("root of the log %s: %w", hashes.log.Origin, err)
		} else if root == c.Root {
			return c.Size, nil
		}
	}
	return 0, nil
}
