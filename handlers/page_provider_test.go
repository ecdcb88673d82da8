package handlers

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"appointable/internal/access"
	"appointable/internal/store"
)

const ourAddress = "http://appointable.test"

// providerWorld is a world whose trust has a real identity provider on
// loopback, with two accounts.
func providerWorld(t *testing.T) (w *world, issuer string) {
	t.Helper()
	listening := httptest.NewUnstartedServer(nil)
	issuer = "http://" + listening.Listener.Addr().String()
	client := storage.WebClient("appointable", "client-secret", ourAddress+"/t/northgate/provider/callback")
	accounts := storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{"appointable": client})
	before := slog.Default()
	listening.Config.Handler = exampleop.SetupServer(issuer, accounts, slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	t.Cleanup(func() { slog.SetDefault(before) })
	listening.Start()
	t.Cleanup(listening.Close)
	return newWorldWith(t, Config{PublicURL: ourAddress, Provider: Provider{
		Trust: "northgate", Issuer: issuer, ClientID: "appointable", ClientSecret: "client-secret",
	}}), issuer
}

// browser goes to us and to the provider, and keeps the cookies of both.
type browser struct {
	w    *world
	http http.Client
}

func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w: w, http: http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// send asks for an address; ours is where the test server listens.
func (b *browser) send(method, address string, form url.Values) document {
	b.w.t.Helper()
	address = strings.Replace(address, ourAddress, b.w.url, 1)
	if strings.HasPrefix(address, "/") {
		address = b.w.url + address
	}
	request, err := http.NewRequestWithContext(b.w.t.Context(), method, address, strings.NewReader(form.Encode()))
	b.w.must(err)
	if method == post {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.http.Do(request)
	b.w.must(err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	b.w.must(err)
	return document{answer: answer{t: b.w.t, status: response.StatusCode, header: response.Header, body: body}}
}

// visit goes to the provider, signs in there as one of its accounts, and
// returns the address by which the browser is sent back to us.
func (b *browser) visit(account string, form url.Values) string {
	b.w.t.Helper()
	sent := b.send(post, "/t/northgate/provider", form)
	sent.want(http.StatusSeeOther)
	to, err := url.Parse(sent.header.Get("Location"))
	b.w.must(err)
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(to.Query().Get(name)) != 43 {
			b.w.t.Errorf("%s is %q", name, to.Query().Get(name))
		}
	}
	equal(b.w.t, to.Query().Get("code_challenge_method"), "S256")
	asked := b.send(get, to.String(), nil)
	asked.want(http.StatusFound)
	login, err := to.Parse(asked.header.Get("Location"))
	b.w.must(err)
	answered := b.send(post, login.Scheme+"://"+login.Host+"/login/username", url.Values{"username": {account}, "password": {"verysecure"}, "id": {login.Query().Get("authRequestID")}})
	answered.want(http.StatusFound)
	back, err := login.Parse(answered.header.Get("Location"))
	b.w.must(err)
	done := b.send(get, back.String(), nil)
	done.want(http.StatusFound)
	return done.header.Get("Location")
}

// signedInAs is the user name of the browser's session, "" without one.
func (b *browser) signedInAs() string {
	b.w.t.Helper()
	got := b.send(get, "/api/v1/t/northgate/session", nil)
	if got.status == http.StatusUnauthorized {
		return ""
	}
	var view sessionView
	got.want(200).into(&view)
	return view.Person.Username
}

func TestSignInByAProvider(t *testing.T) {
	w, issuer := providerWorld(t)
	officer := w.person("officer", access.RecruitmentOfficer)
	page := w.nobody().page("/sign-in")
	contains(t, page.main(), "Sign in with your trust account")
	contains(t, page.header.Get("Content-Security-Policy"), "form-action 'self' "+issuer+";")

	// An account that is nobody's here opens nothing.
	stranger := w.browser()
	refused := stranger.send(get, stranger.visit("test-user2", nil), nil)
	refused.want(http.StatusUnauthorized)
	contains(t, string(refused.body), "Nobody here has this account")
	equal(t, stranger.signedInAs(), "")

	// It is bound by an invitation, which is used up by that.
	path, link := officer.do(post, "/invitations", object{"username": "guest", "display_name": "Guest"}).link()
	contains(t, w.nobody().visit(get, path, nil).main(), "Use your trust account instead of a password")
	guest := w.browser()
	back := guest.visit("test-user2", url.Values{"link": {link}})
	in := guest.send(get, back, nil)
	in.want(http.StatusSeeOther)
	equal(t, in.header.Get("Location"), "/t/northgate/campaigns")
	equal(t, guest.signedInAs(), "guest")
	w.nobody().visit(get, path, nil).want(http.StatusNotFound)
	guest.send(get, back, nil).want(http.StatusUnauthorized) // the same answer again

	// From then on it signs in, and leads where one was going.
	again := w.browser()
	equal(t, again.send(get, again.visit("test-user2", url.Values{"back": {"/t/northgate/account"}}), nil).header.Get("Location"), "/t/northgate/account")
	equal(t, again.signedInAs(), "guest")
	elsewhere := w.browser()
	equal(t, elsewhere.send(get, elsewhere.visit("test-user2", url.Values{"back": {"//evil.example"}}), nil).header.Get("Location"), "/t/northgate/campaigns")

	// The account cannot be bound to a second person.
	_, second := officer.do(post, "/invitations", object{"username": "second", "display_name": "Second"}).link()
	other := w.browser()
	other.send(get, other.visit("test-user2", url.Values{"link": {second}}), nil).want(http.StatusConflict)
	equal(t, other.signedInAs(), "")

	// Who has left does not come in by it.
	w.must(w.db.Leave(t.Context(), store.Operator(w.trust.ID), "guest"))
	equal(t, again.signedInAs(), "")
	again.send(get, again.visit("test-user2", nil), nil).want(http.StatusUnauthorized)
}

// An answer of the provider counts for the browser that was sent, once, and
// whole.
func TestAnswersOfAProviderThatDoNotFit(t *testing.T) {
	w, _ := providerWorld(t)
	officer := w.person("officer", access.RecruitmentOfficer)
	_, link := officer.do(post, "/invitations", object{"username": "guest", "display_name": "Guest"}).link()
	guest := w.browser()
	guest.send(get, guest.visit("test-user2", url.Values{"link": {link}}), nil).want(http.StatusSeeOther)

	for name, change := range map[string]func(url.Values){
		"another state": func(q url.Values) { q.Set("state", strings.Repeat("x", 43)) },
		"no state":      func(q url.Values) { q.Del("state") },
		"another code":  func(q url.Values) { q.Set("code", "x"+q.Get("code")) },
		"no code":       func(q url.Values) { q.Del("code") },
		"an error":      func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") },
	} {
		b := w.browser()
		back, err := url.Parse(b.visit("test-user2", nil))
		w.must(err)
		query := back.Query()
		change(query)
		changed := *back
		changed.RawQuery = query.Encode()
		if got := b.send(get, changed.String(), nil); got.status != http.StatusUnauthorized || b.signedInAs() != "" {
			t.Errorf("with %s: %d, signed in as %q", name, got.status, b.signedInAs())
		}
		if got := b.send(get, back.String(), nil); got.status != http.StatusUnauthorized { // the visit is over
			t.Errorf("after %s the true answer still counts: %d", name, got.status)
		}
	}
	// Another browser's answer, with the code of somebody else.
	thief, victim := w.browser(), w.browser()
	stolen := thief.visit("test-user2", nil)
	victim.send(get, stolen, nil).want(http.StatusUnauthorized)
	victim.visit("test-user2", nil)
	victim.send(get, stolen, nil).want(http.StatusUnauthorized)
	equal(t, victim.signedInAs(), "")
}

func TestAnAccountIsConnectedAndConfirms(t *testing.T) {
	w, issuer := providerWorld(t)
	now := w.clock()
	w.signUp("ada", "")
	b := w.browser()
	b.send(post, "/t/northgate/sign-in", url.Values{"username": {"ada"}, "password": {samplePassword}}).want(http.StatusSeeOther)
	contains(t, string(b.send(get, "/t/northgate/account", nil).body), "Connect your trust account")

	// Not by a session that was left open.
	*now = now.Add(proofLasts)
	b.send(get, b.visit("test-user2", nil), nil).want(http.StatusForbidden)
	b.send(post, "/t/northgate/sign-in", url.Values{"username": {"ada"}, "password": {samplePassword}}).want(http.StatusSeeOther)
	b.send(get, b.visit("test-user2", nil), nil).want(http.StatusSeeOther)
	contains(t, string(b.send(get, "/t/northgate/account", nil).body), "Connected: you can sign in")

	// Step-up: proved at the provider, in the session that there is.
	*now = now.Add(2 * time.Second)
	login := store.Login{Issuer: issuer, Subject: "id2", Authenticated: *now}
	person, _, err := w.db.Credential(t.Context(), w.trust.ID, "ada")
	w.must(err)
	token, err := w.db.StartSession(t.Context(), w.trust.ID, person.ID)
	w.must(err)
	*now = now.Add(proofLasts)
	old := &client{w: w, slug: "northgate", cookie: w.server.cookieName() + "=northgate." + string(token)}
	asked := old.do(post, "/tokens", object{"name": "a", "scope": "read", "days": 1})
	equal(t, asked.problem(403).Type, confirmType)
	form := old.visit(post, "/t/northgate/account/tokens", url.Values{"name": {"a"}})
	contains(t, form.main(), "Confirm with your trust account (opens in a new tab)")
	ada := store.Actor{Trust: w.trust.ID, Person: person.ID}
	w.must(w.db.ConfirmByLogin(t.Context(), ada, token, login, false)) // proved too long ago
	old.do(post, "/tokens", object{"name": "a", "scope": "read", "days": 1}).problem(403)
	login.Authenticated = *now
	w.must(w.db.ConfirmByLogin(t.Context(), ada, token, login, false))
	old.do(post, "/tokens", object{"name": "a", "scope": "read", "days": 1}).want(200)
}

func TestAProviderThatIsDown(t *testing.T) {
	w := newWorldWith(t, Config{PublicURL: ourAddress, Provider: Provider{Trust: "northgate", Issuer: "http://127.0.0.1:1", ClientID: "a", ClientSecret: "b"}})
	page := w.nobody().page("/sign-in")
	contains(t, page.main(), "User name")
	if strings.Contains(page.main(), "trust account") {
		t.Error("the page offers what does not answer")
	}
	w.nobody().visit(post, "/t/northgate/provider", nil).want(http.StatusServiceUnavailable)
	w.newTrust("southgate")
	w.nobody().visit(post, "/t/southgate/provider", nil).want(http.StatusNotFound) // the provider of another trust
}

func TestSettingsOfAProvider(t *testing.T) {
	w := newWorld(t)
	good := Provider{Trust: "northgate", Issuer: "https://login.example.nhs.uk", ClientID: "a", ClientSecret: "b"}
	for name, change := range map[string]func(*Config){
		"in the clear": func(c *Config) { c.Provider.Issuer = "http://login.example.nhs.uk" },
		"no trust":     func(c *Config) { c.Provider.Trust = "" },
		"no secret":    func(c *Config) { c.Provider.ClientSecret = "" },
		"no issuer":    func(c *Config) { c.Provider.Issuer = "" },
		"no address":   func(c *Config) { c.PublicURL = "" },
	} {
		config := Config{DB: w.db, Log: slog.Default(), PublicURL: ourAddress, Provider: good}
		if _, err := New(config); err != nil {
			t.Fatal(err)
		}
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
