package handlers

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// frameworksPage lists every version of every framework.
type frameworksPage struct {
	layout
	Versions      []versionHead
	Start, Import string // addresses; "" for whoever makes no frameworks
	Next          string
	Began         bool
}

func (frameworksPage) template() string { return "frameworks" }

func (p *pages) listFrameworks(c *call) (page, error) {
	at, err := c.cursor(2)
	if err != nil {
		return nil, err
	}
	version := 0
	if at.after[1] != "" {
		if version, err = number(at.after[1]); err != nil {
			return nil, noPlace()
		}
	}
	found, err := p.db.Frameworks(c.ctx(), c.who, at.after[0], version, at.more())
	if err != nil {
		return nil, err
	}
	list := part(at, found, func(f store.FrameworkSummary) []string { return []string{f.Code, strconv.Itoa(f.Version)} })
	shown := frameworksPage{layout: p.layout(c, "Frameworks"), Began: at.after[0] == ""}
	for _, f := range list.Items {
		shown.Versions = append(shown.Versions, versionHead{
			Name: f.Title, Code: f.Code, Version: f.Version, Status: capital(string(f.Status)), Class: statusClass(f.Status), Hash: f.Hash, To: versionAddress(c, f.Code, f.Version),
		})
	}
	if mayEditFrameworks(c) {
		shown.Start, shown.Import = c.address("frameworks", "start"), c.address("frameworks", "import")
	}
	if list.Next != nil {
		shown.Next = c.address("frameworks") + "?after=" + url.QueryEscape(*list.Next)
	}
	return shown, nil
}

// startPage makes a draft out of a template.
type startPage struct {
	layout
	Templates  []templateChoice
	Name, Code string
	Here, Key  string
	Import     string
	Problem    string
	Fields     []fieldProblem
	Wrong      map[string]string // by field
}

func (startPage) template() string { return "framework-start" }

type templateChoice struct {
	Code, Title, Description, Size string
	Chosen                         bool
}

func (p *pages) askStart(c *call) (page, error) { return p.startPage(c, url.Values{}) }

func (p *pages) startPage(c *call, fields url.Values) (startPage, error) {
	if err := access.Check(c.person.Roles, access.EditFramework); err != nil {
		return startPage{}, err
	}
	shown := startPage{
		layout: p.layout(c, "Start from a template", frameworksLink(c)), Name: typedText(fields, "title"), Code: typedText(fields, "code"),
		Here: c.address("frameworks", "start"), Import: c.address("frameworks", "import"), Key: newKey(),
	}
	for _, f := range frameworks.Templates() {
		values, behaviours := 0, 0
		for _, d := range f.Dimensions {
			behaviours += len(d.Criteria)
			if d.Kind == frameworks.Value {
				values++
			}
		}
		size := []string{}
		if values > 0 {
			size = append(size, counted(values, "value", "values"))
		}
		if n := len(f.Dimensions) - values; n > 0 {
			size = append(size, counted(n, "competency", "competencies"))
		}
		shown.Templates = append(shown.Templates, templateChoice{
			Code: f.Code, Title: f.Title, Description: f.Description, Chosen: fields.Get("template") == f.Code,
			Size: listed(append(size, counted(behaviours, "behaviour", "behaviours"))),
		})
	}
	return shown, nil
}

// startHere makes the draft and opens it.
func (p *pages) startHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.startPage(c, fields)
	if err != nil {
		return err
	}
	document, wrong := typedStart(fields)
	if wrong == nil {
		c.idempotency = fields.Get("key")
		_, wrong = p.db.CreateFramework(c.ctx(), c.who, c.key(), document)
	}
	if wrong == nil {
		return c.Redirect(http.StatusSeeOther, versionAddress(c, document.Code, document.Version))
	}
	if fault.Is(wrong, fault.Conflict) {
		wrong = codeTaken("code", document.Code)
	}
	status, err := complain(wrong, &shown.layout, &shown.Problem, &shown.Fields, &shown.Wrong, func(where string) string {
		if where == "framework" {
			return "code"
		}
		return where
	})
	if err != nil {
		return err
	}
	return p.show(c, status, shown)
}

func codeTaken(where, code string) error {
	var l fault.List
	l.Add(where, "there is a framework “%s” already; give this one another short name, or make a new version of that one", code)
	return l.Err("the framework was not made")
}

// typedStart is the template as it was chosen and named.
func typedStart(fields url.Values) (frameworks.Framework, error) {
	document, err := frameworks.Template(fields.Get("template"))
	if err != nil {
		var l fault.List
		l.Add("templates", "choose what to start from")
		return document, l.Err("nothing was chosen")
	}
	if title := typedText(fields, "title"); title != "" {
		document.Title = title
	}
	if code := typedText(fields, "code"); code != "" {
		document.Code = code
	}
	return document, nil
}

