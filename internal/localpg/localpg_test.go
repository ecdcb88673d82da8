package localpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// childDir in the environment makes this test binary the program that a test
// kills or runs as another user: it starts PostgreSQL on the folder, says
// "ready PID" (of postgres) or "error …", and stops it when its input ends.
const childDir = "LOCALPG_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(beChild(dir))
	}
	code := m.Run()
	for _, dir := range append(stopped.free, stopped.first) {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func beChild(dir string) int {
	s, err := Start(context.Background(), Options{Dir: dir, Volatile: true})
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	fmt.Println("ready", s.process.Pid)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// child is this test binary as another process.
type child struct {
	*exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

// startChild runs the child as the account, or as ourselves.
func startChild(t *testing.T, dir string, as *account) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(self)}
	c.Env = append(os.Environ(), childDir+"="+dir)
	c.Stderr = os.Stderr
	if as != nil {
		c.Path = copyOf(t, self)
		c.Dir = "/"
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as.uid, Gid: as.gid}}
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.stdin, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill9)
	return c
}

// says returns the next line of the child.
func (c *child) says(t *testing.T) string {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatalf("the child said nothing more: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// ready returns the pid of the child's postgres.
func (c *child) ready(t *testing.T) int {
	t.Helper()
	line := c.says(t)
	pid, err := strconv.Atoi(strings.TrimPrefix(line, "ready "))
	if err != nil {
		t.Fatalf("the child says: %s", line)
	}
	return pid
}

func (c *child) stop(t *testing.T) {
	t.Helper()
	_ = c.stdin.Close()
	if err := c.Wait(); err != nil {
		t.Fatalf("the child did not stop in good order: %v", err)
	}
}

func (c *child) kill9() {
	_ = c.Process.Kill()
	_ = c.Wait()
}

// copyOf puts a program where every user may run it; go test's own folder is
// closed to others.
func copyOf(t *testing.T, program string) string {
	t.Helper()
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder(t), "localpg.test")
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

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

// eventually waits for what must happen, for as long as a busy machine needs.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for: %s", what)
		}
	}
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

func TestStartKeepsTheData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "not", "there yet")
	s := start(t, Options{Dir: dir})

	if diff := cmp.Diff([]string{"lock", "pg", "postgres.log", "run"}, names(t, dir)); diff != "" {
		t.Errorf("in the folder (-want +got):\n%s", diff)
	}
	as, err := accountForNew()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "pg", "run", "lock", "postgres.log"} {
		path := filepath.Join(dir, name)
		if got := mode(t, path) &^ 0o100 &^ 0o600; got != 0 {
			t.Errorf("%s is open to others: %04o", path, mode(t, path))
		}
		if got := uidOf(t, path); got != as.uid {
			t.Errorf("%s belongs to user %d, want %d", path, got, as.uid)
		}
	}
	if got := mode(t, filepath.Join(s.SocketDir(), ".s.PGSQL.5432")); got != 0o700 {
		t.Errorf("the socket has mode %04o, want 0700", got)
	}
	settings := strings.Fields(ask(t, s, `select current_setting(name) from unnest(array[
		'data_checksums', 'server_encoding', 'fsync', 'synchronous_commit', 'full_page_writes',
		'max_connections', 'TimeZone', 'is_superuser']) as name`))
	if diff := cmp.Diff([]string{"on", "UTF8", "on", "on", "on", "100", "UTC", "on"}, settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got := ask(t, s, "show listen_addresses"); got != "" {
		t.Errorf("listens on %q, want the socket only", got)
	}
	if got, want := ask(t, s, "select 'a' < 'B', upper('é')"), "f|É"; got != want {
		t.Errorf("'a' < 'B', upper('é') = %s, want %s: byte order, Unicode's letters", got, want)
	}

	ask(t, s, "create table kept as select 42 as answer")
	stop(t, s)
	stop(t, s)
	select {
	case <-s.Done():
	default:
		t.Error("Done is open after Stop")
	}
	if exists(filepath.Join(dir, "run")) || exists(filepath.Join(dir, "pg", "postmaster.pid")) {
		t.Errorf("Stop left the socket or postmaster.pid")
	}

	s = start(t, Options{Dir: dir})
	if got := ask(t, s, "select answer from kept"); got != "42" {
		t.Errorf("after a restart the table says %q, want 42", got)
	}
	if log := read(t, filepath.Join(dir, "postgres.log.1")); !strings.Contains(log, "database system is shut down") {
		t.Errorf("the log of the first start does not tell of a clean shutdown:\n%s", log)
	}
}

