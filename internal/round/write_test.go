package round_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection"
)

func TestWriteRefusesAFolderInUse(t *testing.T) {
	r := read(t, small(t))
	parent := t.TempDir()
	dir := filepath.Join(parent, "round")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := round.Write(t.Context(), dir, r); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if err := round.Write(t.Context(), dir, r); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a folder in use: %v", err)
	}
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := round.Write(t.Context(), file, r); !fault.Is(err, fault.Conflict) {
		t.Errorf("a file: %v", err)
	}
	onlyContains(t, parent, "round", "file")
}

func TestWriteLeavesNothingBehind(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := round.Write(ctx, filepath.Join(parent, "round"), read(t, small(t))); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	onlyContains(t, parent)
}

func onlyContains(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(names) {
		t.Errorf("%s has %v, want %q", dir, entries, names)
	}
}

func TestWriteIsForItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "round")
	if err := round.Write(t.Context(), dir, read(t, small(t))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "ratings.csv"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
	}
}

// What could not be read again is not written.
func TestWriteRefuses(t *testing.T) {
	score := 4.0
	for _, c := range []struct {
		name    string
		change  func(*selection.Round)
		message string
	}{
		{"nobody", func(r *selection.Round) { r.Candidates = nil }, "there is nobody in it"},
		{"NaN", func(r *selection.Round) { r.Ratings[0].Score = math.NaN() }, "ratings[0].score"},
		{"NUL", func(r *selection.Round) { r.Ratings[0].Evidence = "a\x00" }, "ratings[0].evidence: has bytes that are no text"},
		{"not UTF-8", func(r *selection.Round) { r.Ratings[0].Evidence = "a\xff" }, "ratings[0].evidence: has bytes that are no text"},
		{"a revision without a reason", func(r *selection.Round) { r.Ratings[1].Revisions = []selection.Revision{{Score: &score}} }, "revisions[0].reason: is empty"},
		{"a revision with two answers", func(r *selection.Round) {
			r.Ratings[1].Revisions = []selection.Revision{{Score: &score, NotObserved: true, Reason: "x"}}
		}, "revisions[0].score"},
		{"a revision with NUL", func(r *selection.Round) {
			r.Ratings[1].Revisions = []selection.Revision{{Score: &score, Evidence: "\x00", Reason: "x"}}
		}, "revisions[0].evidence"},
		{"a prior that is no object", func(r *selection.Round) { r.Prior = json.RawMessage("[]") }, "prior.json: array stands where something else is expected"},
	} {
		r := read(t, small(t))
		c.change(&r)
		var out bytes.Buffer
		if err := round.WriteZip(t.Context(), &out, r); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %v", c.name, err)
		}
		if out.Len() > 0 {
			t.Errorf("%s: %d bytes were written", c.name, out.Len())
		}
	}
}

// A note that a spreadsheet would run is written so that it does not.
func TestWriteDefusesNotes(t *testing.T) {
	r := read(t, small(t))
	notes := []string{"=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", "'=1", "''-", "'quoted'", "plain", " =1"}
	for i, note := range notes {
		r.Ratings[i].Evidence = note
	}
	dir := filepath.Join(t.TempDir(), "round")
	if err := round.Write(t.Context(), dir, r); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "ratings.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{",'=cmd()\n", ",'+1\n", ",'-1\n", ",'@x\n", ",\"'\t=1\"\n", ",\"'\r=1\"\n", ",''=1\n", ",'''-\n", ",'quoted'\n", ",plain\n", ",\" =1\"\n"} {
		if !strings.Contains(string(data), want) && !strings.Contains(string(data), strings.ReplaceAll(want, `"`, "")) {
			t.Errorf("%q is not in ratings.csv", want)
		}
	}
	back, _, err := round.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, note := range notes {
		if got := back.Ratings[i].Evidence; got != note {
			t.Errorf("%q came back as %q", note, got)
		}
	}
}
