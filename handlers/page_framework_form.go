package handlers

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// frameworkForm is what the pages that change a draft have in common. Each
// shows a part of the document and saves that part as a whole: what is moved or
// removed on the page is so once it is saved.
type frameworkForm struct {
	layout
	Framework versionHead
	Here      string // where the form posts to
	Revision  int    // of the draft that the form was made from
	Unsaved   bool   // the page shows what is not kept yet
	Saved     string
	Problem   string
	Fields    []fieldProblem
	Wrong     map[string]string // what is wrong, by field
}

func (p *pages) frameworkForm(c *call, f store.Framework, title string, steps ...string) frameworkForm {
	head := p.versionHead(c, f)
	form := frameworkForm{layout: p.layout(c, title, frameworksLink(c), head.link()), Framework: head, Revision: f.Revision, Here: head.To}
	for _, s := range steps {
		form.Here += "/" + url.PathEscape(s)
	}
	if c.QueryParam("saved") != "" && c.Request().Method == http.MethodGet {
		form.Saved = "Saved."
	}
	return form
}

// draft loads the version that the address names, for whoever may change it now.
func (p *pages) draft(c *call) (store.Framework, error) {
	if err := access.Check(c.person.Roles, access.EditFramework); err != nil {
		return store.Framework{}, err
	}
	f, err := p.version(c)
	if err != nil {
		return f, err
	}
	return f, f.Status.Edit()
}

// typedDraft is a form and the draft that it is about.
func (p *pages) typedDraft(c *call) (url.Values, store.Framework, error) {
	fields, err := c.form()
	if err != nil {
		return nil, store.Framework{}, err
	}
	f, err := p.draft(c)
	return fields, f, err
}

// keep saves the draft as it is to be. What is so already is not saved again:
// the button may have been pressed twice.
func (p *pages) keep(c *call, fields url.Values, was store.Framework, document frameworks.Framework) error {
	if err := document.Validate(); err != nil {
		return err
	}
	if document.Hash() == was.Document.Hash() {
		return nil
	}
	revision, err := number(fields.Get("revision"))
	if err != nil {
		return refuse(http.StatusBadRequest, "the form does not say which state of the draft it was made from; go back, load the page again and repeat your change")
	}
	_, err = p.db.ChangeFramework(c.ctx(), c.who, revision, document)
	return err
}

func (f *frameworkForm) complain(cause error, fieldOf func(where string) string) (status int, err error) {
	return complain(cause, &f.layout, &f.Problem, &f.Fields, &f.Wrong, fieldOf)
}

// complain says on a form why it was not kept, beside the fields concerned. It
// returns the cause itself where no form can mend it.
func complain(cause error, l *layout, problem *string, fields *[]fieldProblem, wrong *map[string]string, fieldOf func(where string) string) (status int, err error) {
	what := problemOf(cause)
	if what.Status != http.StatusPreconditionFailed && what.Status != http.StatusUnprocessableEntity {
		return 0, cause
	}
	l.Title = "Error: " + l.Title
	if *problem = fullStop(what.Detail); what.Status == http.StatusPreconditionFailed {
		*problem = "This draft was changed from another window or by somebody else since you opened this page. Below is what you typed here. Save it if it is what should count; or leave it and open the page again to see what is kept."
	}
	*wrong = map[string]string{}
	for _, f := range what.Errors {
		field, message := fieldOf(f.Where), fullStop(f.Message)
		*fields = append(*fields, fieldProblem{Field: field, Message: fieldTitle(field) + message})
		if said := (*wrong)[field]; said != "" {
			message = said + " " + message
		}
		(*wrong)[field] = message
	}
	return what.Status, nil
}

// fieldTitle says in the list of mistakes which field one is about; beside the
// field that is plain.
func fieldTitle(field string) string {
	switch name, n, _ := strings.Cut(field, "."); name {
	case "title", "description", "source":
		return capital(name) + ": "
	case "code":
		return "Short name: "
	case "min":
		return "Lowest mark: "
	case "max":
		return "Highest mark: "
	case "step":
		return "Step: "
	case "statement", "anchors", "positive", "negative":
		i, err := strconv.Atoi(n)
		if err != nil {
			return "Its first behaviour: "
		}
		return "Behaviour " + strconv.Itoa(i+1) + ": "
	}
	return ""
}

