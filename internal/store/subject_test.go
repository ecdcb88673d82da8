package store_test

import (
	"encoding/json"
	"strings"
	"testing"

	"appointable/internal/fault"
)

// A candidate is given all that is theirs and nothing that is another's.
func TestSubjectAccess(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	_, err := w.db.SubjectAccess(w.ctx, w.officer, code, "C1")
	w.refused(err, fault.Conflict)

	w = trustIn(t, w.database, w.db, "southgate")
	w.everything()
	_, err = w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C2"))
	w.must(err)
	_, err = w.db.Identity(w.ctx, w.officer, code, "C2")
	w.must(err)
	pack, err := w.db.SubjectAccess(w.ctx, w.officer, code, "C2")
	w.must(err)
	if pack.Identity == nil || pack.Identity.Name != "Amara Okafor" || len(pack.Readings) != 1 || pack.Place == nil || pack.Place.Of != 2 || pack.Finding == nil {
		t.Errorf("%+v", pack)
	}
	w.equal(len(pack.Marks), w.count(`select count(*) from scores m join sheets s on s.sheet_id = m.sheet_id join candidates k on k.candidate_id = s.candidate_id
		where k.code = 'C2' and k.trust_id = $1`, w.trust.ID))
	w.equal(len(pack.Interests), 1)
	if n := len(pack.Psychometrics); n != 1 {
		t.Errorf("%d results, want one", n)
	}
	revised := 0
	for _, m := range pack.Marks {
		revised += len(m.Revisions)
	}
	w.equal(revised, 1)
	text, err := json.Marshal(pack)
	w.must(err)
	for _, other := range []string{"C1", "R1", "R2", "R3", "member-R", "met once"} {
		if strings.Contains(string(text), `"`+other) || strings.Contains(string(text), other+`"`) {
			t.Errorf("%q is in it: %s", other, text)
		}
	}
	w.equal(w.count(`select count(*) from audit_events where kind = 'candidate.subject-access-made'`), 1)
	_, err = w.db.SubjectAccess(w.ctx, w.members["R1"], code, "C2")
	w.refused(err, fault.Forbidden)
	w.dense()
}
