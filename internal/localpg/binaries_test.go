package localpg

// Which PostgreSQL is found, and which is taken.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// install puts programs that only tell a version into a folder of root.
func install(t *testing.T, root, bin, version string) string {
	t.Helper()
	bin = filepath.Join(root, bin)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"initdb", "postgres"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s'\n", program, version)
		writeProgram(t, filepath.Join(bin, program), []byte(script))
	}
	return bin
}

func TestNoBinaries(t *testing.T) {
	t.Setenv("PATH", "/nowhere")
	t.Setenv("APPOINTABLE_PG_BIN", "")
	_, err := candidates("", folder(t))
	if !errors.Is(err, ErrNoBinaries) {
		t.Fatalf("on an empty machine: %v, want ErrNoBinaries", err)
	}
	for _, want := range []string{"apt-get install postgresql", "brew install postgresql@17"} {
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is not one line that holds %q:\n%v", want, err)
		}
	}

	dir := filepath.Join(folder(t), "data")
	empty := folder(t)
	if _, err := Start(t.Context(), Options{Dir: dir, Bin: empty}); !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), empty) {
		t.Errorf("Start without binaries = %v, want ErrNoBinaries in %s", err, empty)
	}
	t.Setenv("APPOINTABLE_PG_BIN", empty)
	if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), empty) {
		t.Errorf("Start without binaries = %v, want ErrNoBinaries in %s", err, empty)
	}
	if exists(dir) {
		t.Error("a start without binaries made the folder")
	}
}

func TestSearch(t *testing.T) {
	root := folder(t)
	path := filepath.Join(root, "usr/local/bin")
	linked := install(t, root, "elsewhere/16/bin", "16.4")
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	// Only initdb is in PATH, by a link; postgres lies beside what it points to.
	if err := os.Symlink(filepath.Join(linked, "initdb"), filepath.Join(path, "initdb")); err != nil {
		t.Fatal(err)
	}
	want := []string{
		linked,
		install(t, root, "usr/lib/postgresql/17/bin", "17.2"),
		install(t, root, "usr/lib/postgresql/15/bin", "15.1"),
		install(t, root, "usr/lib/postgresql/9/bin", "9.6.24"),
		install(t, root, "usr/pgsql-18/bin", "18.0"),
		install(t, root, "opt/homebrew/opt/postgresql@17/bin", "17.1"),
		install(t, root, "opt/homebrew/opt/postgresql@16/bin", "16.1"),
		install(t, root, "Applications/Postgres.app/Contents/Versions/18/bin", "18.1"),
	}
	if err := os.MkdirAll(filepath.Join(root, "usr/lib/postgresql/99/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", path)
	t.Setenv("APPOINTABLE_PG_BIN", "")
	got, err := candidates("", root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}

	named := install(t, root, "named", "15.9")
	t.Setenv("APPOINTABLE_PG_BIN", named)
	if got, err := candidates("", root); err != nil || !cmp.Equal(got, []string{named}) {
		t.Errorf("candidates with APPOINTABLE_PG_BIN = %q, %v, want %s alone", got, err, named)
	}
	if got, err := candidates(linked, root); err != nil || !cmp.Equal(got, []string{linked}) {
		t.Errorf("candidates with Options.Bin = %q, %v, want %s alone", got, err, linked)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	root := folder(t)
	v13 := install(t, root, "13", "13.2 (Debian 13.2-1)")
	v15 := install(t, root, "15", "15.1")
	v18 := install(t, root, "18", "18beta1")
	broken := install(t, root, "broken", "unknown")
	for _, test := range []struct {
		name  string
		bins  []string
		major int
		want  string
		fails error
	}{
		{"new data: the first", []string{v15, v18}, 0, v15, nil},
		{"new data: not too old, not broken", []string{v13, broken, v18}, 0, v18, nil},
		{"old data: its version", []string{v18, v15}, 15, v15, nil},
		{"old data: even a version too old for new data", []string{v18, v13}, 13, v13, nil},
		{"old data: none of its version", []string{v18, v15}, 17, "", ErrWrongMajor},
		{"only too old", []string{v13, broken}, 0, "", ErrNoBinaries},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := choose(t.Context(), test.bins, test.major)
			if got != test.want || !errors.Is(err, test.fails) {
				t.Errorf("choose = %s, %v, want %s, %v", got, err, test.want, test.fails)
			}
		})
	}
}

func TestWrongMajor(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	data := filepath.Join(dir, "pg")
	bin, err := FindBin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	version := read(t, filepath.Join(data, "PG_VERSION"))

	for name, text := range map[string]string{"older": "9\n", "newer": "99\n"} {
		if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		before := tree(t, data)
		_, err = Start(t.Context(), Options{Dir: dir})
		if !errors.Is(err, ErrWrongMajor) {
			t.Fatalf("%s: Start = %v, want ErrWrongMajor", name, err)
		}
		for _, want := range []string{data, strings.TrimSpace(text) + ",", strings.TrimSpace(version) + " in " + bin, "the data is untouched"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not hold %q: %v", name, want, err)
			}
		}
		if diff := cmp.Diff(before, tree(t, data)); diff != "" {
			t.Errorf("%s: the data was touched (-before +after):\n%s", name, diff)
		}
	}

	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(version), 0o600); err != nil {
		t.Fatal(err)
	}
	as, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := as.own(filepath.Join(data, "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir, Volatile: true})
}

func TestNotADataFolder(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	data := filepath.Join(dir, "pg")
	for _, damage := range []func() error{
		func() error { return os.WriteFile(data+"/PG_VERSION", []byte("fifteen\n"), 0o600) },
		func() error { return os.Remove(data + "/PG_VERSION") },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		before := tree(t, data)
		if _, err := Start(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "is not a PostgreSQL data folder") {
			t.Errorf("Start = %v, want that it is not a data folder", err)
		}
		if diff := cmp.Diff(before, tree(t, data)); diff != "" {
			t.Errorf("the folder was touched (-before +after):\n%s", diff)
		}
	}
}
