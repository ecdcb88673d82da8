package round

import (
	"context"
	"slices"

	"appointable/selection"
)

// The columns of ratings.csv. The first four say which mark a row is, in
// revisions.csv too.
const (
	ratingCandidate = iota
	ratingRater
	ratingExercise
	ratingCriterion
	ratingScore
	ratingEvidence
	ratingWithdrawn
)

func ratingColumns() []column {
	return []column{
		{"candidate", true}, {"rater", true}, {"exercise", true}, {"criterion", true},
		{"score", true}, {"evidence", false}, {"withdrawn", false},
	}
}

func (in *folder) readRatings(ctx context.Context) (ratings []selection.Rating, whole bool, err error) {
	whole, err = in.readTable(ctx, ratingsTable, func(t *table) {
		m := selection.Rating{
			Candidate: t.code(ratingCandidate), Rater: t.code(ratingRater),
			Exercise: t.code(ratingExercise), Criterion: t.code(ratingCriterion),
			Evidence: t.prose(ratingEvidence), Withdrawn: t.yes(ratingWithdrawn),
		}
		m.Score, m.Observed = t.score(ratingScore)
		ratings = append(ratings, m)
	})
	return ratings, whole, err
}

func ratingRows(ratings []selection.Rating) csvRows {
	withdrawn := slices.ContainsFunc(ratings, func(m selection.Rating) bool { return m.Withdrawn })
	return func(write func(cells ...string)) {
		write(header(ratingColumns(), withdrawn)...)
		cells := make([]string, 0, len(ratingColumns()))
		for i := range ratings {
			m := &ratings[i]
			cells = append(cells[:0], m.Candidate, m.Rater, m.Exercise, m.Criterion, formatMark(m.Score, m.Observed), Protect(m.Evidence))
			write(withWithdrawn(cells, withdrawn, m.Withdrawn)...)
		}
	}
}
