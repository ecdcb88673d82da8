package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"appointable/internal/store"
	"appointable/selection"
)

// rankWhole is what the service does when it is asked to rank.
func rankWhole(ctx context.Context, dsn string) error {
	db, who, err := join(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	began := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
	run, err := db.Rank(ctx, who, campaign, selection.DefaultSettings())
	if err != nil {
		return err
	}
	took, memory := time.Since(began), peak()
	fmt.Printf("read, ranked and stored: %.1f s (%s of 20 s), %.1f s of processor, peak memory %d MiB (%s of 512 MiB), result %d MB\n",
		took.Seconds(), within(took <= allowedTime), processor().Seconds(), memory>>20, within(memory <= allowedMemory), len(run.Result)/1e6)
	return nil
}

func within(ok bool) string {
	if ok {
		return "within the bound"
	}
	return "ABOVE the bound"
}

// rankInSteps does the same one after the other. Validation and hash are part
// of ranking, and shown apart as well.
func rankInSteps(ctx context.Context, dsn string) error {
	db, who, err := join(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var round selection.Round
	var ranking selection.Ranking
	var result []byte
	fmt.Println("\nstep                        seconds  of processor  peak MiB so far")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"read", func() error { round, _, err = db.Round(ctx, who, campaign); return err }},
		{"  of ranking: validate", func() error { return round.Validate() }}, //nolint:gocritic // the method value would bind the round before it is read
		{"  of ranking: hash", func() error { _ = round.Hash(); return nil }},
		{"rank", func() error { ranking, err = selection.Rank(ctx, round, selection.DefaultSettings()); return err }},
		{"encode", func() error { result = ranking.JSON(); return nil }},
	} {
		began, used := time.Now(), processor() //nolint:forbidigo // a stopwatch, not a time of day
		if err := step.do(); err != nil {
			return err
		}
		fmt.Printf("%-26s  %7.2f  %12.2f  %d\n", step.name, time.Since(began).Seconds(), (processor() - used).Seconds(), peak()>>20)
	}
	fmt.Printf("store: what the whole took beyond these; %d bytes a candidate\n", len(result)/max(1, len(ranking.Candidates)))
	return nil
}

func join(ctx context.Context, dsn string) (*store.DB, store.Actor, error) {
	db, err := store.Open(ctx, dsn, store.Options{MaxConns: 2})
	if err != nil {
		return nil, store.Actor{}, err
	}
	found, err := db.FindTrust(ctx, trust)
	return db, store.Operator(found.ID), err
}

// processor is how long this process has kept the processors busy: on a machine
// that others use too it says more than the clock.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// peak is the most memory that this process ever had, in bytes; 0 where the
// system does not say.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64) // 0 where it is no number
	return kib << 10
}
