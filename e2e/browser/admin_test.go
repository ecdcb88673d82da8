package browser

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/store"
)

// enter signs somebody in who sees no campaign, or all of them.
func (v *visitor) enter(username string) {
	v.t.Helper()
	v.open("/t/northgate/sign-in")
	v.do(chromedp.SendKeys("#username", username, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	v.press("Sign in")
	v.until(`document.querySelector("h1").innerText === "Campaigns"`)
}

// reveal submits every sheet, each rater with marks of their own, but for one
// behaviour that R3 did not observe.
func (w *ward) reveal() {
	w.t.Helper()
	for i, rater := range []string{"R1", "R2", "R3"} {
		who := w.member(rater)
		sheets, err := w.db.Sheets(w.t.Context(), who, code, store.SheetName{Rater: rater}, 100)
		w.must(err)
		for _, s := range sheets {
			if s.Rater != rater {
				continue
			}
			sheet, err := w.db.Sheet(w.t.Context(), who, code, s.SheetName)
			w.must(err)
			for j := range sheet.Marks {
				score := float64(3 + (i*j+len(s.Candidate))%4)
				sheet.Marks[j].Score, sheet.Marks[j].Evidence = &score, "Asked the nurse’s view at minute 3; changed the scan order."
			}
			if i == 2 {
				sheet.Marks[0].Score, sheet.Marks[0].NotObserved = nil, true
			}
			_, err = w.db.SubmitSheet(w.t.Context(), who, code, s.SheetName, sheet.Version, store.Key{}, sheet.Marks)
			w.must(err)
		}
	}
}

// sequence has the log signed, as serve does by itself.
func (w *ward) sequence() {
	w.t.Helper()
	published, err := store.OpenPublished(w.t.TempDir())
	w.must(err)
	sequencer, err := store.OpenSequencer(w.t.Context(), w.made.DSN("appointable_sequence"), "log.example", published, audit.NewSigningKey())
	w.must(err)
	defer func() { _ = sequencer.Close() }()
	_, err = sequencer.Sequence(context.WithoutCancel(w.t.Context()))
	w.must(err)
	_, err = sequencer.Sign(w.t.Context())
	w.must(err)
}

// TestTheWashUp goes through the board as a member does, and the auditor finds
// it on record.
func TestTheWashUp(t *testing.T) {
	w := newWard(t, 2)
	w.person("auditor", access.Auditor)
	w.reveal()
	v := w.visitor(t, "R1")
	v.enter("r1")
	v.press("Open this campaign")
	v.press("Open the wash-up board")
	v.sees("Who gave which mark is not shown")
	v.until(`!document.querySelector("main").innerText.includes("R2")`)
	v.looks("board")
	v.press("Show who gave which mark")
	v.sees("Who gave which mark is shown")
	v.sees("R2 ")
	v.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
	v.looks("board with names")
	v.press("Change your mark")
	v.sees("Why you change it")

	w.sequence()
	a := w.visitor(t, "auditor")
	a.enter("auditor")
	a.press("Open this campaign")
	a.do(chromedp.Click(`//nav//a[.="Who read what"]`, chromedp.BySearch))
	a.sees("Dr r1 r1")
	a.sees("read others’ marks")
	a.looks("who read what")
	a.do(chromedp.Click(`//nav//a[.="Log of changes"]`, chromedp.BySearch))
	a.sees("The newest checkpoint of log.example/northgate")
	a.looks("log")
	a.do(chromedp.SendKeys("#person", "r2", chromedp.ByQuery))
	a.press("Show these")
	a.sees("Dr r2 submitted a sheet")
	a.until(`!document.querySelector("table.record").innerText.includes("Dr r1")`)
	a.press("Verify")
	a.sees("It is in the log")
	a.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
	a.looks("proof")
	a.open("/t/northgate/log/proof?leaf=" + strings.Repeat("0", 64))
	a.sees("There is a problem")
	a.looks("no proof")
}

// TestAnAdministratorLooksAfterPeople from the invitation to the last day, and
// the person who is invited comes in.
func TestAnAdministratorLooksAfterPeople(t *testing.T) {
	w := newWard(t, 1)
	w.person("admin", access.Administrator)
	v := w.visitor(t, "admin")
	v.enter("admin")
	v.looks("no campaigns")
	v.do(chromedp.Click(`//nav//a[.="People"]`, chromedp.BySearch))
	v.sees("Accounts by user name")
	v.do(chromedp.Click("summary", chromedp.ByQuery))
	v.looks("people")
	v.press("Add a person")
	v.sees("It is shown once")
	v.do(chromedp.SendKeys("#username", "two words", chromedp.ByQuery), chromedp.Click("#role-auditor", chromedp.ByQuery))
	v.press("Add and make a link")
	v.sees("There is a problem")
	v.until(`document.querySelector("#role-auditor").checked`)
	v.looks("a person that cannot be added")
	v.js(`document.querySelector("#username").value = ""`, nil)
	v.do(chromedp.SendKeys("#username", "okafor", chromedp.ByQuery), chromedp.SendKeys("#display_name", "Dr Amara Okafor", chromedp.ByQuery))
	v.press("Add and make a link")
	v.sees("Copy it now")
	v.looks("link")
	var to string
	v.js(`document.querySelector("main code").innerText`, &to)
	v.press("The account of Dr Amara Okafor")
	v.sees("Roles in the trust")
	v.looks("person")

	invited := w.visitor(t, "okafor")
	invited.open(to[strings.Index(to, "/t/"):])
	invited.sees("Welcome, Dr Amara Okafor")

	v.press("Close this account")
	v.sees("This cannot be undone")
	v.looks("close an account")
	v.press("Close this account")
	v.sees("The account is closed")
	invited.open(to[strings.Index(to, "/t/"):])
	invited.sees("link has been used or is over")
}

// TestTheOfficerLooksAfterPersonalData holds them, with a reason.
func TestTheOfficerLooksAfterPersonalData(t *testing.T) {
	w := newWard(t, 2)
	v := w.visitor(t, "officer")
	v.enter("officer")
	v.press("Open this campaign")
	v.press("How long they are kept")
	v.sees("What a candidate may ask for")
	v.do(chromedp.SendKeys("#hold", "a complaint of 3 March", chromedp.ByQuery))
	v.press("Save")
	v.sees("Saved.")
	v.until(`document.querySelector("#hold").value === "a complaint of 3 March"`)
	v.looks("personal data")
}
