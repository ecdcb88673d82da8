package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/monitoring"
)

func row(candidate string, answers ...string) monitoring.Row {
	r := monitoring.Row{Candidate: candidate, Answers: map[string]string{}}
	for i := 0; i < len(answers); i += 2 {
		r.Answers[answers[i]] = answers[i+1]
	}
	return r
}

// closed has a decided campaign in which C1 was appointed.
func (w *world) closed() {
	w.t.Helper()
	w.ranked()
	_, err := w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
}

// kept is what the vault keeps of a candidate, as the superuser sees it.
func (w *world) kept(candidate string) string {
	w.t.Helper()
	return w.id(`
		select coalesce(answers, '') from candidates left join monitoring.characteristics using (trust_id, campaign_id, candidate_id)
		 where trust_id = $1 and code = $2`, w.trust.ID, candidate)
}

func (w *world) asked(candidate string) store.Asking {
	w.t.Helper()
	asking, err := w.vault.Ask(w.ctx, w.officer, code, candidate)
	w.must(err)
	return asking
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.draft()
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{
		row("C1", "ethnicity", "N"), row("C9", "ethnicity", "A"), row("C2", "ethnicity", "Q", "sex", "female"),
	})
	w.refused(err, fault.Invalid)
	var told []string
	for _, f := range fault.FieldsOf(err) {
		told = append(told, f.Where)
	}
	w.equal(told, []string{"monitoring[2].ethnicity", "monitoring[1].candidate"})
	w.equal(w.count(`select count(*) from monitoring.characteristics`), 0)
	w.equal(w.count(`select count(*) from audit_events where kind = 'monitoring.imported'`), 0)

	got, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N", "sex", "female"), row("C2", "ethnicity", "Z")})
	w.must(err)
	w.equal(got, store.Received{Candidates: 2, Answers: 3})
	// Replaced; what a row does not have stays.
	_, err = w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "M")})
	w.must(err)
	w.equal(w.kept("C1"), "ethnicity=M sex=female")
	w.equal(w.kept("C2"), "ethnicity=Z")
	w.equal(w.count(`select count(*) from audit_payloads where convert_from(payload, 'UTF8') ~ 'ethnicity|female'`), 0)
	w.dense()
}

func TestACandidateAnswersChangesAndWithdraws(t *testing.T) {
	w := newWorld(t)
	w.draft()
	asking := w.asked("C1")
	found, err := w.vault.Request(w.ctx, w.trust.ID, asking.Token)
	w.must(err)
	w.equal(found.Title, w.plan().Title)
	w.equal(found.Answered.Valid || found.Withdrawn.Valid, false)

	w.refused(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, nil), fault.Invalid)
	w.refused(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "x"}), fault.Invalid)
	w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "female", "ethnicity": "N"}))
	w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "declined"}))
	w.equal(w.kept("C1"), "sex=declined") // all of it replaced

	found, err = w.vault.Request(w.ctx, w.trust.ID, asking.Token)
	w.must(err)
	w.equal(found.Answered.Valid, true)
	w.must(w.vault.Withdraw(w.ctx, w.trust.ID, asking.Token))
	w.equal(w.kept("C1"), "")
	found, err = w.vault.Request(w.ctx, w.trust.ID, asking.Token)
	w.must(err)
	w.equal([]bool{found.Answered.Valid, found.Withdrawn.Valid}, []bool{false, true})

	// What was taken back does not come back with a file, and nobody is told.
	got, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "sex", "female"), row("C2", "sex", "male")})
	w.must(err)
	w.equal(got, store.Received{Candidates: 2, Answers: 2})
	w.equal([]string{w.kept("C1"), w.kept("C2")}, []string{"", "sex=male"})

	w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "male"}))
	w.equal(w.kept("C1"), "sex=male")
	w.equal(w.count(`select count(*) from audit_events where kind = 'candidate.monitoring-answered' and actor_id is null`), 3)
	w.equal(w.count(`select count(*) from audit_payloads where convert_from(payload, 'UTF8') ~ 'sex|male|declined'`), 0)
	w.dense()
}

