package store

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"appointable/internal/audit"
)

// sealed is what nobody but its author sees before the reveal, and what is
// made of it.
type sealed string

const (
	othersMarks   sealed = "marks" // of the assessment
	othersSift    sealed = "sift"  // marks and means of it
	psychometrics sealed = "psychometrics"
	ranks         sealed = "ranking"
)

// shown is one line of the record of readings.
type shown struct {
	trust, person uuid.UUID
	campaign      string
	what          sealed
}

// readings remembers what this program has put on record today, so that a page
// opened again costs nothing. That another program has done so too is for the
// database to notice.
type readings struct {
	mu   sync.Mutex
	day  string
	done map[shown]bool
}

func (r *readings) today(now time.Time, one shown) (day string, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if day = now.Format(time.DateOnly); day != r.day {
		r.day, r.done = day, map[shown]bool{}
	}
	return day, r.done[one]
}

func (r *readings) remember(day string, one shown) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if day == r.day {
		r.done[one] = true
	}
}

// recordReading puts on record that the person is about to be shown something
// that was sealed. It is called between reading and showing: where it fails,
// nothing is shown. The command line at the server is no person.
func (db *DB) recordReading(ctx context.Context, who Actor, campaign string, what sealed) error {
	if who.operator {
		return nil
	}
	one := shown{who.Trust, who.Person, campaign, what}
	day, done := db.readings.today(db.Now(), one)
	if done {
		return nil
	}
	err := db.write(ctx, who, campaign, func(t *tx) error {
		id, err := newID()
		if err != nil {
			return err
		}
		var added []uuid.UUID
		err = t.all(&added, `
			insert into readings (trust_id, campaign_id, person_id, what, day, reading_id) values ($1, $2, $3, $4, $5, $6)
			on conflict do nothing returning reading_id`, who.Trust, t.at.Campaign, who.Person, string(what), day, id)
		if err != nil || len(added) == 0 {
			return err
		}
		return t.note(audit.Object{Kind: "reading", ID: id, Version: 1}, audit.SealedRead{Campaign: campaign, What: string(what)})
	})
	if err == nil {
		db.readings.remember(day, one)
	}
	return err
}
