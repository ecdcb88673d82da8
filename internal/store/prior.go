package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/ranking"
)

// Refit is what came of pooling a framework's decided campaigns.
type Refit struct {
	Prior  selection.PooledPrior  `json:"prior"`
	Before *selection.PooledPrior `json:"before,omitempty"` // the version before this one
	Stored bool                   `json:"stored"`           // false: nothing has changed since the latest version, which this is
}

// Refit pools the decided campaigns of a framework into a prior for those whose
// scoring opens from now on; campaigns under way keep theirs. The campaigns are
// read in one snapshot and fitted outside any transaction; progress, where
// given, hears of each evaluation. The same marks are not fitted twice.
//
// It returns NotFound where no version of the framework was published, and
// Conflict where there are too few campaigns to learn from, the fit did not
// converge or somebody else has just done it.
func (db *DB) Refit(ctx context.Context, who Actor, framework string, progress func(evaluations int)) (Refit, error) {
	pool, latest, err := db.pool(ctx, who, framework)
	if err != nil {
		return Refit{}, err
	}
	version := 1
	if n := len(latest); n > 0 {
		if pool.LearntFrom(latest[0]) {
			out := Refit{Prior: latest[0]}
			if n > 1 {
				out.Before = &latest[1]
			}
			return out, nil
		}
		version = latest[0].Version + 1
	}
	prior, err := pool.Refit(ctx, version, db.Now(), progress)
	if err != nil {
		return Refit{}, problem(ctx, err)
	}
	out := Refit{Prior: prior, Stored: true}
	if len(latest) > 0 {
		out.Before = &latest[0]
	}
	return out, db.savePrior(ctx, who, prior)
}

// pool reads what is to be pooled, and the two latest versions of the prior.
func (db *DB) pool(ctx context.Context, who Actor, framework string) (*selection.Pool, []selection.PooledPrior, error) {
	var pool *selection.Pool
	var latest []selection.PooledPrior
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.PoolPriors); err != nil {
			return err
		}
		if err := t.declare(pooling); err != nil {
			return err
		}
		f, err := t.latestPublished(framework)
		if err != nil {
			return err
		}
		rounds, err := t.decidedRounds(framework)
		if err != nil {
			return err
		}
		if latest, err = t.priors(framework, 0, 2); err != nil {
			return err
		}
		pool, err = selection.NewPool(f, rounds)
		return err
	})
	return pool, latest, err
}

// latestPublished is the version whose dimensions and scale count.
func (t *tx) latestPublished(code string) (frameworks.Framework, error) {
	var row frameworkRow
	err := t.get(&row, selectFramework+`where trust_id = $1 and code = $2 and status <> 'draft' order by version desc limit 1`, t.who.Trust, code)
	if errors.Is(err, sql.ErrNoRows) {
		return frameworks.Framework{}, fault.New(fault.NotFound, "no version of a framework %q was published here", code)
	}
	if err != nil {
		return frameworks.Framework{}, err
	}
	f, err := row.framework()
	return f.Document, err
}

// decidedRounds reads the decided campaigns of a framework, whatever its
// version, by code.
func (t *tx) decidedRounds(framework string) ([]selection.DecidedRound, error) {
	var ids []uuid.UUID
	err := t.all(&ids, `
		select c.campaign_id from campaigns c join frameworks f using (trust_id, framework_id)
		 where c.trust_id = $1 and c.phase = 'decided' and f.code = $2 order by c.code`, t.who.Trust, framework)
	if err != nil {
		return nil, err
	}
	rounds := make([]selection.DecidedRound, len(ids))
	for i, id := range ids {
		t.at.Campaign = uuid.NullUUID{UUID: id, Valid: true}
		c, err := t.campaign("")
		if err != nil {
			return nil, err
		}
		if rounds[i].Round, err = t.round(c); err != nil {
			return nil, err
		}
		if rounds[i].Persons, err = t.persons(); err != nil {
			return nil, err
		}
	}
	return rounds, nil
}

