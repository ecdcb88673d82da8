package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/store"
)

// clock is the program's clock, to be turned by hand.
func (w *world) clock() *time.Time {
	now := w.db.Now()
	w.db.Now = func() time.Time { return now }
	return &now
}

// kinds are those of the trust's audit events, with how many there are.
func (w *world) kinds(auditor *client) map[string]int {
	w.t.Helper()
	var events list[struct {
		Kind string `json:"kind"`
	}]
	auditor.do(get, "/audit-events?limit=200", nil).want(200).into(&events)
	kinds := map[string]int{}
	for _, e := range events.Items {
		kinds[e.Kind]++
	}
	return kinds
}

func (c *client) open() []openSessionView {
	c.w.t.Helper()
	var open list[openSessionView]
	c.do(get, "/sessions", nil).want(200).into(&open)
	return open.Items
}

// again signs the same person in once more.
func (w *world) again(username string) *client {
	w.t.Helper()
	signed := w.nobody().do(post, "/session", object{"username": username, "password": samplePassword}).want(200)
	return &client{w: w, slug: w.trust.Slug, cookie: strings.Split(signed.header.Get("Set-Cookie"), ";")[0]}
}

func TestSessionsAreTheirOwners(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	admin, auditor := w.person("admin", access.Administrator), w.person("auditor", access.Auditor)
	ada := w.signUp("ada", "")
	*now = now.Add(time.Minute)
	other := w.again("ada")
	open := ada.open()
	equal(t, len(open), 2)
	var current, elsewhere openSessionView
	for _, o := range open {
		if o.Current {
			current = o
		} else {
			elsewhere = o
		}
	}
	equal(t, elsewhere.Began.Sub(current.Began), time.Minute)
	equal(t, elsewhere.Ends.Sub(*now), store.SessionIdle)
	equal(t, len(admin.open()), 1) // nobody else's

	admin.do(remove, "/sessions/"+elsewhere.ID, nil).problem(404)
	ada.do(remove, "/sessions/"+strings.Repeat("0", 32), nil).problem(404)
	ada.do(remove, "/sessions/"+elsewhere.ID, nil).want(204)
	other.do(get, "/session", nil).problem(401)
	ada.do(remove, "/sessions/"+elsewhere.ID, nil).problem(404)
	ada.do(get, "/session", nil).want(200)

	// All of them: one's own, or as an administrator.
	ada.do(remove, "/people/admin/sessions", nil).problem(403)
	ada.do(remove, "/people/ada/sessions", nil).want(204)
	ada.do(get, "/session", nil).problem(401)
	ada = w.again("ada")
	admin.do(remove, "/people/ada/sessions", nil).want(204)
	ada.do(get, "/session", nil).problem(401)
	equal(t, w.kinds(auditor)["person.sessions-ended"], 2)
}

func TestLeavers(t *testing.T) {
	w := newWorld(t)
	admin, auditor := w.person("admin", access.Administrator), w.person("auditor", access.Auditor)
	ada := w.signUp("ada", access.RecruitmentOfficer)
	program := ada.token("read")
	ada.do(post, "/people/admin/leave", nil).problem(403)
	admin.do(post, "/people/admin/leave", nil).problem(403) // somebody must be left
	admin.do(post, "/people/ada/leave", nil).want(204)
	ada.do(get, "/session", nil).problem(401)
	program.do(get, "/campaigns", nil).problem(401)
	w.nobody().do(post, "/session", object{"username": "ada", "password": samplePassword}).problem(401)
	admin.do(post, "/people/ada/leave", nil).problem(404)
	admin.do(post, "/invitations", object{"username": "ada", "display_name": "Ada"}).problem(409)
	equal(t, w.kinds(auditor)["person.left"], 1)
}

