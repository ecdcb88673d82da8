package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// Random people do random things to one campaign. A small model in memory says
// what each of them must be told, and after each step what they may see.
func TestACampaignFollowsItsModel(t *testing.T) {
	w := newWorld(t)
	w.publish()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		t.Repeat(rapid.StateMachineActions(newModel(t, w, fmt.Sprintf("MODEL-%d", n))))
	})
	w.dense()
}

// model is a campaign as its rules have it.
type model struct {
	w    *world
	code string

	sift      bool
	shortlist map[string]selection.Shortlisted
	phase     selection.Phase
	sheets    map[store.SheetName]*modelSheet
	interests map[interestOf]selection.InterestOutcome
	optional  bool // R3
	ranked    bool
	events    int
	receipts  []modelReceipt
}

type modelSheet struct {
	state    selection.SheetState
	required bool
	version  int
	revised  int
}

type interestOf struct{ rater, candidate string }

// modelReceipt is a submission that may be sent again.
type modelReceipt struct {
	again func() (store.Receipt, error)
	body  string
}

func newModel(t *rapid.T, w *world, code string) *model {
	plan := w.plan()
	plan.Code = code
	plan.Panel[2].Optional = rapid.Bool().Draw(t, "R3 is optional")
	interviewed := selection.Yes
	if rapid.Bool().Draw(t, "has a sift") {
		withSift(&plan)
		interviewed = selection.NotKnown
	}
	must(t, fails(w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: plan})))
	for _, member := range plan.Panel {
		must(t, fails(w.db.FillSeat(w.ctx, w.officer, code, member.Rater, "member-"+member.Rater)))
	}
	seen := []selection.Candidate{{Code: "C1", Interviewed: interviewed}, {Code: "C2", Interviewed: interviewed}}
	must(t, fails(w.db.AddCandidates(w.ctx, w.officer, code, store.Key{}, seen)))
	m := &model{w: w, code: code, sift: plan.Sifts(), shortlist: map[string]selection.Shortlisted{}, phase: selection.Draft, events: 5, sheets: map[store.SheetName]*modelSheet{}, interests: map[interestOf]selection.InterestOutcome{}}
	m.optional = plan.Panel[2].Optional
	m.makeSheets(plan.Exercises[0].Code, "C1", "C2")
	if rapid.IntRange(0, 3).Draw(t, "begins as a draft") > 0 {
		must(t, fails(w.db.OpenScoring(w.ctx, w.officer, code, 0)))
		m.phase, m.events = m.afterDraft(), m.events+1
	}
	return m
}

// makeSheets gives everybody an empty sheet for each candidate, unless they
// have stood down.
func (m *model) makeSheets(exercise string, candidates ...string) {
	for _, rater := range []string{"R1", "R2", "R3"} {
		for _, c := range candidates {
			if !m.stoodDown(rater, c) {
				m.sheets[store.SheetName{Rater: rater, Candidate: c, Exercise: exercise}] = &modelSheet{
					state: selection.SheetDraft, required: rater != "R3" || !m.optional, version: 1}
			}
		}
	}
}

func (m *model) afterDraft() selection.Phase {
	if m.sift {
		return selection.Sift
	}
	return selection.Scoring
}

// stageOf is the stage of a sheet.
func stageOf(name store.SheetName) selection.Stage {
	if name.Exercise == "application" {
		return selection.StageSift
	}
	return selection.StageAssessment
}

// revealIfComplete is what follows where nothing is missing any more.
func (m *model) revealIfComplete() {
	if m.phase.Marked() != "" && m.missing() == 0 {
		m.reveal()
	}
}

func (m *model) reveal() {
	m.events++
	if m.phase == selection.Sift {
		m.phase = selection.Shortlisting
	} else {
		m.phase = selection.Moderation
	}
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is somebody who acts; their rater code is "" without a seat.
type person struct {
	name, rater string
	store.Actor
}

func (m *model) people() []person {
	people := []person{{"officer", "", m.w.officer}, {"auditor", "", m.w.auditor}, {"framework owner", "", m.w.owner}}
	for _, rater := range []string{"R1", "R2", "R3"} {
		people = append(people, person{rater, rater, m.w.members[rater]})
	}
	return people
}

func (m *model) somebody(t *rapid.T) person {
	return rapid.SampledFrom(m.people()).Draw(t, "who")
}

// likely draws the right person most of the time, else nothing would happen.
func (m *model) likely(t *rapid.T, name string) person {
	if rapid.IntRange(0, 4).Draw(t, "wrong person") == 0 {
		return m.somebody(t)
	}
	i := slices.IndexFunc(m.people(), func(p person) bool { return p.name == name })
	return m.people()[i]
}

func (m *model) anySheet(t *rapid.T) store.SheetName {
	name := sheet(rapid.SampledFrom([]string{"R1", "R2", "R3"}).Draw(t, "rater"), m.anyCandidate(t))
	if m.sift && rapid.Bool().Draw(t, "of the sift") {
		name.Exercise = "application"
	}
	return name
}

func (m *model) anyCandidate(t *rapid.T) string {
	return rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "candidate")
}

