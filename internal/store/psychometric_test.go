package store_test

import (
	"math"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func TestPutResults(t *testing.T) {
	w := newWorld(t)
	w.draft()
	put := func(who store.Actor, list ...selection.PsychometricResult) error {
		return fails(w.db.PutResults(w.ctx, who, code, store.Key{}, list))
	}
	w.refused(put(w.members["R1"], result("C1", 50)), fault.Forbidden)
	wrong := result("C1", math.NaN())
	wrong.TakenOn = "14/3/2026"
	other := result("C9", 50)
	other.Scale = "speed"
	err := put(w.officer, result("C1", 50), wrong, other)
	w.refused(err, fault.Invalid)
	w.equal(places(err), []string{"results[1].score", "results[1].taken_on", "results[2].instrument", "results[2].candidate"})
	w.equal(w.count(`select count(*) from psychometric_results`), 0)

	w.must(put(w.officer, results()...))
	w.open()
	corrected := result("C1", 40)
	corrected.TakenOn = ""
	w.must(put(w.officer, corrected))
	for _, who := range []store.Actor{w.officer, w.members["R1"], w.auditor} {
		w.refused(fails(w.db.Results(w.ctx, who, code)), fault.Conflict)
	}
	w.refused(fails(w.db.Results(w.ctx, w.owner, code)), fault.Forbidden)

	_, err = w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
	w.must(err)
	w.refused(put(w.officer, result("C1", 60)), fault.Conflict)
	for _, who := range []store.Actor{w.officer, w.members["R2"], w.auditor} {
		list, err := w.db.Results(w.ctx, who, code)
		w.must(err)
		w.equal(list, []selection.PsychometricResult{corrected, results()[1]})
	}
	w.dense()
}
