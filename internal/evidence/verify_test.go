package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
	"appointable/selection"
)

var update = flag.Bool("update", false, "write the bundle of the latest format anew")

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func TestCleanBundlesRaiseNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "candidates"))
		bundle := s.export()
		trusted := s.trusted()
		for _, e := range s.earlier {
			trusted.Kept = append(trusted.Kept, evidence.Kept{Name: "kept", Note: e.Note})
		}
		trusted.Receipts = hashesOf(s.log)[:1]
		if r := evidence.Verify(bundle, trusted); !r.Sound || r.About == nil || r.Receipts[0].Position != 0 {
			t.Fatalf("a clean bundle raises\n%s", failures(r))
		}
	})
}

// submitted is a sheet whose content an open event tells.
func (s *story) submitted() *evidence.Sheet {
	for i := range s.contents.Sheets {
		sheet := &s.contents.Sheets[i]
		open := slices.ContainsFunc(s.contents.Events, func(e evidence.Event) bool {
			return e.Leaf.Object.ID == sheet.ID && e.Leaf.Kind == "sheet.submitted" && e.Closed == ""
		})
		if open && sheet.Sheet.State == selection.SheetSubmitted {
			return sheet
		}
	}
	s.t.Fatal("the sample has no such sheet")
	return nil
}

// other is an event of the log that is not the campaign's.
func (s *story) other() evidence.Event {
	return s.note(audit.Object{Kind: "person", ID: uuid.Must(uuid.NewV7()), Version: 1}, audit.PasswordSet{})
}

// What an owner signs must agree with itself: each contradiction is told, at
// its check and its place, although every hash and every signature is right.
func TestContradictionsAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		change       func(*story)
		check, where string
	}{
		"another mark": {func(s *story) { *s.submitted().Sheet.Marks[0].Score++ }, "documents", "sheets.json: ["},
		"a submitted sheet that nothing submitted": {func(s *story) {
			sheet := s.submitted()
			sheet.ID, sheet.Sheet.Version = uuid.Must(uuid.NewV7()), 1
		}, "documents", "sheets.json: ["},
		"a sheet less":  {func(s *story) { s.contents.Sheets = s.contents.Sheets[1:] }, "documents", "sheets.json"},
		"an event less": {func(s *story) { s.contents.Events = slices.Delete(s.contents.Events, 1, 2) }, "no event is missing", "leaves.jsonl"},
		"the last event of a sheet less": {func(s *story) {
			id := s.submitted().ID
			for i := len(s.contents.Events) - 1; ; i-- {
				if s.contents.Events[i].Leaf.Object.ID == id {
					s.contents.Events = slices.Delete(s.contents.Events, i, i+1)
					return
				}
			}
		}, "no event is missing", "sheets.json: ["},
		"the last event of the campaign less": {func(s *story) { s.contents.Events = s.contents.Events[:len(s.contents.Events)-1] }, "no event is missing", "leaves.jsonl"},
		"an event of something else":          {func(s *story) { s.contents.Events = append(s.contents.Events, s.other()) }, "no event is missing", "leaves.jsonl:"},
		"another framework":                   {func(s *story) { s.contents.Framework.Title = "Others" }, "documents", "framework.yaml"},
		"another plan":                        {func(s *story) { s.contents.Campaign.Post.Posts = 2 }, "documents", "campaign.json"},
		"another campaign":                    {func(s *story) { s.contents.Campaign.Code = "CARD-2026-02" }, "contents", "campaign.json"},
		"another decision":                    {func(s *story) { s.contents.Decision.Justification = "Because." }, "documents", "decision.json"},
		"no decision":                         {func(s *story) { s.contents.Decision = nil }, "documents", "decision.json"},
		"another ranking": {func(s *story) {
			for run := range s.contents.Rankings {
				s.contents.Rankings[run] = []byte("{}")
			}
		}, "documents", "rankings/"},
		"a ranking less":                      {func(s *story) { clear(s.contents.Rankings) }, "documents", "rankings/"},
		"a ranking more":                      {func(s *story) { s.contents.Rankings[uuid.NewString()] = []byte("{}") }, "documents", "rankings/"},
		"a payload that was not committed to": {func(s *story) { s.contents.Events[0].Payload = []byte(`{"code":"CARD-2026-01"}`) }, "commitments", "leaves.jsonl:1"},
		"a checkpoint of another history": {func(s *story) {
			s.earlier = []evidence.Signed{s.sign(s.log[1:4], s.key)}
		}, "history", "checkpoints/000000000003"},
		"a checkpoint by another key": {func(s *story) {
			s.earlier = []evidence.Signed{s.sign(s.log[:4], newKey(s.t, origin))}
		}, "history", "checkpoints/000000000004"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t, 7, 6)
			c.change(s)
			r := evidence.Verify(s.export(), s.trusted())
			found := slices.ContainsFunc(r.Checks, func(k evidence.Check) bool {
				return k.Name == c.check && slices.ContainsFunc(k.Failures, func(f fault.Field) bool { return strings.HasPrefix(f.Where, c.where) })
			})
			if r.Sound || !found {
				t.Errorf("sound: %v; failures\n%s", r.Sound, failures(r))
			}
		})
	}
}

