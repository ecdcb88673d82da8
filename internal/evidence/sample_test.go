package evidence_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"appointable/frameworks"
	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/selection"
)

const origin = "appointable.example/northgate"

// key is a signing key and what checks it.
type key struct {
	signer   note.Signer
	verifier note.Verifier
	public   string
}

func newKey(t rapid.TB, origin string) key {
	secret := audit.NewSigningKey()
	signer, err := secret.Signer(origin)
	check(t, err)
	public, err := secret.Public(origin)
	check(t, err)
	verifier, err := audit.ParseVerifier(public)
	check(t, err)
	return key{signer: signer, verifier: verifier, public: public}
}

func check(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// story is a trust's log with one campaign in it, as the service would write
// it: sheets by the domain's own rules, other things of the trust in between.
type story struct {
	t        rapid.TB
	r        *rand.Rand
	key      key
	trust    uuid.UUID
	id       uuid.UUID // the campaign's
	version  int
	contents evidence.Contents
	log      []evidence.Event // all leaves of the log
	earlier  []evidence.Signed
	exported evidence.Event
	sealed   evidence.Sealed

	undecided, undecidedLog int // events of the campaign, and leaves of the log, before the decision
}

func framework() frameworks.Framework {
	return frameworks.Framework{
		Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 5, Step: 1},
		Dimensions: []frameworks.Dimension{{
			Code: "safety", Kind: frameworks.Value, Title: "Safety", Weight: frameworks.Fixed(100),
			Criteria: []frameworks.Criterion{{Code: "speaks-up", Statement: "Speaks up"}, {Code: "listens", Statement: "Listens <well> & long"}},
		}},
	}
}

func campaign() selection.Campaign {
	return selection.Campaign{
		Code: "CARD-2026-01", Title: "Consultant cardiologist", Post: selection.Post{Type: selection.Consultant, Posts: 1},
		Exercises: []selection.Exercise{{Code: "interview", Method: "interview", Criteria: []string{"speaks-up", "listens"}}},
		Panel:     []selection.Member{{Rater: "R1"}, {Rater: "R2"}},
	}
}

// newStory writes a campaign of as many candidates, up to its decision.
func newStory(t rapid.TB, seed uint64, candidates int) *story {
	s := &story{t: t, r: rand.New(rand.NewPCG(seed, 1)), key: newKey(t, origin), trust: uuid.Must(uuid.NewV7()), id: uuid.Must(uuid.NewV7())}
	s.contents = evidence.Contents{Framework: framework(), Campaign: campaign(), Rankings: map[string][]byte{}}
	lock := s.contents.Campaign.Locked(s.contents.Framework)
	s.campaign(audit.CampaignSaved{Code: "CARD-2026-01", Plan: lock.Plan})
	s.campaign(audit.SeatFilled{Rater: "R1", Person: uuid.NewString()})
	s.campaign(audit.ScoringOpened{Framework: lock.Framework, Plan: lock.Plan, Sheets: 2 * candidates})
	for i := range 2 * candidates {
		s.sheet(fmt.Sprintf("C%02d", i/2+1), fmt.Sprintf("R%d", i%2+1))
	}
	s.campaign(audit.ModerationClosed{})
	for range 1 + s.r.IntN(2) {
		s.ranking()
	}
	s.undecided, s.undecidedLog = len(s.contents.Events), len(s.log)
	s.decide("C01")
	return s
}

func (s *story) decide(candidate string) {
	decision := selection.Decision{Findings: []selection.Finding{{Candidate: candidate, Appointable: true}}, Appointed: []string{candidate}, Justification: "The <best> & steadiest."}
	s.contents.Decision = &decision
	s.campaign(audit.DecisionRecorded{Run: uuid.NewString(), Decision: decision})
}

// undecide is what the owner of a log can do: take away what was written since
// the moderation closed.
func (s *story) undecide() {
	s.contents.Decision, s.contents.Events, s.log = nil, s.contents.Events[:s.undecided], s.log[:s.undecidedLog]
	s.version = 0
	for _, e := range s.contents.Events {
		if e.Leaf.Object.Kind == "campaign" {
			s.version++
		}
	}
	s.earlier = slices.DeleteFunc(s.earlier, func(e evidence.Signed) bool { return e.Checkpoint.Size > int64(len(s.log)) })
}

func (s *story) note(object audit.Object, detail audit.Detail) evidence.Event {
	at := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC).Add(time.Duration(len(s.log)) * time.Second)
	actor := uuid.NullUUID{UUID: uuid.Must(uuid.NewV7()), Valid: s.r.IntN(5) > 0}
	if !actor.Valid {
		actor.UUID = uuid.Nil
	}
	e, err := audit.New(object, actor, at, detail)
	check(s.t, err)
	logged := evidence.Event{Leaf: e.Leaf(s.trust), Nonce: e.Nonce, Payload: e.Payload}
	s.log = append(s.log, logged)
	for s.r.IntN(3) == 0 { // the trust goes on with other things
		e, err := audit.New(audit.Object{Kind: "person", ID: uuid.New(), Version: 1}, uuid.NullUUID{}, at, audit.PersonAdded{})
		check(s.t, err)
		s.log = append(s.log, evidence.Event{Leaf: e.Leaf(s.trust)})
	}
	if s.r.IntN(6) == 0 {
		s.earlier = append(s.earlier, s.sign(s.log, s.key))
	}
	return logged
}

