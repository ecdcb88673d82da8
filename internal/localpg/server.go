package localpg

// A PostgreSQL that runs: how to reach it, and how to stop it.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is a running PostgreSQL. Its superuser is postgres, without a
// password: whoever may open the socket may do everything.
type Server struct {
	cluster   *cluster
	sockets   string
	log       string
	process   *os.Process
	throwAway bool // Stop removes the folder

	done chan struct{}
	exit error // how postgres ended; to be read when done is closed
}

// DSN is the address of a database for a user (a role of PostgreSQL), as a URL
// that lib/pq and psql take.
func (s *Server) DSN(user, database string) string {
	query := url.Values{"host": {s.sockets}, "port": {port}, "sslmode": {"disable"}}
	// libpq takes a plus sign for itself, not for a space.
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20")
	dsn := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: encoded}
	return dsn.String()
}

// SocketDir is the folder of the socket: the host of a connection; its port is
// 5432.
func (s *Server) SocketDir() string { return s.sockets }

// Done is closed when PostgreSQL has exited, whether Stop asked it to or not;
// Stop then says how it ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop shuts PostgreSQL down, breaking off what its clients do, and returns
// when it has exited; the folder is then free for another start. When ctx ends
// first, PostgreSQL is cut short: it loses nothing that was committed, and
// recovers at the next start. Stop may be called again, and by several at once.
//
// It fails when PostgreSQL was cut short, or ended in bad order of itself (the
// folder of a temporary server then stays, for its log).
func (s *Server) Stop(ctx context.Context) error {
	if s.process == nil {
		return nil // another's, which we joined
	}
	err := s.shutDown(ctx)
	if s.exit != nil {
		return fmt.Errorf("PostgreSQL ended badly: %w", s.exit)
	}
	if s.throwAway {
		return errors.Join(err, os.RemoveAll(s.cluster.Dir))
	}
	return err
}

// shutDown returns when postgres has exited, with an error if that was not
// before ctx ended.
func (s *Server) shutDown(ctx context.Context) error {
	if s.process.Signal(syscall.SIGINT) == nil {
		select {
		case <-s.done:
		case <-ctx.Done():
			_ = s.process.Signal(syscall.SIGQUIT)
			<-s.done // within seconds: postgres kills children that dally
			return fmt.Errorf("PostgreSQL was cut short, and recovers at the next start: %w", context.Cause(ctx))
		}
	}
	<-s.done
	return nil
}

// await gives everything back when postgres has exited.
func (s *Server) await(ended <-chan error) {
	if err := <-ended; err != nil {
		s.exit = fmt.Errorf("%w; its log %s ends:\n%s", err, s.log, lastLinesOf(s.log))
	}
	_ = os.RemoveAll(s.sockets)
	unlock(s.cluster.lock)
	close(s.done)
}

// ready waits until postgres takes connections, as pg_ctl does: by the line of
// postmaster.pid that says so, below postgres's own pid. Stops it when ctx ends.
func (s *Server) ready(ctx context.Context) error {
	for {
		select {
		case <-s.done:
			if s.exit == nil {
				return fmt.Errorf("%w: it was told to stop", ErrNotStarted)
			}
			return fmt.Errorf("%w: %w", ErrNotStarted, s.exit)
		case <-ctx.Done():
			_ = s.process.Signal(syscall.SIGQUIT)
			<-s.done
			return context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
		text, err := os.ReadFile(filepath.Join(s.cluster.data(), "postmaster.pid"))
		if err != nil {
			continue // not written yet
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) >= 8 && lines[0] == strconv.Itoa(s.process.Pid) && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
	}
}

// lastLinesOf is the end of a log, which is where it says what was wrong.
func lastLinesOf(log string) string {
	text, err := os.ReadFile(log)
	if err != nil {
		return err.Error()
	}
	return lastLines(string(text))
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
