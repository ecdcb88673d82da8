package handlers

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"appointable/internal/access"
	"appointable/internal/store"
)

// Pages are what people read in a browser. A page is a template and a struct of
// the same name; the struct holds what the page says, ready to be shown, so
// that the template only lays it out. A handler makes one or two calls of the
// store, turns what they return into the struct, and shows it.
//
// Pages work without scripts. What they change they change by POST, and then
// they redirect.

//go:embed templates assets
var files embed.FS

// page is what one template shows.
type page interface {
	template() string // its name: templates/<name>.html
}

// allPages has one of each, for reading the templates and for testing them.
func allPages() []page {
	return []page{signInPage{}, passwordPage{}, monitoringPage{}, confirmPage{}, resumePage{}, accountPage{}, campaignsPage{}, campaignPage{}, rankingPage{}, auditsPage{}, fairnessPage{}, fairnessGroupsPage{}, workingPage{}, unrankedPage{}, problemPage{},
		sheetPage{}, checkPage{}, receiptPage{}, ownSheetPage{}, revisePage{}, interestPage{}, blankPage{},
		movePage{}, decidePage{}, helpPage{}, accessibilityPage{}, privacyPage{},
		newCampaignPage{}, designPage{}, designFormPage{}, designListPage{}, blueprintPage{}, sharesPage{}, panelPage{}, candidatesPage{}, importRoundPage{},
		boardPage{}, peoplePage{}, invitePage{}, linkPage{}, personPage{}, surePage{}, retentionPage{},
		logPage{}, proofPage{}, readingsPage{},
		frameworksPage{}, frameworkPage{}, startPage{}, importPage{}, aboutPage{}, scalePage{}, weightsPage{}, addPage{}, dimensionPage{},
		previewPage{}, diffPage{}, versionStepPage{}}
}

// pages shows them.
type pages struct {
	*Server
	templates map[string]*template.Template
	assets    map[string]asset // by the name in their address
	style     string           // address of the style sheet
	icon      string
	// sheetScript saves a sheet while it is being filled in.
	sheetScript string
	london      *time.Location
}

// asset is a file that every page may use.
type asset struct {
	mediaType string
	content   []byte
}

// addPages registers every page and takes over the errors of those that read
// them.
func (s *Server) addPages() error {
	p := &pages{Server: s, templates: map[string]*template.Template{}, assets: map[string]asset{}}
	var err error
	if p.london, err = time.LoadLocation("Europe/London"); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if p.style, err = p.addAsset("appointable.css", "text/css; charset=utf-8"); err != nil {
		return err
	}
	if p.icon, err = p.addAsset("icon.svg", "image/svg+xml"); err != nil {
		return err
	}
	if p.sheetScript, err = p.addAsset("sheet.js", "text/javascript; charset=utf-8"); err != nil {
		return err
	}
	for _, shown := range allPages() {
		if p.templates[shown.template()], err = readTemplate(shown.template()); err != nil {
			return err
		}
	}
	for _, r := range p.routes() {
		s.echo.Add(r.method, r.pattern(), s.serve(r))
	}
	s.errorPage = p.showProblem
	return nil
}

const (
	underTrust    = "/t/{trust}"
	underCampaign = underTrust + "/campaigns/{campaign}"
	underSheet    = underCampaign + "/sheets/{candidate}/{exercise}"
	underDesign   = underCampaign + "/design"
	underPerson   = underTrust + "/people/{username}"
	underPersonal = underCampaign + "/personal-data/{candidate}"
	underAudit    = underTrust + "/fairness/{run}"
)

