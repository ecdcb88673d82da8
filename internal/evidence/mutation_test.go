package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"appointable/internal/audit"
	"appointable/internal/evidence"
)

// attack is a story's bundle as somebody altered it, and what the person who
// verifies it has in hand. It returns nil where it found nothing to alter.
type attack func(s *story, bundle []byte, trusted *evidence.Trusted) []byte

// attacks are of four kinds of adversary: chance, somebody with a zip program,
// somebody with our program, and the owner, who has the key as well and is
// caught only by what somebody outside has kept.
func attacks() map[string]attack {
	all := map[string]attack{
		"a bit flips": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			b[s.r.IntN(len(b))] ^= 1 << s.r.IntN(8)
			return b
		},
		"cut short": func(s *story, b []byte, _ *evidence.Trusted) []byte { return b[:s.r.IntN(len(b))] },
		"bytes follow": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			return append(b, make([]byte, 1+s.r.IntN(40))...)
		},
		"bytes precede": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			return append(make([]byte, 1+s.r.IntN(40)), b...)
		},
		"bytes are lost": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			at := s.r.IntN(len(b) - 1)
			return slices.Delete(b, at, min(len(b), at+1+s.r.IntN(100)))
		},
		"a byte comes in": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			return slices.Insert(b, s.r.IntN(len(b)), byte(s.r.Uint32()))
		},
		"the zip packed again": zipped(zip.Deflate, func(_ *rand.Rand, names []string) []string { return names }),
		"entries in other order": zipped(zip.Store, func(r *rand.Rand, n []string) []string {
			r.Shuffle(len(n), func(i, j int) { n[i], n[j] = n[j], n[i] })
			return n
		}),
		"an entry twice": zipped(zip.Store, func(r *rand.Rand, n []string) []string { return append(n, n[r.IntN(len(n))]) }),
		"the verifier's other key": func(s *story, b []byte, trusted *evidence.Trusted) []byte {
			trusted.Keys = []note.Verifier{newKey(s.t, origin).verifier}
			return b
		},
		"signed with another key": signedAnew(func(s *story) key { return newKey(s.t, origin) }),
		"an older checkpoint": func(s *story, b []byte, _ *evidence.Trusted) []byte {
			if len(s.earlier) == 0 {
				return nil
			}
			return repacked(s, b, func(files map[string][]byte) { files["checkpoint"] = s.earlier[0].Note })
		},
		"the owner rewrites":     rewritten("C02"),
		"the owner drops events": rewritten(""),
	}
	for name, alter := range alterations() {
		all[name] = func(s *story, b []byte, _ *evidence.Trusted) []byte {
			return repacked(s, b, func(files map[string][]byte) { alter(s.r, files) })
		}
		all[name+", all else made anew"] = func(s *story, b []byte, _ *evidence.Trusted) []byte {
			return repacked(s, b, func(files map[string][]byte) {
				alter(s.r, files)
				evidence.Remake(files)
			})
		}
	}
	return all
}