// importPage makes a draft out of framework.yaml, sent as a file or pasted.
type importPage struct {
	layout
	Text      string
	Here, Key string
	Start     string
	Problem   string
	Fields    []fieldProblem
	Wrong     map[string]string
	Mistakes  []mistake
}

// mistake is one in an imported text: where, and what.
type mistake struct{ Where, Message string }

func (importPage) template() string { return "framework-import" }

func (p *pages) askImport(c *call) (page, error) { return p.importPage(c) }

func (p *pages) importPage(c *call) (importPage, error) {
	return importPage{
		layout: p.layout(c, "Import a framework", frameworksLink(c)), Here: c.address("frameworks", "import"), Start: c.address("frameworks", "start"), Key: newKey(),
	}, access.Check(c.person.Roles, access.EditFramework)
}

func (p *pages) importHere(c *call) error {
	fields, err := c.files("file")
	if err != nil {
		return err
	}
	shown, err := p.importPage(c)
	if err != nil {
		return err
	}
	shown.Text = fields.Get("text")
	if file := fields.Get("file"); strings.TrimSpace(file) != "" {
		shown.Text = file
	}
	document, wrong := typedYAML(shown.Text)
	if wrong == nil {
		c.idempotency, c.body = fields.Get("key"), []byte(shown.Text) // a browser sends the same form twice in different bytes
		_, wrong = p.db.CreateFramework(c.ctx(), c.who, c.key(), document)
	}
	if wrong == nil {
		return c.Redirect(http.StatusSeeOther, versionAddress(c, document.Code, document.Version))
	}
	if fault.Is(wrong, fault.Conflict) {
		wrong = fault.New(fault.Invalid, "version %d of the framework “%s” exists already; write another number after “version:”, or another name after “framework:”", document.Version, document.Code)
	}
	for _, f := range fault.FieldsOf(wrong) {
		shown.Mistakes = append(shown.Mistakes, mistake{placeInText(f.Where), fullStop(f.Message)})
	}
	status, err := complain(wrong, &shown.layout, &shown.Problem, &shown.Fields, &shown.Wrong, func(string) string { return "text" })
	if err != nil {
		return err
	}
	shown.Fields = []fieldProblem{{Field: "text", Message: importProblem(wrong, len(shown.Mistakes))}}
	return p.show(c, status, shown)
}

// placeInText is "12:5: dimensions[2].weight" in words.
func placeInText(where string) string {
	var line, column int
	if !strings.Contains(where, ":") {
		return where
	}
	position, path, _ := strings.Cut(where, ": ")
	if n, _ := fmt.Sscanf(position, "%d:%d", &line, &column); n != 2 {
		return where
	}
	return strings.TrimSuffix(fmt.Sprintf("Line %d, %s", line, path), ", ")
}

func importProblem(wrong error, mistakes int) string {
	if mistakes == 0 {
		return fullStop(problemOf(wrong).Detail)
	}
	return "The framework was not imported: " + counted(mistakes, "mistake is", "mistakes are") + " listed above the text."
}

func typedYAML(text string) (frameworks.Framework, error) {
	if strings.TrimSpace(text) == "" {
		return frameworks.Framework{}, fault.New(fault.Invalid, "choose a file, or paste its text")
	}
	return frameworks.ReadYAML([]byte(text))
}

// files reads a form that may hold files: each becomes a field of its text.
func (c *call) files(names ...string) (url.Values, error) {
	if _, err := c.readBody(echo.MIMEMultipartForm); err != nil {
		return nil, err
	}
	unreadable := refuse(http.StatusBadRequest, "the form that was sent cannot be read; go back and send it again")
	_, parameters, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil {
		return nil, unreadable
	}
	form, err := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"]).ReadForm(bodyLimit)
	if err != nil {
		return nil, unreadable
	}
	fields := url.Values(form.Value)
	for _, name := range names {
		for _, header := range form.File[name] {
			file, err := header.Open()
			if err != nil {
				return nil, unreadable
			}
			var text bytes.Buffer
			if _, err := text.ReadFrom(file); err != nil {
				return nil, unreadable
			}
			fields.Set(name, text.String())
		}
	}
	for name := range fields {
		if text := fields.Get(name); !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return nil, refuse(http.StatusBadRequest, "the file is no text in UTF-8; save it as plain text in that encoding and send it again")
		}
	}
	return fields, nil
}
