package localpg

// The folder of one PostgreSQL: made, brought into order after whatever
// happened to it, and started.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// port is part of the socket's name; nothing listens on a network.
const port = "5432"

// clusterName marks a postgres as one that this package started, for ps and for
// settle.
const clusterName = "cluster_name=appointable"

// longestSocket is the longest path of a socket in bytes, on macOS, which has
// the smaller room; Linux would take 107.
const longestSocket = 103

// cluster is a locked folder with the data of one PostgreSQL in it.
type cluster struct {
	Options // Dir is absolute
	as      account
	lock    *os.File
}

func (c *cluster) data() string { return filepath.Join(c.Dir, "pg") }

// openCluster makes the folder where it is missing and locks it.
func openCluster(o Options) (*cluster, error) {
	var err error
	if o.Dir == "" {
		o.Dir, err = DefaultDir()
	} else {
		o.Dir, err = filepath.Abs(o.Dir)
	}
	if err != nil {
		return nil, err
	}
	c := &cluster{Options: o}
	if c.as, err = accountFor(o.Dir); err != nil {
		return nil, err
	}
	if err := c.as.reach(o.Dir); err != nil {
		return nil, err
	}
	if err := c.makeFolder(); err != nil {
		return nil, fmt.Errorf("cannot make the folder of PostgreSQL: %w", err)
	}
	// One folder, one path: awaitEnd knows ours by it.
	if c.Dir, err = filepath.EvalSymlinks(c.Dir); err != nil {
		return nil, fmt.Errorf("cannot use the folder of PostgreSQL: %w", err)
	}
	// Once more: an odd umask may have closed what was just made.
	if err := c.as.reach(c.Dir); err != nil {
		return nil, err
	}
	c.lock, err = lockFolder(c.Dir, c.as)
	return c, err
}

