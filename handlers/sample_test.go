package handlers

import (
	"fmt"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/selection"
)

// The samples are valid; a test changes one thing.

func sampleFramework() frameworks.Framework {
	f := frameworks.Framework{Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1}}
	for _, code := range []string{"safety", "kindness"} {
		f.Dimensions = append(f.Dimensions, frameworks.Dimension{
			Code: code, Kind: frameworks.Value, Title: "The value " + code, Weight: frameworks.Fixed(50),
			Criteria: []frameworks.Criterion{{
				Code: code + ".a", Statement: "Does a",
				Anchors: frameworks.Anchors{{Score: 1, Text: "no"}, {Score: 4, Text: "some"}, {Score: 7, Text: "all"}},
			}},
		})
	}
	return f
}

func sampleCampaign() selection.Campaign {
	return selection.Campaign{
		Code: "CARD-1", Title: "Consultant cardiologist", Post: selection.Post{Type: selection.Consultant, Posts: 1},
		Exercises: []selection.Exercise{{Code: "interview", Method: selection.StructuredInterview, Criteria: []string{"safety.a", "kindness.a"}}},
		Psychometrics: []selection.Psychometric{{Instrument: "SJT-C", Scale: "total", Use: selection.Weighted, Share: 0.1, Mean: 50, SD: 10, Reliability: 0.8,
			Norm: "registrars", Loads: map[string]float64{"kindness": 1}}},
		Rank: selection.RankRule{Rule: selection.PanelMean, Ties: []string{"safety"}},
		Panel: []selection.Member{
			{Rater: "R1", Role: selection.LayChair}, {Rater: "R2", Role: selection.PlainMember}, {Rater: "R3", Role: selection.PlainMember},
		},
	}
}

type object = map[string]any

// round is a campaign on its way: its people, by what they are.
type panel struct {
	officer, owner, auditor, administrator *client
	members                                map[string]*client // by rater
}

const sampleSheet = "/campaigns/CARD-1/sheets/"

// staff adds everybody a campaign needs.
func (w *world) staff() panel {
	w.t.Helper()
	p := panel{
		officer: w.person("officer", access.RecruitmentOfficer), owner: w.person("owner", access.FrameworkOwner),
		auditor: w.person("auditor", access.Auditor), administrator: w.person("administrator", access.Administrator),
		members: map[string]*client{},
	}
	for _, rater := range []string{"R1", "R2", "R3"} {
		p.members[rater] = w.person("member-" + rater)
	}
	return p
}

// drafted is a campaign before scoring, with a framework, seats and candidates.
func (w *world) drafted(candidates ...string) panel {
	w.t.Helper()
	p := w.staff()
	p.owner.do(post, "/frameworks", sampleFramework()).want(201)
	p.owner.do(post, "/frameworks/values/1/publish", nil).want(200)
	p.officer.do(post, "/campaigns", object{"framework": "values", "version": 1, "campaign": sampleCampaign()}).want(201)
	for rater := range p.members {
		p.officer.do(put, "/campaigns/CARD-1/panel/"+rater, object{"username": "member-" + rater}).want(200)
	}
	var list []object
	for _, code := range candidates {
		list = append(list, object{"candidate": code, "applied": "yes", "shortlisted": "yes", "interviewed": "yes"})
	}
	p.officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": list}).want(201)
	return p
}

// scoring is a campaign whose scoring is open.
func (w *world) scoring(candidates ...string) panel {
	w.t.Helper()
	p := w.drafted(candidates...)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", nil).want(200)
	return p
}

const sampleEvidence = "rang the theatre before the list began"

func sampleMarks(safety, kindness any) object {
	return object{"marks": []object{
		{"criterion": "safety.a", "score": safety, "evidence": sampleEvidence},
		{"criterion": "kindness.a", "score": kindness, "evidence": ""},
	}}
}

// revealed is a campaign in moderation: every sheet is in.
func (w *world) revealed(candidates ...string) panel {
	w.t.Helper()
	p := w.scoring(candidates...)
	for i, candidate := range candidates {
		for _, rater := range []string{"R1", "R2", "R3"} {
			p.members[rater].do(post, fmt.Sprintf("%s%s/%s/interview/submit", sampleSheet, rater, candidate), sampleMarks(6-i, 5)).want(200)
		}
	}
	return p
}

// ranked is a campaign that waits for its decision.
func (w *world) ranked(candidates ...string) panel {
	w.t.Helper()
	p := w.revealed(candidates...)
	p.members["R1"].do(post, "/campaigns/CARD-1/close-moderation", nil).want(200)
	return p
}
