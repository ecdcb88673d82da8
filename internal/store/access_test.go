package store_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/monitoring"
)

// The table of access, cell by cell, against the use cases and the database.

// subject is somebody of each kind, and the roles by which they act.
type subject struct {
	name  string
	who   store.Actor
	rater string // of the seat; "" none
	roles []access.Role
}

func (w *world) subjects() []subject {
	seat := []access.Role{access.PanelMember}
	return []subject{
		{"nobody", store.Actor{Trust: w.trust.ID}, "", nil},
		{"whoever has no role", w.person("outsider"), "", nil},
		{"the framework owner", w.owner, "", []access.Role{access.FrameworkOwner}},
		{"HR", w.officer, "", []access.Role{access.RecruitmentOfficer}},
		{"the auditor", w.auditor, "", []access.Role{access.Auditor}},
		{"the administrator", w.person("administrator", access.Administrator), "", []access.Role{access.Administrator}},
		{"the chair", w.members["R1"], "R1", append(seat, access.Chair)},
		{"a member", w.members["R2"], "R2", seat},
		{"the command line", w.operator, "", access.TrustRoles()},
	}
}

// inPhase makes a world whose campaign has come to a phase: R3 has declared an
// interest in C2; C2's sheets are open while scoring is.
func inPhase(w *world, phase access.Phase) *world {
	w.t.Helper()
	w.storePrior(w.pooled(1))
	if sifts(phase) {
		w.draft(withSift)
	} else {
		w.draft()
	}
	w.declare("R3", "C2", selection.Knows)
	_, err := w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
	w.must(err)
	_, err = w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.anotherFramework("drafted"))
	w.must(err)
	if phase == access.Draft {
		return w
	}
	w.open()
	if sifts(phase) {
		return w.inSift(phase)
	}
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
	}
	if phase == access.Scoring {
		_, err = w.db.SaveSheet(w.ctx, w.members["R2"], code, sheet("R2", "C2"), 0, marks(2, 2))
		w.must(err)
		return w
	}
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C2", float64(3+i), 4)
	}
	if phase == access.Moderation {
		return w
	}
	w.closeAndRank()
	if phase == access.Decided {
		_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
		w.must(err)
	}
	return w
}

// sifts are the phases that only a campaign with a sift has.
func sifts(phase access.Phase) bool { return phase == access.Sift || phase == access.Shortlisting }

// inSift has C2's sheets open while the sift is marked, and then everybody on
// the shortlist or not.
func (w *world) inSift(phase access.Phase) *world {
	w.t.Helper()
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.sift(rater, "C1", 6, 5)
	}
	if phase == access.Sift {
		_, err := w.db.SaveSheet(w.ctx, w.members["R2"], code, ofSift("R2", "C2"), 0, marks(2, 2))
		w.must(err)
		return w
	}
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.sift(rater, "C2", 3, 4)
	}
	w.shortlist(false)
	return w
}

// stage is a world and everybody in it.
type stage struct {
	*world
	subjects []subject
}

// eachPhase makes a world in every phase in one database, in which from now on
// no change is committed: it fails at the very last, with takenBack. What a
// reading puts on record stays, since nothing is read before.
func eachPhase(t *testing.T) map[access.Phase]stage {
	t.Helper()
	first := newWorld(t)
	worlds := map[access.Phase]*world{access.Draft: first}
	for _, phase := range access.Phases()[1:] {
		worlds[phase] = trustIn(t, first.database, first.db, "trust-in-"+string(phase))
	}
	stages := map[access.Phase]stage{}
	for phase, w := range worlds {
		w.equal(access.Phase(inPhase(w, phase).phase()), phase)
		_, err := w.db.PutIdentity(w.ctx, w.officer, code, whoIs("C1"))
		w.must(err)
		_, err = w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C2", "sex", "male")})
		w.must(err)
		w.audited()
		w.bury()
		stages[phase] = stage{w, w.subjects()}
	}
	first.raw("postgres").MustExecContext(first.ctx, `
		create function take_back() returns trigger language plpgsql as $$
			begin raise exception 'the test takes this back' using errcode = 'AP999'; end $$;
		create constraint trigger take_back after insert on audit_events deferrable initially deferred
			for each row when (new.kind not in ('reading.sealed', 'monitoring.read', 'candidate.monitoring-given')) execute function take_back()`)
	return stages
}