// Whichever comes first, what was taken back is gone.
func TestWithdrawingMeetsAnImport(t *testing.T) {
	w := newWorld(t)
	w.draft()
	for range 10 {
		asking := w.asked("C1")
		w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "female"}))
		var imported, withdrawn error
		var working sync.WaitGroup
		working.Go(func() {
			_, imported = w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "sex", "male"), row("C2", "sex", "male")})
		})
		working.Go(func() { withdrawn = w.vault.Withdraw(w.ctx, w.trust.ID, asking.Token) })
		working.Wait()
		w.must(imported)
		w.must(withdrawn)
		w.equal([]string{w.kept("C1"), w.kept("C2")}, []string{"", "sex=male"})
	}
	w.dense()
}

func TestALinkIsOneCandidatesAndOver(t *testing.T) {
	w := newWorld(t)
	w.draft()
	first, other := w.asked("C1"), w.asked("C2")
	second := w.asked("C1")
	answers := map[string]string{"sex": "female"}
	w.refused(w.vault.Answer(w.ctx, w.trust.ID, first.Token, answers), fault.Unauthenticated)
	w.refused(w.vault.Answer(w.ctx, uuid.Must(uuid.NewV7()), second.Token, answers), fault.Unauthenticated)
	w.refused(w.vault.Answer(w.ctx, w.trust.ID, "nonsense", answers), fault.Unauthenticated)
	w.must(w.vault.Answer(w.ctx, w.trust.ID, second.Token, answers))
	w.equal(w.kept("C2"), "")
	w.vault.Now = func() time.Time { return second.Expires }
	w.refused(w.vault.Answer(w.ctx, w.trust.ID, second.Token, answers), fault.Unauthenticated)
	w.refused(w.vault.Withdraw(w.ctx, w.trust.ID, other.Token), fault.Unauthenticated)
	_, err := w.vault.Request(w.ctx, w.trust.ID, second.Token)
	w.refused(err, fault.Unauthenticated)
	_, err = w.vault.Ask(w.ctx, w.officer, code, "C9")
	w.refused(err, fault.NotFound)
	w.equal(w.count(`select count(*) from monitoring.requests where token_hash = $1`, []byte(second.Token)), 0)
}

func TestRecruitmentSeesNoSmallCount(t *testing.T) {
	w := newWorld(t)
	w.draft()
	w.candidates("C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10")
	for i, c := range []string{"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"} {
		p, err := w.vault.Progress(w.ctx, w.officer, code)
		w.must(err)
		if i < monitoring.Threshold {
			w.equal(p, monitoring.ShownProgress{Asked: "*", Answered: "*", Declined: "*", Withdrawn: "*"})
		}
		asking := w.asked(c)
		switch {
		case i == 0:
			w.must(w.vault.Withdraw(w.ctx, w.trust.ID, asking.Token))
		case i < 9:
			w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "male", "ethnicity": "Z"}))
		default:
			w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "declined", "ethnicity": "Z"}))
		}
	}
	p, err := w.vault.Progress(w.ctx, w.officer, code)
	w.must(err)
	w.equal(p, monitoring.ShownProgress{Asked: "10", Answered: "10", Declined: "*", Withdrawn: "*"})
	for _, who := range []store.Actor{w.members["R1"], w.members["R2"], w.auditor, w.owner} {
		_, err := w.vault.Progress(w.ctx, who, code)
		w.refused(err, fault.Forbidden)
	}
}

