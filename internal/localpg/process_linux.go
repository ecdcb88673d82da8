package localpg

// What only Linux can tell of processes.

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dieWithParent has the kernel send a fast shutdown to the child when we die,
// even of kill -9. "We" is the thread that starts it: see begin.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// localeFlags ask for byte order with Unicode's letters.
func localeFlags() []string { return []string{"--locale=C.UTF-8"} }

// postgresOn returns the command line of the process if it is a postgres that
// runs on the data folder, which is its working folder; else "".
func postgresOn(pid int, data string) string {
	proc := fmt.Sprintf("/proc/%d/", pid)
	name, err := os.ReadFile(proc + "comm")
	if err != nil || strings.TrimSpace(string(name)) != "postgres" {
		return ""
	}
	// Fails for a process of another user, and one who does not own the data
	// cannot run on it; and for one that has exited and is not yet reaped.
	working, err := os.Stat(proc + "cwd")
	if err != nil {
		return ""
	}
	folder, err := os.Stat(data)
	if err != nil || !os.SameFile(working, folder) {
		return ""
	}
	line, err := os.ReadFile(proc + "cmdline")
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(line), "\x00", " ")
}
