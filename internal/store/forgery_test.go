package store_test

import (
	"testing"

	"appointable/internal/store"
	"appointable/selection"
)

// What the triggers and policies refuse to raw SQL under the service's login:
// the promises that hold even where the program is wrong.

// id finds an id as the superuser.
func (w *world) id(query string, args ...any) (id string) {
	w.t.Helper()
	w.must(w.raw("postgres").GetContext(w.ctx, &id, query, args...))
	return id
}

func (w *world) campaignID() string {
	w.t.Helper()
	return w.id(`select campaign_id from campaigns where trust_id = $1 and code = $2`, w.trust.ID, code)
}

func (w *world) memberID(rater string) string {
	w.t.Helper()
	return w.id(`select member_id from panel_members where campaign_id = $1 and rater = $2`, w.campaignID(), rater)
}

func (w *world) sheetID(rater, candidate string) string {
	w.t.Helper()
	return w.id(`select s.sheet_id from sheets s join candidates k using (trust_id, campaign_id, candidate_id)
		where s.member_id = $1 and k.code = $2`, w.memberID(rater), candidate)
}

const (
	// $1 to $5: trust, campaign, sheet, member, criterion.
	insertScore = `insert into scores (trust_id, campaign_id, sheet_id, member_id, criterion, score) values ($1, $2, $3, $4, $5, 7)`
	// $1 to $5: trust, campaign, sheet, member, the mark on safety.a as it was.
	insertRevision = `
		insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at)
		values ($1, $2, $3, $4, 'safety.a', (select coalesce(max(revision), 0) + 1 from score_revisions where sheet_id = $3), $5, false, 'seen at minute 3', 'by raw SQL', now())`
	raiseSafety = `update scores set score = 7 where sheet_id = $1 and criterion = 'safety.a'`
	submitSheet = `update sheets set state = 'submitted', submitted_at = now() where sheet_id = $1`
)

func TestForgeriesInScoring(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R2", "C1", 6, 5)
	trust, campaign := w.trust.ID, w.campaignID()
	submitted, blank, member2 := w.sheetID("R2", "C1"), w.sheetID("R2", "C2"), w.memberID("R2")
	own, member1 := w.sheetID("R1", "C1"), w.memberID("R1")
	for name, who := range map[string]store.Actor{"the chair": w.members["R1"], "HR": w.officer} {
		w.as(who, code, func(f forger) {
			f.refuses(name+" opens the marks", `insert into reveals (trust_id, campaign_id, revealed_at) values ($1, $2, now())`, trust, campaign)
			f.refuses(name+" skips the reveal", `update campaigns set phase = 'moderation'`)
			f.refuses(name+" pretends an import", `update campaigns set imported_in = pg_current_xact_id()`)
			f.refuses(name+" marks for R2", insertScore, trust, campaign, blank, member2, "safety.a")
			f.refuses(name+" marks on R2's sheet", insertScore, trust, campaign, blank, member1, "safety.a")
			f.refuses(name+" revises for R2", insertRevision, trust, campaign, submitted, member2, 6)
			f.refuses(name+" revises R2's mark", insertRevision, trust, campaign, submitted, member1, 6)
			f.untouched(name+" changes R2's mark", raiseSafety, submitted)
			f.untouched(name+" submits for R2", submitSheet, blank)
			f.untouched(name+" deletes R2's marks", `delete from scores where sheet_id = $1`, submitted)
			f.refuses(name+" writes a result past the function", `
				insert into psychometric_results (trust_id, campaign_id, candidate_id, instrument, scale, score)
				select $1, $2, candidate_id, 'SJT', 'total', 70 from candidates where code = 'C1'`, trust, campaign)
			f.refuses(name+" cleans the record", `delete from audit_events`)
			f.refuses(name+" rewrites the record", `update audit_events set kind = 'nothing'`)
			f.refuses(name+" reads the sealed record", `select from audit_payloads`)
		})
	}
	w.as(w.members["R1"], code, func(f forger) {
		f.refuses("R1 gives a sheet away", `update sheets set member_id = $2 where sheet_id = $1`, own, member2)
		f.allows("R1 marks their own sheet", insertScore, trust, campaign, own, member1, "safety.a")
		f.allows("R1 submits their own sheet", submitSheet, own)
	})
	w.as(w.members["R2"], code, func(f forger) {
		f.refuses("R2 changes a submitted mark", raiseSafety, submitted)
		f.refuses("R2 changes a submitted note", `update scores set evidence = '' where sheet_id = $1 and criterion = 'safety.a'`, submitted)
		f.refuses("R2 takes a submitted mark away", `update scores set sheet_id = $2 where sheet_id = $1 and criterion = 'safety.a'`, submitted, blank)
		f.refuses("R2 adds to a submitted sheet", insertScore, trust, campaign, submitted, member2, "more")
		f.refuses("R2 deletes a submitted mark", `delete from scores where sheet_id = $1`, submitted)
		f.refuses("R2 reopens a sheet", `update sheets set state = 'draft', submitted_at = null where sheet_id = $1`, submitted)
		f.refuses("R2 revises before moderation", insertRevision, trust, campaign, submitted, member2, 6)
		f.allows("R2 marks a draft", insertScore, trust, campaign, blank, member2, "safety.a")
		f.allows("R2 changes a draft", raiseSafety, blank)
	})
}

