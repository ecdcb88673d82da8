package handlers

import (
	"strconv"

	"appointable/selection"
)

// severityView is how strictly assessors marked: everybody's for the HR
// analyst, or a rater's own for that rater. The store gives a ranking only the
// rows that the asker may see; this room asks no further.
type severityView struct {
	Own  bool // one row, and it is the reader's
	Rows []severityRow
}

type severityRow struct {
	Rater, Points, Interval, Direction, Scored string
}

// severityOf is nil where the asker may see nobody's.
func severityOf(raters []selection.Severity, own string) *severityView {
	if len(raters) == 0 {
		return nil
	}
	v := severityView{Own: len(raters) == 1 && raters[0].Rater == own}
	for _, s := range raters {
		v.Rows = append(v.Rows, severityRowOf(s))
	}
	return &v
}

func severityRowOf(s selection.Severity) severityRow {
	row := severityRow{Rater: s.Rater, Points: tooFew, Interval: tooFew, Direction: tooFew, Scored: strconv.Itoa(s.Scored)}
	if s.Scored == 0 {
		return row
	}
	low, high := s.Interval()
	row.Points, row.Interval, row.Direction = signedFigure(s.Severity), signedFigure(low)+" to "+signedFigure(high), capital(s.Direction)
	switch {
	case s.Direction == "":
		row.Direction = "Like the others"
	case low < 0 && high > 0:
		row.Direction += ", if at all: the interval reaches both sides of 0"
	}
	return row
}
