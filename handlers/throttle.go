package handlers

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// throttle slows the guessing of passwords: after some failures each further
// try has to wait, longer every time up to a bound. Nobody is ever locked out,
// since otherwise whoever knows a user name could lock its owner out on the day
// of the interviews.
//
// It counts by account and by address. Behind one address may be a whole
// hospital, so there it is more patient. It is kept in memory: a restart
// forgives, and each of several servers counts for itself.
type throttle struct {
	now   func() time.Time
	mu    sync.Mutex
	tries map[string]tries
}

// tries that failed under one name.
type tries struct {
	failed int
	last   time.Time
	next   time.Time // no further try before this
}

// patience is how many failures are free and how long one waits at most.
type patience struct {
	free    int
	longest time.Duration
}

const (
	forgetTriesAfter = 15 * time.Minute
	maxTries         = 20_000 // names remembered at once
)

func accountPatience() patience { return patience{free: 5, longest: 30 * time.Second} }
func addressPatience() patience { return patience{free: 50, longest: time.Minute} }

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, tries: map[string]tries{}}
}

// begin counts a try as failed before it is made, so that many made at once do
// not all slip through. It returns a refusal that says how long to wait.
func (t *throttle) begin(account, address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.forget(now)
	for _, name := range []string{account, address} {
		if wait := t.tries[name].next.Sub(now); wait > 0 {
			r := refuse(http.StatusTooManyRequests, "there were too many failed sign-ins; wait %d seconds and try again", int(wait/time.Second)+1)
			r.retryAfter = wait
			return r
		}
	}
	t.count(account, now, accountPatience())
	t.count(address, now, addressPatience())
	return nil
}

func (t *throttle) count(name string, now time.Time, p patience) {
	n := t.tries[name]
	if now.Sub(n.last) > forgetTriesAfter {
		n = tries{}
	}
	n.failed++
	n.last = now
	if over := n.failed - p.free; over > 0 {
		n.next = now.Add(min(time.Second<<min(over-1, 20), p.longest))
	}
	t.tries[name] = n
}

// succeeded forgives the account all of its tries and the address this one:
// one good password of one's own must not pay for guessing others'.
func (t *throttle) succeeded(account, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, account)
	n := t.tries[address]
	n.failed, n.next = max(n.failed-1, 0), time.Time{}
	t.tries[address] = n
}

// forget drops what is old, only when there is much of it. Where all of it is
// new, somebody is trying everywhere at once, and their address is what slows
// them: it will soon be counted again.
func (t *throttle) forget(now time.Time) {
	if len(t.tries) < maxTries {
		return
	}
	maps.DeleteFunc(t.tries, func(_ string, n tries) bool { return now.Sub(n.last) > forgetTriesAfter })
	if len(t.tries) >= maxTries {
		clear(t.tries)
	}
}
