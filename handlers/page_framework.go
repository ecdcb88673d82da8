package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

const (
	underFrameworks = underTrust + "/frameworks"
	underVersion    = underFrameworks + "/{code}/{version}"
)

// frameworkRoutes are the pages of frameworks. Whoever is signed in reads; what
// changes something is for framework owners, which the store sees to.
func (p *pages) frameworkRoutes() []route {
	routes := []route{
		{method: get, path: underFrameworks, endpoint: p.shows(p.listFrameworks)},
		{method: get, path: underFrameworks + "/start", endpoint: p.shows(p.askStart)},
		{method: post, path: underFrameworks + "/start", endpoint: acts(p.startHere)},
		{method: get, path: underFrameworks + "/import", endpoint: p.shows(p.askImport)},
		{method: post, path: underFrameworks + "/import", endpoint: acts(p.importHere)},
		{method: get, path: underFrameworks + "/{code}/diff", endpoint: p.shows(p.showDiff)},
		{method: get, path: underVersion, endpoint: p.shows(p.showFramework)},
		{method: get, path: underVersion + "/yaml", endpoint: acts(p.sendYAML)},
		{method: get, path: underVersion + "/about", endpoint: p.shows(p.askAbout)},
		{method: post, path: underVersion + "/about", endpoint: acts(p.saveAbout)},
		{method: get, path: underVersion + "/scale", endpoint: p.shows(p.askScale)},
		{method: post, path: underVersion + "/scale", endpoint: acts(p.saveScale)},
		{method: get, path: underVersion + "/weights", endpoint: p.shows(p.askWeights)},
		{method: post, path: underVersion + "/weights", endpoint: acts(p.saveWeights)},
		{method: get, path: underVersion + "/add", endpoint: p.shows(p.askAdd)},
		{method: post, path: underVersion + "/add", endpoint: acts(p.addHere)},
		{method: get, path: underVersion + "/dimensions/{dimension}", endpoint: p.shows(p.askDimension)},
		{method: post, path: underVersion + "/dimensions/{dimension}", endpoint: acts(p.saveDimension)},
		{method: get, path: underVersion + "/preview", endpoint: acts(p.openPreview)},
		{method: get, path: underVersion + "/preview/{dimension}", endpoint: p.shows(p.showPreview)},
	}
	for _, s := range versionSteps() {
		routes = append(routes,
			route{method: get, path: underVersion + "/" + s.name, endpoint: p.asksStep(s)},
			route{method: post, path: underVersion + "/" + s.name, endpoint: p.takesStep(s)})
	}
	return routes
}

// frameworkPage is one version as a whole. Framework owners find from here what
// they may change.
type frameworkPage struct {
	layout
	Framework   versionHead
	Saved       string
	Description string
	Source      string
	Scale       string
	Labels      []scaleLabel
	Shares      []shareLine
	Dimensions  []dimensionLine
	Warnings    []string
	Gaps        []link // what is missing before it can be published
	Steps       []link // what the person may do with the version now
	Compare     []link // with other versions
	DraftTo     string // of a version that is a draft, where this one is not
}

func (frameworkPage) template() string { return "framework" }

// versionHead is what every page of a version begins with.
type versionHead struct {
	Name, Code    string
	Version       int
	Status, Class string
	Hash          string
	Published     moment
	To            string // address
	Editable      bool   // a draft, and the person may change it
}

// Short is enough of the fingerprint to tell versions apart.
func (h versionHead) Short() string { return h.Hash[:min(12, len(h.Hash))] }

// dimensionLine is a value or competency with its behaviours.
type dimensionLine struct {
	Title, Kind, Description, Serves, To string
	Criteria                             []string
}

func mayEditFrameworks(c *call) bool { return access.Allowed(c.person.Roles, access.EditFramework, "") }

func (p *pages) versionHead(c *call, f store.Framework) versionHead {
	d := f.Document
	return versionHead{
		Name: d.Title, Code: d.Code, Version: d.Version, Status: capital(string(f.Status)), Class: statusClass(f.Status), Hash: f.Hash, Published: p.moment(f.PublishedAt),
		To: versionAddress(c, d.Code, d.Version), Editable: f.Status == frameworks.Draft && mayEditFrameworks(c),
	}
}

func versionAddress(c *call, code string, version int) string {
	return c.address("frameworks", code, strconv.Itoa(version))
}

func statusClass(s frameworks.Status) string {
	switch s {
	case frameworks.Draft:
		return "tag tag-wait"
	case frameworks.Published:
		return "tag tag-good"
	}
	return "tag tag-plain"
}

// version loads the version that the address names.
func (p *pages) version(c *call) (store.Framework, error) {
	code, version, err := c.frameworkName()
	if err != nil {
		return store.Framework{}, err
	}
	return p.db.Framework(c.ctx(), c.who, code, version)
}

