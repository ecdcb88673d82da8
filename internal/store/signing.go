package store

import (
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

// Sign signs a checkpoint of every log that is not as long as its last, with all
// keys in use, and returns how many those were. A log that does not begin with
// what was signed before, or whose last checkpoint none of the keys has signed,
// is not signed: it returns Conflict with the names of those, and State tells
// it until it is mended.
func (s *Sequencer) Sign(ctx context.Context) (int, error) {
	var moved []loggedTrust
	err := s.db.db.SelectContext(ctx, &moved, `
		select t.trust_id, t.slug from trusts t
		  join log_heads h on h.trust_id = t.trust_id
		 where h.log_number = (select max(log_number) from log_heads x where x.trust_id = t.trust_id)
		   and h.size <> coalesce((select max(c.size) from log_checkpoints c where c.trust_id = h.trust_id and c.log_number = h.log_number), 0)
		 order by t.trust_id`)
	if err != nil {
		return 0, problem(ctx, err)
	}
	signed := 0
	var failed, refused error
	for _, trust := range moved {
		err := s.inTx(ctx, func(tx *sqlx.Tx) error { return s.sign(ctx, tx, trust) })
		switch {
		case err == nil:
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

// sign signs one log as it is now, unless it is not what it was.
func (s *Sequencer) sign(ctx context.Context, tx *sqlx.Tx, trust loggedTrust) error {
	head, err := s.lockHead(ctx, tx, trust)
	if err != nil {
		return err
	}
	hashes := logHashes{tx: tx, ctx: ctx, log: head}
	root, err := tlog.TreeHash(head.Size, hashes)
	if err != nil {
		return fmt.Errorf("root of the log %s: %w", head.Origin, err)
	}
	signers, trusted, err := s.keysOf(head.Origin)
	if err != nil {
		return err
	}
	next := audit.Checkpoint{Origin: head.Origin, Size: head.Size, Root: root}
	if err := follows(ctx, tx, hashes, next, trusted); err != nil {
		return err
	}
	text, err := next.Sign(signers...)
	if err != nil {
		return err
	}
	// Another sequencer may have signed the same size in the meantime.
	_, err = tx.ExecContext(ctx, `
		insert into log_checkpoints (trust_id, log_number, size, signed, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		head.Trust, head.Number, head.Size, text, s.Now())
	return err
}

// keysOf are the keys of a log, to sign and to check with.
func (s *Sequencer) keysOf(origin string) (signers []note.Signer, trusted []note.Verifier, err error) {
	for _, key := range s.keys {
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

// follows returns Conflict where a log does not begin with what was signed of
// it last.
func follows(ctx context.Context, tx *sqlx.Tx, hashes logHashes, next audit.Checkpoint, trusted []note.Verifier) error {
	var signed []byte
	err := tx.GetContext(ctx, &signed, `
		select signed from log_checkpoints where trust_id = $1 and log_number = $2 order by size desc limit 1`,
		hashes.log.Trust, hashes.log.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the first
	}
	if err != nil {
		return err
	}
	last, err := audit.OpenCheckpoint(signed, trusted...)
	if err != nil {
		return fault.New(fault.Conflict, "the log %s is not signed any further: %s. A key is replaced by signing with both for a while", next.Origin, err)
	}
	if last.Size > next.Size {
		return fault.New(fault.Conflict, "the log %s is not signed any further: it has %d leaves, and %d were signed before", next.Origin, next.Size, last.Size)
	}
	proof, err := audit.ProveConsistency(last.Size, next.Size, hashes)
	if err != nil {
		return err
	}
	if err := proof.Check(last, next); err != nil {
		return fault.New(fault.Conflict, "the log %s is not signed any further: %s", next.Origin, err)
	}
	return nil
}
