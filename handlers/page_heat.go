package handlers

import (
	"strconv"

	"appointable/selection"
)

// heatView is how often each candidate has each rank: a table whose cells are
// shaded and have their figures printed, so that it is its own data table.
type heatView struct {
	Ranks []string
	Rows  []heatRow
}

type heatRow struct {
	Candidate string
	Cells     []heatCell
}

// heatCell is a figure of 100 and its shade, 0 to 5.
type heatCell struct{ Figure, Shade string }

// heatOf is nil where the ranking has no such figures: one candidate, or so
// many that nobody would read them.
func heatOf(places []selection.Place) *heatView {
	v := heatView{}
	for _, place := range places {
		if place.Adjusted == nil || len(place.Adjusted.PRank) < 2 {
			continue
		}
		row := heatRow{Candidate: place.Candidate}
		for _, p := range place.Adjusted.PRank {
			row.Cells = append(row.Cells, heatCell{Figure: selection.OfHundred(p), Shade: shadeOf(p)})
		}
		for len(v.Ranks) < len(row.Cells) {
			v.Ranks = append(v.Ranks, strconv.Itoa(len(v.Ranks)+1))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		return nil
	}
	return &v
}

// shadeOf follows the printed figure, so that equal figures look equal.
func shadeOf(p float64) string {
	switch five := selection.NearestFive(p); {
	case five == 0:
		return "0"
	case five < 20:
		return "1"
	case five < 40:
		return "2"
	case five < 60:
		return "3"
	case five < 80:
		return "4"
	}
	return "5"
}
