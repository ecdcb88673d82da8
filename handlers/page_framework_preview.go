package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

// previewPage is a page of the sheet as a panel member will see it, made of the
// same parts. Nothing can be filled in.
type previewPage struct {
	layout
	Framework versionHead
	Part      dimensionForm
	Parts     []partLink
	Scale     []scaleLabel
	ScaleFree string
	Edit      string // address of the page that changes it
	Next      string
}

func (previewPage) template() string { return "framework-preview" }

func previewAddress(version, dimension string) string {
	return version + "/preview/" + url.PathEscape(dimension)
}

// openPreview begins with the first page.
func (p *pages) openPreview(c *call) error {
	f, err := p.version(c)
	if err != nil {
		return err
	}
	if len(f.Document.Dimensions) == 0 {
		return fault.New(fault.NotFound, "this framework has no value or competency yet")
	}
	at := versionAddress(c, f.Document.Code, f.Document.Version)
	return c.Redirect(http.StatusSeeOther, previewAddress(at, f.Document.Dimensions[0].Code))
}

func (p *pages) showPreview(c *call) (page, error) {
	f, err := p.version(c)
	if err != nil {
		return nil, err
	}
	at, err := c.dimension(f)
	if err != nil {
		return nil, err
	}
	head, scale := p.versionHead(c, f), f.Document.Scale
	d := f.Document.Dimensions[at]
	shown := previewPage{
		layout: p.layout(c, "Preview: "+d.Title, frameworksLink(c), head.link()), Framework: head,
		Part: partForm(d, selection.Sheet{}, scale), Scale: scaleLabels(scale),
	}
	for i, other := range f.Document.Dimensions {
		shown.Parts = append(shown.Parts, partLink{Title: other.Title, To: previewAddress(head.To, other.Code), Now: i == at})
	}
	if at+1 < len(f.Document.Dimensions) {
		shown.Next = previewAddress(head.To, f.Document.Dimensions[at+1].Code)
	}
	if len(scale.Marks()) == 0 {
		shown.ScaleFree = scaleSpan(scale)
	}
	if head.Editable {
		shown.Edit = dimensionAddress(head.To, d.Code)
	}
	return shown, nil
}

// diffPage tells two versions apart.
type diffPage struct {
	layout
	Name     string
	From, To versionHead
	Groups   []changeGroup
	Count    string
}

func (diffPage) template() string { return "framework-diff" }

// changeGroup is what changed in one value or competency, or around them.
type changeGroup struct {
	Title     string
	Sentences []string
}

func (p *pages) showDiff(c *call) (page, error) {
	view, err := p.diffFrameworks(c)
	if err != nil {
		return nil, err
	}
	shown := diffPage{Count: counted(len(view.Changes), "change", "changes")}
	var newer frameworks.Framework
	for _, end := range []struct {
		version int
		head    *versionHead
	}{{view.From, &shown.From}, {view.To, &shown.To}} {
		f, err := p.db.Framework(c.ctx(), c.who, c.param("code"), end.version)
		if err != nil {
			return nil, err
		}
		*end.head, newer = p.versionHead(c, f), f.Document
	}
	shown.Name = newer.Title
	shown.layout = p.layout(c, "What changed: "+shown.Name, frameworksLink(c), shown.To.link())
	for _, change := range view.Changes {
		shown.add(groupTitle(newer, change.Where), fullStop(behaviourSentence(newer, change)))
	}
	return shown, nil
}

func (d *diffPage) add(group, sentence string) {
	for i := range d.Groups {
		if d.Groups[i].Title == group {
			d.Groups[i].Sentences = append(d.Groups[i].Sentences, sentence)
			return
		}
	}
	d.Groups = append(d.Groups, changeGroup{group, []string{sentence}})
}

// behaviourSentence calls a behaviour by its words where the sentence calls it by
// its code, and by its number where the sentence is about the words.
func behaviourSentence(f frameworks.Framework, change changeView) string {
	rest, ok := strings.CutPrefix(change.Sentence, change.Where+": ")
	k, d := f.Criterion(change.Where)
	if !ok || d < 0 {
		return change.Sentence
	}
	if strings.HasPrefix(rest, "the statement ") {
		at := slices.IndexFunc(f.Dimensions[d].Criteria, func(other frameworks.Criterion) bool { return other.Code == k.Code })
		return "Behaviour " + strconv.Itoa(at+1) + ": " + rest
	}
	return "“" + k.Statement + "”: " + rest
}

// groupTitle is the title of what a change is in. What is gone from the newer
// version has no place there.
func groupTitle(f frameworks.Framework, where string) string {
	if d, ok := dimensionOf(f, where); ok {
		return d.Title
	}
	if _, at := f.Criterion(where); at >= 0 {
		return f.Dimensions[at].Title
	}
	switch where {
	case "framework":
		return "The framework as a whole"
	case "scale":
		return "The rating scale"
	}
	return "Removed"
}
