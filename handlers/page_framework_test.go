package handlers

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/internal/access"
)

const (
	frameworksAt = "/t/northgate/frameworks"
	versionAt    = frameworksAt + "/values/1"
	safetyAt     = versionAt + "/dimensions/safety"
)

// draftOf stores the sample as a draft and gives its owner.
func (w *world) draftOf(f frameworks.Framework) *client {
	w.t.Helper()
	owner := w.person("owner", access.FrameworkOwner)
	owner.do(post, "/frameworks", f).want(201)
	return owner
}

func (c *client) stored(code, version string) frameworks.Framework {
	c.w.t.Helper()
	var view frameworkView
	c.do(get, "/frameworks/"+code+"/"+version, nil).want(200).into(&view)
	return view.Document
}

// checked are the boxes and buttons of a form that are pressed, of one name.
func (d document) checked(name string) []string {
	var values []string
	for _, n := range d.all("input") {
		of, _ := attribute(n, "name")
		value, _ := attribute(n, "value")
		if _, yes := attribute(n, "checked"); yes && of == name {
			values = append(values, value)
		}
	}
	return values
}

// TestAFrameworkIsMadeWithoutScripts goes from the template to the second
// version and what it changes.
func TestAFrameworkIsMadeWithoutScripts(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", access.FrameworkOwner)
	contains(t, owner.page("/frameworks").main(), "There is no framework yet")
	form := owner.page("/frameworks/start").fields()
	nothing := owner.visit(post, frameworksAt+"/start", form)
	nothing.want(http.StatusUnprocessableEntity)
	contains(t, nothing.main(), "Choose what to start from.")
	form.Set("template", "uclh-values")
	form.Set("title", "Our values")
	form.Set("code", "our-values")
	made := owner.visit(post, frameworksAt+"/start", form)
	overview := owner.follow(made)
	equal(t, owner.visit(post, frameworksAt+"/start", form).header.Get("Location"), made.header.Get("Location")) // pressed twice
	contains(t, overview.main(), "Our values")
	equal(t, len(overview.rows("What share")), 4)
	again := owner.visit(post, frameworksAt+"/start", url.Values{"key": {"another"}, "template": {"uclh-values"}, "code": {"our-values"}})
	again.want(http.StatusUnprocessableEntity)
	contains(t, again.main(), "There is a framework “our-values” already")

	at := frameworksAt + "/our-values/1"
	step := owner.visit(get, at+"/publish", nil)
	contains(t, step.main(), "never changes again")
	overview = owner.follow(owner.visit(post, at+"/publish", step.fields()))
	contains(t, overview.section("About"), owner.stored("our-values", "1").Hash())
	overview = owner.follow(owner.visit(post, at+"/next", owner.visit(get, at+"/next", nil).fields()))
	contains(t, overview.main(), "version 2 Draft")

	about := owner.visit(get, frameworksAt+"/our-values/2/about", nil).fields()
	about.Set("title", "Our values, revised")
	overview = owner.follow(owner.visit(post, frameworksAt+"/our-values/2/about", about))
	contains(t, overview.main(), "Saved.")
	changes := owner.page("/frameworks/our-values/diff?from=1&to=2").main()
	contains(t, changes, "1 change")
	contains(t, changes, "The title now reads “Our values, revised”, was “Our values”.")
	contains(t, owner.page("/frameworks").main(), owner.stored("our-values", "1").Hash()[:12])
	owner.visit(post, at+"/retire", owner.visit(get, at+"/retire", nil).fields()).want(http.StatusSeeOther)
	owner.visit(get, at+"/retire", nil).want(http.StatusConflict)
}

// TestAFormThatIsNotTouchedChangesNothing: what a page shows is what it saves.
func TestAFormThatIsNotTouchedChangesNothing(t *testing.T) {
	w := newWorld(t)
	f, err := frameworks.Template("uclh-values")
	w.must(err)
	owner := w.draftOf(f)
	at := frameworksAt + "/uclh-values/1"
	for _, page := range []string{"/about", "/scale", "/weights", "/dimensions/safety", "/dimensions/improving"} {
		d := owner.visit(get, at+page, nil)
		fields := d.fields()
		fields["constitution"] = d.checked("constitution")
		if kind := d.checked("kind"); kind != nil {
			fields["kind"] = kind
		}
		fields.Set("then", "save")
		owner.visit(post, at+page, fields).want(http.StatusSeeOther)
	}
	if diff := cmp.Diff(f, owner.stored("uclh-values", "1")); diff != "" {
		t.Error(diff)
	}
}

