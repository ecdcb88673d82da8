package store_test

import (
	"slices"
	"sync"
	"testing"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func replacing(rater string) store.Newcomer {
	return store.Newcomer{Rater: rater, Username: "newcomer", Reason: "has left the trust"}
}

func (w *world) replace(rater, by string) store.Campaign {
	w.t.Helper()
	w.members[by] = w.person("newcomer")
	c, err := w.db.ReplaceMember(w.ctx, w.officer, code, rater, replacing(by))
	w.must(err)
	return c
}

func (w *world) campaign() store.Campaign {
	w.t.Helper()
	c, err := w.db.Campaign(w.ctx, w.officer, code)
	w.must(err)
	return c
}

// The chair leaves the trust; whoever takes over can close what they could.
func TestAChairWhoLeavesIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R1", "C1", 6, 5)
	w.must(w.db.Leave(w.ctx, w.person("administrator", access.Administrator), "member-R1"))
	_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "called away")
	w.refused(err, fault.Forbidden)

	c := w.replace("R1", "R4")
	w.equal(c.Document.ChairRater(), "R4")
	w.equal(w.campaign().Document.ChairRater(), "R4")
	mine, err := w.db.Sheets(w.ctx, w.members["R4"], code, store.SheetName{}, 10)
	w.must(err)
	w.equal(mine, []store.SheetStatus{
		{SheetName: sheet("R4", "C1"), Stage: selection.StageAssessment, State: selection.SheetDraft, Required: false}, // R1's mark of C1 stays
		{SheetName: sheet("R4", "C2"), Stage: selection.StageAssessment, State: selection.SheetDraft, Required: true},
	})
	for _, rater := range []string{"R2", "R3", "R4"} {
		w.submit(rater, "C2", 5, 5)
	}
	w.submit("R2", "C1", 5, 5)
	w.equal(w.phase(), selection.Scoring)
	w.submit("R3", "C1", 5, 5) // R1's open sheet of C2 and R4's of C1 are not waited for
	w.equal(w.phase(), selection.Moderation)
	_, err = w.db.CloseModeration(w.ctx, w.members["R4"], code, 0)
	w.must(err)
	round, _, err := w.db.Round(w.ctx, w.officer, code)
	w.must(err)
	w.must(round.Validate())
	if !slices.ContainsFunc(round.Ratings, func(m selection.Rating) bool { return m.Rater == "R1" }) {
		t.Error("the marks of who has left are gone")
	}
	w.dense()
}

