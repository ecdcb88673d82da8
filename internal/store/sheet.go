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
	"github.com/lib/pq"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// SheetName says which sheet: the rater is the seat, the rest is the station.
type SheetName struct {
	Rater     string `db:"rater" json:"rater"`
	Candidate string `db:"candidate" json:"candidate"`
	Exercise  string `db:"exercise" json:"exercise"`
}

// Receipt is what a submission returns: the sheet as it was sealed, the
// commitment under which the record keeps it, and the hash by which the log
// proves that it holds it.
type Receipt struct {
	Sheet      selection.Sheet `json:"sheet"`
	At         time.Time       `json:"submitted_at"`
	Event      uuid.UUID       `json:"event_id"`
	Commitment string          `json:"commitment"` // SHA-256 in hex
	LeafHash   string          `json:"leaf_hash"`  // SHA-256 in hex, of the leaf that the log will hold
}

// sheetRow is a sheet with what judging it needs, in one round trip.
type sheetRow struct {
	ID        uuid.UUID            `db:"sheet_id"`
	Member    uuid.UUID            `db:"member_id"`
	State     selection.SheetState `db:"state"`
	Version   int                  `db:"version"`
	Exercises []byte               `db:"exercises"`
	Scale     []byte               `db:"scale"`
	Marks     []byte               `db:"marks"`
	Stage     selection.Stage      `db:"stage"`
	Phase     selection.Phase      `db:"phase"`
	Left      int                  `db:"left_open"`
}

// nearlyComplete bounds how many submissions can be on their way at once: with
// more required sheets open than this, nobody can be submitting the last.
const nearlyComplete = 256

// selectSheet loads one sheet. The lock comes with the row, so that what is
// judged is what is changed; the campaign is locked against a reveal meanwhile.
const selectSheet = `
	select s.sheet_id, s.member_id, s.state, s.version, s.stage, c.phase, c.document->'exercises' as exercises, f.document->'scale' as scale,
	       sheets_left(s.trust_id, s.campaign_id, $6) as left_open,
	       coalesce((select json_agg(json_build_object(
	                   'criterion', m.criterion, 'score', m.score, 'not_observed', m.not_observed, 'evidence', m.evidence,
	                   'revisions', (select json_agg(json_build_object(
	                                   'score', r.score, 'not_observed', r.not_observed, 'evidence', r.evidence, 'reason', r.reason) order by r.revision)
	                                   from score_revisions r
	                                  where r.trust_id = m.trust_id and r.campaign_id = m.campaign_id and r.sheet_id = m.sheet_id and r.criterion = m.criterion)))
	                   from scores m
	                  where m.trust_id = s.trust_id and m.campaign_id = s.campaign_id and m.sheet_id = s.sheet_id), '[]') as marks
	  from sheets s
	  join campaigns c on c.trust_id = s.trust_id and c.campaign_id = s.campaign_id
	  join frameworks f on f.trust_id = c.trust_id and f.framework_id = c.framework_id
	  join panel_members p on p.trust_id = s.trust_id and p.campaign_id = s.campaign_id and p.member_id = s.member_id
	  join candidates k on k.trust_id = s.trust_id and k.campaign_id = s.campaign_id and k.candidate_id = s.candidate_id
	 where s.trust_id = $1 and s.campaign_id = $2 and p.rater = $3 and k.code = $4 and s.exercise = $5 `

// loadSheet returns a sheet with its marks in the order of the exercise's
// criteria, and the scale they are given on.
func (t *tx) loadSheet(name SheetName, lock string) (sheetRow, selection.Sheet, frameworks.Scale, error) {
	var row sheetRow
	var scale frameworks.Scale
	err := t.get(&row, selectSheet+lock, t.who.Trust, t.at.Campaign, name.Rater, name.Candidate, name.Exercise, nearlyComplete)
	if errors.Is(err, sql.ErrNoRows) {
		return row, selection.Sheet{}, scale, fault.New(fault.NotFound, "there is no sheet of %s for %s in %s that you may see", name.Rater, name.Candidate, name.Exercise)
	}
	if err != nil {
		return row, selection.Sheet{}, scale, err
	}
	var exercises []selection.Exercise
	var marks []selection.Mark
	if err := errors.Join(json.Unmarshal(row.Exercises, &exercises), json.Unmarshal(row.Scale, &scale), json.Unmarshal(row.Marks, &marks)); err != nil {
		return row, selection.Sheet{}, scale, fmt.Errorf("stored sheet: %w", err)
	}
	exercise, at := selection.Campaign{Exercises: exercises}.Exercise(name.Exercise)
	if at < 0 {
		return row, selection.Sheet{}, scale, fmt.Errorf("stored sheet: no exercise %q", name.Exercise)
	}
	sheet := selection.NewSheet(name.Candidate, name.Rater, exercise)
	sheet.State, sheet.Version = row.State, row.Version
	for i, m := range sheet.Marks {
		if j := slices.IndexFunc(marks, func(stored selection.Mark) bool { return stored.Criterion == m.Criterion }); j >= 0 {
			sheet.Marks[i] = marks[j]
		}
	}
	return row, sheet, scale, nil
}

