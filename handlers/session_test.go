package handlers

import (
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/store"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	c := w.signUp("Ada", access.Auditor)
	var view sessionView
	c.do(get, "/session", nil).want(200).into(&view)
	equal(t, view.Person.Username, "ada")
	equal(t, view.Trust.Slug, "northgate")
	equal(t, view.Person.Roles[0], access.Auditor)

	// A wrong password and a name that nobody has are told apart by nothing.
	wrong := w.nobody().do(post, "/session", object{"username": "ada", "password": "not hers at all"}, header{"X-Request-Id", "same"})
	unknown := w.nobody().do(post, "/session", object{"username": "eve", "password": "not hers at all"}, header{"X-Request-Id", "same"})
	wrong.problem(401)
	equal(t, string(wrong.body), string(unknown.body))
	equal(t, wrong.header.Get("Set-Cookie"), "")
	contains(t, w.log.String(), `"msg":"password accepted","person":"`+view.Person.ID.String())
	contains(t, w.log.String(), `"msg":"password refused","person":"`+view.Person.ID.String())
	contains(t, w.log.String(), `"msg":"password refused","person":"00000000-`)

	c.do(remove, "/session", nil).want(204)
	c.do(get, "/session", nil).problem(401)
}

func TestCookie(t *testing.T) {
	for _, test := range []struct{ publicURL, name, has string }{
		{"", "appointable", "; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"},
		{"https://appointable.example.nhs.uk", "__Host-appointable", "; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax"},
	} {
		w := newWorldWith(t, Config{PublicURL: test.publicURL})
		w.signUp("ada", "")
		signed := w.nobody().do(post, "/session", object{"username": "ada", "password": samplePassword}).want(200)
		cookie := signed.header.Get("Set-Cookie")
		if !strings.HasPrefix(cookie, test.name+"=northgate.") || !strings.HasSuffix(cookie, test.has) {
			t.Errorf("cookie %s", cookie)
		}
		equal(t, signed.header.Get("Strict-Transport-Security") != "", test.publicURL != "")
	}
}

// A session is good in its own trust only, whatever the address or the cookie
// says.
func TestSecondTrust(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	other := w.personOf(w.newTrust("southgate"), "officer", access.RecruitmentOfficer, access.Administrator)
	token := strings.TrimPrefix(other.cookie, "appointable=southgate.")
	for _, cookie := range []string{other.cookie, "appointable=northgate." + token, "appointable=" + token, "appointable=", "appointable=northgate.", ""} {
		stranger := &client{w: w, slug: "northgate", cookie: cookie}
		stranger.do(get, "/campaigns", nil).problem(401)
		stranger.do(get, "/session", nil).problem(401)
	}
	// In their own they see nothing of the first.
	other.do(get, "/campaigns/CARD-1", nil).problem(404)
	var list list[object]
	other.do(get, "/campaigns", nil).want(200).into(&list)
	equal(t, len(list.Items), 0)
	p.officer.do(get, "/campaigns/CARD-1", nil).want(200)
	(&client{w: w, slug: "nowhere", cookie: other.cookie}).do(get, "/session", nil).problem(404)
}

func TestSignInsAreSlowedDown(t *testing.T) {
	w := newWorld(t)
	w.signUp("ada", "")
	guess := object{"username": "ADA", "password": "not hers at all"}
	for range 6 {
		w.nobody().do(post, "/session", guess).problem(401)
	}
	refused := w.nobody().do(post, "/session", guess)
	refused.problem(429)
	equal(t, refused.header.Get("Retry-After"), "1")
	// Another account from the same address is not held up.
	w.nobody().do(post, "/session", object{"username": "eve", "password": "not hers at all"}).problem(401)
}

func TestPasswords(t *testing.T) {
	w := newWorld(t)
	admin, ada := w.signUp("admin", access.Administrator), w.signUp("ada", "")
	next := "another four words here"
	// One's own with the former one only; another's as an administrator only.
	contains(t, ada.do(put, "/people/ada/password", object{"password": next}).problem(422).complaints(), "current_password: is missing or wrong")
	ada.do(put, "/people/ADA/password", object{"password": next, "current_password": "wrong"}).problem(422)
	ada.do(put, "/people/nobody/password", object{"password": next}).problem(403)
	ada.do(put, "/people/admin/password", object{"password": next, "current_password": samplePassword}).problem(403)
	contains(t, ada.do(put, "/people/ada/password", object{"password": "short", "current_password": samplePassword}).problem(422).Detail, "at least 15")
	ada.do(put, "/people/ada/password", object{"password": next, "current_password": samplePassword}).want(204)
	ada.do(get, "/session", nil).problem(401) // every session ends
	admin.do(put, "/people/ada/password", object{"password": samplePassword}).want(204)
	admin.do(put, "/people/nobody/password", object{"password": next}).problem(404)
	w.nobody().do(post, "/session", object{"username": "ada", "password": samplePassword}).want(200)
}

func TestSessionEnds(t *testing.T) {
	w := newWorld(t)
	now := w.db.Now()
	w.db.Now = func() time.Time { return now }
	c := w.person("ada")
	now = now.Add(store.SessionIdle - time.Minute)
	c.do(get, "/session", nil).want(200)
	now = now.Add(store.SessionIdle + time.Second)
	c.do(get, "/session", nil).problem(401)
}
