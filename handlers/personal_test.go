package handlers

import (
	"strings"
	"testing"

	"appointable/internal/store"
)

// Who a candidate is: entered and read by recruitment, met nowhere else, and
// gone when it is erased.
func TestPersonalDataOverHTTP(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	path := "/campaigns/CARD-1/candidates/C1"
	p.officer.do(get, path+"/identity", nil).problem(404)
	contains(t, p.officer.do(put, path+"/identity", object{"email": "x"}).problem(422).complaints(), "name: ")
	contains(t, p.officer.do(put, path+"/identity", object{"name": "Amara Okafor", "email": "amara@"}).problem(422).complaints(), "email: is no e-mail address")
	p.officer.do(put, path+"/identity", object{"name": "Amara Okafor", "email": "amara@example.org"}).want(200)
	p.members["R1"].do(put, path+"/identity", object{"name": "X"}).problem(403)
	p.members["R1"].do(get, path+"/identity", nil).problem(403)
	var who store.Identity
	p.officer.do(get, path+"/identity", nil).want(200).into(&who)
	equal(t, who.Name, "Amara Okafor")
	for _, other := range []string{"/campaigns/CARD-1", "/campaigns/CARD-1/candidates", "/campaigns/CARD-1/sheets", "/campaigns/CARD-1/ranking"} {
		if body := string(p.officer.do(get, other, nil).want(200).body); strings.Contains(body, "Amara") {
			t.Errorf("%s tells who the candidate is: %s", other, body)
		}
	}

	p.officer.do(post, path+"/erase", object{"reason": "asked to be forgotten"}).problem(409)
	p.officer.do(post, path+"/subject-access", nil).problem(409)
	findings := []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}}
	decision := object{"findings": findings, "appointed": []string{"C1"}, "justification": "the best marks"}
	p.officer.do(post, "/campaigns/CARD-1/decision", decision).want(201)
	contains(t, string(p.officer.do(post, path+"/subject-access", nil).want(200).body), "Amara Okafor")

	p.officer.do(put, "/campaigns/CARD-1/retention", object{"keep_until": "2027-01-31", "hold": "a claim"}).want(200)
	p.members["R1"].do(get, "/campaigns/CARD-1/retention", nil).problem(403)
	p.officer.do(post, path+"/erase", object{"reason": "asked to be forgotten"}).problem(409)
	p.officer.do(put, "/campaigns/CARD-1/retention", object{"keep_until": "2027-01-31"}).want(200)
	contains(t, string(p.officer.do(get, "/campaigns/CARD-1/retention", nil).want(200).body), "2027-01-31")
	contains(t, p.officer.do(post, path+"/erase", object{}).problem(422).complaints(), "reason: ")
	p.officer.do(post, path+"/erase", object{"reason": "asked to be forgotten"}).want(200)
	p.officer.do(get, path+"/identity", nil).problem(404)
	contains(t, string(p.officer.do(get, "/tombstones", nil).want(200).body), `"trust":"`+p.officer.slug+`","tombstones":[{"campaign":"CARD-1","candidate":"C1"`)
	p.members["R1"].do(get, "/tombstones", nil).problem(403)
}
