package evidence

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"maps"
	"regexp"
	"slices"

	"appointable/internal/fault"
)

// MaxBundle is how large a bundle that Verify looks at may be. Its files lie
// uncompressed in the zip, so that the size of the zip bounds the memory.
const MaxBundle = 512 << 20

const (
	maxEarlier = 10_000
	maxFiles   = 2 * maxEarlier
	maxPlan    = 4 << 20 // of framework.yaml and campaign.json, each: what is read into a tree takes many times its size
)

// pack writes files as a zip in its one form: sorted by name, uncompressed,
// without a time and without an owner.
func pack(w io.Writer, files map[string][]byte) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		size := uint64(len(files[name]))
		header := &zip.FileHeader{
			Name: name, Method: zip.Store, ReaderVersion: 20,
			ModifiedDate: 1<<5 | 1, //nolint:staticcheck // 1 January 1980, where the time of a zip begins; CreateRaw looks at no other field
			CRC32:        crc32.ChecksumIEEE(files[name]), CompressedSize64: size, UncompressedSize64: size,
		}
		entry, err := z.CreateRaw(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(files[name]); err != nil {
			return err
		}
	}
	return z.Close()
}

// unpack reads the files of a zip and complains of all that pack does not
// write and that can be seen at a glance. It takes no more memory than the zip.
func unpack(bundle []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file is not a zip, or is damaged")
	}
	if len(archive.File) > maxFiles {
		return nil, fault.New(fault.Invalid, "the zip holds %d files; a bundle has at most %d", len(archive.File), maxFiles)
	}
	var l fault.List
	files, left := map[string][]byte{}, uint64(len(bundle))
	for _, f := range archive.File {
		switch {
		case !isFile(f.Name):
			l.Add(shown(f.Name), "no bundle has such a file")
		case (f.Name == "framework.yaml" || f.Name == "campaign.json") && f.UncompressedSize64 > maxPlan:
			l.Add(f.Name, "has more than %d MiB, which no plan has", maxPlan>>20)
		case files[f.Name] != nil:
			l.Add(f.Name, "is in the zip twice")
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.UncompressedSize64 > left:
			l.Add(f.Name, "is compressed; a bundle's files are not, so somebody packed them again")
		default:
			left -= f.UncompressedSize64
			if files[f.Name], err = content(f); err != nil {
				l.Add(f.Name, "cannot be read: the zip is damaged here")
			}
		}
	}
	for _, name := range required() {
		if files[name] == nil {
			l.Add(name, "is missing")
		}
	}
	return files, l.Err("")
}

func content(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return []byte{}, err
	}
	b, err := io.ReadAll(r)
	if b == nil {
		b = []byte{} // read, and empty
	}
	return b, err
}

func required() []string {
	return []string{
		"SHA256SUMS", "bundle.json", "campaign.json", "checkpoint", "consistency.jsonl", "export.json", "framework.yaml",
		"index.html", "leaf-hashes", "leaves.jsonl", "proofs.jsonl", "sheets.json",
	}
}

func isFile(name string) bool {
	return slices.Contains(required(), name) || name == "decision.json" || name == "restart.json" || formerName(name) > 0 ||
		regexp.MustCompile(`^(rankings/[0-9a-f-]{36}\.json|checkpoints/[0-9]{12})$`).MatchString(name)
}

// shown is a name that somebody else chose, fit for a line of a report.
func shown(name string) string {
	if len(name) > 80 {
		name = name[:80] + "…"
	}
	return regexp.MustCompile(`[^\x20-\x7e…]`).ReplaceAllString(name, "?")
}