func (m *model) isOfficer(p person) bool { return p.name == "officer" }
func (m *model) isChair(p person) bool   { return p.rater == "R1" }
func (m *model) revealed() bool {
	return m.phase == selection.Moderation || m.orderKnown()
}

// opened reports whether a sheet's own stage is revealed.
func (m *model) opened(name store.SheetName) bool {
	if stageOf(name) == selection.StageSift {
		return m.phase != selection.Draft && m.phase != selection.Sift
	}
	return m.revealed()
}
func (m *model) orderKnown() bool {
	return m.phase == selection.Deciding || m.phase == selection.Decided
}

func (m *model) missing() (n int) {
	for name, s := range m.sheets {
		if s.required && s.state == selection.SheetDraft && stageOf(name) == m.phase.Marked() {
			n++
		}
	}
	return n
}

// stoodDown reports whether HR has withdrawn the marks of the pair.
func (m *model) stoodDown(rater, candidate string) bool {
	return m.interests[interestOf{rater, candidate}] == selection.MarksWithdrawn
}

// says compares the answer with the first of the refusals that applies, or
// with success. It reports whether the change was made.
func (m *model) says(t *rapid.T, err error, refusals ...refusal) bool {
	t.Helper()
	for _, r := range refusals {
		if r.applies {
			if !fault.Is(err, r.kind) {
				t.Fatalf("got %v, want %s", err, r.kind)
			}
			return false
		}
	}
	must(t, err)
	return true
}

type refusal struct {
	applies bool
	kind    fault.Kind
}

// OpenScoring makes the sheets of all who have not stood down.
func (m *model) OpenScoring(t *rapid.T) {
	p := m.likely(t, "officer")
	err := fails(m.w.db.OpenScoring(m.w.ctx, p.Actor, m.code, 0))
	if m.says(t, err, refusal{!m.isOfficer(p), fault.Forbidden}, refusal{m.phase != selection.Draft, fault.Conflict}) {
		m.phase, m.events = m.afterDraft(), m.events+1
		for name := range m.sheets {
			if m.stoodDown(name.Rater, name.Candidate) {
				delete(m.sheets, name)
			}
		}
	}
}

// sheetRefusals are those of everything that a member does to a sheet.
func (m *model) sheetRefusals(p person, name store.SheetName) []refusal {
	s := m.sheets[name]
	return []refusal{
		{p.rater == "", fault.Forbidden},
		{m.phase == selection.Draft || s == nil || name.Rater != p.rater, fault.NotFound},
	}
}

// SaveSheet saves half a sheet.
func (m *model) SaveSheet(t *rapid.T) {
	name := m.anySheet(t)
	p := m.likely(t, name.Rater)
	s := m.sheets[name]
	saved, err := m.w.db.SaveSheet(m.w.ctx, p.Actor, m.code, name, 0, marks(3, 3)[:1])
	if m.says(t, err, append(m.sheetRefusals(p, name),
		refusal{m.phase.Marked() != stageOf(name) || s != nil && s.state != selection.SheetDraft, fault.Conflict})...) {
		s.version, m.events = s.version+1, m.events+1
		if saved.Version != s.version {
			t.Fatalf("version %d, want %d", saved.Version, s.version)
		}
	}
}

// SubmitSheet submits a whole sheet, on the scale or off it.
func (m *model) SubmitSheet(t *rapid.T) {
	name := m.anySheet(t)
	m.submit(t, name, m.likely(t, name.Rater), rapid.SampledFrom([]float64{1, 4, 7, 7, 8}).Draw(t, "score"))
}

