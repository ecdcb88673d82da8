// Package round reads and writes a round's files (YAML, CSV, XLSX, JSON) to and
// from selection.Round.
//
// A round is a folder:
//
//	framework.yaml     the framework of values
//	campaign.yaml      the post, exercises, panel and gates
//	candidates.csv     one row a candidate; the columns of the funnel and withdrawn are optional
//	ratings.csv        one row a mark; evidence and withdrawn are optional; absent before scoring
//	psychometrics.csv  one row a result; taken_on is optional; may be absent
//	revisions.csv      what moderated marks were before; absent where there were none
//	prior.json         pooled variance components; may be absent
//
// Each CSV file may be the first sheet of a workbook instead (ratings.xlsx). A
// monitoring.csv beside them is never opened and never written.
//
// Reading is all or nothing: what is wrong in any file is told at once, each
// complaint with file, line and column, counted from 1 (columns in characters;
// in a workbook, row and column of the sheet), and no round is returned.
package round

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"appointable/internal/fault"
	"appointable/selection"
)

// Read reads the round in a folder. The notices, returned beside an error too,
// say in sentences what was left unread. It returns NotFound where there is no
// such folder, Invalid with every mistake of every file (at most 1000), and
// ctx's error when the caller stops waiting.
func Read(ctx context.Context, dir string) (selection.Round, []string, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return selection.Round{}, nil, fault.New(fault.NotFound, "there is no folder %s", dir)
	case err != nil:
		return selection.Round{}, nil, fault.New(fault.Invalid, "the folder %s cannot be opened: %s", dir, reason(err))
	case !info.IsDir():
		return selection.Round{}, nil, fault.New(fault.Invalid, "%s is not a folder; a round is a folder with %s, %s and candidates.csv", dir, frameworkFile, campaignFile)
	}
	return ReadFS(ctx, os.DirFS(dir))
}

// ReadFS is Read for any file system whose top folder is the round.
func ReadFS(ctx context.Context, fsys fs.FS) (selection.Round, []string, error) {
	in, err := openFolder(fsys)
	if err != nil {
		return selection.Round{}, nil, err
	}
	round, err := in.read(ctx)
	if err != nil {
		return selection.Round{}, nil, fmt.Errorf("reading a round: %w", err)
	}
	if err := in.report("the round"); err != nil {
		return selection.Round{}, in.allNotices(), err
	}
	return round, in.allNotices(), nil
}

// read reads what can be read; mistakes are kept in the folder. Its error is
// ctx's only.
func (in *folder) read(ctx context.Context) (r selection.Round, err error) {
	planned := in.readPlan(&r)
	r.Prior = in.readPrior()
	var candidatesWhole, ratingsWhole bool // every row could be read
	if r.Candidates, candidatesWhole, err = in.readCandidates(ctx); err != nil {
		return r, err
	}
	if r.Ratings, ratingsWhole, err = in.readRatings(ctx); err != nil {
		return r, err
	}
	if r.Psychometrics, err = in.readPsychometrics(ctx); err != nil {
		return r, err
	}
	revisions, err := in.readRevisions(ctx)
	if err != nil {
		return r, err
	}
	var found fault.List
	attachRevisions(r.Ratings, revisions, ratingsWhole, &found)
	if planned {
		checkRevisions(revisions, r.Framework.Scale, &found)
		in.validate(r, candidatesWhole, &found)
	}
	return r, in.place(ctx, found.Fields)
}

// validate asks the round what is wrong with it. Where candidates were lost,
// everybody whom the other files name counts as one: what was not read is not
// therefore unknown.
func (in *folder) validate(r selection.Round, candidatesWhole bool, found *fault.List) {
	read := len(r.Candidates)
	if !candidatesWhole {
		r.Candidates = withEverybodyNamed(r)
	}
	var all fault.List
	all.AddAll("", r.Validate())
	in.more = in.more || len(all.Fields) >= maxComplaints // Validate stops there
	for _, field := range all.Fields {
		p := parsePath(field.Where)
		invented := p.table == candidatesTable && (p.row < 0 || p.row >= read)
		if candidatesWhole || !invented {
			found.Fields = append(found.Fields, field)
		}
	}
}

func withEverybodyNamed(r selection.Round) []selection.Candidate {
	candidates := slices.Clip(r.Candidates)
	known := map[string]bool{}
	for _, c := range candidates {
		known[c.Code] = true
	}
	add := func(code string) {
		if !known[code] {
			known[code] = true
			candidates = append(candidates, selection.Candidate{Code: code})
		}
	}
	for i := range r.Ratings {
		add(r.Ratings[i].Candidate)
	}
	for _, p := range r.Psychometrics {
		add(p.Candidate)
	}
	return candidates
}
