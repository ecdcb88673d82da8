package handlers

import (
	"encoding/json"
	"testing"

	"appointable/internal/store"
)

func TestDecision(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	path := "/campaigns/CARD-1/decision"
	p.officer.do(get, path, nil).problem(404)
	contains(t, p.officer.do(post, path, object{"findings": []object{{"candidate": "C1"}}}).problem(422).complaints(), "findings[0].appointable: is missing")
	findings := []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}}
	complaints := p.officer.do(post, path, object{"findings": findings, "appointed": []string{"C2"}}).problem(422).complaints()
	contains(t, complaints, "departure: ")
	contains(t, complaints, "justification: ")
	p.members["R2"].do(post, path, object{"findings": findings, "appointed": []string{"C1"}, "justification": "j"}).problem(403)
	decision := object{"findings": findings, "appointed": []string{"C1"}, "justification": "the best marks",
		"dissent": []object{{"rater": "R2", "text": "I would have waited"}}}
	made := p.members["R1"].do(post, path, decision, idempotency("once")).want(201)
	again := p.members["R1"].do(post, path, decision, idempotency("once")).want(201)
	equal(t, string(made.body), string(again.body))
	p.members["R1"].do(post, path, decision).problem(409)
	read := p.members["R3"].do(get, path, nil).want(200)
	var a, b store.Decision
	w.must(json.Unmarshal(made.body, &a))
	w.must(json.Unmarshal(read.body, &b))
	equal(t, a.Run, b.Run)
	equal(t, b.Dissent[0].Text, "I would have waited")
}
