package store_test

import (
	"strings"
	"testing"

	"appointable/internal/access"
)

// statement is raw SQL under the service's login, and the actions of which any
// lets it touch a row. $1 is the trust, $2 the campaign, $3 the person, $4 the
// seat of whoever asks, or R2's.
type statement struct {
	name, sql string
	purpose   string // that the transaction declares; everybody may declare one
	actions   []access.Action
	seat      bool // only where the row is the asker's own
}

func statements() []statement {
	can := func(actions ...access.Action) []access.Action { return actions }
	return []statement{
		{"see other people", `select from people where trust_id = $1 and person_id <> $3`, "", can(access.ManagePeople, access.InvitePeople, access.EditPlan, access.ReadAudit), false},
		{"add a person", `insert into people (trust_id, person_id, username, display_name, created_at) values ($1, gen_random_uuid(), 'newcomer', 'New', now())`, "", can(access.ManagePeople, access.InvitePeople), false},
		{"rename others", `update people set display_name = 'x' where trust_id = $1 and person_id <> $3`, "", can(access.ManagePeople), false},
		{"give oneself a role", `insert into person_roles (trust_id, person_id, role) values ($1, $3, 'auditor') on conflict do nothing`, "", can(access.ManagePeople), false},
		{"take roles away", `delete from person_roles where trust_id = $1 and person_id <> $3`, "", can(access.ManagePeople), false},
		{"see others' hashes", `select from credentials where trust_id = $1 and person_id <> $3`, "", can(access.ManagePeople), false},
		{"set others' hashes", `update credentials set password_hash = 'x' where trust_id = $1 and person_id <> $3`, "", can(access.ManagePeople), false},
		{"write a framework", `insert into frameworks (trust_id, framework_id, code, version, title, status, document, created_at) values ($1, gen_random_uuid(), 'new', 1, 'New', 'draft', '{}', now())`, "", can(access.EditFramework), false},
		{"bring a framework", `insert into frameworks (trust_id, framework_id, code, version, title, status, document, created_at) values ($1, gen_random_uuid(), 'new', 1, 'New', 'draft', '{}', now())`, "import", can(access.EditFramework, access.ImportCampaign), false},
		{"change a framework", `update frameworks set revision = revision + 1 where trust_id = $1 and status = 'draft'`, "", can(access.EditFramework), false},
		{"see the campaign", `select from campaigns where campaign_id = $2`, "", can(access.ReadCampaign), false},
		{"begin a campaign", `insert into campaigns (trust_id, campaign_id, code, title, framework_id, document, created_at) select $1, gen_random_uuid(), 'NEW', 'New', framework_id, '{}', now() from frameworks where trust_id = $1 and code = 'values'`, "", can(access.CreateCampaign, access.ImportCampaign), false},
		{"change the plan", `update campaigns set document = '{}' where campaign_id = $2`, "", can(access.EditPlan), false},
		{"change the title", `update campaigns set title = 'x' where campaign_id = $2`, "", can(access.EditPlan), false},
		{"open scoring", `update campaigns set phase = 'scoring', plan_sha256 = 'x' where campaign_id = $2 and phase = 'draft'`, "", can(access.OpenScoring), false},
		{"close moderation", `update campaigns set phase = 'deciding' where campaign_id = $2 and phase = 'moderation'`, "", can(access.CloseModeration), false},
		{"have it decided", `update campaigns set phase = 'decided' where campaign_id = $2 and phase = 'deciding'`, "", can(access.RecordDecision), false},
		{"see the panel", `select from panel_members where campaign_id = $2 and member_id <> $4`, "", can(access.ReadCampaign), false},
		{"add a seat", `insert into panel_members (trust_id, campaign_id, member_id, rater, role) values ($1, $2, gen_random_uuid(), 'R9', 'member')`, "", can(access.EditPlan), false},
		{"take a seat", `update panel_members set person_id = $3 where campaign_id = $2 and rater = 'R3' and $3 not in (select person_id from panel_members where campaign_id = $2)`, "", can(access.EditPlan), false},
		{"empty a seat", `update panel_members set person_id = null where campaign_id = $2 and rater = 'R3'`, "", can(access.EditPlan), false},
		{"close a seat", `update panel_members set replaced_by = 'R4' where campaign_id = $2 and rater = 'R3'`, "", can(access.EditPlan, access.ReplaceMember), false},
		{"see candidates", `select from candidates where campaign_id = $2`, "", can(access.ReadCampaign), false},
		{"add a candidate", `insert into candidates (trust_id, campaign_id, candidate_id, code) values ($1, $2, gen_random_uuid(), 'C9')`, "", can(access.EditPlan), false},
		{"offer the post", `update candidates set offered = true where campaign_id = $2`, "", can(access.ChangeCandidate), false},
		{"see others' interests", `select from interests where campaign_id = $2 and member_id <> $4`, "", can(access.ReadInterests), false},
		{"declare", `insert into interests (trust_id, campaign_id, member_id, candidate_id, nature, details, late, declared_at) select $1, $2, $4, candidate_id, 'knows', 'x', false, now() from candidates where campaign_id = $2 and code = 'C1'`, "", can(access.DeclareInterest), true},
		{"judge", `update interests set outcome = 'marks-stand' where campaign_id = $2`, "", can(access.JudgeInterest), false},
		{"see the reveal", `select from reveals where campaign_id = $2`, "", can(access.ReadCampaign), false},
		{"see others' sheets", `select from sheets where campaign_id = $2 and member_id <> $4 and stage = 'assessment'`, "", can(access.ReadMarks), false},
		{"see others' sheets of the sift", `select from sheets where campaign_id = $2 and member_id <> $4 and stage = 'sift'`, "", can(access.ReadSift), false},
		{"see others' marks of the sift", `select from scores where campaign_id = $2 and member_id <> $4 and stage = 'sift'`, "", can(access.ReadSift), false},
		{"lock the shortlist", `update campaigns set phase = 'scoring' where campaign_id = $2 and phase = 'shortlisting'`, "", can(access.RecordShortlist), false},
		{"shortlist somebody", `update candidates set shortlisted = true, shortlist_reason = 'x' where campaign_id = $2 and code = 'C2'`, "", can(access.ChangeCandidate), false},
		{"follow progress", `select from sheets where campaign_id = $2 and member_id <> $4`, "progress", can(access.ReadMarks, access.ReadSift, access.ReadProgress), false},
		{"make a sheet", `insert into sheets (trust_id, campaign_id, sheet_id, member_id, candidate_id, exercise, required) select $1, $2, gen_random_uuid(), $4, candidate_id, 'new', true from candidates where campaign_id = $2 and code = 'C1'`, "", can(access.AssignSheets, access.OpenScoring, access.RecordShortlist, access.ReplaceMember), false},
		{"change one's sheet", `update sheets set version = version + 1 where campaign_id = $2 and member_id = $4`, "", can(access.WriteSheet, access.ReviseMark), true},
		{"set others' sheets aside", `update sheets set required = false where campaign_id = $2 and member_id <> $4`, "progress", can(access.OpenScoring, access.RecordShortlist, access.ChangeCandidate, access.JudgeInterest, access.ReplaceMember), false},
		{"see others' marks", `select from scores where campaign_id = $2 and member_id <> $4 and stage = 'assessment'`, "", can(access.ReadMarks), false},
		{"see others' marks in progress", `select from scores where campaign_id = $2 and member_id <> $4 and stage = 'assessment'`, "progress", can(access.ReadMarks), false},
		{"change one's marks", `update scores set score = 1 where campaign_id = $2 and member_id = $4 and sheet_id in (select sheet_id from sheets where state = 'draft')`, "", can(access.WriteSheet), true},
		{"change others' marks", `update scores set score = 1 where campaign_id = $2 and member_id <> $4`, "", nil, false},
		{"see others' revisions", `select from score_revisions where campaign_id = $2 and member_id <> $4`, "", can(access.ReadMarks), false},
		{"revise one's mark", `insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at) select trust_id, campaign_id, sheet_id, member_id, criterion, 9, score, not_observed, evidence, 'x', now() from scores where campaign_id = $2 and member_id = $4`, "", can(access.ReviseMark), true},
		{"see results", `select from psychometric_results where campaign_id = $2`, "", can(access.ReadMarks), false},
		{"enter a result", `select put_result($1, $2, candidate_id, 'SJT', 'total', 50, null) from candidates where campaign_id = $2`, "", can(access.EnterResults), false},
		{"reveal with a reason", `select reveal($1, $2, now(), 'because')`, "", can(access.CloseScoring), false},
		{"see rankings", `select from ranking_runs where campaign_id = $2`, "", can(access.ReadRanking), false},
		{"store a ranking", `insert into ranking_runs (trust_id, campaign_id, run_id, engine, seed, draws, inputs_sha256, result, created_at) values ($1, $2, gen_random_uuid(), 'x', 1, 1, repeat('0', 64), '', now())`, "", can(access.RankCandidates), false},
		{"see the decision", `select from decisions where campaign_id = $2`, "", can(access.ReadRanking), false},
		{"decide", `insert into decisions (trust_id, campaign_id, run_id, document, decided_at) select $1, $2, run_id, '{}', now() from ranking_runs where campaign_id = $2`, "", can(access.RecordDecision), false},
		{"see audits of fairness", `select from fairness_runs where campaign_id = $2`, "", can(access.AuditFairness, access.ReadFairness), false},
		{"see what was audited", `select from fairness_run_campaigns where campaign_id = $2`, "", can(access.AuditFairness, access.ReadFairness), false},
		{"store an audit", `insert into fairness_runs (trust_id, run_id, campaign_id, made_by, reason, engine, seed, policy, inputs_sha256, memory, packed, result, created_at) values ($1, gen_random_uuid(), $2, 'x', 'y', 'x', 1, '{}', repeat('0', 64), 0, false, '', now())`, "", can(access.AuditFairness), false},
		{"see priors", `select from priors where trust_id = $1`, "", can(access.ReadPriors), false},
		{"store a prior", `insert into priors (trust_id, prior_id, framework, version, document, engine, created_at) values ($1, gen_random_uuid(), 'values', 9, '{}', 'x', now())`, "", can(access.PoolPriors), false},
		{"pool marks", `select from scores where campaign_id = $2 and member_id <> $4 and exists (select from campaigns c where c.campaign_id = $2 and c.phase = 'decided')`, "pooling", can(access.ReadMarks, access.PoolPriors), false},
		{"read the record", `select from audit_events where trust_id = $1`, "", can(access.ReadAudit), false},
		{"note an export", `insert into audit_events (trust_id, event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment) values ($1, gen_random_uuid(), 'campaign.exported', 'campaign', gen_random_uuid(), 1, nullif($3, '00000000-0000-0000-0000-000000000000'), now(), sha256('x'))`, "", can(access.ExportCampaign), false},
		{"note in another's name", `insert into audit_events (trust_id, event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment) values ($1, gen_random_uuid(), 'person.added', 'person', gen_random_uuid(), 1, gen_random_uuid(), now(), sha256('x'))`, "", nil, false},
		{"change the rules", `insert into access_rules (action, role, phase) values ('read-marks', 'administrator', '')`, "", nil, false},
	}
}

