package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// What a drill checks in the restored copy.

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
