package handlers

import (
	"net/http"
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	l := newLimit(func() time.Time { return now }, 60)
	waits := func(name string) time.Duration {
		err := l.spend(name)
		if err == nil {
			return 0
		}
		equal(t, problemOf(err).Status, http.StatusTooManyRequests)
		return retryAfter(err, http.StatusTooManyRequests)
	}
	for range 60 { // a minute's worth at once
		equal(t, waits("a"), 0)
	}
	equal(t, waits("a"), time.Second)
	equal(t, waits("a"), time.Second) // being refused costs nothing
	equal(t, waits("b"), 0)
	now = now.Add(time.Second)
	equal(t, waits("a"), 0)
	equal(t, waits("a"), time.Second)
	now = now.Add(time.Hour) // what is saved up is a minute's worth
	for range 60 {
		equal(t, waits("a"), 0)
	}
	equal(t, waits("a"), time.Second)
	unbounded := newLimit(func() time.Time { return now }, 0)
	for range 1000 {
		if err := unbounded.spend("a"); err != nil {
			t.Fatal(err)
		}
	}
}
