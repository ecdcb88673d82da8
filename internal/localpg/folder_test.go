package localpg

// Folders to start servers on, and what is in them.

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// folder is an empty folder that every user may enter. That of t.TempDir is
// closed, and its path may be too long for a socket.
func folder(t *testing.T) string {
	t.Helper()
	dir := lastingFolder(t)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// lastingFolder is one that outlasts the test.
func lastingFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// stopped are the folders with data that no test uses now. Most tests need one,
// and making its thousand files takes longer than all else they do.
var stopped struct {
	sync.Mutex
	first string // the one that initdb made, which the others are copied from
	free  []string
}

// initialised is a folder with the data of a server that is not running, for
// this test alone. What the test leaves is cleared away save for the data,
// which goes to another test as it is: a crash is no damage, and objects that a
// test creates it must be ready to find there.
func initialised(t *testing.T) string {
	t.Helper()
	stopped.Lock()
	defer stopped.Unlock()
	var dir string
	if last := len(stopped.free) - 1; last >= 0 {
		dir, stopped.free = stopped.free[last], stopped.free[:last]
	} else {
		dir = copyOfFirst(t)
	}
	t.Cleanup(func() { giveBack(t, dir) })
	return dir
}

func copyOfFirst(t *testing.T) string {
	t.Helper()
	if stopped.first == "" {
		first := lastingFolder(t)
		s, err := Start(context.Background(), Options{Dir: first, Volatile: true})
		if err != nil {
			t.Fatal(err)
		}
		stop(t, s)
		stopped.first = first
	}
	dir := lastingFolder(t)
	if out, err := exec.Command("cp", "-Rp", stopped.first+"/pg", dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	return dir
}

func giveBack(t *testing.T, dir string) {
	if t.Failed() || !exists(filepath.Join(dir, "pg", "PG_VERSION")) {
		_ = os.RemoveAll(dir)
		return
	}
	for _, name := range names(t, dir) {
		if name != "pg" {
			_ = os.RemoveAll(filepath.Join(dir, name))
		}
	}
	stopped.Lock()
	defer stopped.Unlock()
	stopped.free = append(stopped.free, dir)
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// tree describes everything in a folder by name, mode, size and time.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		found = append(found, fmt.Sprint(path, info.Mode(), info.Size(), info.ModTime().UnixNano()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}
