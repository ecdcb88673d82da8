package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAccountPage(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	ada := w.signUp("ada", "")
	*now = now.Add(time.Minute)
	other := w.again("ada")
	contains(t, words(ada.page("/campaigns").root), "Dr ada")
	rows := ada.page("/account").rows("Your sessions")
	equal(t, len(rows), 2)
	var elsewhere string
	for _, o := range ada.open() {
		if !o.Current {
			elsewhere = o.ID
		}
	}
	ended := ada.visit(post, "/t/northgate/account/sessions/end", url.Values{"session": {elsewhere}})
	ended.want(http.StatusSeeOther)
	contains(t, ada.visit(get, ended.header.Get("Location"), nil).main(), "The session is ended.")
	other.do(get, "/session", nil).problem(401)

	fields := url.Values{"name": {"board <report>"}, "scope": {"read"}, "days": {"30"}}
	made := ada.visit(post, "/t/northgate/account/tokens", fields)
	made.want(200)
	contains(t, made.main(), "apt_northgate_")
	page := ada.page("/account")
	contains(t, page.rows("Your tokens")[0][0], "board <report>")
	if strings.Contains(page.main(), "apt_northgate_") {
		t.Error("the token is shown twice")
	}
	wrong := ada.visit(post, "/t/northgate/account/tokens", url.Values{"name": {""}, "scope": {"write"}, "days": {"x"}})
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, words(wrong.all("title")[0]), "Error: ")
	contains(t, wrong.main(), "There is a problem Give the token a name")
	var tokens list[object]
	ada.do(get, "/tokens", nil).want(200).into(&tokens)
	ada.visit(post, "/t/northgate/account/tokens/revoke", url.Values{"token": {tokens.Items[0]["id"].(string)}}).want(http.StatusSeeOther)
	contains(t, ada.page("/account").main(), "You have none.")

	ada.visit(post, "/t/northgate/account/sessions/end", url.Values{"session": {"all"}}).want(http.StatusSeeOther)
	ada.do(get, "/session", nil).problem(401)
}

// What was typed is neither done nor lost while the password is asked for.
func TestConfirmPage(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	ada := w.signUp("ada", "")
	*now = now.Add(proofLasts)
	fields := url.Values{"name": {`board "report" <b>`}, "scope": {"write"}, "days": {"30"}}
	asked := ada.visit(post, "/t/northgate/account/tokens", fields)
	asked.want(http.StatusForbidden)
	contains(t, asked.main(), "Confirm your password")
	form := document{answer: asked.answer, root: asked.all("form")[1]} // the first signs out
	action, _ := attribute(form.root, "action")
	equal(t, action, "/t/northgate/account/tokens")
	kept := url.Values{}
	for _, input := range form.all("input") {
		name, _ := attribute(input, "name")
		value, _ := attribute(input, "value")
		kept.Add(name, value)
	}
	equal(t, kept.Get("confirm_password"), "")
	kept.Del("confirm_password")
	equal(t, kept.Encode(), fields.Encode())
	var tokens list[object]
	ada.do(get, "/tokens", nil).want(200).into(&tokens)
	equal(t, len(tokens.Items), 0)
	fields.Set("confirm_password", "not hers at all")
	wrong := ada.visit(post, "/t/northgate/account/tokens", fields)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "There is a problem The password is wrong.")
	contains(t, words(wrong.all("title")[0]), "Error: Confirm")
	if strings.Contains(string(wrong.body), "not hers at all") {
		t.Error("the password came back")
	}
	fields.Set("confirm_password", samplePassword)
	made := ada.visit(post, "/t/northgate/account/tokens", fields)
	made.want(200)
	contains(t, made.main(), "apt_northgate_")
	contains(t, made.rows("Your tokens")[0][0], `board "report" <b>`)
	// A good proof lasts for the next form too.
	fields.Del("confirm_password")
	ada.visit(post, "/t/northgate/account/tokens", fields).want(200)
}
