package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
)

// problem is the answer to a request that failed: RFC 9457's problem details.
// The type is about:blank: the status says what kind of problem it is, and the
// detail says it in words. One problem has a type of its own, since a program
// can mend it: confirmType.
type problem struct {
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Instance string        `json:"instance"` // the request id, to be quoted to whoever runs the service
	Errors   []fault.Field `json:"errors,omitempty"`
}

const problemJSON = "application/problem+json"

// refusal is an error of HTTP itself, for which there is no kind of fault.
type refusal struct {
	status     int
	message    string
	fields     []fault.Field
	retryAfter time.Duration

	problemType string // "": about:blank
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, message: fmt.Sprintf(format, args...)}
}

// statusOf is the one table from kinds of fault to statuses.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Stale:
		return http.StatusPreconditionFailed
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// problemOf says what a person may know of an error.
func problemOf(err error) problem {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		return newProblem(statusOf(f.Kind), f.Message, f.Fields)
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		p := newProblem(r.status, r.message, r.fields)
		if r.problemType != "" {
			p.Type = r.problemType
		}
		return p
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		return ofRouter(h.Code)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return newProblem(http.StatusServiceUnavailable, "this took too long and was stopped; try again in a moment", nil)
	}
	return newProblem(http.StatusInternalServerError, "something went wrong here; it has been recorded under the id in “instance”", nil)
}

func newProblem(status int, detail string, fields []fault.Field) problem {
	return problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields}
}

// ofRouter is what echo says by itself.
func ofRouter(status int) problem {
	switch status {
	case http.StatusNotFound:
		return newProblem(status, "there is nothing at this address", nil)
	case http.StatusMethodNotAllowed:
		return newProblem(status, "this address does not take this method; those it takes are in the header Allow", nil)
	}
	return newProblem(status, strings.ToLower(http.StatusText(status)), nil)
}

// retryAfter is how long to wait before the same request is worth sending
// again; 0 where waiting does not help.
func retryAfter(err error, status int) time.Duration {
	if r, ok := errors.AsType[*refusal](err); ok && r.retryAfter > 0 {
		return r.retryAfter
	}
	if status == http.StatusServiceUnavailable {
		return 2 * time.Second
	}
	return 0
}

// handleError is where every error becomes an answer.
func (s *Server) handleError(err error, c echo.Context) {
	p := problemOf(err)
	p.Instance = idOf(c)
	if p.Status >= http.StatusInternalServerError {
		s.logError(c, err, p.Status)
	}
	if c.Response().Committed {
		return
	}
	if wait := retryAfter(err, p.Status); wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if err := s.writeProblem(c, p); err != nil {
		s.logError(c, err, p.Status)
	}
}

func (s *Server) writeProblem(c echo.Context, p problem) error {
	if s.errorPage != nil && strings.HasPrefix(c.Request().URL.Path, "/t/") {
		return s.errorPage(c, p)
	}
	c.Response().Header().Set(echo.HeaderContentType, problemJSON)
	return c.JSON(p.Status, p)
}

// logError keeps what the answer does not tell. Somebody who hung up is no
// error of ours.
func (s *Server) logError(c echo.Context, err error, status int) {
	level := slog.LevelError
	if errors.Is(c.Request().Context().Err(), context.Canceled) {
		level = slog.LevelDebug
	}
	_, route := routeOf(c)
	s.log.LogAttrs(c.Request().Context(), level, "request failed",
		slog.String("route", route), slog.Int("status", status), slog.String("error", err.Error()), slog.String("request_id", idOf(c)))
}
