package handlers

import (
	"fmt"
	"strconv"

	"appointable/frameworks"
	"appointable/selection"
)

// plot shows the composites on the whole scale of marks, so that a small
// difference looks small. Places along it are in per cent and heights in
// pixels: it fits every width while its letters keep their size.
type plot struct {
	Height string
	Ticks  []plotTick
	Foot   string // where the ticks end
	Label  string // and where their numbers stand
	Rows   []plotRow
}

type plotTick struct{ X, Mark string }

// plotRow is one candidate: words, and below them a line with two dots.
type plotRow struct {
	Words, TextY, LineY    string
	CompositeX, CompositeY string // "" where there is no such figure
	ValuesX, ValuesY       string
}

const (
	plotRowHeight = 58
	plotTop       = 6
	plotFoot      = 30
	plotMargin    = 3.0 // per cent at each side
)

func plotOf(r selection.Ranking, s frameworks.Scale) plot {
	height := plotTop + plotRowHeight*len(r.Candidates)
	p := plot{Height: strconv.Itoa(height + plotFoot), Foot: strconv.Itoa(height), Label: strconv.Itoa(height + 20)}
	for _, mark := range ticksOf(s) {
		p.Ticks = append(p.Ticks, plotTick{X: plotX(mark, s), Mark: frameworks.FormatScore(mark)})
	}
	for i, place := range r.Candidates {
		top := plotTop + plotRowHeight*i
		row := plotRow{TextY: strconv.Itoa(top + 18), LineY: strconv.Itoa(top + 40), Words: place.Candidate + ": no composite"}
		if place.PanelMean != nil {
			row.Words = place.Candidate + ": " + figure(place.PanelMean) + ", values alone " + figure(place.ValuesMean)
			row.CompositeX, row.CompositeY = plotX(*place.PanelMean, s), strconv.Itoa(top+34)
		}
		if place.ValuesMean != nil {
			row.ValuesX, row.ValuesY = plotX(*place.ValuesMean, s), strconv.Itoa(top+46)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// ticksOf is the marks of the scale, or its ends where those are too many.
func ticksOf(s frameworks.Scale) []float64 {
	if marks := s.Marks(); len(marks) > 0 && len(marks) <= 11 {
		return marks
	}
	return []float64{s.Min, (s.Min + s.Max) / 2, s.Max}
}

func plotX(figure float64, s frameworks.Scale) string {
	share := (figure - s.Min) / (s.Max - s.Min)
	return fmt.Sprintf("%.2f%%", plotMargin+share*(100-2*plotMargin))
}
