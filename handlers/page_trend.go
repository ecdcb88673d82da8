package handlers

import (
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
	"appointable/selection/fairness"
)

// trendView is one comparison by year: the same picture as of stages, with a row
// a year, so that a change can be told from the width of its intervals.
type trendView struct {
	Plot forest
	Rows []trendRow
}

type trendRow struct{ Year, Ratio, Interval, Verdict, Class string }

// trendsShown is how many comparisons have their years on the page.
const trendsShown = 2

// trendsOf are those comparisons of a whole group of which more than one year is
// known, those with a gap first; more counts those for which there is no room.
func trendsOf(years []selection.YearRatio, whole []contrastOf) (views []trendView, more int) {
	var gaps, others [][]selection.YearRatio
	for _, c := range whole {
		rows := slices.DeleteFunc(slices.Clone(years), func(y selection.YearRatio) bool {
			return y.Characteristic != c.Characteristic || y.Stage != c.Stage || groupNamed(y.Characteristic, y.Focal) != c.Focal
		})
		shown := slices.DeleteFunc(slices.Clone(rows), func(y selection.YearRatio) bool { return y.Suppressed || y.Low == nil })
		switch {
		case len(shown) < 2:
		case c.finding() == fairness.GapFound:
			gaps = append(gaps, rows)
		default:
			others = append(others, rows)
		}
	}
	all := slices.Concat(gaps, others)
	for i, rows := range all[:min(len(all), trendsShown)] {
		views = append(views, trendOf(fmt.Sprintf("trend-%d", i+1), rows))
	}
	return views, len(all) - len(views)
}

func trendOf(id string, years []selection.YearRatio) trendView {
	first := years[0]
	title := fmt.Sprintf("%s, %s: %s compared with %s", characteristicWords(first.Characteristic), strings.ToLower(stageNamed(first.Stage)),
		groupNamed(first.Characteristic, first.Focal), groupNamed(first.Characteristic, first.Reference))
	var v trendView
	var rows []comparison
	for _, y := range years {
		verdict, class := verdictNamed(y.Verdict, y.Suppressed)
		c := comparison{name: returnYear(y.Year), verdict: verdict, shape: shapeOf(y.Verdict)}
		if !y.Suppressed {
			c.ratio, c.low, c.high = y.Ratio, y.Low, y.High
		}
		c.figures = figuresOf(c.ratio, c.low, c.high, y.Suppressed)
		rows = append(rows, c)
		v.Rows = append(v.Rows, trendRow{Year: c.name, Ratio: shownRatio(c.ratio, y.Suppressed), Interval: shownSpan(c.low, c.high, y.Suppressed), Verdict: verdict, Class: class})
	}
	v.Plot = forestOf(id, title, "A row for each year from April to March, the earliest first: the ratio within that year’s campaigns with its 95% interval, on a log scale with lines at 0.8, 1 and 1.25. The figures are in the table below.", rows)
	return v
}

// returnYear is a year of the NHS returns as they are called: 2025/26.
func returnYear(begins int) string { return fmt.Sprintf("%d/%02d", begins, (begins+1)%100) }
