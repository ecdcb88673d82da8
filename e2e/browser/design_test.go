package browser

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

const designed = "/t/northgate/campaigns/GERI-1"

// types puts a text into a field in place of what is there.
func (v *visitor) types(id, text string) {
	v.t.Helper()
	field := fmt.Sprintf(`[id=%q]`, id)
	v.do(chromedp.WaitVisible(field, chromedp.ByQuery))
	v.js(fmt.Sprintf(`document.getElementById(%q).value = ""`, id), nil)
	v.do(chromedp.SendKeys(field, text, chromedp.ByQuery))
}

func (v *visitor) ticks(ids ...string) {
	v.t.Helper()
	for _, id := range ids {
		v.do(chromedp.Click(fmt.Sprintf(`[id=%q]`, id), chromedp.ByQuery))
	}
}

func (v *visitor) selects(id, value string) {
	v.t.Helper()
	v.do(chromedp.SetValue(fmt.Sprintf(`[id=%q]`, id), value, chromedp.ByQuery))
}

// officerAt signs the recruitment officer in to a trust with one published
// framework and no campaign.
func officerAt(t *testing.T) (*ward, *visitor) {
	t.Helper()
	w := newTrust(t)
	r, _, err := round.ReadFS(t.Context(), os.DirFS("../../cmd/appointable/demo"))
	w.must(err)
	owner := w.person("owner", access.FrameworkOwner)
	_, err = w.db.CreateFramework(t.Context(), owner, store.Key{}, r.Framework)
	w.must(err)
	_, err = w.db.PublishFramework(t.Context(), owner, r.Framework.Code, r.Framework.Version, 0)
	w.must(err)
	w.browser = chromium(t)
	v := w.visitor(t, "officer")
	v.open("/t/northgate/sign-in")
	v.types("username", "officer")
	v.types("password", password)
	v.press("Sign in")
	v.sees("New campaign")
	return w, v
}

// TestACampaignIsDesigned goes from sign-in to open scoring: a campaign, two
// exercises, the grid, three seats, two candidates.
func TestACampaignIsDesigned(t *testing.T) {
	w, v := officerAt(t)
	for _, name := range []string{"amir", "beth", "cleo"} {
		w.person(name)
	}
	v.looks("no campaigns yet")
	v.press("New campaign")
	v.sees("It begins as a draft")
	v.looks("new campaign")
	v.types("campaign", "GERI-1")
	v.types("post.specialty", "Geriatric medicine")
	v.press("Create this campaign")
	v.sees("There is a problem")
	v.looks("new campaign, with mistakes")
	v.types("title", "Consultant geriatrician")
	v.ticks("post.type/consultant")
	v.press("Create this campaign")
	v.sees("Design this campaign")
	v.looks("design")

	v.press("Exercises")
	v.sees("An exercise is one station")
	v.looks("exercises")
	v.press("Add an exercise")
	v.sees("Which behaviours does it show?")
	v.looks("add an exercise")
	v.types("code", "simulation")
	v.types("title", "Disclosing a complication")
	v.selects("method", string(selection.Simulation))
	v.ticks("criteria/safety.concern", "criteria/kindness.dignity")
	v.press("Add this exercise")
	v.sees("Disclosing a complication")
	v.press("Say which exercise shows which behaviour")
	v.sees("Tick what the panel marks")
	v.ticks("c1.0.0", "c1.0.1") // the second exercise: not the first behaviour of safety, but the second
	v.press("Save")
	v.sees("Saved.")
	v.sees("What to keep in mind")
	v.looks("blueprint")

	for _, part := range []string{"post", "tests", "new-test", "gates", "rank", "weights"} {
		v.open(designed + "/design/" + part)
		v.looks("design " + part)
	}
	v.open(designed + "/design/gates")
	v.types("appointable.composite", "9")
	v.press("Save")
	v.sees("is outside the scale")
	v.looks("gates, with mistakes")
	v.types("appointable.composite", "4")
	v.press("Save")
	v.sees("1 gate")

	v.press("Panel")
	v.sees("Seats, and who sits in them")
	for i, role := range []selection.PanelRole{selection.CollegeAssessor, selection.MedicalDirector} {
		v.unfolds("Add a seat")
		v.selects("role", string(role))
		v.press("Add this seat")
		v.until(fmt.Sprintf(`document.querySelectorAll("tbody tr").length === %d`, i+2))
	}
	for _, name := range []string{"amir", "beth", "cleo"} { // the first empty seat is chosen already
		v.types("username", name)
		v.press("Put them in this seat")
		v.sees("(" + name + ")")
	}
	v.looks("panel")
	v.selects("seat", "R3")
	v.types("username", "nobody-of-this-name")
	v.press("Put them in this seat")
	v.sees("There is nobody with the user name")
	v.looks("panel, with mistakes")
	v.unfolds("Add a seat")
	v.unfolds("Invite somebody from outside")
	v.looks("panel, unfolded")
	v.selects("invited.seat", "R2")
	v.types("invited.username", "assessor@rcp.example")
	v.types("invited.display_name", "Dr Guest")
	v.press("Invite them to this seat")
	v.sees("Dr Guest is invited and sits in R2")
	v.looks("panel, with an invitation")
	v.open(designed + "/seats/R2")
	v.looks("a seat")

	v.open(designed + "/candidates")
	v.looks("no candidates yet")
	v.do(chromedp.SendKeys("#codes", "C01\nC02", chromedp.ByQuery))
	v.ticks("came/shortlisted")
	v.press("Add these candidates")
	v.sees("Saved.")
	v.looks("candidates")
	v.press("C02")
	v.sees("What is not known stays open")
	v.looks("a candidate")

	v.open(designed + "/design")
	v.sees("Nothing is missing")
	v.looks("design, complete")
	v.press("Go on to open scoring")
	v.sees("The plan is locked for good")
	v.press("Lock the plan and open scoring")
	v.sees("Sheets that are in")
	v.looks("campaign of the officer")
	c, err := w.db.Campaign(t.Context(), w.officer, "GERI-1")
	w.must(err)
	if c.Progress.Phase != selection.Scoring || len(c.Document.Panel) != 3 || len(c.Document.Exercises) != 2 {
		t.Errorf("%s with %d seats and %d exercises", c.Progress.Phase, len(c.Document.Panel), len(c.Document.Exercises))
	}
}

