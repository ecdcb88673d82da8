package handlers

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
)

// problemPage says what went wrong and what to do about it.
type problemPage struct {
	layout
	Heading   string
	Detail    string
	Errors    []fault.Field
	Advice    string
	Reference string // the request id
}

func (problemPage) template() string { return "problem" }

// showProblem answers a person where the API answers with problem+json. Who is
// not signed in is asked to, and led back to where they were going; what they
// had typed is kept.
func (p *pages) showProblem(context echo.Context, what problem) error {
	c, _ := context.Get(callKey).(*call)
	if what.Status == http.StatusUnauthorized {
		if kept, err := p.keepTyped(c); kept {
			return err
		}
		return askToSignIn(context)
	}
	if what.Type == confirmType {
		return p.askToConfirm(c, what)
	}
	shown := problemPage{
		layout: p.layout(c, headingOf(what.Status)), Heading: headingOf(what.Status), Detail: detailOf(what),
		Errors: what.Errors, Advice: adviceOf(what.Status), Reference: what.Instance,
	}
	if context.Param("trust") == "" { // no route: the trust was not looked for
		shown.Home = homeOf(context.Request().URL)
	}
	return p.show(context, what.Status, shown)
}

func askToSignIn(c echo.Context) error {
	to := "/t/" + url.PathEscape(c.Param("trust")) + "/sign-in"
	if c.Request().Method == http.MethodGet {
		to += "?back=" + url.QueryEscape(c.Request().URL.RequestURI())
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// homePath is an address within a trust, or what looks like one.
var homePath = regexp.MustCompile(`^/t/[a-z0-9-]{1,63}/`)

// homeOf guesses the trust's own first page from an address that is no page's.
func homeOf(u *url.URL) string {
	if trust := homePath.FindString(u.Path); trust != "" {
		return trust + "campaigns"
	}
	return ""
}

func headingOf(status int) string {
	switch status {
	case http.StatusForbidden:
		return "You cannot see or do this"
	case http.StatusNotFound:
		return "Page not found"
	case http.StatusConflict:
		return "This cannot be done now"
	case http.StatusPreconditionFailed:
		return "Somebody else has changed this"
	case http.StatusTooManyRequests:
		return "Too many tries"
	case http.StatusServiceUnavailable:
		return "The service is busy"
	case http.StatusInternalServerError:
		return "Something went wrong here"
	}
	return "This could not be read"
}

// detailOf is the problem's own sentence, but where that speaks to programs.
func detailOf(what problem) string {
	switch what.Status {
	case http.StatusInternalServerError:
		return "It is not your fault. It has been recorded under the reference below."
	case http.StatusMethodNotAllowed:
		return "This address is not a page that can be opened."
	}
	return fullStop(what.Detail)
}

func adviceOf(status int) string {
	switch status {
	case http.StatusForbidden:
		return "If you think that you should, ask the recruitment officer and give the reference below."
	case http.StatusNotFound:
		return "Check the address. If you followed a link, it may be out of date, or the page may be for somebody else."
	case http.StatusConflict:
		return "Go back, load the page again and look at where the campaign stands."
	case http.StatusPreconditionFailed:
		return "Go back, load the page again and repeat your change."
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return "Wait a moment, then load the page again."
	case http.StatusInternalServerError:
		return "Try again in a few minutes. If it happens again, tell whoever runs the service and give the reference below."
	}
	return "Go back and try again. If it happens again, tell whoever runs the service and give the reference below."
}
