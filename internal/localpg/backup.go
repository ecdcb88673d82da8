package localpg

// Backups by PostgreSQL's own programs, which lie beside initdb and postgres.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// Dump writes a backup of a database to a file, as pg_dump -Fc does. dsn is a
// URL of a login that may read everything: row-level security must not bind it.
// snapshot names the moment, as pg_export_snapshot gave it; "" is now. It fails with ErrNoBinaries where this machine has no pg_dump, and with what
// pg_dump says, which for a server newer than itself is that it cannot.
func Dump(ctx context.Context, dsn, snapshot, file string) error {
	args := []string{"--format=custom", "--no-password", "--file=" + file}
	if snapshot != "" {
		args = append(args, "--snapshot="+snapshot)
	}
	return client(ctx, "pg_dump", dsn, args...)
}

// Restore reads a backup of Dump into an empty database, in one transaction.
// It fails as Dump does.
func Restore(ctx context.Context, dsn, file string) error {
	return client(ctx, "pg_restore", dsn, "--single-transaction", "--exit-on-error", "--no-password", file)
}

// client runs a program of PostgreSQL on a database. The password is handed
// over in its environment, since everybody on the machine can read a command
// line.
func client(ctx context.Context, program, dsn string, args ...string) error {
	address, err := url.Parse(dsn)
	if err != nil || address.Scheme != "postgres" && address.Scheme != "postgresql" {
		return errors.New("the database address cannot be read; write it as postgres://user@host/database?sslmode=verify-full")
	}
	bin, err := FindBin(ctx)
	if err != nil {
		return err
	}
	path := filepath.Join(bin, program)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%w: there is no %s in %s; %s", ErrNoBinaries, program, bin, howToInstall)
	}
	password, _ := address.User.Password()
	if address.User != nil {
		address.User = url.User(address.User.Username())
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"--dbname=" + address.String()}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("%s failed (%w):\n%s", program, err, lastLines(said.String()))
	}
	return nil
}
