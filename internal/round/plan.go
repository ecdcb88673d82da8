package round

import (
	"math"

	"appointable/frameworks"
	"appointable/internal/strictyaml"
	"appointable/selection"
)

// readPlan reads the framework and the campaign, and reports whether both are
// sound, so that marks can be judged against them.
func (in *folder) readPlan(r *selection.Round) bool {
	document, data := in.document(frameworkFile)
	known, frameworkSound := false, false
	if document != nil {
		decoded, err := strictyaml.Decode(data, &r.Framework)
		known = err == nil
		if decoded != nil {
			err = decoded.Join(err, r.Framework.Validate())
		}
		document.keepAll(err)
		frameworkSound = err == nil
	}
	document, data = in.document(campaignFile)
	if document == nil {
		return false
	}
	campaign, err := readCampaign(data, func(c selection.Campaign) frameworks.Framework {
		return judgedBy(r.Framework, c, known, frameworkSound)
	})
	document.keepAll(err)
	r.Campaign = campaign
	return frameworkSound && err == nil
}

// readCampaign decodes a campaign.yaml and judges it by a framework. The error
// is fault.Invalid with "LINE:COLUMN: path" in the Where of its fields.
func readCampaign(data []byte, framework func(selection.Campaign) frameworks.Framework) (selection.Campaign, error) {
	var c selection.Campaign
	document, err := strictyaml.Decode(data, &c)
	if document == nil {
		return c, err
	}
	c = c.WithDefaults()
	return c, document.Join(err, c.Validate(framework(c)))
}

// judgedBy is the framework to judge a campaign by. Of a framework that breaks
// rules the codes still count, and of one that could not be read nothing does:
// then it has whatever the campaign names.
func judgedBy(f frameworks.Framework, c selection.Campaign, known, sound bool) frameworks.Framework {
	if !sound {
		f.Scale = frameworks.Scale{Min: math.Inf(-1), Max: math.Inf(1)}
	}
	if known {
		return f
	}
	f.Dimensions = nil
	add := func(code string, criteria ...string) {
		d := frameworks.Dimension{Code: code}
		for _, criterion := range criteria {
			d.Criteria = append(d.Criteria, frameworks.Criterion{Code: criterion})
		}
		f.Dimensions = append(f.Dimensions, d)
	}
	for _, e := range c.Exercises {
		add("", e.Criteria...)
	}
	for _, code := range c.Rank.Ties {
		add(code)
	}
	for code := range c.Gates.Minimum {
		add(code)
	}
	for _, p := range c.Psychometrics {
		for code := range p.Loads {
			add(code)
		}
	}
	return f
}
