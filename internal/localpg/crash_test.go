package localpg

// What is found after a kill or a crash of the machine, and what two at once do
// to each other.

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParentKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "linux" {
		t.Run("stops PostgreSQL", func(t *testing.T) {
			t.Parallel()
			dir := initialised(t)
			c := startChild(t, dir, nil)
			c.ready(t)
			c.kill9()
			eventually(t, "the clean end of postgres", func() bool {
				return strings.Contains(read(t, filepath.Join(dir, "postgres.log")), "database system is shut down")
			})
		})
	}
	t.Run("leaves the folder to the next start at once", func(t *testing.T) {
		t.Parallel()
		dir := initialised(t)
		c := startChild(t, dir, nil)
		c.ready(t)
		c.kill9()
		s := start(t, Options{Dir: dir, Volatile: true})
		if got := ask(t, s, "select 42"); got != "42" {
			t.Errorf("the server answers %q", got)
		}
		if log := read(t, filepath.Join(dir, "postgres.log.1")); !strings.Contains(log, "database system is shut down") {
			t.Errorf("the postgres before did not end in good order:\n%s", log)
		}
	})
}

func TestFirstStartInterrupted(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := startChild(t, dir, nil)
	eventually(t, "initdb at work", func() bool { return len(glob(t, dir+"/pg.new*/base/1")) > 0 })
	c.kill9()
	if exists(filepath.Join(dir, "pg")) {
		t.Fatal("the data was whole before the kill; the test staged nothing")
	}
	// What a machine's crash leaves: no initdb cleans up behind itself then.
	if err := os.MkdirAll(filepath.Join(dir, "pg.new", "base", "1"), 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir, Volatile: true})
	if diff := cmp.Diff([]string{"lock", "pg", "postgres.log", "run"}, names(t, dir)); diff != "" {
		t.Errorf("in the folder (-want +got):\n%s", diff)
	}
}

func TestTwoStartsAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	var wg sync.WaitGroup
	servers, refusals := make(chan *Server, 4), make(chan error, 4)
	for range 4 {
		wg.Go(func() {
			if s, err := Start(t.Context(), Options{Dir: dir, Volatile: true}); err == nil {
				servers <- s
			} else {
				refusals <- err
			}
		})
	}
	wg.Wait()
	close(refusals)
	if len(servers) != 1 {
		t.Fatalf("%d of 4 starts at once succeeded, want 1; refusals: %d", len(servers), len(refusals))
	}
	for err := range refusals {
		if !errors.Is(err, ErrInUse) {
			t.Errorf("Start = %v, want ErrInUse", err)
		}
	}
	stop(t, <-servers)
}

func TestInUseNamesTheHolder(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	c := startChild(t, dir, nil)
	c.ready(t)
	_, err := Start(t.Context(), Options{Dir: dir})
	want := fmt.Sprintf("%s is in use by another Appointable, pid %d", dir, c.Process.Pid)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), want) {
		t.Errorf("Start = %v, want ErrInUse: %s", err, want)
	}
	c.stop(t)
	start(t, Options{Dir: dir, Volatile: true})
}