// typedText is a text as it is kept: in lines, without space around it.
func typedText(fields url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(fields.Get(name), "\r\n", "\n"))
}

// typedLines are a list that was typed one a line.
func typedLines(fields url.Values, name string) []string {
	var lines []string
	for line := range strings.SplitSeq(typedText(fields, name), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// typedNumber reads a number. A decimal comma counts as a point.
func typedNumber(wrong *fault.List, where, text string) float64 {
	if text == "" {
		wrong.Add(where, "a number is missing here; write one such as 4 or 0.5")
		return 0
	}
	x, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		wrong.Add(where, "“%.20s” is not a number; write one such as 4 or 0.5", text)
		return 0
	}
	return x
}

// typedAnchors are the texts that stand for marks, in fields named by prefix and
// mark. An empty one is none.
func typedAnchors(fields url.Values, prefix string) frameworks.Anchors {
	var anchors frameworks.Anchors
	for name := range fields {
		mark, ok := strings.CutPrefix(name, prefix)
		score, err := strconv.ParseFloat(mark, 64)
		if text := typedText(fields, name); ok && err == nil && text != "" && !math.IsNaN(score) {
			anchors = append(anchors, frameworks.Anchor{Score: score, Text: text})
		}
	}
	slices.SortFunc(anchors, func(a, b frameworks.Anchor) int { return cmp.Compare(a.Score, b.Score) })
	return anchors
}

// anchorField asks what a mark means.
type anchorField struct{ Name, Mark, Label, Text string }

// manyMarks are more than anybody describes one by one.
const manyMarks = 11

// anchorFields are the marks that are asked for: all of a short scale, of a long
// one the ends, the middle and those that have a text already.
func anchorFields(prefix string, scale frameworks.Scale, anchors frameworks.Anchors) []anchorField {
	marks := scale.Marks()
	if n := len(marks); n == 0 {
		marks = []float64{scale.Min, scale.Max}
	} else if n > manyMarks {
		marks = []float64{scale.Min, marks[n/2], scale.Max}
	}
	for _, a := range anchors {
		if !slices.Contains(marks, a.Score) {
			marks = append(marks, a.Score)
		}
	}
	slices.Sort(marks)
	var fields []anchorField
	for _, m := range marks {
		mark := frameworks.FormatScore(m)
		text, _ := anchors.At(m)
		label, _ := scale.Labels.At(m)
		fields = append(fields, anchorField{Name: prefix + mark, Mark: mark, Label: label, Text: text})
	}
	return fields
}

// aboutPage changes what a framework is called and where it comes from.
type aboutPage struct {
	frameworkForm
	Name, Description, Source string
}

func (aboutPage) template() string { return "framework-about" }

func (p *pages) aboutPage(c *call, f store.Framework, typed frameworks.Framework) aboutPage {
	return aboutPage{frameworkForm: p.frameworkForm(c, f, "Title, description and source", "about"), Name: typed.Title, Description: typed.Description, Source: typed.Source}
}

func (p *pages) askAbout(c *call) (page, error) {
	f, err := p.draft(c)
	return p.aboutPage(c, f, f.Document), err
}

func (p *pages) saveAbout(c *call) error {
	fields, f, err := p.typedDraft(c)
	if err != nil {
		return err
	}
	typed := f.Document
	typed.Title, typed.Description, typed.Source = typedText(fields, "title"), typedText(fields, "description"), typedText(fields, "source")
	shown := p.aboutPage(c, f, typed)
	if err = p.keep(c, fields, f, typed); err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Framework.To+"?saved=yes")
	}
	status, err := shown.complain(err, func(where string) string { return where })
	if err != nil {
		return err
	}
	return p.show(c, status, shown)
}
