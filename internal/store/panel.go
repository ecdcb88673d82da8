package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

type memberRow struct {
	ID        uuid.UUID           `db:"member_id"`
	Rater     string              `db:"rater"`
	Role      selection.PanelRole `db:"role"`
	Chair     bool                `db:"marked_chair"`
	Optional  bool                `db:"optional"`
	Exercises pq.StringArray      `db:"exercises"`
	After     string              `db:"replaced_by"`
}

func (r memberRow) member() selection.Member {
	m := selection.Member{Rater: r.Rater, Role: r.Role, Chair: r.Chair, Optional: r.Optional, ReplacedBy: r.After}
	if len(r.Exercises) > 0 {
		m.Exercises = r.Exercises
	}
	return m
}

func (t *tx) insertPanel(campaign uuid.UUID, c selection.Campaign) error {
	for _, m := range c.Panel {
		id, err := newID()
		if err != nil {
			return err
		}
		exercises := m.Exercises
		if exercises == nil {
			exercises = []string{}
		}
		err = t.exec(`
			insert into panel_members (trust_id, campaign_id, member_id, rater, role, marked_chair, chair, optional, exercises, replaced_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			on conflict (trust_id, campaign_id, rater) do update
			set role = excluded.role, marked_chair = excluded.marked_chair, chair = excluded.chair,
			    optional = excluded.optional, exercises = excluded.exercises, replaced_by = excluded.replaced_by`,
			t.who.Trust, campaign, id, m.Rater, string(m.Role), m.Chair, m.Rater == c.ChairRater(), m.Optional, pq.Array(exercises), m.ReplacedBy)
		if err != nil {
			return err
		}
	}
	return nil
}

// replacePanel leaves a seat whose rater code stays where it is, with the
// person who sits in it and what they declared.
func (t *tx) replacePanel(campaign uuid.UUID, c selection.Campaign) error {
	raters := make([]string, len(c.Panel))
	for i, m := range c.Panel {
		raters[i] = m.Rater
	}
	err := t.exec(`delete from panel_members where trust_id = $1 and campaign_id = $2 and rater <> all($3)`,
		t.who.Trust, campaign, pq.Array(raters))
	if err != nil {
		return err
	}
	return t.insertPanel(campaign, c)
}

// FillSeat says who sits in a panel seat. It returns NotFound for the rater or
// the person, Conflict once scoring has opened.
func (db *DB) FillSeat(ctx context.Context, who Actor, code, rater, username string) (Campaign, error) {
	return db.changeCampaign(ctx, who, code, 0, access.EditPlan, func(t *tx, c *Campaign) (audit.Detail, error) {
		if err := requireDraft(*c, "who sits on the panel"); err != nil {
			return nil, err
		}
		person, err := t.personID(username)
		if err != nil {
			return nil, err
		}
		err = t.one(fault.New(fault.NotFound, "there is no rater %q on the panel", rater),
			`update panel_members set person_id = $4 where trust_id = $1 and campaign_id = $2 and rater = $3 and replaced_by = ''`, who.Trust, c.ID, rater, person)
		return audit.SeatFilled{Rater: rater, Person: person.String()}, err
	})
}

// requireSeated refuses to open with an empty seat: its sheets could never be
// submitted, and the marks would wait for them.
func (t *tx) requireSeated() error {
	var empty []string
	err := t.all(&empty, `
		select rater from panel_members
		 where trust_id = $1 and campaign_id = $2 and person_id is null and not optional and replaced_by = '' order by rater`, t.who.Trust, t.at.Campaign)
	if err != nil {
		return err
	}
	var l fault.List
	for _, rater := range empty {
		l.Add("panel", "nobody sits in the seat %s; fill it with a user name, or mark the member optional", rater)
	}
	return l.Err("scoring cannot open yet")
}

// Newcomer is who takes over from a member of a panel: their rater code, which
// nobody has on it, who they are, and why the member sits no more.
type Newcomer struct {
	Rater    string
	Username string
	Reason   string
}

// ReplaceMember closes the seat of a member who has left or stood down and
// seats a newcomer, who takes over their capacity and, where they chaired, the
// chair. Marks that were submitted stay and count; sheets still open are no
// longer asked for. Where marks are still given the newcomer has a sheet for
// every candidate of that seat, required where the member submitted none. It
// returns NotFound for the rater or the person, Conflict where the seat was
// closed before, the person has or had a seat on this panel, or the decision is
// recorded, and Invalid for the rater code or without a reason.
func (db *DB) ReplaceMember(ctx context.Context, who Actor, code, rater string, n Newcomer) (Campaign, error) {
	c, err := db.changeCampaign(ctx, who, code, 0, access.ReplaceMember, func(t *tx, c *Campaign) (audit.Detail, error) {
		if c.Progress.Phase == selection.Decided {
			return nil, fault.New(fault.Conflict, "the decision is recorded, so nobody takes a seat any more")
		}
		var err error
		if c.Document, err = c.Document.Replace(rater, n.Rater, n.Reason); err != nil {
			return nil, err
		}
		person, err := t.newcomer(n)
		if err != nil {
			return nil, err
		}
		sheets, err := t.takeOver(*c, rater, n.Rater)
		if err != nil {
			return nil, err
		}
		if err := t.reseat(c.Document, rater, n, person); err != nil {
			return nil, err
		}
		if err := t.insertSheets(sheets); err != nil {
			return nil, err
		}
		chairs := c.Document.ChairRater() == n.Rater
		return audit.MemberReplaced{Rater: rater, By: n.Rater, Person: person.String(), Chair: chairs, Sheets: len(sheets), Reason: n.Reason}, nil
	})
	if err == nil {
		// What this member had still to submit may have been all that was
		// missing.
		err = db.revealIfComplete(ctx, who, code)
	}
	return c, err
}

