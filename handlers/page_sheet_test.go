package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const ownSheetPath = "/t/northgate/campaigns/CARD-1/sheets/C1/interview"

// follow visits the address that a redirect leads to.
func (c *client) follow(d document) document {
	c.w.t.Helper()
	d.want(http.StatusSeeOther)
	return c.visit(get, strings.Split(d.header.Get("Location"), "#")[0], nil)
}

// fields are what the page's first form would send.
func (d document) fields() url.Values {
	d.t.Helper()
	fields := url.Values{}
	form := document{answer: d.answer, root: d.all("form")[1]} // the first signs out
	for _, n := range form.all("input") {
		name, _ := attribute(n, "name")
		value, _ := attribute(n, "value")
		kind, _ := attribute(n, "type")
		_, checked := attribute(n, "checked")
		if kind != "radio" && kind != "checkbox" || checked {
			fields.Set(name, value)
		}
	}
	for _, n := range form.all("textarea") {
		name, _ := attribute(n, "name")
		fields.Set(name, "")
		if n.FirstChild != nil { // its text, lines and all
			fields.Set(name, n.FirstChild.Data)
		}
	}
	return fields
}

// TestASheetIsFilledInWithoutScripts goes from the list to the receipt.
func TestASheetIsFilledInWithoutScripts(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	member := p.members["R1"]
	overview := member.page("/campaigns/CARD-1")
	contains(t, overview.section("Your sheets"), "Not started")
	first := member.follow(member.visit(get, ownSheetPath, nil))
	contains(t, first.main(), "1 of 2 The value safety")
	contains(t, first.main(), "Nobody sees anybody else’s marks until every required sheet is submitted")

	form := first.fields()
	form.Set("score.safety.a", "6")
	form.Set("note.safety.a", sampleEvidence)
	second := member.follow(member.visit(post, ownSheetPath+"/part/safety", form))
	contains(t, second.main(), "2 of 2 The value kindness")
	form = second.fields()
	check := member.follow(member.visit(post, ownSheetPath+"/part/kindness", form)) // nothing given
	contains(t, check.main(), "One behaviour has no mark yet")
	equal(t, len(check.all("button")), 1) // to sign out
	form = second.fields()
	form.Set("score.kindness.a", unseenValue)
	check = member.follow(member.visit(post, ownSheetPath+"/part/kindness", form))
	contains(t, check.main(), sampleEvidence)
	contains(t, check.main(), "Not observed")
	submit := check.fields()
	receipt := member.visit(post, ownSheetPath+"/submit", submit)
	receipt.want(http.StatusOK)
	contains(t, receipt.main(), "Sheet submitted")
	contains(t, receipt.main(), "All your sheets are in")
	again := member.visit(post, ownSheetPath+"/submit", submit) // pressed twice
	equal(t, words(again.all("code")[0]), words(receipt.all("code")[0]))
	own := member.visit(get, ownSheetPath, nil)
	own.want(http.StatusOK)
	contains(t, own.main(), "Your sheet")
	contains(t, own.main(), sampleEvidence)
	equal(t, member.visit(get, ownSheetPath+"/part/safety", nil).status, http.StatusSeeOther)
	member.visit(post, ownSheetPath+"/part/safety", form).want(http.StatusConflict)
}

// TestNothingTypedIsLost sends marks that cannot be kept, and marks over those of
// another window.
func TestNothingTypedIsLost(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	member := p.members["R1"]
	page := member.follow(member.visit(get, ownSheetPath, nil))
	form := page.fields()
	form.Set("score.safety.a", "five")
	form.Set("note.safety.a", "she said so")
	wrong := member.visit(post, ownSheetPath+"/part/safety", form)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "“five” is not a number")
	equal(t, wrong.fields().Get("note.safety.a"), "she said so")

	elsewhere := page.fields()
	elsewhere.Set("score.safety.a", "3")
	member.visit(post, ownSheetPath+"/part/safety", elsewhere).want(http.StatusSeeOther)
	form.Set("score.safety.a", "6")
	stale := member.visit(post, ownSheetPath+"/part/safety", form)
	stale.want(http.StatusPreconditionFailed)
	contains(t, stale.main(), "saved from another window")
	kept := stale.fields()
	equal(t, kept.Get("score.safety.a"), "6")
	equal(t, kept.Get("note.safety.a"), "she said so")
	member.visit(post, ownSheetPath+"/part/safety", kept).want(http.StatusSeeOther)
	equal(t, member.visit(get, ownSheetPath+"/part/safety", nil).fields().Get("score.safety.a"), "6")
}

// TestASheetIsItsRatersOwn tries the addresses as everybody else.
func TestASheetIsItsRatersOwn(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	for _, path := range []string{"", "/part/safety", "/check"} {
		for _, other := range []*client{p.officer, p.auditor} {
			other.visit(get, ownSheetPath+path, nil).want(http.StatusNotFound)
		}
		d := w.nobody().visit(get, ownSheetPath+path, nil)
		d.want(http.StatusSeeOther)
		contains(t, d.header.Get("Location"), "/sign-in?back=")
	}
	p.members["R1"].visit(get, ownSheetPath+"/part/none", nil).want(http.StatusNotFound)
}

// TestAMarkIsChangedInModeration gives a reason, or is asked for one.
func TestAMarkIsChangedInModeration(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1")
	member := p.members["R2"]
	contains(t, member.visit(get, ownSheetPath, nil).main(), "Moderation is open")
	at := ownSheetPath + "/revise/safety.a"
	form := member.visit(get, at, nil).fields()
	form.Set("score.safety.a", "4")
	missing := member.visit(post, at, form)
	missing.want(http.StatusUnprocessableEntity)
	equal(t, missing.fields().Get("score.safety.a"), "4")
	form = missing.fields()
	form.Set("reason", "misheard")
	own := member.follow(member.visit(post, at, form))
	contains(t, own.main(), "Before: 6 (“"+sampleEvidence+"”). Changed because: misheard")
}

// TestAnInterestIsDeclared by a member, from the sheet.
func TestAnInterestIsDeclared(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	at := "/t/northgate/campaigns/CARD-1/interests/C1"
	p.officer.visit(get, at, nil).want(http.StatusForbidden)
	member := p.members["R2"]
	form := member.visit(get, at, nil).fields()
	wrong := member.visit(post, at, form)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Choose what kind of connection it is.")
	form = wrong.fields()
	form.Set("nature", "supervised")
	form.Set("details", "registrar in 2019")
	member.visit(post, at, form).want(http.StatusSeeOther)
	contains(t, string(p.officer.do(get, "/campaigns/CARD-1/interests", nil).want(200).body), "registrar in 2019")
}

// TestABlankSheetCanBePrinted with every behaviour and anchor, and no mark.
func TestABlankSheetCanBePrinted(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	d := p.members["R1"].page("/campaigns/CARD-1/exercises/interview/blank")
	contains(t, d.main(), "Not observed")
	p.members["R1"].visit(get, "/t/northgate/campaigns/CARD-1/exercises/none/blank", nil).want(http.StatusNotFound)
}

// TestEverybodyFindsHelp before and after signing in.
func TestEverybodyFindsHelp(t *testing.T) {
	w := newWorld(t)
	for _, c := range []*client{w.nobody(), w.person("ada")} {
		for _, path := range []string{"/help", "/accessibility", "/privacy"} {
			d := c.page(path)
			equal(t, strings.Count(string(d.body), "/t/northgate"+path), 1)
		}
	}
}
