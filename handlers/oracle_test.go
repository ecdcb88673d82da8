package handlers

import (
	"bytes"
	"database/sql"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// The permission oracle. Two trusts are twins but for what is sealed: R3's
// marks and notes, and the results of the tests. Campaigns with a sift are among
// them: until its reveal R3's marks of the sift differ too, and twins that are
// the same in the sift show that its reveal opens nothing of the assessment. The same request is put to
// both, by the same kind of person, in the same phase. Wherever that person
// may not see what is sealed, the two answers must be the same to the byte:
// status, headers, length and body, and with them every count and every order.

var probes = flag.Int("oracle.probes", 5000, "requests that the permission oracle puts to each of the twins")

// siftOf is whether the campaigns of twins have a sift, and whether R3 marked
// it the same in both.
type siftOf int

const (
	noSift siftOf = iota
	sameSift
	otherSift
)

// twins are the two trusts of a phase.
type twins struct {
	phase  access.Phase
	sift   siftOf
	trusts [2]store.Trust
	people []twinPerson
}

// twinPerson is somebody in both trusts.
type twinPerson struct {
	name    string
	roles   []access.Role
	cookies [2]string
}

// oracle is the service with twins in every phase. Its clock stands still, and
// no change is committed any more, so that the twins remain twins.
type oracle struct {
	t      *testing.T
	super  string // DSN of the superuser
	server *Server
	phases []twins
	routes []route
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	made := database.Database(t)
	w := &world{t: t, db: made.Open(t), vault: made.OpenVault(t), owner: made.OpenOwner(t), log: &logLines{}}
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	w.db.Now, w.owner.Now = clock, clock
	begun := time.Now().UTC().Truncate(time.Second) // what the vault reads must have been put on record just now
	w.vault.Now = func() time.Time { return begun }
	server, err := New(Config{DB: w.db, Vault: w.vault, Log: slog.New(slog.DiscardHandler), Version: "test"})
	w.must(err)
	w.server = server
	o := &oracle{t: t, super: made.DSN("postgres"), server: server, routes: probed(append(server.routes(), (&pages{Server: server}).routes()...))}
	for _, phase := range access.Phases() {
		sift := noSift
		if phase == access.Sift || phase == access.Shortlisting {
			sift = otherSift
		}
		o.phases = append(o.phases, w.twins(phase, sift, len(o.phases)))
	}
	for _, phase := range []access.Phase{access.Shortlisting, access.Scoring} {
		o.phases = append(o.phases, w.twins(phase, sameSift, len(o.phases)))
	}
	o.asSuperuser(`
		create function take_back() returns trigger language plpgsql as $$
			begin raise exception 'the test takes this back' using errcode = 'AP999'; end $$;
		create constraint trigger take_back after insert on audit_events deferrable initially deferred
			for each row when (new.kind <> 'reading.sealed') execute function take_back()`)
	return o
}

// asSuperuser does what the service cannot be asked to.
func (o *oracle) asSuperuser(statements string) {
	o.t.Helper()
	db, err := sql.Open("postgres", o.super)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(o.t.Context(), statements); err != nil {
		o.t.Fatal(err)
	}
}

func (w *world) twins(phase access.Phase, sift siftOf, n int) twins {
	w.t.Helper()
	out := twins{phase: phase, sift: sift}
	for i := range out.trusts {
		// Names of one length, in one order.
		trust, err := w.owner.CreateTrust(w.t.Context(), fmt.Sprintf("twin-%d-%c", n, 'a'+i), "Twin", false)
		w.must(err)
		out.trusts[i] = trust
		people := w.twin(trust, out, i)
		if out.people == nil {
			out.people = people
			continue
		}
		for j := range people {
			out.people[j].cookies[i] = people[j].cookies[i]
		}
	}
	return out
}

// twin fills one trust. i is which of the two: only what is sealed depends on
// it.
func (w *world) twin(trust store.Trust, of twins, i int) []twinPerson {
	w.t.Helper()
	ctx, operator := w.t.Context(), store.Operator(trust.ID)
	var people []twinPerson
	actors := map[string]store.Actor{}
	for _, p := range []struct {
		name  string
		held  []access.Role
		roles []access.Role
	}{
		{"outsider", nil, nil},
		{"owner", []access.Role{access.FrameworkOwner}, nil},
		{"officer", []access.Role{access.RecruitmentOfficer}, nil},
		{"auditor", []access.Role{access.Auditor}, nil},
		{"administrator", []access.Role{access.Administrator}, nil},
		{"r1", nil, []access.Role{access.PanelMember, access.Chair}},
		{"r2", nil, []access.Role{access.PanelMember}},
		{"r3", nil, nil},
	} {
		added, err := w.db.AddPerson(ctx, operator, store.Key{}, store.Person{Username: p.name, DisplayName: p.name, Roles: p.held})
		w.must(err)
		token, err := w.db.StartSession(ctx, trust.ID, added.ID)
		w.must(err)
		actors[p.name] = store.Actor{Trust: trust.ID, Person: added.ID}
		if p.name == "r3" {
			continue // knows what is sealed, since it is theirs
		}
		person := twinPerson{name: p.name, roles: append(p.held, p.roles...)}
		person.cookies[i] = w.server.cookieName() + "=" + trust.Slug + "." + string(token)
		people = append(people, person)
	}
	people = append(people, twinPerson{name: "nobody"})
	w.fill(trust, of, actors, i)
	return people
}

// sealed are R3's marks of safety, note and test result, and what candidates
// said of themselves; in the other twin they are others, in another order and of
// another length.
var sealed = [2]struct {
	marks   map[string]float64
	note    string
	results map[string]float64
	said    map[string]string
}{
	{map[string]float64{"C1": 6, "C2": 2, "C3": 4}, "calm", map[string]float64{"C1": 55, "C2": 60, "C3": 48}, map[string]string{"sex": "female", "ethnicity": "N"}},
	{map[string]float64{"C1": 1, "C2": 7, "C3": 3}, "lost their temper twice, and blamed the nurse; \u20ac\u00e9\"<&", map[string]float64{"C1": 71.25, "C2": 30.5, "C3": 9},
		map[string]string{"sex": "declined", "ethnicity": "A", "disability": "no"}},
}

func (w *world) fill(trust store.Trust, of twins, actors map[string]store.Actor, i int) {
	w.t.Helper()
	phase := of.phase
	ctx, operator := w.t.Context(), store.Operator(trust.ID)
	_, err := w.db.CreateFramework(ctx, operator, store.Key{}, sampleFramework())
	w.must(err)
	_, err = w.db.PublishFramework(ctx, operator, "values", 1, 0)
	w.must(err)
	plan, interviewed := sampleCampaign(), selection.Yes
	if of.sift != noSift {
		sift := selection.Exercise{Code: "application", Method: selection.Portfolio, Criteria: []string{"safety.a", "kindness.a"}, Stage: selection.StageSift}
		plan.Exercises, interviewed = append(plan.Exercises, sift), selection.NotKnown
	}
	_, err = w.db.CreateCampaign(ctx, operator, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})
	w.must(err)
	var candidates []selection.Candidate
	var results []selection.PsychometricResult
	for _, code := range []string{"C1", "C2", "C3"} {
		candidates = append(candidates, selection.Candidate{Code: code, Interviewed: interviewed})
		results = append(results, selection.PsychometricResult{Candidate: code, Instrument: "SJT-C", Scale: "total", Score: sealed[i].results[code]})
	}
	_, err = w.db.AddCandidates(ctx, operator, "CARD-1", store.Key{}, candidates)
	w.must(err)
	for _, n := range []string{"1", "2", "3"} {
		_, err = w.db.FillSeat(ctx, operator, "CARD-1", "R"+n, "r"+n)
		w.must(err)
	}
	_, err = w.db.PutResults(ctx, operator, "CARD-1", store.Key{}, results)
	w.must(err)
	for _, candidate := range []string{"C1", "C2"} {
		asking, err := w.vault.Ask(ctx, operator, "CARD-1", candidate)
		w.must(err)
		w.must(w.vault.Answer(ctx, trust.ID, asking.Token, sealed[i].said))
	}
	if phase == access.Draft {
		return
	}
	_, err = w.db.OpenScoring(ctx, operator, "CARD-1", 0)
	w.must(err)
	if of.sift != noSift {
		differs := 0
		if of.sift == otherSift {
			differs = i
		}
		w.mark(actors, "application", phase == access.Sift, differs)
		if phase == access.Sift || phase == access.Shortlisting {
			return
		}
		var all []selection.Shortlisted
		for _, c := range candidates {
			all = append(all, selection.Shortlisted{Candidate: c.Code, Shortlisted: true})
		}
		_, err = w.db.RecordShortlist(ctx, operator, "CARD-1", 0, all)
		w.must(err)
		_, err = w.db.LockShortlist(ctx, operator, "CARD-1", 0)
		w.must(err)
	}
	w.mark(actors, "interview", phase == access.Scoring, i)
	if phase == access.Scoring || phase == access.Moderation {
		return
	}
	_, err = w.db.CloseModeration(ctx, actors["r1"], "CARD-1", 0)
	w.must(err)
	_, err = w.db.Rank(ctx, operator, "CARD-1", selection.DefaultSettings())
	w.must(err)
	if phase == access.Decided {
		_, err = w.db.Decide(ctx, operator, "CARD-1", store.Key{}, selection.Decision{
			Findings:      []selection.Finding{{Candidate: "C1", Appointable: true}, {Candidate: "C2", Appointable: true}, {Candidate: "C3", Appointable: true}},
			Justification: "nobody is appointed", Departure: "the post was withdrawn",
		})
		w.must(err)
		_, err = w.db.AuditFairness(ctx, w.vault, operator, selection.FairnessScope{Campaign: "CARD-1"}, "the audit")
		w.must(err)
	}
}

