package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// dimensionPage changes a value or competency and its behaviours.
type dimensionPage struct {
	frameworkForm
	Name, Description string
	Value, Other      bool
	Constitution      []constitutionChoice
	Behaviours        []behaviourForm
	Next              int // number of the behaviour that would be added
	Preview           string
}

func (dimensionPage) template() string { return "framework-dimension" }

type constitutionChoice struct {
	Code, Title string
	Chosen      bool
}

// behaviourForm asks for one behaviour. Lists are typed one a line.
type behaviourForm struct {
	N                  int
	Number             int // N as people count
	Code, Statement    string
	Anchors            []anchorField
	Positive, Negative string
	First, Last        bool
	Before, After      int
	WrongStatement     string
	WrongAnchors       string
	WrongPositive      string
	WrongNegative      string
}

func (p *pages) dimensionPage(c *call, f store.Framework, d frameworks.Dimension) dimensionPage {
	shown := dimensionPage{
		frameworkForm: p.frameworkForm(c, f, cmp.Or(d.Title, "Value or competency"), "dimensions", c.param("dimension")), Name: d.Title, Description: d.Description,
		Value: d.Kind == frameworks.Value, Other: d.Kind == frameworks.Competency, Next: len(d.Criteria),
	}
	shown.Preview = shown.Framework.To + "/preview/" + url.PathEscape(c.param("dimension"))
	for _, v := range frameworks.ConstitutionValues() {
		shown.Constitution = append(shown.Constitution, constitutionChoice{v.Code, v.Title, slices.Contains(d.Constitution, v.Code)})
	}
	for i, k := range d.Criteria {
		shown.Behaviours = append(shown.Behaviours, behaviourForm{
			N: i, Number: i + 1, Code: k.Code, Statement: k.Statement, Anchors: anchorFields("anchor."+strconv.Itoa(i)+".", f.Document.Scale, k.Anchors),
			Positive: strings.Join(k.Positive, "\n"), Negative: strings.Join(k.Negative, "\n"),
			First: i == 0, Last: i == len(d.Criteria)-1, Before: i - 1, After: i + 1,
		})
	}
	return shown
}

// dimension is the one that the address names, with its place.
func (c *call) dimension(f store.Framework) (at int, err error) {
	at = slices.IndexFunc(f.Document.Dimensions, func(d frameworks.Dimension) bool { return d.Code == c.param("dimension") })
	if at < 0 {
		return at, fault.New(fault.NotFound, "version %d of this framework has no value or competency %q", f.Document.Version, c.param("dimension"))
	}
	return at, nil
}

func (p *pages) askDimension(c *call) (page, error) {
	f, err := p.draft(c)
	if err != nil {
		return nil, err
	}
	at, err := c.dimension(f)
	if err != nil {
		return nil, err
	}
	return p.dimensionPage(c, f, f.Document.Dimensions[at]), nil
}

// typedDimension is the dimension as it stands in the form.
func typedDimension(fields url.Values, was frameworks.Dimension) frameworks.Dimension {
	d := frameworks.Dimension{
		Code: was.Code, Weight: was.Weight, Kind: frameworks.Kind(fields.Get("kind")),
		Title: typedText(fields, "title"), Description: typedText(fields, "description"), Constitution: fields["constitution"],
	}
	for i := 0; fields.Has("statement." + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		d.Criteria = append(d.Criteria, frameworks.Criterion{
			Code: fields.Get("code." + n), Statement: typedText(fields, "statement."+n), Anchors: typedAnchors(fields, "anchor."+n+"."),
			Positive: typedLines(fields, "positive."+n), Negative: typedLines(fields, "negative."+n),
		})
	}
	if slices.Equal(sorted(d.Constitution), sorted(was.Constitution)) {
		d.Constitution = was.Constitution // in the order that it has
	}
	return d
}

func sorted(words []string) []string { return slices.Sorted(slices.Values(words)) }

// saveDimension keeps the page, or shows it with a behaviour added, moved or
// removed.
func (p *pages) saveDimension(c *call) error {
	fields, f, err := p.typedDraft(c)
	if err != nil {
		return err
	}
	at, err := c.dimension(f)
	if err != nil {
		return err
	}
	d := typedDimension(fields, f.Document.Dimensions[at])
	switch then, which, _ := strings.Cut(fields.Get("then"), "."); then {
	case "save", "preview":
		return p.keepDimension(c, fields, f, at, d)
	case "add":
		d.Criteria = append(d.Criteria, frameworks.Criterion{})
	case "remove":
		if i, err := strconv.Atoi(which); err == nil && i >= 0 && i < len(d.Criteria) {
			d.Criteria = slices.Delete(d.Criteria, i, i+1)
		}
	default:
		moved(d.Criteria, then, which)
	}
	shown := p.dimensionPage(c, f, d)
	shown.Unsaved = true
	if shown.Revision, err = number(fields.Get("revision")); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, shown)
}

func (p *pages) keepDimension(c *call, fields url.Values, f store.Framework, at int, typed frameworks.Dimension) error {
	document := f.Document
	document.Dimensions = slices.Clone(document.Dimensions)
	document.Dimensions[at] = withCodes(document, typed)
	shown := p.dimensionPage(c, f, typed)
	err := p.keep(c, fields, f, document)
	if err == nil && fields.Get("then") == "preview" {
		return c.Redirect(http.StatusSeeOther, shown.Preview)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Framework.To+"?saved=yes")
	}
	status, err := shown.complain(err, func(where string) string {
		return dimensionField(strings.TrimPrefix(where, fmt.Sprintf("dimensions[%d].", at)))
	})
	if err != nil {
		return err
	}
	for i := range shown.Behaviours {
		shown.Behaviours[i].wrong(shown.Wrong)
	}
	return p.show(c, status, shown)
}

// withCodes gives new behaviours their codes, which stay when their statements are
// reworded. Marks are kept by code.
func withCodes(f frameworks.Framework, d frameworks.Dimension) frameworks.Dimension {
	d.Criteria = slices.Clone(d.Criteria)
	for i, k := range d.Criteria {
		if k.Code == "" {
			d.Criteria[i].Code = newBehaviourCode(f, d, k.Statement)
		}
	}
	return d
}

// dimensionField is where on the page a complaint about a part of the dimension
// belongs.
func dimensionField(part string) string {
	rest, ok := strings.CutPrefix(part, "criteria[")
	if !ok {
		field, _, _ := strings.Cut(part, "[")
		if field == "criteria" {
			return "behaviours"
		}
		return field
	}
	n, field, _ := strings.Cut(rest, "].")
	field, _, _ = strings.Cut(field, "[")
	if field == "code" {
		field = "statement"
	}
	return field + "." + n
}

func (b *behaviourForm) wrong(by map[string]string) {
	n := "." + strconv.Itoa(b.N)
	b.WrongStatement, b.WrongAnchors, b.WrongPositive, b.WrongNegative = by["statement"+n], by["anchors"+n], by["positive"+n], by["negative"+n]
}
