package round

import (
	"bytes"
	"math"
	"slices"
	"unicode"

	"go.yaml.in/yaml/v3"

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

// campaignYAML writes a campaign in the order of its keys; what holds plain
// values only stands on one line.
func campaignYAML(c selection.Campaign) ([]byte, error) {
	var node yaml.Node
	if err := node.Encode(c); err != nil {
		return nil, err
	}
	restyle(&node)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

func restyle(node *yaml.Node) {
	switch {
	case node.Kind != yaml.ScalarNode:
		for _, child := range node.Content {
			restyle(child)
		}
		if !slices.ContainsFunc(node.Content, func(child *yaml.Node) bool { return child.Kind != yaml.ScalarNode }) {
			node.Style = yaml.FlowStyle
		}
	case node.Tag != "!!str":
		node.Tag = "" // a float that is whole would get the tag !!float, which is not read
	case slices.ContainsFunc([]rune(node.Value), func(r rune) bool { return !unicode.IsPrint(r) }):
		node.Style = yaml.DoubleQuotedStyle // blocks lose carriage returns and some blanks
	}
}
