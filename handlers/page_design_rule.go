package handlers

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

// How marks become an order: gates, rule, ties, weights.

func (p *pages) gatesPart(_ *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	scale := frameworks.FormatScore(f.Scale.Min) + " to " + frameworks.FormatScore(f.Scale.Max)
	form := []formField{{
		Kind: textField, Name: "appointable.composite", Label: "Composite", Mode: "decimal", Value: thresholdText(plan.Gates.Composite),
		Hint: "The composite of the panel’s marks is this or more. From " + scale + ".",
	}}
	for _, d := range f.Dimensions {
		value := ""
		if minimum, ok := plan.Gates.Minimum[d.Code]; ok {
			value = numberText(minimum)
		}
		form = append(form, formField{Kind: textField, Name: "appointable.minimum." + d.Code, Label: d.Title, Hint: "This or more", Mode: "decimal", Value: value})
	}
	form = append(form,
		formField{Kind: textField, Name: "appointable.veto", Label: "A single mark", Hint: "That any member gives: this or lower calls for attention", Mode: "decimal", Value: thresholdText(plan.Gates.Veto)},
		formField{Kind: radioField, Name: "appointable.veto_means", Label: "What does such a single mark mean?", Options: choose([]formOption{
			{Value: string(selection.VetoDiscuss), Words: "The panel discusses the candidate"}, {Value: string(selection.VetoNo), Words: "The gates are not met"},
		}, string(cmp.Or(plan.Gates.VetoMeans, selection.VetoDiscuss)))})
	return planPart{heading: "Gates", form: form,
		lead: []string{"Gates are thresholds on the panel’s marks. They say what the panel should look at, and decide nothing.", "A field that stays empty is no gate."},
		apply: func(plan *selection.Campaign, in url.Values, wrong *fault.List) {
			plan.Gates = typedGates(f, in, wrong)
		},
	}, nil
}

func typedGates(f frameworks.Framework, in url.Values, wrong *fault.List) selection.Gates {
	g := selection.Gates{Composite: typedThreshold(in, "appointable.composite", wrong), Veto: typedThreshold(in, "appointable.veto", wrong)}
	for _, d := range f.Dimensions {
		if x := typedThreshold(in, "appointable.minimum."+d.Code, wrong); x != nil {
			if g.Minimum == nil {
				g.Minimum = map[string]float64{}
			}
			g.Minimum[d.Code] = *x
		}
	}
	if g.Veto != nil {
		g.VetoMeans = selection.VetoMeans(in.Get("appointable.veto_means"))
	}
	return g
}

func (p *pages) rankPart(_ *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	form := []formField{{Kind: radioField, Name: "rank.rule", Label: "Whose order ranks?", Options: choose([]formOption{
		{Value: string(selection.PanelMean), Words: "The panel’s own marks", Hint: "The easiest to explain. Right where every member sees every candidate."},
		{Value: string(selection.Adjusted), Words: "The adjusted figures", Hint: "Take out how strict each member is. Right where candidates meet different members."},
	}, string(plan.Rank.Rule))}}
	ordinals := []string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth"}
	for i := range min(len(f.Dimensions), len(ordinals)) {
		options := []formOption{{Value: "", Words: "Nothing"}}
		for _, d := range f.Dimensions {
			options = append(options, formOption{Value: d.Code, Words: d.Title})
		}
		chosen := ""
		if i < len(plan.Rank.Ties) {
			chosen = plan.Rank.Ties[i]
		}
		form = append(form, formField{Kind: listField, Name: "rank.ties." + strconv.Itoa(i), Label: ordinals[i] + " to break a tie", Options: choose(options, chosen)})
	}
	return planPart{heading: "Ranking and ties", form: form,
		lead: []string{"Where two composites are equal to two decimals, the higher figure on what comes first here goes first. If all are equal, the rank is shared: no tie is broken silently."},
		apply: func(plan *selection.Campaign, in url.Values, wrong *fault.List) {
			plan.Rank = selection.RankRule{Rule: selection.Rule(in.Get("rank.rule")), Ties: typedTies(plan.Rank.Ties, in, wrong)}
		},
	}, nil
}

