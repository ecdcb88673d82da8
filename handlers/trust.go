package handlers

import (
	"context"
	"sync"

	"appointable/internal/store"
)

// trusts remembers which trust a short name stands for, so that asking costs
// no round trip a request. A trust keeps its name for ever, so nothing here
// goes stale; a name that is no trust's is not remembered, or guessing would
// fill the memory.
type trusts struct {
	db    *store.DB
	mu    sync.RWMutex
	known map[string]store.Trust
}

// maxTrusts is more than there are NHS trusts.
const maxTrusts = 1000

func newTrusts(db *store.DB) *trusts { return &trusts{db: db, known: map[string]store.Trust{}} }

// find returns NotFound where there is no such trust.
func (t *trusts) find(ctx context.Context, slug string) (store.Trust, error) {
	t.mu.RLock()
	trust, ok := t.known[slug]
	t.mu.RUnlock()
	if ok {
		return trust, nil
	}
	trust, err := t.db.FindTrust(ctx, slug)
	if err != nil {
		return trust, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) < maxTrusts {
		t.known[slug] = trust
	}
	return trust, nil
}
