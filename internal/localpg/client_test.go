package localpg

// Servers that a test starts, and their clients.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start starts a server that the test's end stops.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Fatalf("Stop: %v", err)
	}
}

// restart starts a server whose predecessor was killed, as soon as the
// predecessor's processes have noticed.
func restart(t *testing.T, dir string) *Server {
	t.Helper()
	var s *Server
	var err error
	eventually(t, "the end of the processes of a killed server", func() bool {
		s, err = Start(t.Context(), Options{Dir: dir, Volatile: true})
		return err == nil || !strings.Contains(err.Error(), "still in use")
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// psql is a client, run as ourselves.
func psql(t *testing.T, dsn, sql string) *exec.Cmd {
	t.Helper()
	bin, err := FindBin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c", sql)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	return cmd
}

// ask returns what a statement gives, as psql prints it.
func ask(t *testing.T, s *Server, sql string) string {
	t.Helper()
	out, err := psql(t, s.DSN("postgres", "postgres"), sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

// idleBackend connects a client, and returns the pid of the process that serves
// it.
func idleBackend(t *testing.T, s *Server) int {
	t.Helper()
	client := psql(t, s.DSN("postgres", "postgres"), "select pg_sleep(3600)")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Process.Kill()
		_ = client.Wait()
	})
	var pid string
	eventually(t, "a client at work", func() bool {
		pid = ask(t, s, "select pid from pg_stat_activity where query like '%3600%' and pid <> pg_backend_pid()")
		return pid != ""
	})
	backend, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

// eventually waits for what must happen, for as long as a busy machine needs.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for: %s", what)
		}
	}
}

func signal(t *testing.T, pid int, what syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, what); err != nil {
		t.Fatal(err)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
