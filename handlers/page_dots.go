package handlers

import (
	"cmp"
	"slices"
	"strconv"

	"appointable/frameworks"
	"appointable/selection"
)

// dotPlot shows the marks of a few behaviours on the whole scale, a line for
// each: equal marks stand on top of each other. Places along it are in per cent
// and heights in pixels, as in plot.
type dotPlot struct {
	ID, Title   string
	Height      string
	Foot, Label string
	Ticks       []plotTick
	Rows        []dotRow
}

type dotRow struct {
	Words, TextY, LineY string
	Dots                []dot
}

// dot is one mark; with a name, the name stands in its place.
type dot struct{ X, Y, Name string }

const (
	dotStep  = 15  // from one dot to that above it
	dotWords = 24  // the line of words above a row's dots
	dotsMeet = 2.5 // closer than this, in per cent, dots are stacked
)

func (w washUp) plot(k markedPair, shown boardPair) dotPlot {
	scale := w.campaign.Framework.Document.Scale
	p := dotPlot{ID: shown.ID, Title: "Marks of " + k.candidate + ", " + k.dimension.Title}
	for _, mark := range ticksOf(scale) {
		p.Ticks = append(p.Ticks, plotTick{X: plotX(mark, scale), Mark: frameworks.FormatScore(mark)})
	}
	top := plotTop
	for i, r := range k.rows {
		words := strconv.Itoa(shown.Rows[i].Number) + ": " + shown.Rows[i].Spread
		row, height := w.dotRow(r.counted(), scale, top)
		row.Words = words
		p.Rows = append(p.Rows, row)
		top += height
	}
	p.Height, p.Foot, p.Label = strconv.Itoa(top+plotFoot), strconv.Itoa(top), strconv.Itoa(top+20)
	return p
}

func (w washUp) dotRow(marks []selection.Rating, s frameworks.Scale, top int) (row dotRow, height int) {
	slices.SortStableFunc(marks, func(a, b selection.Rating) int { return cmp.Compare(a.Score, b.Score) })
	levels, highest := make([]int, len(marks)), 1
	level, before := 0, -dotsMeet
	for i, m := range marks {
		at := plotAt(m.Score, s)
		if level++; at-before >= dotsMeet {
			level = 0
		}
		levels[i], before, highest = level, at, max(highest, level+1)
	}
	line := top + dotWords + highest*dotStep
	row = dotRow{TextY: strconv.Itoa(top + 18), LineY: strconv.Itoa(line)}
	for i, m := range marks {
		d := dot{X: plotX(m.Score, s), Y: strconv.Itoa(line - 8 - levels[i]*dotStep)}
		if w.named {
			d.Name, d.Y = m.Rater, strconv.Itoa(line-3-levels[i]*dotStep)
		}
		row.Dots = append(row.Dots, d)
	}
	return row, dotWords + highest*dotStep + 10
}
