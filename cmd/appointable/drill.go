package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
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

func (d *drill) countRows(ctx context.Context) (string, error) {
	rows, err := d.again.CountRows(ctx)
	if err != nil {
		return "", err
	}
	var total int64
	var wrong []string
	for _, table := range slices.Sorted(maps.Keys(d.rows)) {
		total += d.rows[table]
		if n, ok := rows[table]; !ok || n != d.rows[table] {
			wrong = append(wrong, fmt.Sprintf("%s has %d rows, and had %d", table, n, d.rows[table]))
		}
	}
	if len(wrong) > 0 {
		return "", fault.New(fault.Conflict, "%s", strings.Join(wrong, "; "))
	}
	return fmt.Sprintf("%d tables with %d rows in all, each table as many as at the moment of the backup", len(d.rows), total), nil
}

func (d *drill) migrate(ctx context.Context) (string, error) {
	m, err := store.OpenMigrator(ctx, d.copy.migrate)
	if err != nil {
		return "", err
	}
	defer func() { _ = m.Close() }()
	done, err := m.Up(ctx)
	if err != nil {
		return "", err
	}
	if d.web, err = d.copy.open(ctx, d.config); err != nil {
		return "", err
	}
	if len(done) > 0 {
		return fmt.Sprintf("%s applied; the schema is this program's", count(len(done), "migration")), nil
	}
	return "it is this program's, with its table of access", nil
}

// access needs the service's login, which open has found to be one that
// row-level security binds.
func (d *drill) access(ctx context.Context) (string, error) {
	var tables []string
	var hidden int64
	for table, n := range d.rows {
		if n > 0 && !slices.Contains([]string{"public.goose_db_version", "public.access_rules"}, table) {
			tables, hidden = append(tables, table), hidden+n
		}
	}
	seen, err := d.web.SeenByNobody(ctx, tables)
	if err != nil {
		return "", err
	}
	if seen > 0 {
		return "", fault.New(fault.Conflict, "the service's login sees %d rows without having entered for a trust: row-level security is not in force", seen)
	}
	return fmt.Sprintf("row-level security binds the service: without a trust it sees none of %d rows", hidden), nil
}

func (d *drill) replayLogs(ctx context.Context) (string, error) {
	logs, err := d.again.ReplayLogs(ctx)
	if err != nil {
		return "", err
	}
	trusts, err := d.again.AllTrusts(ctx)
	if err != nil {
		return "", err
	}
	for _, trust := range trusts {
		if err := d.web.CompareLog(ctx, store.Operator(trust.ID), trust.Slug, d.published); err != nil {
			return "", err
		}
	}
	var leaves int64
	for _, log := range logs {
		leaves += log.Leaves
	}
	signatures, err := d.signatures(logs)
	return fmt.Sprintf("%s, %d leaves: the roots are those that were signed, and all that was published is there; %s", count(len(logs), "log"), leaves, signatures), err
}

// signatures checks the last checkpoints, where this machine has the key.
func (d *drill) signatures(logs []store.ReplayedLog) (string, error) {
	keys, err := readKeys()
	if err != nil || len(keys) == 0 {
		return "signatures were not looked at, since the signing key is not here", nil //nolint:nilerr // said in words: a drill may run where the key is not
	}
	for _, log := range logs {
		if log.Signed == nil {
			continue
		}
		trusted, err := verifiersOf(keys, log.Origin)
		if err == nil {
			_, err = audit.OpenCheckpoint(log.Signed, trusted...)
		}
		if err != nil {
			return "", err
		}
	}
	return "signatures hold", nil
}

func verifiersOf(keys []audit.SigningKey, origin string) ([]note.Verifier, error) {
	var trusted []note.Verifier
	for _, key := range keys {
		public, err := key.Public(origin)
		if err != nil {
			return nil, err
		}
		verifier, err := audit.ParseVerifier(public)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, verifier)
	}
	return trusted, nil
}

func (d *drill) payloads(ctx context.Context) (string, error) {
	all, broken, err := d.again.BrokenPayloads(ctx)
	if err == nil && broken > 0 {
		err = fault.New(fault.Conflict, "%d of %d payloads are not what their events committed to", broken, all)
	}
	return fmt.Sprintf("%d payloads are what their events committed to", all), err
}

