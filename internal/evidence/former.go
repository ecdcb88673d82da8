package evidence

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Former is a log of the trust that was ended, since the database was set back
// to an earlier state: what of it is still there under a signature.
type Former struct {
	Number  int // among the trust's logs, from 1
	Last    Signed
	Leaves  []tlog.Hash // as many as Last signs
	Restart *Event      // its first leaf, where it follows another itself; nil for a trust's first log
}

// formerLog is a former log in bundle.json.
type formerLog struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
}

func (s Sealed) format() int {
	if s.restart == nil {
		return oneLog
	}
	return severalLogs
}

func (s Sealed) formerLogs() []formerLog {
	var logs []formerLog
	for _, f := range s.former {
		c := f.Last.Checkpoint
		logs = append(logs, formerLog{Origin: c.Origin, Size: c.Size, Root: audit.HexHash(c.Root)})
	}
	return logs
}

// addFormer seals what changes no more: former logs, and the leaf that begins
// the current one.
func (s *Sealed) addFormer(c Contents) error {
	if c.Restart == nil && len(c.Former) > 0 {
		return fault.New(fault.Invalid, "a log that follows others begins with the event of its restart")
	}
	if s.restart = c.Restart; s.restart != nil {
		s.documents["restart.json"] = eventLines(*s.restart)
	}
	s.former = slices.Clone(c.Former)
	slices.SortFunc(s.former, func(a, b Former) int { return cmp.Compare(a.Number, b.Number) })
	for i, f := range s.former {
		if f.Number < 1 || f.Number > maxLogs || i > 0 && f.Number == s.former[i-1].Number || int64(len(f.Leaves)) != f.Last.Checkpoint.Size {
			return fault.New(fault.Invalid, "the former log %d does not fit: each has a number of its own and as many leaves as are signed", f.Number)
		}
		s.documents[formerFile(f.Number, "checkpoint")] = f.Last.Note
		s.documents[formerFile(f.Number, "leaf-hashes")] = joined(f.Leaves)
		if f.Restart != nil {
			s.documents[formerFile(f.Number, "restart.json")] = eventLines(*f.Restart)
		}
	}
	return nil
}

const maxLogs = 999_999

func formerFile(number int, name string) string { return fmt.Sprintf("logs/%d/%s", number, name) }

// formerName reads the number of the former log out of the name of a file; 0
// for any other file.
func formerName(name string) int {
	parts := regexp.MustCompile(`^logs/([1-9][0-9]{0,5})/(checkpoint|leaf-hashes|restart\.json|proofs\.jsonl)$`).FindStringSubmatch(name)
	if parts == nil {
		return 0
	}
	number, _ := strconv.Atoi(parts[1]) // digits
	return number
}

// trees are those of all logs, that of the current one last.
func (s Sealed) trees(current tree) ([]tree, error) {
	trees := make([]tree, 0, len(s.former)+1)
	for _, f := range s.former {
		t, err := newTree(f.Leaves)
		if err != nil {
			return nil, err
		}
		trees = append(trees, t)
	}
	return append(trees, current), nil
}

// proofsFile is where the proofs of the i-th tree stand.
func (s Sealed) proofsFile(i int) string {
	if i == len(s.former) {
		return "proofs.jsonl"
	}
	return formerFile(s.former[i].Number, "proofs.jsonl")
}

