package round

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"appointable/internal/fault"
	"appointable/selection"
)

// Write writes a round as a folder: all of it, or nothing. Rows keep the order
// they have in the round, so the same round gives the same bytes; files that
// would be empty are left out, but for ratings.csv. Folder and files are for
// their owner alone, since marks are nobody else's business.
//
// It returns Conflict where dir exists and is not an empty folder, and Invalid
// with every mistake of a round that Read would refuse.
func Write(ctx context.Context, dir string, r selection.Round) (err error) {
	outputs, err := outputsOf(r)
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("writing a round: %w", err)
	}
	if err := isFree(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fault.New(fault.Invalid, "the folder %s cannot be made: %s", dir, reason(err))
	}
	// A sibling, because a rename is atomic within one file system only.
	temporary, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".*")
	if err != nil {
		return fault.New(fault.Invalid, "the folder %s cannot be made: %s", dir, reason(err))
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(temporary) // the first error is the one to tell
		}
	}()
	for _, o := range outputs {
		if err := o.save(ctx, temporary); err != nil {
			return fmt.Errorf("writing %s: %w", o.name, err)
		}
	}
	return moveTo(temporary, dir)
}

func isFree(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.New(fault.Conflict, "%s cannot be written to: %s", dir, reason(err))
	case len(entries) > 0:
		return fault.New(fault.Conflict, "the folder %s is not empty; choose a new one", dir)
	}
	return nil
}

func moveTo(temporary, dir string) error {
	err := os.Remove(dir) // an empty folder; one that has been filled meanwhile stays
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(temporary, dir)
	}
	if err != nil {
		return fault.New(fault.Conflict, "the folder %s cannot be written: %s", dir, reason(err))
	}
	return nil
}

// WriteZip writes a round as a zip of the files that Write makes. The same
// round gives the same bytes. Its errors are those of Write's, and w's.
func WriteZip(ctx context.Context, w io.Writer, r selection.Round) error {
	outputs, err := outputsOf(r)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	for _, o := range outputs {
		// A fixed time, the earliest that a zip can have.
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: o.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			err = o.write(ctx, entry)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", o.name, err)
		}
	}
	return archive.Close()
}

// output is a file to be written.
type output struct {
	name  string
	write func(ctx context.Context, w io.Writer) error
}

// outputsOf lists a round's files by name.
func outputsOf(r selection.Round) ([]output, error) {
	r.Campaign = r.Campaign.WithDefaults()
	revisions := revisionsOf(r.Ratings)
	if err := writable(r, revisions); err != nil {
		return nil, err
	}
	framework, err := r.Framework.YAML()
	if err != nil {
		return nil, fmt.Errorf("writing the framework: %w", err)
	}
	campaign, err := campaignYAML(r.Campaign)
	if err != nil {
		return nil, fmt.Errorf("writing the campaign: %w", err)
	}
	outputs := []output{
		{campaignFile, whole(campaign)},
		{candidatesTable + ".csv", candidateRows(r.Candidates).write},
		{frameworkFile, whole(framework)},
	}
	if r.Prior != nil {
		var prior bytes.Buffer
		if err := json.Indent(&prior, r.Prior, "", "  "); err != nil {
			return nil, fmt.Errorf("writing the prior: %w", err)
		}
		prior.WriteByte('\n')
		outputs = append(outputs, output{priorFile, whole(prior.Bytes())})
	}
	if len(r.Psychometrics) > 0 {
		outputs = append(outputs, output{psychometricsTable + ".csv", resultRows(r.Psychometrics).write})
	}
	outputs = append(outputs, output{ratingsTable + ".csv", ratingRows(r.Ratings).write})
	if len(revisions) > 0 {
		outputs = append(outputs, output{revisionsTable + ".csv", revisionRows(revisions).write})
	}
	return outputs, nil
}

// writable refuses what Read would refuse or would not give back the same.
func writable(r selection.Round, revisions []revisionRow) error {
	if err := r.Validate(); err != nil {
		return err
	}
	var l fault.List
	checkRevisions(revisions, r.Framework.Scale, &l)
	for _, row := range revisions {
		checkText(&l, revisionPath(row, "evidence"), row.Evidence)
		checkText(&l, revisionPath(row, "reason"), row.Reason)
		if row.NotObserved != (row.Score == nil) {
			l.Add(revisionPath(row, "score"), "has neither a score nor the word that it was not observed, or has both")
		}
	}
	for i := range r.Ratings {
		m := &r.Ratings[i]
		if !isText(m.Evidence) {
			checkText(&l, fmt.Sprintf("ratings[%d].evidence", i), m.Evidence)
		}
	}
	if r.Prior != nil {
		if _, err := parsePrior(r.Prior); err != nil {
			l.Add("prior", "%d:%d: %s", err.line, err.column, err.message)
		}
	}
	return l.Err("the round cannot be written")
}

func isText(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

func checkText(l *fault.List, where, text string) {
	if !isText(text) {
		l.Add(where, "has bytes that are no text (a NUL character, or not UTF-8)")
	}
}

func whole(data []byte) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

func (o output) save(ctx context.Context, dir string) (err error) {
	file, err := os.OpenFile(filepath.Join(dir, o.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return o.write(ctx, file)
}
