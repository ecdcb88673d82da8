//go:build !linux

package localpg

// What macOS and others can tell of processes.

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent does nothing: only Linux tells a child of its parent's death.
// A postgres that outlives a kill -9 is stopped by the next start.
func dieWithParent(*syscall.SysProcAttr) {}

// localeFlags ask for byte order with Unicode's letters; macOS has no C.UTF-8.
func localeFlags() []string { return []string{"--locale=C", "--lc-ctype=UTF-8"} }

// postgresOn returns the command line of the process if it is a postgres; else
// "". On which folder it runs cannot be told for sure here, so that one that
// happens to have the pid counts as one on the data.
func postgresOn(pid int, _ string) string {
	ps := func(column string) string {
		out, _ := exec.Command("ps", "-ww", "-o", column+"=", "-p", strconv.Itoa(pid)).Output()
		return strings.TrimSpace(string(out))
	}
	if filepath.Base(ps("comm")) != "postgres" || strings.HasPrefix(ps("stat"), "Z") {
		return ""
	}
	return ps("args")
}