// takenBack says that a change would have been committed.
func takenBack(err error) bool {
	refusal, ok := errors.AsType[*pq.Error](err)
	return ok && refusal.Code == "AP999"
}

// probe is a use case that an action guards. Reading returns how much of what
// the action opens was seen.
type probe struct {
	action access.Action
	name   string
	read   func(*world, *store.DB, subject) (seen int, err error)
	write  func(*world, *store.DB, subject) error
}

// own names a sheet of the subject's, or R2's for whoever has none.
func (s subject) own(w *world, candidate string) store.SheetName {
	rater := s.rater
	if rater == "" {
		rater = "R2"
	}
	if w.phase() == selection.Sift {
		return ofSift(rater, candidate)
	}
	return sheet(rater, candidate)
}

func (w *world) anotherPlan(code string) selection.Campaign {
	plan := w.plan()
	plan.Code = code
	return plan
}

func probes() []probe {
	return []probe{
		{access.EditFramework, "create", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.CreateFramework(w.ctx, s.who, store.Key{}, w.anotherFramework("another"))
			return err
		}},
		{access.EditFramework, "publish", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.PublishFramework(w.ctx, s.who, "drafted", 1, 0)
			return err
		}},
		{access.EditFramework, "retire", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.RetireFramework(w.ctx, s.who, "values", 1, 0)
			return err
		}},
		{access.ReadPriors, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Priors(w.ctx, s.who, "values", 0, 10)
			return len(list), err
		}, nil},
		{access.PoolPriors, "pool", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.Refit(w.ctx, s.who, "values", nil)
			if fault.Is(err, fault.Conflict) { // too few campaigns: as far as one comes here
				return nil
			}
			return err
		}},
		{access.ReadAudit, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.AuditEvents(w.ctx, s.who, uuid.Nil, 10)
			return len(list), err
		}, nil},
		{access.ReadAudit, "the record", func(w *world, db *store.DB, s subject) (int, error) {
			lines, err := db.Record(w.ctx, s.who, store.RecordQuery{}, 10)
			return len(lines), err
		}, nil},
		{access.ManagePeople, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.People(w.ctx, s.who, "", 10)
			seen := 0
			for _, p := range list {
				if p.ID != s.who.Person {
					seen++
				}
			}
			return seen, err
		}, nil},
		{access.ManagePeople, "add", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.AddPerson(w.ctx, s.who, store.Key{}, store.Person{Username: "newcomer", DisplayName: "New"})
			return err
		}},
		{access.ManagePeople, "roles", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.SetRoles(w.ctx, s.who, "outsider", access.TrustRoles())
			return err
		}},
		{access.ManagePeople, "another's password", nil, func(w *world, db *store.DB, s subject) error {
			return db.SetPassword(w.ctx, s.who, "member-R3", "no hash")
		}},
		{access.CreateCampaign, "create", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.CreateCampaign(w.ctx, s.who, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: w.anotherPlan("CARD-2")})
			return err
		}},
		{access.ImportCampaign, "import", nil, func(w *world, db *store.DB, s subject) error {
			r := w.round()
			r.Framework, r.Campaign.Code = w.anotherFramework("imported"), "CARD-3"
			_, err := db.Import(w.ctx, s.who, store.Key{}, r)
			return err
		}},
		{access.ReadCampaign, "read", func(w *world, db *store.DB, s subject) (int, error) {
			c, err := db.Campaign(w.ctx, s.who, code)
			return len(c.Document.Panel), err
		}, nil},
		{access.ReadCampaign, "candidates", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Candidates(w.ctx, s.who, code, "", 10)
			return len(list), err
		}, nil},
		{access.EditPlan, "change", nil, func(w *world, db *store.DB, s subject) error {
			plan := w.plan()
			plan.Title = "Another"
			_, err := db.ChangeCampaign(w.ctx, s.who, 0, plan)
			return err
		}},
		{access.EditPlan, "fill a seat", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.FillSeat(w.ctx, s.who, code, "R3", "outsider")
			return err
		}},
		{access.EditPlan, "add candidates", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.AddCandidates(w.ctx, s.who, code, store.Key{}, []selection.Candidate{{Code: "C9"}})
			return err
		}},
		{access.AssignSheets, "assign", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.AssignSheets(w.ctx, s.who, code, store.Key{}, []store.SheetName{sheet("R1", "C1")})
			return err
		}},
		{access.ReplaceMember, "replace", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.ReplaceMember(w.ctx, s.who, code, "R3", store.Newcomer{Rater: "R4", Username: "outsider", Reason: "has left"})
			return err
		}},
		{access.ChangeCandidate, "change", nil, func(w *world, db *store.DB, s subject) error {
			c := selection.Candidate{Code: "C1", Interviewed: selection.Yes, Accepted: selection.Yes}
			if w.phase() == selection.Shortlisting {
				c.Shortlisted = selection.Yes
			}
			_, err := db.ChangeCandidate(w.ctx, s.who, code, 0, c)
			return err
		}},
		{access.EnterResults, "enter", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.PutResults(w.ctx, s.who, code, store.Key{}, results())
			return err
		}},
		{access.OpenScoring, "open", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.OpenScoring(w.ctx, s.who, code, 0)
			return err
		}},
		{access.ReadProgress, "progress", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.ProgressOf(w.ctx, s.who, code, store.SheetName{}, 10)
			return othersOf(list, s), err
		}, nil},
		{access.ReadSheets, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Sheets(w.ctx, s.who, code, store.SheetName{}, 10)
			return len(list), err
		}, nil},
		{access.WriteSheet, "save", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.SaveSheet(w.ctx, s.who, code, s.own(w, "C2"), 0, marks(1, 1))
			return err
		}},
		{access.WriteSheet, "submit", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.SubmitSheet(w.ctx, s.who, code, s.own(w, "C2"), 0, store.Key{}, marks(1, 1))
			return err
		}},
		{access.CloseScoring, "close", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.CloseScoring(w.ctx, s.who, code, "called away")
			return err
		}},
		{access.ReviseMark, "revise", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.ReviseMark(w.ctx, s.who, code, s.own(w, "C1"), 0, store.Key{}, mark("safety.a", 1), "misheard")
			return err
		}},
		{access.ReadMarks, "another's sheet", func(w *world, db *store.DB, s subject) (int, error) {
			found, err := db.Sheet(w.ctx, s.who, code, sheet("R3", "C1"))
			return len(found.Marks), err
		}, nil},
		{access.ReadMarks, "another's sheet in the list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Sheets(w.ctx, s.who, code, store.SheetName{}, 10)
			return othersOf(of(selection.StageAssessment, list), s), err
		}, nil},
		{access.ReadMarks, "all of them", func(w *world, db *store.DB, s subject) (int, error) {
			marks, err := db.Marks(w.ctx, s.who, code)
			return len(marks), err
		}, nil},
		{access.ReadSift, "another's sheet in the list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Sheets(w.ctx, s.who, code, store.SheetName{}, 10)
			return othersOf(of(selection.StageSift, list), s), err
		}, nil},
		{access.ReadSift, "means", func(w *world, db *store.DB, s subject) (seen int, err error) {
			list, err := db.Shortlist(w.ctx, s.who, code, "", 10)
			for _, line := range list {
				seen += line.Marks
			}
			if fault.Is(err, fault.Conflict) { // there is none, or it is sealed
				err = nil
			}
			return seen, err
		}, nil},
		{access.RecordShortlist, "record", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.RecordShortlist(w.ctx, s.who, code, 0, []selection.Shortlisted{{Candidate: "C2", Shortlisted: true}})
			return err
		}},
		{access.RecordShortlist, "lock", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.LockShortlist(w.ctx, s.who, code, 0)
			return err
		}},
		{access.ReadMarks, "results", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Results(w.ctx, s.who, code)
			return len(list), err
		}, nil},
		{access.CloseModeration, "close", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.CloseModeration(w.ctx, s.who, code, 0)
			return err
		}},
		{access.DeclareInterest, "declare", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.DeclareInterest(w.ctx, s.who, code, store.Key{}, selection.Interest{Candidate: "C1", Nature: selection.Knows, Details: "met once"})
			return err
		}},
		{access.ReadInterests, "another's", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Interests(w.ctx, s.who, code)
			return len(list), err // the one there is is R3's, who is no subject
		}, nil},
		{access.JudgeInterest, "judge", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.JudgeInterest(w.ctx, s.who, code, "R3", "C2", selection.MarksWithdrawn, "too near")
			return err
		}},
		{access.RankCandidates, "rank", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.Rank(w.ctx, s.who, code, selection.Settings{Seed: 1, Draws: 200})
			return err
		}},
		{access.ReadRanking, "read", func(w *world, db *store.DB, s subject) (int, error) {
			run, err := db.LatestRanking(w.ctx, s.who, code)
			return len(run.Result), err
		}, nil},
		{access.ReadRanking, "round", func(w *world, db *store.DB, s subject) (int, error) {
			r, _, err := db.Round(w.ctx, s.who, code)
			return len(r.Ratings), err
		}, nil},
		{access.RecordDecision, "decide", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.Decide(w.ctx, s.who, code, store.Key{}, decision())
			return err
		}},
		{access.ExportCampaign, "export", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.Export(w.ctx, s.who, code)
			return err
		}},
		{access.InvitePeople, "a guest", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.Invite(w.ctx, s.who, store.Person{Username: "new-guest", DisplayName: "Guest"})
			return err
		}},
		// A reading that goes on record is a change, and taken back as one.
		{access.ReadIdentity, "read", func(w *world, db *store.DB, s subject) (int, error) {
			who, err := db.Identity(w.ctx, s.who, code, "C1")
			return len(who.Name), onRecord(err)
		}, nil},
		{access.EditIdentity, "enter", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.PutIdentity(w.ctx, s.who, code, whoIs("C1"))
			return err
		}},
		{access.GiveAccess, "gather", func(w *world, db *store.DB, s subject) (int, error) {
			pack, err := db.SubjectAccess(w.ctx, s.who, code, "C1")
			return len(pack.Trust), onRecord(err)
		}, nil},
		{access.ImportMonitoring, "import", nil, func(w *world, db *store.DB, s subject) error {
			_, err := w.vaultLike(db).Import(w.ctx, s.who, code, []monitoring.Row{row("C1", "sex", "female")})
			return err
		}},
		{access.AskMonitoring, "ask", nil, func(w *world, db *store.DB, s subject) error {
			_, err := w.vaultLike(db).Ask(w.ctx, s.who, code, "C1")
			return err
		}},
		{access.GiveAccess, "a candidate's own answers", func(w *world, db *store.DB, s subject) (int, error) {
			own, err := w.vaultLike(db).Own(w.ctx, s.who, code, "C2")
			return len(own.Answers), onRecord(err)
		}, nil},
		{access.ReadMonitoring, "funnel", func(w *world, db *store.DB, s subject) (int, error) {
			rows, err := w.vaultLike(db).Funnel(w.ctx, s.who, []string{code}, "the audit")
			return len(rows), undecided(onRecord(err))
		}, nil},
		{access.ReadMonitoring, "scores", func(w *world, db *store.DB, s subject) (int, error) {
			rows, err := w.vaultLike(db).Scores(w.ctx, s.who, []string{code}, "the audit")
			return len(rows), undecided(onRecord(err))
		}, nil},
		{access.AuditFairness, "audit", func(w *world, db *store.DB, s subject) (int, error) {
			_, err := db.AuditFairness(w.ctx, w.vaultLike(db), s.who, ofCampaign(code), "the audit")
			return 1, undecided(onRecord(err))
		}, nil},
		{access.ReadFairness, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.FairnessRuns(w.ctx, s.who, uuid.Nil, 10)
			return len(list), err
		}, nil},
		{access.ReadFairness, "latest", func(w *world, db *store.DB, s subject) (int, error) {
			run, err := db.LatestFairness(w.ctx, s.who, code)
			if fault.Is(err, fault.NotFound) && access.Check(s.roles, access.ReadFairness) == nil {
				return 0, nil // before the decision, to HR
			}
			return len(run.Result), err
		}, nil},
		{access.ReadTombstones, "list", func(w *world, db *store.DB, s subject) (int, error) {
			list, err := db.Tombstones(w.ctx, s.who)
			return len(list), err
		}, nil},
		{access.SetRetention, "set", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.SetRetention(w.ctx, s.who, code, store.Retention{KeepUntil: "2027-01-31"})
			return err
		}},
		{access.EraseCandidate, "erase", nil, func(w *world, db *store.DB, s subject) error {
			_, err := db.EraseCandidate(w.ctx, s.who, code, "C1", "asked to be forgotten")
			return err
		}},
	}
}

