package store_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// staged is what somebody sees of each stage in the database itself.
type staged struct{ Sift, SiftMarks, Assessment, Marks, Results int64 }

func (w *world) seesStages(who store.Actor) (s staged) {
	w.t.Helper()
	w.as(who, code, func(f forger) {
		s = staged{
			Sift: f.sees("sheets", "stage = 'sift'"), SiftMarks: f.sees("scores", "stage = 'sift'"),
			Assessment: f.sees("sheets", "stage = 'assessment'"), Marks: f.sees("scores", "stage = 'assessment'"),
			Results: f.sees("psychometric_results", "true"),
		}
	})
	return s
}

// A campaign with a sift, from its opening to the reveal of its assessment:
// each stage is sealed by itself, to the chair and to HR too.
func TestEachStageIsSealedByItself(t *testing.T) {
	w := newWorld(t)
	w.scoring(withSift)
	w.equal(w.phase(), selection.Sift)
	_, err := w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
	w.must(err)
	everybody := map[string]store.Actor{"the chair": w.members["R1"], "a member": w.members["R2"], "HR": w.officer, "an auditor": w.auditor}
	check := func(when string, own, others staged) {
		t.Helper()
		for name, who := range everybody {
			want := others
			if name == "the chair" || name == "a member" {
				want = own
			}
			if got := w.seesStages(who); got != want {
				t.Errorf("%s %s sees %+v, want %+v", when, name, got, want)
			}
		}
	}
	for _, rater := range []string{"R1", "R2"} {
		w.sift(rater, "C1", 6, 5)
		w.sift(rater, "C2", 3, 4)
	}
	w.sift("R3", "C1", 2, 2)
	check("before the sift's reveal", staged{Sift: 2, SiftMarks: 4}, staged{})
	_, err = w.db.Shortlist(w.ctx, w.members["R1"], code, "", 10)
	w.refused(err, fault.Conflict)
	_, err = w.db.Sheet(w.ctx, w.members["R1"], code, ofSift("R3", "C1"))
	w.refused(err, fault.NotFound)

	w.sift("R3", "C2", 2, 2)
	w.equal(w.phase(), selection.Shortlisting)
	check("after the sift's reveal", staged{Sift: 6, SiftMarks: 12}, staged{Sift: 6, SiftMarks: 12})
	found, err := w.db.Sheet(w.ctx, w.members["R1"], code, ofSift("R3", "C1"))
	w.must(err)
	w.equal(*found.Marks[0].Score, 2.0)
	_, err = w.db.Shortlist(w.ctx, w.members["R1"], code, "", 10)
	w.must(err)
	w.equal(w.count(`select count(*) from readings where what = 'sift' and person_id = $1`, w.members["R1"].Person), 1)

	w.shortlist(true)
	_, err = w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	for _, rater := range []string{"R1", "R2"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", 3, 4)
	}
	w.submit("R3", "C1", 5, 5)
	check("before the assessment's reveal", staged{Sift: 6, SiftMarks: 12, Assessment: 2, Marks: 4}, staged{Sift: 6, SiftMarks: 12})
	w.submit("R3", "C2", 3, 3)
	w.equal(w.phase(), selection.Moderation)
	all := staged{Sift: 6, SiftMarks: 12, Assessment: 6, Marks: 12, Results: 2}
	check("after the assessment's reveal", all, all)
	w.dense()
}

// The chair closes the sift early: what was not submitted stays its rater's
// own, is waited for no more and cannot be submitted any more.
func TestTheChairClosesTheSift(t *testing.T) {
	w := newWorld(t)
	w.scoring(withSift)
	w.sift("R1", "C1", 6, 5)
	_, err := w.db.SaveSheet(w.ctx, w.members["R2"], code, ofSift("R2", "C1"), 0, marks(3, 3))
	w.must(err)
	_, err = w.db.CloseScoring(w.ctx, w.members["R1"], code, "")
	w.refused(err, fault.Invalid)
	c, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "called away")
	w.must(err)
	w.equal(c.Progress.SiftRevealReason, "called away")
	w.equal(c.Progress.RevealReason, "")
	if c.Progress.RevealedAt != nil || c.Progress.Revealed() {
		t.Error("the sift's reveal says that the assessment is revealed")
	}
	w.equal(w.seesStages(w.members["R3"]), staged{Sift: 6, SiftMarks: 2})
	_, err = w.db.SubmitSheet(w.ctx, w.members["R2"], code, ofSift("R2", "C1"), 0, store.Key{}, marks(3, 3))
	w.refused(err, fault.Conflict)
	w.shortlist(true)
	_, err = w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	_, err = w.db.SubmitSheet(w.ctx, w.members["R2"], code, ofSift("R2", "C1"), 0, store.Key{}, marks(3, 3))
	w.refused(err, fault.Conflict)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", 3, 4)
	}
	w.equal(w.phase(), selection.Moderation) // open sheets of the sift hold nothing up
	list, err := w.db.Shortlist(w.ctx, w.members["R2"], code, "", 10)
	w.must(err)
	w.equal([]int{list[0].Marks, list[1].Marks}, []int{2, 0})
	if list[1].Mean != nil {
		t.Error("a candidate whom nobody observed has a mean")
	}
}