// stranger is a process of the user who runs postgres: only such a one makes
// postgres take a stale pid for a live server.
func stranger(t *testing.T, dir string) int {
	t.Helper()
	as, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sleep", "3600")
	cmd.Dir = "/"
	as.run(cmd)
	if _, err := begin(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd.Process.Pid
}

func TestStalePostmasterPid(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	s := start(t, Options{Dir: dir, Volatile: true})
	pidFile := filepath.Join(dir, "pg", "postmaster.pid")
	running := read(t, pidFile)
	_, rest, _ := strings.Cut(running, "\n")
	stop(t, s)

	stranger := stranger(t, dir)
	// A postgres, and not one of this folder.
	other := start(t, Options{Dir: initialised(t), Volatile: true})
	for _, test := range []struct{ name, text string }{
		{"of nobody", running},
		{"of a foreign process", fmt.Sprintf("%d\n%s", stranger, rest)},
		{"of a foreign process, single-user", fmt.Sprintf("-%d\n%s", stranger, rest)},
		{"of another PostgreSQL", fmt.Sprintf("%d\n%s", other.process.Pid, rest)},
		{"ours", fmt.Sprintf("%d\n%s", os.Getpid(), rest)},
		{"empty", ""},
		{"zeros", strings.Repeat("\x00", len(running))},
		{"without an end of line", strconv.Itoa(stranger)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(pidFile, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			as, err := accountFor(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := as.own(pidFile); err != nil {
				t.Fatal(err)
			}
			if test.name == "of another PostgreSQL" && runtime.GOOS != "linux" {
				// Any postgres with the pid counts as one on the data there.
				if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
					t.Errorf("Start = %v, want ErrInUse", err)
				}
				return
			}
			s := start(t, Options{Dir: dir, Volatile: true})
			if got := ask(t, s, "select 42"); got != "42" {
				t.Errorf("the server answers %q", got)
			}
			stop(t, s)
		})
	}
	if !alive(stranger) {
		t.Error("the foreign process was killed")
	}
	if got := ask(t, other, "select 42"); got != "42" {
		t.Errorf("the other PostgreSQL answers %q", got)
	}
}

func TestSettleKeepsTheNoteOfTheSharedMemory(t *testing.T) {
	t.Parallel()
	c := cluster{Options: Options{Dir: folder(t)}}
	pidFile := filepath.Join(c.data(), "postmaster.pid")
	if err := os.Mkdir(c.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	const rest = "/data/pg\n1767225600\n5432\n/data/run\n\n  1234567         8\nready   \n"
	if err := os.WriteFile(pidFile, []byte("4194304\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strconv.Itoa(os.Getpid())+"\n"+rest, read(t, pidFile)); diff != "" {
		t.Errorf("postmaster.pid (-want +got):\n%s", diff)
	}
}

// The rest of postmaster.pid is how postgres knows that a process of a killed
// server still writes to the data; the rule is never to remove it.
func TestABackendThatOutlivesItsServer(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	s := start(t, Options{Dir: dir, Volatile: true})
	backend := idleBackend(t, s)
	signal(t, backend, syscall.SIGSTOP)
	t.Cleanup(func() { _ = syscall.Kill(backend, syscall.SIGKILL) })
	signal(t, s.process.Pid, syscall.SIGKILL)
	<-s.Done()

	_, err := Start(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), "still in use") {
		t.Fatalf("Start = %v, want ErrNotStarted, the shared memory being still in use", err)
	}
	signal(t, backend, syscall.SIGKILL)
	stop(t, restart(t, dir))
}

// onItsOwn runs postgres as nobody's child, on the folder's data.
func onItsOwn(t *testing.T, dir string, args ...string) int {
	t.Helper()
	bin, err := FindBin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	as, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := as.own(run); err != nil {
		t.Fatal(err)
	}
	c := cluster{Options: Options{Dir: dir, Bin: bin}, as: as}
	if len(args) == 0 {
		args = c.args(run)
	}
	cmd := c.command(t.Context(), "postgres", args...)
	if _, err := begin(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	eventually(t, "a postgres that is up", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
		return strings.Contains(string(text), "ready")
	})
	return cmd.Process.Pid
}

// Where the kernel does not stop an orphan, the next start does.
func TestAnOrphanIsStopped(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	orphan := onItsOwn(t, dir)
	start(t, Options{Dir: dir, Volatile: true})
	eventually(t, "the end of the orphan", func() bool { return !alive(orphan) })
}

func TestAPostgresOfSomebodyElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	run := filepath.Join(dir, "run")
	theirs := onItsOwn(t, dir, "-D", filepath.Join(dir, "pg"), "-k", run, "-c", "listen_addresses=")
	before := read(t, filepath.Join(dir, "pg", "postmaster.pid"))

	_, err := Start(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(theirs)) {
		t.Errorf("Start = %v, want ErrInUse with pid %d", err, theirs)
	}
	if !alive(theirs) || !exists(filepath.Join(run, ".s.PGSQL.5432")) {
		t.Error("the other server was harmed")
	}
	if diff := cmp.Diff(before, read(t, filepath.Join(dir, "pg", "postmaster.pid"))); diff != "" {
		t.Errorf("its postmaster.pid was changed (-before +after):\n%s", diff)
	}
	signal(t, theirs, syscall.SIGINT)
	eventually(t, "the end of the other server", func() bool { return !alive(theirs) })
	start(t, Options{Dir: dir, Volatile: true})
}

func TestStaleSocketLock(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o755); err != nil {
		t.Fatal(err)
	}
	lock := fmt.Sprintf("%d\n%s/pg\n0\n5432\n%s\n", stranger(t, dir), dir, run)
	for name, text := range map[string]string{".s.PGSQL.5432.lock": lock, ".s.PGSQL.5432": ""} {
		if err := os.WriteFile(filepath.Join(run, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, Options{Dir: dir, Volatile: true})
	if got := ask(t, s, "select 42"); got != "42" {
		t.Errorf("the server answers %q", got)
	}
	if got := mode(t, run); got != 0o700 {
		t.Errorf("the socket's folder has mode %04o, want 0700", got)
	}
}

func TestOpenedDataIsClosedAgain(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	if err := os.Chmod(filepath.Join(dir, "pg"), 0o777); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir, Volatile: true})
	if got := mode(t, filepath.Join(dir, "pg")); got != 0o700 {
		t.Errorf("the data has mode %04o, want 0700", got)
	}
}
