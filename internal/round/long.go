package round

import (
	"context"
	"os"
	"path/filepath"

	"appointable/selection/mixedmodel"
)

// Long is scores of any origin in one long file, a row a score: the data of a
// generalizability study. Codes are whatever the file has; they are in order,
// of numbers where all are numbers, and their index is that in Data.
type Long struct {
	Data mixedmodel.Data

	Candidates []string
	Raters     []string // these three are one, "all", where the file has no such column
	Exercises  []string
	Dimensions []string
	Criteria   []string // by cell: its criterion or, where the file has no column of criteria, its dimension

	HasRater, HasExercise, HasDimension bool // whether the file has the column

	NotObserved int // rows without a score
	Withdrawn   int // rows with "yes" in a column withdrawn: not counted, as in a round
}

// LongColumn is a column by the name that the file has for it; "" is none.
type LongColumn struct {
	Name     string
	Required bool // the file must have it
}

// LongColumns says what the columns are called. Two may be one, so that
// occasions are raters and criteria at once; the score is a column of its own.
type LongColumns struct{ Candidate, Rater, Exercise, Dimension, Criterion, Score LongColumn }

// DefaultLongColumns are the names of a round's own files.
func DefaultLongColumns() LongColumns {
	return LongColumns{
		Candidate: LongColumn{"candidate", true}, Rater: LongColumn{"rater", false}, Exercise: LongColumn{"exercise", false},
		Dimension: LongColumn{"dimension", false}, Criterion: LongColumn{"criterion", false}, Score: LongColumn{"score", true},
	}
}

// Limits is a rating scale's lowest and highest mark.
type Limits struct{ Low, High float64 }

// ReadLong reads a long file, CSV or the first sheet of a workbook. Without
// limits any number is a score. It returns the notices as Read does, Invalid
// with every mistake of the file (at most 1000), and ctx's error when the
// caller stops waiting.
func ReadLong(ctx context.Context, path string, columns LongColumns, limits *Limits) (Long, []string, error) {
	in, f := openAlone(path)
	r := newLongReader(columns, limits)
	if !f.unusable {
		whole, err := in.eachRow(ctx, f, r.columns, r.row)
		if err != nil {
			return Long{}, nil, err
		}
		if whole && len(f.complaints) == 0 && len(r.data.Score) == 0 {
			f.complain(1, 0, "there is no score in it")
		}
	}
	if err := in.report("the file"); err != nil {
		return Long{}, in.allNotices(), err
	}
	return r.finish(), in.allNotices(), nil
}

// openAlone is a file that belongs to no round.
func openAlone(path string) (*folder, *file) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	in := &folder{fsys: os.DirFS(dir)}
	in.add(name)
	return in, in.files[0]
}
