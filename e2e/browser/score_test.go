package browser

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"appointable/internal/store"
	"appointable/selection"
)

// part is one page of a sheet: what a member gives on it.
func (v *visitor) fillPart(mark, note string) {
	v.t.Helper()
	var criteria []string
	v.js(`[...document.querySelectorAll("form.sheet fieldset")].map(f => f.id.replace("score.", ""))`, &criteria)
	for _, c := range criteria {
		v.do(chromedp.Click(fmt.Sprintf(`[id="score.%s.%s"]`, c, mark), chromedp.ByQuery), chromedp.SendKeys(fmt.Sprintf(`[id="note.%s"]`, c), note, chromedp.ByQuery))
	}
}

// fillSheet goes through all pages of the sheet that is open, up to the check.
func (v *visitor) fillSheet(mark, note string) {
	v.t.Helper()
	for {
		var last bool
		v.do(chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
		v.js(`document.querySelector("form.sheet .actions button").value === "check"`, &last)
		v.fillPart(mark, note)
		if last {
			v.press("Save and check the sheet")
			v.sees("Check your sheet")
			return
		}
		var now string
		v.js(`location.pathname`, &now)
		v.press("Save and continue")
		v.until(fmt.Sprintf(`location.pathname !== %q`, now))
	}
}

// TestThreeMembersScoreAtOnce goes from sign-in to the last receipt, three side
// by side; the last sheet opens the marks.
func TestThreeMembersScoreAtOnce(t *testing.T) {
	w := newWard(t, 1)
	var all sync.WaitGroup
	for i, rater := range []string{"R1", "R2", "R3"} {
		v := w.visitor(t, rater)
		all.Go(func() {
			v.signIn(strings.ToLower(rater))
			v.press("Open this campaign")
			v.sees("Your sheets")
			v.press("Interview")
			for sheet := range 2 {
				v.fillSheet(fmt.Sprint(4+i), "said and done by "+rater)
				if i == 0 && sheet == 0 {
					v.looks("check")
				}
				v.press("Submit this sheet")
				v.sees("Sheet submitted")
				if sheet == 0 {
					v.press("Next sheet")
				}
			}
			v.sees("All your sheets are in")
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	c, err := w.db.Campaign(t.Context(), w.officer, code)
	w.must(err)
	if c.Progress.Phase != selection.Moderation {
		t.Errorf("after the last sheet the campaign is in %s", c.Progress.Phase)
	}
	v := w.visitor(t, "R1")
	v.signIn("r1")
	v.press("Open this campaign")
	v.sees("The panel has seen each other’s marks")
	v.looks("campaign in moderation")
	v.press("Interview")
	v.sees("Moderation is open")
	v.looks("own sheet")
	v.press("Change this mark")
	v.sees("Why you change it")
	v.looks("change a mark")
}

func (w *ward) kept(rater, candidate, exercise string) selection.Sheet {
	w.t.Helper()
	s, err := w.db.Sheet(w.t.Context(), w.member(rater), code, store.SheetName{Rater: rater, Candidate: candidate, Exercise: exercise})
	w.must(err)
	return s
}

func (w *ward) member(rater string) store.Actor {
	w.t.Helper()
	p, _, err := w.db.Credential(w.t.Context(), w.trust.ID, strings.ToLower(rater))
	w.must(err)
	return store.Actor{Trust: w.trust.ID, Person: p.ID}
}

// TestTheNetworkIsCutMidSheet types while there is none, presses on, and finds
// everything kept when it is back.
func TestTheNetworkIsCutMidSheet(t *testing.T) {
	w := newWard(t, 1)
	v := w.visitor(t, "R1")
	v.signIn("r1")
	v.press("Open this campaign")
	v.sees("Your sheets")
	v.looks("campaign in scoring")
	v.press("Interview")
	v.do(chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
	v.looks("sheet")
	v.fillPart("5", "before the cut")
	v.sees("Saved ")
	v.offline(true)
	v.fillPart("6", ", and after it")
	v.sees("Not saved, keep this page open")
	v.press("Save and continue")
	v.sees("Not saved, keep this page open")
	v.looks("not saved")
	v.offline(false)
	v.sees("Saved ")
	for _, m := range w.kept("R1", "C01", "interview-a").Marks {
		if m.Score != nil && (*m.Score != 6 || m.Evidence != "before the cut, and after it") {
			t.Errorf("kept %v %q", *m.Score, m.Evidence)
		}
	}
}

// TestTheSessionEndsMidSheet signs in again in the dialog over the sheet.
func TestTheSessionEndsMidSheet(t *testing.T) {
	w := newWard(t, 1)
	v := w.visitor(t, "R2")
	v.signIn("r2")
	v.press("Open this campaign")
	v.press("Interview")
	v.do(chromedp.WaitVisible("form.sheet", chromedp.ByQuery))
	w.must(w.db.EndSessions(t.Context(), store.Operator(w.trust.ID), "r2"))
	v.fillPart("3", "typed when nobody was signed in")
	v.do(chromedp.WaitVisible("dialog[open]", chromedp.ByQuery))
	v.looks("sign in again")
	v.do(chromedp.SendKeys("#again-password", "not the password at all", chromedp.ByQuery), chromedp.Click("dialog form button", chromedp.ByQuery))
	v.sees("The user name or the password is wrong")
	v.js(`document.querySelector("#again-password").value = ""`, nil)
	v.do(chromedp.SendKeys("#again-password", password, chromedp.ByQuery), chromedp.Click("dialog form button", chromedp.ByQuery))
	v.sees("Saved ")
	kept := 0
	for _, m := range w.kept("R2", "C01", "interview-a").Marks {
		if m.Score != nil && *m.Score == 3 && m.Evidence == "typed when nobody was signed in" {
			kept++
		}
	}
	if kept == 0 {
		t.Error("nothing was kept")
	}
}

// TestASheetByKeyboardAlone never touches a mouse.
func TestASheetByKeyboardAlone(t *testing.T) {
	w := newWard(t, 1)
	v := w.visitor(t, "R3")
	v.signIn("r3")
	v.open("/t/northgate/campaigns/" + code + "/sheets/C01/interview-a")
	for range 20 { // pages, more than there are
		var on string
		v.js(`location.pathname`, &on)
		if strings.HasSuffix(on, "/check") {
			break
		}
		v.byKeyboard()
		v.until(fmt.Sprintf(`location.pathname !== %q`, on))
	}
	v.sees("Check your sheet")
	v.tabTo(`el.textContent.trim() === "Submit this sheet"`)
	v.do(chromedp.KeyEvent(kb.Enter))
	v.sees("Sheet submitted")
	for _, m := range w.kept("R3", "C01", "interview-a").Marks {
		if m.Score == nil || *m.Score != 2 || m.Evidence != "by keys" {
			t.Errorf("kept %+v", m)
		}
	}
}

// byKeyboard fills one page in: to each group of marks, one arrow down from the
// first, to the note, and at the end to the button.
func (v *visitor) byKeyboard() {
	v.t.Helper()
	var groups int
	v.js(`document.querySelectorAll("form.sheet fieldset").length`, &groups)
	for range groups {
		v.tabTo(`el.type === "radio"`)
		v.do(chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowDown))
		v.tabTo(`el.tagName === "TEXTAREA"`)
		v.do(chromedp.KeyEvent("by keys"))
	}
	v.tabTo(`el.tagName === "BUTTON" && el.textContent.startsWith("Save and")`)
	v.do(chromedp.KeyEvent(kb.Enter))
}

// tabTo presses Tab until what has the focus fits, and sees that it shows it.
func (v *visitor) tabTo(fits string) {
	v.t.Helper()
	for range 60 {
		v.do(chromedp.KeyEvent(kb.Tab))
		var at struct{ Fits, Visible bool }
		v.js(`(() => { const el = document.activeElement, s = getComputedStyle(el), p = getComputedStyle(el.parentElement);
			return { Fits: Boolean(`+fits+`), Visible: s.outlineStyle !== "none" || s.boxShadow !== "none" || p.outlineStyle !== "none" } })()`, &at)
		if at.Fits {
			if !at.Visible {
				v.t.Error("the focus does not show")
			}
			return
		}
	}
	v.t.Fatalf("Tab leads to nothing that fits %s\n%s", fits, v.text())
}
