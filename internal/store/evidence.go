package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
)

// sequencerPatience is how long an export waits for the log to sign its event.
const sequencerPatience = 20 * time.Second

// Evidence writes the bundle of evidence of a campaign whose moderation is
// closed: what was planned, marked, ranked and decided, with the log's proofs.
// That it left is on record first; then it waits until the log has signed that.
// It returns Conflict before moderation has closed, and Unavailable where no
// sequencer signs.
func (db *DB) Evidence(ctx context.Context, who Actor, campaign string, w io.Writer) error {
	sealed, export, err := db.sealEvidence(ctx, who, campaign)
	if err != nil {
		return err
	}
	logged := evidence.Logged{Export: export}
	if err := db.awaitLog(ctx, who, &logged); err != nil {
		return err
	}
	err = sealed.Write(w, logged)
	if fault.Is(err, fault.Invalid) { // events and log were read at two moments
		return fault.New(fault.Conflict, "the log was begun anew while the bundle was made (%s), so there is none; the export is on record. Take it out again", err)
	}
	return err
}

// sealEvidence fixes what the bundle holds and binds it by an event.
func (db *DB) sealEvidence(ctx context.Context, who Actor, campaign string) (evidence.Sealed, evidence.Event, error) {
	var sealed evidence.Sealed
	var export evidence.Event
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := errors.Join(t.may(access.ExportCampaign), t.mayRank()); err != nil {
			return err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return err
		}
		contents := evidence.Contents{Framework: c.Framework.Document, Campaign: c.Document, Rankings: map[string][]byte{}}
		if err := t.fillEvidence(&contents); err != nil {
			return err
		}
		if sealed, err = evidence.Seal(contents); err != nil {
			return err
		}
		var trust string
		if err := t.get(&trust, `select name from trusts where trust_id = $1`, who.Trust); err != nil {
			return err
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		if err := t.noteCampaign(c, audit.EvidenceExported{Trust: trust, Code: c.Document.Code, Contents: sealed.Digest()}); err != nil {
			return err
		}
		e := t.events[len(t.events)-1]
		export = evidence.Event{Leaf: e.Leaf(who.Trust), Nonce: e.Nonce, Payload: e.Payload}
		return nil
	})
	return sealed, export, err
}

func (t *tx) fillEvidence(c *evidence.Contents) error {
	var err error
	if c.Events, err = t.evidenceEvents(); err != nil {
		return err
	}
	if c.Sheets, err = t.evidenceSheets(); err != nil {
		return err
	}
	if err := t.evidenceRankings(c.Rankings); err != nil {
		return err
	}
	if c.Earlier, err = t.earlierCheckpoints(); err != nil {
		return err
	}
	if err := t.evidenceLogs(c); err != nil {
		return err
	}
	decision, err := t.decision()
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	c.Decision = &decision.Decision
	return err
}

// loggedRow is an event with what it commits to, where that is told.
type loggedRow struct {
	ID         uuid.UUID     `db:"event_id"`
	Kind       string        `db:"kind"`
	ObjectKind string        `db:"object_kind"`
	Object     uuid.UUID     `db:"object_id"`
	Version    int           `db:"object_version"`
	Actor      uuid.NullUUID `db:"actor_id"`
	At         time.Time     `db:"at"`
	Commitment []byte        `db:"commitment"`
	Withheld   bool          `db:"withheld"`
	Nonce      []byte        `db:"nonce"`
	Payload    []byte        `db:"payload"`
}

func (r loggedRow) event(trust uuid.UUID) evidence.Event {
	e := evidence.Event{
		Leaf: audit.Leaf{
			Trust: trust, Event: r.ID, Kind: r.Kind, Object: audit.Object{Kind: r.ObjectKind, ID: r.Object, Version: r.Version},
			Actor: r.Actor, At: r.At.UTC(), Commitment: [32]byte(r.Commitment),
		},
		Payload: r.Payload,
	}
	switch {
	case r.Withheld:
		e.Closed = evidence.Withheld
	case r.Nonce == nil:
		e.Closed = evidence.Erased
	default:
		e.Nonce = [32]byte(r.Nonce)
	}
	return e
}

func (t *tx) evidenceEvents() ([]evidence.Event, error) {
	var rows []loggedRow
	if err := t.all(&rows, `select * from evidence_of($1)`, t.at.Campaign); err != nil {
		return nil, err
	}
	events := make([]evidence.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event(t.who.Trust)
	}
	return events, nil
}

// evidenceSheets are all sheets; a draft is there without its marks.
func (t *tx) evidenceSheets() ([]evidence.Sheet, error) {
	var names []SheetStatus
	if err := t.all(&names, selectStatus+`order by p.rater, k.code, s.exercise`, t.who.Trust, t.at.Campaign, "", "", ""); err != nil {
		return nil, err
	}
	sheets := make([]evidence.Sheet, 0, len(names))
	for _, n := range names {
		row, sheet, _, err := t.loadSheet(n.SheetName, "")
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, evidence.Sheet{ID: row.ID, Sheet: withoutDraft(sheet)})
	}
	return sheets, nil
}

