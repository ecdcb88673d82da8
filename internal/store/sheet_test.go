package store_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func (w *world) save(rater, candidate string, version int, marks []selection.Mark) (selection.Sheet, error) {
	return w.db.SaveSheet(w.ctx, w.members[rater], code, sheet(rater, candidate), version, marks)
}

func TestSaveSheet(t *testing.T) {
	newTrust := trusts(t)
	t.Run("keeps a draft, valid or not", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		first, err := w.save("R1", "C1", 1, []selection.Mark{mark("safety.a", 99)})
		w.must(err)
		w.equal([]any{first.Version, first.State, first.Marks[1].Score}, []any{2, selection.SheetDraft, (*float64)(nil)})
		second, err := w.save("R1", "C1", 2, []selection.Mark{{Criterion: "kindness.a", NotObserved: true}})
		w.must(err)
		read, err := w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"))
		w.must(err)
		w.equal(read, second)
		w.equal(*read.Marks[0].Score, 99.0) // what was left out stays
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		_, err := w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, []store.SheetName{sheet("R1", "C1"), sheet("R1", "C2"), sheet("R2", "C1")})
		w.must(err)
		_, err = w.save("R1", "C1", 0, marks(6, 5))
		w.refused(err, fault.Conflict) // scoring is not open
		w.open()
		_, err = w.save("R1", "C1", 0, marks(6, 5))
		w.must(err)
		_, err = w.save("R1", "C1", 1, marks(6, 5))
		w.refused(err, fault.Stale)
		_, err = w.save("R1", "C1", 0, []selection.Mark{mark("safety.z", 4)})
		w.refused(err, fault.Invalid)
		_, err = w.save("R3", "C1", 0, marks(6, 5)) // not assigned
		w.refused(err, fault.NotFound)
		_, err = w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R1", "C1"), 0, marks(1, 1))
		w.refused(err, fault.NotFound)
		for _, who := range []store.Actor{w.officer, w.operator, w.auditor} {
			_, err = w.db.SaveSheet(w.ctx, who, code, sheet("R1", "C1"), 0, marks(1, 1))
			w.refused(err, fault.Forbidden)
		}
		w.submit("R1", "C1", 6, 5)
		_, err = w.save("R1", "C1", 0, marks(1, 1))
		w.refused(err, fault.Conflict)
		_, err = w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
		w.must(err)
		_, err = w.save("R1", "C2", 0, marks(1, 1))
		w.refused(err, fault.Conflict)
		// Revealed, another's sheet is visible and still not writable.
		_, err = w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R1", "C2"), 0, marks(1, 1))
		w.refused(err, fault.NotFound)
	})
}