// steppedUp are the routes that ask for a fresh proof.
func steppedUp() []string {
	return []string{
		"POST /tokens", "POST /people", "POST /invitations", "PUT /people/{username}/roles", "PUT /people/{username}/password",
		"POST /people/{username}/password-reset", "POST /people/{username}/leave",
		"POST /campaigns/{campaign}/panel/{rater}/replacement", "POST /campaigns/{campaign}/close-scoring", "POST /campaigns/{campaign}/close-moderation", "POST /campaigns/{campaign}/decision",
		"POST /campaigns/{campaign}/candidates/{candidate}/subject-access", "POST /campaigns/{campaign}/candidates/{candidate}/erase",
		"PUT /campaigns/{campaign}/retention", "POST /campaigns/{campaign}/export", "POST /campaigns/{campaign}/evidence",
		"POST /monitoring/counts", "POST /fairness",
	}
}

func TestWhatIsHardToUndoAsksAgain(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	ada := w.signUp("ada", access.Administrator)
	program := ada.token("write")
	*now = now.Add(proofLasts)
	found := 0
	for _, r := range w.server.routes() {
		if !r.stepUp {
			continue
		}
		found++
		name := r.method + " " + strings.TrimPrefix(r.path, trustPath)
		if !strings.Contains(strings.Join(steppedUp(), "\n"), name) {
			t.Errorf("%s asks for a proof and is not on the list", name)
		}
		path := strings.NewReplacer(trustPath, "", "{", "", "}", "").Replace(r.path)
		p := ada.do(r.method, path, nil).problem(403)
		equal(t, p.Type, confirmType)
		contains(t, p.Detail, "confirm your password")
		// A program cannot prove who it is.
		equal(t, program.do(r.method, path, nil).problem(403).Type, "about:blank")
	}
	equal(t, found, len(steppedUp()))

	roles := object{"roles": []string{"administrator", "auditor"}}
	contains(t, ada.do(post, "/session/confirm", object{"password": "not hers at all"}).problem(422).complaints(), "password: is wrong")
	ada.do(put, "/people/ada/roles", roles).problem(403)
	ada.do(post, "/session/confirm", object{"password": samplePassword}).want(204)
	*now = now.Add(proofLasts - time.Second)
	ada.do(put, "/people/ada/roles", roles).want(200)
	*now = now.Add(time.Second)
	ada.do(put, "/people/ada/roles", roles).problem(403)
	// The proof is one session's, not the person's.
	other := w.again("ada")
	other.do(put, "/people/ada/roles", roles).want(200)
	ada.do(put, "/people/ada/roles", roles).problem(403)
}

func TestConfirmingIsSlowedDown(t *testing.T) {
	w := newWorld(t)
	w.clock()
	ada := w.signUp("ada", "")
	for range 6 {
		ada.do(post, "/session/confirm", object{"password": "not hers at all"}).problem(422)
	}
	ada.do(post, "/session/confirm", object{"password": "not hers at all"}).problem(429)
}

// token makes an API token and returns a program that asks by it.
func (c *client) token(scope string) *client {
	c.w.t.Helper()
	var made newTokenView
	c.do(post, "/tokens", object{"name": "the " + scope + " program", "scope": scope, "days": 30}).want(200).into(&made)
	if !made.Token.IsAPIToken(c.slug) || len(made.Token) != len("apt_"+c.slug+"_")+43 {
		c.w.t.Fatalf("a token of the form %q", made.Token)
	}
	return &client{w: c.w, slug: c.slug, bearer: string(made.Token)}
}

