// Package localpg starts the private PostgreSQL that `demo`, `serve` and the
// tests use when no DATABASE_URL is given: the initdb and postgres installed on
// the machine, on a folder of our own, over a unix socket that only we may open.
//
// What lies in the folder:
//
//	lock            held with flock by the process that runs the server; its pid
//	pg              the data
//	pg.new…         a first start under way, or an interrupted one
//	run             the socket
//	postgres.log    what the server said since it started
//	postgres.log.1  and the time before
//
// PostgreSQL refuses to run as root, so as root it runs as the owner of the
// data, else as postgres, else as nobody.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Errors that a caller may want to tell apart; each comes wrapped in one line
// that says what is wrong, where, and what to do.
var (
	ErrNoBinaries = errors.New("PostgreSQL is not installed")
	ErrInUse      = errors.New("in use")
	ErrWrongMajor = errors.New("made by another version of PostgreSQL")
	ErrNotStarted = errors.New("PostgreSQL did not start")
)

// Options say where and how PostgreSQL runs. The zero value is the durable
// server of this user's own folder.
type Options struct {
	// Dir is the folder described above; it is made when missing. "" is
	// DefaultDir. One process at a time may run a server on it.
	Dir string

	// Volatile trades safety for speed: nothing waits for the disk, and a crash
	// of the machine loses the data. For tests only.
	Volatile bool

	// Bin is the folder of initdb and postgres. "" is what FindBin finds, or,
	// where Dir holds data already, the installed PostgreSQL of its version.
	Bin string

	// Settings are further PostgreSQL settings, which win over ours
	// (max_connections=100, for one) save for those that keep strangers out.
	Settings map[string]string
}

// Start starts PostgreSQL, for the first time on a folder after creating its
// data, and returns when it takes connections. ctx ends the attempt, and
// nothing after it.
//
// It fails with ErrNoBinaries, ErrInUse (at once: another process runs a server
// there), ErrWrongMajor (the data is untouched), ErrNotStarted (with the end of
// PostgreSQL's log), or a plain error where the folder cannot be used.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	bins, err := candidates(o.Bin, "/")
	if err != nil {
		return nil, err
	}
	c, err := openCluster(o)
	if err != nil {
		return nil, err
	}
	s, err := c.start(ctx, bins)
	if err != nil {
		unlock(c.lock)
		return nil, err
	}
	return s, nil
}

// Temporary starts a throw-away PostgreSQL, volatile, in a folder that Stop
// removes. It fails as Start does; when PostgreSQL did not start, its folder
// stays behind for whoever wants to read the log.
//
// A process that is killed cannot remove its folder, so Temporary removes the
// ones that were left behind an hour ago or more.
func Temporary(ctx context.Context) (*Server, error) {
	if _, err := candidates("", "/"); err != nil {
		return nil, err
	}
	as, err := accountForNew()
	if err != nil {
		return nil, err
	}
	parent := as.temporaryFolder()
	sweep(parent, as)
	dir, err := os.MkdirTemp(parent, temporaryPrefix)
	if err != nil {
		return nil, fmt.Errorf("cannot make a folder for a temporary PostgreSQL: %w", err)
	}
	if err := as.own(dir); err != nil {
		return nil, err
	}
	s, err := Start(ctx, Options{Dir: dir, Volatile: true})
	if err != nil {
		if !errors.Is(err, ErrNotStarted) {
			_ = os.RemoveAll(dir)
		}
		return nil, err
	}
	s.throwAway = true
	return s, nil
}

// DefaultDir is the folder that demo and serve share: /var/lib/appointable as
// root (a home is closed to the user that PostgreSQL then runs as), otherwise
// appointable in the XDG data home. It fails where there is no home folder.
func DefaultDir() (string, error) {
	return defaultDir(os.Geteuid(), os.Getenv("XDG_DATA_HOME"))
}

func defaultDir(uid int, dataHome string) (string, error) {
	if uid == 0 {
		return "/var/lib/appointable", nil
	}
	// The XDG specification has a relative path ignored.
	if filepath.IsAbs(dataHome) {
		return filepath.Join(dataHome, "appointable"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for PostgreSQL's data: user %d has no home folder; set HOME or XDG_DATA_HOME",
			uid)
	}
	return filepath.Join(home, ".local", "share", "appointable"), nil
}
