package handlers

import (
	"archive/zip"
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"appointable/selection"
)

// zipOf is the demo's round as people zip it, with one file changed.
func zipOf(t *testing.T, change map[string]func(string) string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	const demo = "../cmd/appointable/demo"
	listed, err := os.ReadDir(demo)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range listed {
		content, err := os.ReadFile(demo + "/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if fn := change[entry.Name()]; fn != nil {
			text = fn(text)
		}
		w, err := archive.Create(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// uploadRound sends a file with a form's fields, and follows where that leads.
func (c *client) uploadRound(path string, content []byte, fields url.Values) document {
	c.w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name := range fields {
		c.w.must(form.WriteField(name, fields.Get(name)))
	}
	file, err := form.CreateFormFile("file", "round.zip")
	c.w.must(err)
	_, err = file.Write(content)
	c.w.must(err)
	c.w.must(form.Close())
	d := document{answer: c.raw(post, "/t/"+c.slug+path, b.Bytes(), contentType(form.FormDataContentType()))}
	if d.root, err = html.Parse(bytes.NewReader(d.body)); err != nil {
		c.w.t.Fatal(err)
	}
	d.checkMarkup(path)
	d.checkWeight(path)
	return d
}

// TestARoundIsImportedInTheBrowser checks it first, which stores nothing, and
// imports the file that was checked and no other.
func TestARoundIsImportedInTheBrowser(t *testing.T) {
	w := newWorld(t)
	officer := w.staff().officer
	whole := zipOf(t, nil)
	empty := officer.uploadRound("/import/check", nil, nil)
	empty.want(http.StatusUnprocessableEntity)
	contains(t, empty.main(), "Choose the zip of a round")
	contains(t, officer.uploadRound("/import/check", whole[:len(whole)/2], nil).main(), "The file is not a zip, or is damaged")

	damaged := officer.uploadRound("/import/check", zipOf(t, map[string]func(string) string{"candidates.csv": func(text string) string {
		return strings.Replace(text, "yes", "perhaps", 1)
	}}), nil)
	damaged.want(http.StatusUnprocessableEntity)
	row := damaged.rows("Each mistake")[0]
	equal(t, strings.Join(row[:3], ":"), "candidates.csv:2:5")
	contains(t, row[3], "perhaps")

	checked := officer.uploadRound("/import/check", whole, nil)
	checked.want(http.StatusOK)
	contains(t, checked.section("What would be imported"), "It becomes a campaign that was scored elsewhere")
	contains(t, checked.main(), "New here: it is published with the campaign")
	equal(t, strings.Contains(officer.page("/campaigns").main(), "CARD-2026-01"), false)
	form := checked.formTo("/t/northgate/import")

	other := officer.uploadRound("/import", zipOf(t, map[string]func(string) string{"candidates.csv": func(text string) string { return text + "\n" }}), form)
	other.want(http.StatusUnprocessableEntity)
	contains(t, other.main(), "This is not the file that was checked")
	equal(t, strings.Contains(officer.page("/campaigns").main(), "CARD-2026-01"), false)

	for range 2 { // pressed twice
		imported := officer.uploadRound("/import", whole, form)
		imported.want(http.StatusOK)
		contains(t, imported.main(), selection.Deciding.Words())
	}
	taken := officer.uploadRound("/import/check", whole, nil)
	taken.want(http.StatusConflict)
	contains(t, taken.main(), "There is a campaign CARD-2026-01 here already")
	w.staffless().uploadRound("/import/check", whole, nil).want(http.StatusForbidden)
	large := officer.raw(post, "/t/northgate/import/check", make([]byte, importLimit+formRoom+1), contentType(mimeForm+"; boundary=x"))
	large.want(http.StatusRequestEntityTooLarge)
}

// staffless is somebody without a role.
func (w *world) staffless() *client { return w.person("newcomer") }