// SubmitNext submits one that is open, so that campaigns get on.
func (m *model) SubmitNext(t *rapid.T) {
	open := m.visible(func(name store.SheetName) bool {
		return m.sheets[name].state == selection.SheetDraft && (m.phase.Marked() == "" || stageOf(name) == m.phase.Marked())
	})
	if len(open) == 0 {
		t.Skip("nothing is open")
	}
	name := rapid.SampledFrom(open).Draw(t, "open").SheetName
	m.submit(t, name, person{name.Rater, name.Rater, m.w.members[name.Rater]}, 6)
}

func (m *model) submit(t *rapid.T, name store.SheetName, p person, score float64) {
	s := m.sheets[name]
	key := key(fmt.Sprintf("%s %d", m.code, len(m.receipts)))
	submit := func() (store.Receipt, error) {
		return m.w.db.SubmitSheet(m.w.ctx, p.Actor, m.code, name, 0, key, marks(score, 4))
	}
	receipt, err := submit()
	if m.says(t, err, append(m.sheetRefusals(p, name),
		refusal{m.phase.Marked() != stageOf(name) || s != nil && s.state != selection.SheetDraft, fault.Conflict},
		refusal{score > 7, fault.Invalid},
		refusal{m.stoodDown(name.Rater, name.Candidate), fault.Conflict})...) {
		s.state, s.version, m.events = selection.SheetSubmitted, s.version+1, m.events+1
		m.receipts = append(m.receipts, modelReceipt{submit, m.w.body(receipt)})
		m.revealIfComplete()
	}
}

// RecordShortlist says yes or no of one candidate.
func (m *model) RecordShortlist(t *rapid.T) {
	p := m.likely(t, "officer")
	s := selection.Shortlisted{Candidate: m.anyCandidate(t), Shortlisted: rapid.IntRange(0, 3).Draw(t, "no") > 0}
	s.Reason = rapid.SampledFrom([]string{"", "no audit", "no audit"}).Draw(t, "why")
	err := fails(m.w.db.RecordShortlist(m.w.ctx, p.Actor, m.code, 0, []selection.Shortlisted{s}))
	if m.says(t, err, refusal{!m.isOfficer(p), fault.Forbidden}, refusal{m.phase != selection.Shortlisting, fault.Conflict},
		refusal{!s.Shortlisted && s.Reason == "", fault.Invalid}) {
		if was, ok := m.shortlist[s.Candidate]; !ok || was != s {
			m.shortlist[s.Candidate], m.events = s, m.events+1
		}
	}
}

// LockShortlist makes the sheets of the assessment.
func (m *model) LockShortlist(t *rapid.T) {
	p := m.likely(t, "officer")
	err := fails(m.w.db.LockShortlist(m.w.ctx, p.Actor, m.code, 0))
	var yes []string
	for code, s := range m.shortlist {
		if s.Shortlisted {
			yes = append(yes, code)
		}
	}
	if m.says(t, err, refusal{!m.isOfficer(p), fault.Forbidden}, refusal{m.phase != selection.Shortlisting, fault.Conflict},
		refusal{len(m.shortlist) < 2 || len(yes) == 0, fault.Invalid}) {
		m.phase, m.events = selection.Scoring, m.events+1
		m.makeSheets("interview", yes...)
	}
}

// SubmitAgain sends a submission once more, whatever has happened since.
func (m *model) SubmitAgain(t *rapid.T) {
	if len(m.receipts) == 0 {
		t.Skip("nothing was submitted")
	}
	r := rapid.SampledFrom(m.receipts).Draw(t, "receipt")
	receipt, err := r.again()
	must(t, err)
	if body := m.w.body(receipt); body != r.body {
		t.Fatalf("another receipt: %s, want %s", body, r.body)
	}
}

// ReviseMark changes a mark in moderation.
func (m *model) ReviseMark(t *rapid.T) {
	name := m.anySheet(t)
	p := m.likely(t, name.Rater)
	s := m.sheets[name]
	reason := rapid.SampledFrom([]string{"heard wrongly", "heard wrongly", " "}).Draw(t, "reason")
	err := fails(m.w.db.ReviseMark(m.w.ctx, p.Actor, m.code, name, 0, store.Key{}, mark("safety.a", 5), reason))
	if m.says(t, err, append(m.sheetRefusals(p, name),
		refusal{m.phase != selection.Moderation || stageOf(name) == selection.StageSift || s != nil && s.state != selection.SheetSubmitted, fault.Conflict},
		refusal{reason == " ", fault.Invalid})...) {
		s.version, s.revised, m.events = s.version+1, s.revised+1, m.events+1
	}
}

