package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Trusted is what whoever verifies has from elsewhere than the bundle.
type Trusted struct {
	Keys     []note.Verifier
	Kept     []Kept      // checkpoints kept from before: the log must begin with what they sign
	Receipts []tlog.Hash // leaf hashes of receipts: they must be in the log
}

// Kept is a checkpoint that somebody kept, and where it came from.
type Kept struct {
	Name string
	Note []byte
}

// Verify checks a bundle of at most MaxBundle bytes and reports all that it
// finds wrong. It does not fail and does not panic, whatever it is given; what
// cannot be looked at without the signature, or without one of the files, is
// not looked at, and the bundle is then not sound.
func Verify(bundle []byte, trusted Trusted) Report {
	v := verification{trusted: trusted}
	for _, step := range []func(*verification, []byte) bool{
		(*verification).unpack, (*verification).signature, (*verification).replay, (*verification).read, (*verification).followed,
	} {
		if !step(&v, bundle) {
			return v.report.conclude()
		}
	}
	v.report.About = aboutOf(v.logged, v.sealed)
	v.bound()
	v.proven()
	v.opened()
	v.complete()
	v.documents()
	v.earlier()
	v.made(bundle)
	v.kept()
	v.receipts()
	return v.report.conclude()
}

// verification is what has been read so far, and found.
type verification struct {
	trusted Trusted
	report  Report
	files   map[string][]byte
	logged  Logged
	tree    tree
	sealed  Sealed
}

// check begins a check; it is complete once f returns.
func (v *verification) check(name, means string, f func(*Check)) bool {
	c := Check{Name: name, Means: means}
	f(&c)
	v.report.Checks = append(v.report.Checks, c)
	return len(c.Failures) == 0
}

func (v *verification) unpack(bundle []byte) bool {
	return v.check("files", "The bundle has all of its files, each once, and no other.", func(c *Check) {
		if len(bundle) > MaxBundle {
			c.fail("", "the bundle has more than %d MiB, which is as much as is looked at", MaxBundle>>20)
			return
		}
		var err error
		if v.files, err = unpack(bundle); err != nil {
			c.failAll("", err)
		}
	})
}

func (v *verification) signature(_ []byte) bool {
	return v.check("signature", "The checkpoint is signed with a key that you gave.", func(c *Check) {
		signed := v.files["checkpoint"]
		checkpoint, err := audit.OpenCheckpoint(signed, v.trusted.Keys...)
		if err != nil {
			c.failAll("checkpoint", err)
			return
		}
		v.logged.Now = Signed{Checkpoint: checkpoint, Note: signed}
		others, err := otherSignatures(signed, v.trusted.Keys)
		if err != nil {
			c.failAll("checkpoint", err)
		}
		if others > 0 {
			c.note("The checkpoint bears %d signatures more, by keys that you did not give. They were not looked at.", others)
		}
	})
}

// otherSignatures counts the signatures by other keys, and refuses a note that
// could be written in another way: note.Open lets a signature stand twice, and
// its base64 end in stray bits.
func otherSignatures(signed []byte, keys []note.Verifier) (int, error) {
	n, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return 0, fault.New(fault.Invalid, "the checkpoint is not signed by a key that you trust")
	}
	text := n.Text + "\n"
	for _, s := range slices.Concat(n.Sigs, n.UnverifiedSigs) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return 0, fault.New(fault.Invalid, "the signature of %s is not written as signatures are", shown(s.Name))
		}
		text += fmt.Sprintf("— %s %s\n", s.Name, s.Base64)
	}
	if len(text) != len(signed) {
		return 0, fault.New(fault.Invalid, "a signature is there twice")
	}
	return len(n.UnverifiedSigs), nil
}

