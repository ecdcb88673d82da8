package localpg

// Whom PostgreSQL runs as, and what that user may reach.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that PostgreSQL runs as: ourselves, or, when we are root,
// the one we drop to.
type account struct {
	uid, gid uint32
	drop     bool
}

// accountFor returns whom to run PostgreSQL as on a folder, which may not exist
// yet: ourselves; as root the owner of its data, else the owner of the folder
// unless that is root, else postgres, else nobody.
func accountFor(dir string) (account, error) {
	data := filepath.Join(dir, "pg")
	owner, hasData, err := ownerOf(data)
	if err != nil {
		return account{}, err
	}
	if me := os.Geteuid(); me != 0 {
		if hasData && int(owner.uid) != me {
			return account{}, fmt.Errorf("%s belongs to user %d, and this runs as user %d: run it as that user, or choose another folder",
				data, owner.uid, me)
		}
		return accountForNew()
	}
	if hasData {
		if owner.uid == 0 {
			return account{}, fmt.Errorf("%s belongs to root, and PostgreSQL refuses to run as root: chown -R it to another user", data)
		}
		return owner, nil
	}
	if owner, exists, err := ownerOf(dir); err != nil || exists && owner.uid != 0 {
		return owner, err
	}
	return accountForNew()
}

// accountForNew returns whom to run PostgreSQL as where nobody owns anything
// yet.
func accountForNew() (account, error) {
	if me := os.Geteuid(); me != 0 {
		return account{uid: uint32(me), gid: uint32(os.Getegid())}, nil
	}
	return unprivileged("postgres", "nobody")
}

func ownerOf(path string) (owner account, exists bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return account{}, false, nil
	}
	if err != nil {
		return account{}, false, fmt.Errorf("cannot look at the folder of PostgreSQL: %w", err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return account{uid: stat.Uid, gid: stat.Gid, drop: true}, true, nil
}

// unprivileged returns the first of the users that this machine has.
func unprivileged(names ...string) (account, error) {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil || uid == 0 {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return account{uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root, and this machine has none of the users %q to run it as: add one", names)
}

// own gives what we made to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// open opens a file of ours in a folder that may belong to the account, which
// could have put a link there for root to follow.
func (a account) open(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW, 0o600)
	if err != nil || !a.drop {
		return f, err
	}
	return f, f.Chown(int(a.uid), int(a.gid))
}

// run makes cmd run as the account, out of the reach of our terminal's Ctrl-C:
// the server must outlive what still drains.
func (a account) run(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	dieWithParent(cmd.SysProcAttr)
}

// reach tells whether the account can enter a folder, or what exists of the way
// to it: a 0700 home on the way stops it. The mode decides; access lists are
// not looked at.
func (a account) reach(dir string) error {
	if !a.drop {
		return nil
	}
	resolved, err := filepath.EvalSymlinks(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		resolved, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return err
	}
	for at := resolved; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		stat := info.Sys().(*syscall.Stat_t)
		enter := fs.FileMode(0o001)
		switch {
		case stat.Uid == a.uid:
			enter = 0o100
		case stat.Gid == a.gid:
			enter = 0o010
		}
		if info.Mode()&enter == 0 {
			return fmt.Errorf("PostgreSQL cannot run as root, and user %d, whom it would run as, cannot enter %s (mode %04o): choose a folder that does not lie in it",
				a.uid, at, info.Mode().Perm())
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// temporaryFolder is the system's, or /tmp where that is closed to the account.
func (a account) temporaryFolder() string {
	if dir := os.TempDir(); a.reach(dir) == nil {
		return dir
	}
	return "/tmp"
}
