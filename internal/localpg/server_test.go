package localpg

// What a running server promises.

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

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
