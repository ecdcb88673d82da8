package round_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/internal/round"
)

// fuzz feeds one file of a sound round: whatever it is, reading ends with a
// round or with complaints that name a place; and a round that was read can be
// written and read again.
func fuzz(f *testing.F, name string, without ...string) {
	sound := small(f)
	for _, other := range without {
		delete(sound, other)
	}
	f.Add([]byte(sound[name]))
	f.Add([]byte("\xEF\xBB\xBF" + strings.ReplaceAll(sound[name], ",", ";")))
	f.Add([]byte(strings.ReplaceAll(sound[name], "\n", "\r\n")))
	f.Add([]byte(strings.ReplaceAll(sound[name], ",", "\",\"")))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := sound.fsys()
		fsys[name].Data = data
		r, _, err := round.ReadFS(t.Context(), fsys)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("an error of kind %s: %v", fault.KindOf(err), err)
			}
			for _, field := range fault.FieldsOf(err) {
				if file, _, _ := strings.Cut(field.Where, ":"); sound[file] == "" || field.Message == "" {
					t.Fatalf("a complaint without a place or a message: %q", field)
				}
			}
			return
		}
		var packed bytes.Buffer
		if err := round.WriteZip(t.Context(), &packed, r); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, notices, err := round.ReadZip(t.Context(), bytes.NewReader(packed.Bytes()), int64(packed.Len()))
		if err != nil || notices != nil {
			t.Fatalf("what was written cannot be read: %v %q", err, notices)
		}
		if diff := cmp.Diff(r, again); diff != "" || r.Hash() != again.Hash() {
			t.Fatal(diff)
		}
	})
}

func FuzzReadRatings(f *testing.F)   { fuzz(f, "ratings.csv", "revisions.csv") }
func FuzzReadRevisions(f *testing.F) { fuzz(f, "revisions.csv") }
func FuzzReadCandidates(f *testing.F) {
	fuzz(f, "candidates.csv", "ratings.csv", "psychometrics.csv", "revisions.csv")
}
func FuzzReadPsychometrics(f *testing.F) {
	fuzz(f, "psychometrics.csv", "ratings.csv", "revisions.csv")
}
func FuzzReadCampaign(f *testing.F) {
	fuzz(f, "campaign.yaml", "ratings.csv", "psychometrics.csv", "revisions.csv")
}