// ownSheet loads a sheet that its own rater changes. Nobody else may, whatever
// their role: row-level security would refuse it too.
func (t *tx) ownSheet(name SheetName, version int, action access.Action) (sheetRow, selection.Sheet, frameworks.Scale, error) {
	if err := t.may(action); err != nil {
		return sheetRow{}, selection.Sheet{}, frameworks.Scale{}, err
	}
	row, sheet, scale, err := t.loadSheet(name, ownSheetLock)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "you have no sheet as %s for %s in %s; a sheet is written by its own rater", name.Rater, name.Candidate, name.Exercise)
	}
	if err != nil {
		return row, sheet, scale, err
	}
	if row.Member != t.at.Member.UUID {
		return row, sheet, scale, fault.New(fault.Forbidden, "a sheet is written by its own rater only")
	}
	if version != 0 && version != sheet.Version {
		return row, sheet, scale, stale("the sheet")
	}
	return row, sheet, scale, nil
}

// updateSheet takes the parameters of record, then campaign, sheet, member, the
// columns of the marks, state and version. The count makes the marks come
// first: a sealed sheet takes none.
const updateSheet = `
		with marks as (
			insert into scores as was (trust_id, campaign_id, sheet_id, member_id, criterion, score, not_observed, evidence)
			select $1, $15, $16, $17, n.criterion, n.score, n.not_observed, n.evidence
			  from unnest($18::text[], $19::float8[], $20::boolean[], $21::text[]) as n (criterion, score, not_observed, evidence)
			on conflict (trust_id, campaign_id, sheet_id, criterion)
			do update set score = excluded.score, not_observed = excluded.not_observed, evidence = excluded.evidence
			 where (was.score, was.not_observed, was.evidence) is distinct from (excluded.score, excluded.not_observed, excluded.evidence)
			returning 1),` +
	record + `
		update sheets set state = $22, version = $23, submitted_at = case when $22 = 'draft' then null else coalesce(submitted_at, $3) end
		 where trust_id = $1 and campaign_id = $15 and sheet_id = $16
		   and (select count(*) from marks) >= 0`

// ownSheetLock is what loading a sheet for a change adds: the sheet is this
// transaction's, and the campaign is not revealed meanwhile.
const ownSheetLock = `for update of s for share of c`

// writeSheet stores marks, state and version, the noted events and the
// remembered answer in one round trip.
func (t *tx) writeSheet(row sheetRow, s selection.Sheet, result any) error {
	args, err := t.recordArgs(result)
	if err != nil {
		return err
	}
	t.events = nil
	n := len(s.Marks)
	criteria, evidence := make([]string, n), make([]string, n)
	scores, unseen := make([]sql.NullFloat64, n), make([]bool, n)
	for i, m := range s.Marks {
		criteria[i], evidence[i], unseen[i] = m.Criterion, m.Evidence, m.NotObserved
		if m.Score != nil {
			scores[i] = sql.NullFloat64{Float64: *m.Score, Valid: true}
		}
	}
	return t.exec(updateSheet,
		append(args, t.at.Campaign, row.ID, row.Member, pq.Array(criteria), pq.Array(scores), pq.Array(unseen), pq.Array(evidence),
			string(s.State), s.Version)...)
}

func (t *tx) noteSheet(row sheetRow, s selection.Sheet, detail audit.Detail) error {
	return t.note(audit.Object{Kind: "sheet", ID: row.ID, Version: s.Version}, detail)
}

// requireScoring refuses a sheet whose stage is not being marked.
func requireScoring(row sheetRow) error {
	switch {
	case row.Phase.Marked() == row.Stage:
		return nil
	case row.Stage == selection.StageSift:
		return fault.New(fault.Conflict, "the sift is not open; the campaign is in the phase %s", row.Phase)
	}
	return fault.New(fault.Conflict, "scoring is not open; the campaign is in the phase %s", row.Phase)
}

