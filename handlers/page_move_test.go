package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const campaignAt = "/t/northgate/campaigns/CARD-1"

// TestACampaignIsLedInTheBrowser goes from the locked plan to the decision, each
// step by whom it is for and offered to nobody else.
func TestACampaignIsLedInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1", "C2")
	chair := p.members["R1"]
	offered := func(c *client, words string) bool {
		return strings.Contains(c.page("/campaigns/CARD-1").section("What happens next"), words)
	}
	step := func(c *client, name string, extra url.Values) document {
		t.Helper()
		form := c.visit(get, campaignAt+"/"+name, nil).want200().fields()
		for k, v := range extra {
			form[k] = v
		}
		return c.visit(post, campaignAt+"/"+name, form)
	}
	equal(t, offered(p.officer, "open scoring"), true)
	equal(t, offered(chair, "open scoring"), false)
	chair.visit(get, campaignAt+"/open-scoring", nil).want(http.StatusForbidden)
	chair.visit(get, campaignAt+"/close-scoring", nil).want(http.StatusConflict)
	step(p.officer, "open-scoring", nil).want(http.StatusSeeOther)

	equal(t, offered(chair, "Close scoring"), true)
	equal(t, offered(p.officer, "Close scoring"), false)
	p.officer.visit(get, campaignAt+"/close-scoring", nil).want(http.StatusForbidden)
	for _, rater := range []string{"R1", "R2"} {
		for i, candidate := range []string{"C1", "C2"} {
			p.members[rater].do(post, sampleSheet+rater+"/"+candidate+"/interview/submit", sampleMarks(6-i, 5)).want(200)
		}
	}
	missing := step(chair, "close-scoring", nil)
	missing.want(http.StatusUnprocessableEntity)
	contains(t, missing.main(), "4 of 6 submitted")
	closed := missing.fields()
	closed.Set("reason", "R3 was called to theatre")
	chair.visit(post, campaignAt+"/close-scoring", closed).want(http.StatusSeeOther)
	contains(t, chair.page("/campaigns/CARD-1").main(), "R3 was called to theatre")

	step(chair, "close-moderation", nil).want(http.StatusSeeOther)
	equal(t, offered(p.auditor, "Record the decision"), false)
	p.auditor.visit(get, campaignAt+"/decision", nil).want(http.StatusForbidden)
	equal(t, offered(chair, "Record the decision"), true)
	empty := step(chair, "decision", nil)
	empty.want(http.StatusUnprocessableEntity)
	contains(t, empty.main(), "C1 has no finding")
	form := empty.fields()
	for name, value := range map[string]string{
		"found.C1": "no", "found.C2": "yes", "appointed.C2": "yes", "reserve.C1": "first", "justification": "the better plan",
	} {
		form.Set(name, value)
	}
	wrong := chair.visit(post, campaignAt+"/decision", form)
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "“first” is no place among the reserves")
	form = wrong.fields()
	equal(t, form.Get("found.C1"), "no")
	equal(t, form.Get("justification"), "the better plan")
	form.Del("reserve.C1")
	form.Set("reason.C1", "unsafe answer on escalation")
	chair.visit(post, campaignAt+"/decision", form).want(http.StatusSeeOther)
	contains(t, chair.page("/campaigns/CARD-1").section("The panel’s decision"), "the better plan")
	chair.visit(get, campaignAt+"/decision", nil).want(http.StatusConflict)
}

func (d document) want200() document {
	d.t.Helper()
	d.want(http.StatusOK)
	return d
}
