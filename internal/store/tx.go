package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Actor is who asks: a person of a trust. What they may do the database finds
// itself, in each transaction anew. The zero Person is nobody, who may sign in
// and nothing else.
type Actor struct {
	Trust  uuid.UUID
	Person uuid.UUID

	// Token says that a program asks in the person's name, by an API token. It
	// has no care of accounts.
	Token bool

	operator bool
}

// Operator is the command line at the server, which may do for a trust what
// its officers may.
func Operator(trust uuid.UUID) Actor { return Actor{Trust: trust, operator: true} }

func (a Actor) person() uuid.NullUUID {
	return uuid.NullUUID{UUID: a.Person, Valid: a.Person != uuid.Nil}
}

// Key makes a request that creates or submits safe to send twice. Sum is
// SHA-256 over what was asked, so that a key used for something else is
// noticed. The zero Key asks for no such memory.
type Key struct {
	Key string
	Sum [32]byte
}

// tx is one use case under way.
type tx struct {
	*sqlx.Tx
	db  *DB
	ctx context.Context // of this transaction only; a tx does not outlive the call that made it
	now time.Time       // one for the whole transaction
	who Actor
	at  seat
	key Key

	events []audit.Event
}

// seat is what entering told: the campaign, where the person sits in it, and
// their roles, that of the seat among them. Without a campaign the roles are
// those of the trust.
type seat struct {
	Campaign uuid.NullUUID  `db:"campaign_id"`
	Phase    sql.NullString `db:"phase"`
	Member   uuid.NullUUID  `db:"member_id"`
	Chair    sql.NullBool   `db:"chair"`
	Roles    pq.StringArray `db:"roles"`
	Sum      []byte         `db:"request_sha256"`
	Result   []byte         `db:"result"`
}

// roles are those of the trust and of the seat, as the database found them.
func (t *tx) roles() []access.Role {
	var roles []access.Role
	for _, r := range t.at.Roles {
		if role := access.Role(r); role != access.Administrator || !t.who.Token {
			roles = append(roles, role)
		}
	}
	return roles
}

// become goes on as a person who has just proved who they are.
func (t *tx) become(person uuid.UUID) error {
	t.who.Person = person
	return t.get(&t.at, enter, t.who.Trust, person, "", "", false)
}

// may returns Forbidden where the person may not. The database refuses it
// again, whatever is answered here.
func (t *tx) may(action access.Action) error {
	if t.db.unchecked {
		return nil
	}
	return access.Check(t.roles(), action)
}

// purpose is what a transaction says it does beyond the ordinary. Without the
// action that goes with it, it opens nothing in the database.
type purpose string

const (
	progress  purpose = "progress" // which sheets there are, never what is on them
	pooling   purpose = "pooling"  // the marks of decided campaigns
	importing purpose = "import"   // frameworks that a round brings
)

// declare lets this transaction see and do what its purpose asks for.
func (t *tx) declare(p purpose) error {
	var set string
	return t.get(&set, `select set_config('app.purpose', $1, true)`, string(p))
}

const maxAttempts = 5

// write runs fn in a transaction that writes, and commits the audit events it
// noted together with the change. fn may run twice or more: when the
// transaction lost a race it is rolled back and begun again. campaign is "" for
// what is not about one.
func (db *DB) write(ctx context.Context, who Actor, campaign string, fn func(*tx) error) error {
	_, err := once(ctx, db, who, campaign, Key{}, func(t *tx) (struct{}, error) { return struct{}{}, fn(t) })
	return err
}

// once is write for a request with an idempotency key: the result is kept with
// the change, and the same request sent again is given the same result.
// It returns Conflict when the key was used for another request, and
// Unavailable when it cannot be known whether the commit arrived.
func once[T any](ctx context.Context, db *DB, who Actor, campaign string, key Key, fn func(*tx) (T, error)) (T, error) {
	var result T
	looked := false // once more for the answer to the same request
	for attempt := 1; ; attempt++ {
		err := db.inTx(ctx, nil, who, campaign, key, func(t *tx) error {
			if t.at.Sum != nil {
				return t.replay(&result)
			}
			var err error
			if result, err = fn(t); err != nil {
				return err
			}
			return t.finish(result)
		})
		if err == nil {
			return result, nil
		}
		again := retryable(err) || taken(err)
		err = problem(ctx, err)
		// Of one request sent twice at once the second waits for the first and
		// then meets what that has done: begun once more, it finds the answer.
		if key.Key != "" && !looked && (fault.Is(err, fault.Conflict) || fault.Is(err, fault.Stale)) {
			looked, again = true, true
		}
		if again && attempt < maxAttempts && ctx.Err() == nil {
			continue
		}
		var none T
		return none, err
	}
}

// read runs fn on one snapshot and writes nothing.
func (db *DB) read(ctx context.Context, who Actor, campaign string, fn func(*tx) error) error {
	snapshot := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	for attempt := 1; ; attempt++ {
		err := db.inTx(ctx, snapshot, who, campaign, Key{}, fn)
		if err != nil && retryable(err) && attempt < maxAttempts && ctx.Err() == nil {
			continue
		}
		return problem(ctx, err)
	}
}

// enter is the first statement of every transaction; see the function of that
// name in the schema.
const enter = `select campaign_id, phase, member_id, chair, roles, request_sha256, result from enter($1, $2, $3, $4, $5)`