func TestSubmitSheet(t *testing.T) {
	newTrust := trusts(t)
	t.Run("seals what the receipt says", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		receipt := w.submit("R1", "C1", 6, 5)
		read, err := w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"))
		w.must(err)
		w.equal(read, receipt.Sheet)
		w.equal([]any{read.State, read.Version}, []any{selection.SheetSubmitted, 2})

		var kept struct{ Nonce, Payload, Commitment []byte }
		w.must(w.raw("postgres").GetContext(w.ctx, &kept, `
			select nonce, payload, commitment from audit_payloads join audit_events using (trust_id, event_id) where event_id = $1`, receipt.Event))
		w.equal(fmt.Sprintf("%x", kept.Commitment), receipt.Commitment)
		w.equal(fmt.Sprintf("%x", sha256.Sum256(append(kept.Nonce, kept.Payload...))), receipt.Commitment)
		want, err := json.Marshal(audit.SheetSubmitted{Sheet: receipt.Sheet})
		w.must(err)
		w.equal(string(kept.Payload), string(want))
	})
	t.Run("takes the draft as it was saved", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		saved, err := w.save("R1", "C1", 0, []selection.Mark{mark("safety.a", 3), {Criterion: "kindness.a", NotObserved: true, Evidence: "out of the room"}})
		w.must(err)
		receipt, err := w.db.SubmitSheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"), saved.Version, store.Key{}, nil)
		w.must(err)
		w.equal(receipt.Sheet.Marks, saved.Marks)
	})
	t.Run("tells every criterion", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		err := fails(w.trySubmit("R1", "C1", 9, 2.5))
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"marks[0].score", "marks[1].score"})
		_, err = w.db.SubmitSheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"), 0, store.Key{}, nil)
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"marks[0].score", "marks[1].score"})
		read, err := w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"))
		w.must(err)
		w.equal([]any{read.State, read.Version, read.Marks[0].Score}, []any{selection.SheetDraft, 1, (*float64)(nil)})
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		submit := func(rater string, name store.SheetName, version int) error {
			return fails(w.db.SubmitSheet(w.ctx, w.members[rater], code, name, version, store.Key{}, marks(6, 5)))
		}
		w.refused(submit("R2", sheet("R1", "C1"), 0), fault.NotFound)
		w.refused(submit("R1", sheet("R1", "C9"), 0), fault.NotFound)
		w.refused(submit("R1", sheet("R1", "C1"), 2), fault.Stale)
		w.must(submit("R1", sheet("R1", "C1"), 1))
		w.refused(submit("R1", sheet("R1", "C1"), 0), fault.Conflict)
		w.refused(fails(w.db.SubmitSheet(w.ctx, w.officer, code, sheet("R1", "C2"), 0, store.Key{}, marks(6, 5))), fault.Forbidden)
		_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
		w.must(err)
		w.refused(submit("R1", sheet("R1", "C2"), 0), fault.Conflict)
		w.dense()
	})
	t.Run("reveals without members who are not required", func(t *testing.T) {
		w := newTrust(t)
		w.scoring(func(c *selection.Campaign) { c.Panel[1].Optional = true })
		for _, rater := range []string{"R1", "R3"} {
			w.equal(w.phase(), selection.Scoring)
			w.submit(rater, "C1", 6, 5)
			w.submit(rater, "C2", 6, 5)
		}
		w.equal(w.phase(), selection.Moderation)
	})
	t.Run("an optional mark counts and does not reveal", func(t *testing.T) {
		w := newTrust(t)
		w.scoring(func(c *selection.Campaign) { c.Panel[1].Optional, c.Panel[2].Optional = true, true })
		w.submit("R2", "C1", 1, 1)
		w.submit("R1", "C1", 6, 5)
		w.equal(w.phase(), selection.Scoring)
		w.submit("R1", "C2", 6, 5)
		w.equal(w.phase(), selection.Moderation)
		w.closeAndRank()
		round, _, err := w.db.Round(w.ctx, w.officer, code)
		w.must(err)
		w.equal(len(round.Ratings), 6)
	})
}

