package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// scalePage changes the rating scale and what its marks mean in general.
type scalePage struct {
	frameworkForm
	Min, Max, Step string
	Labels         []anchorField
}

func (scalePage) template() string { return "framework-scale" }

const labelPrefix = "label."

func (p *pages) scalePage(c *call, f store.Framework, scale frameworks.Scale) scalePage {
	offered := f.Document.Scale // the typed one may not be a scale
	offered.Labels = nil
	return scalePage{
		frameworkForm: p.frameworkForm(c, f, "Rating scale", "scale"), Min: frameworks.FormatScore(scale.Min), Max: frameworks.FormatScore(scale.Max),
		Step: frameworks.FormatScore(scale.Step), Labels: anchorFields(labelPrefix, offered, scale.Labels),
	}
}

func (p *pages) askScale(c *call) (page, error) {
	f, err := p.draft(c)
	return p.scalePage(c, f, f.Document.Scale), err
}

func (p *pages) saveScale(c *call) error {
	fields, f, err := p.typedDraft(c)
	if err != nil {
		return err
	}
	typed := f.Document
	typed.Scale, err = typedScale(fields)
	if err == nil {
		err = p.keep(c, fields, f, typed)
	}
	shown := p.scalePage(c, f, typed.Scale)
	was := f.Document.Scale
	switch {
	case err != nil:
		shown.Min, shown.Max, shown.Step = fields.Get("min"), fields.Get("max"), fields.Get("step")
		return p.scaleAgain(c, shown, f.Document, err)
	case was.Min != typed.Scale.Min || was.Max != typed.Scale.Max || was.Step != typed.Scale.Step:
		return c.Redirect(http.StatusSeeOther, shown.Here+"?saved=yes") // its marks are to be named
	}
	return c.Redirect(http.StatusSeeOther, shown.Framework.To+"?saved=yes")
}

func typedScale(fields url.Values) (frameworks.Scale, error) {
	var wrong fault.List
	scale := frameworks.Scale{
		Min: typedNumber(&wrong, "min", typedText(fields, "min")), Max: typedNumber(&wrong, "max", typedText(fields, "max")),
		Step: typedNumber(&wrong, "step", typedText(fields, "step")), Labels: typedAnchors(fields, labelPrefix),
	}
	return scale, wrong.Err("the rating scale was not saved")
}

// scaleAgain shows what was typed and why it was not kept. Anchors that are off
// the new scale are named by their behaviours.
func (p *pages) scaleAgain(c *call, shown scalePage, was frameworks.Framework, cause error) error {
	status, err := shown.complain(cause, func(where string) string {
		switch {
		case where == "scale.labels":
			return "labels"
		case where == "scale":
			return "min"
		case strings.HasPrefix(where, "dimensions"):
			return "max"
		}
		return strings.TrimPrefix(where, "scale.")
	})
	if err != nil {
		return err
	}
	for _, f := range fault.FieldsOf(cause) {
		var d, k int
		if n, _ := fmt.Sscanf(f.Where, "dimensions[%d].criteria[%d]", &d, &k); n != 2 {
			continue
		}
		shown.Fields = []fieldProblem{{Field: "max", Message: "Behaviours have anchors for marks that are not on this scale."}}
		shown.Wrong["max"] = fmt.Sprintf("Behaviours have anchors for marks that are not on this scale, “%s” among them. Take those anchors away first; then change the scale and write new ones.", was.Dimensions[d].Criteria[k].Statement)
		break
	}
	return p.show(c, status, shown)
}
