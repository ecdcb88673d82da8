package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
)

// audited is a decided campaign whose candidates said something of themselves.
func (w *world) audited() panel {
	w.t.Helper()
	p := w.ranked("C1", "C2")
	p.auditor = w.person("an-auditor", access.Auditor)
	p.officer.do(post, "/campaigns/CARD-1/monitoring", monitoringBody(
		object{"candidate": "C1", "answers": object{"ethnicity": "N", "sex": "female"}}, object{"candidate": "C2", "answers": object{"ethnicity": "A", "sex": "male"}},
	)).want(200)
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "justification": "the best marks",
	}).want(201)
	return p
}

func reasoned(fields ...string) url.Values {
	form := url.Values{"reason": {"the yearly return"}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func TestACampaignIsAudited(t *testing.T) {
	w := newWorld(t)
	p := w.audited()
	const path = "/campaigns/CARD-1/fairness"
	before := p.auditor.page(path)
	contains(t, before.main(), "Each reading is on record")
	equal(t, len(before.all("form")), 2) // to sign out, and to make one
	equal(t, len(p.officer.page(path).all("form")), 1)

	made := p.auditor.visit(post, "/t/northgate"+path, reasoned())
	made.want(http.StatusSeeOther)
	equal(t, made.header.Get("Location"), "/t/northgate"+path)
	for _, who := range []*client{p.auditor, p.officer} {
		d := who.page(path)
		contains(t, d.main(), "Nothing could be told: the numbers are too small, or too small to be shown. That is not the same as no gap.")
		contains(t, d.section("How it was made"), "by Dr an-auditor")
		contains(t, d.section("How it was made"), "Reason the yearly return")
		for _, count := range []string{"1 of 1", "N ", "female and"} {
			if strings.Contains(d.main(), count) {
				t.Errorf("a count of one is shown: %q", count)
			}
		}
	}
	equal(t, w.kinds(p.auditor)["fairness.audited"], 1)
	if strings.Contains(w.log.String(), "female") {
		t.Error("the log tells of a characteristic")
	}
}

func TestAPeriodIsAudited(t *testing.T) {
	w := newWorld(t)
	p := w.audited()
	year := w.db.Now().Year()
	if w.db.Now().Month() < 4 {
		year--
	}
	list := p.auditor.page("/fairness")
	contains(t, list.main(), "None so far")
	equal(t, len(list.all("option")), yearsOffered+1)
	made := p.auditor.visit(post, "/t/northgate/fairness", reasoned("year", fmt.Sprint(year)))
	made.want(http.StatusSeeOther)
	d := p.auditor.visit(get, made.header.Get("Location"), nil)
	d.want(http.StatusOK)
	contains(t, d.main(), fmt.Sprintf("NORTHGATE, %s (1 April %d to 31 March %d)", returnYear(year), year, year+1))
	contains(t, d.main(), "1 campaign decided from 1 April")
	rows := p.officer.page("/fairness").rows("The latest first")
	equal(t, len(rows), 1)
	contains(t, rows[0][0], "The trust, "+returnYear(year))
	groups := p.auditor.visit(get, made.header.Get("Location")+"/groups/sex", nil)
	groups.want(http.StatusOK)
	contains(t, groups.main(), "Not shown at any stage")
	p.auditor.visit(get, made.header.Get("Location")+"/groups/height", nil).want(http.StatusNotFound)
	p.auditor.visit(get, "/t/northgate/fairness/none", nil).want(http.StatusNotFound)

	sheet := p.auditor.visit(get, made.header.Get("Location")+"/audit.xlsx", nil)
	sheet.want(http.StatusOK)
	contains(t, sheet.header.Get("Content-Disposition"), ".xlsx")
	equal(t, bytes.HasPrefix(sheet.body, []byte("PK")), true)
	d.checkAuditDownloads(p.auditor)
}

// checkAuditDownloads follows every link that downloads.
func (d document) checkAuditDownloads(who *client) {
	d.t.Helper()
	found := 0
	for _, a := range d.all("a") {
		if _, ok := attribute(a, "download"); ok {
			to, _ := attribute(a, "href")
			who.visit(get, to, nil).want(http.StatusOK)
			found++
		}
	}
	equal(d.t, found, 3)
}

func TestWhatIsWrongWithAPeriodIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.audited()
	for _, c := range []struct {
		form url.Values
		want string
	}{
		{reasoned(), "Choose a year, or give two days."},
		{reasoned("year", "2025", "from", "2025-01-01"), "Choose a year, or give two days, not both."},
		{reasoned("from", "2025-01-01"), "Give the last day too."},
		{reasoned("to", "2025-01-01"), "Give the first day too."},
		{reasoned("from", "2025-02-30", "to", "2025-03-01"), "is not a day"},
		{reasoned("from", "2025-02-02", "to", "2025-02-01"), "after it ends"},
		{reasoned("year", "x"), "Choose one of the years."},
		{reasoned("from", "1990-01-01", "to", "1990-02-01"), "No campaign was decided"},
	} {
		d := p.auditor.visit(post, "/t/northgate/fairness", c.form)
		d.want(http.StatusUnprocessableEntity)
		contains(t, d.main(), "There is a problem")
		contains(t, d.main(), c.want)
		contains(t, string(d.body), `value="the yearly return"`)
		contains(t, words(d.all("title")[0]), "Error: ")
	}
	d := p.auditor.visit(post, "/t/northgate/fairness", url.Values{"year": {"2026"}})
	d.want(http.StatusUnprocessableEntity)
	contains(t, d.main(), "There is a problem")
	d = p.auditor.visit(post, "/t/northgate/campaigns/CARD-1/fairness", url.Values{})
	d.want(http.StatusUnprocessableEntity)
	equal(t, w.kinds(p.auditor)["fairness.audited"], 0)
}

// TestAuditsAreNotForThePanel asks every address as those who may not, and looks
// for links that lead there.
func TestAuditsAreNotForThePanel(t *testing.T) {
	w := newWorld(t)
	p := w.audited()
	made := p.auditor.visit(post, "/t/northgate/campaigns/CARD-1/fairness", reasoned())
	made.want(http.StatusSeeOther)
	run := ""
	for _, a := range p.auditor.page("/fairness").all("a") {
		if to, _ := attribute(a, "href"); strings.HasPrefix(to, "/t/northgate/fairness/") {
			run = to
		}
	}
	for _, who := range []*client{p.members["R1"], p.members["R2"], p.administrator, p.owner} {
		for _, address := range []string{"/t/northgate/fairness", run, run + "/groups/sex", run + "/audit.xlsx"} {
			who.visit(get, address, nil).want(http.StatusForbidden)
		}
		who.visit(post, "/t/northgate/fairness", reasoned("year", "2026")).want(http.StatusForbidden)
		who.visit(post, "/t/northgate/campaigns/CARD-1/fairness", reasoned()).want(http.StatusForbidden)
		if status := who.visit(get, "/t/northgate/campaigns/CARD-1/fairness", nil).status; status != http.StatusForbidden {
			t.Errorf("the campaign's audit is answered with %d", status)
		}
	}
	for _, path := range []string{"/campaigns", "/campaigns/CARD-1"} {
		equal(t, strings.Contains(string(p.members["R1"].page(path).body), "fairness"), false)
		contains(t, string(p.auditor.page(path).body), "/fairness")
		contains(t, string(p.officer.page(path).body), "/fairness")
	}
}

func TestNoAuditBeforeTheDecision(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	for _, who := range []*client{p.auditor, p.officer} {
		equal(t, strings.Contains(string(who.page("/campaigns/CARD-1").body), "/fairness"), false)
	}
	d := p.auditor.visit(post, "/t/northgate/campaigns/CARD-1/fairness", reasoned())
	d.want(http.StatusConflict)
	contains(t, d.main(), "This cannot be done now")
	equal(t, len(d.all("svg")), 0)
}

// TestAnAuditAsksForThePassword once the session is old.
func TestAnAuditAsksForThePassword(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	w.vault.Now = w.db.Now
	p := w.audited()
	*now = now.Add(provedLong)
	d := p.auditor.visit(post, "/t/northgate/campaigns/CARD-1/fairness", reasoned())
	d.want(http.StatusForbidden)
	contains(t, d.main(), "Confirm your password")
	contains(t, string(d.body), `name="reason" value="the yearly return"`)
	equal(t, w.kinds(p.auditor)["fairness.audited"], 0)
}

const provedLong = proofLasts + time.Minute
