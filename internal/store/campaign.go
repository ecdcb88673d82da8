package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// Campaign is a campaign with its framework, its progress and what the person
// who asks may do in it.
type Campaign struct {
	ID        uuid.UUID          `json:"-"`
	Version   int                `json:"version"` // grows with every change; what If-Match compares
	Framework Framework          `json:"framework"`
	Document  selection.Campaign `json:"document"`
	Progress  selection.Progress `json:"progress"`
	Roles     []access.Role      `json:"roles"`           // of the person who asks, seat included
	Rater     string             `json:"rater,omitempty"` // their rater code, where they have a seat
}

// Allows reports whether whoever asked may do the action in it now: what pages
// offer.
func (c Campaign) Allows(action access.Action) bool {
	return access.Allowed(c.Roles, action, access.Phase(c.Progress.Phase))
}

type campaignRow struct {
	ID        uuid.UUID       `db:"campaign_id"`
	Version   int             `db:"version"`
	Document  []byte          `db:"document"`
	Phase     selection.Phase `db:"phase"`
	LockFrame sql.NullString  `db:"framework_sha256"`
	LockPlan  sql.NullString  `db:"plan_sha256"`
	Opened    *time.Time      `db:"opened_at"`
	Sifted    *time.Time      `db:"sift_revealed_at"`
	SiftWhy   string          `db:"sift_reveal_reason"`
	Listed    *time.Time      `db:"shortlisted_at"`
	Revealed  *time.Time      `db:"revealed_at"`
	Reason    string          `db:"reveal_reason"`
	Moderated *time.Time      `db:"moderated_at"`
	Decided   *time.Time      `db:"decided_at"`
	Imported  string          `db:"imported_from_sha256"`

	FrameworkID   uuid.UUID         `db:"framework_id"`
	FrameworkDoc  []byte            `db:"framework_document"`
	FrameworkRev  int               `db:"framework_revision"`
	FrameworkHash sql.NullString    `db:"framework_hash"`
	Status        frameworks.Status `db:"framework_status"`
	Published     *time.Time        `db:"framework_published_at"`
}

const selectCampaign = `
	select c.campaign_id, c.version, c.document, c.phase, c.framework_sha256, c.plan_sha256, c.opened_at,
	       c.sift_revealed_at, c.sift_reveal_reason, c.shortlisted_at, c.revealed_at, c.reveal_reason, c.moderated_at, c.decided_at, c.imported_from_sha256,
	       f.framework_id, f.document as framework_document, f.revision as framework_revision, f.content_hash as framework_hash,
	       f.status as framework_status, f.published_at as framework_published_at
	  from campaigns c join frameworks f using (trust_id, framework_id)
	 where c.trust_id = $1 and c.campaign_id = $2 `

func (r campaignRow) campaign() (Campaign, error) {
	c := Campaign{
		ID: r.ID, Version: r.Version,
		Framework: Framework{ID: r.FrameworkID, Revision: r.FrameworkRev, Status: r.Status, Hash: r.FrameworkHash.String, PublishedAt: utc(r.Published)},
		Progress: selection.Progress{
			Phase: r.Phase, OpenedAt: utc(r.Opened), SiftRevealedAt: utc(r.Sifted), SiftRevealReason: r.SiftWhy, ShortlistedAt: utc(r.Listed), RevealedAt: utc(r.Revealed), RevealReason: r.Reason,
			ModeratedAt: utc(r.Moderated), DecidedAt: utc(r.Decided), ImportedFromHash: r.Imported,
		},
	}
	if r.LockPlan.Valid {
		c.Progress.Lock = &selection.Lock{Framework: r.LockFrame.String, Plan: r.LockPlan.String}
	}
	if err := json.Unmarshal(r.Document, &c.Document); err != nil {
		return c, fmt.Errorf("stored campaign: %w", err)
	}
	if err := json.Unmarshal(r.FrameworkDoc, &c.Framework.Document); err != nil {
		return c, fmt.Errorf("stored framework: %w", err)
	}
	return c, nil
}

// NewCampaign is a campaign and the framework version it uses.
type NewCampaign struct {
	Framework string
	Version   int
	Document  selection.Campaign
}

