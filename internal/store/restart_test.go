package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
	"appointable/internal/localpg"
	"appointable/internal/store"
)

// dumped is a backup of the world's database as it is now.
func (w *world) dumped() string {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "backup")
	w.must(localpg.Dump(w.ctx, w.database.DSN("appointable_migrate"), "", file))
	return file
}

// restored is the world as it comes back from a backup: the same people, and
// the record of what was published, which no restore touches.
func (w *world) restored(backup string) *world { return w.restoredAs(backup, "restored") }

func (w *world) restoredAs(backup, name string) *world {
	w.t.Helper()
	back := *w
	back.database = w.database.Beside(name + "_" + w.database.Name[len(w.database.Name)-8:])
	super := w.database.Beside("postgres").DSN("postgres")
	w.must(store.EnsureDatabase(w.ctx, super, back.database.Name))
	w.t.Cleanup(func() { _ = store.DropDatabase(context.Background(), super, back.database.Name) })
	w.must(store.MakeRoles(w.ctx, back.database.DSN("postgres")))
	w.must(localpg.Restore(w.ctx, back.database.DSN("appointable_migrate"), backup))
	back.db = back.database.Open(w.t)
	back.raws = map[string]*sqlx.DB{}
	return &back
}

func (w *world) restart(key audit.SigningKey, kept []byte) (store.Restarted, error) {
	return w.database.OpenOwner(w.t).RestartLog(w.ctx, w.operator, store.Restart{
		Slug: w.trust.Slug, Keys: []audit.SigningKey{key}, Published: w.record(), Kept: kept, Reason: "restored from the night's backup",
	})
}

// failing has the checks of a report that failed, each with what it said.
func failing(r evidence.Report) string {
	var out strings.Builder
	for _, c := range r.Checks {
		for _, f := range c.Failures {
			out.WriteString(c.Name + ": " + f.String() + "\n")
		}
	}
	return out.String()
}

// A database that was restored from a backup does not sign another history
// under the old name. It goes on under a new one, which says what was published
// of the old, and everything that is in either verifies offline.
func TestRestoredLogIsNotForked(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	s := w.sequencer(key)
	w.scoring()
	_, err := w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
	w.must(err)
	receipt := w.submit("R1", "C1", 4, 5)
	w.sequenced(s)
	atBackup := w.checkpoint(key)
	w.submit("R2", "C1", 3, 5)
	_, err = s.Sequence(w.ctx) // has a place, and is not signed yet
	w.must(err)
	backup := w.dumped()
	w.sequenced(s)
	w.person("since-the-backup")
	w.sequenced(s)
	published, err := w.db.LogCheckpoint(w.ctx, w.auditor, 0)
	w.must(err)
	lost := w.checkpoint(key)

	w = w.restored(backup)
	s = w.sequencer(key)
	w.refusesToSign(s)
	w.person("after-the-restore") // as long as the published one again, and of another root
	w.person("and-another")
	w.person("and-a-third")
	w.refusesToSign(s)
	w.refused(w.db.CompareLog(w.ctx, w.auditor, w.trust.Slug, w.record()), fault.Conflict)

	done, err := w.restart(key, nil)
	w.must(err)
	w.equal([]any{done.Former, done.Held, done.Origin}, []any{lost, atBackup.Size, lost.Origin + "/2"})
	_, err = w.restart(key, nil)
	w.refused(err, fault.Conflict) // it goes on: there is nothing to restart
	w.sequenced(s)
	w.equal(s.State().Refused, nil)
	w.must(w.db.CompareLog(w.ctx, w.auditor, w.trust.Slug, w.record()))
	w.equal(w.count(`select count(*) from audit_events e where not exists (select from log_leaves l where l.event_id = e.event_id)`), 0)

	// What was in the old log before the backup is proved there.
	hash, err := audit.ParseHexHash(receipt.LeafHash)
	w.must(err)
	found, err := w.db.LogInclusion(w.ctx, w.officer, hash)
	w.must(err)
	w.must(found.Proof.Check(hash, atBackup))
	logs, err := w.db.TrustLogs(w.ctx, w.officer)
	w.must(err)
	w.equal([]any{len(logs), logs[0].Size, logs[0].Ended != nil, logs[1].Succeeds}, []any{2, atBackup.Size, true, string(published)})
	old, err := w.db.LogConsistency(w.ctx, w.officer, 1, atBackup.Size, 0)
	w.must(err)
	w.must(old.Check(atBackup, atBackup))

	w.evidenceOfTwoLogs(key, published, receipt)
}

func (w *world) refusesToSign(s *store.Sequencer) {
	w.t.Helper()
	_, err := s.Sequence(w.ctx)
	w.must(err)
	before := w.count(`select count(*) from log_checkpoints`)
	_, err = s.Sign(w.ctx)
	w.refused(err, fault.Conflict)
	w.equal(w.count(`select count(*) from log_checkpoints`), before)
	if text := s.State().Refused.Error(); !strings.Contains(text, "appointable log restart --trust "+w.trust.Slug) {
		w.t.Errorf("no remedy in %q", text)
	}
}

