package store_test

import (
	"testing"

	"github.com/google/uuid"

	"appointable/internal/fault"
	"appointable/internal/store"
)

func TestErasureKeepsMarksAndProofs(t *testing.T) {
	w := newWorld(t)
	w.everything()
	_, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
	w.must(err)
	admin := w.raw("postgres")
	_, err = admin.ExecContext(w.ctx, `insert into monitoring.characteristics
		select trust_id, campaign_id, candidate_id, 'sex=female', now() from candidates where trust_id = $1 and code = 'C1'`, w.trust.ID)
	w.must(err)
	scores := func() (sums []float64) {
		w.must(admin.SelectContext(w.ctx, &sums, `select coalesce(score, 0) from scores order by sheet_id, criterion`))
		return sums
	}
	notes := `select count(*) from scores m join sheets s using (trust_id, campaign_id, sheet_id) join candidates k using (trust_id, campaign_id, candidate_id)
		where m.evidence <> '' and k.code = $1`
	payloads := `select count(*) from audit_payloads p join audit_events e using (trust_id, event_id) join sheets s on s.sheet_id = e.object_id
		join candidates k on k.candidate_id = s.candidate_id where k.code = $1`
	before, events := scores(), w.count(`select count(*) from audit_events`)
	interests := `select count(*) from audit_payloads p join audit_events e using (trust_id, event_id) where e.kind = 'campaign.interest-declared'`
	other := []int{w.count(notes, "C2"), w.count(payloads, "C2"), w.count(interests)}
	if w.count(notes, "C1") == 0 || w.count(payloads, "C1") == 0 || other[0] == 0 || other[1] == 0 || other[2] == 0 {
		t.Fatal("there is nothing to erase, so nothing is proved")
	}

	grave, err := w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "asked to be forgotten")
	w.must(err)
	w.equal(scores(), before)
	w.equal([]int{w.count(notes, "C1"), w.count(payloads, "C1")}, []int{0, 0})
	w.equal([]int{w.count(notes, "C2"), w.count(payloads, "C2"), w.count(interests)}, other) // the one interest is in C2
	_, err = w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
	w.refused(err, fault.Conflict)
	w.equal(w.count(`select (select count(*) from identity.candidates) + (select count(*) from monitoring.characteristics)`), 0)
	w.equal(w.count(`select count(*) from audit_events`), events+1)
	w.dense()
	list, err := w.db.Tombstones(w.ctx, w.officer)
	w.must(err)
	w.equal(list, []store.Tombstone{{Campaign: code, Candidate: "C1", Event: grave.Event, At: grave.At}})
	again, err := w.db.Rerun(w.ctx, w.officer, code, uuid.Nil)
	w.must(err)
	if !again.Same {
		t.Errorf("the ranking is not the same any more: %v", again.Differences)
	}
	// After a restore the same is asked again.
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "replayed after a restore")
	w.must(err)
}

func TestErasureHasItsTime(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	_, err := w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "too early")
	w.refused(err, fault.Conflict)

	w = trustIn(t, w.database, w.db, "southgate")
	w.everything()
	_, err = w.db.SetRetention(w.ctx, w.officer, code, store.Retention{KeepUntil: "2027-01-31", Hold: "claim 2500123/2026"})
	w.must(err)
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "asked to be forgotten")
	w.refused(err, fault.Conflict)
	for _, who := range []store.Actor{w.members["R1"], w.auditor, w.owner} {
		_, err = w.db.EraseCandidate(w.ctx, who, code, "C1", "because")
		w.refused(err, fault.Forbidden)
		_, err = w.db.SetRetention(w.ctx, who, code, store.Retention{})
		w.refused(err, fault.Forbidden)
	}
	_, err = w.db.SetRetention(w.ctx, w.officer, code, store.Retention{KeepUntil: "31 January"})
	w.refused(err, fault.Invalid)
	_, err = w.db.SetRetention(w.ctx, w.officer, code, store.Retention{KeepUntil: "2027-01-31"})
	w.must(err)
	kept, err := w.db.Retention(w.ctx, w.officer, code)
	w.must(err)
	w.equal(kept, store.Retention{KeepUntil: "2027-01-31"})
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", " ")
	w.refused(err, fault.Invalid)
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "asked to be forgotten")
	w.must(err)
}

// The function erases for nobody who has not put it on record.
func TestNoEventNoErasure(t *testing.T) {
	w := newWorld(t)
	w.everything()
	campaign := w.campaignID()
	candidate := w.id(`select candidate_id from candidates where trust_id = $1 and code = 'C1'`, w.trust.ID)
	w.as(w.officer, code, func(f forger) {
		f.refuses("no event", `select erase_candidate($1, $2, $3, now())`, campaign, candidate, uuid.Must(uuid.NewV7()))
		f.refuses("a tombstone for nothing", `insert into tombstones select trust_id, campaign_id, candidate_id, 'x', code, $1, now() from candidates`, uuid.Must(uuid.NewV7()))
	})
	w.as(w.members["R1"], code, func(f forger) { f.refuses("a note is changed", `update scores set evidence = ''`) })
}