// CreateCampaign stores a draft. It returns NotFound for the framework,
// Conflict where it is not one to begin with or the code is taken, Invalid
// with the path of each mistake.
func (db *DB) CreateCampaign(ctx context.Context, who Actor, key Key, n NewCampaign) (Campaign, error) {
	return once(ctx, db, who, "", key, func(t *tx) (Campaign, error) {
		if err := t.may(access.CreateCampaign); err != nil {
			return Campaign{}, err
		}
		f, err := t.framework(n.Framework, n.Version, "for share")
		if err != nil {
			return Campaign{}, err
		}
		if err := f.Status.StartCampaign(); err != nil {
			return Campaign{}, err
		}
		c := Campaign{Framework: f, Document: n.Document.WithDefaults(), Progress: selection.Progress{Phase: selection.Draft}}
		if err := c.Document.Validate(f.Document); err != nil {
			return c, err
		}
		if err := t.insertCampaign(&c, nil, false); err != nil {
			return c, err
		}
		return c, t.noteCampaign(c, audit.CampaignSaved{Code: c.Document.Code, Plan: c.Document.Locked(f.Document).Plan})
	})
}

// insertCampaign stores a campaign and its panel; prior is that of an imported
// round. imported marks the transaction as the one that may load marks.
func (t *tx) insertCampaign(c *Campaign, prior json.RawMessage, imported bool) error {
	id, err := newID()
	if err != nil {
		return err
	}
	c.ID, c.Version, c.Roles = id, 1, t.roles()
	body, err := plan(c.Document)
	if err != nil {
		return err
	}
	err = t.exec(`
		insert into campaigns (trust_id, campaign_id, code, title, framework_id, document, prior, imported_in, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, case when $8 then pg_current_xact_id() end, $9)`,
		t.who.Trust, c.ID, c.Document.Code, c.Document.Title, c.Framework.ID, body, sql.NullString{String: string(prior), Valid: prior != nil}, imported, t.now)
	if err != nil {
		return err
	}
	return t.insertPanel(c.ID, c.Document)
}

// plan is the campaign's document without its panel, which has a table of its
// own because people sit on it.
func plan(c selection.Campaign) ([]byte, error) {
	c.Panel = nil
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("campaign: %w", err)
	}
	return body, nil
}

func (t *tx) noteCampaign(c Campaign, detail audit.Detail) error {
	return t.note(audit.Object{Kind: "campaign", ID: c.ID, Version: c.Version}, detail)
}

// campaign loads the campaign that the transaction entered.
func (t *tx) campaign(lock string) (Campaign, error) {
	var row campaignRow
	if err := t.get(&row, selectCampaign+lock, t.who.Trust, t.at.Campaign); err != nil {
		return Campaign{}, err
	}
	c, err := row.campaign()
	if err != nil {
		return c, err
	}
	c.Roles = t.roles()
	var panel []memberRow
	err = t.all(&panel, `
		select member_id, rater, role, marked_chair, optional, exercises, replaced_by from panel_members
		 where trust_id = $1 and campaign_id = $2 order by rater`, t.who.Trust, t.at.Campaign)
	for _, m := range panel {
		c.Document.Panel = append(c.Document.Panel, m.member())
		if m.ID == t.at.Member.UUID {
			c.Rater = m.Rater
		}
	}
	return c, err
}

// lockCampaign loads the campaign for a change and counts its version up;
// version 0 stands for any.
func (t *tx) lockCampaign(version int) (Campaign, error) {
	c, err := t.campaign("for update of c")
	if err != nil {
		return c, err
	}
	if version != 0 && version != c.Version {
		return c, stale("the campaign")
	}
	c.Version++
	return c, nil
}

