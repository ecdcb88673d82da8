package store_test

import (
	"fmt"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func TestDecide(t *testing.T) {
	newTrust := trusts(t)
	decide := func(w *world, change func(*selection.Decision)) error {
		d := decision()
		change(&d)
		return fails(w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, d))
	}
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.moderation()
		w.refused(decide(w, func(*selection.Decision) {}), fault.Conflict)
		_, err := w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
		w.must(err)
		w.refused(decide(w, func(*selection.Decision) {}), fault.NotFound) // nothing was ranked
		_, err = w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
		w.must(err)
		for what, change := range map[string]func(*selection.Decision){
			"a candidate without a finding":      func(d *selection.Decision) { d.Findings = d.Findings[:1] },
			"more appointed than posts":          func(d *selection.Decision) { d.Appointed = []string{"C1", "C2"} },
			"appointed and not appointable":      func(d *selection.Decision) { d.Findings[0].Appointable = false },
			"a departure without a reason":       func(d *selection.Decision) { d.Appointed = []string{"C2"} },
			"nobody appointed without a reason":  func(d *selection.Decision) { d.Appointed = nil },
			"no justification":                   func(d *selection.Decision) { d.Justification = " " },
			"dissent of somebody not on a panel": func(d *selection.Decision) { d.Dissent = []selection.Dissent{{Rater: "R9", Text: "no"}} },
		} {
			if err := decide(w, change); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.refused(fails(w.db.Decide(w.ctx, w.members["R2"], code, store.Key{}, decision())), fault.Forbidden)
		w.refused(fails(w.db.Decision(w.ctx, w.officer, code)), fault.NotFound)
		w.equal(w.phase(), selection.Deciding)
	})
	t.Run("keeps the decision and what follows from it", func(t *testing.T) {
		w := newTrust(t)
		w.ranked()
		given := decision()
		given.Findings[1] = selection.Finding{Candidate: "C2", Appointable: false, Reason: "not ready"}
		given.Dissent = []selection.Dissent{{Rater: "R2", Text: "C2 was as good"}}
		made, err := w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, given)
		w.must(err)
		read, err := w.db.Decision(w.ctx, w.auditor, code)
		w.must(err)
		w.equal(read, made)
		run, err := w.db.LatestRanking(w.ctx, w.officer, code)
		w.must(err)
		w.equal(read.Run, run.ID)
		list, err := w.db.Candidates(w.ctx, w.officer, code, "", 10)
		w.must(err)
		got := []string{}
		for _, c := range list {
			got = append(got, fmt.Sprintf("%s %s %s %d", c.Code, c.Appointable, c.Offered, c.Version))
		}
		w.equal(got, []string{"C1 yes yes 2", "C2 no no 2"})
		w.refused(fails(w.db.Decide(w.ctx, w.members["R1"], code, store.Key{}, given)), fault.Conflict)
		round, err := w.db.Export(w.ctx, w.officer, code)
		w.must(err)
		ranking, err := run.Ranking()
		w.must(err)
		w.equal(round.Hash(), ranking.Inputs) // a decision is no input to the order
		w.dense()
	})
}
