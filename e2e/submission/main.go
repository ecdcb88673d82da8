// Submission times score submission over HTTP beside pgbench running the same
// statements: the same login, row-level security, audit event and idempotency
// key, fsync and synchronous_commit on, over a unix socket. The rounds are
// interleaved, the client is a process of its own, and what is printed is the
// ratio: this machine's speed drifts, the ratio less.
//
//	go run ./e2e/submission            five rounds of 30 s with 8 clients
//	go run ./e2e/submission -rounds 1 -seconds 5
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"
)

// clients at once: a panel of eight.
const clients = 8

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := compare
	if len(os.Args) > 1 && os.Args[1] == "client" {
		run = client
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// compare prints a line a round and the median.
func compare(ctx context.Context) error {
	rounds := flag.Int("rounds", 5, "interleaved rounds")
	seconds := flag.Int("seconds", 30, "length of each side of a round")
	candidates := flag.Int("candidates", 25_000, "candidates of the campaign; two sheets for each of them and each client")
	flag.Parse()

	s, err := newSite(ctx, *candidates)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.warmUp(ctx); err != nil {
		return err
	}
	fmt.Printf("%d clients, %d s a side, fsync and synchronous_commit on, unix socket\n", clients, *seconds)
	fmt.Println("round  HTTP tx/s  pgbench tx/s  ratio  round trips a submission")
	var ratios []float64
	for round := range *rounds {
		length := time.Duration(*seconds) * time.Second
		ours, trips, err := s.http(ctx, length)
		if err != nil {
			return err
		}
		theirs, err := s.pgbench(ctx, length)
		if err != nil {
			return err
		}
		ratios = append(ratios, ours/theirs)
		fmt.Printf("%5d  %9.0f  %12.0f  %5.2f  %.2f\n", round+1, ours, theirs, ours/theirs, trips)
	}
	slices.Sort(ratios)
	fmt.Printf("median ratio %.2f (%.2f to %.2f)\n", ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1])
	return nil
}
