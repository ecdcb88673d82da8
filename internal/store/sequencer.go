package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Sequencer orders the events of every trust into the trust's log and signs
// checkpoints of it, with a login and keys that the service does not have. Any
// number of them may work on one database: each extends a log only while it
// holds its head, and the keys of the tables allow each event one place.
type Sequencer struct {
	// Now is the clock of the program.
	Now func() time.Time

	db   *DB
	name string // of the installation, before the / in a log's origin
	keys []audit.SigningKey

	published Published

	mu      sync.Mutex
	drained time.Time // when the last pass began that left nothing behind
	whole   time.Time // the same of the last one that looked at everything
	leaves  int64
	late    int64
	refused error // what kept the last signing from signing

	unrecorded int64
}

// installation is what may stand before the / of an origin: a key of that name
// has no space and no plus.
var installation = regexp.MustCompile(`^[^\s+/]{1,100}$`)

// OpenSequencer connects with the sequencer's login. name is the installation's
// in the origin of every log that is begun from now on; published is where it
// keeps what it let out; keys are one, or two while one is being replaced. It
// returns Invalid for a name with spaces, "+" or "/", for no key, and for a
// login that is not the sequencer's.
func OpenSequencer(ctx context.Context, dsn, name string, published Published, keys ...audit.SigningKey) (*Sequencer, error) {
	if !installation.MatchString(name) {
		return nil, fault.New(fault.Invalid, "LOG_NAME %q cannot name a log; write 1 to 100 characters without spaces, + and /, such as the host that users type", name)
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "the log has no signing key; set SEQUENCER_KEY to what `appointable log new-key` prints")
	}
	db, err := Open(ctx, dsn, Options{MaxConns: 4})
	if err != nil {
		return nil, err
	}
	s := &Sequencer{Now: db.Now, db: db, name: name, keys: keys, published: published, drained: db.Now()}
	if err := s.check(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// check refuses a login that may do more than order and sign, or less.
func (s *Sequencer) check(ctx context.Context) error {
	var right bool
	err := s.db.db.GetContext(ctx, &right, `
		select not (r.rolsuper or r.rolbypassrls) and pg_has_role(r.oid, 'appointable_sequencer', 'member')
		       and not pg_has_role(r.oid, 'appointable_owner', 'member') and not pg_has_role(r.oid, 'appointable_app', 'member')
		  from pg_roles r where r.rolname = current_user`)
	if err != nil {
		return problem(ctx, err)
	}
	if !right {
		return fault.New(fault.Invalid, "SEQUENCER_DATABASE_URL signs in as one who may do more than order the log, or may not do that; use the login appointable_sequence")
	}
	return nil
}

// Close ends the connections.
func (s *Sequencer) Close() error { return s.db.Close() }

// SequencerState is how the log keeps up, for /readyz and the metrics page.
type SequencerState struct {
	Behind  time.Duration // since every event was known to be in its log
	Leaves  int64         // added by this sequencer since its start
	Late    int64         // of those, the ones that came a minute or more after they had happened
	Refused error         // why the last round of signing left a log unsigned; nil where it did not

	// Unrecorded counts the logs that had been signed before and were not on
	// record as published: what the database had was taken for it.
	Unrecorded int64
}

// State reads it.
func (s *Sequencer) State() SequencerState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return SequencerState{Behind: s.Now().Sub(s.drained), Leaves: s.leaves, Late: s.late, Refused: s.refused, Unrecorded: s.unrecorded}
}

const (
	// lateness is how much later than its id an event is looked for on most
	// passes: a request has 30 s, and its event is made within it.
	lateness = 30 * time.Second
	// wholeEvery is how often a pass looks at everything.
	wholeEvery = 10 * time.Minute
	// TooLate is for how long an event may be without its place before it is an
	// alarm.
	TooLate = time.Minute
	// batch is how many events one transaction takes.
	batch = 512
)