func TestOnlyTheShortlistIsAssessed(t *testing.T) {
	w := newWorld(t)
	w.sifted()
	_, err := w.trySubmit("R1", "C1", 6, 5)
	w.refused(err, fault.NotFound)
	_, err = w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.refused(err, fault.Invalid) // nobody has said anything
	record := func(who store.Actor, lines ...selection.Shortlisted) error {
		return fails(w.db.RecordShortlist(w.ctx, who, code, 0, lines))
	}
	w.refused(record(w.officer, selection.Shortlisted{Candidate: "C2"}), fault.Invalid) // a no without a reason
	w.refused(record(w.members["R1"], selection.Shortlisted{Candidate: "C1", Shortlisted: true}), fault.Forbidden)
	w.refused(fails(w.db.ChangeCandidate(w.ctx, w.officer, code, 0, selection.Candidate{Code: "C2", Shortlisted: selection.No})), fault.Conflict)
	w.shortlist(false)
	w.shortlist(false) // changes nothing, and is no event
	list, err := w.db.Shortlist(w.ctx, w.members["R3"], code, "", 10)
	w.must(err)
	w.equal(list[1].Reason, "no audit since 2021")
	w.equal(*list[1].Mean, 3.0)
	w.equal([]float64{*list[1].Low, *list[1].High}, []float64{2, 4})
	_, err = w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	w.refused(record(w.officer, selection.Shortlisted{Candidate: "C2", Shortlisted: true}), fault.Conflict)
	_, err = w.trySubmit("R1", "C2", 6, 5)
	w.refused(err, fault.NotFound)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
	}
	w.equal(w.phase(), selection.Moderation)
	_, err = w.db.ReviseMark(w.ctx, w.members["R1"], code, ofSift("R1", "C1"), 0, store.Key{}, mark("safety.a", 1), "misheard")
	w.refused(err, fault.Conflict)
	w.closeAndRank()
	run, err := w.db.LatestRanking(w.ctx, w.officer, code)
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	w.equal(len(ranking.Candidates), 1)
	w.equal(*ranking.Candidates[0].MarksMean, 5.5)
	w.dense()
}

// Assignments of the assessment wait for the sift.
func TestWhoMarksWhomIsAssignedStageByStage(t *testing.T) {
	w := newWorld(t)
	w.draft(withSift)
	assign := func(names ...store.SheetName) error {
		return fails(w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, names))
	}
	w.refused(assign(sheet("R1", "C1")), fault.Invalid)
	w.must(assign(ofSift("R1", "C1"), ofSift("R2", "C2")))
	w.open()
	w.sift("R1", "C1", 6, 5)
	w.sift("R2", "C2", 4, 4)
	w.equal(w.phase(), selection.Shortlisting)
	w.must(assign(sheet("R2", "C1"), sheet("R3", "C2")))
	_, err := w.db.Sheet(w.ctx, w.members["R2"], code, sheet("R2", "C1"))
	w.refused(err, fault.NotFound) // not opened before the shortlist is locked
	_, err = w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R2", "C1"), 0, marks(3, 3))
	w.refused(err, fault.Conflict)
	w.shortlist(false)
	_, err = w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	w.submit("R2", "C1", 6, 5) // nobody waits for the sheet of C2
	w.equal(w.phase(), selection.Moderation)
}

