package evidence_test

import (
	"testing"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/evidence"
)

// BenchmarkVerify: a bundle of a log of a million leaves, some years of a
// large trust.
func BenchmarkVerify(b *testing.B) {
	s := newStory(b, 1, 20)
	e := s.other()
	for len(s.log) < 1_000_000 {
		e.Leaf.Event = uuid.New()
		s.log = append(s.log, evidence.Event{Leaf: audit.Leaf{Event: e.Leaf.Event}})
	}
	bundle := s.export()
	b.SetBytes(int64(len(bundle)))
	b.ReportAllocs()
	for b.Loop() {
		if r := evidence.Verify(bundle, s.trusted()); !r.Sound {
			b.Fatal(failures(r))
		}
	}
}
