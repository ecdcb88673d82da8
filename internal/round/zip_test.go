package round_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/internal/round"
)

// pack zips a round with every name under a prefix, after edit.
func pack(t testing.TB, f files, prefix string, edit func(*zip.Writer)) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range f {
		addTo(t, w, &zip.FileHeader{Name: prefix + name, Method: zip.Deflate}, text)
	}
	if edit != nil {
		edit(w)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

func addTo(t testing.TB, w *zip.Writer, header *zip.FileHeader, text string) {
	t.Helper()
	entry, err := w.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestReadZipFindsTheFolder(t *testing.T) {
	sound := read(t, small(t))
	for _, prefix := range []string{"", "CARD 2026/"} {
		packed := pack(t, small(t), prefix, func(w *zip.Writer) {
			addTo(t, w, &zip.FileHeader{Name: "__MACOSX/._ratings.csv"}, "x")
		})
		r, notices, err := round.ReadZip(t.Context(), packed, packed.Size())
		if err != nil {
			t.Fatalf("%q: %v", prefix, err)
		}
		if diff := cmp.Diff(sound, r); diff != "" {
			t.Errorf("%q: %s", prefix, diff)
		}
		if len(notices) > 1 || len(notices) == 1 && !strings.Contains(notices[0], "__MACOSX") {
			t.Errorf("%q: notices %q", prefix, notices)
		}
	}
}

func TestReadZipRefuses(t *testing.T) {
	header := func(name string) *zip.FileHeader { return &zip.FileHeader{Name: name, Method: zip.Deflate} }
	link := header("ratings.lnk")
	link.SetMode(fs.ModeSymlink | 0o777)
	secret := header("secret.csv")
	secret.Flags = 1
	for _, c := range []struct {
		name    string
		edit    func(w *zip.Writer)
		message string
	}{
		{"a path upwards", func(w *zip.Writer) { addTo(t, w, header("../evil.csv"), "x") }, `"../evil.csv": a path such as this one`},
		{"an absolute path", func(w *zip.Writer) { addTo(t, w, header("/etc/passwd"), "x") }, "a path such as this one"},
		{"a Windows path", func(w *zip.Writer) { addTo(t, w, header(`..\evil.csv`), "x") }, "a path such as this one"},
		{"a drive", func(w *zip.Writer) { addTo(t, w, header(`C:evil.csv`), "x") }, "a path such as this one"},
		{"a file twice", func(w *zip.Writer) { addTo(t, w, header("Ratings.csv"), "x") }, "twice"},
		{"a link", func(w *zip.Writer) { addTo(t, w, link, "/etc/passwd") }, "ratings.lnk: is a link"},
		{"a password", func(w *zip.Writer) { addTo(t, w, secret, "x") }, "secret.csv: is protected by a password"},
		{"many files", func(w *zip.Writer) {
			for i := range 200 {
				addTo(t, w, header(strings.Repeat("a", i+1)), "")
			}
		}, "the zip holds 207 files"},
		{"a bomb", func(w *zip.Writer) { addTo(t, w, header("notes.txt"), strings.Repeat("0", 5<<20)) }, "unpacked, the zip would be 5 MiB"},
	} {
		packed := pack(t, small(t), "", c.edit)
		if _, _, err := round.ReadZip(t.Context(), packed, packed.Size()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, _, err := round.ReadZip(t.Context(), strings.NewReader("not a zip"), 9); !fault.Is(err, fault.Invalid) {
		t.Errorf("no zip: %v", err)
	}
}

// A zip may say that its content is small; it is believed only so far.
func TestReadZipNoticesDamage(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range small(t) {
		addTo(t, w, &zip.FileHeader{Name: name, Method: zip.Store}, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(out.Bytes(), []byte("C1,R2,interview,safety.concern,6"), []byte("C1,R2,interview,safety.concern,7"), 1)
	_, _, err := round.ReadZip(t.Context(), bytes.NewReader(damaged), int64(len(damaged)))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "ratings.csv: cannot be read to the end: zip: checksum error") {
		t.Errorf("error %v", err)
	}
}