// makeFolder makes Dir for the account alone, and what it lies in for all, as
// the account must get through.
func (c *cluster) makeFolder() error {
	if err := os.MkdirAll(filepath.Dir(c.Dir), 0o755); err != nil {
		return err
	}
	err := os.Mkdir(c.Dir, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.as.own(c.Dir)
}

// start brings the folder into order and PostgreSQL up.
func (c *cluster) start(ctx context.Context, bins []string) (*Server, error) {
	major, err := majorOfData(c.data())
	if err != nil {
		return nil, err
	}
	if c.Bin, err = choose(ctx, bins, major); errors.Is(err, ErrWrongMajor) {
		return nil, fmt.Errorf("the data in %s was %w: install PostgreSQL %d, or choose another folder; the data is untouched",
			c.data(), err, major)
	} else if err != nil {
		return nil, err
	}
	if err := c.as.reach(c.Bin); err != nil {
		return nil, err
	}
	if err := c.removeUnfinished(); err != nil {
		return nil, err
	}
	if major == 0 {
		if err := c.initialise(ctx); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(c.data(), 0o700); err != nil {
		return nil, fmt.Errorf("cannot close PostgreSQL's data to others: %w", err)
	}
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	return c.launch(ctx)
}

// removeUnfinished removes what interrupted first starts left.
func (c *cluster) removeUnfinished() error {
	entries, err := os.ReadDir(c.Dir)
	for _, entry := range entries {
		if err == nil && strings.HasPrefix(entry.Name(), "pg.new") {
			err = os.RemoveAll(filepath.Join(c.Dir, entry.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("cannot clear away an interrupted first start: %w", err)
	}
	return nil
}

// initialise creates the data under another name and renames it when it is
// whole, so that what is called pg is never half made. The name is fresh each
// time: the initdb of a killed first start may still be writing to the old one.
func (c *cluster) initialise(ctx context.Context) error {
	fresh, err := os.MkdirTemp(c.Dir, "pg.new")
	if err != nil {
		return fmt.Errorf("cannot make the folder of PostgreSQL: %w", err)
	}
	defer func() { _ = os.RemoveAll(fresh) }() // gone already, when all is well
	if err := c.as.own(fresh); err != nil {
		return err
	}
	args := append(localeFlags(), "-D", fresh, "-U", "postgres", "--auth=trust", "-E", "UTF8",
		"--data-checksums", "--no-instructions")
	if c.Volatile {
		args = append(args, "--no-sync")
	}
	cmd := c.command(ctx, "initdb", args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	ended, err := begin(cmd)
	if err == nil {
		err = <-ended
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: cannot create its data in %s: %s/initdb failed (%w):\n%s",
			ErrNotStarted, c.Dir, c.Bin, err, lastLines(said.String()))
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("cannot put PostgreSQL's data in place: %w", err)
	}
	return syncFolder(c.Dir)
}

// syncFolder makes a rename in the folder outlast a crash of the machine.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// settle makes sure that no postgres runs on the data, and that postgres will
// believe it.
//
// We hold the lock, so a postgres that does run was left behind by a process
// that was killed, and on Linux it is shutting down already. The pid in
// postmaster.pid may also be that of a stranger who got it after a crash of the
// machine, or unreadable, cut short by the crash; both make postgres refuse to
// start. Removing the file would also remove its note of the shared memory, by
// which postgres sees that a backend is still alive. So our own pid goes in
// front of that note: postgres takes its parent's pid for a stale one.
func (c *cluster) settle(ctx context.Context) error {
	f, err := c.as.open(filepath.Join(c.data(), "postmaster.pid"), os.O_RDWR)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot tell whether a PostgreSQL runs: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("cannot tell whether a PostgreSQL runs: %w", err)
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil && pid != 0 {
		// A postgres in single-user mode writes its pid as a negative number.
		if err := c.awaitEnd(ctx, max(pid, -pid)); err != nil {
			return err
		}
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0)
	return err
}

// awaitEnd returns when no postgres of ours runs on the data under the pid any
// more; it fails with ErrInUse when somebody else started it.
func (c *cluster) awaitEnd(ctx context.Context, pid int) error {
	for asked := false; ; {
		line := postgresOn(pid, c.data())
		if line == "" {
			return nil
		}
		if !strings.Contains(line, clusterName) || !strings.Contains(line, c.data()) {
			return fmt.Errorf("%s is %w by a postgres that Appointable did not start, pid %d: stop it with kill -INT %d",
				c.data(), ErrInUse, pid, pid)
		}
		if !asked {
			if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("cannot stop the postgres that a killed Appointable left, pid %d: %w", pid, err)
			}
			asked = true
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// launch starts postgres and waits until it takes connections.
func (c *cluster) launch(ctx context.Context) (*Server, error) {
	log, err := c.newLog()
	if err != nil {
		return nil, fmt.Errorf("cannot open PostgreSQL's log: %w", err)
	}
	defer func() { _ = log.Close() }() // postgres has its own copy
	sockets, err := c.socketFolder()
	if err != nil {
		return nil, fmt.Errorf("cannot make the folder of PostgreSQL's socket: %w", err)
	}
	// Not CommandContext: ctx is for the start, and the server outlives it.
	cmd := c.command(context.WithoutCancel(ctx), "postgres", c.args(sockets)...)
	cmd.Stdout, cmd.Stderr = log, log
	ended, err := begin(cmd)
	if err != nil {
		_ = os.RemoveAll(sockets)
		return nil, fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	s := &Server{cluster: c, sockets: sockets, log: log.Name(), process: cmd.Process, done: make(chan struct{})}
	go s.await(ended)
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// socketFolder makes the folder of the socket anew, which also removes the
// socket and its .lock that a crash left: no postgres runs on the data, so they
// are nobody's. A path that does not fit in a socket's address, and one with a
// comma, which clients take for a list of hosts, is replaced by a temporary
// folder.
func (c *cluster) socketFolder() (string, error) {
	run := filepath.Join(c.Dir, "run")
	if err := os.RemoveAll(run); err != nil {
		return "", err
	}
	var err error
	if len(run+"/.s.PGSQL."+port) > longestSocket || strings.Contains(run, ",") {
		run, err = os.MkdirTemp(c.shortFolder(), "appointable-socket-")
	} else {
		err = os.Mkdir(run, 0o700)
	}
	if err != nil {
		return "", err
	}
	return run, c.as.own(run)
}

// shortFolder is where a socket fits for certain.
func (c *cluster) shortFolder() string {
	if dir := c.as.temporaryFolder(); len(dir) <= 60 && !strings.Contains(dir, ",") {
		return dir
	}
	return "/tmp"
}

// newLog begins a log and keeps the one before, so that what it ends with is
// always of this start.
func (c *cluster) newLog() (*os.File, error) {
	path := filepath.Join(c.Dir, "postgres.log")
	if err := os.Rename(path, path+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return c.as.open(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND)
}

// args are postgres's: first ours, then the caller's, then the ones that keep
// others out and that this package relies on. The last of a name counts.
func (c *cluster) args(sockets string) []string {
	settings := []string{
		"max_connections=100",
		"timezone=UTC",
		"log_timezone=UTC",
		// An ERROR goes to the client; in the log its text, its detail and its
		// statement would show values, of which some are people's names.
		"log_min_messages=log",
		"log_checkpoints=off",
	}
	if c.Volatile {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	var further []string
	for name, value := range c.Settings {
		further = append(further, name+"="+value)
	}
	slices.Sort(further)
	settings = append(settings, further...)
	settings = append(settings,
		"listen_addresses=",
		"port="+port,
		`unix_socket_directories="`+strings.ReplaceAll(sockets, `"`, `""`)+`"`,
		"unix_socket_permissions=0700",
		"logging_collector=off",
		"log_destination=stderr",
		clusterName,
	)
	args := []string{"-D", c.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// command is a program of PostgreSQL run as the account. Of our environment it
// sees only where programs and libraries lie: PG… variables would change what
// it does, and our secrets are not for the account to read.
func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.Bin, program), args...)
	cmd.Dir = "/" // ours may be closed to the account
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	c.as.run(cmd)
	// initdb's children are of its group, and must not write on when it is gone.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// begin starts cmd; the channel gives what Wait returns. The child's Pdeathsig
// fires when the thread that started it ends, not the process, and Go ends
// threads as it pleases: so a goroutine that keeps its thread to itself starts
// the child and stays until it has exited.
func begin(cmd *exec.Cmd) (<-chan error, error) {
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return ended, <-started
}
