package handlers

import (
	"fmt"
	"strings"

	"appointable/frameworks"
	"appointable/selection"
)

// planView is what is locked when scoring opens, in tables and sentences.
type planView struct {
	Exercises  []exerciseHead
	Width      int // columns of the blueprint
	Dimensions []dimensionRows
	Scale      string
	Scales     []scaleView // psychometric
	Gates      []string
	Ties       string
	Warnings   []string
}

type exerciseHead struct {
	Title, Code, Method string
	Sift                bool
}

// dimensionRows are the criteria of one value or competency. The table of them
// against the exercises is the blueprint.
type dimensionRows struct {
	Title, Kind, Weight string
	Criteria            []criterionRow
}

type criterionRow struct {
	Code, Statement string
	Marked          []markedIn // one for each exercise, in their order
}

type markedIn struct {
	Exercise string
	Yes      bool
}

type scaleView struct{ Name, Use, Norm string }

func planOf(c selection.Campaign, f frameworks.Framework) planView {
	v := planView{Scale: scaleWords(f.Scale), Gates: gateSentences(c.Gates, f), Ties: tieSentence(c.Rank.Ties, f), Warnings: c.Warnings(f), Width: len(c.Exercises) + 1}
	for _, e := range c.Exercises {
		v.Exercises = append(v.Exercises, exerciseHead{Title: exerciseTitle(c, e.Code), Code: e.Code, Method: strings.ReplaceAll(string(e.Method), "-", " "), Sift: e.In() == selection.StageSift})
	}
	weights := f.Weights()
	for i, d := range f.Dimensions {
		rows := dimensionRows{Title: d.Title, Kind: string(d.Kind), Weight: weightWords(d.Weight, weights[i])}
		for _, criterion := range d.Criteria {
			rows.Criteria = append(rows.Criteria, criterionRow{Code: criterion.Code, Statement: criterion.Statement, Marked: markedIns(c, criterion.Code)})
		}
		v.Dimensions = append(v.Dimensions, rows)
	}
	for _, p := range c.Psychometrics {
		v.Scales = append(v.Scales, scaleOf(p, f))
	}
	return v
}

func markedIns(c selection.Campaign, criterion string) []markedIn {
	var marked []markedIn
	for _, e := range c.Exercises {
		m := markedIn{Exercise: exerciseTitle(c, e.Code)}
		for _, code := range e.Criteria {
			m.Yes = m.Yes || code == criterion
		}
		marked = append(marked, m)
	}
	return marked
}

func weightWords(w frameworks.Weight, share float64) string {
	if w.IsFixed() {
		return percent(share)
	}
	return fmt.Sprintf("%s (the middle of %s)", percent(share), w)
}

func scaleWords(s frameworks.Scale) string {
	words := fmt.Sprintf("Marks run from %s to %s", frameworks.FormatScore(s.Min), frameworks.FormatScore(s.Max))
	if s.Step > 0 {
		words += " in steps of " + frameworks.FormatScore(s.Step)
	}
	var labels []string
	for _, a := range s.Labels {
		labels = append(labels, frameworks.FormatScore(a.Score)+" "+a.Text)
	}
	if len(labels) > 0 {
		words += ": " + strings.Join(labels, "; ")
	}
	return words + "."
}

func scaleOf(p selection.Psychometric, f frameworks.Framework) scaleView {
	v := scaleView{Name: p.Instrument + " " + p.Scale, Use: "For information; in no figure", Norm: p.Norm}
	if p.Use == selection.Weighted {
		var loads []string
		for _, d := range f.Dimensions {
			if p.Loads[d.Code] > 0 {
				loads = append(loads, d.Title)
			}
		}
		v.Use = fmt.Sprintf("Counts as %s of %s", percent(p.Share), listed(loads))
	}
	if v.Norm == "" {
		v.Norm = "not named"
	}
	v.Norm = fmt.Sprintf("%s. Mean %s, standard deviation %s, reliability %s, standard error %s",
		v.Norm, decimal(p.Mean), decimal(p.SD), decimal(p.Reliability), oneDecimal(p.SEM()))
	return v
}

func gateSentences(g selection.Gates, f frameworks.Framework) []string {
	var s []string
	if g.Composite != nil {
		s = append(s, fmt.Sprintf("The composite of the panel’s marks is %s or more.", frameworks.FormatScore(*g.Composite)))
	}
	for _, d := range f.Dimensions {
		if minimum, ok := g.Minimum[d.Code]; ok {
			s = append(s, fmt.Sprintf("%s is %s or more.", d.Title, frameworks.FormatScore(minimum)))
		}
	}
	if g.Veto != nil {
		meaning := "the panel discusses the candidate"
		if g.VetoMeans == selection.VetoNo {
			meaning = "the gates are not met"
		}
		s = append(s, fmt.Sprintf("No single mark is %s or lower; if one is, %s.", frameworks.FormatScore(*g.Veto), meaning))
	}
	return s
}

func tieSentence(ties []string, f frameworks.Framework) string {
	if len(ties) == 0 {
		return "Composites that are equal to two decimals share a rank; no order was declared to break ties."
	}
	var titles []string
	for _, code := range ties {
		titles = append(titles, dimensionTitle(f, code))
	}
	return "Where composites are equal to two decimals, the higher figure on " + strings.Join(titles, ", then ") + " goes first; if all are equal, the rank is shared."
}