func (v *verification) replay(_ []byte) bool {
	return v.check("log", "The root that the checkpoint signs was computed anew from every leaf of the whole log.", func(c *Check) {
		now, all := v.logged.Now.Checkpoint, v.files["leaf-hashes"]
		if int64(len(all)) != now.Size*tlog.HashSize || now.Size < 1 {
			c.fail("leaf-hashes", "there are %d bytes; the %d leaves that the checkpoint signs have %d each", len(all), now.Size, tlog.HashSize)
			return
		}
		for h := range slices.Chunk(all, tlog.HashSize) {
			v.logged.Leaves = append(v.logged.Leaves, tlog.Hash(h))
		}
		var err error
		if v.tree, err = newTree(v.logged.Leaves); err != nil {
			c.failAll("leaf-hashes", err)
			return
		}
		if root, err := v.tree.root(now.Size); err != nil || root != now.Root {
			c.fail("leaf-hashes", "these leaves are not the log that the checkpoint signs: their root is %s, the signed one %s", audit.HexHash(root), audit.HexHash(now.Root))
		}
	})
}

// read takes the files apart.
func (v *verification) read(_ []byte) bool {
	return v.check("form", "Every file is written as a bundle writes it, and every leaf as the log writes it.", func(c *Check) {
		export, err := parseEvent(bytes.TrimSuffix(v.files["export.json"], []byte("\n")))
		if err != nil {
			c.failAll("export.json", err)
		}
		if _, err := exportOf(export); err != nil {
			c.failAll("export.json", err)
		}
		v.logged.Export = export
		v.sealed.documents = map[string][]byte{}
		for name, content := range v.files {
			if size, ok := strings.CutPrefix(name, "checkpoints/"); ok {
				n, _ := strconv.ParseInt(size, 10, 64) // twelve digits: unpack saw to it
				v.sealed.earlier = append(v.sealed.earlier, n)
			}
			if !made(name) {
				v.sealed.documents[name] = content
			}
		}
		slices.Sort(v.sealed.earlier)
		if err := strictJSON(v.files["campaign.json"], &v.sealed.campaign); err != nil {
			c.fail("campaign.json", "this is no campaign: %s", err)
		}
		v.readEvents(c)
		v.readFormer(c)
	})
}

func (v *verification) readEvents(c *Check) {
	n := 0
	for text := range bytes.Lines(v.files["leaves.jsonl"]) {
		if n++; c.full() {
			return
		}
		where := fmt.Sprintf("leaves.jsonl:%d", n)
		e, err := parseEvent(bytes.TrimSuffix(text, []byte("\n")))
		if err != nil {
			c.failAll(where, err)
			continue
		}
		if last := len(v.sealed.events) - 1; last >= 0 && bytes.Compare(v.sealed.events[last].Leaf.Event[:], e.Leaf.Event[:]) >= 0 {
			c.fail(where, "the events do not stand in the order of their ids")
		}
		v.sealed.events = append(v.sealed.events, e)
	}
}

// made says which files follow from the others.
func made(name string) bool {
	return formerName(name) > 0 && strings.HasSuffix(name, "/proofs.jsonl") || slices.Contains([]string{
		"SHA256SUMS", "bundle.json", "checkpoint", "consistency.jsonl", "export.json", "index.html", "leaf-hashes", "proofs.jsonl",
	}, name)
}

func (v *verification) bound() {
	v.check("contents", "The digest of SHA256SUMS is in the log, in the event of the export; SHA256SUMS has the digest of every document.", func(c *Check) {
		for line := range strings.Lines(string(v.files["SHA256SUMS"])) {
			if c.full() {
				return
			}
			sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
			content, ok := v.sealed.documents[name]
			if !ok {
				c.fail("SHA256SUMS", "%s is listed and is not in the bundle", shown(name))
			} else if hexSum(content) != sum {
				c.fail(name, "is not the file that was exported: its digest is %s, SHA256SUMS has %s", hexSum(content), shown(sum))
			}
		}
		if !bytes.Equal(v.files["SHA256SUMS"], v.sealed.sums()) && len(c.Failures) == 0 {
			c.fail("SHA256SUMS", "does not list the documents of the bundle, each once, in the order of their names")
		}
		exported, err := exportOf(v.logged.Export)
		if err == nil && exported.Contents != hexSum(v.files["SHA256SUMS"]) {
			c.fail("SHA256SUMS", "is not the list that was exported: its digest is %s, the log has %s", hexSum(v.files["SHA256SUMS"]), shown(exported.Contents))
		}
		if err == nil && exported.Code != v.sealed.campaign.Code {
			c.fail("campaign.json", "is the campaign %s; %s was exported", shown(v.sealed.campaign.Code), shown(exported.Code))
		}
	})
}