// mark has everybody submit their sheets of an exercise; of C3, where it is
// left open, a draft of each. What R3 gives depends on which of the two it is.
func (w *world) mark(actors map[string]store.Actor, exercise string, open bool, i int) {
	w.t.Helper()
	for _, code := range []string{"C1", "C2", "C3"} {
		for _, n := range []string{"1", "2", "3"} {
			safety, note := 5.0, "seen"
			if n == "3" {
				safety, note = sealed[i].marks[code], sealed[i].note
			}
			kindness := 4.0
			marks := []selection.Mark{{Criterion: "safety.a", Score: &safety, Evidence: note}, {Criterion: "kindness.a", Score: &kindness}}
			name := store.SheetName{Rater: "R" + n, Candidate: code, Exercise: exercise}
			var err error
			if code == "C3" && open {
				_, err = w.db.SaveSheet(w.t.Context(), actors["r"+n], "CARD-1", name, 0, marks)
			} else {
				_, err = w.db.SubmitSheet(w.t.Context(), actors["r"+n], "CARD-1", name, 0, store.Key{}, marks)
			}
			w.must(err)
		}
	}
}

// opened says whether somebody may see what is sealed. Its bytes may differ
// then. What is made of candidates' characteristics no panel member ever sees.
func (at twins) opened(roles []access.Role, path string) bool {
	if strings.Contains(path, "/fairness") && access.Check(roles, access.ReadFairness) != nil {
		return false
	}
	return access.Allowed(roles, access.ReadMarks, at.phase) || at.sift == otherSift && access.Allowed(roles, access.ReadSift, at.phase)
}

