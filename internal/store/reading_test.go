package store_test

import (
	"testing"
	"time"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// TestReadingsOfWhatWasSealedAreOnRecord holds one event a day for each person
// and kind of thing, whatever the number of pages opened, and none of what was
// refused or is one's own.
func TestReadingsOfWhatWasSealedAreOnRecord(t *testing.T) {
	w := newWorld(t)
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	w.db.Now = func() time.Time { return now }
	w.draft()
	w.must(fails(w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())))
	w.open()
	onRecord := func() int { return w.count(`select count(*) from audit_events where kind = 'reading.sealed'`) }
	sheet := func(who store.Actor, rater string) error {
		return fails(w.db.Sheet(w.ctx, who, code, store.SheetName{Rater: rater, Candidate: "C1", Exercise: "interview"}))
	}
	w.must(sheet(w.members["R2"], "R2"))
	w.refused(sheet(w.members["R2"], "R1"), fault.NotFound)
	w.refused(fails(w.db.Results(w.ctx, w.officer, code)), fault.Conflict)
	w.equal(onRecord(), 0)

	w.must(fails(w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")))
	w.must(sheet(w.members["R2"], "R2"))
	w.equal(onRecord(), 0)
	for range 3 {
		w.must(sheet(w.members["R2"], "R1"))
		w.must(sheet(w.auditor, "R1"))
		w.must(fails(w.db.Results(w.ctx, w.auditor, code)))
	}
	w.equal(onRecord(), 3)
	w.equal(w.count(`select count(*) from readings r join audit_events e on e.object_id = r.reading_id and e.actor_id = r.person_id`), 3)

	now = now.Add(24 * time.Hour)
	w.must(sheet(w.auditor, "R1"))
	w.equal(onRecord(), 4)
	w.dense()
}

// TestNothingIsShownThatIsNotOnRecord breaks the record and sees the marks
// held back.
func TestNothingIsShownThatIsNotOnRecord(t *testing.T) {
	w := newWorld(t)
	w.draft()
	w.open()
	w.must(fails(w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")))
	w.raw("postgres").MustExecContext(w.ctx, `revoke insert on readings from appointable_app`)
	sheet, err := w.db.Sheet(w.ctx, w.members["R2"], code, store.SheetName{Rater: "R1", Candidate: "C1", Exercise: "interview"})
	if err == nil || len(sheet.Marks) > 0 {
		t.Fatalf("shown without a record: %v %v", sheet, err)
	}
}

// TestMarksAreReadTogether once they are revealed, drafts left out, on record as
// every reading of them.
func TestMarksAreReadTogether(t *testing.T) {
	w := newWorld(t)
	w.draft()
	stranger := w.person("stranger")
	w.open()
	w.refused(fails(w.db.Marks(w.ctx, w.members["R1"], code)), fault.Conflict)
	w.refused(fails(w.db.Marks(w.ctx, stranger, code)), fault.Forbidden)
	w.equal(w.count(`select count(*) from readings`), 0)
	w.submit("R1", "C1", 6, 5)
	w.must(fails(w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")))
	marks, err := w.db.Marks(w.ctx, w.members["R2"], code)
	w.must(err)
	for _, m := range marks {
		if m.Rater != "R1" || m.Candidate != "C1" || !m.Observed {
			t.Errorf("a mark that was never submitted: %+v", m)
		}
	}
	w.equal(len(marks), 2)
	w.equal(w.count(`select count(*) from readings where what = 'marks'`), 1)
	w.refused(fails(w.db.Marks(w.ctx, stranger, code)), fault.Forbidden)
}