func TestReadingIsForTheAuditAndOnRecord(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N", "sex", "female"), row("C2", "ethnicity", "A")})
	w.must(err)
	_, err = w.vault.Funnel(w.ctx, w.auditor, []string{code}, "WRES 2 return")
	w.refused(err, fault.Conflict) // no decision yet
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	for _, who := range []store.Actor{w.officer, w.members["R1"], w.members["R2"], w.owner, {Trust: w.trust.ID}} {
		_, err := w.vault.Funnel(w.ctx, who, []string{code}, "curious")
		w.refused(err, fault.Forbidden)
		_, err = w.vault.Scores(w.ctx, who, []string{code}, "curious")
		w.refused(err, fault.Forbidden)
	}
	_, err = w.vault.Funnel(w.ctx, w.auditor, []string{code}, " ")
	w.refused(err, fault.Invalid)
	_, err = w.vault.Funnel(w.ctx, w.auditor, nil, "WRES 2 return")
	w.refused(err, fault.Invalid)
	_, err = w.vault.Funnel(w.ctx, w.auditor, []string{code, "CARD-9"}, "WRES 2 return")
	w.refused(err, fault.Conflict)
	w.equal(w.count(`select count(*) from audit_events where kind = 'monitoring.read'`), 0)

	rows, err := w.vault.Funnel(w.ctx, w.auditor, []string{code, code}, "WRES 2 return")
	w.must(err)
	w.equal(len(rows), 2)
	slices.SortFunc(rows, func(a, b store.FunnelRow) int { return len(b.Answers) - len(a.Answers) })
	w.equal(rows[0].Answers, monitoring.Answers("ethnicity=N sex=female"))
	w.equal([]selection.Answer{rows[0].Interviewed, rows[0].Appointable, rows[0].Offered}, []selection.Answer{selection.Yes, selection.Yes, selection.Yes})
	w.equal(rows[0].Campaign, code)
	w.equal(w.count(`select count(*) from audit_payloads where convert_from(payload, 'UTF8') = '{"what":"funnel","campaigns":["CARD-1"],"reason":"WRES 2 return"}'`), 1)

	scores, err := w.vault.Scores(w.ctx, w.auditor, []string{code}, "score gaps")
	w.must(err)
	w.equal(len(scores), 2*3*2) // candidates, members, criteria
	codes, assessors := map[uuid.UUID]monitoring.Answers{}, map[uuid.UUID]string{}
	for _, s := range scores {
		codes[s.Code], assessors[s.Assessor] = s.Answers, s.Rater
		if want := map[monitoring.Answers]float64{"ethnicity=N sex=female": 6}[s.Answers]; s.Criterion == "safety.a" && want > 0 {
			w.equal([]float64{*s.Score, *s.Submitted}, []float64{want, want})
		}
	}
	w.equal([]int{len(codes), len(assessors)}, []int{2, 3})

	// The codes are of one reading, and none of them is the service's own.
	for _, r := range rows {
		if _, met := codes[r.Code]; met {
			t.Error("a code of one reading in another")
		}
		w.equal(w.count(`select count(*) from candidates where candidate_id = $1`, r.Code), 0)
	}
	w.equal(w.count(`select count(*) from audit_events where kind = 'monitoring.read' and actor_id = $1`, w.auditor.Person), 2)
	w.dense()
}

func TestScoresTellWhatWasSubmitted(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	_, err := w.db.ReviseMark(w.ctx, w.members["R3"], code, sheet("R3", "C2"), 0, store.Key{}, mark("kindness.a", 5), "heard wrongly")
	w.must(err)
	_, err = w.db.ReviseMark(w.ctx, w.members["R3"], code, sheet("R3", "C2"), 0, store.Key{}, mark("kindness.a", 6), "heard wrongly again")
	w.must(err)
	w.closeAndRank()
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	scores, err := w.vault.Scores(w.ctx, w.auditor, []string{code}, "moderation shift")
	w.must(err)
	moved := 0
	for _, s := range scores {
		if *s.Score != *s.Submitted {
			moved++
			w.equal([]any{s.Rater, s.Criterion, *s.Submitted, *s.Score}, []any{"R3", "kindness.a", 4.0, 6.0})
		}
	}
	w.equal(moved, 1)
}

// After the shortlist is locked the auditor reads how the sift went, and no
// further.
func TestALockedShortlistOpensTheSift(t *testing.T) {
	w := newWorld(t)
	w.ranked()
	w.raw("postgres").MustExecContext(w.ctx, `create or replace function shortlist_locked(p_campaign uuid) returns boolean language sql stable return true`)
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N")})
	w.must(err)
	w.raw("postgres").MustExecContext(w.ctx, `update candidates set applied = true, shortlisted = true, appointable = true`)
	rows, err := w.vault.Funnel(w.ctx, w.auditor, []string{code}, "the sift")
	w.must(err)
	for _, r := range rows {
		w.equal([]selection.Answer{r.Applied, r.Shortlisted, r.Interviewed, r.Appointable}, []selection.Answer{selection.Yes, selection.Yes, selection.NotKnown, selection.NotKnown})
	}
	_, err = w.vault.Scores(w.ctx, w.auditor, []string{code}, "the marks")
	w.refused(err, fault.Conflict)
	_, err = w.vault.Funnel(w.ctx, w.members["R1"], []string{code}, "the sift")
	w.refused(err, fault.Forbidden)
}

