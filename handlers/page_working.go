package handlers

import (
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// workingPage is one candidate's working by itself, to print or to send.
type workingPage struct {
	layout
	Campaign campaignHead
	Place    placeView
	Ranking  string // its address
}

func (workingPage) template() string { return "working" }

// workingView is every step from the marks to a candidate's composite, laid
// out so that a person with a pencil arrives at the same. Each line is worked
// out from the lines below it.
type workingView struct {
	Candidate string
	Points    []pointsLine
	Composite string
	Values    string // of the values alone
	Marks     string // of panel marks alone, which the gates look at
	Lines     []workingLine
}

type pointsLine struct{ Title, Figure, Weight, Points string }

// workingLine is one line of the working: a dimension, what goes into it, or a
// criterion in an exercise.
type workingLine struct {
	Class, Title string
	Marks        string // what the sum is made of, by rater
	Sum          string
}

func (p *pages) showWorking(c *call) (page, error) {
	campaign, r, _, err := p.latest(c)
	if err != nil {
		return nil, err
	}
	place, ok := r.Candidate(c.param("candidate"))
	if !ok {
		return nil, fault.New(fault.NotFound, "there is nobody of that code in the ranking")
	}
	if len(place.Trace) == 0 {
		return nil, fault.New(fault.NotFound, "a ranking of this size is kept without its working; export the round and rank it with the command line")
	}
	shown := workingPage{
		Campaign: headOf(c, campaign), Place: placeOf(place, r, campaign), Ranking: c.address("campaigns", campaign.Document.Code, "ranking"),
	}
	working := workingOf(place, campaign)
	shown.Place.Working, shown.Place.Contributions = &working, contributionsOf(place, campaign)
	shown.layout = p.layout(c, place.Candidate+" – "+shown.Campaign.Title, append(trail(shown.Campaign), link{Text: "Ranking", To: shown.Ranking})...)
	return shown, nil
}

func workingOf(place selection.Place, campaign store.Campaign) workingView {
	w := working{campaign: campaign.Document, framework: campaign.Framework.Document}
	v := workingView{Candidate: place.Candidate, Composite: decimals(place.PanelMean), Values: w.values(place), Marks: w.marks(place)}
	for _, d := range place.Trace {
		v.Points = append(v.Points, pointsLine{
			Title: dimensionTitle(w.framework, d.Dimension), Figure: decimals(d.PanelMean), Weight: decimal(d.Weight), Points: decimals(d.Points),
		})
		v.Lines = append(v.Lines, w.dimension(d)...)
	}
	return v
}

// working writes a trace in the words of its campaign.
type working struct {
	campaign  selection.Campaign
	framework frameworks.Framework
}

func decimals(x *float64) string {
	if x == nil {
		return none
	}
	return decimal(*x)
}

// values is the sum of the composite of the values alone.
func (w working) values(place selection.Place) string {
	if place.ValuesMean == nil {
		return none
	}
	var points, weights []string
	for _, d := range place.Trace {
		if w.isValue(d.Dimension) && d.Points != nil {
			points, weights = append(points, decimal(*d.Points)), append(weights, decimal(d.Weight))
		}
	}
	return bracket(points) + " ÷ " + bracket(weights) + " = " + decimal(*place.ValuesMean)
}

func (w working) isValue(code string) bool {
	return slices.ContainsFunc(w.framework.Dimensions, func(d frameworks.Dimension) bool {
		return d.Code == code && d.Kind == frameworks.Value
	})
}

// marks is the sum of the composite of panel marks alone.
func (w working) marks(place selection.Place) string {
	if place.MarksMean == nil {
		return none
	}
	var terms []string
	for _, d := range place.Trace {
		terms = append(terms, decimal(d.Weight)+" × "+decimals(d.Marks))
	}
	return strings.Join(terms, " + ") + " = " + decimal(*place.MarksMean)
}

func (w working) dimension(d selection.DimensionTrace) []workingLine {
	title := dimensionTitle(w.framework, d.Dimension)
	if d.Marks == nil {
		return []workingLine{{Class: "of-dimension", Title: title, Sum: "there is no mark that counts"}}
	}
	var lines []workingLine
	var means []string
	for _, e := range d.Exercises {
		means = append(means, decimal(e.Mean))
		lines = append(lines, w.exercise(e)...)
	}
	head := workingLine{Class: "of-dimension", Title: title, Sum: mean(means, *d.Marks)}
	if len(d.Psychometrics) == 0 {
		return append([]workingLine{head}, lines...)
	}
	tests, terms := w.tests(d.Psychometrics)
	left := 1.0
	for _, t := range d.Psychometrics {
		left -= t.Share
	}
	head.Sum = decimal(left) + " × " + decimal(*d.Marks) + terms + " = " + decimals(d.PanelMean)
	marks := workingLine{Class: "of-exercise", Title: "Panel’s marks on " + title, Sum: mean(means, *d.Marks)}
	return append(append([]workingLine{head}, tests...), append([]workingLine{marks}, lines...)...)
}

// tests puts psychometric scores on the scale of marks, and gives the terms
// that they add to the dimension.
func (w working) tests(tests []selection.PsychometricTrace) (lines []workingLine, terms string) {
	low, high := w.framework.Scale.Min, w.framework.Scale.Max
	for _, t := range tests {
		norms := w.norms(t)
		lines = append(lines, workingLine{
			Class: "of-exercise", Title: t.Instrument + " " + t.Scale + ", put on the scale of marks", Marks: "score " + decimal(t.Score),
			Sum: decimal((low+high)/2) + " + (" + decimal(t.Score) + " − " + decimal(norms.Mean) + ") ÷ " + decimal(norms.SD) +
				" × " + decimal(high-low) + " ÷ 6 = " + decimal(t.OnScale) + w.clipped(t.OnScale),
		})
		terms += " + " + decimal(t.Share) + " × " + decimal(t.OnScale)
	}
	return lines, terms
}

func (w working) norms(t selection.PsychometricTrace) selection.Psychometric {
	for _, p := range w.campaign.Psychometrics {
		if p.Instrument == t.Instrument && p.Scale == t.Scale {
			return p
		}
	}
	return selection.Psychometric{}
}

// clipped says that a score beyond the scale was brought back to its end.
func (w working) clipped(onScale float64) string {
	if onScale == w.framework.Scale.Min || onScale == w.framework.Scale.Max {
		return " (kept within the scale)"
	}
	return ""
}

func (w working) exercise(e selection.ExerciseTrace) []workingLine {
	var means []string
	lines := []workingLine{{}}
	for _, criterion := range e.Criteria {
		statement, _ := w.framework.Criterion(criterion.Criterion)
		var given []string
		total := 0.0
		for _, m := range criterion.Marks {
			given = append(given, m.Rater+" "+frameworks.FormatScore(m.Score))
			total += m.Score
		}
		means = append(means, decimal(criterion.Mean))
		lines = append(lines, workingLine{
			Title: statement.Statement, Marks: strings.Join(given, ", "),
			Sum: decimal(total) + " ÷ " + strconv.Itoa(len(given)) + " = " + decimal(criterion.Mean),
		})
	}
	lines[0] = workingLine{Class: "of-exercise", Title: exerciseTitle(w.campaign, e.Exercise), Sum: mean(means, e.Mean)}
	return lines
}

// mean is the sum as a person writes it; one figure is its own mean.
func mean(terms []string, result float64) string {
	if len(terms) == 1 {
		return decimal(result)
	}
	return bracket(terms) + " ÷ " + strconv.Itoa(len(terms)) + " = " + decimal(result)
}

func bracket(terms []string) string { return "(" + strings.Join(terms, " + ") + ")" }
