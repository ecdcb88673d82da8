package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestPersonalDataInTheBrowser sets until when, gives out a candidate's own data
// and erases them, in this order and for the officer alone.
func TestPersonalDataInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	const at = campaignAt + "/retention"
	const c1 = campaignAt + "/personal-data/C1"
	for _, who := range []*client{p.auditor, p.members["R1"]} {
		who.visit(get, at, nil).want(http.StatusForbidden)
		who.visit(post, at, url.Values{"hold": {"mine"}}).want(http.StatusForbidden)
		who.visit(get, c1+"/erase", nil).want(http.StatusForbidden)
		who.visit(post, c1+"/erase", url.Values{"reason": {"mine"}}).want(http.StatusForbidden)
		who.visit(post, c1+"/pack", nil).want(http.StatusForbidden)
		if strings.Contains(string(who.page("/campaigns/CARD-1").body), "/retention") {
			t.Error("the page is offered to whom it is not for")
		}
	}
	contains(t, string(p.officer.page("/campaigns/CARD-1").body), at)
	contains(t, p.officer.page("/campaigns/CARD-1/retention").main(), "Once the decision is recorded")
	equal(t, strings.Join(p.officer.page("/campaigns/CARD-1/retention").rows("Candidates")[0], "|"), "C1|Not yet|Not now")
	p.officer.visit(get, c1+"/erase", nil).want(http.StatusConflict)
	p.officer.visit(post, c1+"/pack", nil).want(http.StatusConflict)

	wrong := p.officer.visit(post, at, url.Values{"keep_until": {"soon"}, "hold": {"a <b>claim"}})
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "write it as 2027-01-31")
	equal(t, wrong.fields().Get("hold"), "a <b>claim")
	held := p.officer.follow(p.officer.visit(post, at, url.Values{"keep_until": {"2027-01-31"}, "hold": {"a claim"}}))
	equal(t, held.fields().Get("keep_until"), "2027-01-31")

	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "justification": "the better plan",
	}).want(http.StatusCreated)
	contains(t, p.officer.page("/campaigns/CARD-1/retention").main(), "The data are held, so nothing is erased")
	p.officer.visit(get, c1+"/erase", nil).want(http.StatusConflict)
	p.officer.visit(post, c1+"/erase", url.Values{"reason": {"asked"}}).want(http.StatusConflict)
	pack := p.officer.visit(post, c1+"/pack", nil)
	pack.want(http.StatusOK)
	contains(t, string(pack.body), sampleEvidence)
	contains(t, pack.header.Get("Content-Disposition"), "CARD-1-C1-own-data.json")

	p.officer.visit(post, at, url.Values{"keep_until": {"2027-01-31"}}).want(http.StatusSeeOther)
	p.officer.visit(get, campaignAt+"/personal-data/C9/erase", nil).want(http.StatusNotFound)
	surely := p.officer.visit(get, c1+"/erase", nil)
	contains(t, surely.main(), "Nobody can bring them back")
	missing := p.officer.visit(post, c1+"/erase", surely.fields())
	missing.want(http.StatusUnprocessableEntity)
	contains(t, missing.main(), "Say why")
	done := p.officer.follow(p.officer.visit(post, c1+"/erase", url.Values{"reason": {"asked on 3 March"}}))
	contains(t, done.rows("Candidates")[0][2], "Erased on")
	if strings.Contains(string(p.officer.visit(post, c1+"/pack", nil).body), sampleEvidence) {
		t.Error("what was erased is given out")
	}
}