func (t *tx) evidenceRankings(into map[string][]byte) error {
	var runs []uuid.UUID
	if err := t.all(&runs, `select run_id from ranking_runs where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign); err != nil {
		return err
	}
	for _, id := range runs {
		run, err := t.storedRun(id)
		if err != nil {
			return err
		}
		into[id.String()] = run.Result
	}
	return nil
}

// earlierCheckpoints are the last of each day, of the log that goes on: what
// somebody outside is likely to have kept.
func (t *tx) earlierCheckpoints() ([]evidence.Signed, error) {
	var rows []checkpointRow
	err := t.all(&rows, `
		select distinct on (date_trunc('day', c.at at time zone 'UTC')) c.trust_id, c.log_number, h.origin, c.size, c.signed
		  from log_checkpoints c join log_heads h on h.trust_id = c.trust_id and h.log_number = c.log_number
		 where c.trust_id = $1 and h.ended_at is null
		 order by date_trunc('day', c.at at time zone 'UTC') desc, c.size desc limit 4000`, t.who.Trust)
	if err != nil {
		return nil, err
	}
	earlier := make([]evidence.Signed, len(rows))
	for i, r := range rows {
		if earlier[i], err = r.note(); err != nil {
			return nil, err
		}
	}
	return earlier, nil
}

// restartRow is the event by which a log was begun after another.
type restartRow struct {
	Log int `db:"log_number"`
	loggedRow
}

// evidenceLogs are the trust's former logs, as far as they are signed here, and
// what begins each log that follows another.
func (t *tx) evidenceLogs(c *evidence.Contents) error {
	var rows []restartRow
	if err := t.all(&rows, `select * from log_restarts()`); err != nil {
		return err
	}
	restarts := map[int]*evidence.Event{}
	for _, r := range rows {
		e := r.event(t.who.Trust)
		restarts[r.Log] = &e
	}
	var heads []struct {
		Number int  `db:"log_number"`
		Ended  bool `db:"ended"`
	}
	err := t.all(&heads, `
		select log_number, ended_at is not null as ended from log_heads
		 where trust_id = $1 and (size > 0 or ended_at is null) order by log_number`, t.who.Trust)
	if err != nil {
		return err
	}
	for _, h := range heads {
		if !h.Ended {
			c.Restart = restarts[h.Number]
			continue
		}
		former := evidence.Former{Number: h.Number, Restart: restarts[h.Number]}
		signed, err := t.signedLog(h.Number)
		if err == nil {
			former.Last, err = signed.note()
		}
		if err == nil {
			former.Leaves, err = t.leafHashes(signed)
		}
		if err != nil {
			return err
		}
		c.Former = append(c.Former, former)
	}
	return nil
}

// leafHashes are those of all leaves that a checkpoint signs.
func (t *tx) leafHashes(c checkpointRow) ([]tlog.Hash, error) {
	var hashes [][]byte
	err := t.all(&hashes, `select hash from log_leaves where trust_id = $1 and log_number = $2 and position < $3 order by position`, c.Trust, c.Number, c.Size)
	leaves := make([]tlog.Hash, len(hashes))
	for i, h := range hashes {
		leaves[i] = tlog.Hash(h)
	}
	return leaves, err
}

// note is the checkpoint with what it says.
func (c checkpointRow) note() (evidence.Signed, error) {
	says, err := audit.ReadCheckpoint(c.Signed)
	if err != nil {
		return evidence.Signed{}, fmt.Errorf("stored checkpoint: %w", err)
	}
	return evidence.Signed{Checkpoint: says, Note: c.Signed}, nil
}

// awaitLog waits until a signed checkpoint covers the event of the export, and
// reads the log that it signs.
func (db *DB) awaitLog(ctx context.Context, who Actor, l *evidence.Logged) error {
	ctx, cancel := context.WithTimeout(ctx, sequencerPatience)
	defer cancel()
	for {
		covered, err := db.readLog(ctx, who, l)
		if covered || err != nil {
			return err
		}
		select {
		case <-time.After(250 * time.Millisecond):
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "the log has not signed this export yet, so no bundle was made; /readyz says whether a sequencer is at work. The export is on record; try again")
		}
	}
}

func (db *DB) readLog(ctx context.Context, who Actor, l *evidence.Logged) (covered bool, err error) {
	err = db.read(ctx, who, "", func(t *tx) error {
		c, err := t.signedLog(0)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		err = t.get(&covered, `
			select exists (select from log_leaves where trust_id = $1 and log_number = $2 and event_id = $3 and position < $4)`,
			who.Trust, c.Number, l.Export.Leaf.Event, c.Size)
		if err != nil || !covered {
			return err
		}
		if l.Leaves, err = t.leafHashes(c); err != nil {
			return err
		}
		l.Now, err = c.note()
		return err
	})
	return covered, err
}