// SaveSheet keeps a draft, complete or not. It returns Stale where it was
// saved from somewhere else meanwhile, Conflict once it is submitted or scoring
// is over.
func (db *DB) SaveSheet(ctx context.Context, who Actor, campaign string, name SheetName, version int, marks []selection.Mark) (selection.Sheet, error) {
	var saved selection.Sheet
	err := db.write(ctx, who, campaign, func(t *tx) error {
		row, sheet, _, err := t.ownSheet(name, version, access.WriteSheet)
		if err != nil {
			return err
		}
		if err := requireScoring(row); err != nil {
			return err
		}
		if saved, err = sheet.Save(marks); err != nil {
			return err
		}
		if err := t.noteSheet(row, saved, audit.SheetSaved{Sheet: saved}); err != nil {
			return err
		}
		return t.writeSheet(row, saved, nil)
	})
	return saved, err
}

// SubmitSheet seals a sheet. marks, where given, replace those of the draft
// first, in the same transaction: a sheet can be filled in and submitted in
// one request. When it was the last required one, the marks are revealed. It
// returns Invalid with every criterion that is missing or off the scale.
func (db *DB) SubmitSheet(ctx context.Context, who Actor, campaign string, name SheetName, version int, key Key, marks []selection.Mark) (Receipt, error) {
	left := nearlyComplete
	receipt, err := once(ctx, db, who, campaign, key, func(t *tx) (Receipt, error) {
		row, sheet, scale, err := t.ownSheet(name, version, access.WriteSheet)
		if err != nil {
			return Receipt{}, err
		}
		left = row.Left
		return t.submit(row, sheet, scale, marks)
	})
	if err != nil || left >= nearlyComplete {
		return receipt, err
	}
	// The sheet is safe whatever happens here; where the reveal is missed, the
	// chair's closing makes up for it and needs no reason.
	if err := db.revealIfComplete(ctx, who, campaign); err != nil && fault.KindOf(err) == fault.Internal {
		return receipt, fmt.Errorf("the sheet is submitted; revealing: %w", err)
	}
	return receipt, nil
}

func (t *tx) submit(row sheetRow, sheet selection.Sheet, scale frameworks.Scale, marks []selection.Mark) (Receipt, error) {
	if err := requireScoring(row); err != nil {
		return Receipt{}, err
	}
	var err error
	if len(marks) > 0 {
		if sheet, err = sheet.Save(marks); err != nil {
			return Receipt{}, err
		}
		sheet.Version = row.Version // one change, one version
	}
	if sheet, err = sheet.Submit(scale); err != nil {
		return Receipt{}, err
	}
	if err := t.noteSheet(row, sheet, audit.SheetSubmitted{Sheet: sheet}); err != nil {
		return Receipt{}, err
	}
	event := t.events[len(t.events)-1]
	receipt := Receipt{
		Sheet: sheet, At: t.now, Event: event.ID, Commitment: fmt.Sprintf("%x", event.Commitment),
		LeafHash: audit.HexHash(event.Leaf(t.who.Trust).Hash()),
	}
	return receipt, t.writeSheet(row, sheet, receipt)
}

// ReviseMark changes one submitted mark of the assessment in moderation, by its
// own rater and with a reason; what it was is kept.
func (db *DB) ReviseMark(ctx context.Context, who Actor, campaign string, name SheetName, version int, key Key, to selection.Mark, reason string) (selection.Sheet, error) {
	return once(ctx, db, who, campaign, key, func(t *tx) (selection.Sheet, error) {
		row, sheet, scale, err := t.ownSheet(name, version, access.ReviseMark)
		if err != nil {
			return sheet, err
		}
		if row.Phase != selection.Moderation {
			return sheet, fault.New(fault.Conflict, "marks change in moderation only; the campaign is in the phase %s", row.Phase)
		}
		if row.Stage == selection.StageSift {
			return sheet, fault.New(fault.Conflict, "a mark of the sift does not change any more: the shortlist was made by it")
		}
		revised, err := sheet.Revise(to, reason, scale)
		if err != nil {
			return sheet, err
		}
		if err := t.keepRevision(row, revised, to.Criterion); err != nil {
			return sheet, err
		}
		if err := t.noteSheet(row, revised, audit.MarkRevised{Criterion: to.Criterion, Reason: reason, Sheet: revised}); err != nil {
			return sheet, err
		}
		return revised, t.writeSheet(row, revised, revised)
	})
}