// evidenceOfTwoLogs goes on with a campaign that began in the old log, takes its
// evidence out and verifies it, whole and altered.
func (w *world) evidenceOfTwoLogs(key audit.SigningKey, published []byte, receipt store.Receipt) {
	w.t.Helper()
	for _, s := range [][2]string{{"R1", "C2"}, {"R2", "C2"}, {"R3", "C1"}, {"R3", "C2"}} {
		w.submit(s[0], s[1], 4, 4)
	}
	w.closeAndRank()
	w.follow(w.sequencer(key))
	report, bundle := w.bundle(key)
	w.sound(report)
	w.equal(len(report.About.Former), 1)
	hash, err := audit.ParseHexHash(receipt.LeafHash)
	w.must(err)
	trusted := evidence.Trusted{Keys: w.verifiers(key), Kept: []evidence.Kept{{Name: "kept", Note: published}}}
	trusted.Receipts = append(trusted.Receipts, hash)
	report = evidence.Verify(bundle, trusted)
	w.sound(report)
	w.equal(report.Receipts[0].Log, report.About.Former[0].Origin)
	// Without the old log's key it is not sound, and says which is missing.
	if r := evidence.Verify(bundle, evidence.Trusted{Keys: w.verifiers(key)[:1]}); r.Sound || !strings.Contains(failing(r), "a key of its own") {
		w.t.Errorf("sound %v: %s", r.Sound, failing(r))
	}
	// Somebody alters what the restart says.
	if r := evidence.Verify(bytes.ReplaceAll(bundle, []byte("restored from"), []byte("restored form")), trusted); r.Sound {
		w.t.Error("the reason is altered, and sound")
	}
}

// A backup from before the log's first leaf, and one from before a restart:
// every log has a name of its own, whatever was lost.
func TestRestoredBehindEverything(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	early := w.dumped()
	w.person("since-the-backup")
	w.sequenced(w.sequencer(key))
	first := w.checkpoint(key)

	w = w.restored(early)
	w.refusesToSign(w.sequencer(key))
	done, err := w.restart(key, nil)
	w.must(err)
	w.equal([]any{done.Former, done.Held, done.Origin}, []any{first, int64(0), first.Origin + "/2"})
	w.sequenced(w.sequencer(key))
	w.equal(w.count(`select count(*) from audit_events e where not exists (select from log_leaves l where l.event_id = e.event_id and l.log_number = 2)`), 0)

	w = w.restoredAs(early, "again") // once more: the second log is lost, and its number with it
	w.refusesToSign(w.sequencer(key))
	done, err = w.restart(key, nil)
	w.must(err)
	w.equal([]any{done.Former.Origin, done.Origin}, []any{first.Origin + "/2", first.Origin + "/3"})
	w.sequenced(w.sequencer(key))
	w.follow(w.sequencer(key))
	w.moderation()
	w.closeAndRank()
	report, _ := w.bundle(key)
	w.sound(report)
	w.equal(report.About.Origin, first.Origin+"/3")
}

// Where the record is lost, a checkpoint that somebody kept takes its place; one
// that is not ours does not.
func TestRestartByAKeptCheckpoint(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	w.sequenced(w.sequencer(key))
	backup := w.dumped()
	w.person("since-the-backup")
	w.sequenced(w.sequencer(key))
	kept, err := w.db.LogCheckpoint(w.ctx, w.operator, 0)
	w.must(err)

	w = w.restored(backup)
	w.published = ""
	_, err = w.restart(key, nil)
	w.refused(err, fault.NotFound)
	_, err = w.restart(audit.NewSigningKey(), kept)
	w.refused(err, fault.Invalid)
	_, err = w.database.OpenOwner(t).RestartLog(w.ctx, w.operator, store.Restart{Slug: w.trust.Slug, Keys: []audit.SigningKey{key}, Published: w.record(), Kept: kept, Reason: " "})
	w.refused(err, fault.Invalid)
	done, err := w.restart(key, kept)
	w.must(err)
	w.equal(done.Held, done.Former.Size-1)
	w.sequenced(w.sequencer(key))

	// The service's login can restart nothing.
	_, err = w.db.RestartLog(w.ctx, w.operator, store.Restart{Slug: w.trust.Slug, Keys: []audit.SigningKey{key}, Published: w.record(), Kept: kept, Reason: "again"})
	if err == nil {
		t.Error("the service restarts a log")
	}
}

