package round

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

// The columns of revisions.csv after those that say which mark it is.
const (
	revisionNumber = ratingCriterion + 1 + iota
	revisionScore
	revisionEvidence
	revisionReason
)

func revisionColumns() []column {
	return []column{
		{"candidate", true}, {"rater", true}, {"exercise", true}, {"criterion", true},
		{"revision", true}, {"score", true}, {"evidence", false}, {"reason", true},
	}
}

// markKey says which mark a row is about.
type markKey struct{ candidate, rater, exercise, criterion string }

func keyOf(m *selection.Rating) markKey {
	return markKey{m.Candidate, m.Rater, m.Exercise, m.Criterion}
}

// revisionRow is one row of revisions.csv; row counts from 0.
type revisionRow struct {
	row    int
	mark   markKey
	number int // 1 is the oldest; 0 could not be read
	selection.Revision
}

func (in *folder) readRevisions(ctx context.Context) (rows []revisionRow, err error) {
	_, err = in.readTable(ctx, revisionsTable, func(t *table) {
		r := revisionRow{
			row:    len(rows),
			mark:   markKey{t.code(ratingCandidate), t.code(ratingRater), t.code(ratingExercise), t.code(ratingCriterion)},
			number: t.count(revisionNumber),
		}
		r.Evidence, r.Reason = t.prose(revisionEvidence), t.prose(revisionReason)
		if score, given := t.score(revisionScore); given {
			r.Score = &score
		}
		r.NotObserved = r.Score == nil
		rows = append(rows, r)
	})
	return rows, err
}

// attachRevisions gives each mark what it was before, oldest first. Paths in
// found are "revisions[i].column". Where marks could not all be read, nothing
// is said of revisions whose mark is not there.
func attachRevisions(ratings []selection.Rating, rows []revisionRow, ratingsWhole bool, found *fault.List) {
	if len(rows) == 0 {
		return
	}
	byMark := map[markKey][]revisionRow{}
	for _, r := range rows {
		byMark[r.mark] = append(byMark[r.mark], r)
	}
	for i := range ratings {
		m := &ratings[i]
		history, ok := byMark[keyOf(m)]
		if !ok {
			continue
		}
		delete(byMark, keyOf(m))
		slices.SortStableFunc(history, func(a, b revisionRow) int { return cmp.Compare(a.number, b.number) })
		checkNumbers(history, found)
		for _, r := range history {
			m.Revisions = append(m.Revisions, r.Revision)
		}
	}
	if !ratingsWhole {
		return
	}
	for _, orphans := range byMark {
		for _, r := range orphans {
			found.Add(revisionPath(r, "candidate"), "the ratings have no mark by %s on %s for %s in %s that this could be a revision of", r.mark.rater, r.mark.criterion, r.mark.candidate, r.mark.exercise)
		}
	}
}

// checkNumbers wants 1, 2, 3, …; numbers that could not be read were told.
func checkNumbers(history []revisionRow, found *fault.List) {
	if history[0].number == 0 {
		return
	}
	for i, r := range history {
		switch before := i; {
		case i > 0 && r.number == history[i-1].number:
			found.Add(revisionPath(r, "revision"), "revision %d of this mark is there twice", r.number)
			return
		case r.number != before+1:
			found.Add(revisionPath(r, "revision"), "revision %d of this mark is there and revision %d is not; number them 1, 2, 3 from the oldest", r.number, before+1)
			return
		}
	}
}

// checkRevisions judges what the marks were as marks are judged today.
func checkRevisions(rows []revisionRow, scale frameworks.Scale, found *fault.List) {
	for _, r := range rows {
		if r.Score != nil {
			if err := scale.Allows(*r.Score); err != nil {
				found.Add(revisionPath(r, "score"), "%s", err)
			}
		}
		if strings.TrimSpace(r.Reason) == "" {
			found.Add(revisionPath(r, "reason"), "is empty; say why the mark was changed")
		}
		checkLength(found, revisionPath(r, "evidence"), r.Evidence)
		checkLength(found, revisionPath(r, "reason"), r.Reason)
	}
}

// maxProse is how long a note may be, as in package selection.
const maxProse = 4000

func checkLength(found *fault.List, where, text string) {
	if utf8.RuneCountInString(text) > maxProse {
		found.Add(where, "is longer than %d characters", maxProse)
	}
}

func revisionPath(r revisionRow, column string) string {
	return fmt.Sprintf("%s[%d].%s", revisionsTable, r.row, column)
}

// revisionsOf is the way back: one row for each revision of each mark.
func revisionsOf(ratings []selection.Rating) []revisionRow {
	var rows []revisionRow
	for i := range ratings {
		for n, revision := range ratings[i].Revisions {
			rows = append(rows, revisionRow{row: len(rows), mark: keyOf(&ratings[i]), number: n + 1, Revision: revision})
		}
	}
	return rows
}

func revisionRows(rows []revisionRow) csvRows {
	return func(write func(cells ...string)) {
		write(header(revisionColumns(), false)...)
		for _, r := range rows {
			score := ""
			if r.Score != nil {
				score = formatNumber(*r.Score)
			}
			write(r.mark.candidate, r.mark.rater, r.mark.exercise, r.mark.criterion, strconv.Itoa(r.number), score, Protect(r.Evidence), Protect(r.Reason))
		}
	}
}
