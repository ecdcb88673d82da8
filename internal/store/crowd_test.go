package store_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"appointable/internal/store"
	"appointable/selection"
)

var crowdCalls = flag.Int("crowd.calls", 3000, "calls that two trusts make on five connections")

// tenant is a trust in which every name says whose it is.
type tenant struct {
	*world
	mark string
}

func (w *world) tenant(mark string) tenant {
	w.t.Helper()
	w.scoring(func(c *selection.Campaign) { c.Title = mark })
	_, err := w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: mark, DisplayName: mark})
	w.must(err)
	_, err = w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.anotherFramework(mark))
	w.must(err)
	for _, rater := range []string{"R1", "R2", "R3"} {
		_, err = w.db.SaveSheet(w.ctx, w.members[rater], code, sheet(rater, "C1"), 0, w.marked(mark))
		w.must(err)
	}
	return tenant{w, mark}
}

// marked are marks whose notes say whose they are.
func (w *world) marked(mark string) []selection.Mark {
	list := marks(4, 4)
	for i := range list {
		list[i].Evidence = mark
	}
	return list
}

// call is one use case of a tenant; it returns every name it was told.
func (w tenant) call(ctx context.Context, db *store.DB, r *rand.Rand) (told []string, err error) {
	rater := []string{"R1", "R2", "R3"}[r.IntN(3)]
	switch r.IntN(6) {
	case 0:
		list, err := db.Campaigns(ctx, w.officer, "", 10)
		for _, c := range list {
			told = append(told, c.Title)
		}
		return told, err
	case 1:
		c, err := db.Campaign(ctx, w.members[rater], code)
		return []string{c.Document.Title}, err
	case 2:
		found, err := db.Sheet(ctx, w.members[rater], code, sheet(rater, "C1"))
		return notes(found), err
	case 3:
		found, err := db.SaveSheet(ctx, w.members[rater], code, sheet(rater, "C1"), 0, w.marked(w.mark))
		return notes(found), err
	case 4:
		list, err := db.Frameworks(ctx, w.auditor, "", 0, 10)
		for _, f := range list {
			if f.Code != "values" {
				told = append(told, f.Code)
			}
		}
		return told, err
	}
	list, err := db.People(ctx, w.operator, "", 50)
	for _, p := range list {
		if strings.HasPrefix(p.Username, "mark-") {
			told = append(told, p.Username)
		}
	}
	return told, err
}

func notes(s selection.Sheet) (told []string) {
	for _, m := range s.Marks {
		told = append(told, m.Evidence)
	}
	return told
}

// Two trusts take turns on five connections, and a third of the calls are cut
// off half way: a connection that kept what the last one set would show one
// trust to the other.
func TestTwoTrustsOnFewConnections(t *testing.T) {
	first := newWorld(t)
	tenants := []tenant{first.tenant("mark-a"), trustIn(t, first.database, first.db, "southgate").tenant("mark-b")}
	db, err := store.Open(first.ctx, first.database.DSN("appointable_web"), store.Options{MaxConns: 5})
	first.must(err)
	t.Cleanup(func() { _ = db.Close() })
	var calls, answered, cut atomic.Int64
	var working sync.WaitGroup
	for worker := range 8 {
		working.Go(func() {
			r := rand.New(rand.NewPCG(20261125, uint64(worker)))
			for calls.Add(1) <= int64(*crowdCalls) {
				w := tenants[r.IntN(2)]
				ctx, cancel := context.WithCancel(first.ctx)
				if r.IntN(3) == 0 {
					time.AfterFunc(time.Duration(r.IntN(4000))*time.Microsecond, cancel)
				}
				told, err := w.call(ctx, db, r)
				if err != nil && ctx.Err() == nil {
					t.Errorf("failed and was not cut off: %v", err)
				}
				cancel()
				if err != nil {
					cut.Add(1)
					continue
				}
				answered.Add(1)
				for _, name := range told {
					if name != w.mark {
						t.Errorf("%s was told %q", w.mark, name)
					}
				}
			}
		})
	}
	working.Wait()
	t.Logf("%d calls: %d answered, %d cut off", *crowdCalls, answered.Load(), cut.Load())
	if answered.Load() == 0 || cut.Load() == 0 {
		t.Error("nothing was answered, or nothing cut off")
	}
	for _, w := range tenants {
		w.equal(w.count(`select count(*) from scores where trust_id = $1 and evidence <> $2`, w.trust.ID, w.mark), 0)
		w.dense()
	}
	_, err = db.Campaigns(first.ctx, first.officer, "", 10)
	first.must(err) // the pool is whole
}