// readFormer takes the files of former logs apart.
func (v *verification) readFormer(c *Check) {
	if text, ok := v.files["restart.json"]; ok {
		v.sealed.restart = v.readRestart(c, "restart.json", text)
	}
	numbers := map[int]bool{}
	for name := range v.files {
		if n := formerName(name); n > 0 {
			numbers[n] = true
		}
	}
	for n := range numbers {
		f := Former{Number: n, Last: Signed{Note: v.files[formerFile(n, "checkpoint")]}}
		var err error
		if f.Last.Checkpoint, err = audit.ReadCheckpoint(f.Last.Note); err != nil {
			c.failAll(formerFile(n, "checkpoint"), err)
		}
		hashes := v.files[formerFile(n, "leaf-hashes")]
		if f.Last.Checkpoint.Size < 1 || int64(len(hashes)) != f.Last.Checkpoint.Size*tlog.HashSize {
			c.fail(formerFile(n, "leaf-hashes"), "there are %d bytes; the checkpoint beside it signs %d leaves of %d each", len(hashes), f.Last.Checkpoint.Size, tlog.HashSize)
			continue
		}
		for h := range slices.Chunk(hashes, tlog.HashSize) {
			f.Leaves = append(f.Leaves, tlog.Hash(h))
		}
		if text, ok := v.files[formerFile(n, "restart.json")]; ok {
			f.Restart = v.readRestart(c, formerFile(n, "restart.json"), text)
		}
		v.sealed.former = append(v.sealed.former, f)
	}
	slices.SortFunc(v.sealed.former, func(a, b Former) int { return cmp.Compare(a.Number, b.Number) })
	if v.sealed.restart == nil && len(v.sealed.former) > 0 {
		c.fail("restart.json", "is missing: there are former logs, and nothing says how this one follows them")
	}
	slices.SortStableFunc(c.Failures, byPlace)
}

func (v *verification) readRestart(c *Check, where string, text []byte) *Event {
	e, err := parseEvent(bytes.TrimSuffix(text, []byte("\n")))
	if err != nil {
		c.failAll(where, err)
	} else if _, err := restartOf(e); err != nil {
		c.failAll(where, err)
	}
	return &e
}

func restartOf(e Event) (audit.LogRestarted, error) {
	var restarted audit.LogRestarted
	if e.Closed != "" || e.Leaf.Kind != restarted.EventKind() || json.Unmarshal(e.Payload, &restarted) != nil {
		return restarted, fault.New(fault.Invalid, "this is not the event by which a log was begun anew")
	}
	return restarted, nil
}

// followed checks how the log follows others, where it does.
func (v *verification) followed(_ []byte) bool {
	now := v.logged.Now.Checkpoint
	if v.sealed.restart == nil && audit.LogNumber(now.Origin) == 1 {
		return true
	}
	return v.check("former logs", "The first leaf of the log names what was published last of the log before it; what is here of former logs is signed, and was computed anew from every leaf.", func(c *Check) {
		var before *Former
		for i := range v.sealed.former {
			f := &v.sealed.former[i]
			v.signedFormer(c, *f)
			v.follows(c, formerFile(f.Number, "restart.json"), f.Restart, f.Last.Checkpoint.Origin, f.Leaves, before)
			before = f
		}
		v.follows(c, "restart.json", v.sealed.restart, now.Origin, v.logged.Leaves, before)
	})
}

func (v *verification) signedFormer(c *Check, f Former) {
	where := formerFile(f.Number, "checkpoint")
	signed, err := audit.OpenCheckpoint(f.Last.Note, v.trusted.Keys...)
	if err != nil {
		c.fail(where, "%s. Each log of a trust has a key of its own; `appointable log key` prints all", err)
		return
	}
	if _, err := otherSignatures(f.Last.Note, v.trusted.Keys); err != nil {
		c.failAll(where, err)
	}
	t, err := newTree(f.Leaves)
	if err != nil {
		c.failAll(where, err)
	} else if root, err := t.root(signed.Size); err != nil || root != signed.Root {
		c.fail(formerFile(f.Number, "leaf-hashes"), "these are not the leaves that the checkpoint beside it signs")
	}
	if audit.LogNumber(signed.Origin) != f.Number {
		c.fail(where, "is of the log %s, which does not bear the number %d", shown(signed.Origin), f.Number)
	}
}