// Sequence is one pass: it brings into each trust's log what is not in it yet,
// and returns how many events that were. What goes wrong in one trust does not
// keep another waiting.
//
// An event has its place by an anti-join, whatever its id: ids are nearly in
// the order of time and not in that of commits, so that none may be skipped
// for being smaller than the last. To ask that of the whole history five times
// a second would be dear, so most passes ask it of the events whose ids are not
// older than the last pass that left nothing behind, less the longest time
// between an id and its commit. That bound is an estimate (a long import, a
// clock that runs behind), and nothing hangs on it but time: what it misses is
// found by the pass at the start and every ten minutes, which asks it of
// everything, and is then late and not lost.
func (s *Sequencer) Sequence(ctx context.Context) (int, error) {
	began := s.Now()
	s.mu.Lock()
	since, whole := s.drained.Add(-lateness), began.Sub(s.whole) >= wholeEvery
	s.mu.Unlock()
	after := uuid.Nil
	if !whole {
		after = firstID(since)
	}
	trusts, err := s.waiting(ctx, after)
	if err != nil {
		return 0, err
	}
	taken, err := s.sweep(ctx, trusts, after)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.drained = began
		if whole {
			s.whole = began
		}
	}
	return taken, err
}

// firstID is not above any UUIDv7 of this time or later.
func firstID(at time.Time) uuid.UUID {
	var id uuid.UUID
	for ms, i := at.UnixMilli(), 5; i >= 0; i-- {
		id[i] = byte(ms)
		ms >>= 8
	}
	return id
}

// loggedTrust is a trust with events that wait for their place.
type loggedTrust struct {
	ID    uuid.UUID `db:"trust_id"`
	Slug  string    `db:"slug"`
	after uuid.UUID // where the next batch of this pass begins
}

// unplaced is the anti-join. Written as "not exists" it is planned as a join,
// and a plan made while the log was short reads the whole of it again for every
// batch; this one looks each event up by its key, whatever the plan's age. For
// the same reason the first such event is asked for below, and not whether
// there is one.
const unplaced = `(select l.position from log_leaves l where l.trust_id = e.trust_id and l.event_id = e.event_id) is null`

func (s *Sequencer) waiting(ctx context.Context, after uuid.UUID) ([]loggedTrust, error) {
	var trusts []loggedTrust
	err := s.db.db.SelectContext(ctx, &trusts, `
		select t.trust_id, t.slug
		  from trusts t,
		       lateral (select from audit_events e
		                 where e.trust_id = t.trust_id and e.event_id > $1 and `+unplaced+`
		                 order by e.event_id limit 1) as first
		 order by t.trust_id`, after)
	return trusts, problem(ctx, err)
}

// sweep takes batches from the trusts in turn until none has a full one left,
// so that a trust that imports does not keep the others waiting. Within the
// pass each batch begins after the one before: what is committed behind it
// meanwhile is the next pass's.
func (s *Sequencer) sweep(ctx context.Context, trusts []loggedTrust, after uuid.UUID) (int, error) {
	for i := range trusts {
		trusts[i].after = after
	}
	taken := 0
	var failed error
	for len(trusts) > 0 {
		var full []loggedTrust
		for _, trust := range trusts {
			n, last, err := s.extend(ctx, trust)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("the log of %s: %w", trust.Slug, err))
				continue
			}
			taken += n
			if n == batch {
				trust.after = last
				full = append(full, trust)
			}
		}
		trusts = full
	}
	return taken, failed
}

