package store_test

import (
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// TestTheRecordIsForAuditors says who and of what, by name and code, and gives
// it to nobody else.
func TestTheRecordIsForAuditors(t *testing.T) {
	w := newWorld(t)
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	w.db.Now = func() time.Time { return now }
	w.moderation()
	w.must(fails(w.db.Marks(w.ctx, w.members["R2"], code)))
	for _, who := range []store.Actor{w.officer, w.owner, w.members["R1"]} {
		w.refused(fails(w.db.Record(w.ctx, who, store.RecordQuery{}, 10)), fault.Forbidden)
	}
	all, err := w.db.Record(w.ctx, w.auditor, store.RecordQuery{}, 1000)
	w.must(err)
	w.equal(len(all), w.count(`select count(*) from audit_events where trust_id = $1`, w.trust.ID))
	w.equal(all[0].What, "marks")
	w.equal(all[0].Campaign, code)
	w.equal(all[0].Username, "member-r2")
	for i := range all[1:] {
		if all[i].ID.String() <= all[i+1].ID.String() {
			t.Fatalf("%s does not come before %s", all[i].Kind, all[i+1].Kind)
		}
	}
	narrowed := func(q store.RecordQuery) int {
		t.Helper()
		lines, err := w.db.Record(w.ctx, w.auditor, q, 1000)
		w.must(err)
		return len(lines)
	}
	w.equal(narrowed(store.RecordQuery{Before: all[0].ID}), len(all)-1)
	w.equal(narrowed(store.RecordQuery{Kinds: []string{"reading.sealed"}}), 1)
	w.equal(narrowed(store.RecordQuery{From: now.Add(time.Second), To: now.Add(time.Minute)}), 0)
	w.equal(narrowed(store.RecordQuery{To: now}), w.count(`select count(*) from audit_events where trust_id = $1 and at < $2`, w.trust.ID, now))
	w.equal(narrowed(store.RecordQuery{Username: "Member-R2"}), w.count(`
		select count(*) from audit_events e join people p on p.person_id = e.actor_id where p.username = 'member-r2'`))
	w.equal(narrowed(store.RecordQuery{Username: "nobody"}), 0)
}

// TestAPersonIsFoundByWhoManagesThem and by nobody else, until they leave.
func TestAPersonIsFoundByWhoManagesThem(t *testing.T) {
	w := newWorld(t)
	admin := w.person("admin", access.Administrator)
	found, err := w.db.Person(w.ctx, admin, "Auditor")
	w.must(err)
	w.equal(found.ID, w.auditor.Person)
	for _, who := range []store.Actor{w.officer, w.auditor} {
		w.refused(fails(w.db.Person(w.ctx, who, "auditor")), fault.Forbidden)
	}
	w.must(w.db.Leave(w.ctx, admin, "auditor"))
	w.refused(fails(w.db.Person(w.ctx, admin, "auditor")), fault.NotFound)
}
