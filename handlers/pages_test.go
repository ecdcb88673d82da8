package handlers

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"
	"golang.org/x/net/html"

	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

// TestTemplates checks every field that a template names against the struct it
// is given.
func TestTemplates(t *testing.T) {
	for _, p := range allPages() {
		read, err := readTemplate(p.template())
		if err != nil {
			t.Fatal(err)
		}
		if err := templatecheck.CheckHTMLStrict(read.Lookup("layout"), p); err != nil {
			t.Errorf("%s: %v", p.template(), err)
		}
	}
}

// document is a page as a browser reads it.
type document struct {
	answer
	root *html.Node
}

// visit asks for an address as a browser does, but follows no redirect.
func (c *client) visit(method, address string, form url.Values, headers ...header) document {
	c.w.t.Helper()
	if method == post {
		headers = append([]header{contentType("application/x-www-form-urlencoded")}, headers...)
	}
	return c.browse(method, address, form.Encode(), headers...)
}

func (c *client) browse(method, address, sent string, headers ...header) document {
	t := c.w.t
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.w.url+address, strings.NewReader(sent))
	c.w.must(err)
	if c.cookie != "" {
		request.Header.Set("Cookie", c.cookie)
	}
	for _, h := range headers {
		request.Header.Set(h.name, h.value)
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Do(request)
	c.w.must(err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	c.w.must(err)
	d := document{answer: answer{t: t, status: response.StatusCode, header: response.Header, body: body}}
	c.w.check(request, d.answer)
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		if d.root, err = html.Parse(bytes.NewReader(body)); err != nil {
			t.Fatal(err)
		}
		d.checkMarkup(method + " " + address)
		d.checkWeight(method + " " + address)
	}
	return d
}

// page is one of the trust's, which must be there.
func (c *client) page(path string) document {
	c.w.t.Helper()
	d := c.visit(get, "/t/"+c.slug+path, nil)
	d.want(http.StatusOK)
	return d
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// all are the elements of a name.
func (d document) all(name string) []*html.Node {
	var found []*html.Node
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

// words are a node's text with single spaces.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (d document) main() string { return words(d.all("main")[0]) }

// section is the text of the part of the page under a heading.
func (d document) section(heading string) string {
	d.t.Helper()
	for _, s := range d.all("section") {
		if text := words(s); strings.HasPrefix(text, heading) {
			return text
		}
	}
	d.t.Fatalf("no section %q in: %s", heading, d.main())
	return ""
}

func (d document) hasHeading(heading string) bool {
	return slices.ContainsFunc(d.all("h2"), func(n *html.Node) bool { return words(n) == heading })
}

// rows are the cells of the table with a caption, header row and groups left
// out.
func (d document) rows(caption string) [][]string {
	d.t.Helper()
	var rows [][]string
	for _, table := range d.all("table") {
		in := document{answer: d.answer, root: table}
		if !strings.HasPrefix(words(in.all("caption")[0]), caption) {
			continue
		}
		for _, tr := range in.all("tr") {
			var row []string
			for cell := range tr.ChildNodes() {
				if cell.Type == html.ElementNode {
					row = append(row, words(cell))
				}
			}
			if tr.Parent.Data != "thead" && len(row) > 1 {
				rows = append(rows, row)
			}
		}
		return rows
	}
	d.t.Fatalf("no table %q", caption)
	return nil
}

// checkMarkup holds a page to what every page promises: it can be read by a
// machine, by ear, and under a policy that forbids scripts in the page.
func (d document) checkMarkup(where string) {
	d.t.Helper()
	wrong := func(format string, args ...any) {
		d.t.Errorf("%s: "+format, append([]any{where}, args...)...)
	}
	if lang, _ := attribute(d.all("html")[0], "lang"); lang != "en-GB" {
		wrong("language %q", lang)
	}
	for _, name := range []string{"head", "h1", "main", "header", "footer"} {
		if n := len(d.all(name)); n != 1 {
			wrong("%d times <%s>", n, name)
		}
	}
	head := document{root: d.all("head")[0]} // a picture may have a title of its own
	if title := words(head.all("title")[0]); !strings.HasSuffix(title, "Appointable") || strings.HasPrefix(title, "–") {
		wrong("title %q", title)
	}
	ids := map[string]bool{}
	for n := range d.root.Descendants() {
		if id, ok := attribute(n, "id"); ok {
			if ids[id] {
				wrong("the id %s is there twice", id)
			}
			ids[id] = true
		}
	}
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode {
			checkElement(n, ids, wrong)
		}
	}
}

// checkWeight holds a page to what a tablet on a ward's network loads at once.
func (d document) checkWeight(where string) {
	d.t.Helper()
	if len(d.body) >= 60<<10 {
		d.t.Errorf("%s: the page has %d bytes", where, len(d.body))
	}
}

func checkElement(n *html.Node, ids map[string]bool, wrong func(string, ...any)) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			wrong("<%s %s>: the content security policy forbids it", n.Data, a.Key)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#") && !ids[a.Val[1:]]:
			wrong("<%s href=%q> leads nowhere", n.Data, a.Val)
		case a.Key == "aria-labelledby":
			for _, id := range strings.Fields(a.Val) {
				if !ids[id] {
					wrong("<%s> is labelled by %s, which is not there", n.Data, id)
				}
			}
		}
	}
	in := document{root: n}
	switch n.Data {
	case "style", "iframe", "object":
		wrong("<%s>", n.Data)
	case "script":
		if src, _ := attribute(n, "src"); !strings.HasPrefix(src, "/assets/") || n.FirstChild != nil {
			wrong("a script that is no file of ours")
		}
	case "table":
		if len(in.all("caption")) != 1 {
			wrong("a table without a caption: %s", words(n))
		}
	case "th":
		if scope, _ := attribute(n, "scope"); scope == "" {
			wrong("a heading cell without scope: %s", words(n))
		}
	case "form":
		method, _ := attribute(n, "method")
		role, _ := attribute(n, "role")
		if method != "post" && (method != "get" || role != "search") {
			wrong("a form that neither posts nor searches")
		}
	case "label":
		if of, _ := attribute(n, "for"); !ids[of] {
			wrong("a label for %q, which is not there", of)
		}
	case "input":
		kind, _ := attribute(n, "type")
		if id, _ := attribute(n, "id"); kind != "hidden" && !ids[id] {
			wrong("an input without an id for its label")
		}
	}
}

