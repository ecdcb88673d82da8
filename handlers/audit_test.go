package handlers

import (
	"testing"

	"appointable/internal/store"
)

func TestAuditEvents(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	p.officer.do(get, "/audit-events", nil).problem(403)
	var all, part list[store.AuditEvent]
	p.auditor.do(get, "/audit-events?limit=200", nil).want(200).into(&all)
	seen := 0
	for next := ""; ; next = *part.Next {
		p.auditor.do(get, "/audit-events?limit=7&after="+next, nil).want(200).into(&part)
		for _, e := range part.Items {
			equal(t, e.ID, all.Items[seen].ID)
			seen++
		}
		if part.Next == nil {
			break
		}
	}
	equal(t, seen, len(all.Items))
}