// TestEveryStatement tries raw SQL as everybody in every phase: what the table
// forbids touches no row, and each statement touches one for somebody whom the
// table allows it, or it would prove nothing.
func TestEveryStatement(t *testing.T) {
	stages := eachPhase(t)
	worked := map[string]bool{}
	for phase, stage := range stages {
		w := stage.world
		w.raw("postgres").MustExecContext(w.ctx, `
			insert into credentials (trust_id, person_id, password_hash, changed_at)
			select trust_id, person_id, 'x', now() from people where trust_id = $1`, w.trust.ID)
		w.revision(phase)
		campaign := w.campaignID()
		for _, s := range stage.subjects {
			if s.name == "nobody" {
				continue // looks everybody up to sign in; has no action otherwise
			}
			rater := s.rater
			if rater == "" {
				rater = "R2"
			}
			named := strings.NewReplacer("$1", literal(w.trust.ID.String()), "$2", literal(campaign), "$3", literal(s.who.Person.String()), "$4", literal(w.memberID(rater)))
			for _, st := range statements() {
				want := !st.seat || s.rater != ""
				want = want && allowedAny(s.roles, st.actions, phase)
				w.as(s.who, code, func(f forger) {
					f.tx.MustExecContext(f.ctx, `select set_config('app.purpose', $1, true)`, st.purpose)
					rows, state := f.try(named.Replace(st.sql))
					switch {
					case !want && rows > 0:
						t.Errorf("in %s %s can %s", phase, s.name, st.name)
					case want && state == denied:
						t.Errorf("in %s %s cannot %s", phase, s.name, st.name)
					case want && rows > 0:
						worked[st.name] = true
					}
				})
			}
		}
	}
	for _, st := range statements() {
		if len(st.actions) > 0 && !worked[st.name] {
			t.Errorf("nobody can %s, so that nothing is proved", st.name)
		}
	}
}

// literal is an id in a statement, most of which do not name all four.
func literal(id string) string { return "'" + id + "'::uuid" }

func allowedAny(roles []access.Role, actions []access.Action, phase access.Phase) bool {
	for _, action := range actions {
		if access.Allowed(roles, action, phase) {
			return true
		}
	}
	return false
}

// revision stores one of R3's marks as it was, past the store.
func (w *world) revision(phase access.Phase) {
	w.t.Helper()
	if phase == access.Draft {
		return
	}
	w.raw("postgres").MustExecContext(w.ctx, `
		insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at)
		select trust_id, campaign_id, sheet_id, member_id, criterion, 1, score, not_observed, evidence, 'for this test', now() from scores
		 where trust_id = $1 and member_id = $2`, w.trust.ID, w.memberID("R3"))
}
