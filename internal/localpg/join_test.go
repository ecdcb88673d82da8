package localpg

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestJoinUsesTheServerOfAnother(t *testing.T) {
	s, err := Temporary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(t.Context()) })
	joined, err := Join(t.Context(), s.cluster.Dir)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		bin, err := FindBin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return exec.CommandContext(t.Context(), filepath.Join(bin, "psql"), "-Xc", "select 1", joined.DSN("postgres", "postgres")).Run()
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := joined.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Fatalf("the other's server is gone after our Stop: %v", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Join(t.Context(), s.cluster.Dir); !errors.Is(err, ErrNotStarted) {
		t.Fatalf("joining a stopped server: %v", err)
	}
}
