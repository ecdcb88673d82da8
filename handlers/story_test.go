package handlers

import (
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// TestStory runs a campaign over HTTP as its people would, from the sign-in
// page to the decision, and into a second trust.
func TestStory(t *testing.T) {
	w := newWorld(t)
	people := map[string]*client{}
	for username, role := range map[string]access.Role{
		"officer": access.RecruitmentOfficer, "owner": access.FrameworkOwner, "auditor": access.Auditor, "r1": "", "r2": "", "r3": "",
	} {
		people[username] = w.signUp(username, role)
	}
	officer, owner := people["officer"], people["owner"]

	// A framework, published.
	made := owner.do(post, "/frameworks", sampleFramework()).want(201)
	published := owner.do(post, "/frameworks/values/1/publish", nil, ifMatch(made.tag())).want(200)
	contains(t, string(published.body), `"status":"published"`)

	// A campaign, changed once before it opens.
	made = officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": sampleCampaign()}).want(201)
	plan := sampleCampaign()
	plan.Title = "Consultant cardiologist, imaging"
	officer.do(put, "/campaigns/CARD-1", plan, ifMatch(made.tag())).want(200)
	for _, n := range []string{"1", "2", "3"} {
		officer.do(put, "/campaigns/CARD-1/panel/R"+n, object{"username": "r" + n}).want(200)
	}
	officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": []object{
		{"candidate": "KAND-A", "interviewed": "yes"}, {"candidate": "KAND-B", "interviewed": "yes"}, {"candidate": "KAND-C", "shortlisted": "no"},
	}}).want(201)
	officer.do(post, "/campaigns/CARD-1/open-scoring", nil).want(200)
	officer.do(post, "/campaigns/CARD-1/psychometrics", object{"results": []object{
		{"candidate": "KAND-A", "instrument": "SJT-C", "scale": "total", "score": 61.5, "taken_on": "2026-03-14"},
		{"candidate": "KAND-B", "instrument": "SJT-C", "scale": "total", "score": 0},
	}}).want(201)

	// A member knows a candidate and says so late; the marks stand.
	people["r2"].do(post, "/campaigns/CARD-1/interests", object{"candidate": "KAND-B", "nature": "worked-with", "details": "two years in one firm"}).want(201)
	officer.do(post, "/campaigns/CARD-1/interests/R2/KAND-B/judgement", object{"outcome": "marks-stand", "reason": "ten years ago"}).want(200)

	// Drafts, then sheets. One criterion was not observed.
	for _, n := range []string{"1", "2", "3"} {
		member := people["r"+n]
		for i, candidate := range []string{"KAND-A", "KAND-B"} {
			path := sampleSheet + "R" + n + "/" + candidate + "/interview"
			draft := member.do(get, path, nil).want(200)
			saved := member.do(put, path, sampleMarks(6-2*i, nil), ifMatch(draft.tag())).want(200)
			marks := sampleMarks(6-2*i, 5)
			if n == "3" {
				marks["marks"].([]object)[1] = object{"criterion": "kindness.a", "not_observed": true}
			}
			member.do(post, path+"/submit", marks, ifMatch(saved.tag())).want(200)
		}
	}

	// Moderation: a mark changes with a reason.
	var campaign campaignView
	officer.do(get, "/campaigns/CARD-1", nil).want(200).into(&campaign)
	equal(t, campaign.Progress.Phase, selection.Moderation)
	revised := people["r1"].do(post, sampleSheet+"R1/KAND-B/interview/revisions",
		object{"criterion": "safety.a", "score": 5, "evidence": "heard again", "reason": "misheard"}).want(201)
	contains(t, string(revised.body), `"reason":"misheard"`)
	closed := people["r1"].do(post, "/campaigns/CARD-1/close-moderation", nil).want(200)
	closed.into(&campaign)
	equal(t, campaign.Progress.Phase, selection.Deciding)

	// The ranking is there, and its tag is that of the campaign now.
	var ranking selection.Ranking
	people["r3"].do(get, "/campaigns/CARD-1/ranking", nil).want(200).into(&ranking)
	equal(t, ranking.Candidates[0].Candidate, "KAND-A")
	equal(t, closed.tag(), officer.do(get, "/campaigns/CARD-1", nil).tag())

	// The decision, and how far the candidate came after it.
	officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "KAND-A", "appointable": true}, {"candidate": "KAND-B", "appointable": true}},
		"appointed": []string{"KAND-A"}, "reserves": []string{"KAND-B"}, "justification": "the best marks on both values",
	}).want(201)
	officer.do(put, "/campaigns/CARD-1/candidates/KAND-A", object{
		"interviewed": "yes", "appointable": "yes", "offered": "yes", "accepted": "yes"}).want(200)

	// The auditor sees that it happened, and no mark.
	events := people["auditor"].do(get, "/audit-events?limit=200", nil).want(200)
	for _, kind := range []string{"sheet.submitted", "sheet.mark-revised", "campaign.decided", "campaign.interest-judged"} {
		contains(t, string(events.body), kind)
	}

	// Out, and into another trust, which ranks to the same bytes.
	zip := officer.do(post, "/campaigns/CARD-1/export", nil).want(200)
	other := w.personOf(w.newTrust("southgate"), "importer", access.RecruitmentOfficer)
	other.do(post, "/imports", zip.body, contentType(mimeZip)).want(201)
	again := other.do(post, "/campaigns/CARD-1/ranking", nil).want(201)
	var imported selection.Ranking
	again.into(&imported)
	equal(t, imported.Inputs, officerRanks(t, officer).Inputs)

	for _, c := range people {
		c.do(remove, "/session", nil).want(204)
		c.do(get, "/session", nil).problem(401)
	}
	w.logTellsNothing("KAND", "SJT", sampleEvidence, "misheard", "heard again", "two years", "Dr ", "officer", "northgate", "R1", "61.5", "best marks", "limit=200")
}

