package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Framework is one version of a framework and its life.
type Framework struct {
	ID          uuid.UUID            `json:"-"`
	Revision    int                  `json:"revision"` // grows with every change; what If-Match compares
	Status      frameworks.Status    `json:"status"`
	Hash        string               `json:"sha256,omitempty"` // of a version that is published or was
	PublishedAt *time.Time           `json:"published_at,omitempty"`
	Document    frameworks.Framework `json:"document"`
}

type frameworkRow struct {
	ID          uuid.UUID         `db:"framework_id"`
	Code        string            `db:"code"`
	Version     int               `db:"version"`
	Revision    int               `db:"revision"`
	Status      frameworks.Status `db:"status"`
	Document    []byte            `db:"document"`
	Hash        sql.NullString    `db:"content_hash"`
	PublishedAt *time.Time        `db:"published_at"`
}

const selectFramework = `select framework_id, code, version, revision, status, document, content_hash, published_at from frameworks `

func (r frameworkRow) framework() (Framework, error) {
	f := Framework{ID: r.ID, Revision: r.Revision, Status: r.Status, Hash: r.Hash.String, PublishedAt: utc(r.PublishedAt)}
	if err := json.Unmarshal(r.Document, &f.Document); err != nil {
		return f, fmt.Errorf("stored framework: %w", err)
	}
	return f, nil
}

// utc gives times back as they went in; pq reads them in the session's zone.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// CreateFramework stores a new draft. It returns Invalid with the path of each
// mistake, Conflict where the version exists.
func (db *DB) CreateFramework(ctx context.Context, who Actor, key Key, document frameworks.Framework) (Framework, error) {
	return once(ctx, db, who, "", key, func(t *tx) (Framework, error) {
		if err := t.may(access.EditFramework); err != nil {
			return Framework{}, err
		}
		return t.insertFramework(document)
	})
}

func (t *tx) insertFramework(document frameworks.Framework) (Framework, error) {
	if err := document.Validate(); err != nil {
		return Framework{}, err
	}
	id, err := newID()
	if err != nil {
		return Framework{}, err
	}
	f := Framework{ID: id, Revision: 1, Status: frameworks.Draft, Document: document}
	body, err := json.Marshal(document)
	if err != nil {
		return f, fmt.Errorf("framework: %w", err)
	}
	err = t.exec(`
		insert into frameworks (trust_id, framework_id, code, version, title, status, document, created_at)
		values ($1, $2, $3, $4, $5, 'draft', $6, $7)`,
		t.who.Trust, f.ID, document.Code, document.Version, document.Title, body, t.now)
	if err != nil {
		return f, err
	}
	return f, t.noteFramework(f, audit.FrameworkSaved{Code: document.Code, Version: document.Version, Hash: document.Hash()})
}

func (t *tx) noteFramework(f Framework, detail audit.Detail) error {
	return t.note(audit.Object{Kind: "framework", ID: f.ID, Version: f.Revision}, detail)
}

// lockFramework loads a version for a change; revision 0 stands for any.
func (t *tx) lockFramework(code string, version, revision int) (Framework, error) {
	f, err := t.framework(code, version, "for update")
	if err != nil {
		return f, err
	}
	if revision != 0 && revision != f.Revision {
		return f, stale("the framework")
	}
	f.Revision++
	return f, nil
}

func (t *tx) framework(code string, version int, lock string) (Framework, error) {
	var row frameworkRow
	err := t.get(&row, selectFramework+`where trust_id = $1 and code = $2 and version = $3 `+lock, t.who.Trust, code, version)
	if errors.Is(err, sql.ErrNoRows) {
		return Framework{}, fault.New(fault.NotFound, "there is no framework %q version %d here", code, version)
	}
	if err != nil {
		return Framework{}, err
	}
	return row.framework()
}

// ChangeFramework replaces the document of a draft. Code and version stay. It
// returns Conflict for a published version, Stale where somebody else was
// faster, Invalid with the path of each mistake.
func (db *DB) ChangeFramework(ctx context.Context, who Actor, revision int, document frameworks.Framework) (Framework, error) {
	return db.changeFramework(ctx, who, document.Code, document.Version, revision, func(f *Framework, _ time.Time) (audit.Detail, error) {
		if err := f.Status.Edit(); err != nil {
			return nil, err
		}
		if err := document.Validate(); err != nil {
			return nil, err
		}
		f.Document = document
		return audit.FrameworkSaved{Code: document.Code, Version: document.Version, Hash: document.Hash()}, nil
	})
}

