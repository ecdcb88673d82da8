package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/round"
	"appointable/selection"
)

// bundle writes a small bundle of evidence of the example campaign, with what
// an auditor has beside it: bundle.zip, log.key, an old checkpoint, that of a
// log that was rewritten, and the leaf hash of a receipt.
func bundle(ts *testscript.TestScript, _ bool, _ []string) {
	origin := "appointable.example/northgate"
	key := audit.NewSigningKey()
	signer, err := key.Signer(origin)
	ts.Check(err)
	public, err := key.Public(origin)
	ts.Check(err)
	var leaves []tlog.Hash
	sign := func() evidence.Signed {
		stored, err := audit.Grow(0, leaves, nil)
		ts.Check(err)
		root, err := tlog.TreeHash(int64(len(leaves)), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			var hashes []tlog.Hash
			for _, i := range indexes {
				hashes = append(hashes, stored[i])
			}
			return hashes, nil
		}))
		ts.Check(err)
		c := audit.Checkpoint{Origin: origin, Size: int64(len(leaves)), Root: root}
		signed, err := c.Sign(signer)
		ts.Check(err)
		return evidence.Signed{Checkpoint: c, Note: signed}
	}
	trust, id := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	log := func(kind string, id uuid.UUID, version int, detail audit.Detail) evidence.Event {
		e, err := audit.New(audit.Object{Kind: kind, ID: id, Version: version}, uuid.NullUUID{}, time.Date(2026, 3, 14, 9, 26, 53+version, 0, time.UTC), detail)
		ts.Check(err)
		logged := evidence.Event{Leaf: e.Leaf(trust), Nonce: e.Nonce, Payload: e.Payload}
		leaves = append(leaves, logged.Leaf.Hash())
		return logged
	}
	r, _, err := round.Read(context.Background(), ts.Getenv("DEMO"))
	ts.Check(err)
	lock := r.Campaign.Locked(r.Framework)
	sheet := evidence.Sheet{ID: uuid.Must(uuid.NewV7()), Sheet: selection.NewSheet("C01", "R1", r.Campaign.Exercises[0])}
	sheet.Sheet.State, sheet.Sheet.Version = selection.SheetSubmitted, 2
	ranking := []byte("{}\n")
	run := uuid.Must(uuid.NewV7()).String()
	opened := log("campaign", id, 1, audit.ScoringOpened{Framework: lock.Framework, Plan: lock.Plan, Sheets: 1})
	submitted := log("sheet", sheet.ID, 2, audit.SheetSubmitted{Sheet: sheet.Sheet})
	early := sign()
	ranked := log("campaign", id, 2, audit.RankingStored{Run: run, Result: fmt.Sprintf("%x", sha256.Sum256(ranking))})
	sealed, err := evidence.Seal(evidence.Contents{
		Framework: r.Framework, Campaign: r.Campaign, Sheets: []evidence.Sheet{sheet}, Rankings: map[string][]byte{run: ranking},
		Events: []evidence.Event{opened, submitted, ranked}, Earlier: []evidence.Signed{early},
	})
	ts.Check(err)
	export := log("campaign", id, 3, audit.EvidenceExported{Trust: "Northgate NHS Trust", Code: r.Campaign.Code, Contents: sealed.Digest()})
	var out bytes.Buffer
	ts.Check(sealed.Write(&out, evidence.Logged{Export: export, Now: sign(), Leaves: leaves}))
	leaves[1] = leaves[2]
	for name, content := range map[string][]byte{
		"bundle.zip": out.Bytes(), "log.key": []byte(public + "\n"), "kept": early.Note, "rewritten": sign().Note,
		"receipt": []byte(audit.HexHash(submitted.Leaf.Hash())),
	} {
		ts.Check(os.WriteFile(ts.MkAbs(name), content, 0o600))
	}
}

// verify-receipt KEY FILE verifies bundle.zip with the receipt in the file.
func verifyReceipt(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("appointable", "verify", "bundle.zip", "--key", args[0], "--receipt", ts.ReadFile(args[1])))
}
