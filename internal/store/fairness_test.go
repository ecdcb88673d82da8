package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

func ofCampaign(code string) selection.FairnessScope { return selection.FairnessScope{Campaign: code} }

func between(from, to string) selection.FairnessScope {
	return selection.FairnessScope{Period: &fairness.Period{From: from, To: to}}
}

// always is a period that holds every decision of a test.
func always() selection.FairnessScope { return between("2000-01-01", "2199-12-31") }

// audited has a run of the campaign stored, whatever its phase.
func (w *world) audited() {
	w.t.Helper()
	w.raw("postgres").MustExecContext(w.ctx, `
		with run as (
			insert into fairness_runs (trust_id, run_id, campaign_id, made_by, reason, engine, seed, policy, inputs_sha256, memory, packed, result, created_at)
			values ($1, gen_random_uuid(), $2, 'Dr auditor', 'yearly', 'fairness 1', 1, 'null', repeat('0', 64), 0, false, '{}', now()) returning *)
		insert into fairness_run_campaigns select trust_id, run_id, campaign_id from run`, w.trust.ID, w.campaignID())
}

func TestAnAuditIsStoredAndRepeatsToTheByte(t *testing.T) {
	w := newWorld(t)
	w.closed()
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N", "sex", "female"), row("C2", "ethnicity", "A", "sex", "male")})
	w.must(err)
	run, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), " the yearly audit ")
	w.must(err)
	audit, err := run.Audit()
	w.must(err)
	w.equal([]any{audit.Scope, audit.Campaigns, audit.Inputs}, []any{ofCampaign(code), 1, run.Inputs})
	w.equal(bytes.Contains(run.Result, []byte("NaN")), false)
	w.equal(run.Reason, "the yearly audit")

	for _, who := range []store.Actor{w.auditor, w.officer, w.operator} {
		read, err := w.db.FairnessRun(w.ctx, who, run.ID)
		w.must(err)
		w.equal(string(read.Result), string(run.Result))
		latest, err := w.db.LatestFairness(w.ctx, who, code)
		w.must(err)
		w.equal([]any{latest.ID, latest.By, latest.Reason}, []any{run.ID, run.By, run.Reason})
	}
	// What the log signs is the result.
	payload := w.id(`select convert_from(payload, 'UTF8') from audit_payloads p join audit_events e using (trust_id, event_id) where e.kind = 'fairness.audited'`)
	w.equal(strings.Contains(payload, fmt.Sprintf("%x", sha256.Sum256(run.Result))), true)
	w.equal(strings.Contains(payload, `"reason":"the yearly audit"`), true)

	again, err := w.db.RepeatFairness(w.ctx, w.vault, w.auditor, run.ID, "is it the same?")
	w.must(err)
	w.equal([]any{again.Same, again.Differences}, []any{true, []string{}})

	// The next one follows on from it, and both can still be repeated.
	next, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, always(), "all of them")
	w.must(err)
	w.equal(w.count(`select memory from fairness_runs where run_id = $1`, next.ID), 1)
	w.equal(w.count(`select count(*) from monitoring.released`), 2)
	for _, id := range []uuid.UUID{run.ID, next.ID} {
		again, err = w.db.RepeatFairness(w.ctx, w.vault, w.auditor, id, "once more")
		w.must(err)
		w.equal(again.Same, true)
	}
	w.equal(w.count(`select count(*) from monitoring.released`), 2)

	// Answers that change change the inputs, and a repeat says so.
	_, err = w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C2", "ethnicity", "D")})
	w.must(err)
	again, err = w.db.RepeatFairness(w.ctx, w.vault, w.auditor, run.ID, "and now?")
	w.must(err)
	w.equal(again.Same, false)
	w.equal(strings.HasPrefix(again.Differences[0], "the inputs changed"), true)
	w.dense()
}

func TestWhatAnAuditNeeds(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	_, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "too early")
	w.refused(err, fault.Conflict)
	_, err = w.db.AuditFairness(w.ctx, w.vault, w.auditor, always(), "too early")
	w.refused(err, fault.NotFound)
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	for _, scope := range []selection.FairnessScope{{}, between("2025-04-01", "2025-03-31"), between("x", "y"), {Campaign: code, Period: always().Period}} {
		_, err = w.db.AuditFairness(w.ctx, w.vault, w.auditor, scope, "because")
		w.refused(err, fault.Invalid)
	}
	_, err = w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), " ")
	w.refused(err, fault.Invalid)
	_, err = w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign("NONE"), "because")
	w.refused(err, fault.NotFound)
	w.equal(w.count(`select count(*) from fairness_runs`), 0)
	w.equal(w.count(`select count(*) from monitoring.released`), 0)
}

