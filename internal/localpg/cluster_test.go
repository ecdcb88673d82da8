package localpg

// What a start makes of its options, and of being broken off.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: initialised(t), Volatile: true, Settings: map[string]string{
		"max_connections":         "17",
		"work_mem":                "7MB",
		"Listen-Addresses":        "127.0.0.1",
		"unix_socket_permissions": "0777",
		"unix_socket_directories": "/tmp",
		"port":                    "5999",
	}})
	if got, want := ask(t, s, "show max_connections"), "17"; got != want {
		t.Errorf("max_connections = %s, want the caller's %s", got, want)
	}
	if got, want := ask(t, s, "show work_mem"), "7MB"; got != want {
		t.Errorf("work_mem = %s, want %s", got, want)
	}
	if got := ask(t, s, "show listen_addresses"); got != "" {
		t.Errorf("a caller's setting opened the network: %q", got)
	}
	if got := mode(t, filepath.Join(s.SocketDir(), ".s.PGSQL.5432")); got != 0o700 {
		t.Errorf("a caller's setting opened the socket: %04o", got)
	}
	if got, want := ask(t, s, "show fsync"), "off"; got != want {
		t.Errorf("fsync = %s in a volatile cluster, want %s", got, want)
	}
}

// The variables of a developer's shell would move the port or the data, and our
// own hold secrets.
func TestTheEnvironmentStaysOut(t *testing.T) {
	dir := initialised(t)
	for name, value := range map[string]string{
		"PGPORT": "5999", "PGDATA": "/nowhere", "PGHOST": "/nowhere", "PGDATESTYLE": "german",
		"LC_ALL": "xx_XX", "TZ": "Asia/Tokyo", "SESSION_KEY": "hunter2",
	} {
		t.Setenv(name, value)
	}
	s := start(t, Options{Dir: dir, Volatile: true})
	if got, want := ask(t, s, "select date '2026-03-01'"), "2026-03-01"; got != want {
		t.Errorf("a date reads %s, want %s", got, want)
	}
	if runtime.GOOS == "linux" {
		if environ := read(t, fmt.Sprintf("/proc/%d/environ", s.process.Pid)); strings.Contains(environ, "hunter2") {
			t.Error("postgres was given a secret of our environment")
		}
	}
}

func TestNotStartedShowsTheLog(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	_, err := Start(t.Context(), Options{Dir: dir, Settings: map[string]string{"shared_buffers": "plenty"}})
	if !errors.Is(err, ErrNotStarted) {
		t.Fatalf("Start = %v, want ErrNotStarted", err)
	}
	for _, want := range []string{`invalid value for parameter "shared_buffers": "plenty"`, filepath.Join(dir, "postgres.log")} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not hold %q:\n%v", want, err)
		}
	}
	start(t, Options{Dir: dir, Volatile: true}) // the lock is free again
}

// withInitdb is a folder of binaries with a script for initdb.
func withInitdb(t *testing.T, script string) string {
	t.Helper()
	installed, err := FindBin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bin := folder(t)
	if err := os.Symlink(filepath.Join(installed, "postgres"), filepath.Join(bin, "postgres")); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, filepath.Join(bin, "initdb"), []byte("#!/bin/sh\n"+script))
	return bin
}

func TestFirstStartFailsWhole(t *testing.T) {
	t.Parallel()
	bin := withInitdb(t, `for to; do case $to in */pg.new*) touch $to/half;; esac; done; echo no room on the disk; exit 3`)
	dir := filepath.Join(folder(t), "data")
	_, err := Start(t.Context(), Options{Dir: dir, Bin: bin})
	if !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), "no room on the disk") {
		t.Fatalf("Start = %v, want ErrNotStarted with what initdb said", err)
	}
	if diff := cmp.Diff([]string{"lock"}, names(t, dir)); diff != "" {
		t.Errorf("left in the folder (-want +got):\n%s", diff)
	}
}

// startAndCancel starts a server, and cancels as soon as it has gone so far.
func startAndCancel(t *testing.T, o Options, soFar func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error)
	go func() {
		_, err := Start(ctx, o)
		failed <- err
	}()
	eventually(t, "the start to have begun", soFar)
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("Start = %v, want context.Canceled", err)
	}
}

func TestContextEndsTheStart(t *testing.T) {
	t.Parallel()
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Start(ctx, Options{Dir: folder(t)}); !errors.Is(err, context.Canceled) {
			t.Errorf("Start = %v, want context.Canceled", err)
		}
	})
	t.Run("in initdb", func(t *testing.T) {
		dir := folder(t)
		startAndCancel(t, Options{Dir: dir, Volatile: true}, func() bool { return len(glob(t, dir+"/pg.new*/base/1")) > 0 })
		if diff := cmp.Diff([]string{"lock"}, names(t, dir)); diff != "" {
			t.Errorf("left in the folder (-want +got):\n%s", diff)
		}
		start(t, Options{Dir: dir, Volatile: true})
	})
	t.Run("in a child of initdb that hangs", func(t *testing.T) {
		dir := folder(t)
		bin := withInitdb(t, "sleep 3600; echo unreached")
		startAndCancel(t, Options{Dir: dir, Bin: bin}, func() bool { return len(glob(t, dir+"/pg.new*")) > 0 })
	})
	t.Run("in recovery", func(t *testing.T) {
		dir := initialised(t)
		signal := filepath.Join(dir, "pg", "recovery.signal")
		if err := os.WriteFile(signal, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		startAndCancel(t, Options{Dir: dir, Settings: map[string]string{"restore_command": "sleep 3600; false"}}, func() bool {
			text, _ := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
			return strings.Contains(string(text), "starting")
		})
		if err := os.Remove(signal); err != nil {
			t.Fatal(err)
		}
		start(t, Options{Dir: dir, Volatile: true})
	})
	t.Run("and not the server", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := Start(ctx, Options{Dir: initialised(t), Volatile: true})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if got := ask(t, s, "select 42"); got != "42" {
			t.Errorf("the server answers %q", got)
		}
		stop(t, s)
	})
}

// Clients and the kernel bound what the path of a socket may be.
func TestSocketOfAnAwkwardPath(t *testing.T) {
	t.Parallel()
	root := folder(t)
	ofLength := func(n int) string { return strings.Repeat("x", n-len(root+"//run/.s.PGSQL.5432")) }
	dir := initialised(t)
	for _, test := range []struct {
		name, base string
		beside     bool // the data
	}{
		{"103 bytes", ofLength(103), true},
		{"104 bytes", ofLength(104), false},
		{"long", strings.Repeat("long", 50), false},
		{"a list of hosts to a client", "Cardiology, imaging", false},
		{"quotes", `the "new" post's = 100%+`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := dir
			dir = filepath.Join(root, test.base)
			if err := os.Rename(from, dir); err != nil {
				t.Fatal(err)
			}
			s := start(t, Options{Dir: dir, Volatile: true})
			if got := ask(t, s, "select 42"); got != "42" {
				t.Errorf("the server answers %q", got)
			}
			if beside := s.SocketDir() == filepath.Join(dir, "run"); beside != test.beside {
				t.Errorf("the socket lies in %s; beside the data: %t, want %t", s.SocketDir(), beside, test.beside)
			}
			if got := mode(t, s.SocketDir()); got != 0o700 {
				t.Errorf("the socket's folder has mode %04o, want 0700", got)
			}
			stop(t, s)
			if exists(s.SocketDir()) {
				t.Errorf("Stop left %s", s.SocketDir())
			}
		})
	}
}
