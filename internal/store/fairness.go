package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// FairnessRun is a stored audit of fairness: the bytes as they were computed, so
// that whoever asks is given the same, and the run can be repeated.
type FairnessRun struct {
	ID     uuid.UUID               `json:"run"`
	At     time.Time               `json:"at"`
	By     string                  `json:"by"` // the name at that time
	Reason string                  `json:"reason"`
	Scope  selection.FairnessScope `json:"scope"`
	Engine string                  `json:"engine"`
	Inputs string                  `json:"inputs_sha256"`
	Result []byte                  `json:"-"` // selection.FairnessAudit as JSON; nil in a list
}

// Audit decodes the result.
func (r FairnessRun) Audit() (selection.FairnessAudit, error) {
	var out selection.FairnessAudit
	if err := json.Unmarshal(r.Result, &out); err != nil {
		return out, fmt.Errorf("stored audit: %w", err)
	}
	return out, nil
}

// fairnessSeed is that of every stored run: what is drawn does not depend on who
// asks how often.
const fairnessSeed = 1

// AuditFairness audits the campaigns in scope, under the policy of the NHS,
// stores the run and returns it. Each reading of the vault is on record, and so
// is what the next audit must know of this one, before anything is shown.
//
// It returns Invalid for a scope that is none or without a reason, Forbidden to
// whoever sits on a panel of the campaigns, NotFound where there are none, and
// Conflict where the campaign is neither decided nor its shortlist locked.
func (db *DB) AuditFairness(ctx context.Context, vault *Vault, who Actor, scope selection.FairnessScope, reason string) (FairnessRun, error) {
	if err := scope.Check(); err != nil {
		return FairnessRun{}, err
	}
	campaigns, err := db.fairnessCampaigns(ctx, who, scope)
	if err != nil {
		return FairnessRun{}, err
	}
	inputs, err := vault.fairnessInputs(ctx, who, campaigns, reason)
	if err != nil {
		return FairnessRun{}, err
	}
	policy := suppression.NHS()
	for range maxAttempts {
		version, before, err := vault.recall(ctx, who, 0)
		if err != nil {
			return FairnessRun{}, err
		}
		made, after, err := selection.AuditFairness(ctx, inputs, selection.FairnessSettings{Scope: scope, Seed: fairnessSeed, Policy: &policy, Before: before})
		if err != nil {
			return FairnessRun{}, problem(ctx, err)
		}
		switch err := vault.release(ctx, who, version+1, after); {
		case fault.Is(err, fault.Conflict): // another audit was faster, and this one must follow on from it
			continue
		case err != nil:
			return FairnessRun{}, err
		}
		return db.saveFairness(ctx, who, campaigns, made, version, reason)
	}
	return FairnessRun{}, fault.New(fault.Conflict, "other audits of this trust are being made at the same time; try again when they are done")
}

// auditedCampaign is a campaign in scope.
type auditedCampaign struct {
	ID uuid.UUID
	selection.AuditedCampaign
}

// fairnessCampaigns finds the campaigns in scope, by code. Days are those of
// London, where the returns are made.
func (db *DB) fairnessCampaigns(ctx context.Context, who Actor, scope selection.FairnessScope) ([]auditedCampaign, error) {
	var found []auditedCampaign
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.AuditFairness); err != nil {
			return err
		}
		var rows []struct {
			ID        uuid.UUID      `db:"campaign_id"`
			Code      string         `db:"code"`
			Post      string         `db:"post"`
			Phase     string         `db:"phase"`
			Decided   sql.NullString `db:"decided"`
			Framework uuid.UUID      `db:"framework_id"`
			Seat      bool           `db:"seat"`
		}
		period := fairness.Period{}
		if scope.Period != nil {
			period = *scope.Period
		}
		err := t.all(&rows, `
			select campaign_id, code, document -> 'post' ->> 'type' as post, phase, decided, framework_id, campaign_id in (select app_seats()) as seat
			  from (select *, to_char(decided_at at time zone 'Europe/London', 'YYYY-MM-DD') as decided from campaigns where trust_id = $1) c
			 where code = $2 or $2 = '' and phase = 'decided' and decided between $3 and $4
			 order by code`, who.Trust, scope.Campaign, period.From, period.To)
		if err != nil {
			return err
		}
		frameworks := map[uuid.UUID]selection.AuditedCampaign{}
		found = nil
		for _, r := range rows {
			if r.Seat && !db.unchecked {
				return fault.New(fault.Forbidden, "you have a seat on the panel of %s, so that somebody else audits it", r.Code)
			}
			c, known := frameworks[r.Framework]
			if !known {
				if c, err = t.auditedBy(r.Framework); err != nil {
					return err
				}
				frameworks[r.Framework] = c
			}
			c.Code, c.Post, c.Decided, c.Undecided = r.Code, selection.PostType(r.Post), r.Decided.String, r.Phase != string(selection.Decided)
			found = append(found, auditedCampaign{r.ID, c})
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 && scope.Campaign != "":
		return nil, fault.New(fault.NotFound, "there is no campaign %q here", scope.Campaign)
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, "no campaign was decided from %s to %s", scope.Period.From, scope.Period.To)
	}
	return found, nil
}

