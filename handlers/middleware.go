package handlers

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
)

// What every request goes through, in the order of New.

// saneID is what may stand in a log line and in a header.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID gives the request a name under which the log, the answer and the
// person who complains can meet. A proxy's own is kept.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if !saneID.MatchString(id) {
			id = uuid.NewString()
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

func idOf(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// observe writes the access log and the metrics. It tells the pattern of the
// route and never the path: addresses hold the codes of candidates.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now() //nolint:forbidigo // a stopwatch, not a time of day
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took := time.Since(began)
		method, route := routeOf(c)
		s.metrics.observe(method, route, c.Response().Status, took)
		s.log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
			slog.String("method", method), slog.String("route", route), slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size), slog.Duration("duration", took), slog.String("request_id", idOf(c)))
		return nil
	}
}

// routeOf names what was asked for out of a bounded set of words, whatever was
// sent.
func routeOf(c echo.Context) (method, route string) {
	method, route = c.Request().Method, c.Path()
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "OTHER"
	}
	if route == "" {
		route = "unmatched"
	}
	return method, route
}

// recovered turns a panic into an error, so that it is answered and logged as
// every other. A connection that is to be cut stays so.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		return next(c)
	}
}

// bounded cuts off whoever does not read their answer. The listener's own
// time-out for reading stands.
func (s *Server) bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(in(s.timeout + answerTime))
		return next(c)
	}
}

// answerTime is how long an answer may take to be read, from when it should be
// there at the latest.
const answerTime = 30 * time.Second

// setDeadlines is for requests that take longer than the listener's time-outs.
// Where the connection has none to move, there is nothing to do.
func setDeadlines(c echo.Context, limit time.Duration) {
	connection := http.NewResponseController(c.Response())
	_ = connection.SetReadDeadline(in(limit))
	_ = connection.SetWriteDeadline(in(limit + answerTime))
}

// in is a time for the operating system, by its own clock.
func in(d time.Duration) time.Time {
	return time.Now().Add(d) //nolint:forbidigo // a socket knows no other clock
}

// headers are those of every answer. Assets, which are public and never
// change under their address, replace Cache-Control.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy(""))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// contentPolicy is what browsers may load and where forms may lead: to us, and
// on pages that send people to their identity provider to that too.
func contentPolicy(formsTo string) string {
	return "default-src 'self'; object-src 'none'; base-uri 'none'; form-action " + strings.TrimSpace("'self' "+formsTo) + "; frame-ancestors 'none'"
}

// refuseCrossOrigin refuses what another site makes a browser send in a
// person's name. It asks the browser (Sec-Fetch-Site, Origin) and needs no
// token that could run out under a form being filled in.
func (s *Server) refuseCrossOrigin(origin *url.URL) (echo.MiddlewareFunc, error) {
	protection := http.NewCrossOriginProtection()
	if origin != nil {
		if err := protection.AddTrustedOrigin(origin.Scheme + "://" + strings.ToLower(origin.Host)); err != nil {
			return nil, fmt.Errorf("public address: %w", err)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if protection.Check(c.Request()) != nil {
				return fault.New(fault.Forbidden, "this request came from another site, so it was not carried out")
			}
			return next(c)
		}
	}, nil
}