func TestReviseMark(t *testing.T) {
	newTrust := trusts(t)
	revise := func(w *world, rater string, name store.SheetName, version int, to selection.Mark, reason string) (selection.Sheet, error) {
		return w.db.ReviseMark(w.ctx, w.members[rater], code, name, version, store.Key{}, to, reason)
	}
	t.Run("keeps what was there", func(t *testing.T) {
		w := newTrust(t)
		w.moderation()
		first, err := revise(w, "R1", sheet("R1", "C2"), 2, mark("safety.a", 4), "heard wrongly")
		w.must(err)
		second, err := revise(w, "R1", sheet("R1", "C2"), first.Version, selection.Mark{Criterion: "safety.a", NotObserved: true, Evidence: "was not asked"}, "it was another candidate")
		w.must(err)
		read, err := w.db.Sheet(w.ctx, w.members["R2"], code, sheet("R1", "C2"))
		w.must(err)
		w.equal(read, second)
		three, four := 3.0, 4.0
		w.equal(read.Marks[0], selection.Mark{Criterion: "safety.a", NotObserved: true, Evidence: "was not asked", Revisions: []selection.Revision{
			{Score: &three, Evidence: "seen at minute 3", Reason: "heard wrongly"},
			{Score: &four, Evidence: "seen at minute 3", Reason: "it was another candidate"},
		}})
		w.equal(read.Marks[1].Revisions, []selection.Revision(nil))
		w.closeAndRank()
		round, _, err := w.db.Round(w.ctx, w.officer, code)
		w.must(err)
		for _, m := range round.Ratings {
			if m.Rater == "R1" && m.Candidate == "C2" && m.Criterion == "safety.a" {
				w.equal(m.Revisions, read.Marks[0].Revisions)
			} else {
				w.equal(len(m.Revisions), 0)
			}
		}
		w.dense()
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		w.submit("R1", "C1", 6, 5)
		w.submit("R2", "C1", 6, 5)
		_, err := revise(w, "R1", sheet("R1", "C1"), 0, mark("safety.a", 4), "heard wrongly")
		w.refused(err, fault.Conflict) // scoring
		_, err = w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
		w.must(err)
		_, err = revise(w, "R1", sheet("R1", "C2"), 0, mark("safety.a", 4), "forgotten")
		w.refused(err, fault.Conflict) // never submitted
		_, err = revise(w, "R1", sheet("R1", "C1"), 1, mark("safety.a", 4), "heard wrongly")
		w.refused(err, fault.Stale)
		_, err = revise(w, "R1", sheet("R1", "C1"), 0, mark("safety.a", 8), " ")
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"reason", "score"})
		_, err = revise(w, "R1", sheet("R1", "C1"), 0, mark("safety.z", 4), "heard wrongly")
		w.refused(err, fault.Invalid)
		_, err = revise(w, "R1", sheet("R2", "C1"), 0, mark("safety.a", 4), "too high")
		w.refused(err, fault.NotFound)
		_, err = w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
		w.must(err)
		_, err = revise(w, "R1", sheet("R1", "C1"), 0, mark("safety.a", 4), "heard wrongly")
		w.refused(err, fault.Conflict) // the order is known
	})
}

