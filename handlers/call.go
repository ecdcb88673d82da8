package handlers

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// call is one request under way: who asks in which trust, and what was said in
// its headers and body.
type call struct {
	echo.Context
	route  route
	server *Server
	trust  store.Trust
	person store.Person
	who    store.Actor

	authenticated time.Time // when the person last proved who they are; zero: a program asks, by a token

	names       map[string]string // in the path
	version     int               // of If-Match; 0: any
	idempotency string
	body        []byte
	fields      url.Values // of a form, once it was read
}

func actor(trust store.Trust, p store.Person) store.Actor {
	return store.Actor{Trust: trust.ID, Person: p.ID}
}

func (c *call) ctx() context.Context { return c.Request().Context() }

// param is a name from the path; see readNames.
func (c *call) param(name string) string { return c.names[name] }

// readNames reads the names in the path. What cannot be the name of anything,
// an empty one among it, is refused here: to the store no name means no
// campaign in particular, and a NUL is an error of the database.
func (c *call) readNames() error {
	c.names = map[string]string{}
	for _, name := range c.route.parameters() {
		text := c.Param(name)
		if c.Request().URL.RawPath != "" { // echo gives the parts of that as they were sent
			var err error
			if text, err = url.PathUnescape(text); err != nil {
				return echo.ErrNotFound
			}
		}
		if text == "" || len(text) > 200 || !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return echo.ErrNotFound
		}
		c.names[name] = text
	}
	return nil
}

// number is a version number, from the path or a query. It returns NotFound
// for what is none.
func number(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "%.20q is not a version number; versions count 1, 2, 3", text)
	}
	return int(n), nil
}

// visible is what a key may be made of: what every proxy passes on unchanged.
var visible = regexp.MustCompile(`^[!-~]{1,200}$`)

// readConditions reads the headers that the route asks for.
func (c *call) readConditions() error {
	if c.route.once {
		key := c.Request().Header.Get("Idempotency-Key")
		switch {
		case key == "":
			return refuse(http.StatusBadRequest, "the header Idempotency-Key is missing; send one of your own choice, and the same one when you repeat this request, so that it is carried out once only")
		case !visible.MatchString(key):
			return refuse(http.StatusBadRequest, "the header Idempotency-Key cannot be used; send 1 to 200 letters, digits or signs without spaces")
		}
		c.idempotency = key
	}
	if c.route.match {
		return c.readMatch()
	}
	return nil
}

// readMatch reads If-Match. Any tag but "*" that was never given out, a weak
// one among them, matches nothing.
func (c *call) readMatch() error {
	header := strings.TrimSpace(c.Request().Header.Get("If-Match"))
	switch header {
	case "":
		return refuse(http.StatusPreconditionRequired, "the header If-Match is missing; send the ETag that you were given with what you are about to change, so that nobody else's change is lost, or * to change it whatever it is now")
	case "*":
		return nil
	}
	tag, quoted := strings.CutPrefix(header, `"`)
	tag, closed := strings.CutSuffix(tag, `"`)
	n, err := strconv.Atoi(tag)
	if !quoted || !closed || err != nil || n < 1 || etag(n) != header {
		return fault.New(fault.Stale, "the header If-Match names no version of this; send one ETag as you were given it, quotes included")
	}
	c.version = n
	return nil
}

func etag(version int) string { return strconv.Quote(strconv.Itoa(version)) }

// readBody reads the body into memory, up to the limit of the route. It
// returns a refusal for another media type or one too large.
func (c *call) readBody(accepts ...string) (mediaType string, err error) {
	mediaType, _, _ = strings.Cut(c.Request().Header.Get(echo.HeaderContentType), ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	known := false
	for _, a := range accepts {
		known = known || a == mediaType
	}
	if !known {
		return "", refuse(http.StatusUnsupportedMediaType, "the header Content-Type says %.60q; this address takes %s", mediaType, strings.Join(accepts, " or "))
	}
	return mediaType, c.readAll()
}

func (c *call) readAll() error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, c.route.bodyLimit()))
	if err != nil {
		return unread(err)
	}
	c.body = body
	return nil
}

// noBody refuses a body where none is expected: it would be ignored, and its
// sender believe otherwise. An empty JSON object counts as none.
func (c *call) noBody() error {
	if c.Request().Method == http.MethodGet {
		return nil
	}
	if err := c.readAll(); err != nil {
		return err
	}
	if text := strings.TrimSpace(string(c.body)); text != "" && text != "{}" {
		return refuse(http.StatusBadRequest, "this address takes no body; send the request without one")
	}
	return nil
}

// key remembers the answer under the Idempotency-Key. It is read after the
// body, which is part of what was asked.
func (c *call) key() store.Key {
	h := sha256.New()
	for _, part := range []string{c.Request().Method, c.Request().URL.EscapedPath()} {
		_, _ = io.WriteString(h, part+"\n") // a hash does not fail
	}
	_, _ = h.Write(c.body)
	return store.Key{Key: c.idempotency, Sum: [32]byte(h.Sum(nil))}
}

// versioned is a view of something that can be changed under If-Match.
type versioned interface{ etag() int }

// answer writes a view.
func (c *call) answer(view any) error {
	if v, ok := view.(versioned); ok {
		c.Response().Header().Set("ETag", etag(v.etag()))
	}
	if c.route.success() == http.StatusNoContent {
		return c.NoContent(http.StatusNoContent)
	}
	return c.JSON(c.route.success(), view)
}
