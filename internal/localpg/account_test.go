package localpg

// Root, an ordinary user, and the neighbours.

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func needRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: " + why)
	}
}

// otherUser is an ordinary user, and not the one whom root runs postgres as.
func otherUser(t *testing.T) account {
	t.Helper()
	service, err := accountForNew()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nobody", "daemon"} {
		if other, err := unprivileged(name); err == nil && other.uid != service.uid {
			return other
		}
	}
	t.Fatal("this machine has no user nobody or daemon to become")
	return account{}
}

// ownedBy is an empty folder of the account's.
func ownedBy(t *testing.T, as account) string {
	t.Helper()
	dir := filepath.Join(folder(t), "own")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := as.own(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func uidOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}

// The tests in which it matters who runs them, once more.
func TestAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	needRoot(t, "to become another user; the rest of this run is the test")
	as := otherUser(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := ownedBy(t, as)
	tests := []string{
		"TestStartKeepsTheData", "TestTheEnvironmentStaysOut", "TestTemporary", "TestParentKilled",
		"TestFirstStartInterrupted", "TestTwoStartsAtOnce", "TestInUseNamesTheHolder", "TestStalePostmasterPid",
		"TestStaleSocketLock", "TestAnOrphanIsStopped", "TestSocketOfAnAwkwardPath",
	}
	cmd := exec.Command(copyOf(t, self), "-test.v", "-test.run", "^("+strings.Join(tests, "|")+")$", "-test.timeout", "5m")
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as.uid, Gid: as.gid}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, test := range tests {
		if err == nil && !strings.Contains(string(out), "--- PASS: "+test+" ") {
			t.Errorf("%s did not run as an ordinary user", test)
		}
	}
}

func TestRootStepsDown(t *testing.T) {
	t.Parallel()
	needRoot(t, "an ordinary user has nobody to step down to")
	other := otherUser(t)
	service, err := accountForNew()
	if err != nil {
		t.Fatal(err)
	}
	if u, err := user.Lookup("postgres"); err == nil && u.Uid != fmt.Sprint(service.uid) {
		t.Errorf("root's postgres runs as %d, want the user postgres, %s", service.uid, u.Uid)
	}
	if got, err := unprivileged("no such user", "nobody"); err != nil || got.uid == 0 {
		t.Errorf("without a user postgres it is %+v, %v, want nobody", got, err)
	}
	if got, err := unprivileged("no such user", "root"); err == nil {
		t.Errorf("with neither it is %+v, want an error", got)
	}
	for _, test := range []struct {
		name string
		dir  string
		want account
	}{
		{"nothing there yet", filepath.Join(folder(t), "data"), service},
		{"a folder of root", folder(t), service},
		{"a folder of a user", ownedBy(t, other), other},
	} {
		if got, err := accountFor(test.dir); got != test.want || err != nil {
			t.Errorf("%s: PostgreSQL runs as %+v, %v, want %+v", test.name, got, err, test.want)
		}
	}
}

