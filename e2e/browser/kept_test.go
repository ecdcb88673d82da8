package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"appointable/internal/store"
	"appointable/selection"
)

// What may come between a member and a saved sheet, one at a time.

const sheetAt = "/t/northgate/campaigns/" + code + "/sheets/C01/interview-a"

// atSheet has signed in and stands before the first part of the sheet.
func (w *ward) atSheet(t *testing.T, rater, username string) *visitor {
	t.Helper()
	v := w.visitor(t, rater)
	v.signIn(username)
	v.open(sheetAt)
	v.do(chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
	return v
}

// first is the first criterion on the page.
func (v *visitor) first() string {
	v.t.Helper()
	var criterion string
	v.js(`document.querySelector("form.sheet fieldset").id.replace("score.", "")`, &criterion)
	return criterion
}

// saveElsewhere gives one mark from another device.
func (w *ward) saveElsewhere(rater, criterion string, score float64, evidence string) {
	w.t.Helper()
	name := store.SheetName{Rater: rater, Candidate: "C01", Exercise: "interview-a"}
	_, err := w.db.SaveSheet(w.t.Context(), w.member(rater), code, name, 0, []selection.Mark{{Criterion: criterion, Score: &score, Evidence: evidence}})
	w.must(err)
}

func (w *ward) keeps(rater, criterion string, score float64, evidence string) {
	w.t.Helper()
	for _, m := range w.kept(rater, "C01", "interview-a").Marks {
		if m.Criterion == criterion && (m.Score == nil || *m.Score != score || m.Evidence != evidence) {
			w.t.Errorf("%s has %+v", criterion, m)
		}
	}
}

// failing makes the first requests to save go wrong. The script in it answers
// for the service; "real" is what it would have said.
func (v *visitor) failing(times int, answer string) {
	v.t.Helper()
	v.js(`(() => { const real = window.fetch; let left = `+string(rune('0'+times))+`; window.sent = [];
		window.fetch = async (...a) => { if (a[1]?.method !== "PUT") return real(...a); window.sent.push(Date.now()); if (left-- <= 0) return real(...a); `+answer+` } })()`, nil)
}

// TestAnAnswerIsLost after the service had stored what was sent: the newer
// version is the member's own, and nobody is asked anything.
func TestAnAnswerIsLost(t *testing.T) {
	w := newWard(t, 1)
	v := w.atSheet(t, "R1", "r1")
	v.failing(1, `await real(...a); throw new TypeError("lost");`)
	v.fillPart("5", "rang the theatre")
	v.sees("Not saved, keep this page open")
	v.do(chromedp.SendKeys(`[id="note.`+v.first()+`"]`, " twice", chromedp.ByQuery))
	v.sees("Saved ")
	w.keeps("R1", v.first(), 5, "rang the theatre twice")
}

// TestTwoWindows: another part of the sheet is no conflict; the same mark is, and
// both are shown.
func TestTwoWindows(t *testing.T) {
	w := newWard(t, 1)
	v := w.atSheet(t, "R1", "r1")
	marks := w.kept("R1", "C01", "interview-a").Marks
	w.saveElsewhere("R1", marks[len(marks)-1].Criterion, 2, "from the tablet")
	v.fillPart("5", "here")
	v.sees("Saved ")
	w.keeps("R1", v.first(), 5, "here")
	w.keeps("R1", marks[len(marks)-1].Criterion, 2, "from the tablet")

	w.saveElsewhere("R1", v.first(), 3, "there")
	v.do(chromedp.SendKeys(`[id="note.`+v.first()+`"]`, " and now", chromedp.ByQuery))
	v.sees("saved from another window or device")
	v.press("Save and continue")
	v.sees("What is kept now: 3, “there”")
	v.until(`document.activeElement.matches("div.wrong")`)
	v.looks("two windows")
	w.keeps("R1", v.first(), 3, "there")
	criterion := v.first()
	v.press("Save and continue")
	v.until(`!document.querySelector("div.wrong")`)
	w.keeps("R1", criterion, 5, "here and now")
}

// TestTheServiceIsBusy and says how long to wait: typing on does not make it
// busier.
func TestTheServiceIsBusy(t *testing.T) {
	w := newWard(t, 1)
	v := w.atSheet(t, "R1", "r1")
	v.failing(1, `return new Response("{}", { status: 429, headers: { "Retry-After": "4" } });`)
	v.fillPart("5", "first")
	v.sees("Not saved, keep this page open")
	v.do(chromedp.SendKeys(`[id="note.`+v.first()+`"]`, " second", chromedp.ByQuery))
	v.sees("Saved ")
	var apart float64
	v.js(`window.sent[1] - window.sent[0]`, &apart)
	if apart < 4000 {
		t.Errorf("it asked again after %.0f ms", apart)
	}
	w.keeps("R1", v.first(), 5, "first second")
}

// TestLeavingSaves by a link that is pressed before the second is over, and by
// going back to a page that is older than the sheet.
func TestLeavingSaves(t *testing.T) {
	w := newWard(t, 1)
	v := w.atSheet(t, "R1", "r1")
	criterion := v.first()
	v.fillPart("5", "in a hurry")
	v.press("Declare an interest")
	v.sees("What is the connection?")
	w.keeps("R1", criterion, 5, "in a hurry")
	v.do(chromedp.NavigateBack(), chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
	v.until(`document.querySelector("form.sheet").autocomplete === "off"`)
	v.do(chromedp.SendKeys(`[id="note.`+criterion+`"]`, kb.End+", and back", chromedp.ByQuery))
	v.sees("Saved ")
	w.keeps("R1", criterion, 5, "in a hurry, and back")
}

// TestTheSessionEndsWithoutScripts: the form waits within the sign-in.
func TestTheSessionEndsWithoutScripts(t *testing.T) {
	w := newWard(t, 1)
	v := w.visitor(t, "R1")
	v.do(network.SetBlockedURLs([]string{"*/assets/sheet-*.js"}))
	v.signIn("r1")
	v.open(sheetAt)
	criterion := v.first()
	v.fillPart("4", "typed in time")
	w.must(w.db.EndSessions(t.Context(), store.Operator(w.trust.ID), "r1"))
	v.press("Save and continue")
	v.sees("What you typed is kept on this page")
	v.looks("sign in to go on")
	v.do(chromedp.SendKeys("#resume_username", "r1", chromedp.ByQuery), chromedp.SendKeys("#resume_password", password, chromedp.ByQuery))
	v.press("Sign in and go on")
	v.do(chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
	w.keeps("R1", criterion, 4, "typed in time")
}

// TestTheSessionEndsOnTheWay: what was pressed goes on after the dialog.
func TestTheSessionEndsOnTheWay(t *testing.T) {
	w := newWard(t, 1)
	v := w.atSheet(t, "R1", "r1")
	criterion := v.first()
	w.must(w.db.EndSessions(t.Context(), store.Operator(w.trust.ID), "r1"))
	v.fillPart("4", "pressed at once")
	v.press("Save and continue")
	v.do(chromedp.WaitVisible("dialog[open]", chromedp.ByQuery))
	v.do(chromedp.SendKeys("#again-password", password, chromedp.ByQuery), chromedp.Click("dialog form button", chromedp.ByQuery))
	v.until(`!document.getElementById("score.` + criterion + `") && document.querySelector("form.sheet")`)
	w.keeps("R1", criterion, 4, "pressed at once")
}