func TestTheVaultKeepsToTheTrust(t *testing.T) {
	a := newWorld(t)
	b := trustIn(t, a.database, a.db, "southgate")
	for _, w := range []*world{a, b} {
		w.closed() // campaigns of one code
		_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "sex", "female")})
		w.must(err)
	}
	asking := b.asked("C2")
	rows, err := a.vault.Funnel(a.ctx, a.auditor, []string{code}, "the audit")
	a.must(err)
	a.equal(len(rows), 2)
	a.refused(a.vault.Answer(a.ctx, a.trust.ID, asking.Token, map[string]string{"sex": "male"}), fault.Unauthenticated)
	a.refused(a.vault.Withdraw(a.ctx, a.trust.ID, asking.Token), fault.Unauthenticated)
	foreign := store.Actor{Trust: b.trust.ID, Person: a.auditor.Person}
	_, err = a.vault.Funnel(a.ctx, foreign, []string{code}, "the audit")
	a.refused(err, fault.Forbidden)
	campaign := a.id(`select campaign_id from campaigns where trust_id = $1`, b.trust.ID)
	a.inVault(a.officer, code, func(f forger) {
		event := f.noteInVault("monitoring.imported", campaign, `{}`)
		f.refuses("another trust's campaign", `select put_monitoring($1, $1, $2, now(), '{C2}', '{sex=male}')`, campaign, event)
		rows, _ := f.try(`select from monitoring_strangers($1, '{C9}')`, campaign)
		a.equal(rows, int64(0))
	})
	b.equal(b.kept("C2"), "")
}

// An auditor who sat on the panel is of the panel.
func TestNobodyAuditsTheirOwnPanel(t *testing.T) {
	w := newWorld(t)
	w.closed()
	_, err := w.db.SetRoles(w.ctx, w.operator, "member-R2", []access.Role{access.Auditor})
	w.must(err)
	_, err = w.vault.Funnel(w.ctx, w.members["R2"], []string{code}, "the audit")
	w.refused(err, fault.Conflict)
	_, err = w.vault.Scores(w.ctx, w.members["R2"], []string{code}, "the audit")
	w.refused(err, fault.Conflict)
	_, err = w.vault.Funnel(w.ctx, w.auditor, []string{code}, "the audit")
	w.must(err)
}

func TestCountsAreTrue(t *testing.T) {
	w := newWorld(t)
	w.closed()
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N")})
	w.must(err)
	counts, err := w.vault.Counts(w.ctx, w.auditor, []string{code}, "WRES 2 return")
	w.must(err)
	w.equal(counts[0], monitoring.Count{Characteristic: "ethnicity", Answer: "N", Group: monitoring.Focal, People: 1, Interviewed: 1, Appointable: 1, Offered: 1})
	w.equal(counts[1], monitoring.Count{Characteristic: "ethnicity", Group: monitoring.LeftOut, People: 1, Interviewed: 1, Appointable: 1})
}

