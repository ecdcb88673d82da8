package round_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection"
)

// The figures are worked out in testdata/small/README.md.
func TestReadSmallRound(t *testing.T) {
	r, notices, err := round.Read(t.Context(), "testdata/small")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"README.md is not part of a round and was not read."}; !slices.Equal(notices, want) {
		t.Errorf("notices %q, want %q", notices, want)
	}
	ranked, err := selection.Rank(t.Context(), r, selection.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{"C1": {4.825, 5.375, 4}, "C2": {4.8, 4, 6}, "C3": {3.4, 3, 4}}
	for i, p := range ranked.Candidates {
		got := []float64{*p.PanelMean, *p.Dimensions[0].PanelMean, *p.Dimensions[1].PanelMean}
		for k := range got {
			if math.Abs(got[k]-want[p.Candidate][k]) > 1e-12 {
				t.Errorf("%s: panel mean, safety, kindness %v, want %v", p.Candidate, got, want[p.Candidate])
			}
		}
		if *p.Rank != i+1 || p.Candidate != fmt.Sprintf("C%d", i+1) {
			t.Errorf("rank %d is %s", *p.Rank, p.Candidate)
		}
	}
	history := r.Ratings[slices.IndexFunc(r.Ratings, func(m selection.Rating) bool { return len(m.Revisions) > 0 })]
	if m := history.Revisions; len(m) != 2 || *m[0].Score != 2 || *m[1].Score != 3 || history.Score != 4 || m[1].Reason != "read the anchor again" {
		t.Errorf("moderated mark %+v", history)
	}
	if first := r.Ratings[0].Evidence; first != `- asked the registrar to stop, "at once"` {
		t.Errorf("evidence %q", first)
	}
	if unseen := r.Ratings[5]; unseen.Observed || unseen.Score != 0 || unseen.Evidence != "time ran out" {
		t.Errorf("not observed: %+v", unseen)
	}
}

