package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // raw SQL beside the store, to look behind its curtain

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
	"appointable/selection"
)

// code is the campaign of most tests.
const code = "CARD-1"

// world is a trust with an officer, a framework owner, an auditor and three
// panel members, in a database that other worlds may share.
type world struct {
	t        *testing.T
	ctx      context.Context
	database storetest.Database
	db       *store.DB
	vault    *store.Vault
	trust    store.Trust
	operator store.Actor // the command line at the server
	officer  store.Actor
	owner    store.Actor
	auditor  store.Actor
	members  map[string]store.Actor // by rater; R1 chairs
	raws     map[string]*sqlx.DB    // by login

	published string // the folder of what its sequencers published; "": none has been at work yet
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	database := server.Database(t)
	return trustIn(t, database, database.Open(t), "northgate")
}

// trusts makes worlds that share one database, which costs more than a trust.
func trusts(t *testing.T) func(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	database := server.Database(t)
	db := database.Open(t)
	var made atomic.Int32
	return func(t *testing.T) *world {
		t.Helper()
		t.Parallel()
		return trustIn(t, database, db, fmt.Sprintf("trust-%d", made.Add(1)))
	}
}

// trustIn makes the world of one more trust in a database.
func trustIn(t *testing.T, database storetest.Database, db *store.DB, slug string) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), database: database, db: db, vault: database.OpenVault(t), members: map[string]store.Actor{}, raws: map[string]*sqlx.DB{}}
	var err error
	w.trust, err = database.OpenOwner(t).CreateTrust(w.ctx, slug, slug, true)
	w.must(err)
	w.operator = store.Operator(w.trust.ID)
	w.officer = w.person("officer", access.RecruitmentOfficer)
	w.owner = w.person("owner", access.FrameworkOwner)
	w.auditor = w.person("auditor", access.Auditor)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.members[rater] = w.person("member-" + rater)
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused checks that a use case was refused with a kind of error.
func (w *world) refused(err error, kind fault.Kind) {
	w.t.Helper()
	if !fault.Is(err, kind) {
		w.t.Fatalf("got %v (%s), want an error of the kind %s", err, fault.KindOf(err), kind)
	}
}

func (w *world) equal(got, want any) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Fatalf("(-want +got)\n%s", diff)
	}
}

// raw connects past the store: "appointable_web" as the service may,
// "postgres" to see and do everything.
func (w *world) raw(login string) *sqlx.DB {
	w.t.Helper()
	if db, ok := w.raws[login]; ok {
		return db
	}
	db, err := sqlx.ConnectContext(w.ctx, "postgres", w.database.DSN(login))
	w.must(err)
	w.t.Cleanup(func() { _ = db.Close() })
	w.raws[login] = db
	return db
}

// count counts as the superuser, from whom nothing is hidden.
func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.raw("postgres").GetContext(w.ctx, &n, query, args...))
	return n
}

func (w *world) person(username string, roles ...access.Role) store.Actor {
	w.t.Helper()
	p, err := w.db.AddPerson(w.ctx, w.operator, store.Key{}, store.Person{Username: username, DisplayName: username, Roles: roles})
	w.must(err)
	return store.Actor{Trust: w.trust.ID, Person: p.ID}
}

// key is an idempotency key for a request; the same words make the same
// request.
func key(words string) store.Key {
	k := store.Key{Key: words}
	copy(k.Sum[:], words)
	return k
}

func (w *world) framework() frameworks.Framework {
	f := frameworks.Framework{Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1}}
	for _, code := range []string{"safety", "kindness"} {
		f.Dimensions = append(f.Dimensions, frameworks.Dimension{
			Code: code, Kind: frameworks.Value, Title: code, Weight: frameworks.Fixed(50),
			Criteria: []frameworks.Criterion{{Code: code + ".a", Statement: "Does a", Anchors: frameworks.Anchors{{Score: 1, Text: "no"}, {Score: 4, Text: "some"}, {Score: 7, Text: "all"}}}},
		})
	}
	return f
}

// plan is a campaign with one interview, a test and three members.
func (w *world) plan() selection.Campaign {
	return selection.Campaign{
		Code: code, Title: "Consultant", Post: selection.Post{Type: selection.Consultant, Posts: 1},
		Exercises: []selection.Exercise{{Code: "interview", Method: selection.StructuredInterview, Criteria: []string{"safety.a", "kindness.a"}}},
		Psychometrics: []selection.Psychometric{{Instrument: "SJT", Scale: "total", Use: selection.Weighted, Share: 0.1, Mean: 50, SD: 10, Reliability: 0.8,
			Norm: "doctors", Loads: map[string]float64{"kindness": 1}}},
		Rank: selection.RankRule{Rule: selection.PanelMean, Ties: []string{"safety"}},
		Panel: []selection.Member{
			{Rater: "R1", Role: selection.LayChair}, {Rater: "R2", Role: selection.PlainMember}, {Rater: "R3", Role: selection.PlainMember},
		},
	}
}

