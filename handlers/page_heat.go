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

// heatShown is the number of candidates up to which the page has the table. Of
// more, most of its cells would say "<5".
const heatShown = 20

// heatOf is nil where the ranking has no such figures, as that of one candidate
// or of a very large round, and where it has too many to be read; then
// elsewhere says where they are.
func heatOf(r selection.Ranking) (v *heatView, elsewhere string) {
	v = &heatView{}
	for _, place := range r.Candidates {
		if adjustedRank(place, r) == 0 || len(place.Adjusted.PRank) < 2 {
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
	switch {
	case len(v.Rows) == 0:
		return nil, ""
	case len(r.Candidates) > heatShown:
		return nil, "How often each of " + strconv.Itoa(len(r.Candidates)) + " candidates has each rank is too large a table for this page: the intervals of the ranks, above, say it in short. The whole table is in the JSON, as p_rank."
	}
	return v, ""
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
