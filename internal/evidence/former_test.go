package evidence_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"appointable/internal/audit"
	"appointable/internal/evidence"
)

// twoLogs is a story whose trust restored its database half way: what the old
// log held by then is there, what it had beyond was published and is lost.
type twoLogs struct {
	*story
	second    key
	former    []evidence.Event
	lost      []evidence.Event
	published evidence.Signed
	said      audit.LogRestarted
	named     bool // the former log is in the bundle
	late      bool // the restart's leaf stands behind another
}

func newTwoLogs(t rapid.TB, seed uint64, candidates int) *twoLogs {
	s := &twoLogs{story: newStory(t, seed, candidates), second: newKey(t, origin+"/2"), named: true}
	cut := len(s.log) / 2
	s.former, s.log = slices.Clip(s.log[:cut]), slices.Clone(s.log[cut:])
	s.lost = []evidence.Event{s.stranger(), s.stranger(), s.stranger()}
	s.published = s.sign(append(s.former, s.lost...), s.key)
	s.said = audit.LogRestarted{Origin: origin + "/2", Published: string(s.published.Note), Held: int64(cut), Reason: "restored from <a backup>."}
	return s
}

func (s *twoLogs) stranger() evidence.Event {
	e, err := audit.New(audit.Object{Kind: "person", ID: uuid.New(), Version: 1}, uuid.NullUUID{}, s.contents.Events[0].Leaf.At, audit.PersonAdded{})
	check(s.t, err)
	return evidence.Event{Leaf: e.Leaf(s.trust)}
}

func (s *twoLogs) export() []byte {
	e, err := audit.New(audit.Object{Kind: "trust", ID: s.trust, Version: 2}, uuid.NullUUID{}, s.contents.Events[0].Leaf.At, s.said)
	check(s.t, err)
	restart := evidence.Event{Leaf: e.Leaf(s.trust), Nonce: e.Nonce, Payload: e.Payload}
	before := []evidence.Event{}
	if s.late {
		before = append(before, s.stranger())
	}
	s.log = slices.Concat(before, []evidence.Event{restart}, s.log)
	s.contents.Restart = &restart
	if s.named {
		s.contents.Former = []evidence.Former{{Number: 1, Last: s.sign(s.former, s.key), Leaves: hashesOf(s.former)}}
	}
	s.sealed, err = evidence.Seal(s.contents)
	check(s.t, err)
	s.exported = s.campaign(audit.EvidenceExported{Trust: "Northgate NHS Trust", Code: "CARD-2026-01", Contents: s.sealed.Digest()})
	c := audit.Checkpoint{Origin: origin + "/2", Size: int64(len(s.log)), Root: rootOf(s.t, hashesOf(s.log))}
	signed, err := c.Sign(s.second.signer)
	check(s.t, err)
	return s.close(evidence.Signed{Checkpoint: c, Note: signed})
}

func (s *twoLogs) trusted() evidence.Trusted {
	return evidence.Trusted{Keys: []note.Verifier{s.second.verifier, s.key.verifier}}
}

// What somebody outside has kept of the old log is held against it.
func TestSeveralLogs(t *testing.T) {
	s := newTwoLogs(t, 3, 4)
	bundle := s.export()
	trusted := s.trusted()
	old := s.sign(s.former[:3], s.key)
	trusted.Kept = []evidence.Kept{{Name: "old", Note: old.Note}, {Name: "published", Note: s.published.Note}}
	trusted.Receipts = []tlog.Hash{s.former[0].Leaf.Hash(), s.log[1].Leaf.Hash()}
	r := evidence.Verify(bundle, trusted)
	if !r.Sound || len(r.About.Former) != 1 || r.Receipts[0].Log != origin || r.Receipts[0].Position != 0 || r.Receipts[1].Log != "" || r.Receipts[1].Position != 1 {
		t.Fatalf("%+v, receipts %+v\n%s", r.About, r.Receipts, failures(r))
	}
	for name, c := range map[string]struct {
		kept    evidence.Signed
		receipt tlog.Hash
		says    string
	}{
		"another history":  {kept: s.sign(s.former[1:4], s.key), says: "the log was rewritten"},
		"of what was lost": {kept: s.sign(append(slices.Clone(s.former), s.lost[:1]...), s.key), says: "held against nothing"},
		"beyond":           {kept: s.sign(append(slices.Clone(s.former), append(s.lost, s.lost[0])...), s.key), says: "held against nothing"},
		"a lost receipt":   {receipt: s.lost[0].Leaf.Hash(), says: "in none of the logs"},
	} {
		trusted := s.trusted()
		if c.kept.Note != nil {
			trusted.Kept = []evidence.Kept{{Name: "kept", Note: c.kept.Note}}
		} else {
			trusted.Receipts = []tlog.Hash{c.receipt}
		}
		if r := evidence.Verify(bundle, trusted); r.Sound || !strings.Contains(failures(r), c.says) {
			t.Errorf("%s: sound %v\n%s", name, r.Sound, failures(r))
		}
	}
	for name, keys := range map[string][]note.Verifier{"the new": {s.second.verifier}, "the old": {s.key.verifier}} {
		if r := evidence.Verify(bundle, evidence.Trusted{Keys: keys}); r.Sound {
			t.Errorf("with %s key alone it is sound", name)
		}
	}
}