// publish stores the framework and publishes it.
func (w *world) publish() {
	w.t.Helper()
	_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
	w.must(err)
	_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)
	w.must(err)
}

// draft makes a campaign that is ready to open: seats filled, C1 and C2 on
// the list. change, where given, alters the plan first.
func (w *world) draft(change ...func(*selection.Campaign)) {
	w.t.Helper()
	plan := w.plan()
	for _, f := range change {
		f(&plan)
	}
	w.publish()
	_, err := w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})
	w.must(err)
	w.sit(plan)
	if plan.Sifts() { // who is interviewed is not known yet
		_, err := w.db.AddCandidates(w.ctx, w.officer, code, store.Key{}, []selection.Candidate{{Code: "C1"}, {Code: "C2"}})
		w.must(err)
		return
	}
	w.candidates("C1", "C2")
}

// withSift adds a sift that everybody marks.
func withSift(c *selection.Campaign) {
	sift := selection.Exercise{Code: "application", Method: selection.Portfolio, Criteria: []string{"safety.a", "kindness.a"}, Stage: selection.StageSift}
	c.Exercises = append([]selection.Exercise{sift}, c.Exercises...)
}

// ofSift names the sheet of a rater for a candidate in the sift.
func ofSift(rater, candidate string) store.SheetName {
	return store.SheetName{Rater: rater, Candidate: candidate, Exercise: "application"}
}

func (w *world) sift(rater, candidate string, safety, kindness float64) {
	w.t.Helper()
	_, err := w.db.SubmitSheet(w.ctx, w.members[rater], code, ofSift(rater, candidate), 0, store.Key{}, marks(safety, kindness))
	w.must(err)
}

// sifted has the sift revealed: C1 by 6 and 5, C2 by 2 to 4 and 3.
func (w *world) sifted() {
	w.t.Helper()
	w.scoring(withSift)
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.sift(rater, "C1", 6, 5)
		w.sift(rater, "C2", float64(2+i), 3)
	}
	w.equal(w.phase(), selection.Shortlisting)
}

// shortlist records C1 as yes and C2 as said.
func (w *world) shortlist(c2 bool) {
	w.t.Helper()
	lines := []selection.Shortlisted{{Candidate: "C1", Shortlisted: true}, {Candidate: "C2", Shortlisted: c2, Reason: "no audit since 2021"}}
	_, err := w.db.RecordShortlist(w.ctx, w.officer, code, 0, lines)
	w.must(err)
}

// assessing has the shortlist locked, with C2 on it or not.
func (w *world) assessing(c2 bool) {
	w.t.Helper()
	w.sifted()
	w.shortlist(c2)
	_, err := w.db.LockShortlist(w.ctx, w.officer, code, 0)
	w.must(err)
	w.equal(w.phase(), selection.Scoring)
}

// sit fills every seat for which there is a member.
func (w *world) sit(plan selection.Campaign) {
	w.t.Helper()
	for _, m := range plan.Panel {
		if _, ok := w.members[m.Rater]; ok {
			_, err := w.db.FillSeat(w.ctx, w.officer, plan.Code, m.Rater, "member-"+m.Rater)
			w.must(err)
		}
	}
}

func (w *world) candidates(codes ...string) {
	w.t.Helper()
	var list []selection.Candidate
	for _, c := range codes {
		list = append(list, selection.Candidate{Code: c, Interviewed: selection.Yes})
	}
	_, err := w.db.AddCandidates(w.ctx, w.officer, code, store.Key{}, list)
	w.must(err)
}

func (w *world) open() {
	w.t.Helper()
	_, err := w.db.OpenScoring(w.ctx, w.officer, code, 0)
	w.must(err)
}

// scoring makes a campaign in which three members are to mark two candidates.
func (w *world) scoring(change ...func(*selection.Campaign)) {
	w.t.Helper()
	w.draft(change...)
	w.open()
}

// moderation has all sheets submitted: C1 by 6 and 5, C2 by 3 to 5 and 4; and
// a test result of each.
func (w *world) moderation() {
	w.t.Helper()
	w.scoring()
	_, err := w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
	w.must(err)
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", float64(3+i), 4)
	}
	w.equal(w.phase(), selection.Moderation)
}

// ranked has moderation closed and one ranking stored.
func (w *world) ranked() {
	w.t.Helper()
	w.moderation()
	w.closeAndRank()
}

func (w *world) closeAndRank() {
	w.t.Helper()
	_, err := w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
	w.must(err)
	_, err = w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
}

func (w *world) phase() selection.Phase {
	w.t.Helper()
	c, err := w.db.Campaign(w.ctx, w.officer, code)
	w.must(err)
	return c.Progress.Phase
}

func mark(criterion string, score float64) selection.Mark {
	return selection.Mark{Criterion: criterion, Score: &score, Evidence: "seen at minute 3"}
}

func marks(safety, kindness float64) []selection.Mark {
	return []selection.Mark{mark("safety.a", safety), mark("kindness.a", kindness)}
}

