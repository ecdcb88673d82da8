package store_test

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

func TestAuditEvents(t *testing.T) {
	w := newWorld(t)
	w.everything()
	w.refused(fails(w.db.AuditEvents(w.ctx, w.officer, uuid.Nil, 10)), fault.Forbidden)

	var all []store.AuditEvent
	after := uuid.Nil
	for {
		page, err := w.db.AuditEvents(w.ctx, w.auditor, after, 7)
		w.must(err)
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		after = page[len(page)-1].ID
	}
	w.equal(len(all), w.count(`select count(*) from audit_events`))
	if !slices.IsSortedFunc(all, func(a, b store.AuditEvent) int { return a.At.Compare(b.At) }) {
		t.Error("the order of ids is not that of time")
	}
	w.equal([]any{all[0].Kind, all[0].Actor.Valid}, []any{"trust.created", false})
	i := slices.IndexFunc(all, func(e store.AuditEvent) bool { return e.Kind == "sheet.submitted" })
	w.equal([]any{all[i].ObjectKind, all[i].Version, all[i].Actor.UUID}, []any{"sheet", 2, w.members["R1"].Person})
	w.dense()
}

// Every event can be shown to be about its payload, and about no other.
func TestCommitmentsOpen(t *testing.T) {
	w := newWorld(t)
	w.everything()
	var rows []struct{ Nonce, Payload, Commitment []byte }
	w.must(w.raw("postgres").SelectContext(w.ctx, &rows, `
		select nonce, payload, commitment from audit_events left join audit_payloads using (trust_id, event_id)`))
	if len(rows) < 20 {
		t.Fatalf("%d events", len(rows))
	}
	for _, r := range rows {
		sum := audit.Commit([32]byte(r.Nonce), r.Payload)
		w.equal(hex.EncodeToString(r.Commitment), hex.EncodeToString(sum[:]))
	}
}

// No event, no commit: where the record cannot be written nothing is changed.
func TestNoEventNoCommit(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	before := w.rows()
	second := w.framework()
	second.Version = 2
	w.raw("postgres").MustExecContext(w.ctx, `revoke insert on audit_payloads from appointable_app`)
	for _, err := range []error{
		fails(w.trySubmit("R1", "C1", 6, 5)),
		fails(w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")),
		fails(w.db.CreateFramework(w.ctx, w.owner, store.Key{}, second)),
		w.db.SetPassword(w.ctx, w.officer, "officer", "hash"),
	} {
		if err == nil {
			t.Error("a change without its event")
		}
	}
	w.equal(w.rows(), before)
	w.equal(w.count(`select count(*) from sheets where state <> 'draft'`), 0)
}