// A campaign that began after the restart has no event in the former log.
func TestFormerLogWithoutTheCampaign(t *testing.T) {
	s := newTwoLogs(t, 7, 2)
	s.log = append(s.former, s.log...)
	s.former = []evidence.Event{s.stranger(), s.stranger()}
	s.published = s.sign(append(slices.Clone(s.former), s.lost...), s.key)
	s.said.Published, s.said.Held = string(s.published.Note), 2
	if r := evidence.Verify(s.export(), s.trusted()); !r.Sound || len(r.About.Former) != 1 {
		t.Errorf("a clean bundle raises\n%s", failures(r))
	}
}

// What the owner signs of a restart must agree with what is there.
func TestRestartsAgree(t *testing.T) {
	for name, change := range map[string]func(*twoLogs){
		"more is here than was published": func(s *twoLogs) {
			s.said.Published = string(s.sign(s.former[:3], s.key).Note)
		},
		"another history was published": func(s *twoLogs) {
			s.said.Published = string(s.sign(append(slices.Clone(s.lost[:1]), s.former[1:]...), s.key).Note)
		},
		"less is held than it says": func(s *twoLogs) { s.said.Held++ },
		"it begins another log":     func(s *twoLogs) { s.said.Origin = origin + "/3" },
		"the former log is left out": func(s *twoLogs) {
			s.named, s.log = false, append(s.former, s.log...)
		},
		"it follows nothing":          func(s *twoLogs) { s.said.Published = "" },
		"published under another key": func(s *twoLogs) { s.said.Published = string(s.sign(s.former, newKey(s.t, origin)).Note) },
		"it does not stand first":     func(s *twoLogs) { s.late = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newTwoLogs(t, 5, 3)
			change(s)
			r := evidence.Verify(s.export(), s.trusted())
			if r.Sound || !strings.Contains(failures(r), "former logs: ") && !strings.Contains(failures(r), "form: ") {
				t.Errorf("sound %v\n%s", r.Sound, failures(r))
			}
		})
	}
}

func TestEveryMutationOfSeveralLogsIsDetected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newTwoLogs(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 3).Draw(t, "candidates"))
		bundle, trusted := s.export(), s.trusted()
		if r := evidence.Verify(bundle, trusted); !r.Sound {
			t.Fatalf("a clean bundle raises\n%s", failures(r))
		}
		all := formerAlterations(s)
		names := slices.Sorted(maps.Keys(all))
		for range 3 {
			name := names[s.r.IntN(len(names))]
			anew := s.r.IntN(2) == 0
			mutated := repacked(s.story, bundle, func(files map[string][]byte) {
				all[name](files)
				if anew {
					evidence.Remake(files)
				}
			})
			if mutated == nil {
				continue
			}
			if r := evidence.Verify(mutated, trusted); r.Sound {
				t.Fatalf("%q, made anew %v, is not detected", name, anew)
			}
		}
	})
}

// formerAlterations are those of any bundle, and some of the former log alone.
func formerAlterations(s *twoLogs) map[string]func(map[string][]byte) {
	all := map[string]func(map[string][]byte){
		"an older checkpoint of the former log": func(files map[string][]byte) {
			files["logs/1/checkpoint"] = s.sign(s.former[:len(s.former)-1], s.key).Note
			files["logs/1/leaf-hashes"] = files["logs/1/leaf-hashes"][:32*(len(s.former)-1)]
		},
		"no former log": func(files map[string][]byte) {
			maps.DeleteFunc(files, func(name string, _ []byte) bool { return strings.HasPrefix(name, "logs/") })
		},
		"no restart":     func(files map[string][]byte) { delete(files, "restart.json") },
		"another number": func(files map[string][]byte) { renumber(files) },
		"another reason": func(files map[string][]byte) {
			files["restart.json"] = bytes.Replace(files["restart.json"], []byte("backup"), []byte("tape"), 1)
		},
		"a leaf more": func(files map[string][]byte) {
			files["logs/1/leaf-hashes"] = append(files["logs/1/leaf-hashes"], make([]byte, 32)...)
		},
		"leaves the other": func(files map[string][]byte) { files["logs/1/leaf-hashes"] = files["leaf-hashes"] },
	}
	for name, alter := range alterations() {
		all[name] = func(files map[string][]byte) { alter(s.r, files) }
	}
	return all
}

func renumber(files map[string][]byte) {
	for _, name := range []string{"checkpoint", "leaf-hashes", "proofs.jsonl"} {
		files["logs/7/"+name] = files["logs/1/"+name]
		delete(files, "logs/1/"+name)
	}
}

// The second form of a bundle is for good as the first is. -update writes it;
// testdata/format1.zip is never written again.
func TestTheSecondFormatIsForGood(t *testing.T) {
	if *update {
		s := newTwoLogs(t, 11, 3)
		check(t, os.WriteFile("testdata/format2.zip", s.export(), 0o600))
		check(t, os.WriteFile("testdata/format2.key", []byte(s.second.public+"\n"+s.key.public+"\n"), 0o600))
	}
	bundle, err := os.ReadFile(filepath.Join("testdata", "format2.zip"))
	check(t, err)
	keys, err := os.ReadFile(filepath.Join("testdata", "format2.key"))
	check(t, err)
	var trusted evidence.Trusted
	for line := range strings.Lines(string(keys)) {
		verifier, err := audit.ParseVerifier(line)
		check(t, err)
		trusted.Keys = append(trusted.Keys, verifier)
	}
	if r := evidence.Verify(bundle, trusted); !r.Sound || len(r.About.Former) != 1 {
		t.Errorf("a bundle of this format is no longer sound\n%s", failures(r))
	}
}
