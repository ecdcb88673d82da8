package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
)

// route is one line of the table. From it come the registration, the checks
// that a request goes through before its handler, and the API's description.
type route struct {
	method, path string
	summary      string
	public       bool // answers whoever asks; else a session of the trust in the path is needed
	once         bool // creates or submits: needs an Idempotency-Key
	match        bool // changes what somebody has read: needs If-Match
	stepUp       bool // hard to undo: needs a proof of the last minutes of who one is
	byHand       bool // about one's own account: an API token does not do
	slow         bool // may take minutes
	status       int  // of success; 0: 200
	limit        int64
	accepts      []string // media types of the body; nil: JSON
	produces     []string // of the answer; nil: JSON
	query        []parameter
	endpoint
}

// parameter is one of the query string.
type parameter struct {
	name, description string
	required          bool
}

// endpoint is what a route does, with a zero value of what it takes and of what
// it gives (nil: nothing), which the API's description is made of.
type endpoint struct {
	in, out any
	run     func(*call) error
}

// gives is an endpoint that takes no body and answers with a view.
func gives[Out any](fn func(*call) (Out, error)) endpoint {
	return endpoint{out: *new(Out), run: func(c *call) error {
		if err := c.noBody(); err != nil {
			return err
		}
		out, err := fn(c)
		if err != nil {
			return err
		}
		return c.answer(out)
	}}
}

// takes is an endpoint that takes a JSON body and answers with a view.
func takes[In, Out any](fn func(*call, In) (Out, error)) endpoint {
	return endpoint{in: *new(In), out: *new(Out), run: func(c *call) error {
		var in In
		if err := c.decode(&in); err != nil {
			return err
		}
		out, err := fn(c, in)
		if err != nil {
			return err
		}
		return c.answer(out)
	}}
}

// writes is an endpoint that reads and writes by itself; in and out are for
// the description.
func writes(in, out any, run func(*call) error) endpoint { return endpoint{in: in, out: out, run: run} }

// pattern is the path as echo writes it: /t/:trust for /t/{trust}.
func (r route) pattern() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.path)
}

// parameters lists the names in the path.
func (r route) parameters() []string {
	var names []string
	for _, step := range strings.Split(r.path, "/") {
		if name, ok := strings.CutPrefix(step, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func (r route) inTrust() bool { return strings.Contains(r.path, "{trust}") }

func (r route) success() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// bodyLimit of what is no import.
const bodyLimit = 1 << 20

func (r route) bodyLimit() int64 {
	if r.limit == 0 {
		return bodyLimit
	}
	return r.limit
}

// serve is what every route of the table goes through.
func (s *Server) serve(r route) echo.HandlerFunc {
	return func(under echo.Context) error {
		defer s.allowTime(under, r)()
		c := &call{Context: under, route: r, server: s}
		if err := c.readNames(); err != nil {
			return err
		}
		if err := s.enter(c); err != nil {
			return err
		}
		if err := c.readConditions(); err != nil {
			return err
		}
		if r.slow {
			setDeadlines(c, slowTimeout)
			return s.inTurn(c.ctx(), s.slow, func() error { return r.run(c) })
		}
		return r.run(c)
	}
}

// allowTime gives the request its deadline and returns what takes it away
// again: whoever logs afterwards must be able to tell that the client hung up.
func (s *Server) allowTime(c echo.Context, r route) (done func()) {
	limit := s.timeout
	if r.slow {
		limit = slowTimeout
	}
	request := c.Request()
	ctx, cancel := context.WithTimeout(request.Context(), limit)
	c.SetRequest(request.WithContext(ctx))
	return func() {
		cancel()
		c.SetRequest(request)
	}
}

// enter finds the trust in the path and who asks, and whether they may ask
// this way and this often.
func (s *Server) enter(c *call) error {
	if !c.route.inTrust() {
		return nil
	}
	var err error
	if c.trust, err = s.trusts.find(c.ctx(), c.param("trust")); err != nil {
		return err
	}
	c.Set(callKey, c)
	if c.route.public {
		return s.countPublic(c)
	}
	if err := s.identify(c); err != nil {
		return err
	}
	c.who = actor(c.trust, c.person)
	c.who.Token = c.authenticated.IsZero() // a session knows when its holder proved who they are, a token never does
	if c.route.method != http.MethodGet {
		if err := s.changes.spend(c.person.ID.String()); err != nil {
			return err
		}
	}
	return s.stepUp(c)
}

// countPublic bounds what is sent before anybody is known, by address.
func (s *Server) countPublic(c *call) error {
	if c.route.method == http.MethodGet {
		return nil
	}
	return s.changes.spend("address " + c.RealIP())
}

// identify finds who asks: a person by the session in their cookie, or in the
// API a program by the token in its header. Where there is a token, the cookie
// does not count.
func (s *Server) identify(c *call) error {
	header := c.Request().Header.Get(echo.HeaderAuthorization)
	if header != "" && strings.HasPrefix(c.route.path, trustPath) {
		return s.identifyProgram(c, header)
	}
	session, err := s.signedIn(c, c.trust)
	if c.isForm() && fault.Is(err, fault.Unauthenticated) {
		return s.signInByForm(c, err)
	}
	c.person, c.authenticated = session.Person, session.Authenticated
	return err
}
