package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// Sessions end while people type. A form that is sent then is not lost: it comes
// back within the form to sign in, and goes on from there.

// The fields that sign in on the way. No other form has fields of these names.
const (
	resumeName     = "resume_username"
	resumePassword = "resume_password"
)

// resumeType marks the problem of a form that was sent without a session.
const resumeType = "urn:appointable:problem:sign-in-again"

// isForm reports whether a page has sent this, and not a program.
func (c *call) isForm() bool {
	return c.route.method == http.MethodPost && strings.HasPrefix(c.route.path, underTrust)
}

// signInByForm signs in by the password that the form brings, or asks for it.
// It is throttled as signing in is, and as all is that comes from nobody known.
func (s *Server) signInByForm(c *call, cause error) error {
	if err := s.countPublic(c); err != nil {
		return err
	}
	fields, err := c.form()
	if err != nil {
		return cause
	}
	if !fields.Has(resumePassword) {
		return askToResume(http.StatusUnauthorized, "")
	}
	in := signInRequest{Username: fields.Get(resumeName), Password: fields.Get(resumePassword)}
	if in.Username == "" || in.Password == "" {
		return askToResume(http.StatusUnprocessableEntity, "give your user name and your password")
	}
	session, err := s.signIn(c, in)
	if err == nil {
		c.person, c.authenticated = session.Person, s.db.Now()
		return nil
	}
	switch what := problemOf(err); what.Status {
	case http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		again := askToResume(what.Status, what.Detail)
		again.retryAfter = retryAfter(err, what.Status)
		return again
	}
	return err
}

func askToResume(status int, detail string) *refusal {
	r := refuse(status, "%s", detail)
	r.problemType = resumeType
	return r
}

// resumePage asks for user name and password and brings along what was typed on
// the page before. It posts to where that page did.
type resumePage struct {
	layout
	Here     string
	Kept     []keptField
	Username string
	Problem  string
	SignIn   string // address of the page to sign in, for a new tab
}

func (resumePage) template() string { return "resume" }

func (p *pages) showResume(c *call, what problem) error {
	shown := resumePage{
		layout: p.layout(c, "Sign in to go on"), Here: c.Request().URL.RequestURI(), Kept: keptFields(c), Username: c.fields.Get(resumeName),
		Problem: fullStop(what.Detail), SignIn: c.address("sign-in"),
	}
	if shown.Problem != "" {
		shown.Title = "Error: " + shown.Title
	}
	return p.show(c, what.Status, shown)
}

// keptFields are all that the form sent, but what proves who somebody is.
func keptFields(c *call) []keptField {
	var kept []keptField
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		if slices.Contains([]string{passwordField, resumeName, resumePassword}, name) {
			continue
		}
		for _, value := range c.fields[name] {
			kept = append(kept, keptField{name, value})
		}
	}
	return kept
}

// sameRater refuses a form that another member opened in this browser: their
// marks would become those of whoever signed in since.
func sameRater(typed, rater string) error {
	if typed == "" || typed == rater {
		return nil
	}
	return fault.New(fault.Conflict, "this form was opened by %s, and you sit on the panel as %s, so nothing was saved; whoever filled it in signs in and sends it again", typed, rater)
}
