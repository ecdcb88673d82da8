package store

import (
	"context"
	"database/sql"

	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// ShortlistLine is a candidate after the sift: how they did, and what was
// recorded of it.
type ShortlistLine struct {
	selection.SiftMean
	Shortlisted selection.Answer `json:"shortlisted"` // "" while nobody has said
	Reason      string           `json:"reason"`
	Withdrawn   bool             `json:"withdrawn,omitempty"`
}

// Shortlist lists candidates by code with their means of the sift, after a
// code, at most limit. It returns Conflict where there is no sift, or it is not
// revealed.
func (db *DB) Shortlist(ctx context.Context, who Actor, campaign, after string, limit int) ([]ShortlistLine, error) {
	list := []ShortlistLine{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadSift); err != nil {
			return err
		}
		c, err := t.campaign("")
		if err != nil {
			return err
		}
		if !c.Document.Sifts() {
			return fault.New(fault.Conflict, "the plan of this campaign has no sift, and so no shortlist")
		}
		if !c.Progress.SiftRevealed() {
			return fault.New(fault.Conflict, "the sift is sealed until every required sheet of it is submitted, or the chair closes it with a reason")
		}
		list, err = t.shortlist(after, limit)
		return err
	})
	if err == nil {
		err = db.recordReading(ctx, who, campaign, othersSift)
	}
	if err != nil {
		return []ShortlistLine{}, err
	}
	return list, nil
}

func (t *tx) shortlist(after string, limit int) ([]ShortlistLine, error) {
	list := []ShortlistLine{}
	var rows []candidateRow
	err := t.all(&rows, selectCandidates+`and code > $3 order by code limit $4`, t.who.Trust, t.at.Campaign, after, limit)
	if err != nil {
		return nil, err
	}
	candidates, codes := make([]selection.Candidate, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		candidates[i], codes[i] = r.candidate(), r.Code
	}
	marks, err := t.siftMarks(codes)
	if err != nil {
		return nil, err
	}
	for i, m := range selection.SiftMeans(candidates, marks) {
		list = append(list, ShortlistLine{SiftMean: m, Shortlisted: candidates[i].Shortlisted, Reason: rows[i].Reason, Withdrawn: candidates[i].Withdrawn})
	}
	return list, nil
}

// siftMarks are those submitted for these candidates.
func (t *tx) siftMarks(codes []string) ([]selection.Rating, error) {
	var rows []struct {
		Candidate string          `db:"code"`
		Score     sql.NullFloat64 `db:"score"`
		Unseen    bool            `db:"not_observed"`
		Withdrawn bool            `db:"withdrawn"`
	}
	err := t.all(&rows, `
		select k.code, m.score, m.not_observed, s.state = 'withdrawn' as withdrawn
		  from sheets s
		  join candidates k on k.trust_id = s.trust_id and k.campaign_id = s.campaign_id and k.candidate_id = s.candidate_id
		  join scores m on m.trust_id = s.trust_id and m.campaign_id = s.campaign_id and m.sheet_id = s.sheet_id
		 where s.trust_id = $1 and s.campaign_id = $2 and s.stage = 'sift' and s.state <> 'draft' and k.code = any($3)
		 order by k.code, m.sheet_id, m.criterion`, t.who.Trust, t.at.Campaign, pq.Array(codes))
	marks := make([]selection.Rating, len(rows))
	for i, r := range rows {
		marks[i] = selection.Rating{Candidate: r.Candidate, Observed: r.Score.Valid && !r.Unseen, Score: r.Score.Float64, Withdrawn: r.Withdrawn}
	}
	return marks, err
}

// RecordShortlist says of candidates whether the panel sees them, once the sift
// is revealed; of whom nothing is said stays as they were. Each line that
// changes something is an event of its own, so that it can be erased with its
// candidate. It returns Invalid with the place of each mistake, Conflict
// outside shortlisting.
func (db *DB) RecordShortlist(ctx context.Context, who Actor, campaign string, version int, lines []selection.Shortlisted) (Campaign, error) {
	var c Campaign
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.RecordShortlist); err != nil {
			return err
		}
		var err error
		if c, err = t.lockCampaign(version); err != nil {
			return err
		}
		if c.Progress.Phase != selection.Shortlisting {
			return fault.New(fault.Conflict, "the shortlist is recorded while shortlisting; the campaign is in the phase %s", c.Progress.Phase)
		}
		var rows []candidateRow
		if err := t.all(&rows, selectCandidates+`order by code`, who.Trust, c.ID); err != nil {
			return err
		}
		if c.Version, err = t.recordShortlist(c, rows, lines); err != nil {
			return err
		}
		return t.saveProgress(c)
	})
	return c, err
}

// recordShortlist returns the version of the last event, or that before the
// change where nothing changed.
func (t *tx) recordShortlist(c Campaign, rows []candidateRow, lines []selection.Shortlisted) (int, error) {
	candidates, of := make([]selection.Candidate, len(rows)), map[string]candidateRow{}
	for i, r := range rows {
		candidates[i], of[r.Code] = r.candidate(), r
	}
	if err := selection.CheckShortlist(lines, candidates); err != nil {
		return 0, err
	}
	c.Version--
	var ids, reasons []string
	var answers []bool
	for _, s := range lines {
		row := of[s.Candidate]
		if row.says(s) {
			continue
		}
		ids, answers, reasons = append(ids, row.ID.String()), append(answers, s.Shortlisted), append(reasons, s.Reason)
		c.Version++
		if err := t.noteCampaign(c, audit.CandidateShortlisted(s)); err != nil {
			return 0, err
		}
	}
	if len(ids) == 0 {
		return c.Version, nil
	}
	return c.Version, t.one(refused(), `
		update candidates k set shortlisted = n.shortlisted, shortlist_reason = n.reason, version = version + 1
		  from unnest($3::uuid[], $4::boolean[], $5::text[]) as n (id, shortlisted, reason)
		 where k.trust_id = $1 and k.campaign_id = $2 and k.candidate_id = n.id`,
		t.who.Trust, c.ID, pq.Array(ids), pq.Array(answers), pq.Array(reasons))
}

// says reports whether the line is what was recorded before.
func (r candidateRow) says(s selection.Shortlisted) bool {
	return r.Shortlisted.Valid && r.Shortlisted.Bool == s.Shortlisted && r.Reason == s.Reason
}

// LockShortlist fixes who is assessed and makes the sheets of the assessment:
// those assigned before, else one for everybody shortlisted, exercise and
// member who marks it. It returns Conflict outside shortlisting, Invalid where
// somebody is neither shortlisted nor not.
func (db *DB) LockShortlist(ctx context.Context, who Actor, campaign string, version int) (Campaign, error) {
	c, err := db.changeCampaign(ctx, who, campaign, version, access.RecordShortlist, func(t *tx, c *Campaign) (audit.Detail, error) {
		candidates, err := t.candidates()
		if err != nil {
			return nil, err
		}
		if c.Progress, err = c.Progress.LockShortlist(t.now, candidates); err != nil {
			return nil, err
		}
		sheets, err := t.makeSheets(c.Document, selection.StageAssessment, candidates)
		return audit.ShortlistLocked{Shortlisted: len(selection.Seen(candidates)), Sheets: sheets}, err
	})
	if err == nil {
		db.refreshStatistics(ctx)
	}
	return c, err
}