func TestAPITokens(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	officer := w.person("officer", access.RecruitmentOfficer, access.Administrator)
	auditor := w.person("auditor", access.Auditor)
	reader, writer := officer.token("read"), officer.token("write")
	equal(t, w.kinds(auditor)["person.api-token-used"], 0)
	for range 2 {
		reader.do(get, "/campaigns", nil).want(200)
	}
	equal(t, w.kinds(auditor)["person.api-token-used"], 1)
	equal(t, w.kinds(auditor)["person.api-token-made"], 2)

	// To read is not to write, and no token looks after accounts.
	contains(t, reader.do(post, "/campaigns", object{}).problem(403).Detail, "only reads")
	writer.do(post, "/campaigns", object{}).problem(422)
	for _, program := range []*client{reader, writer} {
		program.do(get, "/people", nil).problem(403)
		program.do(get, "/tokens", nil).problem(403)
		program.do(get, "/sessions", nil).problem(403)
		program.do(remove, "/session", nil).problem(403)
		program.do(post, "/session/confirm", object{"password": samplePassword}).problem(403)
	}
	var view sessionView
	writer.do(get, "/session", nil).want(200).into(&view)
	equal(t, len(view.Person.Roles), 1)

	// A header that is no token is not made good by a cookie; another trust's is
	// none.
	w.personOf(w.newTrust("southgate"), "officer", access.RecruitmentOfficer)
	for _, header := range []string{"Bearer", "Bearer x", "Basic " + writer.bearer, "Bearer " + strings.Replace(writer.bearer, "northgate", "southgate", 1), "Bearer " + writer.bearer + "x"} {
		officer.do(get, "/campaigns", nil, headerOf("Authorization", header)).problem(401)
	}
	(&client{w: w, slug: "southgate", bearer: writer.bearer}).do(get, "/campaigns", nil).problem(401)
	// No page is opened by one.
	writer.visit(get, "/t/northgate/campaigns", nil, headerOf("Authorization", "Bearer "+writer.bearer)).want(http.StatusSeeOther)
	// What another site sends is refused with a token too.
	writer.do(post, "/campaigns", object{}, headerOf("Sec-Fetch-Site", "cross-site")).problem(403)

	// Listed and revoked by the owner, and by nobody else.
	var tokens list[store.APIToken]
	body := officer.do(get, "/tokens", nil).want(200).into(&tokens).body
	equal(t, len(tokens.Items), 2)
	if strings.Contains(string(body), reader.bearer[len("apt_northgate_"):]) {
		t.Error("the list shows the token")
	}
	equal(t, *tokens.Items[0].LastUsed, now.Truncate(time.Microsecond))
	auditor.do(remove, "/tokens/"+tokens.Items[0].ID, nil).problem(404)
	officer.do(remove, "/tokens/"+tokens.Items[0].ID, nil).want(204)
	officer.do(remove, "/tokens/"+tokens.Items[0].ID, nil).problem(404)
	reader.do(get, "/campaigns", nil).problem(401)
	writer.do(get, "/campaigns", nil).want(200)
	equal(t, w.kinds(auditor)["person.api-token-revoked"], 1)

	for _, wrong := range []object{
		{"name": " ", "scope": "read", "days": 1}, {"name": "a", "scope": "all", "days": 1}, {"name": "a", "scope": "read", "days": 366}, {"name": "a", "scope": "read"},
	} {
		officer.do(post, "/tokens", wrong).problem(422)
	}
	*now = now.Add(30 * 24 * time.Hour)
	writer.do(get, "/campaigns", nil).problem(401)
}

func headerOf(name, value string) header { return header{name, value} }

func TestOnePersonsChangesAreBounded(t *testing.T) {
	w := newWorldWith(t, Config{WriteLimit: 3})
	w.clock()
	officer, other := w.person("officer", access.RecruitmentOfficer), w.person("other", access.RecruitmentOfficer)
	for range 3 {
		officer.do(post, "/campaigns", object{}).problem(422)
	}
	refused := officer.do(post, "/campaigns", object{})
	refused.problem(429)
	equal(t, refused.header.Get("Retry-After"), "20")
	officer.do(get, "/campaigns", nil).want(200) // reading is not counted
	other.do(post, "/campaigns", object{}).problem(422)
}