func (d *drill) eraseAgain(ctx context.Context) (string, error) {
	if len(d.lists) == 0 {
		return "no list was given with --tombstones, so nothing was replayed", nil
	}
	total := 0
	for _, list := range d.lists {
		slug, err := tombstonesOf(list)
		if err != nil {
			return "", err
		}
		if slug == "" {
			continue // nobody had been erased
		}
		trust, err := d.web.FindTrust(ctx, slug)
		if err != nil {
			return "", err
		}
		stones, err := readTombstones(list, slug)
		if err != nil {
			return "", err
		}
		var said bytes.Buffer
		if err := replayStones(ctx, terminal{out: &said}, d.web, store.Operator(trust.ID), list, stones); err != nil {
			return "", err
		}
		total += len(stones)
	}
	return fmt.Sprintf("%d on %s: each is erased in the copy", total, count(len(d.lists), "list")), nil
}

// evidence orders and signs the copy's events anew, with a key that is thrown
// away: with the real one a log would be signed that contradicts the real one.
func (d *drill) evidence(ctx context.Context) (string, error) {
	slug, campaign, err := d.again.Provable(ctx, d.trust)
	if fault.Is(err, fault.NotFound) {
		return plain(err) + ", so there is no evidence to take", nil
	}
	if err != nil {
		return "", err
	}
	if err := d.again.ForgetLogs(ctx); err != nil {
		return "", err
	}
	record, err := store.OpenPublished(filepath.Join(d.folder, "drill-published"))
	if err != nil {
		return "", err
	}
	key := audit.NewSigningKey()
	sequencer, err := store.OpenSequencer(ctx, d.copy.sequence, "drill", record, key)
	if err != nil {
		return "", err
	}
	bundle, err := d.takeEvidence(ctx, sequencer, slug, campaign)
	if err != nil {
		return "", err
	}
	trusted, err := verifiersOf([]audit.SigningKey{key}, audit.FirstOrigin("drill", slug))
	if err != nil {
		return "", err
	}
	report := evidence.Verify(bundle, evidence.Trusted{Keys: trusted})
	for _, c := range report.Checks {
		for _, failure := range c.Failures {
			return "", fault.New(fault.Conflict, "the bundle of %s is not sound: %s: %s", campaign, c.Name, failure)
		}
	}
	return fmt.Sprintf("%s of %s verifies offline: %d events", campaign, slug, report.About.Events), nil
}

// takeEvidence follows the log while the bundle is made.
func (d *drill) takeEvidence(ctx context.Context, sequencer *store.Sequencer, slug, campaign string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(sequenceEvery / 4); ctx.Err() == nil; {
			_, _ = sequencer.Sequence(ctx) // what fails here shows in the bundle that is not made
			_, _ = sequencer.Sign(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	defer func() { cancel(); <-done; _ = sequencer.Close() }()
	trust, err := d.web.FindTrust(ctx, slug)
	if err != nil {
		return nil, err
	}
	var bundle bytes.Buffer
	err = d.web.Evidence(ctx, store.Operator(trust.ID), campaign, &bundle)
	return bundle.Bytes(), err
}

func (d *drill) rerun(ctx context.Context) (string, error) {
	slug, campaign, err := d.again.Provable(ctx, d.trust)
	if fault.Is(err, fault.NotFound) {
		return "there is no ranking to repeat", nil
	}
	if err != nil {
		return "", err
	}
	trust, err := d.web.FindTrust(ctx, slug)
	if err != nil {
		return "", err
	}
	again, err := d.web.Rerun(ctx, store.Operator(trust.ID), campaign, [16]byte{})
	if fault.Is(err, fault.NotFound) {
		return fmt.Sprintf("%s has no ranking to repeat", campaign), nil
	}
	if err == nil && !again.Same {
		err = fault.New(fault.Conflict, "%s ranked again is not the same: %s", campaign, strings.Join(again.Differences, "; "))
	}
	return fmt.Sprintf("%s ranked again is the same, byte for byte", campaign), err
}