// While one key follows another a checkpoint bears both signatures: whoever
// has either can check it, and is told of the other.
func TestTwoKeys(t *testing.T) {
	s := newStory(t, 3, 2)
	next := newKey(t, origin)
	s.earlier = nil
	bundle := s.export(next)
	for name, keys := range map[string][]note.Verifier{"the old": {s.key.verifier}, "the new": {next.verifier}, "both": {s.key.verifier, next.verifier}} {
		r := evidence.Verify(bundle, evidence.Trusted{Keys: keys})
		if told := len(r.Checks[1].Notes) > 0; !r.Sound || told != (len(keys) == 1) {
			t.Errorf("%s: sound %v, told of another signature %v\n%s", name, r.Sound, told, failures(r))
		}
	}
	if r := evidence.Verify(bundle, evidence.Trusted{}); r.Sound || r.About != nil {
		t.Error("a bundle passes without a key")
	}
}

// A signature may be written in several ways that open; a bundle has one.
func TestOneWayToWriteASignature(t *testing.T) {
	s := newStory(t, 3, 1)
	bundle := s.export()
	for name, change := range map[string]func(string) string{
		"twice":      func(n string) string { return n + n[strings.LastIndex(n, "— "):] },
		"stray bits": func(n string) string { return strings.Replace(n, n[len(n)-3:], string(n[len(n)-3]+1)+"=\n", 1) },
	} {
		mutated := repacked(s, bundle, func(files map[string][]byte) {
			files["checkpoint"] = []byte(change(string(files["checkpoint"])))
			evidence.Remake(files)
		})
		if r := evidence.Verify(mutated, s.trusted()); r.Sound || !strings.Contains(failures(r), "signature: checkpoint") {
			t.Errorf("%s: sound %v\n%s", name, r.Sound, failures(r))
		}
	}
}

func TestErasedIsNoFailure(t *testing.T) {
	s := newStory(t, 5, 3)
	for i, e := range s.contents.Events {
		s.contents.Events[i] = evidence.Event{Leaf: e.Leaf, Closed: evidence.Erased}
	}
	r := evidence.Verify(s.export(), s.trusted())
	if !r.Sound || r.About.Erased != len(s.contents.Events) {
		t.Errorf("sound %v, %d erased\n%s", r.Sound, r.About.Erased, failures(r))
	}
}

func TestSameContentsSameBytes(t *testing.T) {
	s := newStory(t, 5, 3)
	a := s.export()
	slices.Reverse(s.contents.Events)
	slices.Reverse(s.contents.Sheets)
	again, err := evidence.Seal(s.contents)
	check(t, err)
	if again.Digest() != s.sealed.Digest() {
		t.Error("the order in which contents are given counts")
	}
	s.sealed = again
	if b := s.close(s.sign(s.log, s.key)); !bytes.Equal(a, b) {
		t.Error("the same contents give other bytes")
	}
}