// onRecord is the error of a reading whose record was taken back: none.
func onRecord(err error) error {
	if takenBack(err) {
		return nil
	}
	return err
}

func of(stage selection.Stage, list []store.SheetStatus) (kept []store.SheetStatus) {
	for _, s := range list {
		if s.Stage == stage {
			kept = append(kept, s)
		}
	}
	return kept
}

// undecided is the error of a reading before the decision, which is not for the
// table to allow or not: none.
func undecided(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// vaultLike is the vault, unchecked where the database is.
func (w *world) vaultLike(db *store.DB) *store.Vault {
	if db != w.db {
		return w.vault.Unchecked()
	}
	return w.vault
}

func othersOf(list []store.SheetStatus, s subject) (n int) {
	for _, sheet := range list {
		if sheet.Rater != s.rater {
			n++
		}
	}
	return n
}

// try runs a probe and says whether it got what it asked for. What was neither
// done nor refused in a way of ours fails the test.
func (p probe) try(w *world, db *store.DB, s subject) (bool, error) {
	if p.read != nil {
		seen, err := p.read(w, db, s)
		return err == nil && seen > 0, err
	}
	err := p.write(w, db, s)
	return err == nil || takenBack(err), err
}

// unproved are the actions that no probe above can show: how strictly each
// assessor marked lies in the bytes of a ranking, which the program cuts
// (TestSeverityByNameIsForTheOfficer).
var unproved = map[access.Action]bool{access.ReadSeverity: true}

// shown says of a cell that is allowed whether there is anything to be seen:
// in a draft there are no sheets, before reveal HR and auditor have none.
func (p probe) shown(phase access.Phase, s subject) bool {
	switch p.action {
	case access.ReadProgress:
		return phase != access.Draft
	case access.ReadMonitoring, access.AuditFairness:
		return phase == access.Decided
	case access.ReadFairness:
		return phase == access.Decided || access.Check(s.roles, access.AuditFairness) == nil
	case access.ReadSheets:
		return phase != access.Draft && (s.rater != "" || phase != access.Scoring && phase != access.Sift)
	case access.ReadSift:
		return phase == access.Shortlisting // the worlds of later phases have none
	}
	return true
}

// left says what the database leaves to the program. Pooling too few campaigns
// ends early; TestEveryStatement tries to store a prior. Once revealed, who
// reads marks reads sheets with them. Nobody yet looks everybody up, to sign in.
// Whoever invites people sees who is there and adds people, without a role;
// whoever reads the record sees who is in it.
func (p probe) left(phase access.Phase, s subject) bool {
	return p.action == access.PoolPriors ||
		p.action == access.ManagePeople && (p.name == "list" || p.name == "add") && access.Allowed(s.roles, access.InvitePeople, phase) ||
		p.action == access.ManagePeople && p.name == "list" && access.Allowed(s.roles, access.ReadAudit, phase) ||
		p.action == access.ReadProgress && (access.Allowed(s.roles, access.ReadMarks, phase) || access.Allowed(s.roles, access.ReadSift, phase)) ||
		p.action == access.ManagePeople && p.read != nil && s.who == store.Actor{Trust: s.who.Trust}
}

// campaignless are the actions that ask for no campaign: a seat gives none.
func campaignless(action access.Action) bool {
	switch action {
	case access.EditFramework, access.ReadPriors, access.PoolPriors, access.ReadAudit, access.ManagePeople, access.CreateCampaign, access.ImportCampaign, access.ReadTombstones, access.InvitePeople, access.ReadMonitoring, access.AuditFairness, access.ReadFairness:
		return true
	}
	return false
}

func TestEveryCellOfTheTable(t *testing.T) {
	stages := eachPhase(t)
	proved := map[access.Action]int{}
	cells := 0
	for _, phase := range access.Phases() {
		w := stages[phase].world
		for _, s := range stages[phase].subjects {
			for _, p := range probes() {
				cells++
				want := access.Allowed(s.roles, p.action, phase)
				got, err := p.try(w, w.db, s)
				if want && !p.shown(phase, s) {
					got = err == nil
				}
				if got != want {
					t.Errorf("in %s %s: %s (%s): %v, want %v: %v", phase, s.name, p.action, p.name, got, want, err)
				}
				if want {
					proved[p.action]++
				}
				ours := err == nil || takenBack(err) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound)
				if !ours {
					t.Errorf("in %s %s: %s (%s) ends in %v", phase, s.name, p.action, p.name, err)
				}
				if err != nil && !campaignless(p.action) && len(s.roles) == 0 && !fault.Is(err, fault.Forbidden) {
					t.Errorf("in %s %s: %s (%s) is refused with %v", phase, s.name, p.action, p.name, err)
				}
			}
		}
	}
	for _, rule := range access.Table() {
		if proved[rule.Action] == 0 && !unproved[rule.Action] {
			t.Errorf("no probe shows that anybody may %s", rule.Action)
		}
	}
	t.Logf("%d cells", cells)
}

