package handlers

import (
	"net/http"
	"net/url"

	"appointable/internal/access"
	"appointable/internal/fault"
)

// signInPage asks for user name and password, or offers to use a one-time link
// up. Following the link itself signs nobody in: programs that read mail follow
// links too.
type signInPage struct {
	layout
	Here      string // where the form posts to
	Back      string // the page asked for before
	Link      string // the token of a one-time link
	Provider  string // where the form posts to that leads to the identity provider; "" none
	Username  string
	SignedIn  string // who already is
	SignedOut bool
	Problem   string
	Fields    []fieldProblem
}

func (signInPage) template() string { return "sign-in" }

// fieldProblem is what is wrong with one field of a form.
type fieldProblem struct{ Field, Message string }

func (p *pages) askSignIn(c *call) (page, error) {
	shown := p.signInPage(c, c.QueryParams())
	shown.Link = c.QueryParam("link")
	shown.SignedOut = c.QueryParam("signed") == "out"
	person, err := p.signedIn(c, c.trust)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return nil, err
	}
	shown.SignedIn = person.DisplayName
	return shown, nil
}

func (p *pages) signInPage(c *call, fields url.Values) signInPage {
	shown := signInPage{layout: p.layout(c, "Sign in"), Here: c.address("sign-in"), Provider: p.providerForm(c)}
	if back := fields.Get("back"); back != "" {
		shown.Back = c.wayBack(back)
	}
	return shown
}

// signInHere signs in and goes to the page asked for. What the person can mend
// is said on the form, with all that they typed but the password.
func (p *pages) signInHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	if err = p.startSession(c, fields); err == nil {
		return c.Redirect(http.StatusSeeOther, c.wayBack(fields.Get("back")))
	}
	what := problemOf(err)
	switch what.Status {
	case http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
	default:
		return err
	}
	shown := p.signInPage(c, fields)
	shown.Title = "Error: " + shown.Title // the first that a screen reader says
	shown.Username, shown.Problem = fields.Get("username"), fullStop(what.Detail)
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(signInField(f.Where) + " " + f.Message)})
	}
	return p.show(c, what.Status, shown)
}

func (p *pages) startSession(c *call, fields url.Values) error {
	if link := fields.Get("link"); link != "" {
		token, err := p.db.UseSignInLink(c.ctx(), c.trust.ID, access.Token(link))
		if err != nil {
			return err
		}
		p.keepSession(c, c.trust, token)
		return nil
	}
	in := signInRequest{Username: fields.Get("username"), Password: fields.Get("password")}
	if err := p.check(in); err != nil {
		return err
	}
	_, err := p.signIn(c, in)
	return err
}

func signInField(name string) string {
	if name == "username" {
		return "user name"
	}
	return name
}

// signOutHere ends the session; ending one that is over already is no error.
func (p *pages) signOutHere(c *call) error {
	if _, err := p.signOut(c); err != nil && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("sign-in")+"?signed=out")
}
