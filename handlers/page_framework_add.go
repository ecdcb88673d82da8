package handlers

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"appointable/frameworks"
	"appointable/internal/store"
)

// addPage adds a value or competency with its first behaviour.
type addPage struct {
	frameworkForm
	Name, Statement string
	Value, Other    bool // which kind is chosen
	Weight          string
	ReadyMade       []readyMade
}

func (addPage) template() string { return "framework-add" }

func (p *pages) addPage(c *call, f store.Framework, d frameworks.Dimension, statement string) addPage {
	return addPage{
		frameworkForm: p.frameworkForm(c, f, "Add a value or competency", "add"), Name: d.Title, Statement: statement,
		Value: d.Kind == frameworks.Value, Other: d.Kind == frameworks.Competency, Weight: frameworks.FormatScore(usualWeight(f.Document)),
		ReadyMade: readyMadeFor(f.Document, ""),
	}
}

// usualWeight is that of an average dimension, in a round number.
func usualWeight(f frameworks.Framework) float64 {
	sum := 0.0
	for _, d := range f.Dimensions {
		sum += d.Weight.Midpoint()
	}
	mean := sum / float64(len(f.Dimensions))
	if mean >= 10 {
		return math.Round(mean)
	}
	return max(math.Round(10*mean)/10, 0.1)
}

func (p *pages) askAdd(c *call) (page, error) {
	f, err := p.draft(c)
	if err != nil {
		return nil, err
	}
	return p.addPage(c, f, frameworks.Dimension{}, ""), nil
}

func (p *pages) addHere(c *call) error {
	fields, f, err := p.typedDraft(c)
	if err != nil {
		return err
	}
	if fields.Get("then") == "take" {
		return p.takeOver(c, fields, f)
	}
	d := frameworks.Dimension{Kind: frameworks.Kind(fields.Get("kind")), Title: typedText(fields, "title"), Weight: frameworks.Fixed(usualWeight(f.Document))}
	d.Code = frameworks.NewCode("", d.Title, func(code string) bool { _, ok := dimensionOf(f.Document, code); return ok })
	first := frameworks.Criterion{Statement: typedText(fields, "statement")}
	first.Code = newBehaviourCode(f.Document, d, first.Statement)
	d.Criteria = []frameworks.Criterion{first}
	document := f.Document
	document.Dimensions = append(slices.Clone(document.Dimensions), d)
	shown := p.addPage(c, f, d, first.Statement)
	if err = p.keep(c, fields, f, document); err == nil {
		return c.Redirect(http.StatusSeeOther, dimensionAddress(shown.Framework.To, d.Code)+"?saved=yes")
	}
	status, err := shown.complain(err, func(where string) string {
		_, field, _ := strings.Cut(where, "].")
		return strings.TrimPrefix(field, "criteria[0].")
	})
	if err != nil {
		return err
	}
	return p.show(c, status, shown)
}

func newBehaviourCode(f frameworks.Framework, d frameworks.Dimension, statement string) string {
	return frameworks.NewCode(d.Code, statement, func(code string) bool {
		_, at := f.Criterion(code)
		return at >= 0 || slices.ContainsFunc(d.Criteria, func(k frameworks.Criterion) bool { return k.Code == code })
	})
}
