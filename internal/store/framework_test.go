package store_test

import (
	"testing"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

func TestLifeOfAFramework(t *testing.T) {
	w := newWorld(t)
	document := w.framework()
	made, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, document)
	w.must(err)
	w.equal([]any{made.Revision, made.Status, made.Hash}, []any{1, frameworks.Draft, ""})

	document.Title = "Our values"
	changed, err := w.db.ChangeFramework(w.ctx, w.owner, made.Revision, document)
	w.must(err)
	w.equal(changed.Revision, 2)
	_, err = w.db.ChangeFramework(w.ctx, w.owner, made.Revision, document)
	w.refused(err, fault.Stale)
	_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, made.Revision)
	w.refused(err, fault.Stale)

	published, err := w.db.PublishFramework(w.ctx, w.owner, "values", 1, changed.Revision)
	w.must(err)
	w.equal([]any{published.Revision, published.Status, published.Hash}, []any{3, frameworks.Published, document.Hash()})
	read, err := w.db.Framework(w.ctx, w.members["R1"], "values", 1)
	w.must(err)
	w.equal(read, published)
	_, err = w.db.ChangeFramework(w.ctx, w.owner, 0, document)
	w.refused(err, fault.Conflict)
	_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)
	w.refused(err, fault.Conflict)

	retired, err := w.db.RetireFramework(w.ctx, w.owner, "values", 1, 0)
	w.must(err)
	w.equal([]any{retired.Status, retired.Hash}, []any{frameworks.Retired, document.Hash()})
	_, err = w.db.RetireFramework(w.ctx, w.owner, "values", 1, 0)
	w.refused(err, fault.Conflict)
	w.dense()
}

func TestFrameworksAreRefused(t *testing.T) {
	newTrust := trusts(t)
	t.Run("with mistakes, all told", func(t *testing.T) {
		w := newTrust(t)
		document := w.framework()
		document.Title, document.Scale.Max = "", 0
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, document)
		w.refused(err, fault.Invalid)
		if len(places(err)) < 2 {
			t.Errorf("one complaint for two mistakes: %v", err)
		}
	})
	t.Run("twice", func(t *testing.T) {
		w := newTrust(t)
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
		w.must(err)
		_, err = w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
		w.refused(err, fault.Conflict)
	})
	t.Run("changed into one with mistakes", func(t *testing.T) {
		w := newTrust(t)
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
		w.must(err)
		broken := w.framework()
		broken.Dimensions = nil
		_, err = w.db.ChangeFramework(w.ctx, w.owner, 0, broken)
		w.refused(err, fault.Invalid)
		read, err := w.db.Framework(w.ctx, w.owner, "values", 1)
		w.must(err)
		w.equal(read.Document, w.framework())
	})
	t.Run("published without anchors", func(t *testing.T) {
		w := newTrust(t)
		bare := w.framework()
		bare.Dimensions[0].Criteria[0].Anchors = nil
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, bare)
		w.must(err)
		_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)
		w.refused(err, fault.Invalid)
	})
	t.Run("that are not there", func(t *testing.T) {
		w := newTrust(t)
		for _, err := range []error{
			fails(w.db.Framework(w.ctx, w.owner, "values", 1)),
			fails(w.db.ChangeFramework(w.ctx, w.owner, 0, w.framework())),
			fails(w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)),
			fails(w.db.RetireFramework(w.ctx, w.owner, "values", 1, 0)),
		} {
			w.refused(err, fault.NotFound)
		}
	})
	t.Run("by whoever does not own them", func(t *testing.T) {
		w := newTrust(t)
		w.publish()
		for _, err := range []error{
			fails(w.db.CreateFramework(w.ctx, w.officer, store.Key{}, w.framework())),
			fails(w.db.ChangeFramework(w.ctx, w.officer, 0, w.framework())),
			fails(w.db.PublishFramework(w.ctx, w.officer, "values", 1, 0)),
			fails(w.db.RetireFramework(w.ctx, w.officer, "values", 1, 0)),
		} {
			w.refused(err, fault.Forbidden)
		}
	})
}

// fails keeps the error of a call.
func fails[T any](_ T, err error) error { return err }

func TestFrameworksAreListedByPages(t *testing.T) {
	w := newWorld(t)
	for version := range 3 {
		document := w.framework()
		document.Version = version + 1
		_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, document)
		w.must(err)
	}
	var versions []int
	after := store.FrameworkSummary{}
	for {
		page, err := w.db.Frameworks(w.ctx, w.members["R1"], after.Code, after.Version, 2)
		w.must(err)
		if len(page) == 0 {
			break
		}
		for _, f := range page {
			versions = append(versions, f.Version)
		}
		after = page[len(page)-1]
	}
	w.equal(versions, []int{1, 2, 3})
}