func result(candidate string, score float64) selection.PsychometricResult {
	return selection.PsychometricResult{Candidate: candidate, Instrument: "SJT", Scale: "total", Score: score, TakenOn: "2026-03-14"}
}

func results() []selection.PsychometricResult {
	return []selection.PsychometricResult{result("C1", 55), result("C2", 60)}
}

// sheet names the interview sheet of a rater for a candidate.
func sheet(rater, candidate string) store.SheetName {
	return store.SheetName{Rater: rater, Candidate: candidate, Exercise: "interview"}
}

func (w *world) submit(rater, candidate string, safety, kindness float64) store.Receipt {
	w.t.Helper()
	receipt, err := w.trySubmit(rater, candidate, safety, kindness)
	w.must(err)
	return receipt
}

func (w *world) trySubmit(rater, candidate string, safety, kindness float64) (store.Receipt, error) {
	return w.db.SubmitSheet(w.ctx, w.members[rater], code, sheet(rater, candidate), 0, key(rater+candidate), marks(safety, kindness))
}

// decision appoints C1, who ranks first.
func decision() selection.Decision {
	return selection.Decision{
		Findings:  []selection.Finding{{Candidate: "C1", Appointable: true}, {Candidate: "C2", Appointable: true}},
		Appointed: []string{"C1"}, Justification: "best marks",
	}
}

// everything uses the trust until no table is empty.
func (w *world) everything() {
	w.t.Helper()
	w.everythingButTheLog()
	w.sequenced(w.sequencer())
}

func (w *world) everythingButTheLog() {
	w.t.Helper()
	w.storePrior(w.pooled(1))
	w.moderation()
	_, err := w.db.ReviseMark(w.ctx, w.members["R3"], code, sheet("R3", "C2"), 0, store.Key{}, mark("kindness.a", 5), "heard wrongly")
	w.must(err)
	w.closeAndRank()
	_, err = w.db.DeclareInterest(w.ctx, w.members["R2"], code, store.Key{}, selection.Interest{Candidate: "C2", Nature: selection.Knows, Details: "met once"})
	w.must(err)
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	_, err = w.db.AuditFairness(w.ctx, w.vault, w.auditor, ofCampaign(code), "the yearly audit")
	w.must(err)
	w.must(w.db.SetPassword(w.ctx, w.operator, "officer", "not a real hash"))
	_, err = w.db.StartSession(w.ctx, w.trust.ID, w.officer.Person)
	w.must(err)
	_, err = w.db.MakeSignInLink(w.ctx, w.operator, "officer")
	w.must(err)
	_, err = w.db.SetRetention(w.ctx, w.officer, code, store.Retention{KeepUntil: "2027-01-31"})
	w.must(err)
	_, _, err = w.db.MakeAPIToken(w.ctx, w.officer, w.trust, store.NewAPIToken{Name: "report", Scope: access.ReadOnly, Days: 1})
	w.must(err)
	link, err := w.db.Invite(w.ctx, w.officer, store.Person{Username: "guest", DisplayName: "Guest"})
	w.must(err)
	_, err = w.db.BindByInvitation(w.ctx, w.trust.ID, link.Token.Hash(), store.Login{Issuer: "https://login.example", Subject: "1", Authenticated: w.db.Now()})
	w.must(err)
	_, err = w.db.KeepVisit(w.ctx, w.trust.ID, store.Visit{State: "s", Nonce: "n", Verifier: "v", Back: "/"})
	w.must(err)
}

// bury says of a candidate that their data were erased, without erasing them.
func (w *world) bury() {
	w.t.Helper()
	_, err := w.raw("postgres").ExecContext(w.ctx, `
		insert into tombstones select trust_id, campaign_id, candidate_id, $2, code, (select event_id from audit_events where trust_id = $1 limit 1), now()
		  from candidates where trust_id = $1 and code = 'C2'`, w.trust.ID, code)
	w.must(err)
}

// events lists the kinds of the audit events of the trust, oldest first.
func (w *world) events() []string {
	w.t.Helper()
	var kinds []string
	after := uuid.Nil
	for {
		page, err := w.db.AuditEvents(w.ctx, w.auditor, after, 100)
		w.must(err)
		for _, e := range page {
			kinds = append(kinds, e.Kind)
			after = e.ID
		}
		if len(page) < 100 {
			return kinds
		}
	}
}

// dense checks that the versions of every object in the record have no gap.
func (w *world) dense() {
	w.t.Helper()
	var gaps []string
	err := w.raw("postgres").SelectContext(w.ctx, &gaps, `
		select object_kind || ': ' || array_agg(object_version order by object_version)::text
		  from audit_events where trust_id = $1
		 group by object_kind, object_id
		having max(object_version) - min(object_version) + 1 <> count(*)
		    or min(object_version) <> case object_kind when 'sheet' then 2 else 1 end`, w.trust.ID)
	w.must(err)
	if len(gaps) > 0 {
		slices.Sort(gaps)
		w.t.Fatalf("versions with a gap: %s", fmt.Sprint(gaps))
	}
}
