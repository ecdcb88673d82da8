package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// signable is a trust's current log as far as it is signed.
type signable struct {
	loggedTrust
	Size       int64  `db:"size"`
	SignedSize int64  `db:"signed_size"`
	Signed     []byte `db:"signed"`
}

// Sign signs a checkpoint of every log that is not as long as its last, with all
// keys in use, and returns how many those were. A log that is not the one that
// was published, that does not begin with what was signed before, or whose last
// checkpoint none of the keys has signed, is not signed: it returns Conflict
// with the names of those, and State tells it until it is mended.
func (s *Sequencer) Sign(ctx context.Context) (int, error) {
	var logs []signable
	err := s.db.db.SelectContext(ctx, &logs, `
		select t.trust_id, t.slug, h.size, coalesce(c.size, 0) as signed_size, c.signed
		  from trusts t join log_heads h on h.trust_id = t.trust_id and h.ended_at is null
		  left join lateral (select size, signed from log_checkpoints c
		                      where c.trust_id = h.trust_id and c.log_number = h.log_number order by c.size desc limit 1) c on true
		 order by t.trust_id`)
	if err != nil {
		return 0, problem(ctx, err)
	}
	signed := 0
	var failed, refused error
	for _, log := range logs {
		did, err := s.signWhatMoved(ctx, log)
		switch {
		case did:
			signed++
		case fault.Is(err, fault.Conflict):
			refused = errors.Join(refused, err)
		default:
			failed = errors.Join(failed, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused != nil || failed == nil {
		s.refused = refused
	}
	return signed, errors.Join(refused, failed)
}

// signWhatMoved leaves a log alone that is signed as it is and on record so.
func (s *Sequencer) signWhatMoved(ctx context.Context, log signable) (did bool, err error) {
	published, err := s.published.Last(log.ID)
	if err != nil || log.Size == log.SignedSize && bytes.Equal(log.Signed, published) {
		return false, err
	}
	err = s.inTx(ctx, func(tx *sqlx.Tx) error {
		var err error
		did, err = s.sign(ctx, tx, log.loggedTrust)
		return err
	})
	return did && err == nil, err
}

// sign signs one log as it is now, unless it is not what it was. What it signs
// is on record before anybody can read it.
func (s *Sequencer) sign(ctx context.Context, tx *sqlx.Tx, trust loggedTrust) (did bool, err error) {
	head, err := s.lockHead(ctx, tx, trust)
	if err != nil {
		return false, err
	}
	hashes := logHashes{tx: tx, ctx: ctx, log: head}
	published, err := s.published.Last(trust.ID)
	if err != nil {
		return false, err
	}
	if err := continues(hashes, published, trust.Slug); err != nil {
		return false, err
	}
	root, err := tlog.TreeHash(head.Size, hashes)
	if err != nil {
		return false, fmt.Errorf("root of the log %s: %w", head.Origin, err)
	}
	signers, trusted, err := keysOf(s.keys, head.Origin)
	if err != nil {
		return false, err
	}
	next := audit.Checkpoint{Origin: head.Origin, Size: head.Size, Root: root}
	last, signed, err := follows(hashes, next, trusted)
	if err != nil {
		return false, err
	}
	if published == nil && signed != nil {
		s.mu.Lock()
		s.unrecorded++
		s.mu.Unlock()
	}
	if last.Size == next.Size { // by another sequencer, or before this one had a record
		return false, s.published.keep(trust.ID, signed)
	}
	if signed, err = next.Sign(signers...); err != nil {
		return false, err
	}
	if err := s.published.keep(trust.ID, signed); err != nil {
		return false, err
	}
	return true, addCheckpoint(hashes, next.Size, signed, s.Now())
}

// keysOf are the keys of a log, to sign and to check with.
func keysOf(keys []audit.SigningKey, origin string) (signers []note.Signer, trusted []note.Verifier, err error) {
	for _, key := range keys {
		signer, err := key.Signer(origin)
		if err != nil {
			return nil, nil, err
		}
		public, err := key.Public(origin)
		if err != nil {
			return nil, nil, err
		}
		verifier, err := audit.ParseVerifier(public)
		if err != nil {
			return nil, nil, err
		}
		signers, trusted = append(signers, signer), append(trusted, verifier)
	}
	return signers, trusted, nil
}

// follows returns the last checkpoint of a log, none for one that has not been
// signed yet, and Conflict where the log does not begin with it.
func follows(hashes logHashes, next audit.Checkpoint, trusted []note.Verifier) (last audit.Checkpoint, signed []byte, err error) {
	err = hashes.tx.GetContext(hashes.ctx, &signed, `
		select signed from log_checkpoints where trust_id = $1 and log_number = $2 order by size desc limit 1`,
		hashes.log.Trust, hashes.log.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return last, nil, nil // the first
	}
	if err != nil {
		return last, nil, err
	}
	if last, err = audit.OpenCheckpoint(signed, trusted...); err != nil {
		return last, nil, fault.New(fault.Conflict, "the log %s is not signed any further: %s. A key is replaced by signing with both for a while", next.Origin, err)
	}
	if last.Size > next.Size {
		return last, nil, fault.New(fault.Conflict, "the log %s is not signed any further: it has %d leaves, and %d were signed before", next.Origin, next.Size, last.Size)
	}
	proof, err := audit.ProveConsistency(last.Size, next.Size, hashes)
	if err != nil {
		return last, nil, err
	}
	if err := proof.Check(last, next); err != nil {
		return last, nil, fault.New(fault.Conflict, "the log %s is not signed any further: %s", next.Origin, err)
	}
	return last, signed, nil
}

// continues returns Conflict where a log is not the one that was published:
// the database was set back to an earlier state, or altered, and whatever is
// signed from here on contradicts what is known outside.
func continues(hashes logHashes, published []byte, slug string) error {
	if published == nil {
		return nil
	}
	last, err := audit.ReadCheckpoint(published)
	if err != nil {
		return err
	}
	head := hashes.log
	if last.Origin != head.Origin {
		return succeeded(hashes, last, slug)
	}
	if head.Size < last.Size {
		return forked(head, slug, "this database has %d of its leaves, and %d were published: it was set back to an earlier state, as by restoring a backup", head.Size, last.Size)
	}
	root, err := tlog.TreeHash(last.Size, hashes)
	if err != nil {
		return fmt.Errorf("root of the log %s: %w", head.Origin, err)
	}
	if root != last.Root {
		return forked(head, slug, "its first %d leaves in this database are not those that were published: it was set back to an earlier state and went on, or was altered", last.Size)
	}
	return nil
}

// succeeded returns Conflict unless a log of this database follows the one that
// was published, as it was published: a record of another machine may be older
// than the restart.
func succeeded(hashes logHashes, last audit.Checkpoint, slug string) error {
	var notes [][]byte
	err := hashes.tx.SelectContext(hashes.ctx, &notes, `select succeeds from log_heads where trust_id = $1 and succeeds is not null`, hashes.log.Trust)
	if err != nil {
		return err
	}
	for _, text := range notes {
		named, err := audit.ReadCheckpoint(text)
		if err != nil {
			return err
		}
		if named.Origin == last.Origin && (named.Size > last.Size || named == last) {
			return nil
		}
	}
	return forked(hashes.log, slug, "of the log %s %d leaves were published, and no log in this database follows it: the database was set back to an earlier state", last.Origin, last.Size)
}

func forked(head logHead, slug, why string, args ...any) error {
	return fault.New(fault.Conflict, "the log %s is not signed any further: %s. Restore a later state, or end this log and begin its successor: appointable log restart --trust %s --reason TEXT",
		head.Origin, fmt.Sprintf(why, args...), slug)
}

func addCheckpoint(hashes logHashes, size int64, signed []byte, at any) error {
	_, err := hashes.tx.ExecContext(hashes.ctx, `
		insert into log_checkpoints (trust_id, log_number, size, signed, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		hashes.log.Trust, hashes.log.Number, size, signed, at)
	return err
}

// CompareLog returns Conflict where the log of a trust in this database is not
// the one that was published last, in plain words and with the remedy.
func (db *DB) CompareLog(ctx context.Context, who Actor, slug string, published Published) error {
	last, err := published.Last(who.Trust)
	if err != nil || last == nil {
		return err
	}
	return db.read(ctx, who, "", func(t *tx) error {
		head := logHead{Trust: who.Trust, Origin: "of " + slug}
		err := t.get(&head, `select trust_id, log_number, origin, size, succeeds from log_heads where trust_id = $1 and ended_at is null`, who.Trust)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return continues(logHashes{tx: t.Tx, ctx: ctx, log: head}, last, slug)
	})
}

// lastPublished is the newest of some checkpoints of a trust's logs, each
// signed by one of the keys; nil where there is none.
func lastPublished(keys []audit.SigningKey, notes ...[]byte) (audit.Checkpoint, []byte, error) {
	var newest audit.Checkpoint
	var signed []byte
	for _, text := range notes {
		says, err := audit.ReadCheckpoint(text)
		if err != nil {
			return newest, nil, err
		}
		_, trusted, err := keysOf(keys, says.Origin)
		if err != nil {
			return newest, nil, err
		}
		if says, err = audit.OpenCheckpoint(text, trusted...); err != nil {
			return newest, nil, fault.New(fault.Invalid, "the checkpoint of %s that was published: %s", says.Origin, err)
		}
		number, before := audit.LogNumber(says.Origin), audit.LogNumber(newest.Origin)
		if signed == nil || number > before || number == before && says.Size > newest.Size {
			newest, signed = says, text
		}
	}
	return newest, signed, nil
}

// LatestCheckpoint is the newest one of a trust's current log.
type LatestCheckpoint struct {
	Trust  string `db:"slug"`
	Origin string `db:"origin"`
	Size   int64  `db:"size"`
	Signed []byte `db:"signed"` // the signed note
}

// Latest lists the newest checkpoint of every trust that has one, by trust.
func (s *Sequencer) Latest(ctx context.Context) ([]LatestCheckpoint, error) {
	list := []LatestCheckpoint{}
	err := s.db.db.SelectContext(ctx, &list, `
		select t.slug, h.origin, c.size, c.signed
		  from trusts t join log_heads h on h.trust_id = t.trust_id and h.ended_at is null,
		       lateral (select size, signed from log_checkpoints c
		                 where c.trust_id = h.trust_id and c.log_number = h.log_number and c.size <= h.size order by c.size desc limit 1) c
		 order by t.slug`)
	return list, problem(ctx, err)
}