func TestForgeriesInModeration(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.submit("R2", "C1", 6, 5)
	w.submit("R3", "C1", 4, 4)
	_, err := w.db.CloseScoring(w.ctx, w.members["R1"], code, "R1 was called away")
	w.must(err)
	trust, campaign := w.trust.ID, w.campaignID()
	own, blank, member := w.sheetID("R2", "C1"), w.sheetID("R2", "C2"), w.memberID("R2")
	others := w.sheetID("R3", "C1")
	w.as(w.members["R2"], code, func(f forger) {
		f.refuses("R2 changes a mark and keeps nothing", raiseSafety, own)
		f.refuses("R2 submits once the marks are seen", submitSheet, blank)
		f.refuses("R2 revises R3's mark", insertRevision, trust, campaign, others, member, 4)
		f.untouched("R2 changes R3's mark", raiseSafety, others)
		f.allows("R2 keeps what it was not", insertRevision, trust, campaign, own, member, 5)
		f.refuses("R2 changes a mark and keeps another", raiseSafety, own)
	})
	w.as(w.members["R2"], code, func(f forger) {
		f.tx.MustExecContext(f.ctx, insertRevision, trust, campaign, own, member, 6)
		f.must(f.tx.Commit())
	})
	w.as(w.members["R2"], code, func(f forger) {
		f.refuses("R2 leans on the revision of an earlier transaction", raiseSafety, own)
	})
	w.as(w.members["R2"], code, func(f forger) {
		// Not by allows: in a savepoint the two would not be one transaction.
		f.tx.MustExecContext(f.ctx, insertRevision, trust, campaign, own, member, 6)
		f.tx.MustExecContext(f.ctx, raiseSafety, own)
		f.refuses("R2 changes it once more", `update scores set score = 1 where sheet_id = $1 and criterion = 'safety.a'`, own)
		f.refuses("R2 rewrites a revision", `update score_revisions set score = 1`)
		f.refuses("R2 deletes a revision", `delete from score_revisions`)
	})
	_, err = w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
	w.must(err)
	w.as(w.members["R3"], code, func(f forger) {
		f.refuses("R3 revises after moderation", insertRevision, trust, campaign, others, w.memberID("R3"), 4)
		f.refuses("R3 changes a mark after moderation", raiseSafety, others)
	})
}

func TestPublishedFrameworksAndLockedPlansStay(t *testing.T) {
	w := newWorld(t)
	w.draft()
	w.as(w.officer, code, func(f forger) {
		f.allows("a draft plan changes", `update campaigns set document = document || '{"title": "x"}'`)
		f.refuses("a draft is decided", `update campaigns set phase = 'decided', plan_sha256 = 'x'`)
		f.refuses("a campaign begins in moderation", `
			insert into campaigns (trust_id, campaign_id, code, title, framework_id, document, phase, plan_sha256, created_at)
			select trust_id, gen_random_uuid(), 'X', title, framework_id, document, 'moderation', 'x', now() from campaigns`)
		f.refuses("a campaign is imported by another transaction", `
			insert into campaigns (trust_id, campaign_id, code, title, framework_id, document, imported_in, created_at)
			select trust_id, gen_random_uuid(), 'X', title, framework_id, document, '99999999', now() from campaigns`)
	})
	w.open()
	w.as(w.officer, code, func(f forger) {
		for what, set := range map[string]string{
			"plan": `document = document || '{"title": "x"}'`, "code": `code = 'X'`, "hash of the plan": `plan_sha256 = 'x'`,
			"hash of the framework": `framework_sha256 = 'x'`, "framework": `framework_id = gen_random_uuid()`,
			"phase back": `phase = 'draft', plan_sha256 = null`, "phase out of turn": `phase = 'deciding'`,
		} {
			f.refuses("a locked campaign: "+what, `update campaigns set `+set)
		}
		f.allows("a locked campaign counts its version", `update campaigns set version = version + 1`)
	})
	w.as(w.owner, "", func(f forger) {
		for what, set := range map[string]string{
			"document": `document = '{}'`, "code": `code = 'x'`, "version": `version = 2`, "title": `title = 'x'`, "hash": `content_hash = repeat('0', 64)`,
			"status": `status = 'draft', content_hash = null`,
		} {
			f.refuses("a published framework: "+what, `update frameworks set `+set)
		}
		f.allows("a published framework is retired", `update frameworks set status = 'retired', retired_at = now()`)
		f.refuses("a retired framework is published", `update frameworks set status = 'published'`)
	})
}

func TestPhasesOnlyMoveForward(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	_, err := w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	w.as(w.officer, code, func(f forger) {
		for _, phase := range []selection.Phase{selection.Scoring, selection.Moderation, selection.Deciding} {
			f.refuses("from decided to "+string(phase), `update campaigns set phase = $1`, string(phase))
		}
		f.refuses("the decision is changed", `update decisions set document = '{}'`)
		f.refuses("a ranking is changed", `update ranking_runs set result = ''`)
		f.refuses("a second decision", `insert into decisions select * from decisions`)
	})
}