// alterations are done inside the zip.
func alterations() map[string]func(*rand.Rand, map[string][]byte) {
	return map[string]func(*rand.Rand, map[string][]byte){
		"a byte of a file": func(r *rand.Rand, files map[string][]byte) {
			name := pick(r, files)
			content := bytes.Clone(files[name])
			if len(content) > 0 {
				content[r.IntN(len(content))] ^= 1 << r.IntN(8)
			}
			files[name] = content
		},
		"a file less": func(r *rand.Rand, files map[string][]byte) { delete(files, pick(r, files)) },
		"a file more": func(r *rand.Rand, files map[string][]byte) {
			files[[]string{"notes.txt", "rankings/" + uuid.NewString() + ".json", "checkpoints/000000000001", "../etc/passwd"}[r.IntN(4)]] = []byte("{}\n")
		},
		"a file cut short": func(r *rand.Rand, files map[string][]byte) {
			name := pick(r, files)
			files[name] = files[name][:r.IntN(len(files[name])+1)]
		},
		"two files swapped": func(r *rand.Rand, files map[string][]byte) {
			a, b := pick(r, files), pick(r, files)
			files[a], files[b] = files[b], files[a]
		},
		"a line less":  lines(func(r *rand.Rand, l [][]byte) [][]byte { return slices.Delete(l, r.IntN(len(l)), len(l)) }),
		"a line gone":  lines(func(r *rand.Rand, l [][]byte) [][]byte { i := r.IntN(len(l)); return slices.Delete(l, i, i+1) }),
		"a line twice": lines(func(r *rand.Rand, l [][]byte) [][]byte { i := r.IntN(len(l)); return slices.Insert(l, i, l[i]) }),
		"lines swapped": lines(func(r *rand.Rand, l [][]byte) [][]byte {
			i, j := r.IntN(len(l)), r.IntN(len(l))
			l[i], l[j] = l[j], l[i]
			return l
		}),
		"another mark": func(r *rand.Rand, files map[string][]byte) {
			files["sheets.json"] = digit(r, files["sheets.json"], `"score": `)
		},
		"another mark in the event too": func(r *rand.Rand, files map[string][]byte) {
			files["sheets.json"] = digit(r, files["sheets.json"], `"score": `)
			files["leaves.jsonl"] = digit(r, files["leaves.jsonl"], `\"score\":`)
		},
		"an event is said to be erased": func(r *rand.Rand, files map[string][]byte) {
			altered(r, files, func(line map[string]string) {
				delete(line, "nonce")
				delete(line, "payload")
				line["closed"] = "erased"
			})
		},
		"an event opens otherwise": func(r *rand.Rand, files map[string][]byte) {
			altered(r, files, func(line map[string]string) { line["payload"] += " " })
		},
		"a leaf of another time": func(r *rand.Rand, files map[string][]byte) {
			altered(r, files, func(line map[string]string) {
				line["leaf"] = strings.Replace(line["leaf"], "2026-03-14", "2026-03-13", 1)
			})
		},
		"two leaves of the log swapped": func(r *rand.Rand, files map[string][]byte) {
			all := slices.Collect(slices.Chunk(bytes.Clone(files["leaf-hashes"]), 32))
			i, j := r.IntN(len(all)), r.IntN(len(all))
			all[i], all[j] = all[j], all[i]
			files["leaf-hashes"] = bytes.Join(all, nil)
		},
		"the decision": func(_ *rand.Rand, files map[string][]byte) {
			files["decision.json"] = bytes.Replace(files["decision.json"], []byte("C01"), []byte("C02"), 1)
		},
		"the export binds it": func(r *rand.Rand, files map[string][]byte) {
			files["sheets.json"] = digit(r, files["sheets.json"], `"score": `)
			evidence.Remake(files)
			var line map[string]string
			if json.Unmarshal(files["export.json"], &line) != nil {
				return
			}
			var payload audit.EvidenceExported
			if json.Unmarshal([]byte(line["payload"]), &payload) != nil {
				return
			}
			files["export.json"] = bytes.Replace(files["export.json"], []byte(payload.Contents), []byte(sum(files["SHA256SUMS"])), 1)
		},
	}
}

func pick(r *rand.Rand, files map[string][]byte) string {
	names := slices.Sorted(maps.Keys(files))
	return names[r.IntN(len(names))]
}

// lines alters the lines of one of the files that have a meaning by line.
func lines(change func(*rand.Rand, [][]byte) [][]byte) func(*rand.Rand, map[string][]byte) {
	return func(r *rand.Rand, files map[string][]byte) {
		name := []string{"leaves.jsonl", "proofs.jsonl", "SHA256SUMS", "sheets.json", "index.html"}[r.IntN(5)]
		files[name] = bytes.Join(change(r, bytes.SplitAfter(files[name], []byte("\n"))), nil)
	}
}

// digit changes a figure that follows a key.
func digit(r *rand.Rand, text []byte, after string) []byte {
	parts := bytes.SplitAfter(bytes.Clone(text), []byte(after))
	if len(parts) < 2 {
		return text
	}
	part := parts[1+r.IntN(len(parts)-1)]
	if part[0] >= '1' && part[0] <= '5' {
		part[0] = '1' + (part[0]-'1'+byte(1+r.IntN(4)))%5
	}
	return bytes.Join(parts, nil)
}

