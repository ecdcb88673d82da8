package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/selection"
)

// marksAtOnce bounds how many marks are read for people to look at. A larger
// round is read by programs, from its export.
const marksAtOnce = 50_000

// Marks are the marks of every sheet of the assessment that was submitted,
// everybody's, with what they were before moderation, in the canonical order. That they were read goes
// on record. It returns Conflict before they are revealed, and for a round of
// more than 50,000 marks.
func (db *DB) Marks(ctx context.Context, who Actor, campaign string) ([]selection.Rating, error) {
	var marks []selection.Rating
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ReadMarks); err != nil {
			return err
		}
		if phase := selection.Phase(t.at.Phase.String); !(selection.Progress{Phase: phase}).Revealed() {
			return fault.New(fault.Conflict, "others' marks are sealed until every required sheet is in or the chair closes scoring; the campaign is in the phase %s", phase.Words())
		}
		c, err := t.campaign("")
		if err != nil {
			return err
		}
		marks, err = t.marks()
		plan := c.Document.Of(selection.StageAssessment)
		marks = slices.DeleteFunc(marks, func(m selection.Rating) bool {
			_, i := plan.Exercise(m.Exercise)
			return i < 0 // of the sift, which is read elsewhere
		})
		return err
	})
	if err == nil {
		err = db.recordReading(ctx, who, campaign, othersMarks)
	}
	if err != nil {
		return nil, err
	}
	return marks, nil
}

