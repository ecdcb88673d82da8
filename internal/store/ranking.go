package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// RankingRun is a stored ranking: the bytes as they were computed, so that
// whoever asks is given the same, and the run can be repeated.
type RankingRun struct {
	ID     uuid.UUID
	At     time.Time
	Result []byte // selection.Ranking as JSON
}

// Ranking decodes the result.
func (r RankingRun) Ranking() (selection.Ranking, error) {
	var out selection.Ranking
	if err := json.Unmarshal(r.Result, &out); err != nil {
		return out, fmt.Errorf("stored ranking: %w", err)
	}
	return out, nil
}

// Rank ranks a campaign whose moderation is closed, stores the run and returns
// it as the person may see it. The round is read in one snapshot, ranked
// outside any transaction, and stored only if nothing changed meanwhile. It
// returns Conflict before moderation has closed.
func (db *DB) Rank(ctx context.Context, who Actor, campaign string, s selection.Settings) (RankingRun, error) {
	for range maxAttempts {
		round, version, err := db.Round(ctx, who, campaign)
		if err != nil {
			return RankingRun{}, err
		}
		ranking, err := selection.Rank(ctx, round, s)
		if err != nil {
			return RankingRun{}, problem(ctx, err)
		}
		run, err := db.saveRanking(ctx, who, campaign, version, ranking)
		if fault.Is(err, fault.Stale) {
			continue
		}
		if err == nil {
			err = db.recordReading(ctx, who, campaign, ranks)
		}
		if err != nil {
			return RankingRun{}, err
		}
		return run, nil
	}
	return RankingRun{}, stale("the campaign")
}

// saveRanking stores a run of the inputs that version stands for: whatever
// changes a campaign counts its version up, so that an equal version is an
// equal hash of the inputs.
func (db *DB) saveRanking(ctx context.Context, who Actor, campaign string, version int, r selection.Ranking) (RankingRun, error) {
	document := r.JSON()
	stored, packed, err := pack(document)
	if err != nil {
		return RankingRun{}, err
	}
	var run RankingRun
	err = db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.RankCandidates); err != nil {
			return err
		}
		c, err := t.lockCampaign(version)
		if err != nil {
			return err
		}
		id, err := newID()
		if err != nil {
			return err
		}
		run = RankingRun{ID: id, At: t.now, Result: document}
		err = t.exec(`
			insert into ranking_runs (trust_id, campaign_id, run_id, engine, seed, draws, inputs_sha256, result, packed, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			who.Trust, c.ID, run.ID, r.Engine, r.Seed, r.Draws, r.Inputs, stored, packed, run.At)
		if err != nil {
			return err
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		err = t.noteCampaign(c, audit.RankingStored{Run: id.String(), Engine: r.Engine, Inputs: r.Inputs, Result: fmt.Sprintf("%x", sha256.Sum256(run.Result))})
		if err != nil {
			return err
		}
		run, err = t.shown(run)
		return err
	})
	return run, err
}

// LatestRanking returns the latest run as the person may see it. It returns
// Conflict before moderation has closed and NotFound where nothing was ranked
// yet.
func (db *DB) LatestRanking(ctx context.Context, who Actor, campaign string) (RankingRun, error) {
	var run RankingRun
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.mayRank(); err != nil {
			return err
		}
		var err error
		if run, err = t.latestRanking(); err != nil {
			return err
		}
		run, err = t.shown(run)
		return err
	})
	if err == nil {
		err = db.recordReading(ctx, who, campaign, ranks)
	}
	if err != nil {
		return RankingRun{}, err
	}
	return run, nil
}

// shown leaves out how strictly each assessor marked, which by name is for the
// HR analyst; each member sees their own figure once the panel has signed off.
func (t *tx) shown(run RankingRun) (RankingRun, error) {
	if access.Allowed(t.roles(), access.ReadSeverity, access.Phase(t.at.Phase.String)) {
		return run, nil
	}
	own := ""
	if t.at.Member.Valid && selection.Phase(t.at.Phase.String) == selection.Decided {
		err := t.get(&own, `
			select rater from panel_members
			 where trust_id = $1 and campaign_id = $2 and member_id = $3`, t.who.Trust, t.at.Campaign, t.at.Member)
		if err != nil {
			return run, err
		}
	}
	r, err := run.Ranking()
	if err != nil {
		return run, err
	}
	run.Result = r.ForRater(own).JSON()
	return run, nil
}

// mayRank holds ranks back until moderation is closed, so that nobody can
// steer marks towards a rank.
func (t *tx) mayRank() error {
	if err := t.may(access.ReadRanking); err != nil {
		return err
	}
	if phase := selection.Phase(t.at.Phase.String); !(selection.Progress{Phase: phase}).Ranked() {
		return fault.New(fault.Conflict, "composites and ranks appear once moderation is closed; the campaign is in the phase %s", phase)
	}
	return nil
}

func (t *tx) latestRanking() (RankingRun, error) {
	stored, err := t.storedRun(uuid.Nil)
	return RankingRun{ID: stored.ID, At: stored.At.UTC(), Result: stored.Result}, err
}

// storedRun is a run, what it was computed with and what came of it.
type storedRun struct {
	ID     uuid.UUID `db:"run_id"`
	At     time.Time `db:"created_at"`
	Engine string    `db:"engine"`
	Seed   int64     `db:"seed"`
	Draws  int       `db:"draws"`
	Inputs string    `db:"inputs_sha256"`
	Packed bool      `db:"packed"`
	Result []byte    `db:"result"` // as JSON, once loaded
}

// storedRun loads a run; uuid.Nil is the latest.
func (t *tx) storedRun(id uuid.UUID) (storedRun, error) {
	var run storedRun
	err := t.get(&run, `
		select run_id, created_at, engine, seed, draws, inputs_sha256, packed, result from ranking_runs
		 where trust_id = $1 and campaign_id = $2 and ($3 or run_id = $4)
		 order by run_id desc limit 1`, t.who.Trust, t.at.Campaign, id == uuid.Nil, id)
	switch {
	case errors.Is(err, sql.ErrNoRows) && id == uuid.Nil:
		return run, fault.New(fault.NotFound, "this campaign has not been ranked yet")
	case errors.Is(err, sql.ErrNoRows):
		return run, fault.New(fault.NotFound, "this campaign has no ranking run %s", id)
	case err != nil:
		return run, err
	}
	run.Result, err = unpack(run.Result, run.Packed)
	return run, err
}
