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
	"appointable/selection/ranking"
)

// SubjectAccess is what a candidate is given who asks for their data: all that
// is theirs and nothing that is another's. Members stand under letters of their
// own, the other candidates nowhere. Notes are as written: somebody must read
// them for names of third parties before they leave the trust.
type SubjectAccess struct {
	Trust         string                         `json:"trust"`
	Campaign      string                         `json:"campaign"`
	Title         string                         `json:"title"`
	Made          time.Time                      `json:"made_at"`
	Identity      *Identity                      `json:"identity"` // null where nobody has entered it
	Answers       selection.Candidate            `json:"answers"`
	Shortlist     string                         `json:"shortlist_reason,omitempty"` // why shortlisted after a sift, or not
	Marks         []SubjectMark                  `json:"marks"`
	Psychometrics []selection.PsychometricResult `json:"psychometrics"`
	Interests     []SubjectInterest              `json:"interests"`
	Place         *SubjectPlace                  `json:"place"`   // null where the candidate was not ranked
	Finding       *selection.Finding             `json:"finding"` // null where there is none
	Readings      []time.Time                    `json:"readings"`
	Monitoring    *SubjectMonitoring             `json:"monitoring,omitempty"` // nil where no vault is here to ask
	Notes         []string                       `json:"notes"`                // what this is and is not
}

// SubjectMark is a mark as it stands and as it was.
type SubjectMark struct {
	Assessor    string               `db:"-" json:"assessor"` // A, B, …
	Exercise    string               `db:"exercise" json:"exercise"`
	Stage       selection.Stage      `db:"stage" json:"stage"`
	Criterion   string               `db:"criterion" json:"criterion"`
	Score       *float64             `db:"score" json:"score"` // null: not observed
	Note        string               `db:"evidence" json:"note"`
	SetAside    bool                 `db:"set_aside" json:"set_aside"` // for a declared interest: not counted
	Revisions   []selection.Revision `db:"-" json:"revisions"`
	Member      uuid.UUID            `db:"member_id" json:"-"`
	RevisedText []byte               `db:"revisions" json:"-"`
}

// SubjectInterest says that a member declared a connection, and what came of it.
type SubjectInterest struct {
	Assessor string    `db:"-" json:"assessor"`
	Nature   string    `db:"nature" json:"nature"`
	Outcome  string    `db:"outcome" json:"outcome"`
	Member   uuid.UUID `db:"member_id" json:"-"`
}

// SubjectPlace is the candidate's own place and how it came about, without what
// it was compared with.
type SubjectPlace struct {
	Rank       *int                       `json:"rank"`
	Of         int                        `json:"of"`
	Gate       ranking.Gate               `json:"appointable"`
	PanelMean  *float64                   `json:"panel_mean"`
	Adjusted   *selection.AdjustedPlace   `json:"adjusted,omitempty"`
	Dimensions []selection.DimensionPlace `json:"dimensions"`
}

// SubjectAccess gathers a candidate's own data, and puts that on record. It
// returns Conflict before the decision: until then marks are the panel's.
func (db *DB) SubjectAccess(ctx context.Context, who Actor, campaign, candidate string) (SubjectAccess, error) {
	var out SubjectAccess
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.GiveAccess); err != nil {
			return err
		}
		c, err := t.campaign("")
		if err != nil {
			return err
		}
		if c.Progress.Phase != selection.Decided {
			return fault.New(fault.Conflict, "a candidate's data are given out once the decision is recorded; until then the marks are the panel's")
		}
		row, err := t.candidate(candidate)
		if err != nil {
			return err
		}
		event, err := t.recordOfCandidate(row.ID, audit.SubjectAccessMade{})
		if err != nil {
			return err
		}
		out = SubjectAccess{
			Campaign: c.Document.Code, Title: c.Document.Title, Made: t.now, Answers: row.candidate(), Shortlist: row.Reason,
			Marks: []SubjectMark{}, Psychometrics: []selection.PsychometricResult{}, Interests: []SubjectInterest{}, Readings: []time.Time{},
			Notes: subjectNotes(),
		}
		return errors.Join(t.subjectIdentity(&out, row.ID, event), t.subjectMarks(&out, row.ID), t.subjectOutcome(&out, candidate))
	})
	return out, err
}

func subjectNotes() []string {
	return []string{
		"Assessors stand under letters that mean nothing outside this document, and other candidates are left out: their data are theirs.",
		"Before this leaves the trust somebody must read the notes, as written, for names of third parties.",
		monitoringElsewhere,
	}
}

