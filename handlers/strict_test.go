package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"appointable/internal/access"
)

// TestStrictness sends what a careless or hostile client would.
func TestStrictness(t *testing.T) {
	w := newWorld(t)
	admin := w.person("admin", access.Administrator)
	good := `{"username": "new", "display_name": "New", "roles": []}`
	for _, test := range []struct {
		name    string
		body    string
		headers []header
		status  int
		says    string // in detail or complaints
	}{
		{name: "unknown field", body: `{"username": "a1", "display_name": "A", "colour": "red"}`, status: 400, says: "colour: is not known here"},
		{name: "trailing JSON", body: good + `{}`, status: 400, says: "something follows"},
		{name: "trailing words", body: good + ` and so on`, status: 400, says: "something follows"},
		{name: "repeated key", body: `{"username": "a1", "username": "a2", "display_name": "A"}`, status: 400, says: "username: stands here twice"},
		{name: "repeated key in capitals", body: `{"username": "a1", "USERNAME": "a2", "display_name": "A"}`, status: 400, says: "USERNAME: stands here twice"},
		{name: "wrong type", body: `{"username": 7, "display_name": "A"}`, status: 400, says: "username: is a number where a text belongs"},
		{name: "list for an object", body: `[]`, status: 400, says: "is a list where an object belongs"},
		{name: "cut off", body: good[:20], status: 400, says: "not JSON"},
		{name: "no JSON", body: `username=a1`, status: 400, says: "not JSON"},
		{name: "blank", body: ` `, status: 400, says: "not JSON"},
		{name: "empty", body: ``, status: 422, says: "username: is missing"},
		{name: "empty and of no type", body: ``, headers: []header{contentType("")}, status: 422, says: "username: is missing"},
		{name: "depth bomb", body: strings.Repeat("[", 100_000), status: 400, says: "nested more than 32 deep"},
		{name: "bad UTF-8", body: "{\"username\": \"a\xff\", \"display_name\": \"A\"}", status: 400, says: "not in UTF-8"},
		{name: "NUL character", body: `{"username": "a1", "display_name": "A\u0000"}`, status: 400, says: "display_name: has a NUL"},
		{name: "huge", body: `{"username": "` + strings.Repeat("a", 1<<20) + `"}`, status: 413, says: "larger than the 1024 KiB"},
		{name: "two fields wrong", body: `{"display_name": "` + strings.Repeat("x", 201) + `"}`, status: 422, says: "username: is missing\ndisplay_name: is longer than 200 characters\n"},
		{name: "null", body: `null`, status: 422, says: "username: is missing"},
		{name: "form", body: good, headers: []header{contentType("application/x-www-form-urlencoded")}, status: 415, says: "takes application/json"},
		{name: "no type", body: good, headers: []header{contentType("")}, status: 415, says: "takes application/json"},
		{name: "no key", body: good, headers: []header{idempotency("")}, status: 400, says: "Idempotency-Key is missing"},
		{name: "long key", body: good, headers: []header{idempotency(strings.Repeat("k", 201))}, status: 400, says: "1 to 200 letters"},
		{name: "key with spaces", body: good, headers: []header{idempotency("a b")}, status: 400, says: "without spaces"},
		{name: "domain rule", body: `{"username": "a b", "display_name": "A", "roles": ["king"]}`, status: 422, says: "roles: \"king\" is not a role"},
		{name: "good, with a charset", body: good, headers: []header{contentType("application/json; charset=utf-8")}, status: 201},
		{name: "same name again", body: good, status: 409, says: "somebody has this user name already"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func(outer *testing.T) { w.t = outer }(w.t)
			w.t = t
			a := admin.do(post, "/people", []byte(test.body), append([]header{contentType("application/json")}, test.headers...)...)
			if test.status < 400 {
				a.want(test.status)
				return
			}
			p := a.problem(test.status)
			contains(t, p.Detail+"\n"+p.complaints(), test.says)
		})
	}
	var people list[object]
	admin.do(get, "/people", nil).want(200).into(&people)
	equal(t, len(people.Items), 2) // the administrator and "new"
}

func TestConditions(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	path, plan := "/campaigns/CARD-1", sampleCampaign()
	tag := p.officer.do(get, path, nil).tag()
	for _, test := range []struct {
		match  string
		status int
	}{
		{"", http.StatusPreconditionRequired},
		{`"1"`, http.StatusPreconditionFailed},
		{`"0"`, http.StatusPreconditionFailed}, // 0 is the store's word for any
		{`"-1"`, http.StatusPreconditionFailed},
		{`"+4"`, http.StatusPreconditionFailed},
		{`4`, http.StatusPreconditionFailed},
		{"W/" + tag, http.StatusPreconditionFailed},
		{tag + ", " + tag, http.StatusPreconditionFailed},
		{`"99999999999999999999"`, http.StatusPreconditionFailed},
		{tag, 200},
		{tag, http.StatusPreconditionFailed}, // it has just been used up
		{"*", 200},
	} {
		a := p.officer.do(put, path, plan, ifMatch(test.match))
		if a.status != test.status {
			t.Errorf("If-Match %s: %d, want %d: %s", test.match, a.status, test.status, a.body)
		}
	}
}

