package localpg

// Where PostgreSQL is installed, and which of several serves.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the oldest PostgreSQL that the schema is written for.
const oldestMajor = 15

const howToInstall = "install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17), " +
	"name the folder of initdb and postgres in APPOINTABLE_PG_BIN, or name a server in DATABASE_URL"

// FindBin returns the folder that holds initdb and postgres: what
// APPOINTABLE_PG_BIN names, else the first that serves of PATH, the folders of
// Debian and Red Hat, Homebrew and Postgres.app, newest first in each. It fails
// with ErrNoBinaries.
func FindBin(ctx context.Context) (string, error) {
	bins, err := candidates("", "/")
	if err != nil {
		return "", err
	}
	return choose(ctx, bins, 0)
}

// candidates lists the folders that hold initdb and postgres, best first. A
// folder that was asked for by name is the only one, or an error; the others
// are looked for in PATH and under root.
func candidates(bin, root string) ([]string, error) {
	for _, named := range []string{bin, os.Getenv("APPOINTABLE_PG_BIN")} {
		if named == "" {
			continue
		}
		if !holdsBinaries(named) {
			return nil, fmt.Errorf("%w in %s, which must hold initdb and postgres", ErrNoBinaries, named)
		}
		named, err := filepath.Abs(named)
		return []string{named}, err
	}
	if bins := search(root); len(bins) > 0 {
		return bins, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoBinaries, howToInstall)
}

// search looks in PATH, then where packages put PostgreSQL under root.
func search(root string) []string {
	var bins []string
	add := func(bin string) {
		// The folder in PATH may hold links to some of the programs only, and
		// initdb must find postgres beside itself.
		initdb, err := filepath.EvalSymlinks(filepath.Join(bin, "initdb"))
		if err != nil {
			return
		}
		bin = filepath.Dir(initdb)
		if holdsBinaries(bin) && !slices.Contains(bins, bin) {
			bins = append(bins, bin)
		}
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		add(filepath.Dir(initdb))
	}
	for _, pattern := range []string{
		"usr/lib/postgresql/*/bin",                               // Debian
		"usr/pgsql-*/bin",                                        // Red Hat
		"opt/homebrew/opt/postgresql@*/bin",                      // Homebrew on Apple silicon
		"usr/local/opt/postgresql@*/bin",                         // and on Intel
		"Applications/Postgres.app/Contents/Versions/[0-9]*/bin", // Postgres.app
	} {
		found, _ := filepath.Glob(filepath.Join(root, pattern)) // the patterns are well formed
		slices.SortStableFunc(found, func(a, b string) int { return majorInPath(b) - majorInPath(a) })
		for _, bin := range found {
			add(bin)
		}
	}
	return bins
}

func holdsBinaries(bin string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(bin, program)); err != nil {
			return false
		}
	}
	return true
}

// majorInPath reads 17 from ".../postgresql@17/bin". Sorting the paths as text
// would put 9 before 17.
func majorInPath(bin string) int {
	name := filepath.Base(filepath.Dir(bin))
	major, _ := strconv.Atoi(name[strings.LastIndexAny(name, "@-")+1:])
	return major
}

// choose returns the first candidate of the major version, or, where major is
// 0, the first that is not too old. It fails with ErrWrongMajor or ErrNoBinaries.
func choose(ctx context.Context, bins []string, major int) (string, error) {
	var found []string
	for _, bin := range bins {
		has, err := majorOf(ctx, bin)
		switch {
		case err != nil:
			found = append(found, err.Error())
		case has == major, major == 0 && has >= oldestMajor:
			return bin, nil
		default:
			found = append(found, fmt.Sprintf("%d in %s", has, bin))
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	here := strings.Join(found, ", ")
	if major != 0 {
		return "", fmt.Errorf("%w, %d, and this machine has: %s", ErrWrongMajor, major, here)
	}
	return "", fmt.Errorf("%w in version %d or later, only: %s; %s", ErrNoBinaries, oldestMajor, here, howToInstall)
}

// majorOf asks postgres for its version: "postgres (PostgreSQL) 15.18 (Debian …)",
// "postgres (PostgreSQL) 18beta1".
func majorOf(ctx context.Context, bin string) (int, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("%s/postgres, which does not run (%w)", bin, err)
	}
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	major, err := strconv.Atoi(version[:max(digits, 0)])
	if err != nil {
		return 0, fmt.Errorf("%s/postgres, which tells no version", bin)
	}
	return major, nil
}

// majorOfData reads which PostgreSQL made a data folder; 0 where there is none.
func majorOfData(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
		return 0, fmt.Errorf("%s is not a PostgreSQL data folder: it has no PG_VERSION; move it away to begin anew", data)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot read PostgreSQL's data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || major == 0 {
		return 0, fmt.Errorf("%s is not a PostgreSQL data folder: its PG_VERSION is %q; move it away to begin anew", data, text)
	}
	return major, nil
}