const (
	monitoringElsewhere = "What the candidate said of protected characteristics is not here: this installation runs without the monitoring vault. Whoever keeps that must be asked for it."
	monitoringHere      = "What the candidate said of protected characteristics is for the candidate alone: whoever makes this document passes it on unread, and keeps no copy of that part."
)

// WithMonitoring adds what the vault keeps of the candidate.
func (s SubjectAccess) WithMonitoring(own SubjectMonitoring) SubjectAccess {
	s.Monitoring = &own
	s.Notes = slices.Clone(s.Notes)
	for i, note := range s.Notes {
		if note == monitoringElsewhere {
			s.Notes[i] = monitoringHere
		}
	}
	return s
}

func (t *tx) subjectIdentity(out *SubjectAccess, candidate, event uuid.UUID) error {
	if err := t.get(&out.Trust, `select name from trusts where trust_id = $1`, t.who.Trust); err != nil {
		return err
	}
	identity := Identity{Candidate: out.Answers.Code}
	err := t.readIdentity(&identity, candidate, event)
	switch {
	case err == nil:
		out.Identity = &identity
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	err = t.all(&out.Readings, `select identity_readings($1)`, candidate)
	for i := range out.Readings {
		out.Readings[i] = out.Readings[i].UTC()
	}
	return err
}

func (t *tx) subjectMarks(out *SubjectAccess, candidate uuid.UUID) error {
	err := t.all(&out.Marks, `
		select s.member_id, s.exercise, s.stage, m.criterion, m.score, m.evidence, s.state = 'withdrawn' as set_aside,
		       coalesce((select json_agg(json_build_object('score', r.score, 'not_observed', r.not_observed, 'evidence', r.evidence, 'reason', r.reason) order by r.revision)
		                   from score_revisions r
		                  where r.trust_id = m.trust_id and r.campaign_id = m.campaign_id and r.sheet_id = m.sheet_id and r.criterion = m.criterion), '[]') as revisions
		  from sheets s
		  join scores m on m.trust_id = s.trust_id and m.campaign_id = s.campaign_id and m.sheet_id = s.sheet_id
		 where s.trust_id = $1 and s.campaign_id = $2 and s.candidate_id = $3 and s.state <> 'draft'
		 order by s.exercise, m.criterion, s.member_id`, t.who.Trust, t.at.Campaign, candidate)
	if err != nil {
		return err
	}
	err = t.all(&out.Interests, `
		select member_id, nature, outcome from interests where trust_id = $1 and campaign_id = $2 and candidate_id = $3 order by member_id`,
		t.who.Trust, t.at.Campaign, candidate)
	if err != nil {
		return err
	}
	letters := map[uuid.UUID]string{}
	letter := func(member uuid.UUID) string {
		if letters[member] == "" {
			letters[member] = column(len(letters))
		}
		return letters[member]
	}
	for i := range out.Marks {
		m := &out.Marks[i]
		m.Assessor = letter(m.Member)
		if err := json.Unmarshal(m.RevisedText, &m.Revisions); err != nil {
			return fmt.Errorf("stored revisions: %w", err)
		}
	}
	for i := range out.Interests {
		out.Interests[i].Assessor = letter(out.Interests[i].Member)
	}
	return nil
}

// column counts A, B, … Z, AA, AB, … as a spreadsheet does.
func column(n int) string {
	letter := string(rune('A' + n%26))
	if n < 26 {
		return letter
	}
	return column(n/26-1) + letter
}

// subjectOutcome adds results, place and finding.
func (t *tx) subjectOutcome(out *SubjectAccess, candidate string) error {
	results, err := t.results()
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Candidate == candidate {
			out.Psychometrics = append(out.Psychometrics, r)
		}
	}
	decision, err := t.decision()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(decision.Findings, func(f selection.Finding) bool { return f.Candidate == candidate }); i >= 0 {
		out.Finding = &decision.Findings[i]
	}
	run, err := t.latestRanking()
	if err != nil {
		return err
	}
	ranked, err := run.Ranking()
	if err != nil {
		return err
	}
	if place, ok := ranked.Candidate(candidate); ok {
		out.Place = &SubjectPlace{
			Rank: place.Rank, Of: len(ranked.Candidates), Gate: place.Gate, PanelMean: place.PanelMean, Adjusted: place.Adjusted, Dimensions: place.Dimensions,
		}
	}
	return nil
}
