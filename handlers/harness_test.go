package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
)

func TestMain(m *testing.M) {
	// What is no JSON is described as text and checked no further.
	openapi3filter.RegisterBodyDecoder(mimeZip, openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder(mimeYAML, openapi3filter.FileBodyDecoder)
	storetest.Main(m, &database)
}

// database is the one PostgreSQL of this test binary; TestMain starts it.
var database storetest.Server

// world is a trust with its people, behind a real server on a real database.
type world struct {
	t      *testing.T
	db     *store.DB
	vault  *store.Vault
	trust  store.Trust
	owner  *store.DB // the owner's login, for making trusts
	super  string    // DSN of the superuser
	server *Server
	url    string
	log    *logLines
	doc    routers.Router
}

func newWorld(t *testing.T) *world { return newWorldWith(t, Config{}) }

func newWorldWith(t *testing.T, config Config) *world {
	t.Helper()
	return worldOn(t, database.Database(t), config)
}

// worldOn makes the world in a database that is there already.
func worldOn(t *testing.T, made storetest.Database, config Config) *world {
	t.Helper()
	w := &world{t: t, db: made.Open(t), owner: made.OpenOwner(t), super: made.DSN("postgres"), log: &logLines{}}
	w.trust = w.newTrust("northgate")
	if config.Vault == nil {
		config.Vault = made.OpenVault(t)
	}
	w.vault = config.Vault
	config.DB, config.Log = w.db, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config.Version = "test"
	server, err := New(config)
	w.must(err)
	w.server, w.doc = server, contract(t, server.openAPI)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	w.url = listening.URL
	return w
}

func (w *world) newTrust(slug string) store.Trust {
	w.t.Helper()
	trust, err := w.owner.CreateTrust(w.t.Context(), slug, strings.ToTitle(slug), false)
	w.must(err)
	return trust
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// contract is the API's own description, ready to check answers against.
func contract(t *testing.T, document []byte) routers.Router {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc, openapi3.IsOpenAPI31OrLater())
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// logLines keeps what the server logs.
type logLines struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(b)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// client is one person's, with their session in one trust.
type client struct {
	w      *world
	slug   string
	cookie string
	bearer string // a program's token, in place of a session
}

// person adds an account to the trust and signs them in behind the back of
// the sign-in page, whose hashing is slow on purpose.
func (w *world) person(username string, roles ...access.Role) *client {
	w.t.Helper()
	return w.personOf(w.trust, username, roles...)
}

func (w *world) personOf(trust store.Trust, username string, roles ...access.Role) *client {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.db.AddPerson(ctx, store.Operator(trust.ID), store.Key{}, store.Person{Username: username, DisplayName: "Dr " + username, Roles: roles})
	w.must(err)
	token, err := w.db.StartSession(ctx, trust.ID, p.ID)
	w.must(err)
	return &client{w: w, slug: trust.Slug, cookie: w.server.cookieName() + "=" + trust.Slug + "." + string(token)}
}

// nobody is not signed in.
func (w *world) nobody() *client { return &client{w: w, slug: w.trust.Slug} }

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// header is one that a request carries.
type header struct{ name, value string }

func ifMatch(tag string) header       { return header{"If-Match", tag} }
func idempotency(key string) header   { return header{"Idempotency-Key", key} }
func contentType(value string) header { return header{"Content-Type", value} }

// do sends a request to a path within the trust. A body that is no []byte goes
// as JSON. POST and PUT get a fresh Idempotency-Key and If-Match: * unless they
// bring their own.
func (c *client) do(method, path string, body any, headers ...header) answer {
	c.w.t.Helper()
	return c.raw(method, "/api/v1/t/"+c.slug+path, body, append([]header{idempotency(uuid.NewString()), ifMatch("*")}, headers...)...)
}

// raw sends a request as it is given. A header of value "" is left out.
func (c *client) raw(method, path string, body any, headers ...header) answer {
	t := c.w.t
	t.Helper()
	payload, isBytes := body.([]byte)
	if body != nil && !isBytes {
		var err error
		payload, err = json.Marshal(body)
		c.w.must(err)
		headers = append([]header{contentType("application/json")}, headers...)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, c.w.url+path, bytes.NewReader(payload))
	c.w.must(err)
	for _, h := range headers {
		if request.Header.Del(h.name); h.value != "" {
			request.Header.Set(h.name, h.value)
		}
	}
	if c.cookie != "" {
		request.Header.Set("Cookie", c.cookie)
	}
	if c.bearer != "" && request.Header.Get("Authorization") == "" {
		request.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	response, err := http.DefaultClient.Do(request)
	c.w.must(err)
	defer func() { _ = response.Body.Close() }()
	got, err := io.ReadAll(response.Body)
	c.w.must(err)
	a := answer{t: t, status: response.StatusCode, header: response.Header, body: got}
	c.w.check(request, a)
	return a
}

// check holds an answer against the API's description, and no answer may tell
// of the database.
func (w *world) check(request *http.Request, a answer) {
	w.t.Helper()
	if a.status >= 400 {
		body := bytes.ReplaceAll(a.body, []byte("<select "), nil) // a form's
		for _, word := range []string{"pq:", "select ", "insert ", "SQLSTATE", "constraint", "relation", "goroutine", ".go:"} {
			if bytes.Contains(body, []byte(word)) {
				w.t.Errorf("%s %s: the answer tells of the machinery: %s", request.Method, request.URL.Path, a.body)
			}
		}
	}
	found, parameters, err := w.doc.FindRoute(request)
	if err != nil {
		return // an address outside the API
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: found, PathParams: parameters},
		Status:                 a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
	})
	if err != nil {
		w.t.Errorf("%s %s %d is not as described: %v", request.Method, request.URL.Path, a.status, err)
	}
}

// want fails the test on another status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// into decodes the body.
func (a answer) into(v any) answer {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	return a
}

func (a answer) tag() string { return a.header.Get("ETag") }

// problem decodes an error and fails on another status.
func (a answer) problem(status int) problem {
	a.t.Helper()
	a.want(status)
	var p problem
	a.into(&p)
	if got := a.header.Get("Content-Type"); got != problemJSON {
		a.t.Errorf("an error of type %s", got)
	}
	if p.Status != status || p.Title == "" || p.Detail == "" || p.Instance != a.header.Get("X-Request-Id") {
		a.t.Errorf("an incomplete problem: %s", a.body)
	}
	return p
}

// complaints are the places and messages of a problem's errors, one a line.
func (p problem) complaints() string {
	var b strings.Builder
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "%s: %s\n", e.Where, e.Message)
	}
	return b.String()
}

func contains(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("no %q in:\n%s", part, text)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