// The database gives nothing that the same transaction has not put on record,
// whatever the program asks under the vault's login.
func TestTheVaultsLoginReadsNothingOffTheRecord(t *testing.T) {
	w := newWorld(t)
	w.closed()
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "ethnicity", "N")})
	w.must(err)
	_, err = w.vault.Funnel(w.ctx, w.auditor, []string{code}, "once")
	w.must(err)
	old := w.id(`select event_id from audit_events where kind = 'monitoring.read'`)
	w.inVault(w.auditor, "", func(f forger) {
		f.refuses("the table", `select from monitoring.characteristics`)
		f.refuses("the requests", `select from monitoring.requests`)
		f.refuses("candidates", `select from candidates`)
		f.refuses("marks", `select from scores`)
		f.refuses("who they are", `select from identity.candidates`)
		f.refuses("the record", `select from audit_events`)
		f.refuses("the campaigns of a reading", `select from monitoring_reading($1, 'funnel')`, old)
		f.refuses("no event", `select from read_funnel($1)`, uuid.Must(uuid.NewV7()))
		f.refuses("an event of another transaction", `select from read_funnel($1)`, old)
	})

	candidate := w.id(`select candidate_id from candidates where trust_id = $1 and code = 'C1'`, w.trust.ID)
	campaign := w.campaignID()
	const funnel, scores = `{"what":"funnel","campaigns":["CARD-1"],"reason":"because"}`, `{"what":"scores","campaigns":["CARD-1"],"reason":"because"}`
	const read, imported, asked, answered, given = "monitoring.read", "monitoring.imported", "candidate.monitoring-asked", "candidate.monitoring-answered", "candidate.monitoring-given"
	calls := map[string]string{
		read: `select from read_funnel($1)`, imported: `select put_monitoring('` + campaign + `', '` + candidate + `', $1, now(), '{C1}', '{sex=male}')`,
		asked: `select ask_monitoring('` + campaign + `', '` + candidate + `', $1, sha256('x'), now(), now())`,
		given: `select from monitoring_of('` + candidate + `', $1)`,
	}
	chair, member := w.members["R1"], w.members["R2"]
	for _, c := range []struct {
		name          string
		who           store.Actor
		in            string
		kind, payload string
		call          string
		allowed       bool
	}{
		{"the auditor reads", w.auditor, "", read, funnel, calls[read], true},
		{"without a reason", w.auditor, "", read, `{"what":"funnel","campaigns":["CARD-1"],"reason":" "}`, calls[read], false},
		{"by another event", w.auditor, "", imported, funnel, calls[read], false},
		{"another reading than is on record", w.auditor, "", read, funnel, `select from read_scores($1)`, false},
		{"the auditor reads marks", w.auditor, "", read, scores, `select from read_scores($1)`, true},
		{"HR reads", w.officer, code, read, funnel, calls[read], false},
		{"the chair reads", chair, code, read, funnel, calls[read], false},
		{"a member reads", member, code, read, funnel, calls[read], false},
		{"a member reads marks", member, code, read, scores, `select from read_scores($1)`, false},
		{"nobody reads", store.Actor{Trust: w.trust.ID}, "", read, funnel, calls[read], false},
		{"HR imports", w.officer, code, imported, `{}`, calls[imported], true},
		{"a member imports", member, code, imported, `{}`, calls[imported], false},
		{"the auditor imports", w.auditor, code, imported, `{}`, calls[imported], false},
		{"HR asks", w.officer, code, asked, `{}`, calls[asked], true},
		{"a member asks", member, code, asked, `{}`, calls[asked], false},
		{"HR gives a candidate their own", w.officer, code, given, `{}`, calls[given], true},
		{"the auditor reads a candidate's own", w.auditor, code, given, `{}`, calls[given], false},
		{"the chair reads a candidate's own", chair, code, given, `{}`, calls[given], false},
		{"HR answers for a candidate", w.officer, code, answered, `{}`, `select answer_monitoring(sha256('y'), '` + candidate + `', $1, now(), false, 'sex=male')`, false},
	} {
		w.inVault(c.who, c.in, func(f forger) {
			// Outside a savepoint, so that the event is of this very transaction.
			event := f.noteInVault(c.kind, candidate, c.payload)
			rows, state := f.try(c.call, event)
			if c.allowed != (state == "" && rows > 0) || !c.allowed && state != denied {
				t.Errorf("%s: %d rows, SQLSTATE %q; allowed %v", c.name, rows, state, c.allowed)
			}
		})
	}
}

// noteInVault puts an event on record as the vault's login may.
func (f forger) noteInVault(kind, object, payload string) string {
	f.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	f.tx.MustExecContext(f.ctx, `
		insert into audit_events (trust_id, event_id, kind, object_kind, object_id, object_version, actor_id, at, commitment)
		values ($1, $2, $3, 'monitoring', $4, 99, app_person(), now(), sha256('x'))`, f.trust.ID, id, kind, object)
	f.tx.MustExecContext(f.ctx, `insert into audit_payloads values ($1, $2, sha256('x'), convert_to($3, 'UTF8'))`, f.trust.ID, id, payload)
	return id
}

