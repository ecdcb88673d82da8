package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// Candidate is a candidate and the version that If-Match compares.
type Candidate struct {
	selection.Candidate
	Version         int    `json:"version"`
	ShortlistReason string `json:"shortlist_reason,omitempty"` // why shortlisted after the sift, or not
}

type candidateRow struct {
	ID          uuid.UUID    `db:"candidate_id"`
	Code        string       `db:"code"`
	Applied     sql.NullBool `db:"applied"`
	Shortlisted sql.NullBool `db:"shortlisted"`
	Interviewed sql.NullBool `db:"interviewed"`
	Appointable sql.NullBool `db:"appointable"`
	Offered     sql.NullBool `db:"offered"`
	Accepted    sql.NullBool `db:"accepted"`
	Withdrawn   bool         `db:"withdrawn"`
	Version     int          `db:"version"`
	Reason      string       `db:"shortlist_reason"`
}

const selectCandidates = `
	select candidate_id, code, applied, shortlisted, interviewed, appointable, offered, accepted,
	       withdrawn_at is not null as withdrawn, version, shortlist_reason
	  from candidates where trust_id = $1 and campaign_id = $2 `

func (r candidateRow) candidate() selection.Candidate {
	return selection.Candidate{
		Code: r.Code, Applied: answer(r.Applied), Shortlisted: answer(r.Shortlisted), Interviewed: answer(r.Interviewed),
		Appointable: answer(r.Appointable), Offered: answer(r.Offered), Accepted: answer(r.Accepted), Withdrawn: r.Withdrawn,
	}
}

func answer(b sql.NullBool) selection.Answer {
	if !b.Valid {
		return selection.NotKnown
	}
	return selection.YesNo(b.Bool)
}

func known(a selection.Answer) sql.NullBool {
	return sql.NullBool{Bool: a == selection.Yes, Valid: a != selection.NotKnown}
}

func (t *tx) candidates() ([]selection.Candidate, error) {
	var rows []candidateRow
	if err := t.all(&rows, selectCandidates+`order by code`, t.who.Trust, t.at.Campaign); err != nil {
		return nil, err
	}
	candidates := make([]selection.Candidate, len(rows))
	for i, r := range rows {
		candidates[i] = r.candidate()
	}
	return candidates, nil
}

// AddCandidates adds candidates to a draft, by code. It returns Conflict where
// a code is there already or scoring has opened, Invalid with the place of
// each mistake.
func (db *DB) AddCandidates(ctx context.Context, who Actor, code string, key Key, candidates []selection.Candidate) ([]Candidate, error) {
	return once(ctx, db, who, code, key, func(t *tx) ([]Candidate, error) {
		if err := t.may(access.EditPlan); err != nil {
			return nil, err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return nil, err
		}
		if err := requireDraft(c, "the list of candidates"); err != nil {
			return nil, err
		}
		var l fault.List
		codes := make([]string, len(candidates))
		for i, candidate := range candidates {
			l.AddAll(fmt.Sprintf("candidates[%d]", i), candidate.Validate())
			codes[i] = candidate.Code
		}
		if len(candidates) == 0 {
			l.Add("candidates", "there is nobody in the list")
		}
		if err := l.Err("no candidate was added"); err != nil {
			return nil, err
		}
		if err := t.insertCandidates(c.ID, candidates); err != nil {
			return nil, err
		}
		if err := t.saveProgress(c); err != nil {
			return nil, err
		}
		added := make([]Candidate, len(candidates))
		for i, candidate := range candidates {
			added[i] = Candidate{Candidate: candidate, Version: 1}
		}
		return added, t.noteCampaign(c, audit.CandidatesAdded{Codes: codes})
	})
}

// insertCandidates sends them as columns: one statement whatever their number.
func (t *tx) insertCandidates(campaign uuid.UUID, candidates []selection.Candidate) error {
	n := len(candidates)
	ids, codes, withdrawn := make([]string, n), make([]string, n), make([]bool, n)
	var answers [6][]sql.NullBool
	for i, c := range candidates {
		id, err := newID()
		if err != nil {
			return err
		}
		ids[i], codes[i], withdrawn[i] = id.String(), c.Code, c.Withdrawn
		for j, a := range []selection.Answer{c.Applied, c.Shortlisted, c.Interviewed, c.Appointable, c.Offered, c.Accepted} {
			answers[j] = append(answers[j], known(a))
		}
	}
	return t.exec(`
		insert into candidates (trust_id, campaign_id, candidate_id, code, applied, shortlisted, interviewed, appointable, offered, accepted, withdrawn_at)
		select $1, $2, n.id, n.code, n.applied, n.shortlisted, n.interviewed, n.appointable, n.offered, n.accepted, case when n.withdrawn then $3::timestamptz end
		  from unnest($4::uuid[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[], $9::boolean[], $10::boolean[], $11::boolean[], $12::boolean[])
		       as n (id, code, applied, shortlisted, interviewed, appointable, offered, accepted, withdrawn)`,
		t.who.Trust, campaign, t.now, pq.Array(ids), pq.Array(codes),
		pq.Array(answers[0]), pq.Array(answers[1]), pq.Array(answers[2]), pq.Array(answers[3]), pq.Array(answers[4]), pq.Array(answers[5]),
		pq.Array(withdrawn))
}

