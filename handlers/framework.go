package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// mimeYAML is framework.yaml's (RFC 9512).
const mimeYAML = "application/yaml"

// frameworkView is one version with what is unwise in it.
type frameworkView struct {
	store.Framework
	Warnings []string `json:"warnings"`
}

func (v frameworkView) etag() int { return v.Revision }

func viewFramework(f store.Framework, err error) (frameworkView, error) {
	if err != nil {
		return frameworkView{}, err
	}
	return frameworkView{Framework: f, Warnings: present(f.Document.Warnings())}, nil
}

// present makes an empty list of none, which reads better in JSON than null.
func present[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func (s *Server) frameworkTemplates(c *call) (list[frameworks.Framework], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[frameworks.Framework]{}, err
	}
	return partOf(at, frameworks.Templates(), func(f frameworks.Framework) []string { return []string{f.Code} }), nil
}

func (s *Server) frameworks(c *call) (list[store.FrameworkSummary], error) {
	at, err := c.cursor(2)
	if err != nil {
		return list[store.FrameworkSummary]{}, err
	}
	version := 0
	if at.after[1] != "" {
		if version, err = number(at.after[1]); err != nil {
			return list[store.FrameworkSummary]{}, noPlace()
		}
	}
	found, err := s.db.Frameworks(c.ctx(), c.who, at.after[0], version, at.more())
	return part(at, found, func(f store.FrameworkSummary) []string { return []string{f.Code, strconv.Itoa(f.Version)} }), err
}

// frameworkDocument reads a framework as JSON or as framework.yaml.
func (c *call) frameworkDocument() (frameworks.Framework, error) {
	var document frameworks.Framework
	mediaType, err := c.readBody(echo.MIMEApplicationJSON, mimeYAML)
	if err != nil {
		return document, err
	}
	if mediaType == mimeYAML {
		return frameworks.ReadYAML(c.body)
	}
	return document, decodeJSON(c.body, &document)
}

func (s *Server) createFramework(c *call) error {
	document, err := c.frameworkDocument()
	if err != nil {
		return err
	}
	view, err := viewFramework(s.db.CreateFramework(c.ctx(), c.who, c.key(), document))
	if err != nil {
		return err
	}
	return c.answer(view)
}

func (s *Server) changeFramework(c *call) error {
	code, version, err := c.frameworkName()
	if err != nil {
		return err
	}
	document, err := c.frameworkDocument()
	if err != nil {
		return err
	}
	var l fault.List
	if document.Code != code {
		l.Add("framework", "is %q, and the address says %q; a framework keeps its code", document.Code, code)
	}
	if document.Version != version {
		l.Add("version", "is %d, and the address says %d; a new version is a new framework", document.Version, version)
	}
	if err := l.Err("the framework was not changed"); err != nil {
		return err
	}
	view, err := viewFramework(s.db.ChangeFramework(c.ctx(), c.who, c.version, document))
	if err != nil {
		return err
	}
	return c.answer(view)
}

func (c *call) frameworkName() (code string, version int, err error) {
	version, err = number(c.param("version"))
	return c.param("code"), version, err
}

// framework answers in YAML to whoever asks for it.
func (s *Server) framework(c *call) error {
	code, version, err := c.frameworkName()
	if err != nil {
		return err
	}
	view, err := viewFramework(s.db.Framework(c.ctx(), c.who, code, version))
	if err != nil {
		return err
	}
	c.Response().Header().Add("Vary", "Accept")
	if !strings.Contains(c.Request().Header.Get(echo.HeaderAccept), mimeYAML) {
		return c.answer(view)
	}
	document, err := view.Document.YAML()
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", etag(view.etag()))
	return c.Blob(http.StatusOK, mimeYAML, document)
}

func (s *Server) publishFramework(c *call) (frameworkView, error) {
	code, version, err := c.frameworkName()
	if err != nil {
		return frameworkView{}, err
	}
	return viewFramework(s.db.PublishFramework(c.ctx(), c.who, code, version, c.version))
}

func (s *Server) retireFramework(c *call) (frameworkView, error) {
	code, version, err := c.frameworkName()
	if err != nil {
		return frameworkView{}, err
	}
	return viewFramework(s.db.RetireFramework(c.ctx(), c.who, code, version, c.version))
}

// diffView is what changed from one version to another, in sentences.
type diffView struct {
	From    int          `json:"from"`
	To      int          `json:"to"`
	Changes []changeView `json:"changes"`
}

type changeView struct {
	Where    string `json:"where"` // code of the dimension or criterion, else framework or scale
	Sentence string `json:"sentence"`
}

func (s *Server) diffFrameworks(c *call) (diffView, error) {
	var versions [2]frameworks.Framework
	for i, name := range []string{"from", "to"} {
		version, err := number(c.QueryParam(name))
		if err != nil {
			return diffView{}, refuse(http.StatusBadRequest, "%s is missing or no version number; ask for ?from=1&to=2", name)
		}
		found, err := s.db.Framework(c.ctx(), c.who, c.param("code"), version)
		if err != nil {
			return diffView{}, err
		}
		versions[i] = found.Document
	}
	view := diffView{From: versions[0].Version, To: versions[1].Version, Changes: []changeView{}}
	for _, change := range frameworks.Diff(versions[0], versions[1]) {
		view.Changes = append(view.Changes, changeView(change))
	}
	return view, nil
}
