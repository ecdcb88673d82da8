package store_test

import (
	"testing"

	"github.com/google/uuid"

	"appointable/internal/fault"
	"appointable/internal/store"
)

func whoIs(candidate string) store.Identity {
	return store.Identity{Candidate: candidate, Name: "Amara Okafor", Email: "amara@example.org", Telephone: "020 7946 0000", Reference: "TRAC-1"}
}

func TestIdentityIsOnRecordWhenItIsRead(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	_, err := w.db.Identity(w.ctx, w.officer, code, "C1")
	w.refused(err, fault.NotFound)
	put, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
	w.must(err)
	w.equal(put.Version, 1)
	got, err := w.db.Identity(w.ctx, w.officer, code, "C1")
	w.must(err)
	w.equal(got, put)
	again := whoIs("C1")
	again.Name = "Amara Okafor-Lane"
	again, err = w.db.PutIdentity(w.ctx, w.officer, code, again)
	w.must(err)
	w.equal(again.Version, 2)
	// What was refused with NotFound was rolled back, and so is not on record.
	w.equal(w.count(`select count(*) from audit_events where kind = 'candidate.identity-read'`), 1)
	w.equal(w.count(`select count(*) from audit_events where kind = 'candidate.identity-changed'`), 2)
	w.equal(w.count(`select count(*) from audit_payloads where position('Okafor' in convert_from(payload, 'UTF8')) > 0`), 0)
	w.dense()
}

func TestIdentityIsForRecruitment(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	_, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
	w.must(err)
	for _, who := range []store.Actor{w.members["R1"], w.members["R2"], w.auditor, w.owner} {
		_, err := w.db.Identity(w.ctx, who, code, "C1")
		w.refused(err, fault.Forbidden)
		_, err = w.db.PutIdentity(w.ctx, who, code, whoIs("C1"))
		w.refused(err, fault.Forbidden)
	}
	w.equal(w.count(`select count(*) from audit_events where kind like 'candidate.%'`), 1)
}

func TestIdentityHasAShape(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for name, change := range map[string]func(*store.Identity){
		"no name":      func(i *store.Identity) { i.Name = " " },
		"half an mail": func(i *store.Identity) { i.Email = "amara@" },
		"two mails":    func(i *store.Identity) { i.Email = "Amara <amara@example.org>" },
	} {
		who := whoIs("C1")
		change(&who)
		if _, err := w.db.PutIdentity(w.ctx, w.officer, code, who); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C99"))
	w.refused(err, fault.NotFound)
}

// The database gives no name without a record of it, whatever the program asks.
func TestNoEventNoName(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	_, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
	w.must(err)
	_, err = w.db.Identity(w.ctx, w.officer, code, "C1")
	w.must(err)
	campaign := w.campaignID()
	candidate := w.id(`select candidate_id from candidates where trust_id = $1 and code = 'C1'`, w.trust.ID)
	old := w.id(`select event_id from audit_events where kind = 'candidate.identity-read'`)
	w.as(w.officer, code, func(f forger) {
		f.refuses("a table", `select from identity.candidates`)
		f.refuses("another reading's event", `select from read_identity($1, $2, $3)`, campaign, candidate, old)
		f.refuses("no event", `select from read_identity($1, $2, $3)`, campaign, candidate, uuid.Must(uuid.NewV7()))
		f.refuses("a write without one", `select put_identity($1, $2, $3, 'X', '', '', '', now())`, campaign, candidate, old)
	})
}

// TestTheVaultHasItsOwnDoor: who is signed in to the service cannot come in,
// and whoever comes in finds nothing of the service.
func TestTheVaultHasItsOwnDoor(t *testing.T) {
	w := newWorld(t)
	w.everything()
	campaign := w.campaignID()
	candidate := w.id(`select candidate_id from candidates where trust_id = $1 and code = 'C1'`, w.trust.ID)
	_, err := w.raw("postgres").ExecContext(w.ctx,
		`insert into monitoring.characteristics values ($1, $2, $3, 'ethnicity=N', now())`, w.trust.ID, campaign, candidate)
	w.must(err)
	for _, who := range []store.Actor{w.officer, w.members["R1"], w.members["R2"], w.auditor, w.owner, w.operator} {
		w.as(who, code, func(f forger) {
			f.refuses("the vault", `select from monitoring.characteristics`)
			f.refuses("its writing", `delete from monitoring.characteristics`)
			f.refuses("another role", `set local role appointable_monitoring`)
		})
	}
	vault := w.raw("appointable_monitor")
	tx := vault.MustBeginTx(w.ctx, nil)
	defer func() { _ = tx.Rollback() }()
	tx.MustExecContext(w.ctx, `select set_config('app.trust', $1, true)`, w.trust.ID.String())
	f := forger{w, tx}
	for _, table := range append(tables(t, w.raw("postgres")), "identity.candidates", "monitoring.characteristics", "monitoring.requests", "monitoring.released") {
		f.refuses(table, `select from `+table)
	}
	// What it may call: TestRightsOfTheVault.
}
