package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/localpg"
	"appointable/internal/store"
)

// keyFileName is the signing key of the private PostgreSQL's logs, beside its
// data and not in it: a copy of the database alone does not let anybody sign.
const keyFileName = "log-key"

// publishedName is the record of what was published of the logs, beside the
// key and not in the database's data for the same reason: what goes back with
// the database cannot tell that it went back.
const publishedName = "log-published"

func keyFile(c Config) (string, error) { return besideData(c, keyFileName) }

func besideData(c Config, name string) (string, error) {
	dir := c.DataDir
	if dir == "" {
		var err error
		if dir, err = localpg.DefaultDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, name), nil
}

// openPublished opens the record of what was published of the logs, to write,
// and makes it where it is missing.
func openPublished(c Config) (store.Published, error) {
	folder, err := publishedFolder(c)
	if err != nil {
		return store.Published{}, err
	}
	return store.OpenPublished(folder)
}

func publishedFolder(c Config) (string, error) {
	if c.LogPublished != "" {
		return c.LogPublished, nil
	}
	return besideData(c, publishedName)
}

// compareLog refuses what rests on a log that is not the one that was
// published.
func compareLog(ctx context.Context, db *store.DB, who store.Actor, trust string) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	folder, err := publishedFolder(c)
	if err != nil {
		return err
	}
	return db.CompareLog(ctx, who, trust, store.ReadPublished(folder))
}

// makeKeyFile reads the key of the data folder and makes it where it is
// missing.
func makeKeyFile(c Config) (audit.SigningKey, error) {
	path, err := keyFile(c)
	if err != nil {
		return audit.SigningKey{}, err
	}
	// The folder may belong to the user whom PostgreSQL runs as: O_EXCL follows
	// no link of theirs, and reading looks whose the file is.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return audit.SigningKey{}, fmt.Errorf("the key of the log: %w", err)
	}
	key := audit.NewSigningKey()
	_, err = io.WriteString(f, key.Secret()+"\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return audit.SigningKey{}, errors.Join(fmt.Errorf("the key of the log: %w", err), os.Remove(path))
	}
	return key, nil
}

// readKeyFile refuses a key that somebody else may have read or put there.
func readKeyFile(path string) (audit.SigningKey, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return audit.SigningKey{}, fault.New(fault.NotFound, "there is no key of a log in %s; `appointable serve` makes it, or set SEQUENCER_KEY", filepath.Dir(path))
	}
	if err != nil {
		return audit.SigningKey{}, fmt.Errorf("the key of the log: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return audit.SigningKey{}, fmt.Errorf("the key of the log: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 || int(owner) != os.Geteuid() {
		return audit.SigningKey{}, fault.New(fault.Invalid, "%s holds the key of the log and is not for its owner alone; it must belong to user %d with mode 0600", path, os.Geteuid())
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return audit.SigningKey{}, fmt.Errorf("the key of the log: %w", err)
	}
	key, err := audit.ParseSigningKey(string(text))
	if err != nil {
		return audit.SigningKey{}, fault.New(fault.Invalid, "%s: %s", path, err)
	}
	return key, nil
}