// routes is every page. As in the API, GET only reads.
func (p *pages) routes() []route {
	var routes []route
	for _, m := range moves() {
		routes = append(routes,
			route{method: get, path: underCampaign + "/" + m.name, endpoint: p.asksMove(m)},
			route{method: post, path: underCampaign + "/" + m.name, stepUp: m.action != access.OpenScoring, slow: m.action == access.CloseModeration, endpoint: p.makesMove(m)})
	}
	routes = append(routes, p.frameworkRoutes()...)
	routes = append(routes, p.designRoutes()...)
	return append(routes, []route{
		{method: get, path: underTrust + "/sign-in", public: true, endpoint: p.shows(p.askSignIn)},
		{method: post, path: underTrust + "/sign-in", public: true, endpoint: acts(p.signInHere)},
		{method: post, path: underTrust + "/sign-out", public: true, endpoint: acts(p.signOutHere)},
		{method: get, path: underTrust + "/help", public: true, endpoint: p.shows(p.showHelp)},
		{method: get, path: underTrust + "/accessibility", public: true, endpoint: p.shows(p.showAccessibility)},
		{method: get, path: underTrust + "/privacy", public: true, endpoint: p.shows(p.showPrivacy)},
		{method: get, path: underTrust + "/password", public: true, endpoint: p.shows(p.askPassword)},
		{method: post, path: underTrust + "/password", public: true, endpoint: acts(p.setPasswordHere)},
		{method: get, path: underTrust + "/monitoring", public: true, endpoint: p.shows(p.askMonitoringHere)},
		{method: post, path: underTrust + "/monitoring", public: true, endpoint: acts(p.answerMonitoringHere)},
		{method: post, path: underTrust + "/provider", public: true, endpoint: acts(p.visitProvider)},
		{method: get, path: underTrust + "/provider/callback", public: true, endpoint: acts(p.backFromProvider)},
		{method: get, path: underTrust + "/account", endpoint: p.shows(p.showAccount)},
		{method: post, path: underTrust + "/account/sessions/end", endpoint: acts(p.endSessionHere)},
		{method: post, path: underTrust + "/account/tokens", stepUp: true, endpoint: acts(p.makeTokenHere)},
		{method: post, path: underTrust + "/account/tokens/revoke", endpoint: acts(p.revokeTokenHere)},
		{method: get, path: underTrust, endpoint: acts(p.home)},
		{method: get, path: underTrust + "/campaigns", endpoint: p.shows(p.listCampaigns)},
		{method: get, path: underCampaign, endpoint: p.shows(p.overview)},
		{method: get, path: underSheet, endpoint: acts(p.openSheet)},
		{method: get, path: underSheet + "/check", endpoint: acts(p.checkSheet)},
		{method: post, path: underSheet + "/submit", endpoint: acts(p.submitHere)},
		{method: get, path: underSheet + "/revise/{criterion}", endpoint: acts(p.askRevision)},
		{method: post, path: underSheet + "/revise/{criterion}", endpoint: acts(p.reviseHere)},
		{method: get, path: underSheet + "/part/{dimension}", endpoint: acts(p.askPart)},
		{method: post, path: underSheet + "/part/{dimension}", endpoint: acts(p.savePart)},
		{method: get, path: underCampaign + "/exercises/{exercise}/blank", endpoint: p.shows(p.blankSheet)},
		{method: get, path: underCampaign + "/interests/{candidate}", endpoint: p.shows(p.askInterest)},
		{method: post, path: underCampaign + "/interests/{candidate}", endpoint: acts(p.declareHere)},
		{method: get, path: underCampaign + "/board", endpoint: p.shows(p.showBoard)},
		{method: get, path: underCampaign + "/ranking", endpoint: p.shows(p.showRanking)},
		{method: post, path: underCampaign + "/ranking", slow: true, endpoint: acts(p.rankNow)},
		{method: get, path: underCampaign + "/ranking/{candidate}", endpoint: p.shows(p.showWorking)},
		{method: get, path: underCampaign + "/decision", endpoint: p.shows(p.askDecision)},
		{method: post, path: underCampaign + "/decision", stepUp: true, endpoint: acts(p.decideHere)},
		{method: get, path: underTrust + "/log", endpoint: p.shows(p.showLog)},
		{method: get, path: underTrust + "/log/proof", endpoint: p.shows(p.showProof)},
		{method: get, path: underTrust + "/readings", endpoint: p.shows(p.showReadings)},
		{method: get, path: underTrust + "/people", endpoint: p.shows(p.listPeople)},
		{method: get, path: underTrust + "/invite", endpoint: p.shows(p.askInvite)},
		{method: post, path: underTrust + "/invite", stepUp: true, endpoint: acts(p.inviteHere)},
		{method: get, path: underPerson, endpoint: p.shows(p.showPerson)},
		{method: post, path: underPerson + "/roles", stepUp: true, endpoint: acts(p.setRolesHere)},
		{method: post, path: underPerson + "/password-reset", stepUp: true, endpoint: acts(p.resetHere)},
		{method: post, path: underPerson + "/sessions", endpoint: acts(p.endSessionsHere)},
		{method: get, path: underPerson + "/leave", endpoint: p.shows(p.askLeave)},
		{method: post, path: underPerson + "/leave", stepUp: true, endpoint: acts(p.leaveHere)},
		{method: get, path: underCampaign + "/retention", endpoint: p.shows(p.showRetention)},
		{method: post, path: underCampaign + "/retention", stepUp: true, endpoint: acts(p.setRetentionHere)},
		{method: post, path: underPersonal + "/pack", stepUp: true, endpoint: acts(p.sendPack)},
		{method: get, path: underPersonal + "/erase", endpoint: p.shows(p.askErasure)},
		{method: post, path: underPersonal + "/erase", stepUp: true, endpoint: acts(p.eraseHere)},
		{method: get, path: underCampaign + "/fairness", endpoint: p.shows(p.showCampaignFairness)},
		{method: post, path: underCampaign + "/fairness", stepUp: true, slow: true, endpoint: acts(p.auditCampaignHere)},
		{method: get, path: underTrust + "/fairness", endpoint: p.shows(p.listAudits)},
		{method: post, path: underTrust + "/fairness", stepUp: true, slow: true, endpoint: acts(p.auditHere)},
		{method: get, path: underAudit, endpoint: p.shows(p.showFairness)},
		{method: get, path: underAudit + "/groups/{characteristic}", endpoint: p.shows(p.showFairnessGroups)},
		{method: get, path: underAudit + "/audit.xlsx", endpoint: acts(p.sendFairnessWorkbook)},
		{method: get, path: "/assets/{file}", public: true, endpoint: acts(p.sendAsset)},
	}...)
}

