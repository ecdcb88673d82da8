package handlers

import (
	"testing"

	"appointable/selection"
)

func TestPsychometrics(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1", "C2")
	path := "/campaigns/CARD-1/psychometrics"
	complaints := p.officer.do(post, path, object{"results": []object{{"candidate": "C1", "instrument": "SJT-C", "scale": "total"}}}).problem(422).complaints()
	contains(t, complaints, "results[0].score: is missing")
	complaints = p.officer.do(post, path, object{"results": []object{
		{"candidate": "C9", "instrument": "X", "scale": "total", "score": 1, "taken_on": "14 March"},
	}}).problem(422).complaints()
	contains(t, complaints, "results[0].candidate: ")
	contains(t, complaints, "results[0].instrument: ")
	contains(t, complaints, "results[0].taken_on: ")
	for _, code := range []string{"C2", "C1"} { // a score of 0 is one
		p.officer.do(post, path, object{"results": []object{{"candidate": code, "instrument": "SJT-C", "scale": "total", "score": 0}}}).want(201)
	}
	p.officer.do(get, path, nil).problem(409) // sealed, from whoever entered them too
	p.members["R1"].do(post, path, object{"results": []object{{"candidate": "C1", "instrument": "SJT-C", "scale": "total", "score": 1}}}).problem(403)
	p.members["R1"].do(post, "/campaigns/CARD-1/close-scoring", object{"reason": "no sheets today"}).want(200)
	var found list[selection.PsychometricResult]
	p.members["R2"].do(get, path+"?limit=1", nil).want(200).into(&found)
	equal(t, found.Items[0], selection.PsychometricResult{Candidate: "C1", Instrument: "SJT-C", Scale: "total"})
	p.members["R2"].do(get, path+"?limit=1&after="+*found.Next, nil).want(200).into(&found)
	equal(t, found.Items[0].Candidate, "C2")
	equal(t, found.Next, nil)
}
