// National times what a national round costs the service: 50,000 candidates
// marked by 5,000 assessors who work in clusters, 1.2 million marks. The round
// is imported, then a process of its own reads, ranks and stores it and says
// how long that took and how much memory it needed at its peak, three times
// over; another does the same step by step.
//
//	go run ./e2e/national                      the whole
//	go run ./e2e/national -candidates 5000 -raters 500
//	go run ./e2e/national -dir /tmp/national   twice: the second time without an import
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"appointable/internal/localpg"
	"appointable/internal/store"
)

const (
	database = "national"
	trust    = "national"
)

// What the issue asks of two cores.
const (
	allowedTime   = 20 * time.Second
	allowedMemory = 512 << 20
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := bench
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "rank":
			run = func(ctx context.Context) error { return rankWhole(ctx, os.Args[2]) }
		case "steps":
			run = func(ctx context.Context) error { return rankInSteps(ctx, os.Args[2]) }
		}
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

func bench(ctx context.Context) error {
	candidates := flag.Int("candidates", 50_000, "candidates of the round")
	raters := flag.Int("raters", 5_000, "assessors, in clusters of 19 with one in twenty roaming")
	kept := flag.String("dir", "", "keep the database in this folder, and use the round that is there")
	flag.Parse()

	dir := *kept
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "appointable-national-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := os.Chmod(dir, 0o755); err != nil { // as root PostgreSQL runs as somebody else
			return err
		}
	}
	pg, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		return err
	}
	defer func() { _ = pg.Stop(context.WithoutCancel(ctx)) }()
	filled, err := store.HasDatabase(ctx, pg.DSN("postgres", "postgres"), database)
	if err != nil {
		return err
	}
	if err := prepare(ctx, pg); err != nil {
		return err
	}
	if !filled {
		if err := fill(ctx, pg, *candidates, *raters); err != nil {
			return err
		}
	}
	for _, way := range []string{"rank", "rank", "rank", "steps"} { // three times, since the first finds a database just filled
		child := exec.CommandContext(ctx, os.Args[0], way, pg.DSN("appointable_web", database))
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Run(); err != nil {
			return fmt.Errorf("%s: %w", way, err)
		}
	}
	return nil
}

func prepare(ctx context.Context, pg *localpg.Server) error {
	if err := store.EnsureDatabase(ctx, pg.DSN("postgres", "postgres"), database); err != nil {
		return err
	}
	return store.Prepare(ctx, pg.DSN("postgres", database), pg.DSN("appointable_migrate", database))
}

// fill makes the trust and imports the round.
func fill(ctx context.Context, pg *localpg.Server, candidates, raters int) error {
	owner, err := store.Open(ctx, pg.DSN("appointable_migrate", database), store.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	made, err := owner.CreateTrust(ctx, trust, "National recruitment", false)
	_ = owner.Close()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, pg.DSN("appointable_web", database), store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	began := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
	r := round(candidates, raters)
	if _, err := db.Import(ctx, store.Operator(made.ID), store.Key{}, r); err != nil {
		return err
	}
	fmt.Printf("%d candidates, %d assessors, %d marks; made and imported in %.1f s\n\n", candidates, raters, len(r.Ratings), time.Since(began).Seconds())
	return nil
}
