package handlers

import (
	"math"
	"strconv"

	"appointable/selection/fairness"
)

// forest shows ratios with their intervals on a log scale, so that half as
// often and twice as often lie equally far from even. Places along it are in
// per cent and heights in pixels, as in plot. What a ratio shows is told by the
// words and the shape of its mark; colour only repeats it.
type forest struct {
	ID, Title, Says string // Says is the description
	Height          string
	Foot, Label     string // where the scale's lines end, and where their numbers stand
	Ways            string // where it says which way is which
	Ticks           []forestTick
	BandX, BandW    string // from 0.8 to 1.25
	Rows            []forestRow
}

// forestTick is a number of the scale; Class is of its line.
type forestTick struct{ X, Mark, Class string }

// forestRow is one comparison: words, figures beneath them, and a bar beneath
// those. What has no figure has words in their place.
type forestRow struct {
	Name, Verdict, Figures string
	NameY, FiguresY, LineY string
	Shape                  string // of the mark, see shapeOf; "" no mark
	X                      string // of the mark
	Bar                    *forestBar
	Thin                   *forestBar // the same compared within campaigns
}

// forestBar is an interval, cut where the scale ends; an arrow there says that
// it runs on.
type forestBar struct {
	X, Width, End, Top string
	Left, Right        bool // arrows
	Dashed             bool // a description only
}

// The scale of ratios: a quarter as often to four times as often. It is the
// same in every picture, so that pictures can be compared.
const (
	forestLow    = 0.25
	forestHigh   = 4.0
	forestMargin = 4.0 // per cent at each side

	forestTop    = 8 // heights in pixels
	forestRowing = 78
	forestName   = 18
	forestFigure = 40
	forestLine   = 57
	forestThin   = 68
	forestFoot   = 52
	forestHalf   = 5 // half a bar
)

// comparison is what one row shows.
type comparison struct {
	name, verdict, figures string
	shape                  string
	ratio, low, high       *float64 // low nil: there is no interval
	within                 *fairness.PooledRatio
	dashed                 bool
}

func forestOf(id, title, says string, rows []comparison) forest {
	height := forestTop + forestRowing*len(rows)
	f := forest{
		ID: id, Title: title, Says: says, Height: strconv.Itoa(height + forestFoot), Foot: strconv.Itoa(height), Label: strconv.Itoa(height + 20), Ways: strconv.Itoa(height + 42),
		BandX: forestX(fairness.FourFifths), BandW: perCent(forestAt(1/fairness.FourFifths) - forestAt(fairness.FourFifths)),
	}
	for _, mark := range []struct {
		at          float64
		mark, class string
	}{{.25, "¼", "grid"}, {.5, "½", "grid"}, {.8, "0.8", "limit"}, {1, "1", "even"}, {1.25, "1.25", "limit"}, {2, "2", "grid"}, {4, "4", "grid"}} {
		f.Ticks = append(f.Ticks, forestTick{X: forestX(mark.at), Mark: mark.mark, Class: mark.class})
	}
	for i, c := range rows {
		f.Rows = append(f.Rows, c.row(forestTop+forestRowing*i))
	}
	return f
}

func (c comparison) row(top int) forestRow {
	row := forestRow{
		Name: c.name, Verdict: c.verdict, Figures: c.figures,
		NameY: strconv.Itoa(top + forestName), FiguresY: strconv.Itoa(top + forestFigure), LineY: strconv.Itoa(top + forestLine),
	}
	if c.low != nil {
		row.Bar = barOf(*c.low, c.high, top+forestLine-forestHalf)
		row.Bar.Dashed = c.dashed
	}
	if c.ratio != nil && onForest(*c.ratio) {
		row.Shape, row.X = c.shape, forestX(*c.ratio)
	}
	if w := c.within; w != nil && !w.Suppressed && w.Low != nil {
		row.Thin = barOf(*w.Low, w.High, top+forestThin)
	}
	return row
}

// barOf cuts an interval to the scale. A high of nil has no bound.
func barOf(low float64, high *float64, top int) *forestBar {
	end := math.Inf(1)
	if high != nil {
		end = *high
	}
	from, to := forestAt(low), forestAt(end)
	return &forestBar{
		X: perCent(from), Width: perCent(to - from), End: perCent(to), Top: strconv.Itoa(top), Left: low < forestLow, Right: end > forestHigh,
	}
}

func onForest(ratio float64) bool { return forestLow <= ratio && ratio <= forestHigh }

// forestAt is where a ratio stands, in per cent of the width; one beyond the
// scale stands at its end.
func forestAt(ratio float64) float64 {
	share := math.Log(min(max(ratio, forestLow), forestHigh)/forestLow) / math.Log(forestHigh/forestLow)
	return forestMargin + share*(100-2*forestMargin)
}

func forestX(ratio float64) string { return perCent(forestAt(ratio)) }

// shapeOf is the mark of a verdict: a filled square for a gap, a filled dot for
// no material gap, a hollow diamond for what cannot be told.
func shapeOf(v fairness.Verdict) string {
	switch v {
	case fairness.GapFound:
		return "square"
	case fairness.NoMaterialGap:
		return "dot"
	case fairness.TooFew, fairness.Inconclusive:
	}
	return "diamond"
}