func (t *tx) keepRevision(row sheetRow, s selection.Sheet, criterion string) error {
	i := slices.IndexFunc(s.Marks, func(m selection.Mark) bool { return m.Criterion == criterion })
	revisions := s.Marks[i].Revisions
	last := revisions[len(revisions)-1]
	return t.exec(`
		insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		t.who.Trust, t.at.Campaign, row.ID, row.Member, criterion, len(revisions), last.Score, last.NotObserved, last.Evidence, last.Reason, t.now)
}

// Sheet returns one sheet: one's own once its stage has begun, another's once
// the marks of its stage are revealed. Before that it returns NotFound, whether
// it is there or not.
func (db *DB) Sheet(ctx context.Context, who Actor, campaign string, name SheetName) (selection.Sheet, error) {
	var sheet selection.Sheet
	own, marks := false, othersMarks
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadSheets); err != nil {
			return err
		}
		row, found, _, err := t.loadSheet(name, "")
		if err == nil && row.Stage == selection.StageAssessment && (row.Phase == selection.Sift || row.Phase == selection.Shortlisting) {
			return fault.New(fault.NotFound, "sheets of the assessment are opened when the shortlist is locked")
		}
		if row.Stage == selection.StageSift {
			marks = othersSift
		}
		if own = err == nil && row.Member == t.at.Member.UUID; own {
			sheet = found
		} else {
			sheet = withoutDraft(found)
		}
		return err
	})
	if err == nil && !own {
		err = db.recordReading(ctx, who, campaign, marks)
	}
	if err != nil {
		return selection.Sheet{}, err
	}
	return sheet, nil
}

// withoutDraft leaves out the marks of a sheet that was never submitted: they
// stay their rater's own, also when scoring was closed without them.
func withoutDraft(s selection.Sheet) selection.Sheet {
	if s.State != selection.SheetDraft {
		return s
	}
	s.Marks = slices.Clone(s.Marks)
	for i, m := range s.Marks {
		s.Marks[i] = selection.Mark{Criterion: m.Criterion}
	}
	return s
}

// SheetStatus is a sheet without its marks.
type SheetStatus struct {
	SheetName
	State    selection.SheetState `db:"state" json:"state"`
	Required bool                 `db:"required" json:"required"`
	Stage    selection.Stage      `db:"stage" json:"stage"`

	// Started says that something was saved. It is for the sheet's own rater:
	// those who follow progress see submitted or not, and nothing else.
	Started bool `db:"started" json:"-"`
}

const selectStatus = `
	select p.rater, k.code as candidate, s.exercise, s.stage, s.state, s.required, s.version > 1 as started
	  from sheets s
	  join panel_members p on p.trust_id = s.trust_id and p.campaign_id = s.campaign_id and p.member_id = s.member_id
	  join candidates k on k.trust_id = s.trust_id and k.campaign_id = s.campaign_id and k.candidate_id = s.candidate_id
	 where s.trust_id = $1 and s.campaign_id = $2 and (p.rater, k.code, s.exercise) > ($3, $4, $5) `

// Sheets lists the sheets a person may see, by rater, candidate and exercise,
// after one of them, at most limit: their own, and everybody's once their stage
// is revealed.
func (db *DB) Sheets(ctx context.Context, who Actor, campaign string, after SheetName, limit int) ([]SheetStatus, error) {
	return db.statuses(ctx, who, campaign, access.ReadSheets, after, limit)
}

// ProgressOf lists every sheet as submitted or not, and nothing else, for HR
// and chair.
func (db *DB) ProgressOf(ctx context.Context, who Actor, campaign string, after SheetName, limit int) ([]SheetStatus, error) {
	return db.statuses(ctx, who, campaign, access.ReadProgress, after, limit)
}

func (db *DB) statuses(ctx context.Context, who Actor, campaign string, action access.Action, after SheetName, limit int) ([]SheetStatus, error) {
	list := []SheetStatus{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(action); err != nil {
			return err
		}
		if action == access.ReadProgress {
			if err := t.declare(progress); err != nil {
				return err
			}
		}
		return t.all(&list, selectStatus+`order by p.rater, k.code, s.exercise limit $6`,
			who.Trust, t.at.Campaign, after.Rater, after.Candidate, after.Exercise, limit)
	})
	return list, err
}