// request is one probe, to be put to either twin: {trust} stands for which.
type request struct {
	method, path, body, kind string
	headers                  []header
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// request makes one of the routes' at random, with names that mostly exist.
func (o *oracle) request(r *rand.Rand) request {
	route := o.routes[r.IntN(len(o.routes))]
	if !strings.Contains(route.path, "{campaign}") && r.IntN(2) == 0 {
		route = o.routes[r.IntN(len(o.routes))]
	}
	path := strings.NewReplacer(
		"{campaign}", pick(r, "CARD-1", "CARD-1", "CARD-1", "CARD-1", "CARD-1", "CARD-1", "CARD-2"), "{rater}", pick(r, "R1", "R2", "R2", "R3", "R3", "R4"),
		"{candidate}", pick(r, "C1", "C1", "C2", "C3", "C9"), "{exercise}", pick(r, "interview", "interview", "application", "talk"),
		"{code}", pick(r, "values", "values", "none"), "{version}", pick(r, "1", "1", "2"), "{username}", pick(r, "r3", "officer", "none"),
	).Replace(route.path)
	if query := queryOf(r, route); len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	out := request{method: route.method, path: path, headers: []header{
		idempotency(uuid.NewString()), ifMatch(pick(r, "*", "*", "*", `"1"`, `"2"`, `"9"`)), {"Accept", pick(r, "", "text/html", mimeYAML)}}}
	if route.method != get && route.in != nil {
		out.kind, out.body = "application/json", pick(r, bodies...)
		if matching, ok := bodyOf[route.path]; ok && r.IntN(8) > 0 {
			out.body = pick(r, matching...)
		}
	}
	return out
}

// probed are the routes that the oracle tries: all in a trust but signing in
// and out, which read what is no campaign's.
func probed(routes []route) (list []route) {
	for _, r := range routes {
		if r.inTrust() && !r.public && (r.method == get || !strings.HasSuffix(r.path, "/session")) {
			list = append(list, r)
		}
	}
	return list
}

// queryOf pages through lists, from places that are in them and that are not.
func queryOf(r *rand.Rand, route route) (query []string) {
	for _, p := range route.query {
		switch {
		case p.name == "from" || p.name == "to":
			query = append(query, p.name+"=1")
		case p.name == "limit" && r.IntN(2) == 0:
			query = append(query, fmt.Sprintf("limit=%d", 1+r.IntN(6)))
		case p.name == "after" && route.path == trustPath+"/sessions": // in the order of their ids, which are random
		case p.name == "after" && r.IntN(3) == 0:
			query = append(query, "after="+formatCursor(pick(r, places(route.path)...)))
		}
	}
	return query
}

func places(path string) [][]string {
	switch path[strings.LastIndex(path, "/"):] {
	case "/sheets", "/progress":
		return [][]string{{"R1", "C1", "application"}, {"R1", "C3", "interview"}, {"R2", "C2", "interview"}, {"R3", "C1", "interview"}, {"Q", "", ""}}
	case "/psychometrics":
		return [][]string{{"C1", "SJT-C", "total"}, {"C2", "", ""}}
	case "/interests":
		return [][]string{{"R1", "C1"}, {"R2", "C9"}}
	case "/frameworks":
		return [][]string{{"values", "0"}, {"values", "1"}}
	}
	return [][]string{{"C1"}, {"C2"}, {"CARD-0"}, {"officer"}, {"2"}}
}

// bodyOf are bodies that the routes accept, or refuse for what is stored.
var bodyOf = map[string][]string{
	sheetPath: {
		`{"marks":[{"criterion":"safety.a","score":5,"evidence":"x"}]}`, `{"marks":[{"criterion":"safety.a","score":99}]}`},
	sheetPath + "/submit": {
		`{"marks":[{"criterion":"safety.a","score":5,"evidence":"x"},{"criterion":"kindness.a","score":3,"evidence":"y"}]}`, `{}`},
	sheetPath + "/revisions": {
		`{"criterion":"safety.a","score":2,"evidence":"x","reason":"misheard"}`, `{"criterion":"safety.a","score":4,"evidence":"calm","reason":"misheard"}`},
	campaignPath + "/psychometrics": {
		`{"results":[{"candidate":"C1","instrument":"SJT-C","scale":"total","score":55}]}`, `{"results":[{"candidate":"C9","instrument":"SJT-C","scale":"total","score":55}]}`},
	campaignPath + "/interests":     {`{"candidate":"C1","nature":"knows","details":"met once"}`},
	campaignPath + "/close-scoring": {`{"reason":"called away"}`, `{}`},
	campaignPath + "/shortlist": {
		`{"shortlist":[{"candidate":"C1","shortlisted":true},{"candidate":"C3","shortlisted":false,"reason":"no audit"}]}`, `{"shortlist":[{"candidate":"C2","shortlisted":false}]}`},
	campaignPath + "/monitoring": {
		`{"monitoring":[{"candidate":"C1","answers":{"sex":"male"}}]}`, `{"monitoring":[{"candidate":"C3","answers":{"sex":"male"}},{"candidate":"C9","answers":{"sex":"x"}}]}`},
	trustPath + "/monitoring/counts": {`{"campaigns":["CARD-1"],"reason":"curious"}`, `{"campaigns":["CARD-2"],"reason":"curious"}`},
	trustPath + "/fairness":          {`{"campaign":"CARD-1","reason":"curious"}`, `{"from":"2000-01-01","to":"2199-12-31","reason":"curious"}`, `{"from":"x","reason":"curious"}`},
	campaignPath + "/decision": {
		`{"findings":[{"candidate":"C1","appointable":true},{"candidate":"C2","appointable":true},{"candidate":"C3","appointable":true}],"appointed":["C1"],"justification":"x"}`},
	campaignPath + "/candidates/{candidate}":    {`{"interviewed":"no"}`, `{"interviewed":"yes","accepted":"yes"}`},
	campaignPath + "/panel/{rater}":             {`{"username":"outsider"}`},
	campaignPath + "/panel/{rater}/replacement": {`{"rater":"R4","username":"outsider","reason":"has left"}`, `{"rater":"R1","username":"none","reason":"has left"}`},
	trustPath + "/campaigns":                    {`{"framework":"values","version":1,"campaign":{"campaign":"CARD-1","title":"x"}}`},
	trustPath + "/people":                       {`{"username":"newcomer","display_name":"New","roles":["auditor"]}`},
	trustPath + "/people/{username}/roles":      {`{"roles":["auditor"]}`},
}

var bodies = []string{`{}`, `{"reason":"x"}`, `[]`, `{"marks":[]}`, `null`}

var opaque = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|twin-\d-[ab]|"commitment":"[0-9a-f]{64}"|"id":"[0-9a-f]{32}"`)

// ask puts a request to one of the twins and returns all of the answer, without
// what is random in it: ids, the commitments of the record, and which twin it
// is, all of one length.
func (o *oracle) ask(at twins, who twinPerson, i int, r request) (int, string) {
	made := httptest.NewRequestWithContext(o.t.Context(), r.method, strings.ReplaceAll(r.path, "{trust}", at.trusts[i].Slug), strings.NewReader(r.body))
	for _, h := range r.headers {
		if h.value != "" {
			made.Header.Set(h.name, h.value)
		}
	}
	if r.kind != "" {
		made.Header.Set("Content-Type", r.kind)
	}
	if who.cookies[i] != "" {
		made.Header.Set("Cookie", who.cookies[i])
	}
	got := httptest.NewRecorder()
	o.server.ServeHTTP(got, made)
	var all bytes.Buffer
	fmt.Fprintf(&all, "%d, %d bytes\n", got.Code, got.Body.Len())
	_ = got.Header().Write(&all)
	all.WriteString("\n")
	body := got.Body.String()
	if strings.Contains(r.path, "/audit-events") { // goes on after an id
		body = regexp.MustCompile(`"next":"[^"]*"`).ReplaceAllString(body, `"next":""`)
	}
	all.WriteString(body)
	return got.Code, opaque.ReplaceAllStringFunc(all.String(), func(s string) string { return strings.Repeat("~", len(s)) })
}

