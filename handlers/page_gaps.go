package handlers

import (
	"math"
	"slices"
	"strconv"

	"appointable/selection"
	"appointable/selection/fairness"
)

// gapsView is the gaps in marks of one characteristic: a table of dimensions
// against exercises whose cells are shaded and have their figures and intervals
// printed, so that it is its own data table; then what else the marks show.
type gapsView struct {
	ID, Title string
	Withheld  bool
	Exercises []string
	Rows      []gapRow
	Total     *gapRow   // all dimensions together, by exercise; nil none
	Intervals []gapLine // only on the characteristic's own page
	Words     []string
	To        string // the characteristic's page; "" this is it
}

type gapRow struct {
	Dimension string
	Cells     []gapCell // by exercise, then all of them
}

// gapCell is a figure with its sign, its interval, and its shade: n3 to p3, or
// few.
type gapCell struct{ Figure, Interval, Shade string }

// gapLine is one place with its interval and what it shows.
type gapLine struct {
	Where, Figure, Interval, Marks, Verdict, Class string
}

// gapsOf are the maps of those characteristics that a board looks at first: of
// which a gap was found, then those of which anything can be told. What is left
// out is on the characteristics' own pages.
func gapsOf(gaps []selection.CharacteristicGap, titles codeTitles, address func(characteristic string) string) (views []gapsView, left []link) {
	var found, told, others []selection.CharacteristicGap
	for _, g := range gaps {
		switch {
		case slices.ContainsFunc(g.Scores, func(s selection.ScoreGap) bool { return s.Verdict == fairness.GapFound }):
			found = append(found, g)
		case slices.ContainsFunc(g.Scores, func(s selection.ScoreGap) bool { return s.G != nil }):
			told = append(told, g)
		default:
			others = append(others, g)
		}
	}
	for i, g := range slices.Concat(found, told, others) {
		if i >= min(len(found)+len(told), mapsShown) {
			left = append(left, link{gapTitle(g), address(g.Characteristic)})
			continue
		}
		v := gapsViewOf("gaps-"+strconv.Itoa(i+1), g, titles)
		v.Intervals, v.To = nil, address(g.Characteristic)
		if len(v.Words) > wordsListed {
			v.Words = v.Words[:wordsListed]
		}
		views = append(views, v)
	}
	return views, left
}

// mapsShown is how many maps of gaps are on the page, and wordsListed how many
// sentences stand beneath one.
const (
	mapsShown   = 3
	wordsListed = 5
)

func gapTitle(g selection.CharacteristicGap) string {
	return characteristicWords(g.Characteristic) + ": " + groupNamed(g.Characteristic, g.Focal) + " compared with " + groupNamed(g.Characteristic, g.Reference)
}

func gapsViewOf(id string, g selection.CharacteristicGap, titles codeTitles) gapsView {
	v := gapsView{
		ID: id, Withheld: g.Suppressed, Words: spacedAll(g.Words),
		Title: gapTitle(g),
	}
	if g.Suppressed {
		return v
	}
	dimensions, exercises, at := gapPlaces(g.Scores)
	for _, e := range exercises {
		v.Exercises = append(v.Exercises, titles.exercise(e))
	}
	rowOf := func(title, dimension string) gapRow {
		row := gapRow{Dimension: title}
		for _, e := range append(exercises[:len(exercises):len(exercises)], "") {
			row.Cells = append(row.Cells, gapCellOf(at[[2]string{dimension, e}]))
		}
		return row
	}
	for _, d := range dimensions {
		v.Rows = append(v.Rows, rowOf(titles.dimension(d), d))
	}
	if len(exercises) > 0 {
		total := rowOf("All together", "")
		v.Total = &total
	}
	for _, s := range g.Scores {
		v.Intervals = append(v.Intervals, gapLineOf(s, titles))
	}
	return v
}

// gapPlaces are dimensions and exercises in the order in which they are met,
// and the gap of each pair; "" stands for all.
func gapPlaces(scores []selection.ScoreGap) (dimensions, exercises []string, at map[[2]string]*selection.ScoreGap) {
	at = map[[2]string]*selection.ScoreGap{}
	for i, s := range scores {
		var key [2]string
		if s.Dimension != nil {
			key[0] = *s.Dimension
			dimensions = added(dimensions, key[0])
		}
		if s.Exercise != nil {
			key[1] = *s.Exercise
			exercises = added(exercises, key[1])
		}
		at[key] = &scores[i]
	}
	return dimensions, exercises, at
}

// gapCellOf is empty where nobody was marked, and hatched where there are too few
// to tell.
func gapCellOf(s *selection.ScoreGap) gapCell {
	switch {
	case s == nil:
		return gapCell{}
	case s.G == nil:
		return gapCell{Figure: "too few", Shade: "few"}
	}
	return gapCell{Figure: signedFigure(*s.G), Interval: signedSpan(s.Low, s.High), Shade: gapShade(*s.G)}
}

func signedSpan(low, high *float64) string {
	if low == nil || high == nil {
		return ""
	}
	return signedFigure(*low) + " to " + signedFigure(*high)
}

// gapShade follows the printed figure, so that equal figures look equal. Its
// steps are those by which Cohen called an effect small, medium and large.
func gapShade(g float64) string {
	size, side := math.Round(math.Abs(g)*100)/100, "p"
	if g < 0 {
		side = "n"
	}
	switch {
	case size < fairness.MaterialGap:
		return "zero"
	case size < 0.5:
		return side + "1"
	case size < 0.8:
		return side + "2"
	}
	return side + "3"
}

func gapLineOf(s selection.ScoreGap, titles codeTitles) gapLine {
	line := gapLine{Where: titles.where(s.Dimension, s.Exercise), Figure: tooFew, Interval: tooFew, Marks: tooFew}
	line.Verdict, line.Class = verdictNamed(s.Verdict, false)
	if s.G == nil {
		return line
	}
	line.Figure, line.Marks = signedFigure(*s.G), none
	line.Interval = signedSpan(s.Low, s.High)
	if s.Marks != nil {
		line.Marks = signedFigure(*s.Marks)
	}
	return line
}

// codeTitles says the titles of dimensions and exercises; where it knows none, the
// code stands.
type codeTitles struct{ dimensions, exercises map[string]string }

func (t codeTitles) dimension(code string) string { return titled(t.dimensions, code) }

func (t codeTitles) exercise(code string) string { return titled(t.exercises, code) }

func titled(titles map[string]string, code string) string {
	if title := titles[code]; title != "" {
		return title
	}
	return capital(code)
}

func (t codeTitles) where(dimension, exercise *string) string {
	switch {
	case dimension == nil && exercise == nil:
		return "All marks"
	case dimension == nil:
		return t.exercise(*exercise)
	case exercise == nil:
		return t.dimension(*dimension)
	}
	return t.dimension(*dimension) + " × " + t.exercise(*exercise)
}

func added(list []string, text string) []string {
	for _, known := range list {
		if known == text {
			return list
		}
	}
	return append(list, text)
}

func spacedAll(sentences []string) []string {
	out := make([]string, len(sentences))
	for i, s := range sentences {
		out[i] = spaced(s)
	}
	return out
}
