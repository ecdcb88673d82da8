package store_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
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
func (w *world) restored(backup string) *world {
	w.t.Helper()
	back := *w
	back.database = w.database.Beside("restored_" + w.database.Name[len(w.database.Name)-8:])
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
