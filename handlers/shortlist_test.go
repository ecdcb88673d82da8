package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"appointable/internal/store"
	"appointable/selection"
)

// sifting is a campaign whose sift is being marked, by everybody.
func (w *world) sifting(candidates ...string) panel {
	w.t.Helper()
	p := w.staff()
	p.owner.do(post, "/frameworks", sampleFramework()).want(201)
	p.owner.do(post, "/frameworks/values/1/publish", nil).want(200)
	plan := sampleCampaign()
	plan.Exercises = append(plan.Exercises, selection.Exercise{Code: "application", Title: "Application", Method: selection.Portfolio, Criteria: []string{"safety.a", "kindness.a"}, Stage: selection.StageSift})
	p.officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": plan}).want(201)
	for rater := range p.members {
		p.officer.do(put, "/campaigns/CARD-1/panel/"+rater, object{"username": "member-" + rater}).want(200)
	}
	var list []object
	for _, code := range candidates {
		list = append(list, object{"candidate": code, "applied": "yes"})
	}
	p.officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": list}).want(201)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil).want(200)
	return p
}

// One campaign from its sift to the opening of its assessment, over HTTP and on
// the page.
func TestFromTheSiftToTheAssessment(t *testing.T) {
	w := newWorld(t)
	p := w.sifting("C1", "C2")
	const path = "/campaigns/CARD-1"
	contains(t, p.members["R2"].page(path).section("What happens next"), "marks alone what each candidate sent in")
	contains(t, p.members["R2"].page(path).section("What happens next"), "You have 2 sheets still to submit.")
	contains(t, p.officer.page(path).main(), "portfolio, sift")
	p.officer.do(get, path+"/shortlist", nil).problem(409)
	p.members["R1"].do(get, sampleSheet+"R1/C1/interview", nil).problem(404)
	for i, candidate := range []string{"C1", "C2"} {
		for _, rater := range []string{"R1", "R2", "R3"} {
			p.members[rater].do(post, fmt.Sprintf("%s%s/%s/application/submit", sampleSheet, rater, candidate), sampleMarks(6-2*i, 5)).want(200)
		}
	}
	var lines list[store.ShortlistLine]
	p.members["R2"].do(get, path+"/shortlist?limit=1", nil).want(200).into(&lines)
	equal(t, *lines.Items[0].Mean, 5.5)
	p.members["R2"].do(get, path+"/shortlist?after="+*lines.Next, nil).want(200).into(&lines)
	equal(t, lines.Items[0].Candidate, "C2")
	p.owner.do(get, path+"/shortlist", nil).problem(403)

	contains(t, p.officer.do(put, path+"/shortlist", object{"shortlist": []object{{"candidate": "C2", "shortlisted": false}}}).problem(422).complaints(), "shortlist[0].reason: ")
	contains(t, p.officer.do(put, path+"/shortlist", object{"shortlist": []object{{"candidate": "C2"}}}).problem(422).complaints(), "shortlist[0].shortlisted: ")
	var view campaignView
	p.officer.do(put, path+"/shortlist", object{"shortlist": []object{
		{"candidate": "C1", "shortlisted": true}, {"candidate": "C2", "shortlisted": false, "reason": "no audit since 2021"}}}).want(200).into(&view)
	p.officer.do(post, path+"/lock-shortlist", nil, ifMatch(`"1"`)).problem(412)
	p.members["R1"].do(post, path+"/lock-shortlist", nil).problem(403)
	contains(t, p.members["R3"].page(path).main(), "no audit since 2021")
	p.officer.do(post, path+"/lock-shortlist", nil, ifMatch(fmt.Sprintf("%q", fmt.Sprint(view.Version)))).want(200).into(&view)
	equal(t, view.Progress.Phase, selection.Scoring)

	d := p.members["R2"].page(path)
	equal(t, fmt.Sprint(d.rows("Your sheets of the sift")), "[[Application Submitted] [Application Submitted]]")
	equal(t, fmt.Sprint(d.rows("Your sheets of the assessment")), "[[interview Not started]]")
	equal(t, fmt.Sprint(d.rows("The sift and the shortlist")), "[[C1 5.50 5 to 6 6 marks Shortlisted ] [C2 4.50 4 to 5 6 marks Applied, not shortlisted no audit since 2021]]")
	contains(t, d.section("What happens next"), "The panel has seen each other’s marks of the sift since")
	contains(t, d.section("What happens next"), "Nobody sees anybody else’s marks of the assessment until")
	contains(t, p.officer.page(path).main(), "Application (sift) 6 of 6 submitted")
}

// The sift in the browser: marked, closed by the chair, its shortlist locked.
func TestTheSiftInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := w.sifting("C1", "C2")
	chair := p.members["R1"]
	chair.visit(get, campaignAt+"/sheets/C1/application", nil).want(http.StatusSeeOther)
	chair.visit(get, campaignAt+"/sheets/C1/interview", nil).want(http.StatusNotFound)
	chair.do(post, sampleSheet+"R1/C1/application/submit", sampleMarks(6, 5)).want(200)
	contains(t, chair.page("/campaigns/CARD-1").section("What happens next"), "Close the sift")
	chair.visit(get, campaignAt+"/close-scoring", nil).want(http.StatusConflict)
	contains(t, string(chair.visit(get, campaignAt+"/close-sift", nil).want(200).body), "1 of 6 submitted")
	chair.visit(post, campaignAt+"/close-sift", url.Values{"version": {"1"}, "reason": {"called away"}}).want(http.StatusSeeOther)
	contains(t, p.officer.page("/campaigns/CARD-1").section("What happens next"), "Lock the shortlist")
	var view campaignView
	p.officer.do(put, "/campaigns/CARD-1/shortlist", object{"shortlist": []object{
		{"candidate": "C1", "shortlisted": true}, {"candidate": "C2", "shortlisted": false, "reason": "no audit since 2021"}}}).want(200).into(&view)
	p.officer.visit(post, campaignAt+"/lock-shortlist", url.Values{"version": {fmt.Sprint(view.Version)}}).want(http.StatusSeeOther)
	contains(t, string(chair.visit(get, campaignAt+"/close-scoring", nil).want(200).body), "0 of 3 submitted")
	chair.visit(get, campaignAt+"/sheets/C1/interview", nil).want(http.StatusSeeOther)
}

func TestReplacingAMember(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	newcomer := w.person("newcomer")
	const seat = "/campaigns/CARD-1/panel/R1/replacement"
	body := object{"rater": "R4", "username": "newcomer", "reason": "has left the trust"}
	p.members["R2"].do(post, seat, body).problem(403)
	contains(t, p.officer.do(post, seat, object{"rater": "R4", "username": "newcomer"}).problem(422).complaints(), "reason: ")
	p.officer.do(post, seat, body).want(200)
	p.officer.do(post, seat, body).problem(409)
	p.members["R1"].do(get, "/campaigns/CARD-1", nil).problem(403)
	newcomer.do(post, "/campaigns/CARD-1/close-scoring", object{"reason": "R2 was taken ill"}).want(200)
	contains(t, newcomer.page("/campaigns/CARD-1").main(), "(replaced by R4)")
}
