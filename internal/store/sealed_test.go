package store_test

import (
	"testing"

	"appointable/internal/store"
)

// What the panel's marks show to whom before and after reveal, by raw SQL
// under the service's login.

// seal is what somebody sees of a campaign with six sheets: twelve scores, one
// revision and two test results.
type seal struct{ Sheets, Scores, Revisions, Results int64 }

func (w *world) sees(who store.Actor, progress bool) (s seal) {
	w.t.Helper()
	w.as(who, code, func(f forger) {
		if progress {
			f.tx.MustExecContext(f.ctx, `select set_config('app.purpose', 'progress', true)`)
		}
		s = seal{f.sees("sheets", "true"), f.sees("scores", "true"), f.sees("score_revisions", "true"), f.sees("psychometric_results", "true")}
	})
	return s
}

func TestMarksAreSealedUntilReveal(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	_, err := w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
	w.must(err)
	for _, rater := range []string{"R1", "R2"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", 5, 5)
	}
	_, err = w.db.SaveSheet(w.ctx, w.members["R3"], code, sheet("R3", "C1"), 0, marks(3, 3))
	w.must(err)
	// No revision can be made yet; the superuser can.
	_, err = w.raw("postgres").ExecContext(w.ctx, `
		insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at)
		select trust_id, campaign_id, sheet_id, member_id, criterion, 1, score, not_observed, evidence, 'for this test', now() from scores`)
	w.must(err)

	for _, c := range []struct {
		name     string
		who      store.Actor
		progress bool
		want     seal
	}{
		{"the chair", w.members["R1"], false, seal{Sheets: 2, Scores: 4, Revisions: 4}},
		{"the chair who asks for progress", w.members["R1"], true, seal{Sheets: 6, Scores: 4, Revisions: 4}},
		{"a member", w.members["R2"], false, seal{Sheets: 2, Scores: 4, Revisions: 4}},
		{"a member with a draft", w.members["R3"], false, seal{Sheets: 2, Scores: 2, Revisions: 2}},
		{"HR", w.officer, false, seal{}},
		{"HR who asks for progress", w.officer, true, seal{Sheets: 6}},
		{"an auditor", w.auditor, false, seal{}},
		{"the command line", w.operator, false, seal{}},
	} {
		if got := w.sees(c.who, c.progress); got != c.want {
			t.Errorf("before reveal %s sees %+v, want %+v", c.name, got, c.want)
		}
	}

	w.submit("R3", "C1", 3, 3)
	w.submit("R3", "C2", 3, 3)
	for name, who := range map[string]store.Actor{"the chair": w.members["R1"], "a member": w.members["R2"], "HR": w.officer, "an auditor": w.auditor} {
		if got, all := w.sees(who, false), (seal{Sheets: 6, Scores: 12, Revisions: 10, Results: 2}); got != all {
			t.Errorf("after reveal %s sees %+v, want %+v", name, got, all)
		}
	}
}

// A seat in one campaign opens nothing in another.
func TestASeatIsOfOneCampaign(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R1", "C1", 6, 5)
	second := w.plan()
	second.Code, second.Panel = "CARD-2", second.Panel[:1]
	_, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: second})
	w.must(err)
	w.sit(second)
	w.as(w.members["R1"], "CARD-2", func(f forger) {
		if n := f.sees("scores", "true"); n != 0 {
			t.Errorf("in another campaign R1 sees %d scores", n)
		}
		f.untouched("own mark of another campaign", `update scores set score = 1`)
	})
}

// What a member never submitted stays theirs when scoring is closed without it.
func TestADraftStaysItsRatersOwn(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R1", "C1", 4, 5)
	_, err := w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R2", "C1"), 0, marks(3, 3))
	w.must(err)
	_, err = w.db.CloseScoring(w.ctx, w.members["R1"], code, "called away")
	w.must(err)
	found, err := w.db.Sheet(w.ctx, w.members["R3"], code, sheet("R2", "C1"))
	w.must(err)
	for _, m := range found.Marks {
		if m.Score != nil || m.Evidence != "" {
			t.Errorf("another reads %+v", m)
		}
	}
	member := w.memberID("R2")
	w.as(w.members["R3"], code, func(f forger) { w.equal(f.sees("scores", "member_id = $1", member), int64(0)) })
	w.as(w.members["R2"], code, func(f forger) { w.equal(f.sees("scores", "member_id = $1", member), int64(2)) })
	found, err = w.db.Sheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"))
	w.must(err)
	if found.Marks[0].Score == nil {
		t.Error("a submitted sheet has lost its marks")
	}
}