func TestForgeriesOfStages(t *testing.T) {
	w := newWorld(t)
	w.assessing(false)
	trust, campaign := w.trust.ID, w.campaignID()
	member := w.memberID("R2")
	w.as(w.officer, code, func(f forger) {
		f.refuses("shortlists after all", `update candidates set shortlisted = true where code = 'C2'`)
		f.refuses("goes back to the shortlist", `update campaigns set phase = 'shortlisting'`)
		f.refuses("has a sheet opened with the sift", `insert into sheets (trust_id, campaign_id, sheet_id, member_id, candidate_id, exercise, stage, required)
			select $1, $2, gen_random_uuid(), $3, candidate_id, 'interview', 'sift', true from candidates where code = 'C2'`, trust, campaign, member)
	})
	w.as(w.members["R2"], code, func(f forger) {
		f.refuses("moves a sheet into the sift", `update sheets set stage = 'sift' where member_id = $1 and stage = 'assessment'`, member)
		f.refuses("opens the marks", `insert into reveals (trust_id, campaign_id, stage, revealed_at) values ($1, $2, 'assessment', now())`, trust, campaign)
		f.refuses("changes a mark of the sift", `update scores set score = 7 where member_id = $1 and stage = 'sift'`, member)
	})
	_, err := w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R2", "C1"), 0, marks(3, 3))
	w.must(err)
	w.as(w.members["R2"], code, func(f forger) {
		// The trigger gives a mark the stage of its sheet, whatever it says.
		if rows, state := f.try(`update scores set stage = 'sift' where member_id = $1 and stage = 'assessment'`, member); rows != 2 {
			t.Errorf("%d rows, SQLSTATE %q", rows, state)
		}
		w.equal(f.sees("scores", "stage = 'sift' and sheet_id in (select sheet_id from sheets where stage = 'assessment')"), int64(0))
	})
}

// What is recorded of a candidate in the sift is theirs to be given, proved to
// an outsider, and erased with the rest.
func TestTheSiftIsOnRecord(t *testing.T) {
	w := newWorld(t)
	w.assessing(false)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
	}
	w.closeAndRank()
	_, err := w.db.Decide(w.ctx, w.officer, code, store.Key{}, selection.Decision{
		Findings: []selection.Finding{{Candidate: "C1", Appointable: true}}, Appointed: []string{"C1"}, Justification: "best marks"})
	w.must(err)
	pack, err := w.db.SubjectAccess(w.ctx, w.officer, code, "C2")
	w.must(err)
	w.equal(pack.Shortlist, "no audit since 2021")
	w.equal(len(pack.Marks), 6)
	w.equal(pack.Marks[0].Stage, selection.StageSift)
	key := audit.NewSigningKey()
	w.follow(w.sequencer(key))
	report, whole := w.bundle(key)
	w.sound(report)
	if !bytes.Contains(unzipped(t, whole), []byte("no audit since 2021")) {
		t.Error("the evidence does not tell why C2 was not shortlisted")
	}
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C2", "asked to be forgotten")
	w.must(err)
	report, whole = w.bundle(key)
	w.sound(report)
	if bytes.Contains(unzipped(t, whole), []byte("no audit since 2021")) {
		t.Error("the reason was not erased")
	}
	list, err := w.db.Shortlist(w.ctx, w.officer, code, "", 10)
	w.must(err)
	w.equal(list[1].Reason, "")
	w.dense()
}

func unzipped(t *testing.T, bundle []byte) (all []byte) {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	return all
}

// A round with a sift goes out and comes in whole, and ranks the same.
func TestARoundWithASiftGoesOutAndIn(t *testing.T) {
	w := newWorld(t)
	w.assessing(true)
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", float64(3+i), 4)
	}
	w.closeAndRank()
	r, err := w.db.Export(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(r.Ratings), 24)
	second := trustIn(t, w.database, w.db, "southgate")
	_, err = second.db.Import(w.ctx, second.officer, store.Key{}, r)
	w.must(err)
	again, _, err := second.db.Round(w.ctx, second.officer, code)
	w.must(err)
	w.equal(again.Hash(), r.Hash())
	w.equal(second.seesStages(second.officer), staged{Sift: 6, SiftMarks: 12, Assessment: 6, Marks: 12})
	list, err := second.db.Shortlist(w.ctx, second.officer, code, "", 10)
	w.must(err)
	w.equal(*list[0].Mean, 5.5)
}