// example is the campaign of the demo, scored elsewhere and imported.
func (w *world) example(change func(*selection.Round)) selection.Round {
	w.t.Helper()
	r, _, err := round.ReadFS(w.t.Context(), os.DirFS("../cmd/appointable/demo"))
	w.must(err)
	if change != nil {
		change(&r)
	}
	_, err = w.db.Import(w.t.Context(), store.Operator(w.trust.ID), store.Key{}, r)
	w.must(err)
	return r
}

func TestPagesAreNeverKept(t *testing.T) {
	w := newWorld(t)
	officer := w.staff().officer
	for _, path := range []string{"/campaigns", "/sign-in"} {
		equal(t, officer.page(path).header.Get("Cache-Control"), "no-store")
	}
	equal(t, officer.visit(get, "/t/northgate/campaigns/NONE", nil).header.Get("Cache-Control"), "no-store")
}

func TestAssetsAreKeptForEver(t *testing.T) {
	w := newWorld(t)
	d := w.nobody().page("/sign-in")
	links := d.all("link")
	equal(t, len(links), 2)
	for _, l := range links {
		address, _ := attribute(l, "href")
		got := w.nobody().visit(get, address, nil)
		got.want(http.StatusOK)
		equal(t, got.header.Get("Cache-Control"), "public, max-age=31536000, immutable")
	}
	w.nobody().visit(get, "/assets/appointable.css", nil).want(http.StatusNotFound)
	w.nobody().visit(get, "/assets/appointable-0.css", nil).want(http.StatusNotFound)
}