// versions are all of a code, in their order.
func (p *pages) versions(c *call, code string) ([]store.FrameworkSummary, error) {
	found, err := p.db.Frameworks(c.ctx(), c.who, code, 0, maxLimit)
	if err != nil {
		return nil, err
	}
	for i, f := range found {
		if f.Code != code {
			return found[:i], nil
		}
	}
	return found, nil
}

func frameworksLink(c *call) link { return link{"Frameworks", c.address("frameworks")} }

// linkTo leads to the version's own page.
func (h versionHead) link() link {
	return link{fmt.Sprintf("%s, version %d", h.Name, h.Version), h.To}
}

func (p *pages) showFramework(c *call) (page, error) {
	f, err := p.version(c)
	if err != nil {
		return nil, err
	}
	all, err := p.versions(c, f.Document.Code)
	if err != nil {
		return nil, err
	}
	head, d := p.versionHead(c, f), f.Document
	shown := frameworkPage{
		layout: p.layout(c, head.link().Text, frameworksLink(c)), Framework: head, Description: d.Description, Source: d.Source,
		Scale: scaleSpan(d.Scale), Labels: scaleLabels(d.Scale), Shares: sharesOf(d, head.To), Warnings: warningsOf(d),
	}
	if c.QueryParam("saved") != "" {
		shown.Saved = "Saved."
	}
	for i := range d.Dimensions {
		shown.Dimensions = append(shown.Dimensions, dimensionLineOf(d.Dimensions[i], head.To))
	}
	if f.Status == frameworks.Draft {
		shown.Gaps = unfinished(d, head.To)
	}
	for _, v := range all {
		shown.compare(c, f, v)
	}
	shown.Steps = p.stepLinks(c, f, head, shown.DraftTo != "")
	return shown, nil
}

// compare adds the link to another version.
func (s *frameworkPage) compare(c *call, f store.Framework, other store.FrameworkSummary) {
	here := f.Document.Version
	if other.Version == here {
		return
	}
	if other.Status == frameworks.Draft && other.Version > here {
		s.DraftTo = versionAddress(c, other.Code, other.Version)
	}
	to := fmt.Sprintf("%s?from=%d&to=%d", c.address("frameworks", other.Code, "diff"), min(here, other.Version), max(here, other.Version))
	s.Compare = append(s.Compare, link{fmt.Sprintf("Compare with version %d (%s)", other.Version, other.Status), to})
}

func dimensionLineOf(d frameworks.Dimension, at string) dimensionLine {
	line := dimensionLine{Title: d.Title, Kind: capital(string(d.Kind)), Description: d.Description, To: dimensionAddress(at, d.Code)}
	var serves []string
	for _, v := range frameworks.ConstitutionValues() {
		for _, code := range d.Constitution {
			if code == v.Code {
				serves = append(serves, v.Title)
			}
		}
	}
	line.Serves = listed(serves)
	for _, k := range d.Criteria {
		line.Criteria = append(line.Criteria, k.Statement)
	}
	return line
}

func scaleSpan(s frameworks.Scale) string {
	if s.Step == 0 {
		return "Any number from " + frameworks.FormatScore(s.Min) + " to " + frameworks.FormatScore(s.Max)
	}
	return "From " + frameworks.FormatScore(s.Min) + " to " + frameworks.FormatScore(s.Max) + " in steps of " + frameworks.FormatScore(s.Step)
}

// unfinished is what is missing before the version can be published, each with the
// place where it is to be filled in.
func unfinished(f frameworks.Framework, at string) []link {
	var gaps []link
	for _, field := range fault.FieldsOf(f.Publishable()) {
		var d, k int
		gap := link{fullStop(field.Message), at}
		if n, _ := fmt.Sscanf(field.Where, "dimensions[%d].criteria[%d]", &d, &k); n == 2 {
			gap = link{f.Dimensions[d].Title + ", “" + f.Dimensions[d].Criteria[k].Statement + "”: " + field.Message,
				dimensionAddress(at, f.Dimensions[d].Code) + "#behaviour." + strconv.Itoa(k)}
		}
		gaps = append(gaps, gap)
	}
	return gaps
}

// warningsOf are the framework's, with behaviours called by their words.
func warningsOf(f frameworks.Framework) []string {
	warnings := f.Warnings()
	for i, w := range warnings {
		code, rest, _ := strings.Cut(w, " ")
		if k, d := f.Criterion(code); d >= 0 {
			warnings[i] = f.Dimensions[d].Title + ", “" + k.Statement + "” " + rest
		}
	}
	return warnings
}

// sendYAML is framework.yaml to keep.
func (p *pages) sendYAML(c *call) error {
	f, err := p.version(c)
	if err != nil {
		return err
	}
	document, err := f.Document.YAML()
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(f.Document.Code, ".", "-") + "-" + strconv.Itoa(f.Document.Version) + ".yaml"
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, mimeYAML, document)
}
