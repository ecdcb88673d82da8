package store_test

import (
	"testing"

	"appointable/internal/fault"
)

func TestTrusts(t *testing.T) {
	w := newWorld(t)
	found, err := w.db.FindTrust(w.ctx, "northgate")
	w.must(err)
	w.equal(found, w.trust)
	_, err = w.db.FindTrust(w.ctx, "nowhere")
	w.refused(err, fault.NotFound)

	owner := w.database.OpenOwner(t)
	_, err = owner.CreateTrust(w.ctx, "northgate", "Another", false)
	w.refused(err, fault.Conflict)
	for _, slug := range []string{"", "N", "North Gate", "-north", "../etc"} {
		_, err = owner.CreateTrust(w.ctx, slug, "Another", false)
		w.refused(err, fault.Invalid)
	}
	_, err = w.db.CreateTrust(w.ctx, "southgate", "By the service", false)
	w.refused(err, fault.Forbidden)
	w.equal(w.count(`select count(*) from trusts`), 1)
}
