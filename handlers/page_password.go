package handlers

import (
	"net/http"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// passwordPage is behind an invitation or a reset link: it asks for a new
// password. Following the link uses nothing up, since programs that read mail
// follow links too; sending the form does.
type passwordPage struct {
	layout
	Here     string
	Link     string
	Username string
	Name     string
	Invited  bool   // to set the first; else a new one
	Provider string // where the form posts to that leads to the identity provider; "" none
	Least    int    // characters
	Problem  string
}

func (passwordPage) template() string { return "password" }

func (p *pages) askPassword(c *call) (page, error) {
	return p.passwordPage(c, c.QueryParam("link"))
}

// passwordPage returns NotFound where the link is over: whoever followed it
// has nothing to sign in with.
func (p *pages) passwordPage(c *call, link string) (passwordPage, error) {
	found, err := p.db.FindLink(c.ctx(), c.trust.ID, access.Token(link))
	if fault.Is(err, fault.Unauthenticated) || err == nil && found.Purpose == store.SignIn {
		return passwordPage{}, fault.New(fault.NotFound, "this link has been used or is over; ask whoever sent it for a new one")
	}
	if err != nil {
		return passwordPage{}, err
	}
	return passwordPage{
		layout: p.layout(c, "Set your password"), Here: c.address("password"), Link: link, Username: found.Username, Name: found.DisplayName,
		Invited: found.Purpose == store.Invitation, Least: access.MinPassword, Provider: p.providerForm(c),
	}, nil
}

// setPasswordHere looks at the link before it hashes anything, and again when
// it uses it up.
func (p *pages) setPasswordHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.passwordPage(c, fields.Get("link"))
	if err != nil {
		return err
	}
	hash, err := p.hashPassword(c.ctx(), shown.Username, fields.Get("password"))
	if fault.Is(err, fault.Invalid) {
		shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(problemOf(err).Detail)
		return p.show(c, http.StatusUnprocessableEntity, shown)
	}
	if err != nil {
		return err
	}
	token, err := p.db.UsePasswordLink(c.ctx(), c.trust.ID, access.Token(shown.Link), hash)
	if err != nil {
		return err
	}
	p.keepSession(c, c.trust, token)
	return c.Redirect(http.StatusSeeOther, c.address("campaigns"))
}