// CloseScoring reveals, with a reason or without.
func (m *model) CloseScoring(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "patience") > 0 {
		t.Skip("else no campaign would get all its sheets")
	}
	p := m.likely(t, "R1")
	reason := rapid.SampledFrom([]string{"", "fire alarm"}).Draw(t, "reason")
	err := fails(m.w.db.CloseScoring(m.w.ctx, p.Actor, m.code, reason))
	if m.says(t, err, refusal{!m.isChair(p), fault.Forbidden}, refusal{m.phase.Marked() == "", fault.Conflict},
		refusal{m.missing() > 0 && reason == "", fault.Invalid}) {
		m.reveal()
	}
}

// CloseModeration fixes the marks.
func (m *model) CloseModeration(t *rapid.T) {
	p := m.likely(t, "R1")
	err := fails(m.w.db.CloseModeration(m.w.ctx, p.Actor, m.code, 0))
	if m.says(t, err, refusal{!m.isChair(p), fault.Forbidden}, refusal{m.phase != selection.Moderation, fault.Conflict}) {
		m.phase, m.events = selection.Deciding, m.events+1
	}
}

// DeclareInterest is possible at any time, once.
func (m *model) DeclareInterest(t *rapid.T) {
	p, candidate := m.somebody(t), m.anyCandidate(t)
	declared, err := m.w.db.DeclareInterest(m.w.ctx, p.Actor, m.code, store.Key{}, selection.Interest{Candidate: candidate, Nature: selection.Knows, Details: "met once"})
	pair := interestOf{p.rater, candidate}
	_, before := m.interests[pair]
	if m.says(t, err, refusal{p.rater == "", fault.Forbidden}, refusal{before, fault.Conflict}) {
		m.interests[pair], m.events = "", m.events+1
		if declared.Late != (m.phase != selection.Draft) {
			t.Fatalf("late: %v in %s", declared.Late, m.phase)
		}
	}
}

// JudgeInterest lets marks stand or withdraws them.
func (m *model) JudgeInterest(t *rapid.T) {
	if len(m.interests) == 0 {
		t.Skip("nothing was declared")
	}
	p := m.likely(t, "officer")
	name := m.anySheet(t)
	pair := interestOf{name.Rater, name.Candidate}
	outcome := rapid.SampledFrom([]selection.InterestOutcome{selection.MarksStand, selection.MarksWithdrawn}).Draw(t, "outcome")
	err := fails(m.w.db.JudgeInterest(m.w.ctx, p.Actor, m.code, pair.rater, pair.candidate, outcome, "as HR sees it"))
	was, declared := m.interests[pair]
	if m.says(t, err, refusal{!m.isOfficer(p), fault.Forbidden}, refusal{m.orderKnown(), fault.Conflict},
		refusal{!declared, fault.NotFound}, refusal{was != "", fault.Conflict}) {
		m.interests[pair], m.events = outcome, m.events+1
		for name, s := range m.sheets {
			if outcome != selection.MarksWithdrawn || m.phase == selection.Draft || name.Rater != pair.rater || name.Candidate != pair.candidate {
				continue
			}
			s.required, s.version, m.events = false, s.version+1, m.events+1
			if s.state == selection.SheetSubmitted {
				s.state = selection.SheetWithdrawn
			}
		}
		if outcome == selection.MarksWithdrawn {
			m.revealIfComplete()
		}
	}
}

// PutResults enters or corrects a result.
func (m *model) PutResults(t *rapid.T) {
	p := m.likely(t, "officer")
	err := fails(m.w.db.PutResults(m.w.ctx, p.Actor, m.code, store.Key{}, results()))
	if m.says(t, err, refusal{!m.isOfficer(p), fault.Forbidden}, refusal{m.revealed(), fault.Conflict}) {
		m.events++
	}
}

// Rank stores a ranking.
func (m *model) Rank(t *rapid.T) {
	p := m.somebody(t)
	err := fails(m.w.db.Rank(m.w.ctx, p.Actor, m.code, selection.DefaultSettings()))
	if m.says(t, err, refusal{p.name == "framework owner", fault.Forbidden}, refusal{!m.orderKnown(), fault.Conflict}) {
		m.ranked, m.events = true, m.events+1
	}
}

