package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// sequencer connects as one does, with these keys, or with one that is the same
// for all worlds, since worlds share databases.
func (w *world) sequencer(keys ...audit.SigningKey) *store.Sequencer {
	w.t.Helper()
	if len(keys) == 0 {
		key, err := audit.ParseSigningKey("APPOINTABLE-LOG-KEY-" + strings.Repeat("A", 43) + "=")
		w.must(err)
		keys = append(keys, key)
	}
	s, err := store.OpenSequencer(w.ctx, w.database.DSN("appointable_sequence"), "log.example", w.record(), keys...)
	w.must(err)
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

// record is where the world's sequencers keep what they published.
func (w *world) record() store.Published {
	w.t.Helper()
	if w.published == "" {
		w.published = filepath.Join(w.t.TempDir(), "published")
	}
	p, err := store.OpenPublished(w.published)
	w.must(err)
	return p
}

// sequenced brings everything into the log and signs it.
func (w *world) sequenced(s *store.Sequencer) {
	w.t.Helper()
	_, err := s.Sequence(w.ctx)
	w.must(err)
	_, err = s.Sign(w.ctx)
	w.must(err)
}

func (w *world) verifier(origin string, key audit.SigningKey) note.Verifier {
	w.t.Helper()
	text, err := key.Public(origin)
	w.must(err)
	v, err := audit.ParseVerifier(text)
	w.must(err)
	return v
}

func (w *world) checkpoint(key audit.SigningKey) audit.Checkpoint {
	w.t.Helper()
	signed, err := w.db.LogCheckpoint(w.ctx, w.operator, 0)
	w.must(err)
	c, err := audit.OpenCheckpoint(signed, w.verifier("log.example/"+w.trust.Slug, key))
	w.must(err)
	return c
}

func TestLogHoldsEveryEvent(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	s := w.sequencer(key)
	w.scoring()
	w.refused(fails(w.db.LogCheckpoint(w.ctx, w.operator, 0)), fault.NotFound)
	w.refused(fails(w.db.LogOrigins(w.ctx, w.operator)), fault.NotFound)
	early := w.submit("R1", "C1", 4, 5)
	w.sequenced(s)
	first := w.checkpoint(key)
	receipt := w.submit("R2", "C1", 3, 5)
	hash, err := audit.ParseHexHash(receipt.LeafHash)
	w.must(err)
	w.refused(fails(w.db.LogInclusion(w.ctx, w.officer, hash)), fault.NotFound)
	w.sequenced(s)
	last := w.checkpoint(key)
	w.equal(int(last.Size), w.count(`select count(*) from audit_events`))

	proof, err := w.db.LogInclusion(w.ctx, w.members["R2"], hash)
	w.must(err)
	w.must(proof.Proof.Check(hash, last))
	leaf, err := audit.ParseLeaf([]byte(proof.Leaf))
	w.must(err)
	w.equal([]any{leaf.Hash(), leaf.Event, leaf.Kind, leaf.Actor.UUID}, []any{hash, receipt.Event, "sheet.submitted", w.members["R2"].Person})
	if early.LeafHash == receipt.LeafHash {
		t.Error("two receipts of one hash")
	}

	grown, err := w.db.LogConsistency(w.ctx, w.members["R1"], 0, first.Size, 0)
	w.must(err)
	w.must(grown.Check(first, last))
	for _, sizes := range [][2]int64{{0, 3}, {4, 3}, {1, last.Size + 1}, {-1, 2}} {
		w.refused(fails(w.db.LogConsistency(w.ctx, w.officer, 0, sizes[0], sizes[1])), fault.Invalid)
	}

	// The entries replayed give the root that was signed.
	var hashes []tlog.Hash
	for after := int64(-1); ; {
		part, err := w.db.LogEntries(w.ctx, w.auditor, 0, after, 7)
		w.must(err)
		if len(part) == 0 {
			break
		}
		for _, e := range part {
			after++
			w.equal(e.Position, after)
			hashes = append(hashes, tlog.RecordHash([]byte(e.Leaf)))
		}
	}
	w.equal(rootOf(w, hashes), last.Root)
	w.refused(fails(w.db.LogEntries(w.ctx, w.officer, 0, -1, 7)), fault.Forbidden)

	// Nothing new, nothing done.
	n, err := s.Sequence(w.ctx)
	w.must(err)
	signed, err := s.Sign(w.ctx)
	w.must(err)
	w.equal([]int{n, signed}, []int{0, 0})
}

// rootOf replays a log from its leaves' hashes.
func rootOf(w *world, leaves []tlog.Hash) tlog.Hash {
	w.t.Helper()
	stored, err := audit.Grow(0, leaves, nil)
	w.must(err)
	root, err := tlog.TreeHash(int64(len(leaves)), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	}))
	w.must(err)
	return root
}

