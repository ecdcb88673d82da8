package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"appointable/internal/access"
)

// TestEveryActionHasWords that an administrator can read before they give a
// role.
func TestEveryActionHasWords(t *testing.T) {
	for _, rule := range access.Table() {
		if actionWords()[rule.Action] == "" {
			t.Errorf("%s has no words", rule.Action)
		}
	}
	equal(t, len(actionWords()), len(access.Table()))
}

// TestPeopleAreLookedAfterInTheBrowser from the invitation to the day they
// leave.
func TestPeopleAreLookedAfterInTheBrowser(t *testing.T) {
	w := newWorld(t)
	admin := w.person("admin", access.Administrator)
	form := admin.page("/invite").fields()
	form.Set("username", "amara okafor")
	form["role"] = []string{"auditor"}
	wrong := admin.visit(post, "/t/northgate/invite", form)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "cannot be a user name")
	contains(t, wrong.main(), "Give the person's name") // each mistake at once
	equal(t, wrong.fields().Get("role"), "auditor")
	form.Set("username", "amara")
	form.Set("display_name", "Dr Amara <b>Okafor")
	made := admin.visit(post, "/t/northgate/invite", form)
	made.want(http.StatusOK)
	contains(t, made.main(), "Dr Amara <b>Okafor and to nobody else")
	invited, err := url.Parse(words(made.all("code")[0]))
	w.must(err)
	w.nobody().visit(get, invited.RequestURI(), nil).want(http.StatusOK)
	if strings.Contains(string(admin.page("/people/amara").body), invited.Query().Get("link")) {
		t.Error("the link is shown twice")
	}
	contains(t, admin.page("/people").rows("Accounts")[1][2], "Auditor")

	roles := url.Values{"role": {"framework-owner", "administrator"}}
	saved := admin.follow(admin.visit(post, "/t/northgate/people/amara/roles", roles))
	contains(t, saved.main(), "The roles are changed")
	contains(t, admin.page("/people").rows("Accounts")[1][2], "Administrator and framework owner")
	w.nobody().visit(get, invited.RequestURI(), nil).want(http.StatusNotFound) // an invitation without the new roles
	admin.visit(post, "/t/northgate/people/amara/roles", url.Values{"role": {"chair"}}).want(http.StatusUnprocessableEntity)

	reset := admin.visit(post, "/t/northgate/people/amara/password-reset", nil)
	contains(t, reset.main(), "shown this once")
	contains(t, admin.follow(admin.visit(post, "/t/northgate/people/amara/sessions", nil)).main(), "are ended")
	admin.visit(get, "/t/northgate/people/admin/leave", nil).want(http.StatusForbidden)
	contains(t, admin.page("/people/amara/leave").main(), "This cannot be undone")
	contains(t, admin.follow(admin.visit(post, "/t/northgate/people/amara/leave", nil)).main(), "The account is closed")
	equal(t, len(admin.page("/people").rows("Accounts")), 1)
	admin.visit(get, "/t/northgate/people/amara", nil).want(http.StatusNotFound)
	admin.visit(get, "/t/northgate/people/eve", nil).want(http.StatusNotFound)
}

// TestPeopleAreForWhoManagesThem and an officer invites for seats, without a
// role.
func TestPeopleAreForWhoManagesThem(t *testing.T) {
	w := newWorld(t)
	p := w.staff()
	for _, who := range []*client{p.officer, p.auditor, p.members["R1"]} {
		for _, path := range []string{"/people", "/people/administrator", "/people/administrator/leave"} {
			who.visit(get, "/t/northgate"+path, nil).want(http.StatusForbidden)
		}
		for _, path := range []string{"/roles", "/password-reset", "/sessions", "/leave"} {
			who.visit(post, "/t/northgate/people/administrator"+path, url.Values{"role": {"administrator"}}).want(http.StatusForbidden)
		}
	}
	p.auditor.visit(get, "/t/northgate/invite", nil).want(http.StatusForbidden)
	if strings.Contains(words(p.officer.page("/campaigns").root), "People") {
		t.Error("the people are offered to whom they are not for")
	}
	contains(t, words(p.administrator.page("/campaigns").root), "People")
	form := p.officer.page("/invite").fields()
	equal(t, len(p.officer.page("/invite").all("fieldset")), 0)
	form.Set("username", "lay-chair")
	form.Set("display_name", "A lay chair")
	form.Set("role", "administrator")
	p.officer.visit(post, "/t/northgate/invite", form).want(http.StatusForbidden)
	form.Del("role")
	contains(t, p.officer.visit(post, "/t/northgate/invite", form).main(), "A lay chair and to nobody else")
}

// TestPeopleAskForTheProof before roles change or links are made.
func TestPeopleAskForTheProof(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	ada := w.signUp("ada", access.Administrator)
	*now = now.Add(proofLasts)
	for _, path := range []string{"/invite", "/people/ada/roles", "/people/ada/password-reset", "/people/ada/leave"} {
		d := ada.visit(post, "/t/northgate"+path, url.Values{"username": {"eve"}, "display_name": {"Eve"}, "role": {"auditor"}})
		d.want(http.StatusForbidden)
		contains(t, d.main(), "Confirm your password")
	}
	equal(t, len(ada.page("/people").rows("Accounts")), 1)
}
