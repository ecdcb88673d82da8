package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// DeclareInterest records the asker's own connection with a candidate. Once
// scoring has opened it is late, and HR judges whether the marks stand. It
// returns Conflict where it was declared before.
func (db *DB) DeclareInterest(ctx context.Context, who Actor, campaign string, key Key, i selection.Interest) (selection.Interest, error) {
	return once(ctx, db, who, campaign, key, func(t *tx) (selection.Interest, error) {
		if err := t.may(access.DeclareInterest); err != nil {
			return i, err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return i, err
		}
		if err := i.Validate(); err != nil {
			return i, err
		}
		candidate, err := t.candidate(i.Candidate)
		if err != nil {
			return i, err
		}
		i.Rater, i.Late, i.Outcome, i.Reason = c.Rater, c.Progress.Phase != selection.Draft, "", ""
		err = t.exec(`
			insert into interests (trust_id, campaign_id, member_id, candidate_id, nature, details, late, declared_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			who.Trust, c.ID, t.at.Member, candidate.ID, string(i.Nature), i.Details, i.Late, t.now)
		if err != nil {
			return i, err
		}
		if err := t.saveProgress(c); err != nil {
			return i, err
		}
		return i, t.noteCampaign(c, audit.InterestDeclared{Rater: i.Rater, Candidate: i.Candidate, Nature: string(i.Nature), Details: i.Details, Late: i.Late})
	})
}

type interestRow struct {
	Member    uuid.UUID `db:"member_id"`
	Candidate uuid.UUID `db:"candidate_id"`
	selection.Interest
}

const selectInterests = `
	select i.member_id, i.candidate_id, p.rater, k.code as candidate, i.nature, i.details, i.late, i.outcome, i.reason
	  from interests i
	  join panel_members p on p.trust_id = i.trust_id and p.campaign_id = i.campaign_id and p.member_id = i.member_id
	  join candidates k on k.trust_id = i.trust_id and k.campaign_id = i.campaign_id and k.candidate_id = i.candidate_id
	 where i.trust_id = $1 and i.campaign_id = $2 `

// JudgeInterest records HR's decision. Where the marks are withdrawn, the
// member's submitted sheets for the candidate are set aside: kept, not
// counted; what is still open is no longer asked for and cannot be submitted.
// It returns NotFound where nothing was declared, and Conflict where it was
// judged before or once moderation has closed, since the order is known then.
func (db *DB) JudgeInterest(ctx context.Context, who Actor, campaign, rater, candidate string, outcome selection.InterestOutcome, reason string) (selection.Interest, error) {
	var out selection.Interest
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.JudgeInterest); err != nil {
			return err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return err
		}
		if c.Progress.Ranked() {
			return fault.New(fault.Conflict, "the order is known since moderation closed, so no mark can be set aside any more; record this in the decision")
		}
		row, err := t.interest(rater, candidate)
		if err != nil {
			return err
		}
		if out, err = row.Judge(outcome, reason); err != nil {
			return err
		}
		err = t.exec(`
			update interests set outcome = $5, reason = $6, judged_at = $7
			 where trust_id = $1 and campaign_id = $2 and member_id = $3 and candidate_id = $4`,
			who.Trust, c.ID, row.Member, row.Candidate, string(outcome), reason, t.now)
		if err != nil {
			return err
		}
		if outcome == selection.MarksWithdrawn {
			if err := t.withdrawSheets(row, reason); err != nil {
				return err
			}
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		return t.noteCampaign(c, audit.InterestJudged{Rater: rater, Candidate: candidate, Outcome: string(outcome), Reason: reason})
	})
	if err == nil && out.Outcome == selection.MarksWithdrawn {
		// What this member had still to submit may have been all that was
		// missing.
		err = db.revealIfComplete(ctx, who, campaign)
	}
	return out, err
}

func (t *tx) interest(rater, candidate string) (interestRow, error) {
	var row interestRow
	err := t.get(&row, selectInterests+`and p.rater = $3 and k.code = $4 for update of i`, t.who.Trust, t.at.Campaign, rater, candidate)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fault.New(fault.NotFound, "%s has declared no interest in %s", rater, candidate)
	}
	return row, err
}

// pair is a member and a candidate, by code.
type pair struct{ rater, candidate string }

// stoodDown says which members mark which candidates no more.
func (t *tx) stoodDown() (map[pair]bool, error) {
	var rows []interestRow
	err := t.all(&rows, selectInterests+`and i.outcome = 'marks-withdrawn'`, t.who.Trust, t.at.Campaign)
	down := map[pair]bool{}
	for _, r := range rows {
		down[pair{r.Rater, r.Interest.Candidate}] = true
	}
	return down, err
}

func (t *tx) withdrawSheets(i interestRow, reason string) error {
	if err := t.declare(progress); err != nil {
		return err
	}
	var sheets []struct {
		ID      uuid.UUID            `db:"sheet_id"`
		Version int                  `db:"version"`
		State   selection.SheetState `db:"state"`
	}
	err := t.all(&sheets, `
		update sheets
		   set version = version + 1, required = false,
		       state = case when state = 'submitted' then 'withdrawn' else state end
		 where trust_id = $1 and campaign_id = $2 and member_id = $3 and candidate_id = $4
		returning sheet_id, version, state`, t.who.Trust, t.at.Campaign, i.Member, i.Candidate)
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if err := t.note(audit.Object{Kind: "sheet", ID: s.ID, Version: s.Version}, audit.SheetWithdrawn{Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

// Interests lists what was declared: all of it for HR, one's own for a member.
func (db *DB) Interests(ctx context.Context, who Actor, campaign string) ([]selection.Interest, error) {
	list := []selection.Interest{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		var rows []interestRow
		query, args := selectInterests+`order by p.rater, k.code`, []any{who.Trust, t.at.Campaign}
		if t.may(access.ReadInterests) != nil {
			if err := t.may(access.DeclareInterest); err != nil {
				return err
			}
			query, args = selectInterests+`and i.member_id = $3 order by p.rater, k.code`, append(args, t.at.Member)
		}
		err := t.all(&rows, query, args...)
		for _, r := range rows {
			list = append(list, r.Interest)
		}
		return err
	})
	return list, err
}