func TestRootRunsAsTheOwnerOfTheData(t *testing.T) {
	t.Parallel()
	needRoot(t, "to run on the data of another user")
	other := otherUser(t)
	dir := ownedBy(t, other)
	theOwnerStarts := func() {
		t.Helper()
		c := startChild(t, dir, &other)
		c.ready(t)
		c.stop(t)
	}
	rootStarts := func() {
		t.Helper()
		s := start(t, Options{Dir: dir, Volatile: true})
		for _, path := range []string{"pg", "lock", "postgres.log", "run", "run/.s.PGSQL.5432"} {
			if got := uidOf(t, filepath.Join(dir, path)); got != other.uid {
				t.Errorf("%s belongs to user %d, want the owner of the data, %d", path, got, other.uid)
			}
		}
		stop(t, s)
	}
	theOwnerStarts()
	rootStarts()
	theOwnerStarts() // root did not shut the owner out

	// The owner of the data counts, not that of the folder.
	if err := os.Lchown(dir, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	rootStarts()
}

func TestUnusableOwnersAndFolders(t *testing.T) {
	t.Parallel()
	needRoot(t, "to make files of other users")
	other := otherUser(t)
	dir := initialised(t)
	data := filepath.Join(dir, "pg")
	owner, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("data of another user", func(t *testing.T) {
		c := startChild(t, dir, &other)
		if got, want := c.says(t), "error "+data+" belongs to user"; !strings.HasPrefix(got, want) {
			t.Errorf("the child says %q, want %q", got, want)
		}
	})
	t.Run("data of root", func(t *testing.T) {
		if err := os.Lchown(data, 0, 0); err != nil {
			t.Fatal(err)
		}
		_, err := Start(t.Context(), Options{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "belongs to root") {
			t.Errorf("Start = %v, want that the data belongs to root", err)
		}
		if err := owner.own(data); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a link for root to follow", func(t *testing.T) {
		precious := filepath.Join(folder(t), "precious")
		if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"lock", "postgres.log", "run", "pg/postmaster.pid"} {
			link := filepath.Join(dir, name)
			_ = os.RemoveAll(link)
			if err := os.Symlink(precious, link); err != nil {
				t.Fatal(err)
			}
			s, err := Start(t.Context(), Options{Dir: dir, Volatile: true})
			if err == nil {
				stop(t, s)
			}
			if got := read(t, precious); got != "precious" || uidOf(t, precious) != 0 {
				t.Errorf("through %s: root changed a file of its own to %q", name, got)
			}
			_ = os.RemoveAll(link)
		}
	})
	t.Run("a folder in a closed home", func(t *testing.T) {
		home := folder(t)
		if err := os.Chmod(home, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Start(t.Context(), Options{Dir: filepath.Join(home, "data")})
		if err == nil || !strings.Contains(err.Error(), "cannot enter "+home+" ") {
			t.Errorf("Start = %v, want that %s is closed", err, home)
		}
		if left := names(t, home); len(left) != 0 {
			t.Errorf("left in %s: %q", home, left)
		}
	})
}

// Not parallel: the umask is the whole process's.
func TestRootsUmaskClosesTheWay(t *testing.T) {
	needRoot(t, "only root's postgres is another user")
	parent := filepath.Join(folder(t), "new")
	defer syscall.Umask(syscall.Umask(0o077))
	_, err := Start(t.Context(), Options{Dir: filepath.Join(parent, "data")})
	if err == nil || !strings.Contains(err.Error(), "cannot enter "+parent+" ") {
		t.Errorf("Start = %v, want that %s is closed", err, parent)
	}
}

func TestTemporaryFolderWhereRootsIsClosed(t *testing.T) {
	needRoot(t, "only root's postgres is another user")
	as, err := accountForNew()
	if err != nil {
		t.Fatal(err)
	}
	open := folder(t)
	t.Setenv("TMPDIR", open)
	if got := as.temporaryFolder(); got != open {
		t.Errorf("temporaryFolder = %s, want TMPDIR, %s", got, open)
	}
	if err := os.Chmod(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := as.temporaryFolder(); got != "/tmp" {
		t.Errorf("temporaryFolder = %s, want /tmp: %s is closed to PostgreSQL's user", got, open)
	}
}

func TestAnotherLocalUserIsRefused(t *testing.T) {
	t.Parallel()
	needRoot(t, "to become another user")
	other := otherUser(t)
	dir := initialised(t)
	s := start(t, Options{Dir: dir, Volatile: true})
	connect := func(as account) (string, error) {
		cmd := psql(t, s.DSN("postgres", "postgres"), "select 42")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as.uid, Gid: as.gid}}
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	owner, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := connect(owner); err != nil || got != "42" {
		t.Fatalf("the owner is answered %q (%v), want 42: the refusals below would prove nothing", got, err)
	}
	if got, err := connect(other); err == nil || !strings.Contains(got, "Permission denied") {
		t.Errorf("another user is answered %q (%v), want Permission denied", got, err)
	}
	// The socket itself is the second fence.
	if err := os.Chmod(s.SocketDir(), 0o711); err != nil {
		t.Fatal(err)
	}
	if got, err := connect(other); err == nil || !strings.Contains(got, "Permission denied") {
		t.Errorf("with the folder open another user is answered %q (%v), want Permission denied", got, err)
	}
}
