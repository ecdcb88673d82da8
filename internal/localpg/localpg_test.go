package localpg

// The package as demo, serve and the tests use it.

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
