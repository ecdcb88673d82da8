package store_test

import (
	"fmt"
	"sync"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

func TestCreateCampaign(t *testing.T) {
	newTrust := trusts(t)
	create := func(w *world, who store.Actor, version int, document selection.Campaign) error {
		return fails(w.db.CreateCampaign(w.ctx, who, store.Key{}, store.NewCampaign{Framework: "values", Version: version, Document: document}))
	}
	t.Run("keeps what was declared", func(t *testing.T) {
		w := newTrust(t)
		w.publish()
		made, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: w.plan()})
		w.must(err)
		read, err := w.db.Campaign(w.ctx, w.officer, code)
		w.must(err)
		w.equal(read, made)
		w.equal(read.Document, w.plan().WithDefaults())
		w.equal([]any{read.Version, read.Progress.Phase, read.Roles}, []any{1, selection.Draft, []access.Role{access.RecruitmentOfficer}})
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.refused(create(w, w.officer, 1, w.plan()), fault.NotFound) // no framework yet
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
		w.must(err)
		w.refused(create(w, w.officer, 1, w.plan()), fault.Conflict) // a draft
		_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)
		w.must(err)
		w.refused(create(w, w.owner, 1, w.plan()), fault.Forbidden)
		broken := w.plan()
		broken.Title, broken.Exercises[0].Criteria = "", []string{"safety.z"}
		err = create(w, w.officer, 1, broken)
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"title", "exercises[0].criteria[0]"})
		w.must(create(w, w.officer, 1, w.plan()))
		w.refused(create(w, w.officer, 1, w.plan()), fault.Conflict) // the code is taken
		_, err = w.db.RetireFramework(w.ctx, w.owner, "values", 1, 0)
		w.must(err)
		second := w.plan()
		second.Code = "CARD-2"
		w.refused(create(w, w.officer, 1, second), fault.Conflict)
	})
}

func TestChangeCampaign(t *testing.T) {
	newTrust := trusts(t)
	t.Run("keeps who sits where the rater stays", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		_, err := w.db.DeclareInterest(w.ctx, w.members["R2"], code, store.Key{}, selection.Interest{Candidate: "C1", Nature: selection.Knows, Details: "met once"})
		w.must(err)
		document := w.plan()
		document.Title = "Consultant, imaging"
		document.Panel = []selection.Member{
			{Rater: "R4", Role: selection.LayChair}, {Rater: "R1", Role: selection.CollegeAssessor, Exercises: []string{"interview"}}, {Rater: "R2", Role: selection.PlainMember, Optional: true},
		}
		changed, err := w.db.ChangeCampaign(w.ctx, w.officer, 0, document)
		w.must(err)
		w.equal(changed.Document, document.WithDefaults())
		for rater, roles := range map[string][]access.Role{"R1": {access.PanelMember}, "R2": {access.PanelMember}} {
			c, err := w.db.Campaign(w.ctx, w.members[rater], code)
			w.must(err)
			w.equal([]any{c.Rater, c.Roles, c.Document.Title}, []any{rater, roles, "Consultant, imaging"})
		}
		_, err = w.db.Campaign(w.ctx, w.members["R3"], code)
		w.refused(err, fault.Forbidden)
		list, err := w.db.Interests(w.ctx, w.officer, code)
		w.must(err)
		w.equal(len(list), 1)

		document.Panel = document.Panel[:2] // without R2, who has declared
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, 0, document)
		w.refused(err, fault.Conflict)
		w.dense()
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		c, err := w.db.Campaign(w.ctx, w.officer, code)
		w.must(err)
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, c.Version-1, w.plan())
		w.refused(err, fault.Stale)
		_, err = w.db.ChangeCampaign(w.ctx, w.members["R1"], 0, w.plan())
		w.refused(err, fault.Forbidden)
		broken := w.plan()
		broken.Panel = nil
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, 0, broken)
		w.refused(err, fault.Invalid)
		other := w.plan()
		other.Code = "CARD-9"
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, 0, other)
		w.refused(err, fault.NotFound)
		w.open()
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, 0, w.plan())
		w.refused(err, fault.Conflict)
	})
	t.Run("refuses once sheets are assigned", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		_, err := w.db.AssignSheets(w.ctx, w.officer, code, store.Key{}, []store.SheetName{sheet("R1", "C1")})
		w.must(err)
		_, err = w.db.ChangeCampaign(w.ctx, w.officer, 0, w.plan())
		w.refused(err, fault.Conflict)
	})
}