// extend gives up to a batch of a trust's events their places, in one
// transaction. It returns how many there were and the last one's id.
func (s *Sequencer) extend(ctx context.Context, trust loggedTrust) (n int, last uuid.UUID, err error) {
	var late int64
	err = s.inTx(ctx, func(tx *sqlx.Tx) error {
		head, err := s.lockHead(ctx, tx, trust)
		if err != nil {
			return err
		}
		leaves, err := unsequenced(ctx, tx, trust)
		if err != nil || len(leaves) == 0 {
			return err
		}
		n, last = len(leaves), leaves[len(leaves)-1].Event
		for _, leaf := range leaves {
			if s.Now().Sub(leaf.At) >= TooLate {
				late++
			}
		}
		return appendLeaves(ctx, tx, head, leaves)
	})
	if err != nil {
		return 0, last, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaves, s.late = s.leaves+int64(n), s.late+late
	return n, last, nil
}

func (s *Sequencer) inTx(ctx context.Context, fn func(*sqlx.Tx) error) error {
	tx, err := s.db.db.BeginTxx(ctx, nil)
	if err != nil {
		return problem(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	if err := fn(tx); err != nil {
		return problem(ctx, err)
	}
	return problem(ctx, tx.Commit())
}

// lockHead locks the trust's current log, and begins the first where there is
// none. What is read after it is read as the last holder left it: each
// statement of the transaction has a snapshot of its own.
func (s *Sequencer) lockHead(ctx context.Context, tx *sqlx.Tx, trust loggedTrust) (logHead, error) {
	var head logHead
	err := tx.GetContext(ctx, &head, currentHead, trust.ID)
	if !errors.Is(err, sql.ErrNoRows) {
		return head, err
	}
	if _, err := tx.ExecContext(ctx, `
		insert into log_heads (trust_id, log_number, origin, created_at) values ($1, 1, $2, $3) on conflict do nothing`,
		trust.ID, audit.FirstOrigin(s.name, trust.Slug), s.Now()); err != nil {
		return head, err
	}
	return head, tx.GetContext(ctx, &head, currentHead, trust.ID)
}

// currentHead locks the trust's current log. Whoever has waited for it while it
// was ended finds no row, and the successor in the next statement.
const currentHead = `
	select trust_id, log_number, origin, size, succeeds from log_heads
	 where trust_id = $1 and ended_at is null for no key update`

// unsequenced reads a batch of the events that have no place yet, as leaves.
func unsequenced(ctx context.Context, tx *sqlx.Tx, trust loggedTrust) ([]audit.Leaf, error) {
	var rows []AuditEvent
	err := tx.SelectContext(ctx, &rows, `
		select event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment
		  from audit_events e
		 where trust_id = $1 and event_id > $2 and `+unplaced+`
		 order by event_id limit $3`, trust.ID, trust.after, batch)
	if err != nil {
		return nil, err
	}
	leaves := make([]audit.Leaf, len(rows))
	for i, r := range rows {
		leaves[i] = audit.Leaf{
			Trust: trust.ID, Event: r.ID, Kind: r.Kind, Object: audit.Object{Kind: r.ObjectKind, ID: r.Object, Version: r.Version},
			Actor: r.Actor, At: r.At, Commitment: [32]byte(r.Sum),
		}
	}
	return leaves, nil
}

// appendLeaves adds leaves to a log: their rows, the hashes that they add to the
// tree, and the head.
func appendLeaves(ctx context.Context, tx *sqlx.Tx, head logHead, leaves []audit.Leaf) error {
	n := len(leaves)
	events, texts, hashes := make([]string, n), make([][]byte, n), make([]tlog.Hash, n)
	for i, leaf := range leaves {
		events[i], texts[i], hashes[i] = leaf.Event.String(), leaf.Encode(), leaf.Hash()
	}
	edge, err := rightEdge(logHashes{tx: tx, ctx: ctx, log: head})
	if err != nil {
		return err
	}
	grown, err := audit.Grow(head.Size, hashes, edge)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		with leaves as (
			insert into log_leaves (trust_id, log_number, position, event_id, hash, leaf)
			select $1, $2, $3 + n.nth - 1, n.event_id, n.hash, n.leaf
			  from unnest($5::uuid[], $6::bytea[], $7::bytea[]) with ordinality as n (event_id, hash, leaf, nth)),
		hashes as (
			insert into log_hashes (trust_id, log_number, hash_index, hash)
			select $1, $2, $8 + n.nth - 1, n.hash from unnest($9::bytea[]) with ordinality as n (hash, nth))
		update log_heads set size = $3 + $4 where trust_id = $1 and log_number = $2`,
		head.Trust, head.Number, head.Size, n, pq.Array(events), pq.Array(hashBytes(hashes)), pq.Array(texts),
		tlog.StoredHashCount(head.Size), pq.Array(hashBytes(grown)))
	return err
}

func hashBytes(hashes []tlog.Hash) [][]byte {
	list := make([][]byte, len(hashes))
	for i := range hashes {
		list[i] = hashes[i][:]
	}
	return list
}

// rightEdge reads the roots of the largest complete subtrees of a log, from the
// left, in one round trip: all that its further growth will ask for.
func rightEdge(r logHashes) (tlog.HashReader, error) {
	var indexes []int64
	for level := 0; r.log.Size>>level > 0; level++ {
		if complete := r.log.Size >> level; complete&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, complete-1))
		}
	}
	hashes, err := r.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	edge := map[int64]tlog.Hash{}
	for i, index := range indexes {
		edge[index] = hashes[i]
	}
	return tlog.HashReaderFunc(func(wanted []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(wanted))
		for i, index := range wanted {
			var ok bool
			if found[i], ok = edge[index]; !ok {
				return nil, fmt.Errorf("hash %d is not at the edge of a log of %d leaves", index, r.log.Size)
			}
		}
		return found, nil
	}), nil
}
