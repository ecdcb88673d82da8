package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// The key is made once, for its owner alone, and no other file is believed.
func TestKeyFile(t *testing.T) {
	c := Config{DataDir: t.TempDir()}
	path := filepath.Join(c.DataDir, keyFileName)
	made, err := makeKeyFile(c)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	again, err := makeKeyFile(c)
	if err != nil || again != made {
		t.Errorf("the key has changed: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := makeKeyFile(c); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("cut"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := makeKeyFile(c); !fault.Is(err, fault.Invalid) {
		t.Errorf("half a key: %v", err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(os.Remove(path), os.Symlink(elsewhere, path)); err != nil {
		t.Fatal(err)
	}
	if _, err := makeKeyFile(c); err == nil {
		t.Error("a link is followed")
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("a link is followed to be written")
	}
}

func TestSequencerSettings(t *testing.T) {
	one, two := audit.NewSigningKey(), audit.NewSigningKey()
	c := Config{SequencerKey: " " + one.Secret() + " " + two.Secret() + "\n", PublicURL: "https://appointable.example.nhs.uk/x"}
	keys, err := c.signingKeys()
	if err != nil || len(keys) != 2 || keys[0] != one || keys[1] != two {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if name, err := c.logName(); err != nil || name != "appointable.example.nhs.uk" {
		t.Errorf("the log is named %q, %v", name, err)
	}
	c.LogName = "north"
	if name, _ := c.logName(); name != "north" {
		t.Errorf("the log is named %q", name)
	}
	// Without its address there is none, and /readyz says so.
	s, err := (&database{web: "x"}).openSequencer(t.Context(), c)
	if s != nil || err != nil || !strings.Contains(strings.Join(off(nil, s, nil), " "), "sequencer") {
		t.Errorf("%v, %v, off: %v", s, err, off(nil, s, nil))
	}
	vault, err := (&database{web: "x"}).openVault(t.Context())
	if vault != nil || err != nil || !strings.Contains(strings.Join(off(vault, s, nil), " "), "monitoring") {
		t.Errorf("%v, %v, off: %v", vault, err, off(vault, s, nil))
	}
	// With it, a key must be given: on another's PostgreSQL none is made.
	c.SequencerKey = ""
	if _, err := (&database{web: "x", sequence: "y"}).openSequencer(t.Context(), c); !fault.Is(err, fault.Invalid) {
		t.Errorf("no key: %v", err)
	}
}

// Errors do not end the loop, and are told; the end of the context does.
func TestRepeatSurvivesErrors(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var lines strings.Builder
	passes := 0
	repeat(ctx, slog.New(slog.NewTextHandler(&lines, nil)), "it failed", time.Millisecond, func(context.Context) (int, error) {
		if passes++; passes == 5 {
			cancel()
		}
		if passes%2 == 0 {
			return 0, errors.New("no database")
		}
		return 1, nil
	})
	if passes != 5 || strings.Count(lines.String(), "it failed") != 2 {
		t.Errorf("%d passes, log:\n%s", passes, lines.String())
	}
}
