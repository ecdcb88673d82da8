package localpg

// One process at a time on a folder, and what follows from it.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockFolder takes the lock of a folder and writes our pid into it. The kernel
// frees it when the file is closed, and so however this process ends: the
// children do not inherit it. The file itself stays, since removing it would
// let two processes hold two locks of one name.
//
// It fails with ErrInUse at once when another holds the lock.
func lockFolder(dir string, as account) (*os.File, error) {
	f, err := as.open(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the folder of PostgreSQL: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%s is %w by another Appointable, pid %s: stop that one, or choose another folder", dir, ErrInUse, holder(f))
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// unlock frees the folder. A process that is just being started has a copy of
// the file until it executes its program, so closing ours is not enough.
func unlock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	_ = f.Close()
}

// holder reads the pid in a lock that another holds, "unknown" in the moment
// before it is written.
func holder(lock io.ReaderAt) string {
	text := make([]byte, 20)
	n, _ := lock.ReadAt(text, 0)
	pid := strings.TrimSpace(string(text[:n]))
	if pid == "" {
		return "unknown"
	}
	return pid
}

const temporaryPrefix = "appointable-pg-"

// sweep removes the throw-away clusters that killed processes left in parent.
// The hour spares the ones that are being made and hold no lock yet. A
// postgres that still runs there stops when it sees its data gone. What cannot
// be removed is left: nobody waits for it.
func sweep(parent string, as account) {
	entries, _ := os.ReadDir(parent)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.IsDir() || !strings.HasPrefix(entry.Name(), temporaryPrefix) ||
			info.Sys().(*syscall.Stat_t).Uid != as.uid || time.Since(info.ModTime()) < time.Hour {
			continue
		}
		dir := filepath.Join(parent, entry.Name())
		lock, err := lockFolder(dir, as)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(dir)
		unlock(lock)
	}
}