// inTx begins, enters, runs fn and commits.
func (db *DB) inTx(ctx context.Context, o *sql.TxOptions, who Actor, campaign string, key Key, fn func(*tx) error) error {
	began, err := db.db.BeginTxx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }() // after a commit this does nothing
	t := &tx{Tx: began, db: db, ctx: ctx, now: db.Now(), who: who, key: key}
	err = t.get(&t.at, enter,
		who.Trust, who.person(), campaign, key.Key, who.operator)
	if err != nil {
		return fmt.Errorf("enter: %w", err)
	}
	if campaign != "" && !t.at.Campaign.Valid && t.at.Sum == nil {
		return fault.New(fault.NotFound, "there is no campaign %q here", campaign)
	}
	if err := fn(t); err != nil {
		return err
	}
	if err := began.Commit(); err != nil {
		if retryable(err) || taken(err) {
			return err
		}
		return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "the answer of the database was lost, so it is not known whether this was stored; send it again with the same Idempotency-Key"), err)
	}
	return nil
}

// replay answers a request that has been answered before.
func (t *tx) replay(result any) error {
	if !slices.Equal(t.at.Sum, t.key.Sum[:]) {
		return fault.New(fault.Conflict, "this Idempotency-Key was used for another request; choose a new one")
	}
	if err := json.Unmarshal(t.at.Result, result); err != nil {
		return fmt.Errorf("stored result: %w", err)
	}
	return nil
}

// note appends the audit event of a change; it is written by finish.
func (t *tx) note(object audit.Object, detail audit.Detail) error {
	e, err := audit.New(object, t.who.person(), t.now, detail)
	if err != nil {
		return err
	}
	t.events = append(t.events, e)
	return nil
}

// record is the tail of every statement that ends a use case: the events, their
// payloads and the remembered answer go in with one round trip.
const record = recordEvents + `,
	kept as (
		insert into idempotency_keys (trust_id, person_id, key, request_sha256, result, created_at)
		select $1, $2, $12, $13, $14, $3 where $12 <> '')`

// recordEvents is record without an answer to remember, $1 to $11: the vault's
// login has no right to keep one.
const recordEvents = `
	events as (
		insert into audit_events (trust_id, event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment)
		select $1, e.event_id, e.kind, e.object_kind, e.object_id, e.object_version, $2, $3, e.commitment
		  from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::int[], $9::bytea[])
		       as e (event_id, kind, object_kind, object_id, object_version, commitment)),
	payloads as (
		insert into audit_payloads (trust_id, event_id, nonce, payload)
		select $1, p.event_id, p.nonce, p.payload
		  from unnest($4::uuid[], $10::bytea[], $11::bytea[]) as p (event_id, nonce, payload))`

// recordArgs are the parameters $1 to $14 of record.
func (t *tx) recordArgs(result any) ([]any, error) {
	n := len(t.events)
	ids, kinds, objects, objectIDs := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	versions := make([]int64, n)
	commitments, nonces, payloads := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i := range t.events {
		e := &t.events[i]
		ids[i], kinds[i], objects[i], objectIDs[i] = e.ID.String(), e.Kind, e.Object.Kind, e.Object.ID.String()
		versions[i] = int64(e.Object.Version)
		commitments[i], nonces[i], payloads[i] = e.Commitment[:], e.Nonce[:], e.Payload
	}
	kept := []byte{}
	if t.key.Key != "" {
		var err error
		if kept, err = json.Marshal(result); err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
	}
	return []any{
		t.who.Trust, t.who.person(), t.now,
		pq.Array(ids), pq.Array(kinds), pq.Array(objects), pq.Array(objectIDs), pq.Array(versions), pq.Array(commitments),
		pq.Array(nonces), pq.Array(payloads), t.key.Key, t.key.Sum[:], kept,
	}, nil
}

// finish writes the noted events and the answer, unless a statement of the use
// case has done so already.
func (t *tx) finish(result any) error {
	if len(t.events) == 0 {
		return nil
	}
	args, err := t.recordArgs(result)
	if err != nil {
		return err
	}
	t.events = nil
	if t.key.Key == "" {
		return t.exec(`with `+recordEvents+` select`, args[:11]...)
	}
	return t.exec(`with `+record+` select`, args...)
}

// get reads one row; sql.ErrNoRows where there is none.
func (t *tx) get(into any, query string, args ...any) error {
	return t.GetContext(t.ctx, into, query, args...)
}

// all reads every row into a slice.
func (t *tx) all(into any, query string, args ...any) error {
	return t.SelectContext(t.ctx, into, query, args...)
}

// each hands over row by row, for more of them than there should be in memory.
func (t *tx) each(row func(*sqlx.Rows) error, query string, args ...any) error {
	rows, err := t.QueryxContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

// one executes and returns absent where no row was touched.
func (t *tx) one(absent error, query string, args ...any) error {
	result, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return absent
	}
	return nil
}

func newID() (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("new id: %w", err)
	}
	return id, nil
}

// stale is the answer to a change based on a version that is no longer the
// latest.
func stale(what string) error {
	return fault.New(fault.Stale, "%s was changed since you read it; read it again and repeat your change", what)
}
