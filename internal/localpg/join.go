package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Join returns the server that another process runs on a folder ("" is
// DefaultDir), for a command that wants to use it while that process serves.
// Stop does nothing to it, and Done never says that it has ended.
//
// It fails with ErrNotStarted where no server takes connections there, and with
// a plain error where the folder cannot be read.
func Join(ctx context.Context, dir string) (*Server, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if dir == "" {
		var err error
		if dir, err = DefaultDir(); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNotStarted, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot see which PostgreSQL runs in %s: %w", dir, err)
	}
	// Its lines: pid, data, start, port, socket folder, network address, shared
	// memory, status.
	lines := strings.Split(string(text), "\n")
	if len(lines) < 8 || strings.TrimSpace(lines[7]) != "ready" || lines[4] == "" {
		return nil, fmt.Errorf("%w in %s: it is still starting, or stopping", ErrNotStarted, dir)
	}
	return &Server{sockets: lines[4]}, nil
}