// dimensionFields are what the page of safety would send.
func (c *client) dimensionFields(d document, then string) url.Values {
	fields := d.fields()
	fields["constitution"], fields["kind"] = d.checked("constitution"), d.checked("kind")
	fields.Set("then", then)
	return fields
}

// TestBehavioursAreChanged adds one, moves it up, writes it and removes another;
// nothing is kept before the page is saved.
func TestBehavioursAreChanged(t *testing.T) {
	w := newWorld(t)
	owner := w.draftOf(sampleFramework())
	page := owner.visit(get, safetyAt, nil)
	page = owner.visit(post, safetyAt, owner.dimensionFields(page, "add"))
	contains(t, page.main(), "Not saved yet")
	page = owner.visit(post, safetyAt, owner.dimensionFields(page, "up.1"))
	fields := owner.dimensionFields(page, "add")
	fields.Set("statement.0", "Speaks up early about risk")
	fields.Set("anchor.0.1", "looks on")
	fields.Set("anchor.0.4", "says so")
	fields.Set("positive.0", "states the risk\r\n\r\n names a limit ")
	fields.Set("negative.0", "waits")
	page = owner.visit(post, safetyAt, fields)
	equal(t, page.fields().Get("statement.0"), "Speaks up early about risk")
	page = owner.visit(post, safetyAt, owner.dimensionFields(page, "remove.2"))
	equal(t, len(owner.stored("values", "1").Dimensions[0].Criteria), 1)
	fields = owner.dimensionFields(page, "save")
	fields["constitution"] = []string{"compassion"}
	contains(t, owner.follow(owner.visit(post, safetyAt, fields)).main(), "“Speaks up early about risk”: the highest mark 7 has no anchor")

	want := sampleFramework().Dimensions[0]
	want.Constitution = []string{"compassion"}
	want.Criteria = append([]frameworks.Criterion{{
		Code: "safety.speaks-up-early", Statement: "Speaks up early about risk", Anchors: frameworks.Anchors{{Score: 1, Text: "looks on"}, {Score: 4, Text: "says so"}},
		Positive: []string{"states the risk", "names a limit"}, Negative: []string{"waits"},
	}}, want.Criteria...)
	if diff := cmp.Diff(want, owner.stored("values", "1").Dimensions[0]); diff != "" {
		t.Error(diff)
	}
}

// TestNothingTypedInAFrameworkIsLost sends what cannot be stored, and what comes
// after a change from another window.
func TestNothingTypedInAFrameworkIsLost(t *testing.T) {
	w := newWorld(t)
	owner := w.draftOf(sampleFramework())
	page := owner.visit(get, safetyAt, nil)
	fields := owner.dimensionFields(page, "save")
	fields.Set("statement.0", "")
	fields.Set("anchor.0.7", strings.Repeat("x", 1001))
	fields.Set("positive.0", "listens")
	wrong := owner.visit(post, safetyAt, fields)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Error: The text is empty; write something here.")
	contains(t, wrong.main(), "Error: The text for score 7 has 1001 characters")
	equal(t, wrong.fields().Get("positive.0"), "listens")
	equal(t, len(wrong.fields().Get("anchor.0.7")), 1001)

	other := sampleFramework()
	other.Title = "Changed elsewhere"
	owner.do(put, "/frameworks/values/1", other).want(200)
	fields = owner.dimensionFields(page, "save")
	fields.Set("statement.0", "Does it better")
	stale := owner.visit(post, safetyAt, fields)
	stale.want(http.StatusPreconditionFailed)
	contains(t, stale.main(), "changed from another window or by somebody else")
	kept := owner.dimensionFields(stale, "save")
	equal(t, kept.Get("statement.0"), "Does it better")
	owner.visit(post, safetyAt, kept).want(http.StatusSeeOther)
	got := owner.stored("values", "1")
	equal(t, got.Title, "Changed elsewhere")
	equal(t, got.Dimensions[0].Criteria[0].Statement, "Does it better")
	equal(t, got.Dimensions[0].Criteria[0].Code, "safety.a") // marks are kept by it
}