// follows checks the first leaf of a log: a trust's first log has none of this
// kind, and every other one says which it follows.
func (v *verification) follows(c *Check, where string, e *Event, origin string, leaves []tlog.Hash, before *Former) {
	if e == nil {
		if audit.LogNumber(origin) > 1 || before != nil {
			c.fail(where, "is missing: the log %s follows another by its name", shown(origin))
		}
		return
	}
	said, err := restartOf(*e)
	if err != nil {
		return // read has told
	}
	switch {
	case len(leaves) == 0 || leaves[0] != e.Leaf.Hash():
		c.fail(where, "is not the first leaf of the log %s", shown(origin))
	case audit.Commit(e.Nonce, e.Payload) != e.Leaf.Commitment:
		c.fail(where, "the payload is not the one that the log committed to")
	case e.Leaf.Trust != v.logged.Export.Leaf.Trust:
		c.fail(where, "the event is of another trust")
	case said.Origin != origin:
		c.fail(where, "begins the log %s, not %s", shown(said.Origin), shown(origin))
	}
	published, err := audit.OpenCheckpoint([]byte(said.Published), v.trusted.Keys...)
	if err != nil {
		c.fail(where, "the published checkpoint that it names: %s. Each log of a trust has a key of its own; `appointable log key` prints all", err)
		return
	}
	var here audit.Checkpoint
	if before != nil {
		here = before.Last.Checkpoint
	}
	agree(c, where, said, published, here)
	c.note("%s", restartWords(*e, said, published, here))
}

// agree holds what a restart says of the log before against what is here of it.
func agree(c *Check, where string, said audit.LogRestarted, published, here audit.Checkpoint) {
	switch {
	case audit.LogNumber(published.Origin) >= audit.LogNumber(said.Origin):
		c.fail(where, "the log %s cannot follow %s", shown(said.Origin), shown(published.Origin))
	case said.Held != here.Size:
		c.fail(where, "of the log before, %d leaves were still there; the bundle has %d", said.Held, here.Size)
	case here.Origin != "" && here.Origin != published.Origin && audit.LogNumber(here.Origin) > audit.LogNumber(published.Origin):
		c.fail(where, "names the log %s as the last, and the bundle has %s, which is newer", shown(published.Origin), shown(here.Origin))
	case here.Origin == published.Origin && (here.Size > published.Size || here.Size == published.Size && here.Root != published.Root):
		c.fail(where, "of the log %s more is here than what it names as published last, or something else", shown(here.Origin))
	}
}

// restartWords says of a log why it was begun, and what was published of the
// one before and is not in the database any more.
func restartWords(e Event, said audit.LogRestarted, published, here audit.Checkpoint) string {
	held := int64(0)
	if here.Origin == published.Origin {
		held = here.Size
	}
	lost := fmt.Sprintf("all %d published entries are still here", published.Size)
	if held < published.Size {
		lost = fmt.Sprintf("%d entries were published, of which the last %d are lost: no bundle shows what they were", published.Size, published.Size-held)
	}
	return fmt.Sprintf("The log %s was begun on %s, since the database had been set back to an earlier state (%s). Of the log %s %s.",
		shown(said.Origin), e.Leaf.At.UTC().Format("2 January 2006, 15:04:05 UTC"), strings.TrimSuffix(said.Reason, "."), shown(published.Origin), lost)
}

// restartsInWords are those of all logs of the bundle, for its page.
func (s Sealed) restartsInWords() []string {
	var words []string
	var here audit.Checkpoint
	tell := func(e *Event) {
		if e == nil {
			return
		}
		said, err := restartOf(*e)
		if err != nil {
			return
		}
		if published, err := audit.ReadCheckpoint([]byte(said.Published)); err == nil {
			words = append(words, restartWords(*e, said, published, here))
		}
	}
	for _, f := range s.former {
		tell(f.Restart)
		here = f.Last.Checkpoint
	}
	tell(s.restart)
	return words
}

// named says whether a restart in the bundle names a kept checkpoint as the
// last that was published of a log: that far whoever kept it and the trust
// agree, though the leaves themselves may be lost.
func (v *verification) named(k Kept) (audit.Checkpoint, bool) {
	kept, err := audit.OpenCheckpoint(k.Note, v.trusted.Keys...)
	if err != nil {
		return kept, false
	}
	for _, e := range v.sealed.restarts() {
		said, _ := restartOf(e) // read has told
		if published, err := audit.ReadCheckpoint([]byte(said.Published)); err == nil && published == kept {
			return kept, true
		}
	}
	return kept, false
}

// restarts are the events by which logs of the bundle were begun anew, in order.
func (s Sealed) restarts() []Event {
	var events []Event
	for _, f := range s.former {
		if f.Restart != nil {
			events = append(events, *f.Restart)
		}
	}
	if s.restart != nil {
		events = append(events, *s.restart)
	}
	return events
}
