package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
)

// logged is a world with a sequencer beside it.
type logged struct {
	*world
	sequencer *store.Sequencer
	key       audit.SigningKey
	published store.Published
	made      storetest.Database
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
	l.sequencer, l.published, l.made = sequencer, published, made
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

// After a restore a trust has several logs; each is read by its number, and a
// leaf is proved in the one where it stands.
func TestSeveralLogs(t *testing.T) {
	l := newLogged(t)
	p := l.scoring("C1")
	member := p.members["R1"]
	var receipt store.Receipt
	member.do(post, sampleSheet+"R1/C1/interview/submit", sampleMarks(4, 5)).want(200).into(&receipt)
	leaf, err := audit.ParseHexHash(receipt.LeafHash)
	l.must(err)
	l.run()
	first := l.open(member.do(get, "/log/checkpoint", nil).want(200).body)

	// Somebody kept a later checkpoint than the database has.
	signer, err := l.key.Signer(first.Origin)
	l.must(err)
	later, err := audit.Checkpoint{Origin: first.Origin, Size: first.Size + 7, Root: tlog.Hash{7}}.Sign(signer)
	l.must(err)
	_, err = l.made.OpenOwner(t).RestartLog(t.Context(), store.Operator(l.trust.ID), store.Restart{
		Slug: l.trust.Slug, Keys: []audit.SigningKey{l.key}, Published: l.published, Kept: later, Reason: "restored from a backup",
	})
	l.must(err)
	l.person("one-more")
	l.run()

	var logs list[store.TrustLog]
	member.do(get, "/logs", nil).want(200).into(&logs)
	equal(t, len(logs.Items), 2)
	equal(t, logs.Items[0].Size, first.Size)
	equal(t, logs.Items[1].Succeeds, string(later))
	if now := string(member.do(get, "/log/checkpoint", nil).want(200).body); !strings.HasPrefix(now, first.Origin+"/2\n2\n") {
		t.Errorf("the current log is %q", now)
	}
	equal(t, l.open(member.do(get, "/log/checkpoint?log=1", nil).want(200).body), first)
	var found store.LogInclusion
	member.do(get, "/log/inclusion?leaf="+receipt.LeafHash, nil).want(200).into(&found)
	l.must(found.Proof.Check(leaf, l.open([]byte(found.Checkpoint))))
	var same audit.Consistency
	member.do(get, fmt.Sprintf("/log/consistency?log=1&from=1&to=%d", first.Size), nil).want(200).into(&same)
	member.do(get, fmt.Sprintf("/log/consistency?from=1&to=%d", first.Size), nil).problem(422)
	var entries list[store.LogEntry]
	p.auditor.do(get, "/log/entries?log=1&limit=200", nil).want(200).into(&entries)
	equal(t, int64(len(entries.Items)), first.Size)
	p.auditor.do(get, "/log/entries", nil).want(200).into(&entries)
	if len(entries.Items) != 2 || !strings.Contains(entries.Items[0].Leaf, "trust.log-restarted") {
		t.Errorf("the new log begins with %+v", entries.Items)
	}
	for _, path := range []string{"/log/checkpoint?log=x", "/log/checkpoint?log=0", "/log/entries?log=-1", "/log/consistency?log=x&from=1&to=2"} {
		p.auditor.do(get, path, nil).problem(422)
	}
	member.do(get, "/log/checkpoint?log=9", nil).problem(404)
	l.nobody().do(get, "/logs", nil).problem(401)
}
