package handlers

import (
	"fmt"
	"strconv"

	"appointable/frameworks"
	"appointable/selection"
)

// plot shows the composites on the whole scale of marks, so that a small
// difference looks small, and for each the interval that says how sure one may
// be of it. Places along it are in per cent and heights in pixels: it fits
// every width while its letters keep their size.
type plot struct {
	Height    string
	Ticks     []plotTick
	Foot      string // where the ticks end
	Label     string // and where their numbers stand
	Rows      []plotRow
	Intervals bool // whether any row has one
}

type plotTick struct{ X, Mark string }

// plotRow is one candidate: words, and below them a line with a dot, a
// diamond, and between them the bar of the interval.
type plotRow struct {
	Words, TextY, LineY    string
	CompositeX, CompositeY string // "" where there is no such figure
	ValuesX, ValuesY       string
	Bar                    *plotBar
}

// plotBar is an interval and the mean within it.
type plotBar struct {
	Words, TextY    string
	X, Width, MeanX string
	Top, Bottom     string
}

// Heights of a row without intervals and with them, in pixels from its top.
const (
	plotTop    = 6
	plotFoot   = 30
	plotMargin = 3.0 // per cent at each side
	barHalf    = 7
)

type plotHeights struct{ row, text, second, line, apart int }

func heights(intervals bool) plotHeights {
	if intervals {
		return plotHeights{row: 104, text: 20, second: 42, line: 72, apart: 15}
	}
	return plotHeights{row: 58, text: 18, line: 40, apart: 6}
}

func plotOf(places []selection.Place, s frameworks.Scale) plot {
	p := plot{Intervals: anyAdjusted(places)}
	h := heights(p.Intervals)
	height := plotTop + h.row*len(places)
	p.Height, p.Foot, p.Label = strconv.Itoa(height+plotFoot), strconv.Itoa(height), strconv.Itoa(height+20)
	for _, mark := range ticksOf(s) {
		p.Ticks = append(p.Ticks, plotTick{X: plotX(mark, s), Mark: frameworks.FormatScore(mark)})
	}
	for i, place := range places {
		p.Rows = append(p.Rows, rowOf(place, s, plotTop+h.row*i, h))
	}
	return p
}

func rowOf(place selection.Place, s frameworks.Scale, top int, h plotHeights) plotRow {
	line := top + h.line
	row := plotRow{TextY: strconv.Itoa(top + h.text), LineY: strconv.Itoa(line), Words: place.Candidate + ": no composite"}
	if place.PanelMean != nil {
		row.Words = place.Candidate + ": " + figure(place.PanelMean) + ", values alone " + figure(place.ValuesMean)
		row.CompositeX, row.CompositeY = plotX(*place.PanelMean, s), strconv.Itoa(line-h.apart)
	}
	if place.ValuesMean != nil {
		row.ValuesX, row.ValuesY = plotX(*place.ValuesMean, s), strconv.Itoa(line+h.apart)
	}
	if a := place.Adjusted; a != nil {
		row.Bar = &plotBar{
			Words: "adjusted " + figure(&a.Mean) + ", " + span(a.Low, a.High), TextY: strconv.Itoa(top + h.second),
			X: plotX(a.Low, s), Width: perCent(plotAt(a.High, s) - plotAt(a.Low, s)), MeanX: plotX(a.Mean, s),
			Top: strconv.Itoa(line - barHalf), Bottom: strconv.Itoa(line + barHalf),
		}
	}
	return row
}

// ticksOf is the marks of the scale, or its ends where those are too many.
func ticksOf(s frameworks.Scale) []float64 {
	if marks := s.Marks(); len(marks) > 0 && len(marks) <= 11 {
		return marks
	}
	return []float64{s.Min, (s.Min + s.Max) / 2, s.Max}
}

// plotAt is where a figure stands, in per cent of the width. An interval may
// run past the ends of the scale: it is cut where the picture ends, and its
// figures say how far it runs.
func plotAt(figure float64, s frameworks.Scale) float64 {
	share := (figure - s.Min) / (s.Max - s.Min)
	return min(max(plotMargin+share*(100-2*plotMargin), 0), 100)
}

func plotX(figure float64, s frameworks.Scale) string { return perCent(plotAt(figure, s)) }

func perCent(x float64) string { return fmt.Sprintf("%.2f%%", x) }

// span is an interval in words.
func span(low, high float64) string { return figure(&low) + " to " + figure(&high) }