func TestSameKey(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	path := sampleSheet + "R1/C1/interview/submit"
	key := idempotency("on-the-train")
	member := p.members["R1"]
	first := member.do(post, path, sampleMarks(5, 6), key).want(200)
	// Sent again, If-Match and all, it is answered again and not done again.
	second := member.do(post, path, sampleMarks(5, 6), key, ifMatch(`"1"`)).want(200)
	if !bytes.Equal(first.body, second.body) || first.tag() != second.tag() {
		t.Errorf("another answer:\n%s\n%s", first.body, second.body)
	}
	member.do(post, path, sampleMarks(5, 7), key).problem(409)
	member.do(post, path, sampleMarks(5, 6)).problem(409) // another key: the sheet is submitted
	p.members["R2"].do(post, sampleSheet+"R2/C1/interview/submit", sampleMarks(5, 6), key).want(200)
}

func TestStrangeAddresses(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	for _, path := range []string{
		"/campaigns/%00", "/campaigns/%ff", "/campaigns/..%2f..", "/campaigns/%27%20or%201=1", "/campaigns/" + strings.Repeat("x", 5000),
		"/frameworks/values/0", "/frameworks/values/-1", "/frameworks/values/99999999999", "/frameworks/values/1e0", "/frameworks/values/%31%00",
		"/campaigns/CARD-1/ranking/..", "/campaigns/%00/candidates", "/campaigns//candidates", "/campaigns//sheets", "/campaigns/%ff/interests",
		"/nothing", "/", "",
	} {
		p.officer.do(get, path, nil).problem(404)
	}
	// An escaped letter is that letter.
	p.officer.do(get, "/campaigns/%43ARD-1", nil).want(200)
	p.officer.do(remove, "/campaigns/CARD-1", nil).problem(405)
	p.officer.raw("BREW", "/api/v1/t/northgate/campaigns", nil).problem(405)
	for _, query := range []string{"limit=0", "limit=201", "limit=x", "after=%21", "after=bnVsbA", "after=WyJhIiwiYiJd", "after=WyJcdTAwMDAiXQ"} {
		p.officer.do(get, "/campaigns?"+query, nil).problem(400)
	}
	p.owner.do(get, "/frameworks?after="+formatCursor([]string{"values", "99999999999"}), nil).problem(400)
	p.auditor.do(get, "/audit-events?after="+formatCursor([]string{"x"}), nil).problem(400)
	p.officer.do(post, "/campaigns/CARD-1/open-scoring", []byte("reason=none")).problem(400)
	w.noPathInLog("ARD-1", "values", "or%201", "BREW")
}

// noPathInLog looks for parts of addresses in the log.
func (w *world) noPathInLog(words ...string) {
	w.t.Helper()
	for _, word := range words {
		if strings.Contains(w.log.String(), word) {
			w.t.Errorf("the log tells %q", word)
		}
	}
}

// What encoding/json can write is read back; what is read is never followed by
// anything.
func TestInspectAcceptsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawJSON(t, 0)
		if err := inspect([]byte(text)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if inspect([]byte(text+" "+text)) == nil {
			t.Fatalf("%s twice is accepted", text)
		}
		if cut := rapid.IntRange(0, len(text)-1).Draw(t, "cut"); text[0] == '{' && inspect([]byte(text[:cut])) == nil {
			t.Fatalf("%s is accepted", text[:cut])
		}
	})
}

func drawJSON(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth > 4 {
		kind %= 4
	}
	switch kind {
	case 0:
		return fmt.Sprint(rapid.IntRange(-9, 9).Draw(t, "number"))
	case 1:
		return "null"
	case 2:
		return "true"
	case 3:
		return fmt.Sprintf("%q", rapid.StringMatching(`[a-z{}\[\],:]{0,5}`).Draw(t, "text"))
	}
	var items []string
	for i := range rapid.IntRange(0, 3).Draw(t, "items") {
		item := drawJSON(t, depth+1)
		if kind == 5 {
			item = fmt.Sprintf(`"k%d":%s`, i, item)
		}
		items = append(items, item)
	}
	if kind == 5 {
		return "{" + strings.Join(items, ",") + "}"
	}
	return "[" + strings.Join(items, ",") + "]"
}