// Whatever a spreadsheet program or a person does to the form of the files,
// the round stays the same.
func TestFormDoesNotMatter(t *testing.T) {
	sound := read(t, small(t))
	inCell := strings.NewReplacer("quietly,\r\nthen", "quietly,\nthen", "quietly;\nthen", "quietly,\nthen")
	for name, edit := range map[string]func(string) string{
		"byte order mark": func(text string) string { return "\xEF\xBB\xBF" + text },
		"CRLF":            func(text string) string { return inCell.Replace(strings.ReplaceAll(text, "\n", "\r\n")) },
		"a column more, with separators in its name": func(text string) string {
			return "\"a;b;c;d;e;f;g;h;i\"," + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\nC", "\n,C"), "\n,C\n", "") + "\n"
		},
		"no last newline": func(text string) string { return strings.TrimSuffix(text, "\n") },
		"semicolons": func(text string) string {
			text = strings.ReplaceAll(text, "stop, \"\"", "stop\x00 \"\"")
			text = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "curtain;", "curtain\x01"), "quietly,", "quietly\x00"), ",", ";")
			return strings.NewReplacer("\x00", ",", "\x01", ";").Replace(text)
		},
		"blanks around cells": func(text string) string {
			return strings.NewReplacer("C1,", " C1 ,", "candidate,", "candidate ,", ",yes", ",yes\t", "2026-03-02", " 2026-03-02").Replace(text)
		},
		"blank lines and rows": func(text string) string {
			commas := strings.Repeat(",", strings.Count(strings.SplitN(text, "\n", 2)[0], ","))
			return "\n" + strings.Replace(text, "\nC", "\n\n"+commas+"\nC", 1) + "\n" + commas + "\n"
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := small(t)
			for file := range f {
				if strings.HasSuffix(file, ".csv") {
					f[file] = edit(f[file])
				}
			}
			if diff := cmp.Diff(sound, read(t, f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func read(t testing.TB, f files) selection.Round {
	t.Helper()
	r, _, err := round.ReadFS(context.Background(), f.fsys())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOrderOfRowsAndColumnsDoesNotMatter(t *testing.T) {
	f := small(t)
	sound := read(t, f).Hash()
	for _, name := range []string{"candidates.csv", "psychometrics.csv", "revisions.csv"} {
		lines := strings.Split(strings.TrimSuffix(f[name], "\n"), "\n")
		slices.Reverse(lines[1:])
		for i, line := range lines {
			cells := strings.Split(line, ",")
			slices.Reverse(cells)
			lines[i] = strings.Join(cells, ",")
		}
		f[name] = strings.Join(lines, "\n")
	}
	if read(t, f).Hash() != sound {
		t.Error("the hash depends on the order of rows or columns")
	}
}

func TestNotices(t *testing.T) {
	f := small(t)
	f["notes.txt"], f["ratings-old.csv"], f[".DS_Store"] = "", "", ""
	f["monitoring.csv"] = "candidate,ethnicity\nC1,A\n"
	f["candidates.csv"] = "candidate,notes,interviewed\nC1,x,yes\nC2,,yes\nC3,,yes\nC4,,no\n"
	_, notices, err := round.ReadFS(t.Context(), f.fsys())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"notes.txt is not part of a round and was not read.",
		"ratings-old.csv is not part of a round and was not read.",
		`candidates.csv: the column "notes" is not used here and was not read.`,
		"candidates.csv has no column applied, shortlisted, appointable, offered, accepted: not known for anybody.",
	}
	if diff := cmp.Diff(want, notices); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheFirstFilesAreNeeded(t *testing.T) {
	f := small(t)
	for _, name := range []string{"ratings.csv", "psychometrics.csv", "revisions.csv", "prior.json"} {
		delete(f, name)
	}
	if r := read(t, f); r.Ratings != nil || r.Psychometrics != nil || r.Prior != nil {
		t.Errorf("%+v", r)
	}
	f["ratings.csv"] = "candidate,rater,exercise,criterion,score\n"
	if r := read(t, f); r.Ratings != nil {
		t.Errorf("%+v", r.Ratings)
	}
}

func TestAllMistakesAreToldInOrder(t *testing.T) {
	f := small(t)
	f.change(t, "framework.yaml", "weight: 60", "weight: -60")
	f.change(t, "campaign.yaml", "criteria: [safety.concern, kindness.dignity]", "criteria: [safety.concern, kindness.dignty]")
	f.change(t, "candidates.csv", "C4,yes,no", "=C4,yes,no")
	f.change(t, "ratings.csv", "C1,R2,interview,safety.concern,6,", "C1,R2,interview,safety.concern,6.0.0,")
	f.change(t, "ratings.csv", "C1,R3,interview,safety.concern,4,", "C1,R3,interview,safety.concern,\"4,5\",")
	f.change(t, "psychometrics.csv", "instrument", "test")
	f.change(t, "revisions.csv", "2,3,in", "4,3,in")
	f["prior.json"] = "[]"
	want := []string{
		"framework.yaml:9:13: dimensions[0].weight",
		"campaign.yaml:12:32: exercises[1].criteria[1]",
		"candidates.csv:5:1",
		"ratings.csv:3:32", "ratings.csv:4:32",
		"psychometrics.csv:1",
		"revisions.csv:3:33",
		"prior.json:1:1",
	}
	if diff := cmp.Diff(want, wheres(f.complaints(t))); diff != "" {
		t.Error(diff)
	}
}

func wheres(fields []fault.Field) []string {
	var where []string
	for _, f := range fields {
		where = append(where, f.Where)
	}
	return where
}

// A mistake is told where it is made, not also wherever it shows.
func TestMistakesAreToldOnce(t *testing.T) {
	f := small(t)
	f["framework.yaml"] = "framework: [\n"
	f.change(t, "campaign.yaml", "posts: 1", "posts: 0.5")
	if got := wheres(f.complaints(t)); !slices.Equal(got, []string{"framework.yaml:1:12", "campaign.yaml:3:56: post.posts"}) {
		t.Errorf("an unreadable framework: %q", got)
	}
	f = small(t)
	f.change(t, "candidates.csv", "C3,yes,yes,yes,,,", "C3,yes")
	f.change(t, "ratings.csv", "C1,R2,interview,safety.concern,6,", ",R2,interview,safety.concern,9,")
	if got := wheres(f.complaints(t)); !slices.Equal(got, []string{"candidates.csv:4:4", "ratings.csv:3:1"}) {
		t.Errorf("a lost candidate and a row without one: %q", got)
	}
	f = small(t)
	delete(f, "candidates.csv")
	f.change(t, "ratings.csv", "C1,R2,interview,safety.concern,6,", "C/1,R2,interview,safety.concern,6,")
	if got := wheres(f.complaints(t)); !slices.Equal(got, []string{"candidates.csv"}) {
		t.Errorf("no candidates: %q", got)
	}
	f = small(t)
	f.change(t, "ratings.csv", "C2,R3,handover,kindness.dignity,4,", "C2,R3,handover")
	if got := wheres(f.complaints(t)); !slices.Equal(got, []string{"ratings.csv:26:7"}) {
		t.Errorf("a lost mark that has revisions: %q", got)
	}
}

func TestManyMistakes(t *testing.T) {
	f := small(t)
	f["ratings.csv"] = "candidate,rater,exercise,criterion,score\n" + strings.Repeat("C9,R1,interview,safety.error,x\n", 3000)
	_, _, err := round.ReadFS(t.Context(), f.fsys())
	fields := fault.FieldsOf(err)
	if len(fields) != 1000 || !strings.Contains(err.Error(), "1000 are listed and there are more") {
		t.Errorf("%d fields: %.100s", len(fields), err)
	}
}

func TestMisnamedFiles(t *testing.T) {
	for wrong, right := range map[string]string{
		"Ratings.csv": "ratings.csv", "rating.csv": "ratings.csv", "ratings.cvs": "ratings.csv", "psychometric.csv": "psychometrics.csv",
		"campaign.yml": "campaign.yaml", "Framework.yaml": "framework.yaml", "canddiates.csv": "candidates.csv",
	} {
		f := small(t)
		f[wrong] = f[right]
		delete(f, right)
		expect(t, f, wrong, "did you mean "+right)
	}
	f := small(t)
	f["ratings.xlsx"] = ""
	expect(t, f, "ratings.xlsx", "keep one of the two")
}

func TestFoldersThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := round.Read(t.Context(), filepath.Join(dir, "none")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no folder: %v", err)
	}
	file := filepath.Join(dir, "round.zip")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := round.Read(t.Context(), file); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file: %v", err)
	}
	_, _, err := round.Read(t.Context(), dir)
	if got := wheres(fault.FieldsOf(err)); !slices.Equal(got, []string{"framework.yaml", "campaign.yaml", "candidates.csv"}) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "candidates.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, _, err = round.Read(t.Context(), dir)
	if !strings.Contains(err.Error(), "candidates.csv: is not a file") {
		t.Errorf("a folder for a file: %v", err)
	}
}

func TestReadStopsWhenNobodyWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := small(t)
	f["ratings.csv"] = "candidate,rater,exercise,criterion,score\n" + strings.Repeat("C9,R1,interview,safety.error,x\n", 3000)
	if _, _, err := round.ReadFS(ctx, f.fsys()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// endless is a file whose one line goes on for 100 MB; it counts what is read.
type endless struct {
	start *strings.Reader
	read  int64
}

func (e *endless) Read(p []byte) (int, error) {
	n, _ := e.start.Read(p)
	for n < len(p) && e.read+int64(n) < 100<<20 {
		p[n] = 'a'
		n++
	}
	e.read += int64(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (e *endless) Stat() (fs.FileInfo, error) { return nil, errors.New("not asked for") }
func (e *endless) Close() error               { return nil }

// withEndless is a round in which one file is endless.
type withEndless struct {
	fstest.MapFS
	name string
	file *endless
}

func (w withEndless) Open(name string) (fs.File, error) {
	if name == w.name {
		return w.file, nil
	}
	return w.MapFS.Open(name)
}

func TestLongLinesAreRefusedEarly(t *testing.T) {
	const csv, whole = 1<<20 + 1<<17, 4<<20 + 1<<17
	for _, c := range []struct {
		file, start string
		where       string
		limit       int64
	}{
		{"framework.yaml", "title: ", "framework.yaml:1", whole},
		{"campaign.yaml", "title: ", "campaign.yaml:1", whole},
		{"prior.json", `{"a": "`, "prior.json:1", whole},
		{"candidates.csv", "candidate\nC1\n", "candidates.csv:3:1", csv},
		{"ratings.csv", "", "ratings.csv:1:1", csv},
		{"ratings.csv", "candidate,rater,exercise,criterion,score,evidence\nC1,R1,interview,safety.error,4,\"", "ratings.csv:2:1", csv},
		{"psychometrics.csv", "candidate;instrument;scale;score\n\n", "psychometrics.csv:3:1", csv},
		{"revisions.csv", "\"", "revisions.csv:1:1", csv},
		{"ratings.xlsx", "PK\x03\x04", "ratings.xlsx", 16<<20 + 1<<17},
	} {
		f := small(t)
		if c.file == "ratings.xlsx" {
			delete(f, "ratings.csv")
			delete(f, "revisions.csv")
			f["ratings.xlsx"] = "" // for the list of files
		}
		file := &endless{start: strings.NewReader(c.start)}
		_, _, err := round.ReadFS(t.Context(), withEndless{f.fsys(), c.file, file})
		if got := wheres(fault.FieldsOf(err)); !slices.Equal(got, []string{c.where}) {
			t.Errorf("%s: %v", c.file, err)
		}
		if file.read > c.limit {
			t.Errorf("%s: %d bytes were read", c.file, file.read)
		}
	}
}

func TestZipAndFolderAreTheSame(t *testing.T) {
	sound := read(t, small(t))
	dir := filepath.Join(t.TempDir(), "new", "round")
	if err := round.Write(t.Context(), dir, sound); err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := round.WriteZip(t.Context(), w, sound); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same round gave two different zips")
	}
	fromFolder, notices, err := round.Read(t.Context(), dir)
	if err != nil || notices != nil {
		t.Fatal(notices, err)
	}
	fromZip, notices, err := round.ReadZip(t.Context(), bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil || notices != nil {
		t.Fatal(notices, err)
	}
	if diff := cmp.Diff(sound, fromFolder) + cmp.Diff(sound, fromZip); diff != "" {
		t.Error(diff)
	}
	if fromFolder.Hash() != sound.Hash() {
		t.Error("another hash")
	}
}
