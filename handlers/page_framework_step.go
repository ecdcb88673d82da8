package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// versionStepPage takes a version on in its life: what it means, and one button.
type versionStepPage struct {
	layout
	Framework     versionHead
	Heading       string
	What          []string
	Button        string
	Here          string
	Revision      int
	Key           string
	Warnings      []string
	Gaps          []link
	Problem       string
	Fields        []fieldProblem
	CanBeTakenNow bool
}

func (versionStepPage) template() string { return "framework-step" }

// versionStep is one of the steps in the life of a version.
type versionStep struct {
	name            string // in the address
	from            []frameworks.Status
	heading, button string
	what            []string
	carryOut        func(p *pages, c *call, f store.Framework, fields url.Values) (frameworks.Framework, error)
}

func versionSteps() []versionStep {
	return []versionStep{
		{
			name: "publish", from: []frameworks.Status{frameworks.Draft}, heading: "Publish this version", button: "Publish this version",
			what: []string{
				"Campaigns can be planned with it from then on.",
				"It never changes again: neither a word nor a weight. This cannot be undone. To change something later, you make a new version.",
				"It gets a fingerprint, by which everybody can tell that it is the version that was agreed.",
			},
			carryOut: func(p *pages, c *call, f store.Framework, fields url.Values) (frameworks.Framework, error) {
				revision, err := number(fields.Get("revision"))
				if err != nil {
					return f.Document, err
				}
				_, err = p.db.PublishFramework(c.ctx(), c.who, f.Document.Code, f.Document.Version, revision)
				return f.Document, err
			},
		},
		{
			name: "next", from: []frameworks.Status{frameworks.Published, frameworks.Retired}, heading: "Make a new version", button: "Make the new version",
			what: []string{
				"The new version is a draft with the same content, which you change until you publish it.",
				"This version stays as it is, and so do the campaigns that use it.",
			},
			carryOut: (*pages).nextVersion,
		},
		{
			name: "retire", from: []frameworks.Status{frameworks.Published}, heading: "Retire this version", button: "Retire this version",
			what: []string{
				"No new campaign can be planned with it. This cannot be undone.",
				"Campaigns that use it go on as they are, and it stays readable here.",
			},
			carryOut: func(p *pages, c *call, f store.Framework, fields url.Values) (frameworks.Framework, error) {
				revision, err := number(fields.Get("revision"))
				if err != nil {
					return f.Document, err
				}
				_, err = p.db.RetireFramework(c.ctx(), c.who, f.Document.Code, f.Document.Version, revision)
				return f.Document, err
			},
		},
	}
}

// nextVersion makes a draft after the last version of all.
func (p *pages) nextVersion(c *call, f store.Framework, fields url.Values) (frameworks.Framework, error) {
	all, err := p.versions(c, f.Document.Code)
	if err != nil {
		return f.Document, err
	}
	document := f.Document
	document.Version = 1 + slices.MaxFunc(all, func(a, b store.FrameworkSummary) int { return a.Version - b.Version }).Version
	c.idempotency = fields.Get("key")
	made, err := p.db.CreateFramework(c.ctx(), c.who, c.key(), document) // pressed twice, the one that was made
	return made.Document, err
}

// stepLinks are the steps that the person may take with a version now. Where a
// newer draft is there, it is changed rather than another made.
func (p *pages) stepLinks(c *call, f store.Framework, head versionHead, hasDraft bool) []link {
	var links []link
	for _, s := range versionSteps() {
		if mayEditFrameworks(c) && slices.Contains(s.from, f.Status) && (s.name != "next" || !hasDraft) {
			links = append(links, link{s.heading, head.To + "/" + s.name})
		}
	}
	return links
}

func (p *pages) asksStep(s versionStep) endpoint {
	return p.shows(func(c *call) (page, error) {
		shown, _, err := p.versionStepPage(c, s)
		return shown, err
	})
}

func (p *pages) versionStepPage(c *call, s versionStep) (versionStepPage, store.Framework, error) {
	if err := access.Check(c.person.Roles, access.EditFramework); err != nil {
		return versionStepPage{}, store.Framework{}, err
	}
	f, err := p.version(c)
	if err != nil {
		return versionStepPage{}, f, err
	}
	if !slices.Contains(s.from, f.Status) {
		return versionStepPage{}, f, fault.New(fault.Conflict, "this version is %s, which does not go together with: %s", f.Status, s.heading)
	}
	head := p.versionHead(c, f)
	shown := versionStepPage{
		layout: p.layout(c, s.heading, frameworksLink(c), head.link()), Framework: head, Heading: s.heading, What: s.what, Button: s.button,
		Here: head.To + "/" + s.name, Revision: f.Revision, Key: newKey(), CanBeTakenNow: true,
	}
	if f.Status == frameworks.Draft {
		shown.Warnings, shown.Gaps = warningsOf(f.Document), unfinished(f.Document, head.To)
		shown.CanBeTakenNow = len(shown.Gaps) == 0
	}
	return shown, f, nil
}

// takesStep takes the step and opens the version that comes of it.
func (p *pages) takesStep(s versionStep) endpoint {
	return acts(func(c *call) error {
		fields, err := c.form()
		if err != nil {
			return err
		}
		shown, f, err := p.versionStepPage(c, s)
		if err != nil {
			return err
		}
		document, err := s.carryOut(p, c, f, fields)
		if err == nil {
			return c.Redirect(http.StatusSeeOther, versionAddress(c, document.Code, document.Version))
		}
		what := problemOf(err)
		if what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusPreconditionFailed {
			return err
		}
		shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
		if what.Status == http.StatusPreconditionFailed {
			shown.Problem = fmt.Sprintf("%s has changed since you opened this page. Look at it once more; then press the button again if it is still right.", shown.Framework.link().Text)
		}
		return p.show(c, what.Status, shown)
	})
}
