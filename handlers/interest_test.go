package handlers

import (
	"testing"

	"appointable/selection"
)

func TestInterests(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	path := "/campaigns/CARD-1/interests"
	contains(t, p.members["R2"].do(post, path, object{"candidate": "C1", "nature": "friend", "details": "golf"}).problem(422).complaints(), "nature: ")
	declared := p.members["R2"].do(post, path, object{"candidate": "C1", "nature": "related", "details": "cousins"}).want(201)
	contains(t, string(declared.body), `"late":true`)
	p.members["R2"].do(post, path, object{"candidate": "C1", "nature": "knows", "details": "cousins"}).problem(409)
	p.members["R2"].do(post, path, object{"candidate": "C9", "nature": "knows", "details": "school"}).problem(404)
	p.officer.do(post, path, object{"candidate": "C1", "nature": "knows", "details": "school"}).problem(403)

	// HR reads all, a member their own.
	for asker, want := range map[*client]int{p.officer: 1, p.members["R2"]: 1, p.members["R3"]: 0} {
		var found list[selection.Interest]
		asker.do(get, path, nil).want(200).into(&found)
		equal(t, len(found.Items), want)
	}
	judgement := path + "/R2/C1/judgement"
	contains(t, p.officer.do(post, judgement, object{"outcome": "marks-stand", "reason": "r"}).problem(422).complaints(), "outcome: ")
	p.members["R2"].do(post, judgement, object{"outcome": "marks-withdrawn", "reason": "r"}).problem(403)
	p.officer.do(post, path+"/R3/C1/judgement", object{"outcome": "marks-withdrawn", "reason": "r"}).problem(404)
	p.officer.do(post, judgement, object{"outcome": "marks-withdrawn", "reason": "related"}).want(200)
	p.officer.do(post, judgement, object{"outcome": "marks-withdrawn", "reason": "related"}).problem(409)
}