// The hash of a neighbour, which a proof tells, must not open the neighbour.
func TestLeavesAreReadByTheirActorAndAuditors(t *testing.T) {
	w := newWorld(t)
	s := w.sequencer()
	w.scoring()
	receipt := w.submit("R1", "C1", 4, 5)
	w.sequenced(s)
	hash, err := audit.ParseHexHash(receipt.LeafHash)
	w.must(err)
	for who, reads := range map[store.Actor]bool{
		w.members["R1"]: true,
		w.members["R2"]: false,
		w.officer:       false,
		w.auditor:       true,
	} {
		found, err := w.db.LogInclusion(w.ctx, who, hash)
		w.must(err)
		if (found.Leaf != "") != reads {
			t.Errorf("%v reads the leaf: %v", who.Person, !reads)
		}
	}
}

// Two sequencers, cut off again and again while people write, leave each event
// once, without a gap, and checkpoints of one history.
func TestTwoSequencersAtOnce(t *testing.T) {
	w := newWorld(t)
	other := trustIn(t, w.database, w.db, "southgate")
	key := audit.NewSigningKey()
	ctx, stop := context.WithCancel(w.ctx)
	var working sync.WaitGroup
	for range 2 {
		s := w.sequencer(key)
		working.Go(func() { cutOff(ctx, s.Sequence) })
		working.Go(func() { cutOff(ctx, s.Sign) })
	}
	working.Go(func() { terminate(ctx, w) })
	var writing sync.WaitGroup
	for i := range 6 {
		writing.Go(func() {
			for j := range 60 {
				who := []store.Actor{w.operator, other.operator}[j%2]
				_, err := w.db.AddPerson(w.ctx, who, store.Key{}, store.Person{Username: fmt.Sprintf("p%d-%d", i, j), DisplayName: "A Person"})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	stop()
	working.Wait()

	cut := w.count(`select count(*) from log_leaves`)
	w.sequenced(w.sequencer(key))
	t.Logf("%d of %d events were in the log when the sequencers ended", cut, w.count(`select count(*) from audit_events`))
	w.equal(w.count(`select count(*) from audit_events e where not exists (select from log_leaves l where l.trust_id = e.trust_id and l.event_id = e.event_id)`), 0)
	for _, each := range []*world{w, other} {
		each.wholeLog(key)
	}
}

// cutOff runs a pass again and again, with random time to live.
func cutOff(ctx context.Context, pass func(context.Context) (int, error)) {
	for ctx.Err() == nil {
		short, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(25_000))*time.Microsecond)
		_, _ = pass(short) // most are cut off
		cancel()
		_, _ = pass(ctx)
	}
}

// terminate ends the connections of sequencers, in the middle of anything.
func terminate(ctx context.Context, w *world) {
	db := w.raw("postgres")
	for ctx.Err() == nil {
		_, _ = db.ExecContext(ctx, `
			select pg_terminate_backend(pid) from pg_stat_activity
			 where usename = 'appointable_sequence' and datname = current_database() and random() < 0.3`)
		time.Sleep(15 * time.Millisecond)
	}
}

// wholeLog checks a trust's log: no gap, no event twice, one root, and every
// checkpoint that was ever signed is of this history.
func (w *world) wholeLog(key audit.SigningKey) {
	w.t.Helper()
	db := w.raw("postgres")
	var leaves [][]byte
	w.must(db.SelectContext(w.ctx, &leaves, `select leaf from log_leaves where trust_id = $1 order by position`, w.trust.ID))
	w.equal(w.count(`select count(distinct event_id) from log_leaves where trust_id = $1`, w.trust.ID), len(leaves))
	w.equal(w.count(`select max(position) + 1 from log_leaves where trust_id = $1`, w.trust.ID), len(leaves))
	w.equal(w.count(`select size from log_heads where trust_id = $1`, w.trust.ID), len(leaves))
	w.equal(w.count(`select count(*) from log_hashes where trust_id = $1`, w.trust.ID), int(tlog.StoredHashCount(int64(len(leaves)))))
	hashes := make([]tlog.Hash, len(leaves))
	for i, leaf := range leaves {
		hashes[i] = tlog.RecordHash(leaf)
	}
	var signed [][]byte
	w.must(db.SelectContext(w.ctx, &signed, `select signed from log_checkpoints where trust_id = $1 order by size`, w.trust.ID))
	var last audit.Checkpoint
	for i, text := range signed {
		c, err := audit.OpenCheckpoint(text, w.verifier("log.example/"+w.trust.Slug, key))
		w.must(err)
		w.equal(c.Root, rootOf(w, hashes[:c.Size]))
		if i > 0 {
			proof, err := w.db.LogConsistency(w.ctx, w.auditor, 0, last.Size, c.Size)
			w.must(err)
			w.must(proof.Check(last, c))
		}
		last = c
	}
	w.equal(int(last.Size), len(leaves))
	w.t.Logf("%s: %d leaves, %d checkpoints", w.trust.Slug, len(leaves), len(signed))
}

// What was signed is never signed away.
func TestForkIsNotSigned(t *testing.T) {
	for name, rewrite := range map[string]string{
		"another history":               `update log_hashes set hash = sha256(hash)`,
		"fewer leaves":                  `update log_heads set size = 3`,
		"a checkpoint of another's key": `update log_checkpoints set signed = convert_to(replace(convert_from(signed, 'UTF8'), 'log.example', 'log.elsewhere'), 'UTF8')`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.sequencer()
			w.person("ada")
			w.sequenced(s)
			w.equal(s.State().Refused, nil)
			_, err := w.raw("postgres").ExecContext(w.ctx, rewrite)
			w.must(err)
			w.person("beth")
			if name != "fewer leaves" { // then the next leaf's place is taken already
				_, err = s.Sequence(w.ctx)
				w.must(err)
			}
			before := w.count(`select count(*) from log_checkpoints`)
			w.refused(fails(s.Sign(w.ctx)), fault.Conflict)
			w.equal(w.count(`select count(*) from log_checkpoints`), before)
			w.refused(s.State().Refused, fault.Conflict)
		})
	}
}