// all are the events with that of the export, which stands last.
func (v *verification) all() []Event { return append(slices.Clip(v.sealed.events), v.logged.Export) }

// where is the place of all()[i].
func (v *verification) where(i int) string {
	if i == len(v.sealed.events) {
		return "export.json"
	}
	return fmt.Sprintf("leaves.jsonl:%d", i+1)
}

func (v *verification) opened() {
	v.check("commitments", "What the events say is what the log committed to when it was written.", func(c *Check) {
		erased, withheld := 0, 0
		for i, e := range v.all() {
			switch {
			case e.Closed == Erased:
				erased++
			case e.Closed == Withheld:
				withheld++
			case audit.Commit(e.Nonce, e.Payload) != e.Leaf.Commitment:
				c.fail(v.where(i), "%s: the payload is not the one that the log committed to", e.Leaf)
			case !json.Valid(e.Payload):
				c.fail(v.where(i), "%s: the payload is no JSON", e.Leaf)
			}
			if e.Leaf.Trust != v.logged.Export.Leaf.Trust {
				c.fail(v.where(i), "%s: the event is of another trust", e.Leaf)
			}
		}
		if erased > 0 {
			c.note("The payloads of %d events have been erased. The log proves that there was something, and not what.", erased)
		}
		if withheld > 0 {
			c.note("The payloads of %d events are withheld from this bundle. The log proves that there is something; the trust has it.", withheld)
		}
	})
}

func (v *verification) earlier() {
	v.check("history", "The log begins with what each of the earlier checkpoints in the bundle signs.", func(c *Check) {
		lines := bytes.SplitN(v.files["consistency.jsonl"], []byte("\n"), maxEarlier+1)
		for i, size := range v.sealed.earlier {
			name := earlierFile(size)
			older, ok := v.begins(c, name, v.files[name])
			if !ok {
				continue
			}
			if older.Size != size || older.Origin != v.logged.Now.Checkpoint.Origin {
				c.fail(name, "signs %d leaves of the log %s", older.Size, shown(older.Origin))
			}
			var proof audit.Consistency
			if i >= len(lines) || strictJSON(lines[i], &proof) != nil {
				c.fail(fmt.Sprintf("consistency.jsonl:%d", i+1), "this is no proof")
			} else if err := proof.Check(older, v.logged.Now.Checkpoint); err != nil {
				c.failAll(fmt.Sprintf("consistency.jsonl:%d", i+1), err)
			}
		}
		c.note("%d earlier checkpoints are in the bundle.", len(v.sealed.earlier))
	})
}

// logOf finds the log of a name, the current one where there is none of it.
func (v *verification) logOf(origin string) (audit.Checkpoint, tree, error) {
	for _, f := range v.sealed.former {
		if f.Last.Checkpoint.Origin == origin {
			t, err := newTree(f.Leaves)
			return f.Last.Checkpoint, t, err
		}
	}
	return v.logged.Now.Checkpoint, v.tree, nil
}

