package handlers

import (
	"testing"

	"appointable/internal/store"
)

func TestCandidates(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1", "C2", "C3")
	complaints := p.officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": []object{
		{"candidate": "=C4", "applied": "maybe"}, {"candidate": ""},
	}}).problem(422).complaints()
	contains(t, complaints, "candidates[0].candidate: ")
	contains(t, complaints, "candidates[0].applied: ")
	contains(t, complaints, "candidates[1].candidate: is empty")
	p.officer.do(post, "/campaigns/CARD-1/candidates", object{"candidates": []object{{"candidate": "C1"}}}).problem(409)

	var found list[store.Candidate]
	p.officer.do(get, "/campaigns/CARD-1/candidates?limit=2", nil).want(200).into(&found)
	equal(t, found.Items[1].Code, "C2")
	equal(t, found.Items[1].Version, 1)
	p.officer.do(get, "/campaigns/CARD-1/candidates?limit=2&after="+*found.Next, nil).want(200).into(&found)
	equal(t, len(found.Items), 1)

	path := "/campaigns/CARD-1/candidates/C2"
	p.officer.do(put, path, object{"withdrawn": true}, ifMatch("")).problem(428)
	equal(t, p.officer.do(put, path, object{"withdrawn": true}, ifMatch(`"1"`)).want(200).tag(), `"2"`)
	p.officer.do(put, path, object{"withdrawn": false}, ifMatch(`"1"`)).problem(412)
	contains(t, p.officer.do(put, path, object{"candidate": "C1"}).problem(422).complaints(), "candidate: ")
	p.officer.do(put, "/campaigns/CARD-1/candidates/C9", object{}).problem(404)
	p.members["R1"].do(put, path, object{}).problem(403)
}