// TestWeightsAreChanged makes a range, exchanges two values, and removes one and
// puts it back.
func TestWeightsAreChanged(t *testing.T) {
	w := newWorld(t)
	owner := w.draftOf(sampleFramework())
	at := versionAt + "/weights"
	fields := owner.visit(get, at, nil).fields()
	fields.Set("low.0", "20")
	fields.Set("high.0", "a third")
	fields.Set("then", "save")
	wrong := owner.visit(post, at, fields)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Error: “a third” is not a number")
	fields = wrong.fields()
	fields.Set("high.0", "30")
	fields.Set("then", "show")
	shown := owner.visit(post, at, fields)
	equal(t, shown.rows("What share")[0][2], "33.3% 28.6% to 37.5%")
	equal(t, shown.rows("What share")[1][2], "66.7% 62.5% to 71.4%")
	fields.Set("then", "down.0")
	shown = owner.visit(post, at, fields)
	fields = shown.fields()
	equal(t, fields.Get("code.1"), "safety")
	fields.Set("then", "remove.kindness")
	shown = owner.visit(post, at, fields)
	contains(t, shown.main(), "The value kindness is removed when you save")
	fields = shown.fields()
	fields.Set("then", "back.kindness")
	shown = owner.visit(post, at, fields)
	fields = shown.fields()
	fields.Set("then", "remove.kindness")
	fields = owner.visit(post, at, fields).fields()
	fields.Set("then", "save")
	owner.visit(post, at, fields).want(http.StatusSeeOther)
	got := owner.stored("values", "1")
	equal(t, len(got.Dimensions), 1)
	equal(t, got.Dimensions[0].Weight, frameworks.Weight{Low: 20, High: 30})

	add := owner.visit(get, versionAt+"/add", nil).fields()
	add.Set("title", "Leading a service")
	wrong = owner.visit(post, versionAt+"/add", add)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Choose one of the two.")
	add = wrong.fields()
	equal(t, add.Get("title"), "Leading a service")
	add.Set("kind", "competency")
	add.Set("statement", "Plans with the team")
	contains(t, owner.follow(owner.visit(post, versionAt+"/add", add)).main(), "Leading a service")
	equal(t, owner.stored("values", "1").Dimensions[1].Code, "leading-service")
}

// TestACompetencyIsTakenOver from a template, without anchors for marks that the
// scale does not have.
func TestACompetencyIsTakenOver(t *testing.T) {
	w := newWorld(t)
	f := sampleFramework()
	f.Scale.Max = 5
	f.Dimensions = f.Dimensions[:1]
	f.Dimensions[0].Criteria[0].Anchors = nil
	owner := w.draftOf(f)
	take := url.Values{"revision": {"1"}, "then": {"take"}}
	nothing := owner.visit(post, versionAt+"/add", take)
	nothing.want(http.StatusUnprocessableEntity)
	contains(t, nothing.main(), "Choose what to take over.")
	take.Set("from", "uclh-values/safety") // the framework has one
	owner.visit(post, versionAt+"/add", take).want(http.StatusUnprocessableEntity)
	take.Set("from", "medical-leadership/direction")
	page := owner.follow(owner.visit(post, versionAt+"/add", take))
	contains(t, page.main(), "Setting direction")
	template, err := frameworks.Template("medical-leadership")
	w.must(err)
	want := template.Dimensions[0]
	want.Weight = frameworks.Fixed(50)
	for i := range want.Criteria {
		want.Criteria[i].Anchors = want.Criteria[i].Anchors[:2]
	}
	if diff := cmp.Diff(want, owner.stored("values", "1").Dimensions[1]); diff != "" {
		t.Error(diff)
	}
}

// TestTheScaleIsChanged but not away from under the anchors.
func TestTheScaleIsChanged(t *testing.T) {
	w := newWorld(t)
	owner := w.draftOf(sampleFramework())
	at := versionAt + "/scale"
	fields := owner.visit(get, at, nil).fields()
	fields.Set("label.4", "meets the standard")
	fields.Set("max", "6")
	wrong := owner.visit(post, at, fields)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Behaviours have anchors for marks that are not on this scale, “Does a” among them.")
	fields = wrong.fields()
	equal(t, fields.Get("max"), "6")
	equal(t, fields.Get("label.4"), "meets the standard")
	fields.Set("max", "10")
	named := owner.follow(owner.visit(post, at, fields))
	contains(t, named.main(), "Saved.")
	equal(t, named.fields().Has("label.10"), true)
	equal(t, owner.stored("values", "1").Scale.Labels[0].Text, "meets the standard")
}

// upload sends the form of the import page as a browser does.
func (c *client) upload(fields url.Values, file string) document {
	t := c.w.t
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range fields {
		c.w.must(form.WriteField(name, fields.Get(name)))
	}
	part, err := form.CreateFormFile("file", "framework.yaml")
	c.w.must(err)
	_, err = part.Write([]byte(file))
	c.w.must(err)
	c.w.must(form.Close())
	return c.browse(post, frameworksAt+"/import", body.String(), contentType(form.FormDataContentType()))
}

