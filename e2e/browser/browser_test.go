package browser

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"appointable/handlers"
	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
	"appointable/selection"
)

func TestMain(m *testing.M) { storetest.Main(m, &database) }

var database storetest.Server

const (
	password = "a password of the journeys"
	code     = "CARD-2026-01"
	patience = 30 * time.Second // of one step, on a machine that does other things too
)

// ward is a trust with a campaign whose scoring is open: three members, two
// candidates, two exercises.
type ward struct {
	t       *testing.T
	made    storetest.Database
	db      *store.DB
	trust   store.Trust
	officer store.Actor
	url     string
	browser context.Context
}

func newWard(t *testing.T, candidates int) *ward {
	t.Helper()
	w := newTrust(t)
	w.openScoring(candidates)
	w.browser = chromium(t)
	return w
}

// newTrust is a trust with an officer and no campaign.
func newTrust(t *testing.T) *ward {
	t.Helper()
	made := database.Database(t)
	w := &ward{t: t, made: made, db: made.Open(t)}
	var err error
	w.trust, err = made.OpenOwner(t).CreateTrust(t.Context(), "northgate", "Northgate University Hospitals", false)
	w.must(err)
	server, err := handlers.New(handlers.Config{DB: w.db, Log: slog.New(slog.DiscardHandler), Version: "test"})
	w.must(err)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	w.url = listening.URL
	w.officer = w.person("officer", access.RecruitmentOfficer)
	return w
}

func (w *ward) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *ward) person(username string, roles ...access.Role) store.Actor {
	w.t.Helper()
	operator := store.Operator(w.trust.ID)
	p, err := w.db.AddPerson(w.t.Context(), operator, store.Key{}, store.Person{Username: username, DisplayName: "Dr " + username, Roles: roles})
	w.must(err)
	hash, err := access.HashPassword(username, password)
	w.must(err)
	w.must(w.db.SetPassword(w.t.Context(), operator, username, hash))
	return store.Actor{Trust: w.trust.ID, Person: p.ID}
}

// openScoring takes the plan of the example, cut down to what a journey needs.
func (w *ward) openScoring(candidates int) {
	w.t.Helper()
	r, _, err := round.ReadFS(w.t.Context(), os.DirFS("../../cmd/appointable/demo"))
	w.must(err)
	r.Ratings, r.Psychometrics, r.Candidates = nil, nil, r.Candidates[:candidates]
	r.Campaign.Panel, r.Campaign.Exercises = r.Campaign.Panel[:3], r.Campaign.Exercises[:2]
	for i := range r.Campaign.Panel {
		r.Campaign.Panel[i].Exercises = nil
	}
	for i := range r.Candidates {
		r.Candidates[i] = selection.Candidate{Code: r.Candidates[i].Code, Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes}
	}
	c, err := w.db.Import(w.t.Context(), store.Operator(w.trust.ID), store.Key{}, r)
	w.must(err)
	for _, m := range c.Document.Panel {
		username := strings.ToLower(m.Rater)
		w.person(username)
		_, err := w.db.FillSeat(w.t.Context(), w.officer, code, m.Rater, username)
		w.must(err)
	}
	_, err = w.db.OpenScoring(w.t.Context(), w.officer, code, 0)
	w.must(err)
}

// chromium is one browser for the whole test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.WSURLReadTimeout(patience), chromedp.Flag("lang", "en-GB"))
	if os.Getuid() == 0 { // Chromium's own sandbox does not run as root; all it opens is our loopback address
		options = append(options, chromedp.NoSandbox)
	}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, close := chromedp.NewContext(allocated)
	t.Cleanup(close)
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("no Chromium, which `make deps` installs: %v", err)
	}
	return browser
}

// visitor is one person in a browser profile of their own.
type visitor struct {
	w    *ward
	t    *testing.T
	name string
	tab  context.Context
}

func (w *ward) visitor(t *testing.T, name string) *visitor {
	t.Helper()
	// A profile of its own needs a window of its own, which chromedp's own way
	// to make one does not ask for.
	browser := cdp.WithExecutor(w.browser, chromedp.FromContext(w.browser).Browser)
	profile, err := target.CreateBrowserContext().Do(browser)
	w.must(err)
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(browser)
	w.must(err)
	tab, done := chromedp.NewContext(w.browser, chromedp.WithTargetID(window))
	t.Cleanup(done)
	chromedp.ListenTarget(tab, func(event any) {
		if broken, ok := event.(*runtime.EventExceptionThrown); ok {
			t.Errorf("%s: a script broke: %s", name, broken.ExceptionDetails.Error())
		}
	})
	w.must(chromedp.Run(tab)) // the first run's context is the tab's life
	v := &visitor{w: w, t: t, name: name, tab: tab}
	v.do(network.Enable(), emulation.SetDeviceMetricsOverride(1024, 768, 1, false))
	return v
}