func TestFillSeat(t *testing.T) {
	w := newWorld(t)
	w.draft()
	fill := func(rater, username string) error {
		return fails(w.db.FillSeat(w.ctx, w.officer, code, rater, username))
	}
	w.refused(fill("R9", "owner"), fault.NotFound)
	w.refused(fill("R1", "nobody"), fault.NotFound)
	w.refused(fill("R1", "member-R2"), fault.Conflict) // sits already
	w.refused(fails(w.db.FillSeat(w.ctx, w.owner, code, "R1", "owner")), fault.Forbidden)
	w.must(fill("R1", "OWNER"))
	_, err := w.db.Campaign(w.ctx, w.members["R1"], code)
	w.refused(err, fault.Forbidden) // the seat is another's now
	w.open()
	w.refused(fill("R2", "officer"), fault.Conflict)
}

func TestOpenScoring(t *testing.T) {
	newTrust := trusts(t)
	t.Run("locks the plan", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		opened, err := w.db.OpenScoring(w.ctx, w.officer, code, 0)
		w.must(err)
		lock := w.plan().Locked(w.framework())
		w.equal(opened.Progress.Lock, &lock)
		_, err = w.db.OpenScoring(w.ctx, w.officer, code, 0)
		w.refused(err, fault.Conflict)
	})
	t.Run("refuses an empty seat that is waited for", func(t *testing.T) {
		w := newTrust(t)
		delete(w.members, "R2")
		delete(w.members, "R3")
		w.draft(func(c *selection.Campaign) { c.Panel[2].Optional = true })
		_, err := w.db.OpenScoring(w.ctx, w.officer, code, 0)
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"panel"})
		w.equal(w.phase(), selection.Draft)
	})
	t.Run("refuses", func(t *testing.T) {
		w := newTrust(t)
		w.publish()
		plan := w.plan()
		plan.Panel[0].Role = selection.LayMember // nobody chairs
		made, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})
		w.must(err)
		_, err = w.db.OpenScoring(w.ctx, w.officer, code, 0)
		w.refused(err, fault.Invalid)
		w.equal(places(err), []string{"panel", "candidates"})
		_, err = w.db.OpenScoring(w.ctx, w.officer, code, made.Version+1)
		w.refused(err, fault.Stale)
		_, err = w.db.OpenScoring(w.ctx, w.owner, code, 0)
		w.refused(err, fault.Forbidden)
		_, err = w.db.OpenScoring(w.ctx, w.officer, "CARD-9", 0)
		w.refused(err, fault.NotFound)
		w.equal(w.phase(), selection.Draft)
	})
}

func TestCloseScoring(t *testing.T) {
	newTrust := trusts(t)
	chairCloses := func(w *world, reason string) error {
		return fails(w.db.CloseScoring(w.ctx, w.members["R1"], code, reason))
	}
	t.Run("takes a reason while sheets are missing", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		w.submit("R2", "C1", 6, 5)
		w.refused(fails(w.db.CloseScoring(w.ctx, w.officer, code, "because")), fault.Forbidden)
		w.refused(fails(w.db.CloseScoring(w.ctx, w.members["R2"], code, "because")), fault.Forbidden)
		for _, none := range []string{"", "  ", "\n"} {
			w.refused(chairCloses(w, none), fault.Invalid)
		}
		w.equal(w.count(`select count(*) from reveals where trust_id = $1`, w.trust.ID), 0)
		w.equal(w.phase(), selection.Scoring)
		w.must(chairCloses(w, " R3 was called away "))
		c, err := w.db.Campaign(w.ctx, w.officer, code)
		w.must(err)
		w.equal([]any{c.Progress.Phase, c.Progress.RevealReason}, []any{selection.Moderation, "R3 was called away"})
		w.refused(chairCloses(w, "because"), fault.Conflict)
	})
	t.Run("takes no reason where none is missing", func(t *testing.T) {
		w := newTrust(t)
		w.scoring()
		for _, rater := range []string{"R1", "R2"} {
			w.submit(rater, "C1", 6, 5)
			w.submit(rater, "C2", 6, 5)
		}
		w.submit("R3", "C1", 6, 5)
		// As after a program that stopped between the last sheet and the reveal.
		_, err := w.raw("postgres").ExecContext(w.ctx, `update sheets set required = false where trust_id = $1 and state = 'draft'`, w.trust.ID)
		w.must(err)
		w.equal(w.phase(), selection.Scoring)
		w.must(chairCloses(w, ""))
		w.equal(w.phase(), selection.Moderation)
	})
	t.Run("only in scoring", func(t *testing.T) {
		w := newTrust(t)
		w.draft()
		w.refused(chairCloses(w, "because"), fault.Conflict)
	})
}

