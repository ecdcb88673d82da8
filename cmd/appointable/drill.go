package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"appointable/internal/localpg"
	"appointable/internal/store"
)

func newDrill(term terminal) *cobra.Command {
	return group("drill", "Rehearse what one hopes never to need", newDrillRestore(term))
}

func newDrillRestore(term terminal) *cobra.Command {
	var trust string
	var lists []string
	cmd := &cobra.Command{
		Use: "restore [--tombstones FILE]… [--trust TRUST]", Short: "Make a backup, restore it elsewhere and see that all of it is there", Args: exactly(),
		Long: "Backs the database up as it is now, while people work on, restores it into a private\n" +
			"PostgreSQL of its own in a temporary folder, and checks there: every table's rows, who may\n" +
			"see what, the log against what was signed and published, that whoever was erased is erased\n" +
			"again, and that the evidence of a campaign verifies. Each step says how long it took and\n" +
			"what it shows. The first that fails ends the drill, with exit status 1. Nothing is changed\n" +
			"here; the copy, which holds personal data, is removed at the end.\n\n" +
			"--tombstones is a list that `appointable tombstones` printed and that was kept outside.\n" +
			"--trust is the trust whose evidence is taken; without it, any.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			d := drill{term: term, config: c, trust: trust, lists: lists}
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&trust, "trust", "", "short name of the trust whose evidence is taken")
	cmd.Flags().StringArrayVar(&lists, "tombstones", nil, "list of the erased that was kept outside; may be given again")
	return cmd
}

// drill is one rehearsal under way.
type drill struct {
	term   terminal
	config Config
	trust  string
	lists  []string

	source    *database
	owner     *store.DB // of the source
	folder    string    // of the backup; removed at the end
	published store.Published
	rows      map[string]int64 // at the moment of the backup

	copy  *database
	again *store.DB // the owner's, of the copy
	web   *store.DB // the service's, of the copy
}

// drillStep returns what it shows.
type drillStep struct {
	name string
	do   func(context.Context) (string, error)
}

func (d *drill) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.clear()) }()
	began := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
	for _, step := range []drillStep{
		{"source", d.reach}, {"backup", d.backup}, {"restore", d.restore}, {"rows", d.countRows}, {"schema", d.migrate}, {"access", d.access},
		{"log", d.replayLogs}, {"payloads", d.payloads}, {"erased", d.eraseAgain}, {"evidence", d.evidence}, {"ranking", d.rerun},
	} {
		at := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
		shows, err := step.do(ctx)
		if err != nil {
			_, _ = fmt.Fprintf(d.term.out, "FAILED  %-9s %6.2f s\n", step.name, time.Since(at).Seconds())
			return fmt.Errorf("the drill failed at the step %q: %s", step.name, plain(err))
		}
		if _, err := fmt.Fprintf(d.term.out, "ok      %-9s %6.2f s  %s\n", step.name, time.Since(at).Seconds(), shows); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(d.term.out, "The backup can be restored: %.1f s in all. The copy is removed.\n", time.Since(began).Seconds())
	return err
}

// clear removes the copy and the backup, whatever has happened.
func (d *drill) clear() error {
	var err error
	for _, db := range []*store.DB{d.owner, d.again, d.web} {
		if db != nil {
			_ = db.Close() // it was only a copy's, or only read
		}
	}
	if d.copy != nil {
		ctx, cancel := timeout(30 * time.Second)
		defer cancel()
		err = d.copy.private.Stop(ctx)
	}
	if d.source != nil {
		d.source.stop()
	}
	if d.folder != "" {
		err = errors.Join(err, os.RemoveAll(d.folder))
	}
	return err
}

func (d *drill) reach(ctx context.Context) (string, error) {
	var err error
	if d.source, err = openDatabase(ctx, d.config, d.trust); err != nil {
		return "", err
	}
	if d.owner, err = d.source.openOwner(ctx); err != nil {
		return "", err
	}
	if d.folder, err = os.MkdirTemp("", "appointable-drill-"); err != nil {
		return "", err
	}
	// The record first: what was published by now must be in the backup.
	trusts, err := d.owner.AllTrusts(ctx)
	if err != nil {
		return "", err
	}
	n, err := d.copyPublished(trusts)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s; on record as published: the logs of %d", count(len(trusts), "trust"), n), nil
}

// copyPublished keeps the record as it was before the backup.
func (d *drill) copyPublished(trusts []store.Trust) (int, error) {
	folder, err := publishedFolder(d.config)
	if err != nil {
		return 0, err
	}
	if d.published, err = store.OpenPublished(filepath.Join(d.folder, publishedName)); err != nil {
		return 0, err
	}
	return store.ReadPublished(folder).CopyTo(d.published, trusts)
}

func (d *drill) file() string { return filepath.Join(d.folder, "backup") }

func (d *drill) backup(ctx context.Context) (string, error) {
	moment, err := d.owner.Snapshot(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = moment.Close() }() // it only read
	d.rows = moment.Rows
	if err := localpg.Dump(ctx, d.source.migrate, moment.Name, d.file()); err != nil {
		return "", err
	}
	info, err := os.Stat(d.file())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d KiB by pg_dump -Fc as the owner, of one moment, while others work", info.Size()>>10), nil
}

func (d *drill) restore(ctx context.Context) (string, error) {
	pg, err := localpg.Temporary(ctx)
	if err != nil {
		return "", err
	}
	d.copy = newPrivate(pg)
	d.copy.address(serviceName)
	if err := store.EnsureDatabase(ctx, d.copy.super("postgres"), serviceName); err != nil {
		return "", err
	}
	if err := store.MakeRoles(ctx, d.copy.super(serviceName)); err != nil {
		return "", err
	}
	if err := localpg.Restore(ctx, d.copy.migrate, d.file()); err != nil {
		return "", err
	}
	d.again, err = d.copy.openOwner(ctx)
	return "a new PostgreSQL with nothing but the roles took all of it", err
}
