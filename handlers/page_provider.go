package handlers

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/provider"
	"appointable/internal/store"
)

// A trust may have an identity provider (OpenID Connect, code with PKCE). The
// browser is sent there by a form and comes back with a code; the cookie of
// the visit sees to it that who comes back is who was sent. Accounts there are
// known by issuer and subject, and bound once: by an invitation, or by somebody
// who is signed in and has just proved who they are.

// Provider are the settings of the one identity provider; its zero value is
// none.
type Provider struct {
	Trust                          string // short name of the one that it opens
	Issuer, ClientID, ClientSecret string
}

// addProvider is for New. It returns Invalid for settings that do not do.
func (s *Server) addProvider(config Config) error {
	o := config.Provider
	if o == (Provider{}) {
		return nil
	}
	if o.Trust == "" || s.origin == "" {
		return fault.New(fault.Invalid, "the settings of the identity provider are incomplete; set OIDC_TRUST to the short name of the trust, and PUBLIC_URL")
	}
	var err error
	s.providerTrust = o.Trust
	s.provider, err = provider.New(provider.Settings{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Now: config.DB.Now,
		Redirect: s.origin + addressIn(store.Trust{Slug: o.Trust}, "provider", "callback"),
	})
	return err
}

// providerForm is the address to which a page posts to visit the provider; ""
// where the trust has none, or it does not answer now. The page's policy is
// widened to let the form lead there.
func (p *pages) providerForm(c *call) string {
	if p.provider == nil || c.trust.Slug != p.providerTrust {
		return ""
	}
	origin, err := p.provider.Origin(c.ctx())
	if err != nil {
		p.logError(c, err, http.StatusServiceUnavailable)
		return ""
	}
	c.Response().Header().Set("Content-Security-Policy", contentPolicy(origin))
	return c.address("provider")
}

func (s *Server) visitCookie(value string, maxAge int) *http.Cookie {
	cookie := s.cookie(value, maxAge) //nolint:gosec // Secure wherever people reach us by https
	cookie.Name += "-visit"
	return cookie
}

// visitCookieAge is longer than the visit that the database keeps.
const visitCookieAge = 15 * time.Minute

// visitProvider sends the browser there. Who is signed in already is to prove
// anew who they are.
func (p *pages) visitProvider(c *call) error {
	if p.provider == nil || c.trust.Slug != p.providerTrust {
		return echo.ErrNotFound
	}
	fields, err := c.form()
	if err != nil {
		return err
	}
	sent := provider.NewVisit()
	visit := store.Visit{State: sent.State, Nonce: sent.Nonce, Verifier: sent.Verifier, Back: c.wayBack(fields.Get("back"))}
	session, err := p.signedIn(c, c.trust)
	maxAge := store.SessionAbsolute
	switch link := fields.Get("link"); {
	case err != nil && !fault.Is(err, fault.Unauthenticated):
		return err
	case link != "":
		visit.Link = access.Token(link).Hash()
	case err == nil:
		visit.Person, maxAge = uuid.NullUUID{UUID: session.ID, Valid: true}, 0
	}
	to, err := p.provider.Address(c.ctx(), sent, maxAge)
	if err != nil {
		return err
	}
	token, err := p.db.KeepVisit(c.ctx(), c.trust.ID, visit)
	if err != nil {
		return err
	}
	c.SetCookie(p.visitCookie(string(token), int(visitCookieAge/time.Second)))
	return c.Redirect(http.StatusSeeOther, to)
}

// backFromProvider is the one address at which browsers come back. It is GET
// by the protocol; it changes something for that browser only which was sent.
func (p *pages) backFromProvider(c *call) error {
	if p.provider == nil || c.trust.Slug != p.providerTrust {
		return echo.ErrNotFound
	}
	c.SetCookie(p.visitCookie("", -1))
	visit, err := p.comeBack(c)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, visit.Back)
	}
	if !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	shown := p.signInPage(c, nil)
	shown.Title = "Error: " + shown.Title
	shown.Problem = fullStop(problemOf(err).Detail)
	return p.show(c, http.StatusUnauthorized, shown)
}

func (p *pages) comeBack(c *call) (store.Visit, error) {
	cookie, err := c.Cookie(p.visitCookie("", 0).Name)
	if err != nil {
		return store.Visit{}, fault.New(fault.Unauthenticated, "this browser did not begin to sign in here; begin again")
	}
	visit, err := p.db.TakeVisit(c.ctx(), c.trust.ID, access.Token(cookie.Value))
	if err != nil {
		return visit, err
	}
	sent := provider.Visit{State: visit.State, Nonce: visit.Nonce, Verifier: visit.Verifier}
	login, err := p.provider.Redeem(c.ctx(), sent, c.QueryParam("state"), c.QueryParam("code"))
	if err != nil {
		return visit, err
	}
	if visit.Person.Valid {
		return visit, p.confirmByProvider(c, visit.Person.UUID, store.Login(login))
	}
	var token access.Token
	if visit.Link != nil {
		token, err = p.db.BindByInvitation(c.ctx(), c.trust.ID, visit.Link, store.Login(login))
	} else {
		token, err = p.db.SignInByLogin(c.ctx(), c.trust.ID, store.Login(login))
	}
	if err == nil {
		p.keepSession(c, c.trust, token)
	}
	return visit, err
}

// confirmByProvider is for the person who was signed in when the visit began
// and still must be.
func (p *pages) confirmByProvider(c *call, began uuid.UUID, login store.Login) error {
	session, err := p.signedIn(c, c.trust)
	if err != nil {
		return err
	}
	if session.ID != began {
		return fault.New(fault.Unauthenticated, "somebody else has signed in here since you went to your trust's sign-in service; begin again")
	}
	token, err := p.token(c, c.trust)
	if err != nil {
		return err
	}
	c.authenticated = session.Authenticated
	return p.db.ConfirmByLogin(c.ctx(), actor(c.trust, session.Person), token, login, p.provedLately(c))
}