// unfolds opens what is folded.
func (v *visitor) unfolds(words string) {
	v.t.Helper()
	v.do(chromedp.Click(fmt.Sprintf(`//main//summary[contains(normalize-space(.), %q)]`, words), chromedp.BySearch))
}

// TestARoundIsImported looks at its mistakes, mends them, checks it and imports
// it.
func TestARoundIsImported(t *testing.T) {
	w, v := officerAt(t)
	whole, damaged := filepath.Join(t.TempDir(), "whole.zip"), filepath.Join(t.TempDir(), "damaged.zip")
	w.zips(whole, true)
	w.zips(damaged, false)
	v.press("Import a round")
	v.sees("Checking stores nothing")
	v.looks("import")
	v.do(chromedp.SetUploadFiles("#file", []string{damaged}, chromedp.ByQuery))
	v.press("Check this file")
	v.sees("Mistakes in the files")
	v.looks("import, with mistakes")
	v.do(chromedp.SetUploadFiles("#file", []string{whole}, chromedp.ByQuery))
	v.press("Check this file")
	v.sees("What would be imported")
	v.looks("import, checked")
	v.do(chromedp.SetUploadFiles("#again", []string{whole}, chromedp.ByQuery))
	v.press("Import this round")
	v.sees("This round was scored elsewhere")
}

// zips packs the example's files; without its table of candidates where it is to
// have mistakes.
func (w *ward) zips(to string, whole bool) {
	w.t.Helper()
	file, err := os.Create(to)
	w.must(err)
	archive := zip.NewWriter(file)
	files := os.DirFS("../../cmd/appointable/demo")
	if whole {
		w.must(archive.AddFS(files))
	} else {
		plan, err := os.ReadFile("../../cmd/appointable/demo/campaign.yaml")
		w.must(err)
		part, err := archive.Create("campaign.yaml")
		w.must(err)
		_, err = part.Write(plan)
		w.must(err)
	}
	w.must(archive.Close())
	w.must(file.Close())
}
