package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// The cookie of a session holds "<trust>.<token>". The token is good in its
// trust only, so that no handler can mix two trusts up.

// hashesAtOnce bounds the memory that signing in can take: each takes 19 MiB.
const hashesAtOnce = 4

// signInsOfTrust is how many passwords are tried in a minute in one trust,
// wherever from: more than its people ever do, and few enough that guessing in
// one trust leaves the others their share of the hashing.
const signInsOfTrust = 300

func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-appointable" // a prefix that makes browsers insist on Secure, Path=/ and this very host
	}
	return "appointable"
}

func (s *Server) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever people reach us by https
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// keepSession gives the browser its token.
func (s *Server) keepSession(c echo.Context, trust store.Trust, token access.Token) {
	c.SetCookie(s.cookie(trust.Slug+"."+string(token), int(store.SessionAbsolute/time.Second)))
}

// token reads the cookie. It returns Unauthenticated where there is none, or
// one of another trust.
func (s *Server) token(c echo.Context, trust store.Trust) (access.Token, error) {
	cookie, err := c.Cookie(s.cookieName())
	if err == nil {
		slug, token, found := strings.Cut(cookie.Value, ".")
		if found && slug == trust.Slug {
			return access.Token(token), nil
		}
	}
	return "", fault.New(fault.Unauthenticated, "you are not signed in here; sign in first")
}

// signedIn finds who holds the session of a request.
func (s *Server) signedIn(c echo.Context, trust store.Trust) (store.Session, error) {
	token, err := s.token(c, trust)
	if err != nil {
		return store.Session{}, err
	}
	return s.db.Session(c.Request().Context(), trust.ID, token)
}

type signInRequest struct {
	Username string `json:"username" validate:"required,max=100"`
	Password string `json:"password" validate:"required,max=1000"`
}

// sessionView says who is signed in where.
type sessionView struct {
	Person  store.Person `json:"person"`
	Trust   store.Trust  `json:"trust"`
	Expires *time.Time   `json:"expires,omitempty"` // of a session that has just begun, at the latest; unused for half an hour it ends before
}

func (s *Server) signIn(c *call, in signInRequest) (sessionView, error) {
	person, err := s.prove(c, in.Username, in.Password)
	if err != nil {
		return sessionView{}, err
	}
	token, err := s.db.StartSession(c.ctx(), c.trust.ID, person.ID)
	if err != nil {
		return sessionView{}, err
	}
	s.keepSession(c, c.trust, token)
	expires := s.db.Now().Add(store.SessionAbsolute)
	return sessionView{Person: person, Trust: c.trust, Expires: &expires}, nil
}

// prove finds the person whose password this is. An account that does not
// exist costs the same work and gives the same answer as a wrong password.
func (s *Server) prove(c *call, username, password string) (store.Person, error) {
	account := "account " + c.trust.Slug + " " + strings.ToLower(username)
	address := "address " + c.RealIP()
	if err := s.signIns.begin(account, address); err != nil {
		return store.Person{}, err
	}
	// After the throttle: what it refuses must not use up what the trust has.
	if err := s.trustSignIns.spend(c.trust.Slug); err != nil {
		return store.Person{}, err
	}
	person, hash, err := s.db.Credential(c.ctx(), c.trust.ID, username)
	if err != nil {
		return store.Person{}, err
	}
	ok, err := s.passwordMatches(c.ctx(), password, hash)
	if err != nil {
		return store.Person{}, err
	}
	s.logProof(c, person, ok)
	if !ok {
		return store.Person{}, fault.New(fault.Unauthenticated, "the user name or the password is wrong")
	}
	s.signIns.succeeded(account, address)
	return person, nil
}

// logProof tells whose password was tried, from where and whether it was right,
// by the account's id: of an account that does not exist that is all zeros.
func (s *Server) logProof(c *call, person store.Person, right bool) {
	level, message := slog.LevelInfo, "password accepted"
	if !right {
		level, message = slog.LevelWarn, "password refused"
	}
	s.log.LogAttrs(c.ctx(), level, message, slog.String("person", person.ID.String()),
		slog.String("from", c.RealIP()), slog.String("request_id", idOf(c)))
}

func (s *Server) passwordMatches(ctx context.Context, password, hash string) (ok bool, err error) {
	err = s.inTurn(ctx, s.hashing, func() error {
		ok, err = access.CheckPassword(password, hash)
		return err
	})
	return ok, err
}

// inTurn does what takes much memory, a bounded number at once.
func (s *Server) inTurn(ctx context.Context, slots chan struct{}, do func() error) error {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
		return do()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "the service is busy; try again in a moment")
	}
}

func (s *Server) session(c *call) (sessionView, error) {
	return sessionView{Person: c.person, Trust: c.trust}, nil
}

func (s *Server) signOut(c *call) (any, error) {
	token, err := s.token(c, c.trust)
	if err != nil {
		return nil, err
	}
	c.SetCookie(s.cookie("", -1))
	return nil, s.db.EndSession(c.ctx(), c.trust.ID, token)
}

// openSessionView is a session as its owner sees it.
type openSessionView struct {
	store.OpenSession
	Current bool `json:"current"` // it is the one that asks
}

func (s *Server) sessions(c *call) (list[openSessionView], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[openSessionView]{}, err
	}
	all, err := s.openSessions(c)
	return partOf(at, all, func(o openSessionView) []string { return []string{o.ID} }), err
}

func (s *Server) openSessions(c *call) ([]openSessionView, error) {
	token, err := s.token(c, c.trust)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Sessions(c.ctx(), c.who)
	var all []openSessionView
	for _, o := range found {
		all = append(all, openSessionView{OpenSession: o, Current: o.ID == store.SecretID(token.Hash())})
	}
	return all, err
}

func (s *Server) endOwnSession(c *call) (any, error) {
	return nil, s.db.EndOwnSession(c.ctx(), c.who, c.param("session"))
}

func (s *Server) endSessions(c *call) (any, error) {
	return nil, s.db.EndSessions(c.ctx(), c.who, c.param("username"))
}