// What is there and may not be seen is told in the same words as what is not.
func TestASealedSheetIsNotThere(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R2", "C1", 6, 5)
	there := fails(w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R2", "C1")))
	w.refused(there, fault.NotFound)
	blank := fails(w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R2", "C2")))
	w.refused(blank, fault.NotFound)
	w.equal(there.Error(), "there is no sheet of R2 for C1 in interview that you may see")
	w.equal(blank.Error(), "there is no sheet of R2 for C2 in interview that you may see")
	absent := fails(w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R9", "C1")))
	w.refused(absent, fault.NotFound)
	w.equal(absent.Error(), "there is no sheet of R9 for C1 in interview that you may see")
	for _, who := range []store.Actor{w.officer, w.auditor} {
		w.refused(fails(w.db.Sheet(w.ctx, who, code, sheet("R2", "C1"))), fault.NotFound)
	}
	w.refused(fails(w.db.Sheet(w.ctx, w.owner, code, sheet("R2", "C1"))), fault.Forbidden)
	_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
	w.must(err)
	for _, who := range []store.Actor{w.members["R1"], w.officer, w.auditor} {
		w.must(fails(w.db.Sheet(w.ctx, who, code, sheet("R2", "C1"))))
	}
}

func TestSheetsAndProgress(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R2", "C1", 6, 5)
	list := func(read func(store.SheetName, int) ([]store.SheetStatus, error)) []string {
		t.Helper()
		lines := []string{}
		after := store.SheetName{}
		for {
			page, err := read(after, 2)
			w.must(err)
			if len(page) == 0 {
				return lines
			}
			for _, s := range page {
				lines = append(lines, fmt.Sprintf("%s %s %s", s.Rater, s.Candidate, s.State))
			}
			after = page[len(page)-1].SheetName
		}
	}
	sheets := func(who store.Actor) []string {
		return list(func(after store.SheetName, n int) ([]store.SheetStatus, error) {
			return w.db.Sheets(w.ctx, who, code, after, n)
		})
	}
	progress := func(who store.Actor) []string {
		return list(func(after store.SheetName, n int) ([]store.SheetStatus, error) {
			return w.db.ProgressOf(w.ctx, who, code, after, n)
		})
	}
	all := []string{"R1 C1 draft", "R1 C2 draft", "R2 C1 submitted", "R2 C2 draft", "R3 C1 draft", "R3 C2 draft"}
	w.equal(sheets(w.members["R1"]), all[:2])
	w.equal(sheets(w.members["R2"]), all[2:4])
	w.equal(sheets(w.officer), []string{})
	w.equal(progress(w.officer), all)
	w.equal(progress(w.members["R1"]), all)
	w.equal(sheets(w.members["R1"]), all[:2]) // asking for progress opened nothing
	for _, who := range []store.Actor{w.members["R2"], w.auditor, w.owner} {
		w.refused(fails(w.db.ProgressOf(w.ctx, who, code, store.SheetName{}, 10)), fault.Forbidden)
	}
	_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
	w.must(err)
	w.equal(sheets(w.members["R2"]), all)
}

func TestAssignSheets(t *testing.T) {
	newTrust := trusts(t)
	t.Run("who marks whom", func(t *testing.T) {
		w := newTrust(t)
		w.draft(func(c *selection.Campaign) { c.Panel[1].Optional = true })
		n, err := w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, []store.SheetName{sheet("R1", "C1"), sheet("R2", "C1"), sheet("R3", "C2")})
		w.must(err)
		w.equal(n, 3)
		// C2 withdraws: nobody waits for their sheet.
		_, err = w.db.ChangeCandidate(w.ctx, w.officer, code, 0, selection.Candidate{Code: "C2", Withdrawn: true})
		w.must(err)
		w.open()
		list, err := w.db.ProgressOf(w.ctx, w.officer, code, store.SheetName{}, 10)
		w.must(err)
		w.equal(list, []store.SheetStatus{
			{SheetName: sheet("R1", "C1"), Stage: selection.StageAssessment, State: selection.SheetDraft, Required: true},
			{SheetName: sheet("R2", "C1"), Stage: selection.StageAssessment, State: selection.SheetDraft, Required: false},
			{SheetName: sheet("R3", "C2"), Stage: selection.StageAssessment, State: selection.SheetDraft, Required: false},
		})
		w.submit("R1", "C1", 6, 5)
		w.equal(w.phase(), selection.Moderation)
	})
	t.Run("else everybody marks whom they will see", func(t *testing.T) {
		w := newTrust(t)
		w.draft(func(c *selection.Campaign) {
			c.Exercises = append(c.Exercises, selection.Exercise{Code: "simulation", Method: selection.Simulation, Criteria: []string{"safety.a"}})
			c.Panel[2].Exercises = []string{"simulation"}
		})
		_, err := w.db.AddCandidates(w.ctx, w.officer, code, store.Key{}, []selection.Candidate{{Code: "C3", Shortlisted: selection.No}, {Code: "C4", Withdrawn: true}})
		w.must(err)
		w.open()
		w.equal(w.count(`select count(*) from sheets where trust_id = $1`, w.trust.ID), 2*2*2+2)
		w.equal(w.count(`select count(*) from sheets where trust_id = $1 and member_id = $2`, w.trust.ID, w.memberID("R3")), 2)
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.draft(func(c *selection.Campaign) {
			c.Exercises = append(c.Exercises, selection.Exercise{Code: "simulation", Method: selection.Simulation, Criteria: []string{"safety.a"}})
			c.Panel[2].Exercises = []string{"simulation"}
		})
		assign := func(who store.Actor, names ...store.SheetName) error {
			return fails(w.db.AssignSheets(w.ctx, who, code, store.Key{}, names))
		}
		err := assign(w.officer, sheet("R1", "C1"), sheet("R9", "C1"), sheet("R1", "C9"), store.SheetName{Rater: "R1", Candidate: "C1", Exercise: "x"}, sheet("R3", "C1"))
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"sheets[1].rater", "sheets[2].candidate", "sheets[3].exercise", "sheets[4].exercise"})
		w.refused(assign(w.members["R1"], sheet("R1", "C1")), fault.Forbidden)
		w.must(assign(w.officer, sheet("R1", "C1")))
		w.refused(assign(w.officer, sheet("R1", "C1")), fault.Conflict)
		w.open()
		w.refused(assign(w.officer, sheet("R1", "C2")), fault.Conflict)
	})
}