// persons says who sits in the seats of the campaign, where somebody does.
func (t *tx) persons() (map[string]string, error) {
	var rows []struct {
		Rater  string `db:"rater"`
		Person string `db:"person_id"`
	}
	err := t.all(&rows, `
		select rater, person_id from panel_members
		 where trust_id = $1 and campaign_id = $2 and person_id is not null`, t.who.Trust, t.at.Campaign)
	persons := make(map[string]string, len(rows))
	for _, r := range rows {
		persons[r.Rater] = r.Person
	}
	return persons, err
}

func (db *DB) savePrior(ctx context.Context, who Actor, p selection.PooledPrior) error {
	document, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("prior: %w", err)
	}
	return db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.PoolPriors); err != nil {
			return err
		}
		id, err := newID()
		if err != nil {
			return err
		}
		err = t.exec(`
			insert into priors (trust_id, prior_id, framework, version, document, engine, created_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, who.Trust, id, p.Framework, p.Version, string(document), ranking.Engine, t.now)
		if err != nil {
			return err
		}
		detail := audit.PriorPooled{Framework: p.Framework, Version: p.Version, Document: fmt.Sprintf("%x", sha256.Sum256(document))}
		for _, c := range p.Campaigns {
			detail.Campaigns = append(detail.Campaigns, c.Campaign)
		}
		return t.note(audit.Object{Kind: "prior", ID: id, Version: 1}, detail)
	})
}

// priors are the versions of a framework's prior before one, newest first;
// before 0 is before any that there may be.
func (t *tx) priors(framework string, before, limit int) ([]selection.PooledPrior, error) {
	var documents [][]byte
	err := t.all(&documents, `
		select document from priors where trust_id = $1 and framework = $2 and ($3 = 0 or version < $3)
		 order by version desc limit $4`, t.who.Trust, framework, before, limit)
	if err != nil {
		return nil, err
	}
	priors := make([]selection.PooledPrior, len(documents))
	for i, d := range documents {
		if err := json.Unmarshal(d, &priors[i]); err != nil {
			return nil, fmt.Errorf("stored prior: %w", err)
		}
	}
	return priors, nil
}

// Priors lists what was pooled for a framework, newest first, before a version
// (0: any), at most limit.
func (db *DB) Priors(ctx context.Context, who Actor, framework string, before, limit int) ([]selection.PooledPrior, error) {
	var list []selection.PooledPrior
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadPriors); err != nil {
			return err
		}
		var err error
		list, err = t.priors(framework, before, limit)
		return err
	})
	return list, err
}

// takePrior gives the campaign, which is about to open, the newest prior that
// fits its framework and converged, for good: what is pooled later changes no campaign under
// way. A round that brought a prior of its own keeps that. It returns the id
// of what was taken.
func (t *tx) takePrior(c Campaign) (string, error) {
	var rows []struct {
		ID       uuid.UUID `db:"prior_id"`
		Document []byte    `db:"document"`
	}
	err := t.all(&rows, `
		select p.prior_id, p.document from priors p join campaigns c using (trust_id)
		 where p.trust_id = $1 and c.campaign_id = $2 and c.prior is null and p.framework = $3
		 order by p.version desc`, t.who.Trust, c.ID, c.Framework.Document.Code)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		var p selection.PooledPrior
		if err := json.Unmarshal(row.Document, &p); err != nil {
			return "", fmt.Errorf("stored prior: %w", err)
		}
		if !p.Converged || !p.Fits(c.Framework.Document) {
			continue
		}
		return row.ID.String(), t.exec(`
			update campaigns set prior = (select document from priors where trust_id = $1 and prior_id = $3)
			 where trust_id = $1 and campaign_id = $2`, t.who.Trust, c.ID, row.ID)
	}
	return "", nil
}