func TestKeysAreReplacedByOverlap(t *testing.T) {
	w := newWorld(t)
	before, after := audit.NewSigningKey(), audit.NewSigningKey()
	w.sequenced(w.sequencer(before))
	w.person("ada")
	_, err := w.sequencer(after).Sequence(w.ctx)
	w.must(err)
	w.refused(fails(w.sequencer(after).Sign(w.ctx)), fault.Conflict)
	w.sequenced(w.sequencer(before, after))
	w.equal(w.checkpoint(before), w.checkpoint(after))
	w.person("beth")
	w.sequenced(w.sequencer(after))
	w.equal(int(w.checkpoint(after).Size), w.count(`select count(*) from audit_events`))
}

// An event that is committed long after its id was made is found by the pass
// that looks at everything.
func TestLateEventIsNotLost(t *testing.T) {
	w := newWorld(t)
	s := w.sequencer()
	w.sequenced(s)
	_, err := w.raw("postgres").ExecContext(w.ctx, `
		insert into audit_events select trust_id, '01900000-0000-7000-8000-000000000000', kind, object_kind, gen_random_uuid(), 1, actor_id, at, commitment
		  from audit_events limit 1`)
	w.must(err)
	n, err := s.Sequence(w.ctx)
	w.must(err)
	w.equal(n, 0)
	now := s.Now
	s.Now = func() time.Time { return now().Add(11 * time.Minute) }
	if n, err = s.Sequence(w.ctx); n != 1 || err != nil {
		t.Errorf("the late event: %d, %v", n, err)
	}
	w.equal(s.State().Late, int64(1))
}

// The order of ids is not that of commits: what is committed after a later
// event was sequenced is taken by the very next pass.
func TestCommitsOutOfOrder(t *testing.T) {
	w := newWorld(t)
	s := w.sequencer()
	w.sequenced(s)
	slow, err := w.raw("postgres").BeginTxx(w.ctx, nil)
	w.must(err)
	early, err := uuid.NewV7()
	w.must(err)
	_, err = slow.ExecContext(w.ctx, `
		insert into audit_events select trust_id, $1, kind, object_kind, gen_random_uuid(), 1, actor_id, now(), commitment from audit_events limit 1`, early)
	w.must(err)
	w.person("ada")
	n, err := s.Sequence(w.ctx)
	w.must(err)
	w.equal(n > 0, true)
	w.must(slow.Commit())
	n, err = s.Sequence(w.ctx)
	w.must(err)
	w.equal(n, 1)
	w.equal(w.count(`select position from log_leaves where event_id = $1`, early), w.count(`select count(*) - 1 from log_leaves`))
}

func TestBehind(t *testing.T) {
	w := newWorld(t)
	s := w.sequencer()
	now := s.Now
	s.Now = func() time.Time { return now().Add(90 * time.Second) }
	if behind := s.State().Behind; behind < 90*time.Second {
		t.Errorf("%v behind", behind)
	}
	w.sequenced(s)
	if behind := s.State().Behind; behind > 10*time.Second {
		t.Errorf("%v behind after a pass", behind)
	}
	w.equal(s.State().Leaves, int64(w.count(`select count(*) from audit_events`)))
}