// TestNothingGetsOutUnescaped puts markup into every text that a person can
// write and looks at every page that shows it.
func TestNothingGetsOutUnescaped(t *testing.T) {
	w := newWorld(t)
	const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)> {{.}} 'x' & `
	r := w.example(func(r *selection.Round) {
		f, c := &r.Framework, &r.Campaign
		f.Title, c.Title, c.Post.Specialty = nasty+"framework", nasty+"campaign", nasty+"specialty"
		f.Dimensions[0].Title, f.Dimensions[0].Criteria[0].Statement = nasty+"dimension", nasty+"statement"
		c.Exercises[0].Title = nasty + "exercise"
		for i := range r.Ratings {
			r.Ratings[i].Evidence = nasty
		}
	})
	trust, err := w.owner.CreateTrust(t.Context(), "nasty", nasty+"trust", false)
	w.must(err)
	officer := w.staff().officer
	at := "/campaigns/" + r.Campaign.Code
	officer.visit(post, "/t/northgate"+at+"/ranking", url.Values{}).want(http.StatusSeeOther)
	w.decide(officer, r.Campaign.Code, nasty)
	for path, texts := range map[string][]string{
		"/campaigns":                             {"campaign"},
		"/frameworks":                            {"framework"},
		"/frameworks/" + r.Framework.Code + "/1": {"framework", "dimension", "statement"},
		"/frameworks/" + r.Framework.Code + "/1/preview/" + r.Framework.Dimensions[0].Code: {"dimension", "statement"},
		at:                  {"framework", "campaign", "specialty", "dimension", "statement", "exercise", "justified", "dissent"},
		at + "/ranking":     {"campaign", "dimension", "justified", "departure", "found"},
		at + "/ranking/C01": {"campaign", "dimension", "statement", "exercise"},
	} {
		d := officer.page(path)
		for _, text := range texts {
			contains(t, d.main(), strings.Join(strings.Fields(nasty+text), " "))
		}
		equal(t, len(d.all("img")), 0)
	}
	d := w.personOf(trust, "officer").page("/campaigns")
	contains(t, words(d.root), "{{.}} 'x' & trust")
	d = w.nobody().visit(post, "/t/northgate/sign-in", url.Values{"username": {nasty}, "password": {nasty}, "back": {nasty}})
	d.want(http.StatusUnauthorized)
	contains(t, fmt.Sprint(d.all("input")[1].Attr), nasty)
	w.nobody().page("/sign-in?link=" + url.QueryEscape(nasty))
}

// decide records a decision for the example campaign in words of one's own.
func (w *world) decide(officer *client, campaign, text string) {
	w.t.Helper()
	decision := object{
		"appointed": []string{"C02"}, "reserves": []string{"C01", "C03"}, "departure": text + "departure", "justification": text + "justified",
		"dissent": []object{{"rater": "R6", "text": text + "dissent"}},
	}
	var findings []object
	for _, code := range []string{"C01", "C02", "C03", "C04", "C05", "C06"} {
		findings = append(findings, object{"candidate": code, "appointable": code != "C06", "reason": text + "found"})
	}
	decision["findings"] = findings
	officer.do(post, "/campaigns/"+campaign+"/decision", decision).want(http.StatusCreated)
}

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		x    *float64
		want string
	}{
		{nil, "none"}, {float(5), "5.00"}, {float(4.125), "4.13"}, {float(4.1349), "4.13"}, {float(0.004), "0.00"}, {float(0.05), "0.05"},
		{float(-0.3), "−0.30"}, {float(-12.5), "−12.50"}, {float(100), "100.00"},
	} {
		equal(t, figure(c.x), c.want)
	}
	for x, want := range map[float64]string{5: "5", 4.6: "4.6", 1.0 / 3: "0.3333", -2.5: "−2.5", -0.00001: "0", 10: "10"} {
		equal(t, decimal(x), want)
	}
	for x, want := range map[float64]string{0.2: "20%", 1.0 / 6: "16.7%", 0.125: "12.5%", 1: "100%"} {
		equal(t, percent(x), want)
	}
	equal(t, listed(nil), "")
	equal(t, listed([]string{"a"}), "a")
	equal(t, listed([]string{"a", "b", "c"}), "a, b and c")
	equal(t, fullStop("énough"), "Énough.")
	equal(t, fullStop("why?"), "Why?")
	equal(t, fullStop(""), "")
}

func TestTimesAreThoseOfTheUnitedKingdom(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	p := &pages{london: london}
	for at, want := range map[time.Time]string{
		time.Date(2026, 1, 5, 14, 5, 0, 0, time.UTC):   "5 January 2026 at 2:05pm",
		time.Date(2026, 7, 5, 23, 30, 0, 0, time.UTC):  "6 July 2026 at 12:30am",
		time.Date(2026, 10, 25, 0, 59, 0, 0, time.UTC): "25 October 2026 at 1:59am", // the clocks go back an hour later
	} {
		equal(t, p.moment(&at).Words, want)
	}
	equal(t, p.moment(nil), moment{})
}
