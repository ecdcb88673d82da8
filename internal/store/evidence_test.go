package store_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// follow keeps the log as serve does, until the test ends.
func (w *world) follow(s *store.Sequencer) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	w.t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for tick := time.Tick(50 * time.Millisecond); ctx.Err() == nil; <-tick {
			_, _ = s.Sequence(ctx)
			_, _ = s.Sign(ctx)
		}
	}()
}

// bundle takes a campaign's evidence out and verifies it as an outsider would.
func (w *world) bundle(key audit.SigningKey) (evidence.Report, []byte) {
	w.t.Helper()
	var out bytes.Buffer
	w.must(w.db.Evidence(w.ctx, w.officer, code, &out))
	return evidence.Verify(out.Bytes(), evidence.Trusted{Keys: w.verifiers(key)}), out.Bytes()
}

// verifiers are the keys of all of the trust's logs.
func (w *world) verifiers(key audit.SigningKey) []note.Verifier {
	w.t.Helper()
	origins, err := w.db.LogOrigins(w.ctx, w.auditor)
	w.must(err)
	var keys []note.Verifier
	for _, origin := range origins {
		keys = append(keys, w.verifier(origin, key))
	}
	return keys
}

func (w *world) sound(r evidence.Report) {
	w.t.Helper()
	for _, c := range r.Checks {
		if len(c.Failures) > 0 {
			w.t.Errorf("%s: %+v", c.Name, c.Failures)
		}
	}
	if !r.Sound {
		w.t.Fatal("the bundle is not sound")
	}
}

// What the service takes out verifies without it, before and after a
// candidate's data are erased.
func TestEvidenceVerifiesOffline(t *testing.T) {
	w := newWorld(t)
	w.everythingButTheLog()
	key := audit.NewSigningKey()
	w.follow(w.sequencer(key))
	report, whole := w.bundle(key)
	w.sound(report)
	if !bytes.Contains(whole, []byte("PK")) || report.About.Campaign == "" {
		t.Errorf("%+v", report.About)
	}
	_, err := w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "asked to be forgotten")
	w.must(err)
	report, _ = w.bundle(key)
	w.sound(report)
	if report.About.Erased == 0 {
		t.Error("what was erased is not told")
	}
	w.dense()
}

func TestEvidenceIsForWhoMayTakeItOut(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	var out bytes.Buffer
	w.refused(w.db.Evidence(w.ctx, w.officer, code, &out), fault.Conflict)
	w.closeAndRank()
	for _, who := range []store.Actor{w.members["R1"], w.members["R2"], w.auditor, w.owner} {
		w.refused(w.db.Evidence(w.ctx, who, code, &out), fault.Forbidden)
	}
	w.as(w.members["R1"], code, func(f forger) { f.refuses("payloads", `select from evidence_of($1)`, w.campaignID()) })
	ctx, cancel := context.WithTimeout(w.ctx, 300*time.Millisecond) // no sequencer is at work
	defer cancel()
	w.refused(w.db.Evidence(ctx, w.officer, code, &out), fault.Unavailable)
	w.equal(out.Len(), 0)
}