// saveProgress writes phase, lock and times, and the version counted up.
func (t *tx) saveProgress(c Campaign) error {
	p := c.Progress
	lock := selection.Lock{}
	if p.Lock != nil {
		lock = *p.Lock
	}
	return t.exec(`
		update campaigns
		   set version = $3, phase = $4, framework_sha256 = nullif($5, ''), plan_sha256 = nullif($6, ''), opened_at = $7,
		       revealed_at = $8, reveal_reason = $9, moderated_at = $10, decided_at = $11, imported_from_sha256 = $12,
		       sift_revealed_at = $13, sift_reveal_reason = $14, shortlisted_at = $15
		 where trust_id = $1 and campaign_id = $2`,
		t.who.Trust, c.ID, c.Version, string(p.Phase), lock.Framework, lock.Plan, p.OpenedAt,
		p.RevealedAt, p.RevealReason, p.ModeratedAt, p.DecidedAt, p.ImportedFromHash,
		p.SiftRevealedAt, p.SiftRevealReason, p.ShortlistedAt)
}

// changeCampaign is every use case that changes a campaign as a whole: lock,
// ask the domain, write the progress, note the event.
func (db *DB) changeCampaign(ctx context.Context, who Actor, code string, version int, action access.Action, change func(*tx, *Campaign) (audit.Detail, error)) (Campaign, error) {
	var c Campaign
	err := db.write(ctx, who, code, func(t *tx) error {
		if err := t.may(action); err != nil {
			return err
		}
		var err error
		if c, err = t.lockCampaign(version); err != nil {
			return err
		}
		detail, err := change(t, &c)
		if err != nil {
			return err
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		return t.noteCampaign(c, detail)
	})
	return c, err
}

func requireDraft(c Campaign, what string) error {
	if c.Progress.Phase != selection.Draft {
		return fault.New(fault.Conflict, "%s is locked since scoring opened", what)
	}
	return nil
}

// ChangeCampaign replaces the document of a draft; its code stays. Seats keep
// the person who sits in them where the rater code stays. It returns Conflict
// once scoring has opened or sheets are assigned, or where a member who has
// declared an interest would lose their seat; Invalid with the path of each
// mistake; Stale where somebody else was faster.
func (db *DB) ChangeCampaign(ctx context.Context, who Actor, version int, document selection.Campaign) (Campaign, error) {
	return db.changeCampaign(ctx, who, document.Code, version, access.EditPlan, func(t *tx, c *Campaign) (audit.Detail, error) {
		if err := requireDraft(*c, "the plan"); err != nil {
			return nil, err
		}
		assigned, err := t.countSheets(c.Document.First())
		if err != nil {
			return nil, err
		}
		if assigned > 0 {
			return nil, fault.New(fault.Conflict, "who marks whom is assigned already, by this plan; begin a new campaign to change it")
		}
		document = document.WithDefaults()
		if err := document.Validate(c.Framework.Document); err != nil {
			return nil, err
		}
		c.Document = document
		body, err := plan(document)
		if err != nil {
			return nil, err
		}
		err = t.exec(`update campaigns set title = $3, document = $4 where trust_id = $1 and campaign_id = $2`,
			who.Trust, c.ID, document.Title, body)
		if err != nil {
			return nil, err
		}
		if err := t.replacePanel(c.ID, document); err != nil {
			return nil, err
		}
		return audit.CampaignSaved{Code: document.Code, Plan: document.Locked(c.Framework.Document).Plan}, nil
	})
}

// OpenScoring locks and hashes the plan, takes the trust's newest pooled prior
// for good and makes the sheets of its first stage: those assigned before, else
// one for every candidate to be seen, exercise and member who marks it.
func (db *DB) OpenScoring(ctx context.Context, who Actor, code string, version int) (Campaign, error) {
	c, err := db.changeCampaign(ctx, who, code, version, access.OpenScoring, func(t *tx, c *Campaign) (audit.Detail, error) {
		candidates, err := t.candidates()
		if err != nil {
			return nil, err
		}
		c.Progress, err = c.Progress.OpenScoring(t.now, c.Document, c.Framework.Document, c.Framework.Status, candidates)
		if err != nil {
			return nil, err
		}
		if err := t.requireSeated(); err != nil {
			return nil, err
		}
		sheets, err := t.makeSheets(c.Document, c.Document.First(), candidates)
		if err != nil {
			return nil, err
		}
		prior, err := t.takePrior(*c)
		return audit.ScoringOpened{Framework: c.Progress.Lock.Framework, Plan: c.Progress.Lock.Plan, Sheets: sheets, Prior: prior}, err
	})
	if err == nil {
		db.refreshStatistics(ctx)
	}
	return c, err
}

// CloseScoring reveals the marks of the stage that is marked before all its
// required sheets are in, or after, where nobody has noticed that they are; the chair gives a reason for what is
// missing.
func (db *DB) CloseScoring(ctx context.Context, who Actor, code, reason string) (Campaign, error) {
	return db.changeCampaign(ctx, who, code, 0, access.CloseScoring, func(t *tx, c *Campaign) (audit.Detail, error) {
		return t.reveal(c, reason)
	})
}

// reveal asks the database, which alone can count all sheets, and the domain.
func (t *tx) reveal(c *Campaign, reason string) (audit.Detail, error) {
	stage := c.Progress.Phase.Marked()
	if stage == "" {
		_, err := c.Progress.Reveal(t.now, 0, reason)
		return nil, err
	}
	var missing int
	if err := t.get(&missing, `select reveal($1, $2, $3, $4)`, t.who.Trust, c.ID, t.now, reason); err != nil {
		return nil, err
	}
	var err error
	if c.Progress, err = c.Progress.Reveal(t.now, missing, reason); err != nil {
		return nil, err
	}
	if stage == selection.StageSift {
		return audit.MarksRevealed{Stage: string(stage), Missing: missing, Reason: c.Progress.SiftRevealReason}, nil
	}
	return audit.MarksRevealed{Missing: missing, Reason: c.Progress.RevealReason}, nil
}

// revealIfComplete reveals when the last required sheet is in. It runs after
// the submission's own commit, so that of two last submitters at once the
// later one sees both.
func (db *DB) revealIfComplete(ctx context.Context, who Actor, code string) error {
	return db.write(ctx, who, code, func(t *tx) error {
		c, err := t.lockCampaign(0)
		if err != nil || c.Progress.Phase.Marked() == "" {
			return err
		}
		var left int
		if err := t.get(&left, `select sheets_left($1, $2, 1)`, who.Trust, c.ID); err != nil || left > 0 {
			return err
		}
		detail, err := t.reveal(&c, "")
		if err != nil {
			return err
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		return t.noteCampaign(c, detail)
	})
}

// CloseModeration fixes the marks. Composites and ranks appear.
func (db *DB) CloseModeration(ctx context.Context, who Actor, code string, version int) (Campaign, error) {
	return db.changeCampaign(ctx, who, code, version, access.CloseModeration, func(t *tx, c *Campaign) (audit.Detail, error) {
		var err error
		c.Progress, err = c.Progress.CloseModeration(t.now)
		return audit.ModerationClosed{}, err
	})
}

// Campaign returns a campaign as the person may see it.
func (db *DB) Campaign(ctx context.Context, who Actor, code string) (Campaign, error) {
	var c Campaign
	err := db.read(ctx, who, code, func(t *tx) error {
		if err := t.may(access.ReadCampaign); err != nil {
			return err
		}
		var err error
		c, err = t.campaign("")
		return err
	})
	return c, err
}

// CampaignSummary is a line of the list.
type CampaignSummary struct {
	Code  string          `db:"code" json:"campaign"`
	Title string          `db:"title" json:"title"`
	Phase selection.Phase `db:"phase" json:"phase"`
}

// Campaigns lists the campaigns a person may read by code, after a code, at
// most limit: all of the trust for its officers and auditors, those with a
// seat for everybody else.
func (db *DB) Campaigns(ctx context.Context, who Actor, after string, limit int) ([]CampaignSummary, error) {
	list := []CampaignSummary{}
	err := db.read(ctx, who, "", func(t *tx) error {
		return t.all(&list, `
			select c.code, c.title, c.phase from campaigns c
			 where c.trust_id = $1 and c.code > $2
			   and ($4 or exists (select from panel_members m
			                       where m.trust_id = c.trust_id and m.campaign_id = c.campaign_id and m.person_id = $5 and m.replaced_by = ''))
			 order by c.code limit $3`,
			who.Trust, after, limit, t.db.unchecked || access.Allowed(t.roles(), access.ReadCampaign, ""), who.person())
	})
	return list, err
}
