package store_test

import (
	"encoding/json"
	"sync"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// keyed is every use case that takes an idempotency key.
var keyed = []struct {
	name    string
	prepare func(w *world)
	do      func(w *world, k store.Key) (any, error)
}{
	{"AddPerson", func(w *world) {
		_, err := w.db.SetRoles(w.ctx, w.operator, "officer", []access.Role{access.Administrator})
		w.must(err)
	}, func(w *world, k store.Key) (any, error) {
		return w.db.AddPerson(w.ctx, w.officer, k, store.Person{Username: "new", DisplayName: "New", Roles: []access.Role{access.Auditor}})
	}},
	{"CreateFramework", func(*world) {}, func(w *world, k store.Key) (any, error) {
		return w.db.CreateFramework(w.ctx, w.owner, k, w.framework())
	}},
	{"CreateCampaign", (*world).publish, func(w *world, k store.Key) (any, error) {
		return w.db.CreateCampaign(w.ctx, w.officer, k, store.NewCampaign{Framework: "values", Version: 1, Document: w.plan()})
	}},
	{"AddCandidates", func(w *world) { w.draft() }, func(w *world, k store.Key) (any, error) {
		return w.db.AddCandidates(w.ctx, w.officer, code, k, []selection.Candidate{{Code: "C3"}, {Code: "C4", Applied: selection.Yes}})
	}},
	{"AssignSheets", func(w *world) { w.draft() }, func(w *world, k store.Key) (any, error) {
		return w.db.AssignSheets(w.ctx, w.officer, code, k, []store.SheetName{sheet("R1", "C1"), sheet("R2", "C1")})
	}},
	{"PutResults", func(w *world) { w.draft() }, func(w *world, k store.Key) (any, error) {
		return w.db.PutResults(w.ctx, w.officer, code, k, results())
	}},
	{"DeclareInterest", func(w *world) { w.draft() }, func(w *world, k store.Key) (any, error) {
		return w.db.DeclareInterest(w.ctx, w.members["R2"], code, k, selection.Interest{Candidate: "C1", Nature: selection.Knows, Details: "met once"})
	}},
	{"SubmitSheet", func(w *world) { w.scoring() }, func(w *world, k store.Key) (any, error) {
		return w.db.SubmitSheet(w.ctx, w.members["R2"], code, sheet("R2", "C1"), 0, k, marks(6, 5))
	}},
	{"ReviseMark", (*world).moderation, func(w *world, k store.Key) (any, error) {
		return w.db.ReviseMark(w.ctx, w.members["R2"], code, sheet("R2", "C1"), 0, k, mark("safety.a", 4), "heard wrongly")
	}},
	{"Decide", (*world).ranked, func(w *world, k store.Key) (any, error) {
		return w.db.Decide(w.ctx, w.officer, code, k, decision())
	}},
	{"Import", func(*world) {}, func(w *world, k store.Key) (any, error) {
		return w.db.Import(w.ctx, w.officer, k, w.round())
	}},
}

// body is an answer as the wire will carry it.
func (w *world) body(answer any) string {
	w.t.Helper()
	b, err := json.Marshal(answer)
	w.must(err)
	return string(b)
}

func TestTheSameRequestTwiceIsOneChange(t *testing.T) {
	newTrust := trusts(t)
	for _, c := range keyed {
		t.Run(c.name, func(t *testing.T) {
			w := newTrust(t)
			c.prepare(w)
			first, err := c.do(w, key("k"))
			w.must(err)
			events := len(w.events())
			again, err := c.do(w, key("k"))
			w.must(err)
			w.equal(w.body(again), w.body(first))
			w.equal(len(w.events()), events)

			other := key("k")
			other.Sum[31]++
			_, err = c.do(w, other)
			w.refused(err, fault.Conflict)
			w.equal(len(w.events()), events)
			w.dense()
		})
	}
}

// The second of two requests at once waits for the first and then meets what
// the first has done: it must answer with it and not complain of it.
func TestTheSameRequestTwiceAtOnceIsOneChange(t *testing.T) {
	newTrust := trusts(t)
	for _, c := range keyed {
		t.Run(c.name, func(t *testing.T) {
			w := newTrust(t)
			c.prepare(w)
			before := len(w.events())
			bodies, errs := make([]string, 4), make([]error, 4)
			var done sync.WaitGroup
			start := make(chan struct{})
			for i := range bodies {
				done.Go(func() {
					<-start
					var answer any
					answer, errs[i] = c.do(w, key("k"))
					b, _ := json.Marshal(answer)
					bodies[i] = string(b)
				})
			}
			close(start)
			done.Wait()
			for i := range bodies {
				w.must(errs[i])
				w.equal(bodies[i], bodies[0])
			}
			once := before + 1
			if c.name == "Import" {
				once = before + 3 // framework saved and published, campaign imported
			}
			w.equal(len(w.events()), once)
			w.dense()
		})
	}
}

// Keys are each person's own.
func TestTwoPeopleMayUseOneKey(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for _, rater := range []string{"R1", "R2"} {
		_, err := w.db.SubmitSheet(w.ctx, w.members[rater], code, sheet(rater, "C1"), 0, key("the same"), marks(6, 5))
		w.must(err)
	}
	w.equal(w.count(`select count(*) from sheets where state = 'submitted'`), 2)
}

// A request that was refused may be mended and sent again under its key.
func TestARefusedRequestKeepsNoAnswer(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	_, err := w.db.SubmitSheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"), 0, key("k"), marks(9, 5))
	w.refused(err, fault.Invalid)
	mended := key("k")
	mended.Sum[31]++
	_, err = w.db.SubmitSheet(w.ctx, w.members["R1"], code, sheet("R1", "C1"), 0, mended, marks(6, 5))
	w.must(err)
}