// begins checks that the log, or a former one, begins with what a signed
// checkpoint of that name signs.
func (v *verification) begins(c *Check, where string, signed []byte) (audit.Checkpoint, bool) {
	older, err := audit.OpenCheckpoint(signed, v.trusted.Keys...)
	if err != nil {
		c.failAll(where, err)
		return older, false
	}
	now, leaves, err := v.logOf(older.Origin)
	if err != nil {
		c.failAll(where, err)
		return older, false
	}
	root, err := leaves.root(older.Size)
	switch {
	case older.Origin != now.Origin:
		c.fail(where, "is of the log %s; the bundle is of %s", shown(older.Origin), shown(now.Origin))
	case older.Size == 0:
		return older, true // every log begins with none
	case older.Size > now.Size && now.Origin != v.logged.Now.Checkpoint.Origin:
		c.fail(where, "signs %d leaves of the former log %s, of which %d are left: the rest was lost when the database was set back, so that this checkpoint can be held against nothing", older.Size, shown(now.Origin), now.Size)
	case older.Size > now.Size:
		c.fail(where, "signs %d leaves, and the bundle's log has %d: it is newer than the bundle; ask the trust for a new bundle", older.Size, now.Size)
	case err != nil || root != older.Root:
		c.fail(where, "the first %d leaves are not those that this checkpoint signs: the log was rewritten, and you hold the proof", older.Size)
	default:
		return older, true
	}
	return older, false
}

// made checks what follows from the rest, down to the bytes of the zip.
func (v *verification) made(bundle []byte) {
	v.check("derived files", "index.html, bundle.json, the proofs and the zip itself are what the other files make of them, to the byte.", func(c *Check) {
		files, err := v.sealed.files(v.logged, v.tree)
		if err != nil {
			c.failAll("", err)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(v.files)) {
			if made(name) && !bytes.Equal(files[name], v.files[name]) {
				c.fail(name, "was altered: it is not what the other files make of it")
			}
		}
		for name := range files {
			if _, ok := v.files[name]; !ok {
				c.fail(name, "is missing")
			}
		}
		var again bytes.Buffer
		if err := pack(&again, v.files); err != nil || !bytes.Equal(again.Bytes(), bundle) {
			c.fail("", "the zip is not as it was written; if somebody unpacked it and packed it again, ask for the file as it was first given")
		}
	})
}

func (v *verification) kept() {
	if len(v.trusted.Kept) == 0 {
		return
	}
	v.check("kept checkpoints", "The log begins with what each of the checkpoints that you kept signs: nothing signed by then was changed since.", func(c *Check) {
		for _, k := range v.trusted.Kept {
			if says, named := v.named(k); named {
				c.note("%s is the checkpoint that the restart of the log names as published last of %s, with %d leaves.", shown(k.Name), shown(says.Origin), says.Size)
				continue
			}
			if older, ok := v.begins(c, k.Name, k.Note); ok {
				c.note("%s signs the first %d leaves.", shown(k.Name), older.Size)
			}
		}
	})
}

func (v *verification) receipts() {
	if len(v.trusted.Receipts) == 0 {
		return
	}
	v.check("receipts", "What each receipt was given for is in the log.", func(c *Check) {
		for _, hash := range v.trusted.Receipts {
			r := Receipt{Hash: audit.HexHash(hash), Position: int64(slices.Index(v.logged.Leaves, hash))}
			for _, f := range v.sealed.former {
				if at := slices.Index(f.Leaves, hash); at >= 0 && r.Position < 0 {
					r.Position, r.Log = int64(at), f.Last.Checkpoint.Origin
				}
			}
			for _, e := range v.all() {
				if e.Leaf.Hash() == hash {
					r.Event = e.Leaf.String()
				}
			}
			if r.Position < 0 && v.sealed.restart != nil {
				c.fail(r.Hash, "is in none of the logs: it was written after the bundle's checkpoint, or was lost when the database was set back")
			} else if r.Position < 0 {
				c.fail(r.Hash, "is not in the log, unless it was written after the bundle's checkpoint; if the receipt is older, the log has lost what it was given for")
			}
			v.report.Receipts = append(v.report.Receipts, r)
		}
	})
}