// typedTies is the chain; what a longer one had beyond the form stays.
func typedTies(was []string, in url.Values, wrong *fault.List) []string {
	var ties []string
	asked := 0
	for ; in.Has("rank.ties." + strconv.Itoa(asked)); asked++ {
		name := "rank.ties." + strconv.Itoa(asked)
		code := in.Get(name)
		switch {
		case code == "":
		case slices.Contains(ties, code):
			wrong.Add(name, "is there twice; choose another, or nothing")
		default:
			ties = append(ties, code)
		}
	}
	if asked < len(was) {
		ties = append(ties, was[asked:]...)
	}
	return ties
}

// sharesPage shows what the framework's weights come to in this plan. They are
// changed in the framework, as a version of its own.
type sharesPage struct {
	layout
	Campaign   campaignHead
	Framework  string
	Dimensions []shareRow
	Exercises  []shareRow
	Back       string
}

func (sharesPage) template() string { return "design-weights" }

type shareRow struct {
	Title, Says string
	Share       string
	Meter       float64 // of 100
}

func (p *pages) showShares(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, err
	}
	head, plan, f := headOf(c, campaign), campaign.Document, campaign.Framework.Document
	shown := sharesPage{
		layout: p.layout(c, "What counts how much: "+head.Title, link{head.Title, head.To}, link{"Design", head.To + "/design"}), Campaign: head, Back: head.To + "/design",
		Framework: f.Title + ", version " + strconv.Itoa(f.Version),
	}
	weights := f.Weights()
	for i, d := range f.Dimensions {
		row := rowOfShare(d.Title, weights[i])
		row.Says = capital(string(d.Kind))
		if !d.Weight.IsFixed() {
			row.Says += ", the middle of " + d.Weight.String()
		}
		shown.Dimensions = append(shown.Dimensions, row)
	}
	plan = plan.Of(selection.StageAssessment) // a sift enters no composite
	exercises, tests := exerciseShares(plan, f)
	for i, e := range plan.Exercises {
		row := rowOfShare(exerciseTitle(plan, e.Code), exercises[i])
		row.Says = methodWords(e.Method)
		shown.Exercises = append(shown.Exercises, row)
	}
	for i, t := range plan.Psychometrics {
		if t.Use == selection.Weighted {
			row := rowOfShare(t.Instrument+" "+t.Scale, tests[i])
			row.Says = "Psychometric test"
			shown.Exercises = append(shown.Exercises, row)
		}
	}
	return shown, nil
}

func rowOfShare(title string, share float64) shareRow {
	return shareRow{Title: title, Share: percent(share), Meter: share * 100}
}

// exerciseShares is each exercise's and each test's part in the composite of
// somebody who was seen in everything: a dimension is the mean of the exercises
// that show it, less what tests take of it (statistics §0).
func exerciseShares(plan selection.Campaign, f frameworks.Framework) (exercises, tests []float64) {
	exercises, tests = make([]float64, len(plan.Exercises)), make([]float64, len(plan.Psychometrics))
	weights := f.Weights()
	for k, d := range f.Dimensions {
		var showing []int
		for i, e := range plan.Exercises {
			if slices.ContainsFunc(d.Criteria, func(c frameworks.Criterion) bool { return slices.Contains(e.Criteria, c.Code) }) {
				showing = append(showing, i)
			}
		}
		left := weights[k]
		for i, t := range plan.Psychometrics {
			if t.Use == selection.Weighted && t.Loads[d.Code] > 0 {
				tests[i] += weights[k] * t.Share
				left -= weights[k] * t.Share
			}
		}
		for _, i := range showing {
			exercises[i] += left / float64(len(showing))
		}
	}
	return exercises, tests
}

func trimmed(in url.Values, name string) string { return strings.TrimSpace(in.Get(name)) }