func (s *story) campaign(detail audit.Detail) evidence.Event {
	s.version++
	e := s.note(audit.Object{Kind: "campaign", ID: s.id, Version: s.version}, detail)
	if detail.EventKind() != (audit.EvidenceExported{}).EventKind() {
		s.contents.Events = append(s.contents.Events, e)
	}
	return e
}

func (s *story) sheet(candidate, rater string) {
	sheet := evidence.Sheet{ID: uuid.Must(uuid.NewV7()), Sheet: selection.NewSheet(candidate, rater, s.contents.Campaign.Exercises[0])}
	scale := s.contents.Framework.Scale
	put := func(next selection.Sheet, err error, detail func(selection.Sheet) audit.Detail, closed evidence.Closure) {
		check(s.t, err)
		sheet.Sheet = next
		e := s.note(audit.Object{Kind: "sheet", ID: sheet.ID, Version: next.Version}, detail(next))
		if closed != "" {
			e = evidence.Event{Leaf: e.Leaf, Closed: closed}
		}
		s.contents.Events = append(s.contents.Events, e)
	}
	var erased evidence.Closure
	if s.r.IntN(8) == 0 {
		erased = evidence.Erased
	}
	if s.r.IntN(10) == 0 { // stays a draft
		s.contents.Sheets = append(s.contents.Sheets, sheet)
		return
	}
	marks := []selection.Mark{{Criterion: "speaks-up", Score: s.score(), Evidence: "said \"no\" <twice>"}, {Criterion: "listens", NotObserved: true}}
	next, err := sheet.Sheet.Save(marks)
	put(next, err, func(x selection.Sheet) audit.Detail { return audit.SheetSaved{Sheet: x} }, evidence.Withheld)
	next, err = sheet.Sheet.Submit(scale)
	put(next, err, func(x selection.Sheet) audit.Detail { return audit.SheetSubmitted{Sheet: x} }, erased)
	for range s.r.IntN(3) {
		next, err = sheet.Sheet.Revise(selection.Mark{Criterion: "speaks-up", Score: s.score(), Evidence: "heard again"}, "the panel spoke of it", scale)
		put(next, err, func(x selection.Sheet) audit.Detail {
			return audit.MarkRevised{Criterion: "speaks-up", Reason: "the panel spoke of it", Sheet: x}
		}, erased)
	}
	if s.r.IntN(6) == 0 {
		next := sheet.Sheet
		next.State, next.Version = selection.SheetWithdrawn, next.Version+1
		put(next, nil, func(selection.Sheet) audit.Detail { return audit.SheetWithdrawn{Reason: "a relation"} }, "")
	}
	s.contents.Sheets = append(s.contents.Sheets, sheet)
}

func (s *story) score() *float64 {
	score := float64(1 + s.r.IntN(5))
	return &score
}

func (s *story) ranking() {
	run := uuid.Must(uuid.NewV7()).String()
	result := fmt.Appendf(nil, `{"run":%q,"first":"C%02d"}`, run, s.r.IntN(9))
	s.contents.Rankings[run] = result
	s.campaign(audit.RankingStored{Run: run, Engine: "ranking 1", Result: sum(result)})
}

// sign signs a log as it stands.
func (s *story) sign(log []evidence.Event, keys ...key) evidence.Signed {
	hashes := hashesOf(log)
	c := audit.Checkpoint{Origin: origin, Size: int64(len(hashes)), Root: rootOf(s.t, hashes)}
	var signers []note.Signer
	for _, k := range keys {
		signers = append(signers, k.signer)
	}
	signed, err := c.Sign(signers...)
	check(s.t, err)
	return evidence.Signed{Checkpoint: c, Note: signed}
}

func hashesOf(log []evidence.Event) []tlog.Hash {
	var hashes []tlog.Hash
	for _, e := range log {
		hashes = append(hashes, e.Leaf.Hash())
	}
	return hashes
}

func rootOf(t rapid.TB, leaves []tlog.Hash) tlog.Hash {
	stored, err := audit.Grow(0, leaves, nil)
	check(t, err)
	root, err := tlog.TreeHash(int64(len(leaves)), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	}))
	check(t, err)
	return root
}

// export seals, logs the export and closes the bundle.
func (s *story) export(keys ...key) []byte {
	s.contents.Earlier = nil
	for _, e := range s.earlier { // one a size
		if !slices.ContainsFunc(s.contents.Earlier, func(o evidence.Signed) bool { return o.Checkpoint.Size == e.Checkpoint.Size }) {
			s.contents.Earlier = append(s.contents.Earlier, e)
		}
	}
	var err error
	s.sealed, err = evidence.Seal(s.contents)
	check(s.t, err)
	s.exported = s.campaign(audit.EvidenceExported{Trust: "Northgate NHS Trust", Code: "CARD-2026-01", Contents: s.sealed.Digest()})
	return s.close(s.sign(s.log, append([]key{s.key}, keys...)...))
}

func (s *story) close(now evidence.Signed) []byte {
	var out bytes.Buffer
	check(s.t, s.sealed.Write(&out, evidence.Logged{Export: s.exported, Now: now, Leaves: hashesOf(s.log)}))
	return out.Bytes()
}

func (s *story) trusted() evidence.Trusted {
	return evidence.Trusted{Keys: []note.Verifier{s.key.verifier}}
}

// failures are all that a report complains of.
func failures(r evidence.Report) string {
	var out bytes.Buffer
	for _, c := range r.Checks {
		for _, f := range c.Failures {
			fmt.Fprintf(&out, "%s: %s\n", c.Name, f)
		}
	}
	return out.String()
}
