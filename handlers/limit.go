package handlers

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// limit bounds how often something is done under a name: as often as it likes
// in a minute's worth, and then no faster than evenly. It is the generic cell
// rate algorithm: of each name it keeps one time. Kept in memory, as the
// throttle is.
type limit struct {
	now    func() time.Time
	minute int // how often in a minute; 0: without bound
	mu     sync.Mutex
	booked map[string]time.Time // until when a name has used up its share
}

func newLimit(now func() time.Time, minute int) *limit {
	return &limit{now: now, minute: minute, booked: map[string]time.Time{}}
}

// spend counts one under a name. It returns a refusal that says how long to
// wait.
func (l *limit) spend(name string) error {
	if l.minute == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.booked) >= maxTries {
		maps.DeleteFunc(l.booked, func(_ string, until time.Time) bool { return until.Before(now) })
	}
	until := l.booked[name]
	if until.Before(now) {
		until = now
	}
	until = until.Add(time.Minute / time.Duration(l.minute))
	if wait := until.Sub(now) - time.Minute; wait > 0 {
		r := refuse(http.StatusTooManyRequests, "that is more than %d requests in a minute; wait %d seconds and try again", l.minute, int(wait/time.Second)+1)
		r.retryAfter = wait
		return r
	}
	l.booked[name] = until
	return nil
}
