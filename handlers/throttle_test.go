package handlers

import (
	"net/http"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	th := newThrottle(func() time.Time { return now })
	waits := func(account, address string) time.Duration {
		err := th.begin(account, address)
		if err == nil {
			return 0
		}
		return retryAfter(err, http.StatusTooManyRequests)
	}
	// Five are free; then each waits twice as long as the one before, to 30 s.
	for range 5 {
		equal(t, waits("a", "x"), 0)
	}
	for _, wait := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		equal(t, waits("a", "x"), 0)
		equal(t, waits("a", "x"), wait*time.Second)
		now = now.Add(wait * time.Second)
	}
	// Being refused does not count, so whoever knows the password gets in.
	equal(t, waits("a", "x"), 0)
	th.succeeded("a", "x")
	equal(t, waits("a", "x"), 0)

	// One's own good password does not pay for guessing others'.
	for i := range 49 {
		equal(t, waits(string(rune('A'+i)), "y"), 0)
		equal(t, waits("own", "y"), 0)
		th.succeeded("own", "y")
	}
	equal(t, waits("b", "y"), 0)
	equal(t, waits("c", "y"), 0)
	equal(t, waits("d", "y"), time.Second)

	// After a quarter of an hour all is forgotten.
	now = now.Add(forgetTriesAfter + time.Second)
	for range 5 {
		equal(t, waits("a", "y"), 0)
	}
	// The memory is bounded.
	for i := range maxTries + 10 {
		_ = th.begin(string(rune(i))+"u", string(rune(i))+"v")
	}
	if len(th.tries) > maxTries+1 {
		t.Errorf("%d names are remembered", len(th.tries))
	}
}
