package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
)

const goodPassword = "lantern gravel otter quilt"

// reader is a person with a password, not signed in yet.
func (w *world) reader() *client {
	w.t.Helper()
	w.person("reader", access.Auditor)
	hash, err := access.HashPassword("reader", goodPassword)
	w.must(err)
	w.must(w.db.SetPassword(w.t.Context(), store.Operator(w.trust.ID), "reader", hash))
	return w.nobody()
}

// keep takes over the cookie of an answer.
func (c *client) keep(d document) *client {
	c.w.t.Helper()
	cookie, _, _ := strings.Cut(d.header.Get("Set-Cookie"), ";")
	if cookie == "" {
		c.w.t.Fatal("no cookie came")
	}
	return &client{w: c.w, slug: c.slug, cookie: cookie}
}

func TestSignInWithAPassword(t *testing.T) {
	w := newWorld(t)
	reader := w.reader()
	refused := reader.visit(get, "/t/northgate/campaigns?after=x", nil)
	refused.want(http.StatusSeeOther)
	to := refused.header.Get("Location")
	equal(t, to, "/t/northgate/sign-in?back=%2Ft%2Fnorthgate%2Fcampaigns%3Fafter%3Dx")
	form := reader.visit(get, to, nil)
	form.want(http.StatusOK)
	hidden, _ := attribute(form.all("input")[0], "value")
	equal(t, hidden, "/t/northgate/campaigns?after=x")

	fields := url.Values{"username": {"reader"}, "password": {"wrong"}, "back": {hidden}}
	wrong := reader.visit(post, "/t/northgate/sign-in", fields)
	wrong.want(http.StatusUnauthorized)
	contains(t, wrong.main(), "The user name or the password is wrong.")
	contains(t, words(wrong.all("title")[0]), "Error: Sign in")
	kept, _ := attribute(wrong.all("input")[1], "value")
	equal(t, kept, "reader")
	if strings.Contains(string(wrong.body), `value="wrong"`) || wrong.header.Get("Set-Cookie") != "" {
		t.Error("the password came back, or a cookie")
	}

	empty := reader.visit(post, "/t/northgate/sign-in", url.Values{"username": {"reader"}})
	empty.want(http.StatusUnprocessableEntity)
	contains(t, empty.main(), "There is a problem Password is missing.")

	fields.Set("password", goodPassword)
	right := reader.visit(post, "/t/northgate/sign-in", fields)
	right.want(http.StatusSeeOther)
	equal(t, right.header.Get("Location"), hidden)
	reader = reader.keep(right)
	contains(t, words(reader.page("/campaigns").root), "Dr reader auditor")

	out := reader.visit(post, "/t/northgate/sign-out", nil)
	out.want(http.StatusSeeOther)
	contains(t, reader.visit(get, out.header.Get("Location"), nil).main(), "You are signed out.")
	reader.visit(get, "/t/northgate/campaigns", nil).want(http.StatusSeeOther)
	reader.visit(post, "/t/northgate/sign-out", nil).want(http.StatusSeeOther) // again is no error
}

// TestSigningInLeadsNowhereElse is about addresses that would take a person to
// somebody else's site after they have signed in to ours.
func TestSigningInLeadsNowhereElse(t *testing.T) {
	w := newWorld(t)
	w.reader()
	c := &call{trust: w.trust}
	for _, asked := range []string{
		"", "/", "//evil.example", "https://evil.example/t/northgate/campaigns", `\\evil.example`, `/\evil.example`, "/t/other/campaigns",
		"/t/northgate", "/t/northgate/../../evil", "/t/northgate//evil.example", "javascript:alert(1)", "/t/northgate/%zz", "/t/northgate/./x",
		"http:/t/northgate/campaigns", "//x:y@/t/northgate/a", "\x00/t/northgate/a",
	} {
		equal(t, c.wayBack(asked), "/t/northgate/campaigns")
	}
	equal(t, c.wayBack("/t/northgate/campaigns/CARD-1/ranking?x=1#C1"), "/t/northgate/campaigns/CARD-1/ranking?x=1")
	right := w.nobody().visit(post, "/t/northgate/sign-in", url.Values{"username": {"reader"}, "password": {goodPassword}, "back": {"//evil.example"}})
	right.want(http.StatusSeeOther)
	equal(t, right.header.Get("Location"), "/t/northgate/campaigns")
}

func TestSignInLink(t *testing.T) {
	w := newWorld(t)
	demo, err := w.owner.CreateTrust(t.Context(), "demo", "Demo", true)
	w.must(err)
	w.personOf(demo, "auditor", access.Auditor)
	link, err := w.db.MakeSignInLink(t.Context(), store.Operator(demo.ID), "auditor")
	w.must(err)
	guest := &client{w: w, slug: "demo"}
	for range 2 { // looking does not use it up
		d := guest.page("/sign-in?link=" + string(link))
		contains(t, d.main(), "Sign in with this link")
		equal(t, d.header.Get("Set-Cookie"), "")
		equal(t, d.header.Get("Referrer-Policy"), "same-origin")
	}
	fields := url.Values{"link": {string(link)}}
	used := guest.visit(post, "/t/demo/sign-in", fields)
	used.want(http.StatusSeeOther)
	equal(t, used.header.Get("Location"), "/t/demo/campaigns")
	in := guest.keep(used)
	contains(t, words(in.page("/campaigns").root), "Dr auditor")
	contains(t, in.page("/sign-in").main(), "You are signed in as Dr auditor.")

	again := guest.visit(post, "/t/demo/sign-in", fields)
	again.want(http.StatusUnauthorized)
	contains(t, again.main(), "This link has been used or is over; ask for a new one.")
	guest.visit(post, "/t/northgate/sign-in", fields).want(http.StatusUnauthorized) // another trust's
}

func TestFormsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	reader := w.reader()
	other := reader.visit(post, "/t/northgate/sign-in", url.Values{"username": {"reader"}, "password": {goodPassword}}, header{"Sec-Fetch-Site", "cross-site"})
	other.want(http.StatusForbidden)
	contains(t, other.main(), "another site")
	for _, body := range []string{"username=%00", "username=%ff", "username=%zz"} {
		got := reader.raw(post, "/t/northgate/sign-in", []byte(body), contentType("application/x-www-form-urlencoded"))
		got.want(http.StatusBadRequest)
		contains(t, string(got.body), "<p>The form ") // as a page
	}
	reader.raw(post, "/t/northgate/sign-in", []byte("{}"), contentType("application/json")).want(http.StatusUnsupportedMediaType)
	reader.raw(post, "/t/northgate/sign-in", []byte("username="+strings.Repeat("x", 2<<20)), contentType("application/x-www-form-urlencoded")).want(http.StatusRequestEntityTooLarge)
}
