package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/selection"
)

func TestCampaignsPage(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	for _, who := range []*client{p.officer, p.auditor, p.members["R2"]} {
		d := who.page("/campaigns")
		contains(t, d.main(), "CARD-1 Consultant cardiologist Draft Open this campaign")
	}
	none := w.person("newcomer").page("/campaigns")
	contains(t, none.main(), "There is no campaign that you may see.")
	home := p.officer.visit(get, "/t/northgate", nil)
	home.want(http.StatusSeeOther)
	equal(t, home.header.Get("Location"), "/t/northgate/campaigns")
}

func TestCampaignsPageGoesOn(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	for i := range 3 {
		campaign := sampleCampaign()
		campaign.Code = fmt.Sprintf("DERM-%d", i)
		p.officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": campaign}).want(201)
	}
	var seen []string
	for path := "/campaigns?limit=3"; ; {
		d := p.officer.page(path)
		for _, card := range d.all("li") {
			if class, _ := attribute(card, "class"); class == "card" {
				seen = append(seen, strings.Fields(words(card))[0])
			}
		}
		to := ""
		for _, link := range d.all("a") {
			if words(link) == "Further campaigns" {
				to, _ = attribute(link, "href")
			}
		}
		if to == "" {
			break
		}
		path = strings.TrimPrefix(to, "/t/northgate") + "&limit=3"
	}
	equal(t, strings.Join(seen, " "), "CARD-1 DERM-0 DERM-1 DERM-2")
}

// TestOverview walks through the phases and looks at each with the eyes of each
// role.
func TestOverview(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1", "C2")
	everybody := []*client{p.officer, p.auditor, p.members["R1"], p.members["R2"]}
	const path = "/campaigns/CARD-1"
	stands := func(phase, acts, seal string) {
		t.Helper()
		for _, who := range everybody {
			d := who.page(path)
			for _, step := range d.all("li") {
				if now, ok := attribute(step, "aria-current"); ok {
					equal(t, now, "step")
					contains(t, words(step), phase+" Now")
				}
			}
			next := d.section("What happens next")
			contains(t, next, acts)
			contains(t, next, seal)
		}
	}
	stands("Draft", "The recruitment officer opens scoring", "Nobody sees anybody else’s marks until every required sheet is submitted, or the chair closes scoring")
	contains(t, p.officer.page(path).main(), "Nothing is locked yet.")

	p.officer.do(post, path+"/open-scoring", nil).want(200)
	stands("Scoring", "Every panel member marks each candidate alone", "Nobody sees anybody else’s marks until")
	contains(t, p.auditor.page(path).main(), "Locked since")
	contains(t, p.members["R2"].page(path).section("What happens next"), "You have 2 sheets still to submit.")

	p.members["R2"].do(post, sampleSheet+"R2/C1/interview/submit", sampleMarks(6, 5)).want(200)
	own := p.members["R2"].page(path)
	contains(t, own.section("What happens next"), "You have 1 sheet still to submit.")
	equal(t, fmt.Sprint(own.rows("Your sheets")), "[[interview Submitted] [interview Not started]]")
	equal(t, fmt.Sprint(p.officer.page(path).rows("Sheets submitted")), "[[interview 1 of 6 submitted] [All exercises 1 of 6 submitted]]")

	p.members["R1"].do(post, path+"/close-scoring", object{"reason": "R3 was called to theatre."}).want(200)
	stands("Moderation", "The panel, then the chair discusses the marks.", "The reason given: “R3 was called to theatre.”")
	p.members["R1"].do(post, path+"/close-moderation", nil).want(200)
	stands("Ready to decide", "The panel decides whom it finds appointable", "See the ranking")
	equal(t, len(p.members["R1"].page(path).rows("Your sheets")), 2) // and not those of R2 and R3, which may be read now
}

// TestOverviewKeepsTheSeal is the promise of the page: whatever others do,
// a member's page does not change by a byte until the reveal.
func TestOverviewKeepsTheSeal(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1", "C2")
	const path = "/campaigns/CARD-1"
	member, auditor := p.members["R2"], p.auditor
	before, beforeAuditor := member.page(path), auditor.page(path)
	for _, candidate := range []string{"C1", "C2"} {
		p.members["R1"].do(post, sampleSheet+"R1/"+candidate+"/interview/submit", sampleMarks(1, 7)).want(200)
	}
	p.members["R3"].do(post, sampleSheet+"R3/C1/interview/submit", sampleMarks(2, 2)).want(200)
	if !bytes.Equal(member.page(path).body, before.body) {
		t.Error("a member's page tells that somebody else has submitted")
	}
	if !bytes.Equal(auditor.page(path).body, beforeAuditor.body) {
		t.Error("the auditor's page tells that somebody has submitted")
	}
	for _, who := range []*client{member, auditor} {
		if who.page(path).hasHeading("Sheets that are in") {
			t.Error("the progress of others is shown")
		}
	}
	for _, who := range []*client{p.officer, p.members["R1"]} {
		d := who.page(path)
		contains(t, d.section("Sheets that are in"), "3 of 6 submitted")
		if strings.Contains(string(d.body), sampleEvidence) {
			t.Error("evidence is shown")
		}
	}
	if p.officer.page(path).hasHeading("Your sheets") {
		t.Error("the officer has sheets")
	}
}