// do runs steps, one after the other, and fails with the step that hangs.
func (v *visitor) do(steps ...chromedp.Action) {
	v.t.Helper()
	for i, step := range steps {
		if err := v.try(step); err != nil {
			v.t.Fatalf("%s, step %d (%T): %v\n%s", v.name, i, step, err, v.text())
		}
	}
}

func (v *visitor) try(step chromedp.Action) error {
	ctx, done := context.WithTimeout(v.tab, patience)
	defer done()
	return chromedp.Run(ctx, step)
}

func (v *visitor) text() string {
	var text string
	ctx, done := context.WithTimeout(v.tab, 5*time.Second)
	defer done()
	_ = chromedp.Run(ctx, chromedp.Evaluate(`document.title + "\n" + document.querySelector("main").innerText`, &text))
	return text
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do(chromedp.Navigate(v.w.url+path), chromedp.WaitVisible("main", chromedp.ByQuery))
}

// sees waits until the page says something.
func (v *visitor) sees(text string) {
	v.t.Helper()
	v.until(fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").includes(%q)`, text))
}

// until waits until a script says yes on a page that is there. On the way from
// one page to the next there is none to ask.
func (v *visitor) until(script string) {
	v.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var yes bool
		if err := v.try(chromedp.Evaluate(`document.readyState === "complete" && Boolean(`+script+`)`, &yes)); err == nil && yes {
			return
		}
	}
	v.t.Fatalf("%s waits in vain for %s\n%s", v.name, script, v.text())
}

// press clicks what carries the words, and waits for the page that follows.
func (v *visitor) press(words string) {
	v.t.Helper()
	path := fmt.Sprintf(`//main//*[self::a or self::button][contains(normalize-space(.), %q)]`, words) //nolint:misspell // XPath's own spelling
	v.do(chromedp.Click(path, chromedp.BySearch))
}

func (v *visitor) signIn(username string) {
	v.t.Helper()
	v.open("/t/northgate/sign-in")
	v.do(chromedp.SendKeys("#username", username, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	v.press("Sign in")
	v.sees("Open this campaign")
}

// js runs a script and gives what it returns.
func (v *visitor) js(script string, into any) {
	v.t.Helper()
	v.do(chromedp.Evaluate(script, into, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}

// offline cuts this person's network, or mends it.
func (v *visitor) offline(off bool) {
	v.t.Helper()
	v.do(network.EmulateNetworkConditions(off, 0, -1, -1))
}

var pictures atomic.Int64

// looks holds the page against the rules of axe-core, and sees in three widths
// that nothing runs over its edge.
func (v *visitor) looks(name string) {
	v.t.Helper()
	v.until(`document.querySelector("main")`)
	var findings []string
	v.js(axe(v.t)+`;axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(x => x.id + ": " + x.help + " " + x.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`, &findings)
	for _, f := range findings {
		v.t.Errorf("%s: %s", name, f)
	}
	folder := os.Getenv("SCREENSHOTS")
	number := pictures.Add(1)
	for _, width := range []int64{320, 768, 1280} {
		var over int
		v.do(emulation.SetDeviceMetricsOverride(width, 900, 1, width == 320))
		v.js(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			v.t.Errorf("%s runs %d pixels over its edge at a width of %d", name, over, width)
		}
		if folder == "" {
			continue
		}
		var picture []byte
		v.do(chromedp.FullScreenshot(&picture, 100))
		v.w.must(os.MkdirAll(folder, 0o755))
		v.w.must(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d-%s-%d.png", number, strings.ReplaceAll(name, " ", "-"), width)), picture, 0o600))
	}
	v.do(emulation.SetDeviceMetricsOverride(1024, 768, 1, false))
}

// axe is the accessibility rules, as npm brings them.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("axe-core is missing; `make deps` brings it (npm ci in e2e/browser)")
	}
	return string(source)
}
