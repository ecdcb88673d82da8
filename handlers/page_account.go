package handlers

import (
	"net/http"
	"net/url"
	"strconv"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// accountPage is a person's own: where they are signed in, and the tokens by
// which programs ask in their name.
type accountPage struct {
	layout
	Username string
	Sessions []sessionLine
	Tokens   []tokenLine
	New      string // a token that was just made, shown this once
	Done     string // what was just done

	Provider  string // where the form posts to that leads to the identity provider; "" none
	Connected bool   // the person has an account there

	EndTo, MakeTo, RevokeTo string // where the forms post to
	Problem                 string
	Fields                  []fieldProblem
	Name, Scope, Days       string // as typed
}

func (accountPage) template() string { return "account" }

type sessionLine struct {
	ID                    string
	Began, LastUsed, Ends moment
	Current               bool
}

type tokenLine struct {
	ID, Name, Reach string
	Made, Ends      moment
	LastUsed        moment // zero: never
}

func (p *pages) showAccount(c *call) (page, error) {
	shown, err := p.accountPage(c)
	switch c.QueryParam("done") {
	case "session":
		shown.Done = "The session is ended."
	case "confirmed":
		shown.Done = "It is you. If you came here from a form, close this tab and go back to that."
	case "token":
		shown.Done = "The token is revoked."
	}
	return shown, err
}

func (p *pages) accountPage(c *call) (accountPage, error) {
	shown := accountPage{
		layout: p.layout(c, "Your sessions and tokens"), Username: c.person.Username, Scope: string(access.ReadOnly), Days: "90",
		EndTo: c.address("account", "sessions", "end"), MakeTo: c.address("account", "tokens"), RevokeTo: c.address("account", "tokens", "revoke"),
	}
	sessions, err := p.openSessions(c)
	if err != nil {
		return shown, err
	}
	for _, o := range sessions {
		shown.Sessions = append(shown.Sessions, sessionLine{
			ID: o.ID, Began: p.moment(&o.Began), LastUsed: p.moment(&o.LastUsed), Ends: p.moment(&o.Ends), Current: o.Current,
		})
	}
	if shown.Provider = p.providerForm(c); shown.Provider != "" {
		if shown.Connected, err = p.db.HasLogin(c.ctx(), c.who, p.provider.Issuer()); err != nil {
			return shown, err
		}
	}
	tokens, err := p.db.APITokens(c.ctx(), c.who)
	for _, k := range tokens {
		line := tokenLine{ID: k.ID, Name: k.Name, Reach: "Reads", Made: p.moment(&k.Made), Ends: p.moment(&k.Expires), LastUsed: p.moment(k.LastUsed)}
		if k.Scope == access.Write {
			line.Reach = "Reads and changes"
		}
		shown.Tokens = append(shown.Tokens, line)
	}
	return shown, err
}

// endSessionHere ends one session; "all" ends this one too.
func (p *pages) endSessionHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	id := fields.Get("session")
	if id == "all" {
		if err := p.db.EndSessions(c.ctx(), c.who, c.person.Username); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, c.address("sign-in")+"?signed=out")
	}
	if err := p.db.EndOwnSession(c.ctx(), c.who, id); err != nil && !fault.Is(err, fault.NotFound) { // ending one that is over is no error
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("account")+"?done=session")
}

// makeTokenHere shows the token in the answer to the form: a redirect would
// have to carry it in an address.
func (p *pages) makeTokenHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	token, _, err := p.db.MakeAPIToken(c.ctx(), c.who, c.trust, newAPIToken(fields))
	what := problemOf(err)
	if err != nil && what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusConflict {
		return err
	}
	shown, readErr := p.accountPage(c)
	if readErr != nil {
		return readErr
	}
	if err == nil {
		shown.New = string(token)
		return p.show(c, http.StatusOK, shown)
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	shown.Name, shown.Scope, shown.Days = fields.Get("name"), fields.Get("scope"), fields.Get("days")
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}

func newAPIToken(fields url.Values) store.NewAPIToken {
	days, err := strconv.Atoi(fields.Get("days"))
	if err != nil {
		days = 0 // which the store refuses in words
	}
	return store.NewAPIToken{Name: fields.Get("name"), Scope: access.Scope(fields.Get("scope")), Days: days}
}

func (p *pages) revokeTokenHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	if err := p.db.RevokeAPIToken(c.ctx(), c.who, fields.Get("token")); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("account")+"?done=token")
}