func (t *tx) marks() ([]selection.Rating, error) {
	var n int
	if err := t.get(&n, `select count(*) from scores where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign); err != nil {
		return nil, err
	}
	if n > marksAtOnce {
		return nil, fault.New(fault.Conflict, "this round has %d marks, more than the %d that are shown at once; look at single sheets, or take the round out with …/export", n, marksAtOnce)
	}
	sheets, err := t.submittedSheets()
	if err != nil {
		return nil, err
	}
	marks, err := t.ratings(sheets)
	if err != nil {
		return nil, err
	}
	return marks, t.addRevisions(sheets, marks)
}

// A round's tables are read one by one and put together here. Joined in SQL,
// right after a large import, a planner without statistics of the new rows
// takes minutes for what is a second's work. A national round has more than a
// million marks on 300,000 sheets: rows come one at a time, and what is looked
// up for each lies in a sorted slice.

// submitted is a sheet whose marks belong to the round.
type submitted struct {
	id        uuid.UUID
	name      SheetName
	withdrawn bool
}

// submittedSheets are by id.
func (t *tx) submittedSheets() ([]submitted, error) {
	members, candidates, err := t.names()
	if err != nil {
		return nil, err
	}
	var n int
	if err := t.get(&n, `select count(*) from sheets where trust_id = $1 and campaign_id = $2 and state <> 'draft'`, t.who.Trust, t.at.Campaign); err != nil {
		return nil, err
	}
	sheets := make([]submitted, 0, n)
	exercises := map[string]string{}
	err = t.each(func(rows *sqlx.Rows) error {
		var s submitted
		var member, candidate uuid.UUID
		var exercise sql.RawBytes
		if err := rows.Scan(&s.id, &member, &candidate, &exercise, &s.withdrawn); err != nil {
			return err
		}
		s.name = SheetName{Rater: members[member], Candidate: candidates[candidate], Exercise: shared(exercises, exercise)}
		sheets = append(sheets, s)
		return nil
	}, `
		select sheet_id, member_id, candidate_id, exercise, state = 'withdrawn' from sheets
		 where trust_id = $1 and campaign_id = $2 and state <> 'draft'`, t.who.Trust, t.at.Campaign)
	slices.SortFunc(sheets, func(a, b submitted) int { return bytes.Compare(a.id[:], b.id[:]) })
	return sheets, err
}

// sheetOf finds a sheet by its id; ok is false for a draft.
func sheetOf(sheets []submitted, id uuid.UUID) (s submitted, ok bool) {
	i, ok := slices.BinarySearchFunc(sheets, id, func(s submitted, id uuid.UUID) int { return bytes.Compare(s.id[:], id[:]) })
	if ok {
		s = sheets[i]
	}
	return s, ok
}

// shared is one string for all the rows that say the same.
func shared(known map[string]string, text []byte) string {
	s, ok := known[string(text)]
	if !ok {
		s = string(text)
		known[s] = s
	}
	return s
}

// names maps the ids of panel members and candidates to their codes.
func (t *tx) names() (members, candidates map[uuid.UUID]string, err error) {
	byMember, byCandidate, err := t.codes()
	if err != nil {
		return nil, nil, err
	}
	if members, err = inverted(byMember); err != nil {
		return nil, nil, err
	}
	candidates, err = inverted(byCandidate)
	return members, candidates, err
}

func inverted(ids map[string]string) (map[uuid.UUID]string, error) {
	codes := make(map[uuid.UUID]string, len(ids))
	for code, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("stored id: %w", err)
		}
		codes[id] = code
	}
	return codes, nil
}

// ratings are the marks of every sheet that was submitted, in the canonical
// order.
func (t *tx) ratings(sheets []submitted) ([]selection.Rating, error) {
	var n int
	if err := t.get(&n, `select count(*) from scores where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign); err != nil {
		return nil, err
	}
	ratings := make([]selection.Rating, 0, n)
	criteria := map[string]string{}
	err := t.each(func(rows *sqlx.Rows) error {
		var id uuid.UUID
		var criterion sql.RawBytes
		var score sql.NullFloat64
		var unseen bool
		var m selection.Rating
		if err := rows.Scan(&id, &criterion, &score, &unseen, &m.Evidence); err != nil {
			return err
		}
		s, ok := sheetOf(sheets, id)
		if !ok {
			return nil // a draft that was never submitted
		}
		m.Candidate, m.Rater, m.Exercise, m.Criterion = s.name.Candidate, s.name.Rater, s.name.Exercise, shared(criteria, criterion)
		m.Observed, m.Score, m.Withdrawn = score.Valid && !unseen, score.Float64, s.withdrawn
		ratings = append(ratings, m)
		return nil
	}, `
		select sheet_id, criterion, score, not_observed, evidence from scores
		 where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign)
	slices.SortFunc(ratings, selection.CompareRatings)
	return ratings, err
}

// addRevisions puts what marks were before moderation beside them.
func (t *tx) addRevisions(sheets []submitted, ratings []selection.Rating) error {
	var rows []struct {
		Sheet     uuid.UUID       `db:"sheet_id"`
		Criterion string          `db:"criterion"`
		Score     sql.NullFloat64 `db:"score"`
		Unseen    bool            `db:"not_observed"`
		Evidence  string          `db:"evidence"`
		Reason    string          `db:"reason"`
	}
	err := t.all(&rows, `
		select sheet_id, criterion, score, not_observed, evidence, reason from score_revisions
		 where trust_id = $1 and campaign_id = $2
		 order by sheet_id, criterion, revision`, t.who.Trust, t.at.Campaign)
	for _, row := range rows {
		s, _ := sheetOf(sheets, row.Sheet)
		name := s.name
		mark := selection.Rating{Candidate: name.Candidate, Rater: name.Rater, Exercise: name.Exercise, Criterion: row.Criterion}
		i, ok := slices.BinarySearchFunc(ratings, mark, selection.CompareRatings)
		if !ok {
			return fmt.Errorf("stored revision: no mark of %s in %s", row.Criterion, name.Exercise)
		}
		revision := selection.Revision{NotObserved: row.Unseen, Evidence: row.Evidence, Reason: row.Reason}
		if row.Score.Valid {
			revision.Score = &row.Score.Float64
		}
		ratings[i].Revisions = append(ratings[i].Revisions, revision)
	}
	return err
}