// The service's own login is denied at the door, and at every function of it.
func TestTheServiceCannotCallTheVault(t *testing.T) {
	w := newWorld(t)
	w.closed()
	var functions []string
	w.must(w.raw("postgres").SelectContext(w.ctx, &functions, `
		select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace
		   and (proname ~ 'monitoring' or proname in ('read_funnel', 'read_scores', 'shortlist_locked', 'recall_released', 'keep_released'))
		   and has_function_privilege('appointable_web', oid, 'execute')`))
	w.equal(functions, []string(nil))
	for _, who := range []store.Actor{w.members["R1"], w.members["R2"], w.officer, w.auditor, w.operator} {
		w.as(who, code, func(f forger) {
			f.refuses("the requests", `select from monitoring.requests`)
			f.refuses("a reading", `select from read_funnel($1)`, uuid.Must(uuid.NewV7()))
			f.refuses("progress", `select from monitoring_progress($1)`, w.campaignID())
			f.refuses("a link", `select from monitoring_link(sha256('x'), now())`)
		})
	}
}

func TestErasureAndSubjectAccessKnowTheVault(t *testing.T) {
	w := newWorld(t)
	w.closed()
	asking := w.asked("C1")
	w.must(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "female", "ethnicity": "N"}))
	_, err := w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C2", "sex", "male")})
	w.must(err)

	own, err := w.vault.Own(w.ctx, w.officer, code, "C1")
	w.must(err)
	w.equal(own.Answers, map[string]string{"sex": "female", "ethnicity": "N"})
	w.equal(own.Answered != nil && own.Asked != nil && own.Recorded != nil && own.Withdrawn == nil, true)
	own, err = w.vault.Own(w.ctx, w.officer, code, "C2")
	w.must(err)
	w.equal(own.Answers, map[string]string{"sex": "male"})
	w.equal(own.Asked == nil, true)
	for _, who := range []store.Actor{w.auditor, w.members["R1"], w.members["R2"]} {
		_, err = w.vault.Own(w.ctx, who, code, "C1")
		w.refused(err, fault.Forbidden)
	}
	w.equal(w.count(`select count(*) from audit_events where kind = 'candidate.monitoring-given'`), 2)

	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "asked to be forgotten")
	w.must(err)
	w.equal(w.count(`select count(*) from monitoring.requests`), 0)
	w.equal([]string{w.kept("C1"), w.kept("C2")}, []string{"", "sex=male"})
	w.refused(w.vault.Answer(w.ctx, w.trust.ID, asking.Token, map[string]string{"sex": "female"}), fault.Unauthenticated)
	_, err = w.vault.Ask(w.ctx, w.officer, code, "C1")
	w.refused(err, fault.Conflict)
	_, err = w.vault.Import(w.ctx, w.officer, code, []monitoring.Row{row("C1", "sex", "male")})
	w.refused(err, fault.Invalid)
	rows, err := w.vault.Funnel(w.ctx, w.auditor, []string{code}, "still counted")
	w.must(err)
	w.equal(len(rows), 2)

	// A restored backup has the request again: erased again, it goes again.
	w.raw("postgres").MustExecContext(w.ctx, `
		insert into monitoring.requests (trust_id, campaign_id, candidate_id, token_hash, asked_at, expires_at)
		select trust_id, campaign_id, candidate_id, sha256('x'), now(), now() from candidates where code = 'C1'`)
	_, err = w.db.EraseCandidate(w.ctx, w.officer, code, "C1", "again")
	w.must(err)
	w.equal(w.count(`select count(*) from monitoring.requests`), 0)
	w.dense()
}

func TestTheVaultRefusesOtherLogins(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	for _, login := range []string{"postgres", "appointable_migrate", "appointable_web", "appointable_sequence"} {
		_, err := store.OpenVault(t.Context(), d.DSN(login))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// inVault is as, under the vault's login.
func (w *world) inVault(who store.Actor, campaign string, fn func(f forger)) {
	w.t.Helper()
	tx := w.raw("appointable_monitor").MustBeginTx(w.ctx, nil)
	defer func() { _ = tx.Rollback() }()
	person := uuid.NullUUID{UUID: who.Person, Valid: who.Person != uuid.Nil}
	tx.MustExecContext(w.ctx, `select enter($1, $2, $3, '', false)`, who.Trust, person, campaign)
	fn(forger{w, tx})
}
