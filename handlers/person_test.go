package handlers

import (
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
)

func TestPeople(t *testing.T) {
	w := newWorld(t)
	admin := w.person("admin", access.Administrator)
	added := admin.do(post, "/people", object{"username": "Grace", "display_name": "Dr Grace", "roles": []string{"auditor"}}).want(201)
	var person store.Person
	added.into(&person)
	equal(t, person.Username, "grace")
	admin.do(put, "/people/grace/roles", object{"roles": []string{"framework-owner", "auditor"}}).want(200)
	admin.do(put, "/people/grace/roles", object{"roles": []string{}}).want(200)
	admin.do(put, "/people/grace/roles", object{}).problem(422) // none is not the same as not said
	admin.do(put, "/people/grace/roles", object{"roles": []string{"chair"}}).problem(422)
	admin.do(put, "/people/eve/roles", object{"roles": []string{}}).problem(404)

	grace := w.person("member")
	grace.do(get, "/people", nil).problem(403)
	grace.do(post, "/people", object{"username": "eve", "display_name": "Eve"}).problem(403)
	grace.do(put, "/people/member/roles", object{"roles": []string{"administrator"}}).problem(403)

	// In parts, all of them once.
	var names []string
	for next := ""; ; {
		var part list[store.Person]
		admin.do(get, "/people?limit=1&after="+next, nil).want(200).into(&part)
		for _, p := range part.Items {
			names = append(names, p.Username)
		}
		if part.Next == nil {
			break
		}
		next = *part.Next
	}
	equal(t, len(names), 3)
	equal(t, names[0]+names[1]+names[2], "admingracemember")
}
