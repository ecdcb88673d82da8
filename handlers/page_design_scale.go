package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

func (p *pages) showScales(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, err
	}
	shown := p.designList(c, campaign, "Psychometric tests")
	at := shown.Campaign.To + "/design/"
	shown.Lead = []string{"What each scale is for is declared before anybody’s result is seen: for information only, or as a small share of named values."}
	shown.None, shown.Add, shown.AddWords = "No test is declared. A campaign needs none.", at+"new-test", "Add a scale"
	shown.Next, shown.NextWords = at+"gates", "Go on to the gates"
	for _, t := range campaign.Document.Psychometrics {
		view := scaleOf(t, campaign.Framework.Document)
		shown.Items = append(shown.Items, designItem{
			Title: view.Name, Says: view.Use, To: c.address("campaigns", campaign.Document.Code, "design", "tests", t.Instrument, t.Scale),
		})
	}
	return shown, nil
}

func (p *pages) newScalePart(_ *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	part := scalePart(selection.Psychometric{Use: selection.Inform}, len(plan.Psychometrics), f)
	part.heading, part.button = "Add a scale of a test", "Add this scale"
	return part, nil
}

func (p *pages) scalePart(c *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	i := slices.IndexFunc(plan.Psychometrics, func(t selection.Psychometric) bool {
		return t.Instrument == c.param("instrument") && t.Scale == c.param("scale")
	})
	if i < 0 {
		return planPart{}, fault.New(fault.NotFound, "the campaign declares no scale %q of %q", c.param("scale"), c.param("instrument"))
	}
	t := plan.Psychometrics[i]
	part := scalePart(t, i, f)
	part.heading = t.Instrument + " " + t.Scale
	part.remove, part.removeWords = "design/tests/"+url.PathEscape(t.Instrument)+"/"+url.PathEscape(t.Scale)+"/remove", "Remove this scale"
	return part, nil
}

func scalePart(t selection.Psychometric, i int, f frameworks.Framework) planPart {
	optional := func(x float64) string {
		if x == 0 {
			return ""
		}
		return numberText(x)
	}
	norm := func(x float64) string { // 0 is a mean
		if t.Instrument == "" {
			return ""
		}
		return numberText(x)
	}
	form := []formField{
		{Kind: textField, Name: "instrument", Label: "Instrument", Hint: "A short code, for example SJT-C", Value: t.Instrument},
		{Kind: textField, Name: "scale", Label: "Scale", Hint: "A short code, for example total", Value: t.Scale},
		{Kind: radioField, Name: "use", Label: "What is it for?", Options: choose([]formOption{
			{Value: string(selection.Inform), Words: "For information", Hint: "The panel sees it after its own marks. It is in no figure."},
			{Value: string(selection.Weighted), Words: "Weighted", Hint: "It enters the composite with the share below."},
		}, string(t.Use))},
		{Kind: textField, Name: "share", Label: "Share", Mode: "decimal", Hint: "Weighted scales only: of each value it loads on, above 0 and at most 0.20", Value: optional(t.Share)},
	}
	for _, d := range f.Dimensions {
		form = append(form, formField{Kind: textField, Name: "loads." + d.Code, Label: "Load on " + d.Title, Mode: "decimal", Hint: "How much of it the scale measures, against its other loads; empty: none", Value: optional(t.Loads[d.Code])})
	}
	form = append(form,
		formField{Kind: textField, Name: "norm", Label: "Norm group", Hint: "With whom a candidate is compared, for example “UK consultants, 2024, n = 412”", Value: t.Norm},
		formField{Kind: textField, Name: "mean", Label: "Mean of the norm group", Mode: "decimal", Value: norm(t.Mean)},
		formField{Kind: textField, Name: "sd", Label: "Standard deviation of the norm group", Mode: "decimal", Value: norm(t.SD)},
		formField{Kind: textField, Name: "reliability", Label: "Reliability", Mode: "decimal", Hint: "From 0 to 1, as the manual gives it", Value: norm(t.Reliability)},
		formField{Kind: textField, Name: "validity", Label: "Validity", Mode: "decimal", Hint: "How closely it goes with the values, from 0 to 1; 0.30 is taken where it is not known", Value: optional(t.Validity)})
	return planPart{
		prefix: "psychometrics[" + strconv.Itoa(i) + "].", back: "design/tests", backWords: "Psychometric tests", form: form,
		apply: func(plan *selection.Campaign, in url.Values, wrong *fault.List) {
			if i == len(plan.Psychometrics) {
				plan.Psychometrics = append(plan.Psychometrics, selection.Psychometric{})
			}
			plan.Psychometrics[i] = typedTest(f, in, wrong)
		},
	}
}

func typedTest(f frameworks.Framework, in url.Values, wrong *fault.List) selection.Psychometric {
	optional := func(name string) float64 {
		if x := typedThreshold(in, name, wrong); x != nil {
			return *x
		}
		return 0
	}
	t := selection.Psychometric{
		Instrument: trimmed(in, "instrument"), Scale: trimmed(in, "scale"), Use: selection.Use(in.Get("use")), Norm: strings.TrimSpace(in.Get("norm")),
		Share: optional("share"), Validity: optional("validity"),
		Mean: typedFigure(in, "mean", wrong), SD: typedFigure(in, "sd", wrong), Reliability: typedFigure(in, "reliability", wrong),
	}
	for _, d := range f.Dimensions {
		if load := typedThreshold(in, "loads."+d.Code, wrong); load != nil {
			if t.Loads == nil {
				t.Loads = map[string]float64{}
			}
			t.Loads[d.Code] = *load
		}
	}
	return t
}

func (p *pages) removeScale(c *call) error {
	return p.removes(c, p.scalePart, func(plan *selection.Campaign, _ *fault.List) {
		plan.Psychometrics = slices.DeleteFunc(plan.Psychometrics, func(t selection.Psychometric) bool {
			return t.Instrument == c.param("instrument") && t.Scale == c.param("scale")
		})
	})
}