func TestDSNNamesAnyUserAndDatabase(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: initialised(t), Volatile: true})
	for _, statement := range []string{
		`drop database if exists "trust #1/a b?c=d"`,
		`drop role if exists "o'nurse @ward:5/é?"`,
		`create role "o'nurse @ward:5/é?" login`,
		`create database "trust #1/a b?c=d"`,
	} {
		ask(t, s, statement)
	}
	out, err := psql(t, s.DSN("o'nurse @ward:5/é?", "trust #1/a b?c=d"), "select current_user, current_database()").CombinedOutput()
	if got, want := strings.TrimSpace(string(out)), "o'nurse @ward:5/é?|trust #1/a b?c=d"; err != nil || got != want {
		t.Errorf("connected as %s (%v), want %s", got, err, want)
	}
	if dsn := s.DSN("u", "d"); !strings.Contains(dsn, "sslmode=disable") {
		t.Errorf("DSN is %s, without sslmode=disable", dsn)
	}
}

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

func TestTheLogKeepsValuesOut(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	s := start(t, Options{Dir: dir, Volatile: true})
	ask(t, s, "drop table if exists people; create table people (name text primary key, age int); insert into people values ('Asha Rahman', 41)")
	for _, wrong := range []string{
		"insert into people values ('Asha Rahman', 42)",
		"select * from people where age = 'Asha Rahman'",
		"do $$ begin raise warning 'Asha Rahman'; end $$; select 1/0 -- Asha Rahman",
	} {
		if out, err := psql(t, s.DSN("postgres", "postgres"), wrong).CombinedOutput(); err == nil {
			t.Fatalf("no error from %s: %s", wrong, out)
		}
	}
	stop(t, s)
	if log := read(t, filepath.Join(dir, "postgres.log")); strings.Contains(log, "Asha") {
		t.Errorf("the log holds a name:\n%s", log)
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
	if err := os.WriteFile(filepath.Join(bin, "initdb"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
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

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStopCutShort(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	s := start(t, Options{Dir: dir})
	ask(t, s, "drop table if exists kept; create table kept as select 42 as answer")
	// A stopped backend does not hear of a fast shutdown, nor of SIGQUIT.
	backend := idleBackend(t, s)
	signal(t, backend, syscall.SIGSTOP)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("Stop = %v, want context.Canceled", err)
	}
	if alive(backend) {
		t.Error("Stop left a backend")
	}
	s = start(t, Options{Dir: dir})
	if got := ask(t, s, "select answer from kept"); got != "42" {
		t.Errorf("what was committed before is %q now, want 42", got)
	}
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

func signal(t *testing.T, pid int, what syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, what); err != nil {
		t.Fatal(err)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestDoneWhenPostgresEnds(t *testing.T) {
	t.Parallel()
	dir := initialised(t)

	t.Run("in good order", func(t *testing.T) {
		s := start(t, Options{Dir: dir, Volatile: true})
		signal(t, s.process.Pid, syscall.SIGINT)
		<-s.Done()
		stop(t, s)
	})
	t.Run("killed", func(t *testing.T) {
		s := start(t, Options{Dir: dir, Volatile: true})
		signal(t, s.process.Pid, syscall.SIGKILL)
		<-s.Done()
		err := s.Stop(t.Context())
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "postgres.log")) {
			t.Errorf("Stop = %v, want an error that names the log", err)
		}
		if again := s.Stop(t.Context()); again == nil {
			t.Error("the second Stop forgot the error")
		}
		stop(t, restart(t, dir))
	})
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

func TestTemporary(t *testing.T) {
	parent := folder(t)
	if err := os.Chmod(parent, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", parent)
	as, err := accountForNew()
	if err != nil {
		t.Fatal(err)
	}
	// What killed tests left, and what only looks like it.
	long := time.Now().Add(-2 * time.Hour)
	made := func(name string, modified time.Time) string {
		dir := filepath.Join(parent, name)
		if err := errors.Join(os.MkdirAll(dir+"/pg/base", 0o700), as.own(dir), os.Chtimes(dir, modified, modified)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	made(temporaryPrefix+"1", long)
	made(temporaryPrefix+"2", time.Now())
	made("somebody's", long)
	held := made(temporaryPrefix+"3", long)
	lock, err := lockFolder(held, as)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(lock)
	if err := os.Chtimes(held, long, long); err != nil {
		t.Fatal(err)
	}

	s, err := Temporary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ask(t, s, "show fsync"), "off"; got != want {
		t.Errorf("fsync = %s, want %s", got, want)
	}
	stop(t, s)
	stop(t, s)
	if diff := cmp.Diff([]string{temporaryPrefix + "2", temporaryPrefix + "3", "somebody's"}, names(t, parent)); diff != "" {
		t.Errorf("beside and after it there are (-want +got):\n%s", diff)
	}
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

// A signal to our process group (Ctrl-C in a terminal) is not for postgres: we
// drain first. And the threads of this process come and go; Pdeathsig takes the
// end of the one that started postgres for the end of us.
func TestPostgresOutlivesWhatIsNotItsParent(t *testing.T) {
	t.Parallel()
	dir := initialised(t)
	started := make(chan *Server)
	go func() {
		runtime.LockOSThread() // and no unlock: the thread ends with the goroutine
		s, err := Start(context.Background(), Options{Dir: dir, Volatile: true})
		if err != nil {
			t.Error(err)
		}
		started <- s
	}()
	s := <-started
	if s == nil {
		return
	}
	defer stop(t, s)
	if group, err := syscall.Getpgid(s.process.Pid); err != nil || group == syscall.Getpgrp() {
		t.Errorf("postgres is of our process group, %d (%v)", group, err)
	}
	// All threads that have nothing to do, at once: one might be postgres's.
	var all, wg sync.WaitGroup
	all.Add(50)
	for range 50 {
		wg.Go(func() {
			runtime.LockOSThread()
			all.Done()
			all.Wait()
		})
	}
	wg.Wait()
	select {
	case <-s.Done():
		t.Error("postgres ended with a thread")
	case <-time.After(200 * time.Millisecond):
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/home/asha")
	for _, test := range []struct {
		uid            int
		dataHome, want string
	}{
		{0, "/root/data", "/var/lib/appointable"},
		{1000, "", "/home/asha/.local/share/appointable"},
		{1000, "/data", "/data/appointable"},
		{1000, "relative", "/home/asha/.local/share/appointable"},
	} {
		if got, err := defaultDir(test.uid, test.dataHome); got != test.want || err != nil {
			t.Errorf("defaultDir(%d, %q) = %s, %v, want %s", test.uid, test.dataHome, got, err, test.want)
		}
	}
	t.Setenv("HOME", "")
	if got, err := defaultDir(1000, ""); err == nil {
		t.Errorf("defaultDir without a home = %s, want an error", got)
	}
	if got, err := DefaultDir(); os.Geteuid() == 0 && (got != "/var/lib/appointable" || err != nil) {
		t.Errorf("DefaultDir as root = %s, %v", got, err)
	}
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