// link is the path and the token of an address that a link view gives.
func (a answer) link() (path, token string) {
	a.t.Helper()
	var made linkView
	a.want(200).into(&made)
	address, err := url.Parse(made.Address)
	if err != nil || made.Expires.IsZero() {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	return address.RequestURI(), address.Query().Get("link")
}

func TestInvitation(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	officer, auditor := w.person("officer", access.RecruitmentOfficer), w.person("auditor", access.Auditor)
	guest := object{"username": "Prof.Lay", "display_name": "Prof Lay"}
	auditor.do(post, "/invitations", guest).problem(403)
	officer.do(post, "/invitations", object{"username": "boss", "display_name": "Boss", "roles": []string{"administrator"}}).problem(403)
	officer.do(post, "/invitations", object{"username": "auditor", "display_name": "x"}).problem(403) // has a role, so it is not the officer's to invite

	first, _ := officer.do(post, "/invitations", guest).link()
	path, token := officer.do(post, "/invitations", guest).link() // made again, the former is over
	w.nobody().visit(get, first, nil).want(http.StatusNotFound)
	for range 2 { // looking uses nothing up
		d := w.nobody().visit(get, path, nil)
		d.want(200)
		contains(t, d.main(), "Welcome, Prof Lay")
		contains(t, d.main(), "prof.lay")
	}
	fields := url.Values{"link": {token}, "password": {"too short"}}
	short := w.nobody().visit(post, "/t/northgate/password", fields)
	short.want(http.StatusUnprocessableEntity)
	contains(t, short.main(), "There is a problem The password has 9 characters")
	fields.Set("password", "prof.lay prof.lay")
	contains(t, w.nobody().visit(post, "/t/northgate/password", fields).main(), "first that anybody would guess")
	fields.Set("password", goodPassword)
	w.nobody().visit(post, "/t/northgate/sign-in", fields).want(http.StatusUnauthorized) // it does not sign in by itself
	set := w.nobody().visit(post, "/t/northgate/password", fields)
	set.want(http.StatusSeeOther)
	contains(t, words(w.nobody().keep(set).page("/campaigns").root), "Prof Lay")
	w.nobody().visit(post, "/t/northgate/password", fields).want(http.StatusNotFound)
	w.nobody().visit(get, path, nil).want(http.StatusNotFound)
	w.nobody().do(post, "/session", object{"username": "prof.lay", "password": goodPassword}).want(200)
	officer.do(post, "/invitations", guest).problem(409)

	late, _ := officer.do(post, "/invitations", object{"username": "late", "display_name": "Late"}).link()
	*now = now.Add(14*24*time.Hour - time.Second)
	w.nobody().visit(get, late, nil).want(200)
	*now = now.Add(time.Second)
	w.nobody().visit(get, late, nil).want(http.StatusNotFound)
	auditor = w.person("auditor-2", access.Auditor)
	equal(t, w.kinds(auditor)["person.link-made"], 3)
	equal(t, w.kinds(auditor)["person.password-set"], 1)
}

func TestPasswordReset(t *testing.T) {
	w := newWorld(t)
	admin, ada := w.person("admin", access.Administrator), w.signUp("ada", "")
	program := ada.token("read")
	ada.do(post, "/people/admin/password-reset", nil).problem(403)
	admin.do(post, "/people/nobody/password-reset", nil).problem(404)
	path, token := admin.do(post, "/people/ada/password-reset", nil).link()
	ada.do(get, "/session", nil).want(200) // until it is used nothing changes
	contains(t, w.nobody().visit(get, path, nil).main(), "Set a new password")
	w.newTrust("southgate")
	w.nobody().visit(get, strings.Replace(path, "northgate", "southgate", 1), nil).want(http.StatusNotFound)
	w.nobody().visit(post, "/t/northgate/password", url.Values{"link": {token}, "password": {goodPassword}}).want(http.StatusSeeOther)
	ada.do(get, "/session", nil).problem(401)
	program.do(get, "/campaigns", nil).problem(401)
	w.nobody().do(post, "/session", object{"username": "ada", "password": samplePassword}).problem(401)
	w.nobody().do(post, "/session", object{"username": "ada", "password": goodPassword}).want(200)
	// A password set otherwise ends an open link.
	path, _ = admin.do(post, "/people/ada/password-reset", nil).link()
	admin.do(put, "/people/ada/password", object{"password": samplePassword}).want(204)
	w.nobody().visit(get, path, nil).want(http.StatusNotFound)
}