// newcomer finds who takes the seat. Nobody sits twice on one panel, nor comes
// back to it.
func (t *tx) newcomer(n Newcomer) (uuid.UUID, error) {
	person, err := t.personID(n.Username)
	if err != nil {
		return person, err
	}
	var sits bool
	err = t.get(&sits, `select exists (select from panel_members where trust_id = $1 and campaign_id = $2 and person_id = $3)`,
		t.who.Trust, t.at.Campaign, person)
	if err == nil && sits {
		err = fault.New(fault.Conflict, "%s has or had a seat on this panel; choose somebody else", n.Username)
	}
	return person, err
}

// takeOver no longer asks for what a member has not submitted, and lists the
// sheets of who takes over: for every candidate whom the member marked, or
// stood down from.
func (t *tx) takeOver(c Campaign, rater, by string) ([]wanted, error) {
	if err := t.declare(progress); err != nil {
		return nil, err
	}
	stage, marks := c.takesMarks()
	if !marks {
		return nil, nil
	}
	var had []SheetStatus
	err := t.all(&had, selectStatus+`and p.rater = $3 and s.stage = $6`, t.who.Trust, t.at.Campaign, rater, "", "", string(stage))
	if err != nil {
		return nil, err
	}
	err = t.exec(`
		update sheets s set required = false from panel_members p
		 where s.trust_id = $1 and s.campaign_id = $2 and s.state = 'draft' and s.stage = $4 and p.rater = $3
		   and p.trust_id = s.trust_id and p.campaign_id = s.campaign_id and p.member_id = s.member_id`, t.who.Trust, t.at.Campaign, rater, string(stage))
	if err != nil {
		return nil, err
	}
	return t.successions(c, stage, rater, by, had)
}

func (t *tx) successions(c Campaign, stage selection.Stage, rater, by string, had []SheetStatus) ([]wanted, error) {
	candidates, err := t.candidates()
	if err != nil {
		return nil, err
	}
	down, err := t.stoodDown()
	if err != nil {
		return nil, err
	}
	submitted := map[SheetName]bool{}
	of := map[SheetName]bool{}
	for _, s := range had {
		of[s.SheetName], submitted[s.SheetName] = true, s.State == selection.SheetSubmitted
	}
	seat, _ := c.Document.Member(by)
	var sheets []wanted
	for _, k := range selection.Seen(candidates) {
		for _, e := range c.Document.Of(stage).Exercises {
			name := SheetName{Rater: rater, Candidate: k.Code, Exercise: e.Code}
			stoodDown := len(had) > 0 && down[pair{rater, k.Code}] && seat.Marks(e.Code)
			if of[name] || stoodDown {
				required := !seat.Optional && !submitted[name]
				name.Rater = by
				sheets = append(sheets, wanted{name, stage, required})
			}
		}
	}
	return sheets, nil
}

// takesMarks says of which stage sheets are marked now, or will be next.
func (c Campaign) takesMarks() (selection.Stage, bool) {
	switch c.Progress.Phase {
	case selection.Draft:
		return c.Document.First(), true
	case selection.Sift:
		return selection.StageSift, true
	case selection.Shortlisting, selection.Scoring:
		return selection.StageAssessment, true
	}
	return "", false
}

// reseat writes the two seats: first the one that closes, since only for it may
// a newcomer come once scoring has opened.
func (t *tx) reseat(c selection.Campaign, rater string, n Newcomer, person uuid.UUID) error {
	err := t.exec(`
		update panel_members set replaced_by = $4, replaced_because = $5, chair = false
		 where trust_id = $1 and campaign_id = $2 and rater = $3`, t.who.Trust, t.at.Campaign, rater, n.Rater, n.Reason)
	if err != nil {
		return err
	}
	id, err := newID()
	if err != nil {
		return err
	}
	return t.exec(`
		insert into panel_members (trust_id, campaign_id, member_id, rater, role, marked_chair, chair, optional, exercises, person_id)
		select trust_id, campaign_id, $4, $5, role, marked_chair, $6, optional, exercises, $7 from panel_members
		 where trust_id = $1 and campaign_id = $2 and rater = $3`,
		t.who.Trust, t.at.Campaign, rater, id, n.Rater, c.ChairRater() == n.Rater, person)
}