func TestReplacingMayRevealAndMayBeRefused(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for _, rater := range []string{"R1", "R2"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", 4, 5)
	}
	for name, n := range map[string]store.Newcomer{
		"without a reason": {Rater: "R4", Username: "outsider"}, "a code that is taken": {Rater: "R2", Username: "outsider", Reason: "x"},
	} {
		_, err := w.db.ReplaceMember(w.ctx, w.officer, code, "R3", n)
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.person("newcomer")
	_, err := w.db.ReplaceMember(w.ctx, w.officer, code, "R9", replacing("R4"))
	w.refused(err, fault.NotFound)
	_, err = w.db.ReplaceMember(w.ctx, w.officer, code, "R3", store.Newcomer{Rater: "R4", Username: "member-R2", Reason: "x"})
	w.refused(err, fault.Conflict)
	w.must(func() error {
		_, err := w.db.ReplaceMember(w.ctx, w.officer, code, "R3", replacing("R4"))
		return err
	}())
	_, err = w.db.ReplaceMember(w.ctx, w.officer, code, "R3", store.Newcomer{Rater: "R5", Username: "outsider", Reason: "x"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("replaced twice: %v", err)
	}
	_, err = w.trySubmit("R3", "C1", 6, 5)
	w.refused(err, fault.Forbidden)
	w.equal(w.phase(), selection.Scoring)
}

// A closed seat is closed to raw SQL too, and opens none of the others.
func TestForgeriesOfSeats(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R2", "C1", 6, 5)
	trust, campaign := w.trust.ID, w.campaignID()
	w.as(w.officer, code, func(f forger) {
		f.refuses("sits down in R2's seat", `update panel_members set person_id = $1 where rater = 'R2'`, w.officer.Person)
		f.refuses("makes R2 chair", `update panel_members set chair = true where rater = 'R2'`)
		f.refuses("adds a seat", `insert into panel_members (trust_id, campaign_id, member_id, rater, role, person_id) values ($1, $2, gen_random_uuid(), 'R9', 'member', $3)`, trust, campaign, w.officer.Person)
	})
	w.replace("R3", "R4")
	w.as(w.officer, code, func(f forger) {
		f.refuses("opens the seat again", `update panel_members set replaced_by = '' where rater = 'R3'`)
	})
	// Whoever was about to submit when the seat closed comes too late.
	w.as(w.members["R3"], code, func(f forger) {
		f.tx.MustExecContext(f.ctx, `select set_config('app.member', $1, true), set_config('app.campaign', $2, true), set_config('app.actions', 'read-campaign write-sheet', true)`, w.memberID("R3"), campaign)
		f.refuses("submits from a closed seat", submitSheet, w.sheetID("R3", "C1"))
	})
	w.as(w.members["R4"], code, func(f forger) { f.allows("the newcomer submits", submitSheet, w.sheetID("R4", "C1")) })
	list, err := w.db.Campaigns(w.ctx, w.members["R3"], "", 10)
	w.must(err)
	w.equal(len(list), 0)
}

// Replaced while the sift is marked and again while the panel decides: marks,
// evidence and chair go on.
func TestReplacedInEveryPhase(t *testing.T) {
	w := newWorld(t)
	w.draft(withSift)
	w.replace("R3", "R4") // in a draft the seat closes too, with what its member declared
	w.open()
	w.equal(w.count(`select count(*) from sheets s join panel_members m using (trust_id, campaign_id, member_id) where m.rater = 'R3'`), 0)
	for _, rater := range []string{"R1", "R2"} {
		w.sift(rater, "C1", 6, 5)
		w.sift(rater, "C2", 3, 4)
	}
	w.sift("R4", "C1", 6, 6)
	seat := func(rater, by, username string) {
		t.Helper()
		w.members[by] = w.person(username)
		_, err := w.db.ReplaceMember(w.ctx, w.officer, code, rater, store.Newcomer{Rater: by, Username: username, Reason: "stood down"})
		w.must(err)
	}
	seat("R4", "R5", "fifth")
	w.sift("R5", "C2", 5, 5)
	w.equal(w.phase(), selection.Shortlisting)
	seat("R2", "R6", "sixth") // no sheet is open; the assessment's are made for the newcomer
	w.shortlist(false)
	_, err := w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	for _, rater := range []string{"R1", "R5", "R6"} {
		w.submit(rater, "C1", 6, 5)
	}
	w.equal(w.phase(), selection.Moderation)
	seat("R1", "R7", "seventh") // the chair
	_, err = w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
	w.refused(err, fault.Forbidden)
	_, err = w.db.CloseModeration(w.ctx, w.members["R7"], code, 0)
	w.must(err)
	_, err = w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
	seat("R7", "R8", "eighth")
	_, err = w.db.Decide(w.ctx, w.members["R8"], code, store.Key{}, selection.Decision{
		Findings: []selection.Finding{{Candidate: "C1", Appointable: true}}, Appointed: []string{"C1"}, Justification: "best marks"})
	w.must(err)
	_, err = w.db.ReplaceMember(w.ctx, w.officer, code, "R8", store.Newcomer{Rater: "R9", Username: "auditor", Reason: "too late"})
	w.refused(err, fault.Conflict)
	key := audit.NewSigningKey()
	w.follow(w.sequencer(key))
	report, _ := w.bundle(key)
	w.sound(report)
	w.dense()
}

// Two administrators who put each other out at once: one of them stays.
func TestTwoAdministratorsAtOnce(t *testing.T) {
	w := newWorld(t)
	who := []store.Actor{w.person("first", access.Administrator), w.person("second", access.Administrator)}
	names := []string{"first", "second"}
	var both sync.WaitGroup
	for i := range who {
		both.Go(func() { _, _ = w.db.SetRoles(w.ctx, who[i], names[1-i], nil) })
	}
	both.Wait()
	w.equal(w.count(`select count(*) from person_roles where trust_id = $1 and role = 'administrator'`, w.trust.ID), 1)
	w.dense()
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	first := w.person("administrator", access.Administrator)
	_, err := w.db.SetRoles(w.ctx, first, "administrator", []access.Role{access.Auditor})
	w.refused(err, fault.Conflict)
	w.refused(w.db.Leave(w.ctx, w.operator, "administrator"), fault.Conflict)
	w.person("second", access.Administrator)
	_, err = w.db.SetRoles(w.ctx, first, "administrator", []access.Role{access.Auditor})
	w.must(err)
}
