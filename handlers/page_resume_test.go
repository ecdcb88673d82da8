package handlers

import (
	"net/http"
	"net/url"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
)

// withPassword gives a member one, to sign in by.
func (w *world) withPassword(username string) {
	w.t.Helper()
	hash, err := access.HashPassword(username, goodPassword)
	w.must(err)
	w.must(w.db.SetPassword(w.t.Context(), store.Operator(w.trust.ID), username, hash))
}

// TestAFormOutlivesItsSession: what was typed when nobody was signed in any more
// is kept on the way through the sign-in, and saved after it.
func TestAFormOutlivesItsSession(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	part := ownSheetPath + "/part/safety"
	form := p.members["R1"].visit(get, part, nil).fields()
	form.Set("score.safety.a", "6")
	form.Set("note.safety.a", "line one\nline two")
	w.withPassword("member-R1") // which ends their sessions
	late := p.members["R1"]
	asked := late.visit(post, part, form)
	asked.want(http.StatusUnauthorized)
	contains(t, asked.main(), "What you typed is kept on this page")

	kept := asked.resumed()
	equal(t, kept.Get("note.safety.a"), "line one\nline two")
	kept.Set(resumeName, "member-R1")
	kept.Set(resumePassword, "wrong")
	wrong := late.visit(post, part, kept)
	wrong.want(http.StatusUnauthorized)
	contains(t, wrong.main(), "The user name or the password is wrong.")
	kept = wrong.resumed()
	equal(t, kept.Get("score.safety.a"), "6")
	equal(t, kept.Get(resumePassword), "")

	kept.Set(resumePassword, goodPassword)
	done := late.visit(post, part, kept)
	done.want(http.StatusSeeOther)
	equal(t, late.keep(done).visit(get, part, nil).fields().Get("score.safety.a"), "6")
}

// resumed are the fields of the form to sign in on the way: nobody is signed in,
// so it is the page's only one.
func (d document) resumed() url.Values {
	d.t.Helper()
	fields := url.Values{}
	for _, n := range d.all("input") {
		name, _ := attribute(n, "name")
		value, _ := attribute(n, "value")
		fields.Add(name, value)
	}
	return fields
}

// TestAFormIsOfWhoeverOpenedIt: two members share a computer; the marks of one
// never become those of the other.
func TestAFormIsOfWhoeverOpenedIt(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	part := ownSheetPath + "/part/safety"
	form := p.members["R1"].visit(get, part, nil).fields()
	form.Set("score.safety.a", "6")
	refused := p.members["R2"].visit(post, part, form)
	refused.want(http.StatusConflict)
	contains(t, refused.main(), "This form was opened by R1")
	equal(t, p.members["R2"].visit(get, part, nil).fields().Get("score.safety.a"), "")
}
