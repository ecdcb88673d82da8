package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/store"
)

// logged is a world with a sequencer beside it.
type logged struct {
	*world
	sequencer *store.Sequencer
	key       audit.SigningKey
}

func newLogged(t *testing.T) logged {
	t.Helper()
	l := logged{key: audit.NewSigningKey()}
	made := database.Database(t)
	published, err := store.OpenPublished(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sequencer, err := store.OpenSequencer(t.Context(), made.DSN("appointable_sequence"), "log.example", published, l.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sequencer.Close() })
	l.sequencer = sequencer
	l.world = worldOn(t, made, Config{Sequencer: sequencer})
	return l
}

func (l logged) run() {
	l.t.Helper()
	_, err := l.sequencer.Sequence(l.t.Context())
	l.must(err)
	_, err = l.sequencer.Sign(l.t.Context())
	l.must(err)
}

func (l logged) open(signed []byte) audit.Checkpoint {
	l.t.Helper()
	c, err := audit.OpenCheckpoint(signed, l.verifier())
	l.must(err)
	return c
}

func (l logged) verifier() note.Verifier {
	l.t.Helper()
	text, err := l.key.Public("log.example/" + l.trust.Slug)
	l.must(err)
	v, err := audit.ParseVerifier(text)
	l.must(err)
	return v
}

// What a member is given with a submission proves later that it was kept, and
// that the log has not been rewritten since.
func TestReceiptIsProved(t *testing.T) {
	l := newLogged(t)
	p := l.scoring("C1")
	member := p.members["R1"]
	none := member.do(get, "/log/checkpoint", nil)
	none.problem(404)
	equal(t, none.header.Get("Retry-After"), "1")

	var receipt store.Receipt
	member.do(post, sampleSheet+"R1/C1/interview/submit", sampleMarks(4, 5)).want(200).into(&receipt)
	leaf, err := audit.ParseHexHash(receipt.LeafHash)
	l.must(err)
	l.run()

	read := member.do(get, "/log/checkpoint", nil).want(200)
	equal(t, read.header.Get("Content-Type"), "text/plain; charset=utf-8")
	first := l.open(read.body)
	var found store.LogInclusion
	member.do(get, "/log/inclusion?leaf="+receipt.LeafHash, nil).want(200).into(&found)
	equal(t, l.open([]byte(found.Checkpoint)), first)
	l.must(found.Proof.Check(leaf, first))
	equal(t, tlog.RecordHash([]byte(found.Leaf)), leaf)

	// To others the leaf is proved and not told.
	var told store.LogInclusion
	p.officer.do(get, "/log/inclusion?leaf="+receipt.LeafHash, nil).want(200).into(&told)
	l.must(told.Proof.Check(leaf, first))
	equal(t, told.Leaf, "")

	l.person("one-more")
	l.run()
	last := l.open(p.officer.do(get, "/log/checkpoint", nil).want(200).body)
	var grown audit.Consistency
	p.officer.do(get, fmt.Sprintf("/log/consistency?from=%d&to=%d", first.Size, last.Size), nil).want(200).into(&grown)
	l.must(grown.Check(first, last))
	if grown.Check(last, first) == nil {
		t.Error("the proof holds the other way round")
	}

	for _, path := range []string{"/log/inclusion", "/log/inclusion?leaf=x", "/log/consistency?from=1", "/log/consistency?from=0&to=2", "/log/consistency?from=3&to=2", fmt.Sprintf("/log/consistency?from=1&to=%d", last.Size+1)} {
		member.do(get, path, nil).problem(422)
	}
	unknown := member.do(get, "/log/inclusion?leaf="+audit.HexHash(tlog.Hash{1}), nil)
	unknown.problem(404)
	equal(t, unknown.header.Get("Retry-After"), "1")
	l.nobody().do(get, "/log/checkpoint", nil).problem(401)
}

// An auditor reads the leaves, and they are those that were signed.
func TestLogEntries(t *testing.T) {
	l := newLogged(t)
	p := l.drafted("C1")
	l.run()
	p.officer.do(get, "/log/entries", nil).problem(403)
	p.auditor.do(get, "/log/entries?after="+formatCursor([]string{"x"}), nil).problem(400)
	var hashes []tlog.Hash
	for path := "/log/entries?limit=3"; ; {
		var part list[store.LogEntry]
		p.auditor.do(get, path, nil).want(200).into(&part)
		for _, e := range part.Items {
			equal(t, e.Position, int64(len(hashes)))
			hashes = append(hashes, tlog.RecordHash([]byte(e.Leaf)))
		}
		if part.Next == nil {
			break
		}
		path = "/log/entries?limit=3&after=" + *part.Next
	}
	c := l.open(p.auditor.do(get, "/log/checkpoint", nil).want(200).body)
	equal(t, int64(len(hashes)), c.Size)
	stored, err := audit.Grow(0, hashes, nil)
	l.must(err)
	root, err := tlog.TreeHash(c.Size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		read := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			read[i] = stored[index]
		}
		return read, nil
	}))
	l.must(err)
	equal(t, root, c.Root)
}

// A log that falls behind, or is not signed, is told where its operator looks.
func TestLogComplains(t *testing.T) {
	l := newLogged(t)
	l.run()
	equal(t, string(l.nobody().raw(get, "/readyz", nil).want(200).body), `{"status":"ready"}`+"\n")
	now := l.sequencer.Now
	l.sequencer.Now = func() time.Time { return now().Add(75 * time.Second) }
	var h health
	l.must(json.Unmarshal(l.nobody().raw(get, "/readyz", nil).want(200).body, &h))
	equal(t, len(h.Wrong), 1)
	contains(t, h.Wrong[0], "the log is 7")
	page := httptest.NewRecorder()
	l.server.Metrics().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), get, "/metrics", nil))
	text, err := io.ReadAll(page.Body)
	l.must(err)
	contains(t, string(text), "appointable_log_behind_seconds 7")
	contains(t, string(text), "appointable_log_unsigned 0")
	contains(t, string(text), "appointable_log_leaves_total 1")
}