// findings are what came of probing.
type findings struct {
	mu           sync.Mutex
	leaks        []string
	same, differ int
	statuses     map[int]int
}

// probe puts n requests to the twins and gives up after a few leaks.
func (o *oracle) probe(n int) *findings {
	const workers = 4
	found := &findings{statuses: map[int]int{}}
	var next atomic.Int64
	var working sync.WaitGroup
	for worker := range workers {
		working.Go(func() {
			r := rand.New(rand.NewPCG(20261125, uint64(worker)))
			for next.Add(1) <= int64(n) && found.few() {
				at := o.phases[r.IntN(len(o.phases))]
				found.compare(o, at, at.people[r.IntN(len(at.people))], o.request(r))
			}
		})
	}
	working.Wait()
	return found
}

func (f *findings) few() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.leaks) < 5
}

func (f *findings) compare(o *oracle, at twins, who twinPerson, r request) {
	status, a := o.ask(at, who, 0, r)
	_, b := o.ask(at, who, 1, r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.statuses[status]++
	switch {
	case a == b:
		f.same++
	case at.opened(who.roles, r.path):
		f.differ++
	default:
		f.leaks = append(f.leaks, fmt.Sprintf("in %s %s: %s %s %s tells what is sealed\n%s", at.phase, who.name, r.method, r.path, r.body, firstLineApart(a, b)))
	}
}

func TestThePermissionOracle(t *testing.T) {
	found := newOracle(t).probe(*probes)
	for _, leak := range found.leaks {
		t.Error(leak)
	}
	t.Logf("%d probes of each twin: %d leaks, %d the same, %d different where they may be; statuses %v", *probes, len(found.leaks), found.same, found.differ, found.statuses)
	if found.differ == 0 || found.statuses[http.StatusOK] == 0 || found.statuses[http.StatusForbidden] == 0 {
		t.Error("the probes do not reach what is sealed")
	}
}

// An oracle that sees nothing would find no leak either: each of these doors,
// left open in the database, it must notice.
func TestTheOracleNoticesAnOpenDoor(t *testing.T) {
	for _, door := range []struct {
		statements string
		sift       bool // looked for where R3 marked a sift the same in both
	}{
		{`create policy ajar on sheets for select using (trust_id = (select app_trust())); create policy ajar on scores for select using (trust_id = (select app_trust()));
			create policy ajar on psychometric_results for select using (trust_id = (select app_trust()));
			create policy ajar on readings for insert with check (trust_id = (select app_trust()))`, false}, // else what cannot go on record is not shown
		{`insert into person_roles (trust_id, person_id, role) select trust_id, person_id, 'auditor' from people where username = 'outsider'`, false},
		// The reveal of any stage opens all of them.
		{`create policy ajar on sheets for select using (campaign_id in (select r.campaign_id from reveals r));
			create policy ajar on scores for select using (campaign_id in (select r.campaign_id from reveals r));
			create policy ajar on readings for insert with check (trust_id = (select app_trust()))`, true},
	} {
		o := newOracle(t)
		if door.sift {
			o.phases = slices.DeleteFunc(o.phases, func(at twins) bool { return at.sift != sameSift })
		}
		o.asSuperuser(door.statements)
		o.routes = slices.DeleteFunc(o.routes, func(r route) bool { return r.method != get }) // what is left open shows where one reads
		if found := o.probe(20_000); len(found.leaks) == 0 {
			t.Errorf("not noticed: %s", door.statements)
		}
	}
}

func firstLineApart(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			at := firstApart(x[i], y[i])
			return fmt.Sprintf("- …%.200s\n+ …%.200s", x[i][max(0, at-40):], y[i][max(0, at-40):])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(x), len(y))
}

func firstApart(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
