package handlers

import (
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

func TestCampaignPlan(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	var view campaignView
	p.members["R2"].do(get, "/campaigns/CARD-1", nil).want(200).into(&view)
	equal(t, view.Rater, "R2")
	equal(t, view.Roles[0], access.PanelMember)
	contains(t, strings.Join(view.Warnings, "\n"), "seen by one method only")

	// Every mistake with its path.
	plan := sampleCampaign()
	plan.Title, plan.Exercises[0].Criteria[0] = "", "safety.z"
	complaints := p.officer.do(put, "/campaigns/CARD-1", plan).problem(422).complaints()
	contains(t, complaints, "title: is empty")
	contains(t, complaints, "exercises[0].criteria[0]: ")
	other := sampleCampaign()
	other.Code = "CARD-2"
	contains(t, p.officer.do(put, "/campaigns/CARD-1", other).problem(422).complaints(), "campaign: ")
	contains(t, p.officer.do(post, "/campaigns", object{"campaign": other}).problem(422).complaints(), "framework: is missing\nversion: is missing")
	p.officer.do(post, "/campaigns", object{"framework": "values", "version": 2, "campaign": other}).problem(404)
	p.officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": sampleCampaign()}).problem(409)

	// Who may.
	p.members["R1"].do(put, "/campaigns/CARD-1", sampleCampaign()).problem(403)
	p.owner.do(get, "/campaigns/CARD-1", nil).problem(403)
	p.officer.do(get, "/campaigns/CARD-9", nil).problem(404)

	// Seats.
	p.officer.do(put, "/campaigns/CARD-1/panel/R9", object{"username": "member-R1"}).problem(404)
	p.officer.do(put, "/campaigns/CARD-1/panel/R1", object{"username": "nobody"}).problem(404)
	p.officer.do(put, "/campaigns/CARD-1/panel/R1", object{"username": "member-R2"}).problem(409)

	// Locked once scoring has opened.
	tag := p.officer.do(get, "/campaigns/CARD-1", nil).tag()
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil, ifMatch("")).problem(428)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil, ifMatch(`"1"`)).problem(412)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil, ifMatch(tag)).want(200)
	p.officer.do(put, "/campaigns/CARD-1", sampleCampaign()).problem(409)
	p.officer.do(put, "/campaigns/CARD-1/panel/R1", object{"username": "member-R1"}).problem(409)
	p.officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": []object{{"candidate": "C9"}}}).problem(409)
}

func TestCampaignList(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	second := sampleCampaign()
	second.Code = "CARD-2"
	p.officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": second}).want(201)
	for asker, want := range map[*client]int{p.officer: 2, p.auditor: 2, p.members["R1"]: 1, p.owner: 0} {
		var found list[store.CampaignSummary]
		asker.do(get, "/campaigns", nil).want(200).into(&found)
		equal(t, len(found.Items), want)
	}
}

func TestAssignments(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1", "C2")
	complaints := p.officer.do(post, "/campaigns/CARD-1/assignments", object{"sheets": []object{
		{"rater": "R9", "candidate": "C1", "exercise": "interview"}, {"rater": "R1", "candidate": "C9", "exercise": "ward-round"},
	}}).problem(422).complaints()
	contains(t, complaints, "sheets[0].rater: ")
	contains(t, complaints, "sheets[1].candidate: ")
	contains(t, complaints, "sheets[1].exercise: ")
	contains(t, p.officer.do(post, "/campaigns/CARD-1/assignments", object{"sheets": []object{}}).problem(422).complaints(), "sheets: is empty")
	var count countView
	p.officer.do(post, "/campaigns/CARD-1/assignments", object{"sheets": []object{
		{"rater": "R1", "candidate": "C1", "exercise": "interview"}, {"rater": "R2", "candidate": "C2", "exercise": "interview"},
	}}).want(201).into(&count)
	equal(t, count.Count, 2)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil).want(200)
	var sheets list[store.SheetStatus]
	p.officer.do(get, "/campaigns/CARD-1/progress?limit=1", nil).want(200).into(&sheets)
	equal(t, sheets.Items[0].Candidate, "C1")
	p.officer.do(get, "/campaigns/CARD-1/progress?limit=1&after="+*sheets.Next, nil).want(200).into(&sheets)
	equal(t, sheets.Items[0].Candidate, "C2")
	equal(t, sheets.Next, nil)
}

func TestCloseScoring(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	p.members["R2"].do(post, "/campaigns/CARD-1/close-scoring", object{"reason": "late"}).problem(403)
	contains(t, p.members["R1"].do(post, "/campaigns/CARD-1/close-scoring", object{}).problem(422).complaints(), "reason: ")
	var view campaignView
	p.members["R1"].do(post, "/campaigns/CARD-1/close-scoring", object{"reason": "R3 was taken ill"}).want(200).into(&view)
	equal(t, view.Progress.Phase, selection.Moderation)
	p.members["R2"].do(post, "/campaigns/CARD-1/close-moderation", nil).problem(403)
	p.members["R1"].do(post, "/campaigns/CARD-1/close-moderation", nil, ifMatch(`"1"`)).problem(412)
}
