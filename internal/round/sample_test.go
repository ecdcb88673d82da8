package round_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"appointable/internal/fault"
	"appointable/internal/round"
)

// files is a round as texts by file name; each test changes one thing in it.
type files map[string]string

// small is the round of testdata/small with a prior.
func small(t testing.TB) files {
	t.Helper()
	f := files{"prior.json": `{
  "source": "three earlier rounds", "dimensions": ["safety", "kindness"], "components": {
  "candidate": [[0.3, 0.1], [0.1, 0.3]], "candidate:exercise": 0.1, "candidate:rater": 0.1, "rater": 0.2, "rater:dimension": 0.1, "residual": 0.5
}}
`}
	entries, err := os.ReadDir("testdata/small")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join("testdata/small", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "README.md" {
			f[e.Name()] = string(data)
		}
	}
	return f
}

// change replaces the one place where old stands.
func (f files) change(t testing.TB, name, old, replacement string) {
	t.Helper()
	if n := strings.Count(f[name], old); n != 1 {
		t.Fatalf("%q stands %d times in %s", old, n, name)
	}
	f[name] = strings.Replace(f[name], old, replacement, 1)
}

func (f files) fsys() fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range f {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o600}
	}
	return m
}

// complaints reads the round, which must be refused, and returns what it says.
func (f files) complaints(t testing.TB) []fault.Field {
	t.Helper()
	r, _, err := round.ReadFS(context.Background(), f.fsys())
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("error %v of kind %s, want invalid", err, fault.KindOf(err))
	}
	if r.Campaign.Code != "" || r.Ratings != nil || r.Candidates != nil {
		t.Error("a round came back beside the error")
	}
	return fault.FieldsOf(err)
}

// workbook makes an .xlsx with one sheet, after edit.
func workbook(t testing.TB, rows [][]any, edit func(*excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	if edit != nil {
		edit(f)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