func TestWhatIsNoBundle(t *testing.T) {
	s := newStory(t, 5, 2)
	s.export()
	now := s.sign(s.log, s.key)
	for name, l := range map[string]evidence.Logged{
		"no event":      {Now: now, Leaves: hashesOf(s.log)},
		"another event": {Export: s.contents.Events[0], Now: now, Leaves: hashesOf(s.log)},
		"a shorter log": {Export: s.exported, Now: now, Leaves: hashesOf(s.log)[:3]},
	} {
		if err := s.sealed.Write(io.Discard, l); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*evidence.Contents){
		"an event twice":         func(c *evidence.Contents) { c.Events = append(c.Events, c.Events[0]) },
		"two checkpoints a size": func(c *evidence.Contents) { c.Earlier = []evidence.Signed{now, now} },
		"a run of no id":         func(c *evidence.Contents) { c.Rankings = map[string][]byte{"../x": nil} },
		"no framework":           func(c *evidence.Contents) { c.Framework.Dimensions = nil },
	} {
		contents := s.contents
		contents.Events = slices.Clone(contents.Events)
		change(&contents)
		if _, err := evidence.Seal(contents); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file of nothing but mistakes is not reported at full length, and one that
// would swell in memory is not read.
func TestHostileSizes(t *testing.T) {
	bundle, trusted := formatOne(t)
	files, err := evidence.Unpack(bundle)
	check(t, err)
	for name, content := range map[string][]byte{
		"leaves.jsonl": bytes.Repeat([]byte("\n"), 2<<20), "SHA256SUMS": bytes.Repeat([]byte("\n"), 2<<20), "proofs.jsonl": bytes.Repeat([]byte("\n"), 2<<20),
		"consistency.jsonl": bytes.Repeat([]byte("\n"), 2<<20), "framework.yaml": bytes.Repeat([]byte("- "), 2<<20), "sheets.json": bytes.Repeat([]byte("["), 2<<20),
	} {
		altered := maps.Clone(files)
		altered[name] = content
		var out bytes.Buffer
		check(t, evidence.Pack(&out, altered))
		r := evidence.Verify(out.Bytes(), trusted)
		said := 0
		for _, c := range r.Checks {
			said += len(c.Failures)
		}
		if r.Sound || said > 3000 {
			t.Errorf("%s: sound %v, %d failures", name, r.Sound, said)
		}
	}
}

// A bundle is kept for years: one that was written once must verify for good.
// Where this fails, the form has changed without another number of format.
func TestAFormatIsForGood(t *testing.T) {
	bundle, trusted := formatOne(t)
	if r := evidence.Verify(bundle, trusted); !r.Sound {
		t.Errorf("a bundle of this format is no longer sound\n%s", failures(r))
	}
}

func formatOne(t rapid.TB) ([]byte, evidence.Trusted) {
	bundle, err := os.ReadFile("testdata/format1.zip")
	check(t, err)
	public, err := os.ReadFile("testdata/format1.key")
	check(t, err)
	verifier, err := audit.ParseVerifier(string(public))
	check(t, err)
	return bundle, evidence.Trusted{Keys: []note.Verifier{verifier}}
}

// FuzzVerify: whatever it is given, Verify answers, and trusts nothing. Each
// input is tried as a zip, and as one file of a sound bundle whose all else is
// made anew around it.
func FuzzVerify(f *testing.F) {
	bundle, trusted := formatOne(f)
	files, err := evidence.Unpack(bundle)
	check(f, err)
	names := slices.Sorted(maps.Keys(files))
	f.Add(bundle, byte(0))
	for i, name := range names {
		f.Add(files[name], byte(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		if r := evidence.Verify(data, trusted); r.Sound && !bytes.Equal(data, bundle) {
			t.Error("something else is sound")
		}
		altered := maps.Clone(files)
		altered[names[int(which)%len(names)]] = data
		evidence.Remake(altered)
		var out bytes.Buffer
		check(t, evidence.Pack(&out, altered))
		if r := evidence.Verify(out.Bytes(), trusted); r.Sound && !bytes.Equal(out.Bytes(), bundle) {
			t.Errorf("%s is altered, and sound", names[int(which)%len(names)])
		}
	})
}
