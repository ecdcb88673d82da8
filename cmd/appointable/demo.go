package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

// demoFiles is the example campaign as a round folder: what `rank` could read.
//
//go:embed demo
var demoFiles embed.FS

const (
	demoName   = "appointable_demo"     // its database in the private PostgreSQL
	demoUnborn = "appointable_demo_new" // while it is being made
	demoTrust  = "demo"
)

func newDemo(term terminal) *cobra.Command {
	var f rankFlags
	var once bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run an example campaign on a private PostgreSQL and serve it",
		Long: "Makes a fictional trust and the example campaign, through the same store calls that\n" +
			"users' actions take, prints the ranking with its trace, then serves pages and API and\n" +
			"prints a fresh one-time sign-in link for each role. Run again, it keeps its data.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := f.settings()
			if err != nil {
				return err
			}
			c, err := readConfig()
			if err != nil {
				return err
			}
			if c.DatabaseURL != "" {
				return fault.New(fault.Invalid, "the demo runs on its private PostgreSQL only; unset DATABASE_URL")
			}
			return demo(cmd.Context(), term, c, f, settings, once)
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&once, "once", false, "print the ranking and exit")
	return cmd
}

func demo(ctx context.Context, term terminal, c Config, f rankFlags, settings selection.Settings, once bool) error {
	d, err := startPrivate(ctx, c)
	if err != nil {
		return err
	}
	defer d.stop()
	if err := d.prepareDemo(ctx, term); err != nil {
		return err
	}
	d.address(demoName)
	db, err := d.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	trust, err := db.FindTrust(ctx, demoTrust)
	if err != nil {
		return err
	}
	if err := printDemo(ctx, term, db, store.Operator(trust.ID), f, settings); err != nil || once {
		return err
	}
	return serve(ctx, term, c, d, db, func() error { return printLinks(ctx, term, c, db, store.Operator(trust.ID)) })
}

// prepareDemo makes the demo's database under another name first: a demo that
// was stopped half way is made anew, a finished one is kept.
func (d *database) prepareDemo(ctx context.Context, term terminal) error {
	super := d.super("postgres")
	exists, err := store.HasDatabase(ctx, super, demoName)
	if err != nil {
		return err
	}
	if exists {
		return d.prepare(ctx, demoName)
	}
	_, _ = fmt.Fprintln(term.err, "Making the example campaign …")
	if err := store.DropDatabase(ctx, super, demoUnborn); err != nil {
		return err
	}
	if err := d.prepare(ctx, demoUnborn); err != nil {
		return err
	}
	if err := d.playDemo(ctx); err != nil {
		return fmt.Errorf("the example campaign: %w", err)
	}
	return store.RenameDatabase(ctx, super, demoUnborn, demoName)
}

func (d *database) playDemo(ctx context.Context) error {
	owner, err := store.Open(ctx, d.private.DSN(migrateLogin, demoUnborn), store.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	trust, err := owner.CreateTrust(ctx, demoTrust, "Northgate University Hospitals (fictional)", true)
	_ = owner.Close()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, d.private.DSN(webLogin, demoUnborn), store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	r, err := demoRound(ctx)
	if err != nil {
		return err
	}
	return play(ctx, db, trust, r)
}

func demoRound(ctx context.Context) (selection.Round, error) {
	folder, err := fs.Sub(demoFiles, "demo")
	if err != nil {
		return selection.Round{}, err
	}
	r, _, err := round.ReadFS(ctx, folder)
	return r, err
}

func printDemo(ctx context.Context, term terminal, db *store.DB, who store.Actor, f rankFlags, settings selection.Settings) error {
	ranking, err := demoRanking(ctx, db, who, settings)
	if err != nil {
		return err
	}
	c, err := db.Campaign(ctx, who, demoCampaign)
	if err != nil {
		return err
	}
	return printRanking(term, ranking, c.Framework.Document, c.Document.Post.Posts, f)
}

// demoRanking is the run that is stored; a start ranks only where there is none
// of these settings, so that starting the demo leaves its data as it was.
func demoRanking(ctx context.Context, db *store.DB, who store.Actor, settings selection.Settings) (selection.Ranking, error) {
	run, err := db.LatestRanking(ctx, who, demoCampaign)
	if err == nil {
		ranking, err := run.Ranking()
		if err != nil || ranking.Seed == settings.Seed && ranking.Draws == settings.Draws && ranking.Engine == engine() {
			return ranking, err
		}
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return selection.Ranking{}, err
	}
	if run, err = db.Rank(ctx, who, demoCampaign, settings); err != nil {
		return selection.Ranking{}, err
	}
	return run.Ranking()
}

// printLinks prints where the demo is and a fresh sign-in link for each role.
func printLinks(ctx context.Context, term terminal, c Config, db *store.DB, who store.Actor) error {
	_, _ = fmt.Fprintf(term.out, "\nThe demo is at %s/t/%s\nSign in as (each link works once; the next start makes new ones):\n", c.PublicURL, demoTrust)
	for _, p := range demoPeople() {
		if p.as == "" {
			continue
		}
		link, err := db.MakeSignInLink(ctx, who, p.username)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(term.out, "  %-20s %s/t/%s/sign-in?link=%s\n", p.as, c.PublicURL, demoTrust, link)
	}
	_, err := fmt.Fprintln(term.out, "\nStop with Ctrl-C; the data stays.")
	return err
}
