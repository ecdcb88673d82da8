package handlers

import (
	"net/http"
	"strings"
	"time"

	"appointable/internal/fault"
)

// Step-up: what is hard to undo (to open sealed marks, to sign off, to say who
// may do what) asks that the person proved a few minutes ago who they are. A
// session left open on a ward's computer does not do.

// proofLasts is how long a proof of who one is counts.
const proofLasts = 5 * time.Minute

// confirmType is the type of the problem that asks for the password once more.
const confirmType = "urn:appointable:problem:confirm-password"

// passwordField is that of the form that asks for the password once more; no
// other form has one of this name.
const passwordField = "confirm_password"

// askToConfirm is the problem. On a page it becomes a form that keeps what was
// typed.
func askToConfirm(status int, detail string) *refusal {
	r := refuse(status, "%s", detail)
	r.problemType = confirmType
	return r
}

// stepUp holds a route to its flag. A form may bring the password with it.
func (s *Server) stepUp(c *call) error {
	if !c.route.stepUp || s.provedLately(c) {
		return nil
	}
	if c.authenticated.IsZero() {
		return fault.New(fault.Forbidden, "an API token cannot do this; sign in with your password and do it yourself")
	}
	if strings.HasPrefix(c.route.path, underTrust) {
		return s.confirmByForm(c)
	}
	return askToConfirm(http.StatusForbidden, "confirm your password with POST …/session/confirm, then send this again; this asks for a proof of the last five minutes that it is you")
}

func (s *Server) provedLately(c *call) bool {
	return s.db.Now().Sub(c.authenticated) < proofLasts
}

func (s *Server) confirmByForm(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	if !fields.Has(passwordField) {
		return askToConfirm(http.StatusForbidden, "")
	}
	err = s.confirm(c, fields.Get(passwordField))
	if err == nil {
		fields.Del(passwordField)
		return nil
	}
	switch what := problemOf(err); what.Status {
	case http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		again := askToConfirm(what.Status, what.Detail)
		again.retryAfter = retryAfter(err, what.Status)
		return again
	}
	return err
}

type confirmRequest struct {
	Password string `json:"password" validate:"required,max=1000"`
}

func (s *Server) confirmSession(c *call, in confirmRequest) (any, error) {
	return nil, s.confirm(c, in.Password)
}

// confirm proves once more who holds the session. It is throttled as signing
// in is. It returns Invalid for a wrong password.
func (s *Server) confirm(c *call, password string) error {
	token, err := s.token(c, c.trust)
	if err != nil {
		return err
	}
	_, err = s.prove(c, c.person.Username, password)
	if fault.Is(err, fault.Unauthenticated) {
		var l fault.List
		l.Add("password", "is wrong")
		return l.Err("the password is wrong")
	}
	if err != nil {
		return err
	}
	return s.db.ConfirmSession(c.ctx(), c.who, token)
}
