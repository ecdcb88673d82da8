package handlers

import (
	"io"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"appointable/internal/access"
)

func TestHeaders(t *testing.T) {
	w := newWorld(t)
	a := w.nobody().raw(get, "/healthz", nil).want(200)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		equal(t, a.header.Get(name), want)
	}
	// A sane request id is kept, another is replaced.
	equal(t, w.nobody().raw(get, "/healthz", nil, header{"X-Request-Id", "proxy-17.a_b"}).header.Get("X-Request-Id"), "proxy-17.a_b")
	for _, id := range []string{"", "a b", "x\ty", strings.Repeat("x", 65), `"`, "ü"} {
		equal(t, len(w.nobody().raw(get, "/healthz", nil, header{"X-Request-Id", id}).header.Get("X-Request-Id")), 36)
	}
}

func TestCrossOrigin(t *testing.T) {
	w := newWorldWith(t, Config{PublicURL: "https://Appointable.example.nhs.uk"})
	admin := w.person("admin", access.Administrator)
	body := object{"username": "eve", "display_name": "Eve"}
	for _, h := range []header{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		admin.do(post, "/people", body, h).problem(403)
		admin.do(get, "/people", nil, h).want(200) // reading is harmless: the other site cannot see the answer
	}
	admin.do(post, "/people", body, header{"Origin", "https://appointable.example.nhs.uk"}).want(201)
	if _, err := New(Config{DB: w.db, PublicURL: "appointable.example.nhs.uk"}); err == nil {
		t.Error("a public address without https:// is accepted")
	}
}

func TestAddressOfClient(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		proxies               []netip.Prefix
		from, forwarded, want string
	}{
		{nil, "10.1.2.3:99", "1.2.3.4", "10.1.2.3"},
		{proxies, "10.1.2.3:99", "1.2.3.4", "1.2.3.4"},
		{proxies, "10.1.2.3:99", "9.9.9.9, 1.2.3.4", "1.2.3.4"}, // what the client added itself does not count
		{proxies, "10.1.2.3:99", "1.2.3.4, 10.1.0.9", "1.2.3.4"},
		{proxies, "[fd00::1]:99", "1.2.3.4", "1.2.3.4"},
		{proxies, "10.2.2.3:99", "1.2.3.4", "10.2.2.3"}, // private, and no proxy of ours
		{proxies, "127.0.0.1:99", "1.2.3.4", "127.0.0.1"},
	} {
		request := httptest.NewRequestWithContext(t.Context(), get, "/", nil)
		request.RemoteAddr = test.from
		request.Header.Set("X-Forwarded-For", test.forwarded)
		equal(t, ipExtractor(test.proxies)(request), test.want)
	}
}

func TestPanicIsAnError(t *testing.T) {
	w := newWorld(t)
	w.server.echo.GET("/panic", func(echo.Context) error { panic("the detail") })
	p := w.nobody().raw(get, "/panic", nil).problem(500)
	if strings.Contains(p.Detail, "the detail") {
		t.Error("the answer tells why")
	}
	contains(t, w.log.String(), "panic: the detail")
	contains(t, w.log.String(), p.Instance)
}

func TestTimeout(t *testing.T) {
	w := newWorldWith(t, Config{RequestTimeout: time.Nanosecond})
	a := w.nobody().do(get, "/session", nil)
	a.problem(503)
	equal(t, a.header.Get("Retry-After"), "2")
}

func TestHealth(t *testing.T) {
	w := newWorldWith(t, Config{Off: []string{"monitoring", "sequencer"}})
	contains(t, string(w.nobody().raw(get, "/readyz", nil).want(200).body), `{"status":"ready","off":["monitoring","sequencer"]}`)
	w.must(w.db.Close())
	w.nobody().raw(get, "/healthz", nil).want(200)
	p := w.nobody().raw(get, "/readyz", nil)
	equal(t, p.problem(503).Detail, "the database does not answer")
	equal(t, p.header.Get("Retry-After"), "2")
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	p.officer.do(get, "/campaigns/CARD-9", nil).problem(404)
	w.nobody().raw("BREW", "/coffee/CARD-9", nil).want(404)
	page := httptest.NewRecorder()
	w.server.Metrics().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), get, "/metrics", nil))
	text, err := io.ReadAll(page.Body)
	w.must(err)
	for _, line := range []string{
		`appointable_request_duration_seconds_count{method="GET",route="/api/v1/t/:trust/campaigns/:campaign",status="404"} 1`,
		`appointable_request_duration_seconds_count{method="OTHER",route="unmatched",status="404"} 1`,
		"appointable_requests_in_flight 0", "appointable_database_connections_open ", "appointable_database_round_trips_total ", "go_goroutines ",
	} {
		contains(t, string(text), line)
	}
	for _, word := range []string{"CARD-9", "BREW"} {
		if strings.Contains(string(text), word) {
			t.Errorf("the metrics tell %q", word)
		}
	}
	// They are not on the public listener.
	w.nobody().raw(get, "/metrics", nil).problem(404)
}
