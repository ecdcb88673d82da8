package handlers

import (
	"math"
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
			row.Cells = append(row.Cells, heatCell{Figure: ofHundred(p), Shade: shadeOf(p)})
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
	switch five := nearestFive(p); {
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

// nearestFive is a probability in hundredths, to the nearest 5: a finer figure
// would claim more than marks and assumptions bear.
func nearestFive(p float64) int { return int(math.Round(p*20)) * 5 }

// ofHundred is what is printed in a table: "<5", "80", ">95".
func ofHundred(p float64) string {
	switch five := nearestFive(p); {
	case five < 5:
		return "<5"
	case five > 95:
		return ">95"
	default:
		return strconv.Itoa(five)
	}
}

// inHundred is the same in a sentence.
func inHundred(p float64) string {
	switch five := nearestFive(p); {
	case five < 5:
		return "fewer than 5 of 100"
	case five > 95:
		return "more than 95 of 100"
	default:
		return "about " + strconv.Itoa(five) + " of 100"
	}
}
