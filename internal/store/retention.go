package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// Retention is until when the personal data of a campaign are kept.
type Retention struct {
	KeepUntil string `json:"keep_until"` // the last day, as 2027-01-31; "" where nobody has decided
	Hold      string `json:"hold"`       // why nothing may be erased; "" where nothing is held
}

// Retention reads it; the zero value where nobody has said.
func (db *DB) Retention(ctx context.Context, who Actor, campaign string) (Retention, error) {
	var r Retention
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.SetRetention); err != nil {
			return err
		}
		var row struct {
			KeepUntil sql.NullTime `db:"keep_until"`
			Hold      string       `db:"hold"`
		}
		err := t.get(&row, `select keep_until, hold from retention where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if row.KeepUntil.Valid {
			r.KeepUntil = row.KeepUntil.Time.Format(time.DateOnly)
		}
		r.Hold = row.Hold
		return err
	})
	return r, err
}

// SetRetention says until when, and holds or lets go.
func (db *DB) SetRetention(ctx context.Context, who Actor, campaign string, to Retention) (Retention, error) {
	_, err := db.changeCampaign(ctx, who, campaign, 0, access.SetRetention, func(t *tx, _ *Campaign) (audit.Detail, error) {
		day, err := to.day()
		if err != nil {
			return nil, err
		}
		err = t.exec(`
			insert into retention (trust_id, campaign_id, keep_until, hold, changed_at) values ($1, $2, $3, $4, $5)
			on conflict (trust_id, campaign_id) do update set keep_until = excluded.keep_until, hold = excluded.hold, changed_at = excluded.changed_at`,
			t.who.Trust, t.at.Campaign, day, to.Hold, t.now)
		return audit.RetentionSet(to), err
	})
	return to, err
}

func (r Retention) day() (sql.NullTime, error) {
	var l fault.List
	if len(r.Hold) > 1000 {
		l.Add("hold", "is longer than 1000 characters")
	}
	var day sql.NullTime
	if r.KeepUntil != "" {
		at, err := time.Parse(time.DateOnly, r.KeepUntil)
		if day = (sql.NullTime{Time: at, Valid: true}); err != nil {
			l.Add("keep_until", "%q is no day; write it as 2027-01-31", r.KeepUntil)
		}
	}
	return day, l.Err("how long the data are kept was not changed")
}

// Tombstone says whose personal data were erased, and when.
type Tombstone struct {
	Campaign  string    `db:"campaign" json:"campaign"`
	Candidate string    `db:"candidate" json:"candidate"`
	Event     uuid.UUID `db:"event_id" json:"event_id"`
	At        time.Time `db:"erased_at" json:"erased_at"`
}

// EraseCandidate erases what is personal of a candidate: name and contacts,
// protected characteristics, the panel's notes, and the payloads of the log that
// hold them. Code, marks and ranking stay, and so do the log's proofs. It returns
// Conflict before the decision and where the campaign's data are held. To erase
// again what a restored backup brought back is no error.
func (db *DB) EraseCandidate(ctx context.Context, who Actor, campaign, candidate, reason string) (Tombstone, error) {
	out := Tombstone{Campaign: campaign, Candidate: candidate}
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.EraseCandidate); err != nil {
			return err
		}
		c, err := t.lockCampaign(0) // a bundle may be under way, or a hold
		if err != nil {
			return err
		}
		if c.Progress.Phase != selection.Decided {
			return fault.New(fault.Conflict, "nothing is erased before the decision is recorded: until then the panel needs it")
		}
		row, err := t.candidate(candidate)
		if err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" || len(reason) > 1000 {
			var l fault.List
			l.Add("reason", "say why, in up to 1000 characters and without a name: the reason stays in the log")
			return l.Err("nothing was erased")
		}
		if out.Event, err = t.recordOfCandidate(row.ID, audit.CandidateErased{Reason: reason}); err != nil {
			return err
		}
		out.At = t.now
		return t.exec(`select erase_candidate($1, $2, $3, $4)`, t.at.Campaign, row.ID, out.Event, t.now)
	})
	return out, err
}

// Tombstones lists whose data were erased, to be kept outside: a restored
// backup has them again.
func (db *DB) Tombstones(ctx context.Context, who Actor) ([]Tombstone, error) {
	list := []Tombstone{}
	err := db.read(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadTombstones); err != nil {
			return err
		}
		return t.all(&list, `
			select campaign, candidate, event_id, erased_at from tombstones where trust_id = $1 order by campaign, candidate`, t.who.Trust)
	})
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list, err
}
