package round

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// The files of a round that are no tables.
const (
	frameworkFile  = "framework.yaml"
	campaignFile   = "campaign.yaml"
	priorFile      = "prior.json"
	monitoringFile = "monitoring.csv" // protected characteristics: not ours to open
)

// maxDocument bounds a file that is read as a whole (YAML, JSON).
const maxDocument = 4 << 20

// fileNames lists what a round may hold, in the order in which complaints are
// told.
func fileNames() []string {
	names := []string{frameworkFile, campaignFile}
	for _, table := range tableNames() {
		names = append(names, table+".csv", table+".xlsx")
	}
	return append(names, priorFile)
}

// stem is a file's name without .csv or .xlsx, of which a round has one only.
func stem(name string) string {
	before, _, _ := strings.Cut(name, ".")
	return before
}

// folder is a round being read: its files with what is wrong with them, and
// what the reader should know.
type folder struct {
	fsys    fs.FS
	files   []*file
	notices []string
	more    bool // there are complaints that were not kept
}

func openFolder(fsys fs.FS) (*folder, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fault.New(fault.Invalid, "the folder cannot be read: %s", reason(err))
	}
	in := &folder{fsys: fsys}
	var others []string
	for _, e := range entries {
		switch name := e.Name(); {
		case slices.Contains(fileNames(), name):
			in.add(name)
		case name != monitoringFile && !strings.HasPrefix(name, "."): // what begins with a dot is the system's
			others = append(others, name)
		}
	}
	for _, name := range others {
		in.judge(name)
	}
	for _, name := range []string{frameworkFile, campaignFile, candidatesTable + ".csv"} {
		if !in.has(stem(name)) {
			in.files = append(in.files, unusable(name, name, "is missing"))
		}
	}
	return in, nil
}

// add takes in a file under its right name.
func (in *folder) add(name string) {
	f := &file{name: name, meant: name}
	info, err := fs.Stat(in.fsys, name)
	switch {
	case err != nil:
		f = unusable(name, name, "cannot be opened: %s", reason(err))
	case !info.Mode().IsRegular(): // opening a pipe would wait for ever
		f = unusable(name, name, "is not a file")
	case in.has(stem(name)):
		f = unusable(name, name, "the round has %s in another format as well; keep one of the two", stem(name))
	}
	in.files = append(in.files, f)
}

// judge tells a misnamed file of a round from one that has nothing to do with
// it: a rating.csv passed over would be a ranking without marks.
func (in *folder) judge(name string) {
	missing := slices.DeleteFunc(fileNames(), func(known string) bool { return in.has(stem(known)) })
	if meant := nearest(name, missing); meant != "" {
		in.files = append(in.files, unusable(name, meant, "is not a file of a round; did you mean %s? Rename it, or take it out", meant))
		return
	}
	in.notices = append(in.notices, fmt.Sprintf("%s is not part of a round and was not read.", name))
}

// has reports whether there is a file that is, or was meant to be, this one.
func (in *folder) has(stemmed string) bool {
	return slices.ContainsFunc(in.files, func(f *file) bool { return stem(f.meant) == stemmed })
}

// usable finds a file that can be opened, or nil.
func (in *folder) usable(stemmed string) *file {
	i := slices.IndexFunc(in.files, func(f *file) bool { return stem(f.meant) == stemmed && !f.unusable })
	if i < 0 {
		return nil
	}
	return in.files[i]
}

// document reads a whole file. It is nil where there is none, or none that can
// be read, which is then complained of.
func (in *folder) document(name string) (*file, []byte) {
	f := in.usable(stem(name))
	if f == nil {
		return nil, nil
	}
	data, err := in.bytes(name, maxDocument)
	if err != nil {
		f.complain(1, 0, "%s", err)
		return nil, nil
	}
	return f, data
}

// bytes reads a file of at most limit bytes; its error is for the user.
func (in *folder) bytes(name string, limit int64) ([]byte, error) {
	opened, err := in.fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %s", reason(err))
	}
	defer func() { _ = opened.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(opened, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read to the end: %s", reason(err))
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("is larger than %d MiB; is this the right file?", limit>>20)
	}
	return data, nil
}

// reason is what the system said, without the path, which is the server's.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// allNotices are those of the folder and of its files.
func (in *folder) allNotices() []string {
	notices := slices.Clone(in.notices)
	for _, f := range in.files {
		notices = append(notices, f.notices...)
	}
	return notices
}