// PublishFramework freezes a version. It returns Conflict where it is not a
// draft and Invalid where it is not fit to be published.
func (db *DB) PublishFramework(ctx context.Context, who Actor, code string, version, revision int) (Framework, error) {
	return db.changeFramework(ctx, who, code, version, revision, func(f *Framework, now time.Time) (audit.Detail, error) {
		status, err := f.Status.Publish()
		if err != nil {
			return nil, err
		}
		if err := f.Document.Publishable(); err != nil {
			return nil, err
		}
		f.Status, f.Hash, f.PublishedAt = status, f.Document.Hash(), &now
		return audit.FrameworkPublished{Code: code, Version: version, Hash: f.Hash}, nil
	})
}

// RetireFramework ends a version for new campaigns. It returns Conflict where
// it is not published.
func (db *DB) RetireFramework(ctx context.Context, who Actor, code string, version, revision int) (Framework, error) {
	return db.changeFramework(ctx, who, code, version, revision, func(f *Framework, _ time.Time) (audit.Detail, error) {
		status, err := f.Status.Retire()
		if err != nil {
			return nil, err
		}
		f.Status = status
		return audit.FrameworkRetired{Code: code, Version: version}, nil
	})
}

func (db *DB) changeFramework(ctx context.Context, who Actor, code string, version, revision int, change func(*Framework, time.Time) (audit.Detail, error)) (Framework, error) {
	var f Framework
	err := db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.EditFramework); err != nil {
			return err
		}
		var err error
		if f, err = t.lockFramework(code, version, revision); err != nil {
			return err
		}
		detail, err := change(&f, t.now)
		if err != nil {
			return err
		}
		if err := t.updateFramework(f); err != nil {
			return err
		}
		return t.noteFramework(f, detail)
	})
	return f, err
}

func (t *tx) updateFramework(f Framework) error {
	body, err := json.Marshal(f.Document)
	if err != nil {
		return fmt.Errorf("framework: %w", err)
	}
	hash := sql.NullString{String: f.Hash, Valid: f.Hash != ""}
	return t.exec(`
		update frameworks
		   set document = $3, title = $4, status = $5, content_hash = $6, published_at = $7, revision = $8,
		       retired_at = case when $5 = 'retired' then $9::timestamptz end
		 where trust_id = $1 and framework_id = $2`,
		t.who.Trust, f.ID, body, f.Document.Title, string(f.Status), hash, f.PublishedAt, f.Revision, t.now)
}

// Framework returns one version. Whoever is signed in may read it: a member's
// sheets are made of it. It returns NotFound.
func (db *DB) Framework(ctx context.Context, who Actor, code string, version int) (Framework, error) {
	var f Framework
	err := db.read(ctx, who, "", func(t *tx) error {
		var err error
		f, err = t.framework(code, version, "")
		return err
	})
	return f, err
}

// FrameworkSummary is a line of the list.
type FrameworkSummary struct {
	Code    string            `db:"code" json:"framework"`
	Version int               `db:"version" json:"version"`
	Title   string            `db:"title" json:"title"`
	Status  frameworks.Status `db:"status" json:"status"`
	Hash    string            `db:"hash" json:"sha256,omitempty"` // of a version that is published or was
}

// Frameworks lists versions by code and version, after (code, version), at
// most limit; for whoever is signed in.
func (db *DB) Frameworks(ctx context.Context, who Actor, afterCode string, afterVersion, limit int) ([]FrameworkSummary, error) {
	list := []FrameworkSummary{}
	err := db.read(ctx, who, "", func(t *tx) error {
		return t.all(&list, `
			select code, version, title, status, coalesce(content_hash, '') as hash from frameworks
			 where trust_id = $1 and (code, version) > ($2, $3)
			 order by code, version limit $4`, who.Trust, afterCode, afterVersion, limit)
	})
	return list, err
}
