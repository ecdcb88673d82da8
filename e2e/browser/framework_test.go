package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"appointable/internal/access"
	"appointable/internal/store"
)

// fill writes over what stands in a field.
func (v *visitor) fill(id, text string) {
	v.t.Helper()
	v.js(fmt.Sprintf(`document.getElementById(%q).value = ""`, id), nil)
	v.do(chromedp.SendKeys(fmt.Sprintf(`[id=%q]`, id), text, chromedp.ByQuery))
}

func (v *visitor) click(selector string) {
	v.t.Helper()
	v.do(chromedp.Click(selector, chromedp.ByQuery))
}

// follow presses a link or button and waits for what the next page says.
func (v *visitor) follow(words, says string) {
	v.t.Helper()
	v.press(words)
	v.sees(says)
}

// TestAFrameworkOwnerMakesAFramework goes from sign-in through template, change,
// preview and publication to the second version and what it changes.
func TestAFrameworkOwnerMakesAFramework(t *testing.T) {
	w := newWard(t, 1)
	w.person("owner", access.FrameworkOwner)
	v := w.visitor(t, "owner")
	v.open("/t/northgate/sign-in")
	v.do(chromedp.SendKeys("#username", "owner", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	v.follow("Sign in", "Frameworks of values and competencies")
	v.follow("Frameworks of values", "A published version never changes")
	v.looks("frameworks")
	v.follow("Import a framework", "Paste it here")
	v.fill("text", "framework: broken")
	v.follow("Import it as a draft", "mistakes are listed above the text")
	v.looks("framework import refused")
	v.follow("Start from a template", "What to start from")
	v.follow("Make the draft", "Choose what to start from")
	v.looks("framework template not chosen")
	v.click(`[id="template.uclh-values"]`)
	v.fill("title", "Our values")
	v.fill("code", "our-values")
	v.follow("Make the draft", "Publish this version")
	v.looks("framework draft")
	v.changesABehaviour()
	v.changesTheRest()

	v.follow("Preview the sheet", "This is the sheet as a panel member will see it")
	v.looks("framework preview")
	v.follow("Back to the framework", "Publish this version")
	v.follow("Publish this version", "It never changes again")
	v.looks("framework publish")
	v.click("main form button")
	v.sees("Make a new version")
	v.looks("framework published")
	v.follow("Make a new version", "The new version is a draft")
	v.click("main form button")
	v.sees("version 2 Draft")
	v.click(`a[href$="/dimensions/kindness"]`)
	v.sees("Which values of the NHS Constitution it serves")
	v.fill("statement.0", "Sees the person in the bed")
	v.follow("Save this page", "Saved.")
	v.follow("Compare with version 1", "1 change.")
	v.sees("the statement now reads “Sees the person in the bed”")
	v.looks("framework diff")
}

// changesABehaviour writes a statement and an anchor, adds a behaviour that
// cannot be kept yet, and mends it.
func (v *visitor) changesABehaviour() {
	v.t.Helper()
	v.click(`a[href$="/dimensions/safety"]`)
	v.sees("Which values of the NHS Constitution it serves")
	v.looks("framework value")
	v.fill("statement.0", "Keeps people safe")
	v.fill("anchor.0.4", "Stops, states the risk and escalates.")
	v.follow("Add a behaviour", "Not saved yet")
	v.fill("anchor.4.1", "Watches")
	v.follow("Save this page", "There is a problem")
	v.looks("framework behaviour without words")
	v.fill("statement.4", "Hands over in writing")
	v.follow("Save this page", "has no anchor; say what it looks like before publishing")
	v.looks("framework with gaps")
	v.follow("the highest mark 7 has no anchor", "Behaviour 5")
	v.fill("anchor.4.4", "Writes it down")
	v.fill("anchor.4.7", "Has the next team repeat it")
	v.fill("positive.4", "Names what is still open")
	v.follow("Save this page", "Saved.")
}

// changesTheRest visits the smaller pages of the editor.
func (v *visitor) changesTheRest() {
	v.t.Helper()
	v.click(`a[href$="/weights"]`)
	v.sees("Only the ratio of the weights counts")
	v.fill("low.0", "20")
	v.fill("high.0", "40")
	v.follow("Show the effect", "Not saved yet")
	v.looks("framework weights")
	v.follow("Save the weights", "Saved.")
	v.click(`a[href$="/scale"]`)
	v.sees("What the marks mean in general")
	v.fill("max", "six")
	v.follow("Save", "is not a number")
	v.looks("framework scale refused")
	v.follow("Leave it as it was", "Publish this version")
	v.click(`a[href$="/about"]`)
	v.sees("Where the values come from")
	v.looks("framework about")
	v.fill("source", "Drawn up with staff and patients")
	v.w.must(v.w.db.EndSessions(v.t.Context(), store.Operator(v.w.trust.ID), "owner"))
	v.follow("Save", "Sign in to go on")
	v.looks("signed out with a form")
	v.fill("resume_username", "owner")
	v.fill("resume_password", password)
	v.follow("Sign in and go on", "Drawn up with staff and patients")
	v.follow("Add a value or competency", "Its first behaviour")
	v.looks("framework add a value")
	v.do(chromedp.SetValue("#from", "medical-leadership/direction", chromedp.ByQuery))
	v.follow("Take it over", "Saved.")
	v.follow("Save this page", "What share of the whole")
}
