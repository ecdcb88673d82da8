package round

import (
	"archive/zip"
	"context"
	"io"
	"io/fs"
	"strings"

	"appointable/internal/fault"
	"appointable/selection"
)

// Bounds on an uploaded zip, all checked before anything is unpacked. What a
// zip says of its sizes archive/zip holds it to. The ratio is three times that
// of a national round without notes.
const (
	maxZipFiles = 100
	maxZipBytes = 2 << 30 // unpacked
	maxZipRatio = 200
)

// ReadZip reads a round from a zip of size bytes. The files may stand in one
// folder inside it. Its errors are those of Read.
func ReadZip(ctx context.Context, r io.ReaderAt, size int64) (selection.Round, []string, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return selection.Round{}, nil, fault.New(fault.Invalid, "the file is not a zip, or is damaged")
	}
	if err := checkZip(archive, size); err != nil {
		return selection.Round{}, nil, err
	}
	top, err := fs.Sub(archive, topFolder(archive))
	if err != nil {
		return selection.Round{}, nil, fault.New(fault.Invalid, "the zip cannot be read: %s", err)
	}
	return ReadFS(ctx, top)
}

func checkZip(archive *zip.Reader, size int64) error {
	if len(archive.File) > maxZipFiles {
		return fault.New(fault.Invalid, "the zip holds %d files; a round has at most %d", len(archive.File), len(fileNames())+1)
	}
	var l fault.List
	var unpacked uint64
	seen := map[string]bool{}
	for _, f := range archive.File {
		name := strings.TrimSuffix(f.Name, "/")
		switch {
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00"):
			l.Add(shown(f.Name), "a path such as this one cannot stand in a round's zip")
		case seen[strings.ToLower(name)]:
			l.Add(name, "is in the zip twice")
		case f.Flags&1 != 0:
			l.Add(name, "is protected by a password; make the zip without one")
		case !f.Mode().IsRegular() && !f.Mode().IsDir():
			l.Add(name, "is a link or a device; put the file itself in the zip")
		}
		seen[strings.ToLower(name)] = true
		unpacked += min(f.UncompressedSize64, maxZipBytes+1) // so that no sum overflows
	}
	if unpacked > maxZipBytes || unpacked > maxZipRatio*uint64(size) {
		l.Add("", "unpacked, the zip would be %d MiB; this is more than a round can be", unpacked>>20)
	}
	return l.Err("the zip is not accepted")
}

// topFolder is the folder in the zip that everything stands in, or ".". What
// macOS adds on its own account does not count.
func topFolder(archive *zip.Reader) string {
	top := ""
	for _, f := range archive.File {
		first, _, nested := strings.Cut(f.Name, "/")
		switch {
		case first == "__MACOSX":
		case !nested, top != "" && top != first:
			return "."
		default:
			top = first
		}
	}
	if top == "" {
		return "."
	}
	return top
}
