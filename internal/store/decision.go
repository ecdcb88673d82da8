package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// Decision is the panel's decision and the ranking it was based on.
type Decision struct {
	selection.Decision
	Run uuid.UUID `json:"run_id"`
	At  time.Time `json:"decided_at"`
}

// Decide records the panel's decision and with it each candidate's finding; an
// appointment counts as an offer. It returns Invalid with every complaint of
// selection.Decision.Check, Conflict where moderation is not closed, NotFound
// where nothing was ranked.
func (db *DB) Decide(ctx context.Context, who Actor, campaign string, key Key, d selection.Decision) (Decision, error) {
	return once(ctx, db, who, campaign, key, func(t *tx) (Decision, error) {
		if err := t.may(access.RecordDecision); err != nil {
			return Decision{}, err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return Decision{}, err
		}
		if c.Progress, err = c.Progress.Decide(t.now); err != nil {
			return Decision{}, err
		}
		run, err := t.latestRanking()
		if err != nil {
			return Decision{}, err
		}
		ranking, err := run.Ranking()
		if err != nil {
			return Decision{}, err
		}
		if err := d.Check(ranking, c.Document); err != nil {
			return Decision{}, err
		}
		out := Decision{Decision: d, Run: run.ID, At: t.now}
		if err := t.insertDecision(out); err != nil {
			return Decision{}, err
		}
		if err := t.saveProgress(c); err != nil {
			return Decision{}, err
		}
		return out, t.noteCampaign(c, audit.DecisionRecorded{Run: run.ID.String(), Decision: d})
	})
}

func (t *tx) insertDecision(d Decision) error {
	body, err := json.Marshal(d.Decision)
	if err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	err = t.exec(`insert into decisions (trust_id, campaign_id, run_id, document, decided_at) values ($1, $2, $3, $4, $5)`,
		t.who.Trust, t.at.Campaign, d.Run, body, d.At)
	if err != nil {
		return err
	}
	for _, f := range d.Findings {
		err := t.one(refused(), `
			update candidates set appointable = $4, offered = $5, version = version + 1
			 where trust_id = $1 and campaign_id = $2 and code = $3`,
			t.who.Trust, t.at.Campaign, f.Candidate, f.Appointable, slices.Contains(d.Appointed, f.Candidate))
		if err != nil {
			return err
		}
	}
	return nil
}

// Decision returns the recorded decision. It returns NotFound before there is
// one.
func (db *DB) Decision(ctx context.Context, who Actor, campaign string) (Decision, error) {
	var out Decision
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.mayRank(); err != nil {
			return err
		}
		var err error
		out, err = t.decision()
		return err
	})
	return out, err
}

// decision loads it; NotFound where there is none yet.
func (t *tx) decision() (Decision, error) {
	var row struct {
		Run      uuid.UUID `db:"run_id"`
		Document []byte    `db:"document"`
		At       time.Time `db:"decided_at"`
	}
	err := t.get(&row, `select run_id, document, decided_at from decisions where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign)
	if errors.Is(err, sql.ErrNoRows) {
		return Decision{}, fault.New(fault.NotFound, "no decision has been recorded yet")
	}
	if err != nil {
		return Decision{}, err
	}
	out := Decision{Run: row.Run, At: row.At.UTC()}
	if err := json.Unmarshal(row.Document, &out.Decision); err != nil {
		return Decision{}, fmt.Errorf("stored decision: %w", err)
	}
	return out, nil
}