// ChangeCandidate says how far a candidate came, or that they withdrew. Until
// moderation closes it can change who is ranked; afterwards only what followed
// from the decision. While scoring is open nobody waits for the sheets of a
// candidate who is not seen any more; where that was all that was missing, the
// marks are revealed.
func (db *DB) ChangeCandidate(ctx context.Context, who Actor, code string, version int, to selection.Candidate) (Candidate, error) {
	var out Candidate
	var scoring bool
	err := db.write(ctx, who, code, func(t *tx) error {
		if err := t.may(access.ChangeCandidate); err != nil {
			return err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return err
		}
		row, err := t.candidate(to.Code)
		if err != nil {
			return err
		}
		if version != 0 && version != row.Version {
			return stale("the candidate")
		}
		if err := to.Validate(); err != nil {
			return err
		}
		was := row.candidate()
		inputs := was.Interviewed != to.Interviewed || was.Withdrawn != to.Withdrawn || was.Shortlisted != to.Shortlisted || was.Applied != to.Applied
		if c.Progress.Ranked() && inputs {
			return fault.New(fault.Conflict, "who is ranked is fixed since moderation closed; only the finding, the offer and its acceptance can still change")
		}
		if was.Shortlisted != to.Shortlisted && c.Document.Sifts() && c.Progress.Phase != selection.Draft {
			return fault.New(fault.Conflict, "the plan has a sift: who is shortlisted is recorded in the shortlist once the sift is revealed, and fixed when that is locked")
		}
		out = Candidate{Candidate: to, Version: row.Version + 1, ShortlistReason: row.Reason}
		if err := t.updateCandidate(row.ID, to, out.Version); err != nil {
			return err
		}
		scoring = c.Progress.Phase.Marked() != ""
		if scoring && inputs {
			if err := t.requireSheetsOf(row.ID, len(selection.Seen([]selection.Candidate{to})) > 0); err != nil {
				return err
			}
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		return t.noteCampaign(c, changed(to))
	})
	if err == nil && scoring {
		err = db.revealIfComplete(ctx, who, code)
	}
	return out, err
}

// requireSheetsOf waits for a candidate's open sheets, or no longer: the panel
// does not see somebody who has withdrawn, and reveal must not wait for it.
func (t *tx) requireSheetsOf(candidate uuid.UUID, seen bool) error {
	if err := t.declare(progress); err != nil {
		return err
	}
	return t.exec(`
		update sheets s
		   set required = $4 and not p.optional and p.replaced_by = '' and not exists (
		         select from interests i
		          where i.trust_id = s.trust_id and i.campaign_id = s.campaign_id and i.member_id = s.member_id
		            and i.candidate_id = s.candidate_id and i.outcome = 'marks-withdrawn')
		  from panel_members p
		 where s.trust_id = $1 and s.campaign_id = $2 and s.candidate_id = $3 and s.state = 'draft'
		   and p.trust_id = s.trust_id and p.campaign_id = s.campaign_id and p.member_id = s.member_id`,
		t.who.Trust, t.at.Campaign, candidate, seen)
}

// candidate finds a candidate of the campaign, which the transaction has
// locked or only reads.
func (t *tx) candidate(code string) (candidateRow, error) {
	var row candidateRow
	err := t.get(&row, selectCandidates+`and code = $3`, t.who.Trust, t.at.Campaign, code)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fault.New(fault.NotFound, "there is no candidate %q in this campaign", code)
	}
	return row, err
}

func (t *tx) updateCandidate(id uuid.UUID, to selection.Candidate, version int) error {
	return t.one(refused(), `
		update candidates
		   set applied = $4, shortlisted = $5, interviewed = $6, appointable = $7, offered = $8, accepted = $9, version = $10,
		       withdrawn_at = case when $11 then coalesce(withdrawn_at, $12::timestamptz) end
		 where trust_id = $1 and campaign_id = $2 and candidate_id = $3`,
		t.who.Trust, t.at.Campaign, id, known(to.Applied), known(to.Shortlisted), known(to.Interviewed),
		known(to.Appointable), known(to.Offered), known(to.Accepted), version, to.Withdrawn, t.now)
}

func changed(c selection.Candidate) audit.CandidateChanged {
	return audit.CandidateChanged{Code: c.Code, Withdrawn: c.Withdrawn, Answers: map[string]string{
		"applied": string(c.Applied), "shortlisted": string(c.Shortlisted), "interviewed": string(c.Interviewed),
		"appointable": string(c.Appointable), "offered": string(c.Offered), "accepted": string(c.Accepted),
	}}
}

// Candidates lists candidates by code, after a code, at most limit.
func (db *DB) Candidates(ctx context.Context, who Actor, campaign, after string, limit int) ([]Candidate, error) {
	list := []Candidate{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadCampaign); err != nil {
			return err
		}
		var rows []candidateRow
		err := t.all(&rows, selectCandidates+`and code > $3 order by code limit $4`, who.Trust, t.at.Campaign, after, limit)
		for _, r := range rows {
			list = append(list, Candidate{Candidate: r.candidate(), Version: r.Version, ShortlistReason: r.Reason})
		}
		return err
	})
	return list, err
}