// auditedBy is what a framework says of the campaigns that use it.
func (t *tx) auditedBy(id uuid.UUID) (selection.AuditedCampaign, error) {
	var row frameworkRow
	if err := t.get(&row, selectFramework+`where trust_id = $1 and framework_id = $2`, t.who.Trust, id); err != nil {
		return selection.AuditedCampaign{}, err
	}
	f, err := row.framework()
	return selection.CampaignOf(selection.Campaign{}, f.Document), err
}

func (db *DB) saveFairness(ctx context.Context, who Actor, campaigns []auditedCampaign, made selection.FairnessAudit, memory int, reason string) (FairnessRun, error) {
	run := FairnessRun{Reason: strings.TrimSpace(reason), Scope: made.Scope, Engine: made.Engine, Inputs: made.Inputs, Result: made.JSON()}
	stored, packed, err := pack(run.Result)
	if err != nil {
		return run, err
	}
	policy, err := json.Marshal(made.Policy)
	if err != nil {
		return run, fmt.Errorf("policy: %w", err)
	}
	period := fairness.Period{}
	if made.Scope.Period != nil {
		period = *made.Scope.Period
	}
	ids := make([]string, len(campaigns))
	for i, c := range campaigns {
		ids[i] = c.ID.String()
	}
	err = db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.AuditFairness); err != nil {
			return err
		}
		if run.ID, err = newID(); err != nil {
			return err
		}
		run.At = t.now
		if run.By, err = t.ownName(); err != nil {
			return err
		}
		err := t.exec(`
			insert into fairness_runs (trust_id, run_id, campaign_id, from_day, to_day, made_by, reason, engine, seed, policy, inputs_sha256, memory, packed, result, created_at)
			values ($1, $2, (select c.campaign_id from campaigns c where c.trust_id = $1 and c.code = $3), nullif($4, '')::date, nullif($5, '')::date, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			who.Trust, run.ID, made.Scope.Campaign, period.From, period.To, run.By, run.Reason, made.Engine, made.Seed, policy, made.Inputs, memory, packed, stored, t.now)
		if err != nil {
			return err
		}
		err = t.exec(`insert into fairness_run_campaigns (trust_id, run_id, campaign_id) select $1, $2, unnest($3::uuid[])`, who.Trust, run.ID, pq.Array(ids))
		if err != nil {
			return err
		}
		return t.note(audit.Object{Kind: "fairness", ID: run.ID, Version: 1}, audit.FairnessAudited{
			Campaign: made.Scope.Campaign, From: period.From, To: period.To, Reason: run.Reason, Engine: made.Engine, Inputs: made.Inputs,
			Memory: memory, Result: fmt.Sprintf("%x", sha256.Sum256(run.Result)),
		})
	})
	return run, err
}

// ownName is that of who asks.
func (t *tx) ownName() (name string, err error) {
	if t.who.operator {
		return "the command line", nil
	}
	err = t.get(&name, `select display_name from people where trust_id = $1 and person_id = $2`, t.who.Trust, t.who.Person)
	return name, err
}

// storedFairness is a run with what it takes to repeat it.
type storedFairness struct {
	ID       uuid.UUID      `db:"run_id"`
	At       time.Time      `db:"created_at"`
	Campaign sql.NullString `db:"campaign"`
	From     sql.NullString `db:"from_day"`
	To       sql.NullString `db:"to_day"`
	By       string         `db:"made_by"`
	Reason   string         `db:"reason"`
	Engine   string         `db:"engine"`
	Seed     int64          `db:"seed"`
	Policy   []byte         `db:"policy"`
	Inputs   string         `db:"inputs_sha256"`
	Memory   int            `db:"memory"`
	Packed   bool           `db:"packed"`
	Result   []byte         `db:"result"`
}

// selectFairness ends where conditions begin; what it selects, the policies of
// the database let through.
const selectFairness = `
	select r.run_id, r.created_at, c.code as campaign, r.from_day::text, r.to_day::text, r.made_by, r.reason, r.engine, r.seed, r.policy, r.inputs_sha256, r.memory, r.packed, r.result
	  from fairness_runs r left join campaigns c using (trust_id, campaign_id)
	 where r.trust_id = $1 `

func (s storedFairness) run() (FairnessRun, error) {
	run := FairnessRun{ID: s.ID, At: s.At.UTC(), By: s.By, Reason: s.Reason, Scope: selection.FairnessScope{Campaign: s.Campaign.String}, Engine: s.Engine, Inputs: s.Inputs}
	if s.From.Valid {
		run.Scope.Period = &fairness.Period{From: s.From.String, To: s.To.String}
	}
	var err error
	run.Result, err = unpack(s.Result, s.Packed)
	return run, err
}

// FairnessRun reads a run. It returns NotFound where there is none that the
// person may see: before the decision whoever audits, then HR too, and never
// who sits on the panel.
func (db *DB) FairnessRun(ctx context.Context, who Actor, run uuid.UUID) (FairnessRun, error) {
	stored, err := db.storedFairness(ctx, who, `and r.run_id = $2`, run)
	if err != nil {
		return FairnessRun{}, err
	}
	return stored.run()
}

// LatestFairness reads the latest run of one campaign. As FairnessRun.
func (db *DB) LatestFairness(ctx context.Context, who Actor, campaign string) (FairnessRun, error) {
	stored, err := db.storedFairness(ctx, who, `and c.code = $2 order by r.run_id desc limit 1`, campaign)
	if err != nil {
		return FairnessRun{}, err
	}
	return stored.run()
}

func (db *DB) storedFairness(ctx context.Context, who Actor, which string, key any) (storedFairness, error) {
	var stored storedFairness
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadFairness); err != nil {
			return err
		}
		err := t.get(&stored, selectFairness+which, who.Trust, key)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "there is no such audit of fairness here, or none that you may see")
		}
		return err
	})
	return stored, err
}

// FairnessRuns lists runs without their results, the latest first, from before
// a run on; uuid.Nil begins.
func (db *DB) FairnessRuns(ctx context.Context, who Actor, before uuid.UUID, limit int) ([]FairnessRun, error) {
	runs := []FairnessRun{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadFairness); err != nil {
			return err
		}
		var rows []storedFairness
		err := t.all(&rows, `select run_id, created_at, campaign, from_day, to_day, made_by, reason, engine, seed, policy, inputs_sha256, memory from (`+selectFairness+`) r
			 where $2 or run_id < $3 order by run_id desc limit $4`, who.Trust, before == uuid.Nil, before, limit)
		runs = runs[:0]
		for _, row := range rows {
			run, wrong := row.run()
			if err = errors.Join(err, wrong); err == nil {
				runs = append(runs, run)
			}
		}
		return err
	})
	return runs, err
}

// RepeatFairness audits again what a stored run did, following on from what had
// been shown before it, and compares the bytes. Nothing is stored and nothing
// new is shown; the readings are on record. As AuditFairness, and NotFound where
// there is no such run.
func (db *DB) RepeatFairness(ctx context.Context, vault *Vault, who Actor, run uuid.UUID, reason string) (Rerun, error) {
	stored, err := db.storedFairness(ctx, who, `and r.run_id = $2`, run)
	if err != nil {
		return Rerun{}, err
	}
	was, err := stored.run()
	if err != nil {
		return Rerun{}, err
	}
	settings := selection.FairnessSettings{Scope: was.Scope, Seed: stored.Seed}
	if err := json.Unmarshal(stored.Policy, &settings.Policy); err != nil {
		return Rerun{}, fmt.Errorf("policy: %w", err)
	}
	campaigns, err := db.fairnessCampaigns(ctx, who, was.Scope)
	if err != nil {
		return Rerun{}, err
	}
	inputs, err := vault.fairnessInputs(ctx, who, campaigns, reason)
	if err != nil {
		return Rerun{}, err
	}
	if stored.Memory > 0 {
		if _, settings.Before, err = vault.recall(ctx, who, stored.Memory); err != nil {
			return Rerun{}, err
		}
	}
	again, _, err := selection.AuditFairness(ctx, inputs, settings)
	if err != nil {
		return Rerun{}, problem(ctx, err)
	}
	out := Rerun{Run: stored.ID, Engine: stored.Engine, Inputs: stored.Inputs, Seed: stored.Seed}
	result := again.JSON()
	out.Same, out.Differences = bytes.Equal(was.Result, result), differences(was.Result, result, [2]string{stored.Inputs, again.Inputs}, [2]string{stored.Engine, again.Engine})
	return out, nil
}