// Decide appoints nobody.
func (m *model) Decide(t *rapid.T) {
	p := m.likely(t, "officer")
	nobody := selection.Decision{Justification: "nobody was found appointable"}
	for _, c := range m.rankable() {
		nobody.Findings = append(nobody.Findings, selection.Finding{Candidate: c, Reason: "the panel's view"})
	}
	err := fails(m.w.db.Decide(m.w.ctx, p.Actor, m.code, store.Key{}, nobody))
	if m.says(t, err, refusal{!m.isOfficer(p) && !m.isChair(p), fault.Forbidden}, refusal{m.phase != selection.Deciding, fault.Conflict},
		refusal{!m.ranked, fault.NotFound}) {
		m.phase, m.events = selection.Decided, m.events+1
	}
}

// rankable are the candidates whom a ranking has: after a sift, those who were
// marked in the assessment.
func (m *model) rankable() (codes []string) {
	for _, c := range []string{"C1", "C2"} {
		marked := !m.sift
		for name, s := range m.sheets {
			marked = marked || name.Candidate == c && stageOf(name) == selection.StageAssessment && s.state != selection.SheetDraft
		}
		if marked {
			codes = append(codes, c)
		}
	}
	return codes
}

// siftMarks counts what the shortlist's means are of.
func (m *model) siftMarks(candidate string) (n int) {
	for name, s := range m.sheets {
		if name.Candidate == candidate && stageOf(name) == selection.StageSift && s.state == selection.SheetSubmitted {
			n += 2
		}
	}
	return n
}

// visible lists the sheets that somebody may see.
func (m *model) visible(may func(store.SheetName) bool) []store.SheetStatus {
	list := []store.SheetStatus{}
	for name, s := range m.sheets {
		if m.phase != selection.Draft && may(name) {
			list = append(list, store.SheetStatus{SheetName: name, Stage: stageOf(name), State: s.state, Required: s.required, Started: s.version > 1})
		}
	}
	slices.SortFunc(list, func(a, b store.SheetStatus) int {
		return cmp.Or(cmp.Compare(a.Rater, b.Rater), cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Exercise, b.Exercise))
	})
	return list
}

// Check compares what is seen with the model, by one of the people each time.
func (m *model) Check(t *rapid.T) {
	c, err := m.w.db.Campaign(m.w.ctx, m.w.officer, m.code)
	must(t, err)
	if c.Progress.Phase != m.phase {
		t.Fatalf("phase %s, want %s", c.Progress.Phase, m.phase)
	}
	p, name := m.somebody(t), m.anySheet(t)
	s := m.sheets[name]
	stranger := refusal{p.name == "framework owner", fault.Forbidden}
	mine := func(name store.SheetName) bool { return m.opened(name) || name.Rater == p.rater }
	list, err := m.w.db.Sheets(m.w.ctx, p.Actor, m.code, store.SheetName{}, 100)
	if m.says(t, err, stranger) {
		same(t, p.name+" lists", list, m.visible(mine))
	}
	read, err := m.w.db.Sheet(m.w.ctx, p.Actor, m.code, name)
	if m.says(t, err, stranger, refusal{s == nil || m.phase == selection.Draft || !mine(name), fault.NotFound}) {
		got := modelSheet{state: read.State, required: s.required, version: read.Version, revised: len(read.Marks[0].Revisions)}
		same(t, p.name+" reads", got, *s)
	}
	shortlist, err := m.w.db.Shortlist(m.w.ctx, p.Actor, m.code, "", 100)
	if m.says(t, err, stranger, refusal{!m.sift || !m.opened(ofSift("R1", "C1")), fault.Conflict}) {
		for _, line := range shortlist {
			same(t, "marks of the sift", line.Marks, m.siftMarks(line.Candidate))
		}
	}
	m.says(t, fails(m.w.db.Results(m.w.ctx, p.Actor, m.code)), stranger, refusal{!m.revealed(), fault.Conflict})
	progress, err := m.w.db.ProgressOf(m.w.ctx, m.w.members["R1"], m.code, store.SheetName{}, 100)
	must(t, err)
	same(t, "progress", progress, m.visible(func(store.SheetName) bool { return true }))
	var events int
	must(t, m.w.raw("postgres").GetContext(m.w.ctx, &events, `
		select count(*) from audit_events where object_id = $1 or object_id in (select sheet_id from sheets where campaign_id = $1)`, c.ID))
	same(t, "events", events, m.events)
}

func same[T any](t *rapid.T, what string, got, want T) {
	t.Helper()
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Fatalf("%s: %+v, want %+v", what, got, want)
	}
}
