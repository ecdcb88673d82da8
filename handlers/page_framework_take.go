package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// readyMade are the values and competencies of a template that a framework may
// take over, each with its behaviours.
type readyMade struct {
	Template string
	Choices  []readyChoice
}

type readyChoice struct {
	Value, Title string
	Chosen       bool
}

// readyMadeFor leaves out what the framework has already, by its code.
func readyMadeFor(f frameworks.Framework, chosen string) []readyMade {
	var groups []readyMade
	for _, t := range frameworks.Templates() {
		group := readyMade{Template: t.Title}
		for _, d := range t.Dimensions {
			if _, there := dimensionOf(f, d.Code); !there {
				value := t.Code + "/" + d.Code
				group.Choices = append(group.Choices, readyChoice{value, d.Title, value == chosen})
			}
		}
		if len(group.Choices) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// taken is the framework with a ready-made dimension at its end. Anchors for
// marks that its scale does not have stay behind.
func taken(f frameworks.Framework, choice string) (frameworks.Framework, string, error) {
	template, code, _ := strings.Cut(choice, "/")
	from, err := frameworks.Template(template)
	d, known := dimensionOf(from, code)
	if _, there := dimensionOf(f, code); err != nil || !known || there {
		var l fault.List
		l.Add("from", "choose what to take over")
		return f, "", l.Err("nothing was chosen")
	}
	d.Weight, d.Criteria = frameworks.Fixed(usualWeight(f)), slices.Clone(d.Criteria)
	for i, k := range d.Criteria {
		if _, at := f.Criterion(k.Code); at >= 0 {
			d.Criteria[i].Code = newBehaviourCode(f, d, k.Statement)
		}
		d.Criteria[i].Anchors = slices.DeleteFunc(slices.Clone(k.Anchors), func(a frameworks.Anchor) bool { return f.Scale.Allows(a.Score) != nil })
	}
	f.Dimensions = append(slices.Clone(f.Dimensions), d)
	return f, d.Code, nil
}

// takeOver adds the ready-made dimension that was chosen.
func (p *pages) takeOver(c *call, fields url.Values, f store.Framework) error {
	shown := p.addPage(c, f, frameworks.Dimension{}, "")
	document, code, err := taken(f.Document, fields.Get("from"))
	if err == nil {
		err = p.keep(c, fields, f, document)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, dimensionAddress(shown.Framework.To, code)+"?saved=yes")
	}
	shown.ReadyMade = readyMadeFor(f.Document, fields.Get("from"))
	status, err := shown.complain(err, func(string) string { return "from" })
	if err != nil {
		return err
	}
	return p.show(c, status, shown)
}