// officerRanks ranks once more: the decision is no input to the ranking.
func officerRanks(t *testing.T, officer *client) selection.Ranking {
	t.Helper()
	var r selection.Ranking
	officer.do(post, "/campaigns/CARD-1/ranking", nil).want(201).into(&r)
	return r
}

const samplePassword = "four words are enough"

// signUp gives somebody a password and signs them in as the page does.
func (w *world) signUp(username string, role access.Role) *client {
	w.t.Helper()
	ctx := w.t.Context()
	p := store.Person{Username: username, DisplayName: "Dr " + username}
	if role != "" {
		p.Roles = []access.Role{role}
	}
	_, err := w.db.AddPerson(ctx, store.Operator(w.trust.ID), store.Key{}, p)
	w.must(err)
	hash, err := access.HashPassword("", samplePassword)
	w.must(err)
	w.must(w.db.SetPassword(ctx, store.Operator(w.trust.ID), username, hash))
	c := w.nobody()
	signed := c.do(post, "/session", object{"username": username, "password": samplePassword}).want(200)
	c.cookie = strings.Split(signed.header.Get("Set-Cookie"), ";")[0]
	return c
}

// logTellsNothing looks for words that must not be in the log. Every request
// must have a line there, or nothing is shown by the words being absent.
func (w *world) logTellsNothing(words ...string) {
	w.t.Helper()
	log := w.log.String()
	contains(w.t, log, `"route":"/api/v1/t/:trust/campaigns/:campaign/sheets/:rater/:candidate/:exercise/submit","status":200`)
	for _, word := range words {
		if at := strings.Index(log, word); at >= 0 {
			w.t.Errorf("the log tells %q: …%s…", word, log[max(0, at-200):min(len(log), at+100)])
		}
	}
	if strings.Contains(log, "request failed") {
		w.t.Errorf("something failed on the way:\n%s", log)
	}
}
