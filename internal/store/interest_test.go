package store_test

import (
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func (w *world) declare(rater, candidate string, nature selection.InterestNature) selection.Interest {
	w.t.Helper()
	i, err := w.db.DeclareInterest(w.ctx, w.members[rater], code, store.Key{}, selection.Interest{Candidate: candidate, Nature: nature, Details: "in 2019"})
	w.must(err)
	return i
}

func (w *world) judge(rater, candidate string, outcome selection.InterestOutcome) {
	w.t.Helper()
	_, err := w.db.JudgeInterest(w.ctx, w.officer, code, rater, candidate, outcome, "as HR sees it")
	w.must(err)
}

func TestDeclareInterest(t *testing.T) {
	w := newWorld(t)
	w.draft()
	declare := func(who store.Actor, i selection.Interest) error {
		return fails(w.db.DeclareInterest(w.ctx, who, code, store.Key{}, i))
	}
	w.equal(w.declare("R2", "C1", selection.Knows).Late, false)
	w.refused(declare(w.members["R2"], selection.Interest{Candidate: "C1", Nature: selection.Knows, Details: "again"}), fault.Conflict)
	w.refused(declare(w.members["R2"], selection.Interest{Candidate: "C9", Nature: selection.Knows, Details: "x"}), fault.NotFound)
	err := declare(w.members["R2"], selection.Interest{Candidate: "C2", Nature: "rivals"})
	w.refused(err, fault.Invalid)
	w.equal(places(err), []string{"nature", "details"})
	w.refused(declare(w.officer, selection.Interest{Candidate: "C2", Nature: selection.Knows, Details: "x"}), fault.Forbidden)
	w.open()
	w.equal(w.declare("R3", "C1", selection.Supervised).Late, true)
	// One's own, whatever rater and outcome were sent.
	_, err = w.db.DeclareInterest(w.ctx, w.members["R1"], code, store.Key{}, selection.Interest{Candidate: "C2", Rater: "R2", Nature: selection.Knows, Details: "x", Outcome: selection.MarksStand})
	w.must(err)

	list, err := w.db.Interests(w.ctx, w.officer, code)
	w.must(err)
	got := []string{}
	for _, i := range list {
		got = append(got, i.Rater+" "+i.Candidate+" "+string(i.Outcome))
	}
	w.equal(got, []string{"R1 C2 ", "R2 C1 ", "R3 C1 "})
	own, err := w.db.Interests(w.ctx, w.members["R2"], code)
	w.must(err)
	w.equal(own, list[1:2])
	w.refused(fails(w.db.Interests(w.ctx, w.auditor, code)), fault.Forbidden)
	w.dense()
}

func TestJudgeInterest(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	w.declare("R2", "C1", selection.Related)
	w.declare("R3", "C2", selection.Knows)
	w.declare("R3", "C1", selection.Knows)
	judge := func(who store.Actor, rater, candidate string, outcome selection.InterestOutcome, reason string) error {
		return fails(w.db.JudgeInterest(w.ctx, who, code, rater, candidate, outcome, reason))
	}
	w.refused(judge(w.members["R1"], "R2", "C1", selection.MarksStand, "x"), fault.Forbidden)
	w.refused(judge(w.officer, "R1", "C1", selection.MarksStand, "x"), fault.NotFound)
	w.refused(judge(w.officer, "R2", "C1", selection.MarksStand, "x"), fault.Invalid) // a relative stands down
	w.refused(judge(w.officer, "R3", "C2", "perhaps", ""), fault.Invalid)
	w.must(judge(w.officer, "R3", "C2", selection.MarksStand, "met once"))
	w.refused(judge(w.officer, "R3", "C2", selection.MarksWithdrawn, "or not"), fault.Conflict)
	w.closeAndRank()
	w.refused(judge(w.officer, "R3", "C1", selection.MarksWithdrawn, "too late"), fault.Conflict)
	w.dense()
}

// Marks that were withdrawn leave the order and stay on record.
func TestWithdrawnMarksDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for _, rater := range []string{"R1", "R2"} {
		w.submit(rater, "C1", 4, 4)
		w.submit(rater, "C2", 5, 5)
	}
	w.submit("R3", "C1", 7, 7) // with this C1 would be first
	w.submit("R3", "C2", 5, 5)
	w.declare("R3", "C1", selection.Supervised)
	w.judge("R3", "C1", selection.MarksWithdrawn)
	_, err := w.db.ReviseMark(w.ctx, w.members["R3"], code, sheet("R3", "C1"), 0, store.Key{}, mark("safety.a", 4), "heard wrongly")
	w.refused(err, fault.Conflict)
	w.closeAndRank()
	run, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	c1, _ := ranking.Candidate("C1")
	w.equal([]any{*c1.Rank, *c1.MarksMean}, []any{2, 4.0})
	round, _, err := w.db.Round(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(round.Ratings), 12)
	for _, m := range round.Ratings {
		w.equal(m.Withdrawn, m.Rater == "R3" && m.Candidate == "C1")
	}
	w.dense()
}

// A member who stands down is not asked again, whatever came first: the
// judgement, the assignment, the opening or the draft.
func TestWhoStandsDownIsNotAsked(t *testing.T) {
	newTrust := trusts(t)
	required := func(w *world) (n int) {
		w.t.Helper()
		list, err := w.db.ProgressOf(w.ctx, w.officer, code, store.SheetName{}, 100)
		w.must(err)
		for _, s := range list {
			if s.Required {
				n++
			}
		}
		return n
	}
	t.Run("judged before opening", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		w.declare("R3", "C1", selection.Related)
		w.judge("R3", "C1", selection.MarksWithdrawn)
		w.refused(fails(w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, []store.SheetName{sheet("R3", "C1")})), fault.Invalid)
		w.open()
		w.equal(required(w), 5)
		w.refused(fails(w.trySubmit("R3", "C1", 7, 7)), fault.NotFound)
	})
	t.Run("assigned before", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		_, err := w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, []store.SheetName{sheet("R3", "C1"), sheet("R1", "C1")})
		w.must(err)
		w.declare("R3", "C1", selection.Related)
		w.judge("R3", "C1", selection.MarksWithdrawn)
		w.open()
		w.equal(required(w), 1)
		w.refused(fails(w.trySubmit("R3", "C1", 7, 7)), fault.Conflict)
	})
	t.Run("judged over a draft", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		_, err := w.save("R3", "C1", 0, marks(7, 7))
		w.must(err)
		w.declare("R3", "C1", selection.Supervised)
		w.judge("R3", "C1", selection.MarksWithdrawn)
		w.equal(required(w), 5)
		w.refused(fails(w.trySubmit("R3", "C1", 7, 7)), fault.Conflict)
		w.submit("R3", "C2", 5, 5) // the other candidate is marked as before
		w.dense()
	})
}

// A member who stands down with a sheet still open is waited for no longer.
func TestStandingDownCanBeTheLastThingMissing(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 5, 5)
	}
	w.submit("R1", "C2", 4, 4)
	w.submit("R2", "C2", 4, 4)
	_, err := w.db.DeclareInterest(w.ctx, w.members["R3"], code, store.Key{}, selection.Interest{Candidate: "C2", Nature: selection.Related, Details: "my sister"})
	w.must(err)
	w.equal(w.phase(), selection.Scoring)
	_, err = w.db.JudgeInterest(w.ctx, w.officer, code, "R3", "C2", selection.MarksWithdrawn, "stands down")
	w.must(err)
	w.equal(w.phase(), selection.Moderation)
}