// altered changes an open event, written as a bundle writes it.
func altered(r *rand.Rand, files map[string][]byte, change func(map[string]string)) {
	all := bytes.SplitAfter(files["leaves.jsonl"], []byte("\n"))
	i := r.IntN(len(all) - 1)
	line := map[string]string{}
	if json.Unmarshal(all[i], &line) != nil || line["closed"] != "" {
		return
	}
	change(line)
	e, err := json.Marshal(struct {
		Leaf    string `json:"leaf"`
		Nonce   string `json:"nonce,omitempty"`
		Payload string `json:"payload,omitempty"`
		Closed  string `json:"closed,omitempty"`
	}{line["leaf"], line["nonce"], line["payload"], line["closed"]})
	if err == nil {
		all[i] = append(e, '\n')
	}
	files["leaves.jsonl"] = bytes.Join(all, nil)
}

// repacked alters files and packs them as a bundle is packed, with a
// bundle.json whose digests are right.
func repacked(s *story, bundle []byte, alter func(map[string][]byte)) []byte {
	files, err := evidence.Unpack(bundle)
	check(s.t, err)
	before := maps.Clone(files)
	alter(files)
	redigest(files)
	if maps.EqualFunc(files, before, bytes.Equal) {
		return nil // nothing to alter, or it was put right again by what was made anew
	}
	var out bytes.Buffer
	check(s.t, evidence.Pack(&out, files))
	return out.Bytes()
}

func redigest(files map[string][]byte) {
	var b map[string]any
	if json.Unmarshal(files["bundle.json"], &b) != nil {
		return
	}
	old, ok := b["files"].([]any)
	if !ok {
		return
	}
	for _, entry := range old {
		if e, ok := entry.(map[string]any); ok {
			if name, ok := e["name"].(string); ok && files[name] != nil {
				from, _ := e["sha256"].(string)
				files["bundle.json"] = bytes.Replace(files["bundle.json"], []byte(from), []byte(sum(files[name])), 1)
			}
		}
	}
}

// zipped packs the files with a common zip program.
func zipped(method uint16, order func(*rand.Rand, []string) []string) attack {
	return func(s *story, bundle []byte, _ *evidence.Trusted) []byte {
		files, err := evidence.Unpack(bundle)
		check(s.t, err)
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, name := range order(s.r, slices.Sorted(maps.Keys(files))) {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			check(s.t, err)
			_, err = w.Write(files[name])
			check(s.t, err)
		}
		check(s.t, z.Close())
		return out.Bytes()
	}
}

// signedAnew writes the same bundle under another key.
func signedAnew(with func(*story) key) attack {
	return func(s *story, _ []byte, _ *evidence.Trusted) []byte { return s.close(s.sign(s.log, with(s))) }
}

// rewritten is what an owner can do: another end of the history, whole and
// signed with the right key. Who kept a checkpoint or a receipt has the proof.
func rewritten(decision string) attack {
	return func(s *story, _ []byte, trusted *evidence.Trusted) []byte {
		if s.r.IntN(2) == 0 {
			trusted.Kept = []evidence.Kept{{Name: "kept", Note: s.sign(s.log, s.key).Note}}
		} else {
			trusted.Receipts = append(trusted.Receipts, s.log[s.undecidedLog].Leaf.Hash())
		}
		s.undecide()
		if decision != "" {
			s.decide(decision)
		}
		return s.export()
	}
}

func TestEveryMutationIsDetected(t *testing.T) {
	all := attacks()
	names := slices.Sorted(maps.Keys(all))
	counts := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 4).Draw(t, "candidates"))
		bundle := s.export()
		for tries := 0; ; tries++ {
			name := names[s.r.IntN(len(names))]
			trusted := s.trusted()
			mutated := all[name](s, bytes.Clone(bundle), &trusted)
			if mutated == nil {
				continue // there was nothing of the kind
			}
			if r := evidence.Verify(mutated, trusted); r.Sound {
				t.Fatalf("%q is not detected", name)
			}
			counts[name]++
			return
		}
	})
	for _, name := range names {
		t.Logf("%5d %s", counts[name], name)
	}
}