// A record of another machine may be older than the restart: the successor is
// taken for what it is. One that is newer than what the successor names is not.
func TestRecordsOfTwoMachines(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	w.sequenced(w.sequencer(key))
	other := *w
	other.published = ""
	other.sequenced(other.sequencer(key))
	backup := w.dumped()
	w.person("since-the-backup")
	w.sequenced(w.sequencer(key))
	_, err := other.sequencer(key).Sign(w.ctx) // it signs nothing, and keeps what it sees
	w.must(err)
	later := other.published

	back := w.restored(backup)
	_, err = back.restart(key, nil)
	w.must(err)
	back.sequenced(back.sequencer(key))
	second := *back
	second.published = later
	second.sequenced(second.sequencer(key))
	w.equal(second.sequencer(key).State().Refused, nil)

	// Another machine had published more than the one on which it was restarted.
	ahead := w.restoredAs(backup, "ahead")
	ahead.published = ""
	ahead.record()
	ahead.sequenced(ahead.sequencer(key))
	ahead.person("only-here")
	ahead.sequenced(ahead.sequencer(key))
	ahead.person("only-here-too")
	ahead.sequenced(ahead.sequencer(key))
	second.published = ahead.published
	w.refused(fails(second.sequencer(key).Sign(w.ctx)), fault.Conflict)
}

// Sequencers that are at work while a log is restarted leave each event in one
// place, and the old log as it was ended.
func TestRestartBesideSequencers(t *testing.T) {
	w := newWorld(t)
	key := audit.NewSigningKey()
	w.sequenced(w.sequencer(key))
	backup := w.dumped()
	for i := range 5 {
		w.person(fmt.Sprintf("lost-%d", i))
	}
	w.sequenced(w.sequencer(key))
	w = w.restored(backup)
	ctx, stop := context.WithCancel(w.ctx)
	var working sync.WaitGroup
	for range 2 {
		s := w.sequencer(key)
		working.Go(func() { cutOff(ctx, s.Sequence) })
		working.Go(func() { cutOff(ctx, s.Sign) })
	}
	for i := range 40 {
		w.person(fmt.Sprintf("p-%d", i))
		if i == 20 {
			_, err := w.restart(key, nil)
			w.must(err)
		}
	}
	stop()
	working.Wait()
	w.sequenced(w.sequencer(key))
	w.equal(w.count(`select count(*) from audit_events e where not exists (select from log_leaves l where l.event_id = e.event_id)`), 0)
	w.equal(w.count(`select count(*) from log_heads where size <> (select count(*) from log_leaves l where l.log_number = log_heads.log_number)`), 0)
	w.equal(w.count(`select count(*) from log_checkpoints c join log_heads h using (trust_id, log_number) where c.size > h.size`), 0)
	logs, err := w.database.OpenOwner(t).ReplayLogs(w.ctx)
	w.must(err)
	w.equal(len(logs), 2)
}

// The record is for its owner alone, whole at any moment, and no way to write
// elsewhere.
func TestPublishedRecord(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	for name, make := range map[string]func(string) error{
		"a file":             func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"a link":             func(p string) error { return os.Symlink(t.TempDir(), p) },
		"open to the group":  func(p string) error { return errors.Join(os.Mkdir(p, 0o700), os.Chmod(p, 0o770)) },
		"in what is no dir":  func(p string) error { return os.Symlink("/dev/null", filepath.Dir(p)+"/x") },
		"open to everybody.": func(p string) error { return errors.Join(os.Mkdir(p, 0o700), os.Chmod(p, 0o707)) },
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if name == "in what is no dir" {
			path = filepath.Join(dir, "x", "record")
		}
		if _, err := store.OpenPublished(path); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := w.sequencer()
	w.sequenced(s)
	files, err := os.ReadDir(w.published)
	w.must(err)
	w.equal(len(files), 1)
	path := filepath.Join(w.published, files[0].Name())
	info, err := os.Stat(path)
	w.must(err)
	w.equal(info.Mode().Perm(), os.FileMode(0o600))
	text, err := os.ReadFile(path)
	w.must(err)
	signed, err := w.db.LogCheckpoint(w.ctx, w.operator, 0)
	w.must(err)
	w.equal(string(text), string(signed))
	// Half a record is no record, and nothing is signed beside it.
	w.must(os.WriteFile(path, text[:20], 0o600))
	w.person("ada")
	_, err = s.Sequence(w.ctx)
	w.must(err)
	if _, err := s.Sign(w.ctx); err == nil {
		t.Error("signed beside half a record")
	}
	// What cannot be put on record is not signed.
	w.must(errors.Join(os.WriteFile(path, text, 0o600), os.RemoveAll(w.published), os.WriteFile(w.published, nil, 0o600)))
	before := w.count(`select count(*) from log_checkpoints`)
	if _, err := s.Sign(w.ctx); err == nil {
		t.Error("signed without a record")
	}
	w.equal(w.count(`select count(*) from log_checkpoints`), before)
}