func TestOverviewShowsThePlan(t *testing.T) {
	w := newWorld(t)
	r := w.example(func(r *selection.Round) {
		r.Framework.Dimensions[0].Weight.High = 40
		r.Campaign.Panel[3].Role = selection.PlainMember
	})
	d := w.person("officer", access.RecruitmentOfficer).page("/campaigns/" + r.Campaign.Code)
	rows := d.rows("Which exercise shows which behaviour")
	equal(t, fmt.Sprint(rows[0]), "[Speaks up when care is about to go wrong, whoever is in the room safety.concern ✓ Interview A : marked Not marked Not marked ✓ MDT split on valve timing : marked]")
	plan := d.section("The plan")
	for _, sentence := range []string{
		"value, 27.3% (the middle of 20–40) of the whole", "competency, 9.1% of the whole", "version 1 (published since",
		"Marks run from 1 to 7 in steps of 1: 1 serious concern;", "The composite of the panel’s marks is 4 or more.", "Safety is 3.5 or more.",
		"No single mark is 1 or lower; if one is, the panel discusses the candidate.",
		"the higher figure on Safety, then Kindness, then Teamwork, then Improving goes first", "SJT-C total : Counts as 10% of Kindness and Teamwork.",
		"PERS-A persistence : For information; in no figure.", "standard error 4.2",
	} {
		contains(t, plan, sentence)
	}
	contains(t, d.section("Important: What to keep in mind"), "The panel has no medical director.")
	contains(t, d.section("What happens next"), "This round was scored elsewhere and imported with its marks on")
	equal(t, fmt.Sprint(d.rows("Members by the code")[:2]), "[[R1 Lay chair Chair Interview A and Interview B] [R2 Royal College assessor All exercises]]")
	equal(t, fmt.Sprint(d.rows("How far each candidate")[5:7]), "[[C06 Interviewed] [C07 Applied, not shortlisted]]")
}

func TestOverviewListsCandidatesInParts(t *testing.T) {
	w := newWorld(t)
	codes := make([]string, 60)
	for i := range codes {
		codes[i] = fmt.Sprintf("C%02d", i)
	}
	officer := w.drafted(codes...).officer
	d := officer.page("/campaigns/CARD-1")
	equal(t, len(d.rows("How far each candidate")), 50)
	for _, a := range d.all("a") {
		if words(a) == "Further candidates" {
			to, _ := attribute(a, "href")
			address, _, _ := strings.Cut(to, "#")
			equal(t, len(officer.visit(get, address, nil).rows("How far each candidate")), 10)
			return
		}
	}
	t.Error("no way to the other candidates")
}

func TestReached(t *testing.T) {
	for _, c := range []struct {
		candidate selection.Candidate
		want      string
	}{
		{selection.Candidate{}, "Nothing recorded yet"},
		{selection.Candidate{Applied: "yes"}, "Applied"},
		{selection.Candidate{Applied: "yes", Shortlisted: "no"}, "Applied, not shortlisted"},
		{selection.Candidate{Shortlisted: "yes", Interviewed: "yes", Appointable: "no"}, "Interviewed, not found appointable"},
		{selection.Candidate{Interviewed: "yes", Appointable: "yes", Offered: "yes", Accepted: "no"}, "Offered the post, not accepted it"},
		{selection.Candidate{Shortlisted: "yes", Withdrawn: true}, "Withdrew; before that: Shortlisted"},
	} {
		equal(t, reached(c.candidate), c.want)
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	for address, heading := range map[string]string{
		"/t/northgate/campaigns/NONE":         "Page not found",
		"/t/northgate/campaigns/NONE/ranking": "Page not found",
		"/t/northgate/nothing":                "Page not found",
		"/t/nowhere/campaigns":                "Page not found",
		"/t/northgate/campaigns/%00":          "Page not found",
		"/t/northgate/campaigns?after=!":      "This could not be read",
	} {
		d := p.officer.visit(get, address, nil)
		equal(t, words(d.all("h1")[0]), heading)
		contains(t, d.main(), "Reference: "+d.header.Get("X-Request-Id"))
	}
	equal(t, len(p.officer.visit(get, "/t/nowhere/campaigns", nil).all("a")), 1) // to the content only
	contains(t, p.officer.visit(get, "/t/northgate/nothing", nil).main(), "Go to your campaigns")
	d := p.administrator.visit(get, "/t/northgate/campaigns/CARD-1", nil)
	d.want(http.StatusForbidden)
	contains(t, d.main(), "Your role does not allow this")
	p.officer.visit(post, "/t/northgate/campaigns/CARD-1", url.Values{}).want(http.StatusMethodNotAllowed)
	outsider := w.person("outsider").visit(get, "/t/northgate/campaigns/CARD-1", nil)
	if outsider.status != http.StatusForbidden && outsider.status != http.StatusNotFound {
		t.Errorf("somebody without a seat gets %d", outsider.status)
	}
	other := w.personOf(w.newTrust("southgate"), "officer", access.RecruitmentOfficer)
	other.visit(get, "/t/southgate/campaigns/CARD-1", nil).want(http.StatusNotFound)
	other.visit(get, "/t/northgate/campaigns/CARD-1", nil).want(http.StatusSeeOther)
}

func TestWhenTheDatabaseIsGone(t *testing.T) {
	w := newWorld(t)
	officer := w.drafted("C1").officer
	officer.page("/campaigns")
	w.must(w.db.Close())
	d := officer.visit(get, "/t/northgate/campaigns", nil)
	if d.status < 500 {
		t.Errorf("status %d without a database", d.status)
	}
	equal(t, len(d.all("h1")), 1)
	if strings.Contains(string(d.body), "sql:") {
		t.Error("the page tells of the database")
	}
}