// Else the first sheets of a large campaign are looked for row by row.
func TestOpeningCountsTheNewRows(t *testing.T) {
	w := newWorld(t)
	w.draft()
	counted := func() int { return w.count(`select reltuples::int from pg_class where relname = 'sheets'`) }
	w.equal(counted(), -1)
	w.open()
	w.equal(counted(), 6)
}

// Neither of two last submitters sees the other's sheet, and yet one of them
// must open the marks, and not both.
func TestTheLastTwoSubmittersRevealOnce(t *testing.T) {
	w := newWorld(t)
	w.publish()
	for i := range 30 {
		plan := w.plan()
		plan.Code = fmt.Sprintf("LAST-%d", i)
		plan.Panel = plan.Panel[:2]
		_, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})
		w.must(err)
		w.sit(plan)
		_, err = w.db.AddCandidates(w.ctx, w.officer, plan.Code, store.Key{}, []selection.Candidate{{Code: "C1"}})
		w.must(err)
		_, err = w.db.OpenScoring(w.ctx, w.officer, plan.Code, 0)
		w.must(err)
		var done sync.WaitGroup
		errs := make([]error, 2)
		start := make(chan struct{})
		for j, rater := range []string{"R1", "R2"} {
			done.Go(func() {
				<-start
				_, errs[j] = w.db.SubmitSheet(w.ctx, w.members[rater], plan.Code, sheet(rater, "C1"), 0, key(plan.Code), marks(6, 5))
			})
		}
		close(start)
		done.Wait()
		w.must(errs[0])
		w.must(errs[1])
		c, err := w.db.Campaign(w.ctx, w.officer, plan.Code)
		w.must(err)
		w.equal(c.Progress.Phase, selection.Moderation)
		w.equal(w.count(`select count(*) from reveals where campaign_id = $1`, c.ID), 1)
		w.equal(w.count(`select count(*) from audit_events where object_id = $1 and kind = 'campaign.marks-revealed'`, c.ID), 1)
	}
	w.dense()
}

func TestCloseModeration(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	closes := func(rater string, version int) error {
		return fails(w.db.CloseModeration(w.ctx, w.members[rater], code, version))
	}
	w.refused(closes("R1", 0), fault.Conflict)
	_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "fire alarm")
	w.must(err)
	w.refused(closes("R2", 0), fault.Forbidden)
	w.refused(closes("R1", 1), fault.Stale)
	w.must(closes("R1", 0))
	w.refused(closes("R1", 0), fault.Conflict)
	w.equal(w.phase(), selection.Deciding)
}

func TestCampaignsAreListed(t *testing.T) {
	w := newWorld(t)
	w.publish()
	for i, panel := range [][]selection.Member{w.plan().Panel, w.plan().Panel[:1], w.plan().Panel} {
		plan := w.plan()
		plan.Code, plan.Panel = fmt.Sprintf("CARD-%d", i), panel
		_, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})
		w.must(err)
		w.sit(plan)
	}
	codes := func(who store.Actor, after string, limit int) []string {
		t.Helper()
		list, err := w.db.Campaigns(w.ctx, who, after, limit)
		w.must(err)
		codes := []string{}
		for _, c := range list {
			codes = append(codes, c.Code)
		}
		return codes
	}
	w.equal(codes(w.officer, "", 2), []string{"CARD-0", "CARD-1"})
	w.equal(codes(w.officer, "CARD-1", 2), []string{"CARD-2"})
	w.equal(codes(w.auditor, "", 10), []string{"CARD-0", "CARD-1", "CARD-2"})
	w.equal(codes(w.members["R2"], "", 10), []string{"CARD-0", "CARD-2"})
	w.equal(codes(w.owner, "", 10), []string{}) // no seat, no role that reads campaigns
}
