package handlers

import (
	"net/http"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// personPage is one account, for whoever looks after accounts.
type personPage struct {
	layout
	Username, Name                string
	Self                          bool
	Roles                         []roleView
	RolesTo, ResetTo, EndTo, Away string // where the forms post to; away: the page that closes the account
	Done                          string
}

func (personPage) template() string { return "person" }

// surePage asks before what cannot be undone: what it does, and one button.
type surePage struct {
	layout
	Over, Heading string
	What          []string
	Button        string
	Here, Back    string
	AsksWhy       string // the question; "" none is asked
	WhyHint       string
	Reason        string
	Problem       string
	Fields        []fieldProblem
}

func (surePage) template() string { return "sure" }

func (p *pages) showPerson(c *call) (page, error) {
	found, err := p.db.Person(c.ctx(), c.who, c.param("username"))
	if err != nil {
		return nil, err
	}
	at := func(step ...string) string { return c.address(append([]string{"people", found.Username}, step...)...) }
	shown := personPage{
		layout: p.layout(c, found.DisplayName, link{"People", c.address("people")}), Username: found.Username, Name: found.DisplayName,
		Self: found.ID == c.person.ID, Roles: roleViews(found.Roles),
		RolesTo: at("roles"), ResetTo: at("password-reset"), EndTo: at("sessions"), Away: at("leave"),
	}
	switch c.QueryParam("done") {
	case "added":
		shown.Done = "The account is there. It has no password yet."
	case "roles":
		shown.Done = "The roles are changed. Links that were open for this person are over."
	case "sessions":
		shown.Done = "All sessions of this person are ended."
	}
	return shown, nil
}

func (p *pages) setRolesHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	if _, err := p.db.SetRoles(c.ctx(), c.who, c.param("username"), rolesTyped(fields)); err != nil {
		return err
	}
	if c.param("username") == c.person.Username { // one's own may be gone with it
		return c.Redirect(http.StatusSeeOther, c.address("campaigns"))
	}
	return c.Redirect(http.StatusSeeOther, c.address("people", c.param("username"))+"?done=roles")
}

func (p *pages) resetHere(c *call) error {
	made, err := p.db.MakeResetLink(c.ctx(), c.who, c.param("username"))
	if err != nil {
		return err
	}
	return p.showLink(c, "Give this link to "+made.Person.DisplayName, made)
}

func (p *pages) endSessionsHere(c *call) error {
	if err := p.db.EndSessions(c.ctx(), c.who, c.param("username")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("people", c.param("username"))+"?done=sessions")
}

func (p *pages) askLeave(c *call) (page, error) {
	found, err := p.db.Person(c.ctx(), c.who, c.param("username"))
	if err != nil {
		return nil, err
	}
	if found.ID == c.person.ID {
		return nil, fault.New(fault.Forbidden, "you cannot close your own account; ask another administrator")
	}
	return p.leavePage(c, found), nil
}

func (p *pages) leavePage(c *call, found store.Person) surePage {
	to := c.address("people", found.Username)
	return surePage{
		layout: p.layout(c, "Close an account", link{"People", c.address("people")}, link{found.DisplayName, to}),
		Over:   found.DisplayName, Heading: "Close this account", Button: "Close this account", Here: to + "/leave", Back: to,
		What: []string{
			"Nobody signs in to it again. This cannot be undone.",
			"Its sessions end at once, and its links and API tokens.",
			"What the person did stays on record, and so do their seats. A seat that still has to mark is filled anew by the recruitment officer.",
		},
	}
}

func (p *pages) leaveHere(c *call) error {
	if err := p.db.Leave(c.ctx(), c.who, c.param("username")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("people")+"?done=left")
}