// callKey is where the error page finds out in which trust it is, and for whom.
const callKey = "appointable.call"

// acts is an endpoint that answers by itself.
func acts(run func(*call) error) endpoint {
	return writes(nil, nil, run)
}

// shows is an endpoint that answers with a page.
func (p *pages) shows(fn func(*call) (page, error)) endpoint {
	return acts(func(c *call) error {
		shown, err := fn(c)
		if err != nil {
			return err
		}
		return p.show(c, http.StatusOK, shown)
	})
}

// show renders the whole page before it sends any of it: a page that fails
// half way is an error and not half a page.
func (p *pages) show(c echo.Context, status int, shown page) error {
	var b bytes.Buffer
	if err := p.templates[shown.template()].ExecuteTemplate(&b, "layout", shown); err != nil {
		return fmt.Errorf("page %s: %w", shown.template(), err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// readTemplate reads a page's template, the layout around it and the parts
// that pages share.
func readTemplate(name string) (*template.Template, error) {
	t, err := template.ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/form.html", "templates/"+name+".html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return t, nil
}

// addAsset returns the file's address. A hash of the content is in it, so that
// browsers may keep the file for ever and yet never show an old one.
func (p *pages) addAsset(name, mediaType string) (address string, err error) {
	content, err := fs.ReadFile(files, "assets/"+name)
	if err != nil {
		return "", fmt.Errorf("assets: %w", err)
	}
	ending := path.Ext(name)
	hash := sha256.Sum256(content)
	hashed := fmt.Sprintf("%s-%x%s", strings.TrimSuffix(name, ending), hash[:8], ending)
	p.assets[hashed] = asset{mediaType: mediaType, content: content}
	return "/assets/" + hashed, nil
}

func (p *pages) sendAsset(c *call) error {
	a, ok := p.assets[c.param("file")]
	if !ok {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, a.mediaType, a.content)
}

// layout is what every page has around its own content.
type layout struct {
	Title    string // in the browser's tab
	Trust    string // its name
	Home     string // address of the list of campaigns; "" where no trust is known
	Trail    []link // from the list of campaigns to the page above this one
	Person   string // who is signed in; "" nobody
	Capacity string // in which roles
	Account  string // address of the person's own sessions and tokens
	SignOut  string // where the button posts to
	Rooms    []link // beside the campaigns, for whose they are

	Help, Accessibility, Privacy string // "" where no trust is known

	Style, Icon string
}

// link is an address and what it says.
type link struct{ Text, To string }

func (p *pages) layout(c *call, title string, trail ...link) layout {
	l := layout{Title: title, Trail: trail, Style: p.style, Icon: p.icon}
	if c == nil {
		return l
	}
	l.Trust, l.Home = c.trust.Name, c.address("campaigns")
	l.Help, l.Accessibility, l.Privacy = c.address("help"), c.address("accessibility"), c.address("privacy")
	if c.person.Username != "" {
		l.Person, l.Capacity = c.person.DisplayName, roleWords(c.person.Roles)
		l.Account, l.SignOut = c.address("account"), c.address("sign-out")
		l.Rooms = rooms(c)
	}
	return l
}

// rooms are the pages of the trust that are about no campaign.
func rooms(c *call) []link {
	var links []link
	for _, r := range []struct {
		action access.Action
		link   link
	}{
		{access.ManagePeople, link{"People", c.address("people")}},
		{access.ReadAudit, link{"Log of changes", c.address("log")}},
		{access.ReadAudit, link{"Who read what", c.address("readings")}},
	} {
		if access.Allowed(c.person.Roles, r.action, "") {
			links = append(links, r.link)
		}
	}
	return links
}

// address is that of a page in the trust of the request.
func (c *call) address(steps ...string) string {
	return addressIn(c.trust, steps...)
}

func addressIn(trust store.Trust, steps ...string) string {
	address := "/t/" + url.PathEscape(trust.Slug)
	for _, step := range steps {
		address += "/" + url.PathEscape(step)
	}
	return address
}

// wayBack is the page to go to after signing in: the one asked for if it is
// one of this trust, else the list of campaigns. Nothing else is ever
// redirected to, or a link to our sign-in page could lead to another's.
func (c *call) wayBack(asked string) string {
	to, err := url.Parse(asked)
	if err != nil || to.Scheme != "" || to.Host != "" || to.User != nil ||
		path.Clean(to.Path) != to.Path || !strings.HasPrefix(to.Path, c.address()+"/") {
		return c.address("campaigns")
	}
	return to.RequestURI()
}

// form reads the fields that a page posted.
func (c *call) form() (url.Values, error) {
	if c.fields != nil {
		return c.fields, nil
	}
	if _, err := c.readBody(echo.MIMEApplicationForm); err != nil {
		return nil, err
	}
	fields, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the form that was sent cannot be read; go back and send it again")
	}
	for _, values := range fields {
		for _, value := range values {
			if !utf8.ValidString(value) || strings.IndexByte(value, 0) >= 0 {
				return nil, refuse(http.StatusBadRequest, "the form has characters that cannot be read; go back and type them again")
			}
		}
	}
	c.fields = fields
	return fields, nil
}

// roleWords is roles as people say them.
func roleWords(roles []access.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, strings.ReplaceAll(string(r), "-", " "))
	}
	return listed(words)
}