// TestAFrameworkMayHaveTheNameOfAPage of frameworks.
func TestAFrameworkMayHaveTheNameOfAPage(t *testing.T) {
	w := newWorld(t)
	f := sampleFramework()
	f.Code = "start"
	owner := w.draftOf(f)
	contains(t, owner.page("/frameworks/start/1").main(), "The value safety")
	contains(t, owner.page("/frameworks/start/1/preview/safety").main(), "Not observed")
}

// TestWhatIsNotReadyIsNotPublished but sent to where something is missing.
func TestWhatIsNotReadyIsNotPublished(t *testing.T) {
	w := newWorld(t)
	f := sampleFramework()
	f.Dimensions[1].Criteria[0].Anchors = nil
	owner := w.draftOf(f)
	d := owner.visit(get, versionAt+"/publish", nil)
	contains(t, d.main(), "The value kindness, “Does a”: the lowest mark 1 has no anchor")
	equal(t, len(d.all("form")), 1) // to sign out
	owner.visit(post, versionAt+"/publish", url.Values{"revision": {"1"}}).want(http.StatusUnprocessableEntity)
	contains(t, owner.page("/frameworks/values/1").section("Important: What to keep in mind"), "The value safety, “Does a” has no positive or negative indicators")

	f.Dimensions[1].Criteria[0] = sampleFramework().Dimensions[1].Criteria[0]
	owner.do(put, "/frameworks/values/1", f).want(200)
	stale := owner.visit(post, versionAt+"/publish", url.Values{"revision": {"1"}})
	stale.want(http.StatusPreconditionFailed)
	contains(t, stale.main(), "has changed since you opened this page")
	owner.visit(post, versionAt+"/publish", stale.fields()).want(http.StatusSeeOther)
	owner.visit(get, versionAt+"/about", nil).want(http.StatusConflict)
	owner.visit(post, versionAt+"/about", url.Values{"revision": {"3"}, "title": {"x"}}).want(http.StatusConflict)
}

func TestAFrameworkIsImportedAndExported(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", access.FrameworkOwner)
	document, err := sampleFramework().YAML()
	w.must(err)
	form := owner.page("/frameworks/import").fields()
	broken := strings.Replace(string(document), "weight: 50", "weight: heavy", 1)
	wrong := owner.upload(form, broken)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "dimensions[0].weight:")
	contains(t, wrong.fields().Get("text"), "weight: heavy")
	form = wrong.fields()
	form.Set("text", string(document))
	owner.upload(form, "").want(http.StatusSeeOther)
	owner.upload(form, "").want(http.StatusSeeOther) // pressed twice
	form.Set("key", "another")
	contains(t, owner.upload(form, "").main(), "Version 1 of the framework “values” exists already")
	contains(t, owner.upload(url.Values{"key": {"third"}}, "\xff\xfe").main(), "no text in UTF-8")

	sent := owner.visit(get, versionAt+"/yaml", nil)
	equal(t, sent.header.Get("Content-Disposition"), `attachment; filename="values-1.yaml"`)
	if diff := cmp.Diff(string(document), string(sent.body)); diff != "" {
		t.Error(diff)
	}
}

// TestReadersReadFrameworks and find nothing to change.
func TestReadersReadFrameworks(t *testing.T) {
	w := newWorld(t)
	w.draftOf(sampleFramework())
	reader := w.person("reader", access.Auditor)
	list := reader.page("/frameworks")
	contains(t, list.main(), "values")
	overview := reader.page("/frameworks/values/1")
	contains(t, overview.main(), "The value safety")
	preview := reader.page("/frameworks/values/1/preview/safety")
	contains(t, preview.main(), "Not observed")
	for _, d := range []document{list, overview, preview} {
		equal(t, len(d.all("form")), 1) // to sign out
		for _, a := range d.all("a") {
			to, _ := attribute(a, "href")
			for _, end := range []string{"/start", "/import", "/about", "/scale", "/weights", "/add", "/publish", "/next", "/retire"} {
				if strings.HasSuffix(to, end) || strings.Contains(to, "/dimensions/") && !strings.Contains(words(a), "The value") {
					t.Errorf("a reader is led to %s", to)
				}
			}
		}
	}
	for _, path := range []string{"/start", "/import", "/values/1/about", "/values/1/scale", "/values/1/weights", "/values/1/add", "/values/1/dimensions/safety", "/values/1/publish"} {
		reader.visit(get, frameworksAt+path, nil).want(http.StatusForbidden)
	}
	reader.visit(post, versionAt+"/about", url.Values{"revision": {"1"}, "title": {"x"}}).want(http.StatusForbidden)
	reader.visit(post, versionAt+"/publish", url.Values{"revision": {"1"}}).want(http.StatusForbidden)
	contains(t, w.nobody().visit(get, versionAt, nil).header.Get("Location"), "/sign-in?back=")
}
