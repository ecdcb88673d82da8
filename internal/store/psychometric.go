package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// PutResults enters psychometric results; a result entered again replaces the
// former until the marks are revealed. Whoever enters them cannot read them
// here before that either. It returns Invalid with the place of each mistake.
func (db *DB) PutResults(ctx context.Context, who Actor, campaign string, key Key, results []selection.PsychometricResult) (int, error) {
	return once(ctx, db, who, campaign, key, func(t *tx) (int, error) {
		if err := t.may(access.EnterResults); err != nil {
			return 0, err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return 0, err
		}
		if c.Progress.Revealed() {
			return 0, fault.New(fault.Conflict, "results are fixed once marks are revealed")
		}
		if err := t.putResults(c.Document, results); err != nil {
			return 0, err
		}
		if err := t.saveProgress(c); err != nil {
			return 0, err
		}
		detail := audit.ResultsEntered{}
		for _, r := range results {
			detail.Results = append(detail.Results, audit.ResultEntered{Candidate: r.Candidate, Instrument: r.Instrument, Scale: r.Scale, Score: r.Score})
		}
		return len(results), t.noteCampaign(c, detail)
	})
}

func (t *tx) putResults(c selection.Campaign, results []selection.PsychometricResult) error {
	var rows []candidateRow
	if err := t.all(&rows, selectCandidates, t.who.Trust, t.at.Campaign); err != nil {
		return err
	}
	ids := map[string]candidateRow{}
	for _, r := range rows {
		ids[r.Code] = r
	}
	var l fault.List
	for i, r := range results {
		at := fmt.Sprintf("results[%d]", i)
		l.AddAll(at, c.ValidateResult(r))
		if _, ok := ids[r.Candidate]; !ok {
			l.Add(at+".candidate", "there is no candidate %q in this campaign", r.Candidate)
		}
	}
	if err := l.Err("no result was entered"); err != nil {
		return err
	}
	for _, r := range results {
		taken := sql.NullString{String: r.TakenOn, Valid: r.TakenOn != ""}
		err := t.exec(`select put_result($1, $2, $3, $4, $5, $6, $7)`,
			t.who.Trust, t.at.Campaign, ids[r.Candidate].ID, r.Instrument, r.Scale, r.Score, taken)
		if err != nil {
			return err
		}
	}
	return nil
}

// Results lists the psychometric results once the marks are revealed; before
// that it returns Conflict, whether there are any or not.
func (db *DB) Results(ctx context.Context, who Actor, campaign string) ([]selection.PsychometricResult, error) {
	results := []selection.PsychometricResult{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadMarks); err != nil {
			return err
		}
		c, err := t.campaign("")
		if err != nil {
			return err
		}
		if !c.Progress.Revealed() {
			return fault.New(fault.Conflict, "psychometric results are sealed until the panel's marks are revealed")
		}
		results, err = t.results()
		return err
	})
	if err == nil {
		err = db.recordReading(ctx, who, campaign, psychometrics)
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (t *tx) results() ([]selection.PsychometricResult, error) {
	var rows []struct {
		Candidate  string     `db:"code"`
		Instrument string     `db:"instrument"`
		Scale      string     `db:"scale"`
		Score      float64    `db:"score"`
		TakenOn    *time.Time `db:"taken_on"`
	}
	err := t.all(&rows, `
		select k.code, r.instrument, r.scale, r.score, r.taken_on
		  from psychometric_results r join candidates k using (trust_id, campaign_id, candidate_id)
		 where r.trust_id = $1 and r.campaign_id = $2 order by k.code, r.instrument, r.scale`, t.who.Trust, t.at.Campaign)
	results := []selection.PsychometricResult{}
	for _, r := range rows {
		p := selection.PsychometricResult{Candidate: r.Candidate, Instrument: r.Instrument, Scale: r.Scale, Score: r.Score}
		if r.TakenOn != nil {
			p.TakenOn = r.TakenOn.Format(time.DateOnly)
		}
		results = append(results, p)
	}
	return results, err
}
