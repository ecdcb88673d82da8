package localpg

// This test binary as another process: to be killed, or to be another user.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
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
	writeProgram(t, path, text)
	return path
}

// writeProgram writes a file to be executed. A process that another test forks
// meanwhile would hold it open for writing, and the kernel would not run it.
func writeProgram(t *testing.T, path string, text []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	err := os.WriteFile(path, text, 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
}