// A check that the program forgets must not open the door.
func TestEveryCellWithoutTheProgramsCheck(t *testing.T) {
	stages := eachPhase(t)
	for _, phase := range access.Phases() {
		w := stages[phase].world
		db := w.db.Unchecked()
		for _, s := range stages[phase].subjects {
			for _, p := range probes() {
				if access.Allowed(s.roles, p.action, phase) || p.left(phase, s) {
					continue
				}
				if got, err := p.try(w, db, s); got {
					t.Errorf("in %s %s: %s (%s) works by itself: %v", phase, s.name, p.action, p.name, err)
				}
			}
		}
	}
}

func TestServeRefusesAnotherTableThanItsOwn(t *testing.T) {
	w := newWorld(t)
	w.must(w.db.Pending(w.ctx))
	for what, change := range map[string]string{
		"more":    `insert into access_rules (action, role, phase) values ('read-marks', 'administrator', '')`,
		"less":    `delete from access_rules where action = 'manage-people'`,
		"another": `update access_rules set phase = 'draft' where action = 'close-moderation'`,
	} {
		t.Run(what, func(t *testing.T) {
			w.raw("postgres").MustExecContext(w.ctx, change)
			w.refused(w.db.Pending(w.ctx), fault.Conflict)
			_, err := migrator(t, w.database).Up(w.ctx)
			w.must(err)
			w.must(w.db.Pending(w.ctx))
		})
	}
}

// Roles are the database's: whoever has left has none, seat or not.
func TestWhoeverHasLeftMayNothing(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	w.raw("appointable_migrate").MustExecContext(w.ctx, `update people set left_at = now() where username in ('officer', 'member-r2')`)
	_, err := w.db.Campaign(w.ctx, w.officer, code)
	w.refused(err, fault.Forbidden)
	_, err = w.trySubmit("R2", "C1", 6, 5)
	w.refused(err, fault.Forbidden)
}

func (w *world) anotherFramework(code string) frameworks.Framework {
	f := w.framework()
	f.Code = code
	return f
}