func TestOpenSequencerRefuses(t *testing.T) {
	w := newWorld(t)
	for _, login := range []string{"appointable_web", "appointable_migrate", "postgres"} {
		w.refused(fails(store.OpenSequencer(w.ctx, w.database.DSN(login), "log.example", w.record(), audit.NewSigningKey())), fault.Invalid)
	}
	dsn := w.database.DSN("appointable_sequence")
	w.refused(fails(store.OpenSequencer(w.ctx, dsn, "log.example", w.record())), fault.Invalid)
	for _, name := range []string{"", "a b", "a+b", "a/b"} {
		w.refused(fails(store.OpenSequencer(w.ctx, dsn, name, w.record(), audit.NewSigningKey())), fault.Invalid)
	}
}

// The sequencer's login reads events, names of trusts and the log; and of those
// it rewrites nothing.
func TestSequencerSeesNothingElse(t *testing.T) {
	w := newWorld(t)
	w.everything()
	s := w.sequencer()
	w.sequenced(s)
	db := w.raw("appointable_sequence")
	var tables []string
	w.must(w.raw("postgres").SelectContext(w.ctx, &tables, `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`))
	open := map[string]bool{"trusts": true, "audit_events": true, "log_heads": true, "log_leaves": true, "log_hashes": true, "log_checkpoints": true}
	for _, table := range tables {
		var n int
		err := db.GetContext(w.ctx, &n, `select count(*) from `+table)
		if open[table] != (err == nil) || open[table] && n == 0 {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
	for _, statement := range []string{
		`update audit_events set kind = 'x'`, `delete from audit_events`, `update log_leaves set position = 99`, `delete from log_leaves`,
		`update log_hashes set hash_index = 99`, `delete from log_checkpoints`, `update log_checkpoints set size = 99`, `delete from log_heads`,
		`update trusts set name = 'x'`, `set role appointable_owner`, `set role appointable_app`, `select find_trust('northgate')`,
	} {
		if _, err := db.ExecContext(w.ctx, statement); err == nil {
			t.Errorf("the sequencer may %s", statement)
		}
	}
	for _, table := range []string{"log_heads", "log_leaves", "log_hashes", "log_checkpoints"} {
		if _, err := w.raw("appointable_web").ExecContext(w.ctx, `delete from `+table); err == nil {
			t.Errorf("the service may delete from %s", table)
		}
	}
}

// Another trust's log is not there.
func TestLogOfAnotherTrust(t *testing.T) {
	w := newWorld(t)
	other := trustIn(t, w.database, w.db, "southgate")
	w.sequenced(w.sequencer())
	var hash []byte
	w.must(w.raw("postgres").GetContext(w.ctx, &hash, `select hash from log_leaves where trust_id = $1 limit 1`, other.trust.ID))
	w.refused(fails(w.db.LogInclusion(w.ctx, w.auditor, tlog.Hash(hash))), fault.NotFound)
	if _, err := other.db.LogInclusion(w.ctx, other.auditor, tlog.Hash(hash)); err != nil {
		t.Error(err)
	}
}

// BenchmarkSequence drains a backlog and tells leaves a second.
func BenchmarkSequence(b *testing.B) {
	const backlog = 50_000
	database := server.Database(b)
	trust, err := database.OpenOwner(b).CreateTrust(b.Context(), "northgate", "Northgate", true)
	if err != nil {
		b.Fatal(err)
	}
	super, err := sqlx.ConnectContext(b.Context(), "postgres", database.DSN("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = super.Close() }()
	published, err := store.OpenPublished(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.OpenSequencer(b.Context(), database.DSN("appointable_sequence"), "log.example", published, audit.NewSigningKey())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var took, ahead time.Duration
	for b.Loop() {
		if _, err := super.ExecContext(b.Context(), `
			insert into audit_events
			select $1, gen_random_uuid(), 'sheet.saved', 'sheet', gen_random_uuid(), 2, gen_random_uuid(), now(), sha256(n::text::bytea) from generate_series(1, $2) n`,
			trust.ID, backlog); err != nil {
			b.Fatal(err)
		}
		ahead += time.Hour
		s.Now = func() time.Time { return time.Now().Add(ahead) } // so that the pass is of everything: these ids are random
		began := time.Now()
		n, err := s.Sequence(b.Context())
		if err != nil || n < backlog {
			b.Fatalf("%d leaves: %v", n, err)
		}
		took += time.Since(began)
	}
	b.ReportMetric(float64(backlog*b.N)/took.Seconds(), "leaves/s")
}