// Whoever sits on the panel sees no audit of it, be they auditor or HR; nor does
// the database give it to them with the program's check switched off.
func TestNoPanelMemberSeesAnAudit(t *testing.T) {
	w := newWorld(t)
	w.closed()
	run, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "the audit")
	w.must(err)
	everything, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, always(), "the audit")
	w.must(err)
	unchecked := w.db.Unchecked()
	refuse := func(who store.Actor) {
		t.Helper()
		for _, db := range []*store.DB{w.db, unchecked} {
			for _, id := range []uuid.UUID{run.ID, everything.ID} {
				_, err := db.FairnessRun(w.ctx, who, id)
				w.equal(fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden), true)
			}
			_, err := db.LatestFairness(w.ctx, who, code)
			w.equal(fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden), true)
			list, err := db.FairnessRuns(w.ctx, who, uuid.Nil, 10)
			w.equal(err == nil && len(list) == 0 || fault.Is(err, fault.Forbidden), true)
			_, err = db.AuditFairness(w.ctx, w.vaultLike(db), who, ofCampaign(code), "one's own panel")
			w.equal(fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict), true)
		}
		_, err := w.vault.Funnel(w.ctx, who, []string{code}, "one's own panel")
		w.equal(fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden), true)
		w.as(who, "", func(f forger) {
			rows, _ := f.try(`select from fairness_runs`)
			w.equal(rows, int64(0))
		})
	}
	refuse(w.members["R1"])
	refuse(w.members["R2"])

	// Who has read of a campaign is not seated on its panel; a policy does not rely on that.
	w.raw("postgres").MustExecContext(w.ctx, `alter table panel_members disable trigger panel_unread`)
	for _, who := range []store.Actor{w.auditor, w.officer} {
		read, err := w.db.FairnessRun(w.ctx, who, run.ID)
		w.must(err)
		w.equal(len(read.Result) > 0, true)
		w.raw("postgres").MustExecContext(w.ctx, `update panel_members set person_id = $1 where member_id = $2`, who.Person, w.memberID("R2"))
		refuse(who)
	}
}

// Before the decision only whoever audits sees anything, up to the shortlist,
// and is told the one remedy.
func TestBeforeTheDecisionOnlyTheSiftIsAudited(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	w.raw("postgres").MustExecContext(w.ctx, `create or replace function shortlist_locked(p_campaign uuid) returns boolean language sql stable return true`)
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N"), row("C2", "ethnicity", "A")})
	w.must(err)
	w.raw("postgres").MustExecContext(w.ctx, `update candidates set applied = true, shortlisted = true, interviewed = true, appointable = true`)
	run, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "the sift")
	w.must(err)
	made, err := run.Audit()
	w.must(err)
	w.equal(strings.Contains(made.Remedy, "sifting everybody again, blind"), true)
	w.equal(len(made.Gaps), 0)
	for _, r := range made.Ratios {
		w.equal(r.Stage, fairness.Shortlisted)
	}
	officer := func(db *store.DB) error {
		_, err := db.FairnessRun(w.ctx, w.officer, run.ID)
		return err
	}
	w.refused(officer(w.db), fault.NotFound)
	w.refused(officer(w.db.Unchecked()), fault.NotFound)
	_, err = w.db.FairnessRun(w.ctx, w.auditor, run.ID)
	w.must(err)
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	w.must(officer(w.db))
}

// The memory of what was released is behind the vault's login, and opens to an
// audit on record alone.
func TestWhatWasReleasedIsBehindTheVault(t *testing.T) {
	w := newWorld(t)
	w.closed()
	_, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "the audit")
	w.must(err)
	object := uuid.Must(uuid.NewV7()).String()
	for _, c := range []struct {
		who     store.Actor
		kind    string
		allowed bool
	}{
		{w.auditor, "monitoring.recalled", true}, {w.auditor, "monitoring.read", false}, {w.officer, "monitoring.recalled", false},
		{w.members["R1"], "monitoring.recalled", false}, {w.members["R2"], "monitoring.recalled", false},
	} {
		w.inVault(c.who, "", func(f forger) {
			event := f.noteInVault(c.kind, object, `{}`)
			rows, state := f.try(`select from recall_released($1, $2, null)`, object, event)
			if c.allowed != (rows == 1) || !c.allowed && state != denied {
				t.Errorf("%s: %d rows, SQLSTATE %q; allowed %v", c.kind, rows, state, c.allowed)
			}
			f.refuses("the table", `select from monitoring.released`)
		})
	}
	w.inVault(w.auditor, "", func(f forger) {
		event := f.noteInVault("monitoring.released", object, `{}`)
		_, state := f.try(`select keep_released($1, $2, 3, false, 'x', now())`, object, event)
		w.equal(state, "AP001") // a gap in the versions
		_, state = f.try(`select keep_released($1, $2, 1, false, 'x', now())`, object, event)
		w.equal(state, "23505")
	})
}

// Two audits at once follow on from each other.
func TestTwoAuditsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.closed()
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "at once")
			failed <- err
		}()
	}
	for range 2 {
		w.must(<-failed)
	}
	var memories []int
	w.must(w.raw("postgres").SelectContext(w.ctx, &memories, `select memory from fairness_runs order by memory`))
	w.equal(memories, []int{0, 1})
	w.equal(json.Valid([]byte(w.id(`select convert_from(memory, 'UTF8') from monitoring.released where version = 2`))), true)
}
