package handlers

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/selection/monitoring"
)

// asked makes a candidate's link and returns its path.
func (c *client) asked(candidate string) string {
	c.w.t.Helper()
	var asking askingView
	c.do(post, "/campaigns/CARD-1/candidates/"+candidate+"/monitoring-link", nil).want(200).into(&asking)
	equal(c.w.t, asking.Candidate, candidate)
	return asking.Address
}

// kept is how many answers the vault has, as the superuser sees it.
func kept(w *world) (n int) {
	w.t.Helper()
	db, err := sql.Open("postgres", w.super)
	w.must(err)
	defer func() { _ = db.Close() }()
	w.must(db.QueryRowContext(w.t.Context(), `select coalesce(sum(cardinality(string_to_array(answers, ' '))), 0) from monitoring.characteristics`).Scan(&n))
	return n
}

func monitoringBody(rows ...object) object { return object{"monitoring": rows} }

func TestMonitoringOverHTTP(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	auditor := w.person("an-auditor", access.Auditor)
	path := "/campaigns/CARD-1/monitoring"
	body := monitoringBody(object{"candidate": "C1", "answers": object{"ethnicity": "N", "sex": "female"}}, object{"candidate": "C2", "answers": object{"ethnicity": "A"}})

	wrong := monitoringBody(object{"candidate": "C1", "answers": object{"ethnicity": "I"}}, object{"candidate": "C7", "answers": object{"sex": "male"}})
	told := p.officer.do(post, path, wrong).problem(422).complaints()
	contains(t, told, "monitoring[0].ethnicity: \"I\" is no answer to ethnicity; permitted are Z, A,")
	contains(t, told, "monitoring[1].candidate: there is no candidate \"C7\"")
	equal(t, kept(w), 0)

	received := p.officer.do(post, path, body).want(200)
	equal(t, strings.TrimSpace(string(received.body)), `{"candidates":2,"answers":3}`)
	equal(t, kept(w), 3)
	equal(t, strings.TrimSpace(string(p.officer.do(get, path, nil).want(200).body)), `{"asked":"*","answered":"*","declined":"*","withdrawn":"*"}`)

	counts := object{"campaigns": []string{"CARD-1"}, "reason": "WRES 2 return"}
	auditor.do(post, "/monitoring/counts", counts).problem(409) // not decided yet
	findings := []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}}
	p.officer.do(post, "/campaigns/CARD-1/decision", object{"findings": findings, "appointed": []string{"C1"}, "justification": "the best marks"}).want(201)
	contains(t, auditor.do(post, "/monitoring/counts", object{"campaigns": []string{"CARD-1"}, "reason": "  "}).problem(422).complaints(), "reason: ")
	var got monitoringCountsView
	auditor.do(post, "/monitoring/counts", counts).want(200).into(&got)
	equal(t, got.Counts[0].Answer, "A")
	equal(t, got.Counts[1], monitoring.Count{Characteristic: "ethnicity", Answer: "N", Group: monitoring.Focal, People: 1, Applied: 1, Shortlisted: 1, Interviewed: 1, Appointable: 1, Offered: 1})
	equal(t, w.kinds(auditor)["monitoring.read"], 1)

	// The candidate's own, in their own document.
	pack := string(p.officer.do(post, "/campaigns/CARD-1/candidates/C1/subject-access", nil).want(200).body)
	contains(t, pack, `"monitoring":{"answers":{"ethnicity":"N","sex":"female"},"recorded_at":"`)
	contains(t, pack, "passes it on unread")
	equal(t, w.kinds(auditor)["candidate.monitoring-given"], 1)
	for _, line := range []string{"female", `"N"`} {
		if strings.Contains(w.log.String(), line) {
			t.Errorf("a log line says %s", line)
		}
	}
}

// A panel member's login is denied at every route, and so is everybody's whom
// the table does not name.
func TestMonitoringIsDeniedToThePanel(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "justification": "the best marks"}).want(201)
	auditor := w.person("an-auditor", access.Auditor)
	administrator, owner := w.person("an-administrator", access.Administrator), w.person("values-owner", access.FrameworkOwner)
	requests := []struct {
		method, path string
		body         any
		allowed      *client
	}{
		{post, "/campaigns/CARD-1/monitoring", monitoringBody(object{"candidate": "C1", "answers": object{"sex": "male"}}), p.officer},
		{get, "/campaigns/CARD-1/monitoring", nil, p.officer},
		{post, "/campaigns/CARD-1/candidates/C1/monitoring-link", nil, p.officer},
		{post, "/campaigns/CARD-1/candidates/C1/subject-access", nil, p.officer},
		{post, "/monitoring/counts", object{"campaigns": []string{"CARD-1"}, "reason": "curious"}, auditor},
	}
	for _, r := range requests {
		for name, who := range map[string]*client{
			"the chair": p.members["R1"], "a member": p.members["R2"], "the officer": p.officer, "the auditor": auditor,
			"the administrator": administrator, "the framework owner": owner,
		} {
			got := who.do(r.method, r.path, r.body)
			if who == r.allowed {
				got.want(200)
			} else if got.status != 403 {
				t.Errorf("%s: %s %s is answered with %d", name, r.method, r.path, got.status)
			}
		}
	}
}

func TestACandidateAnswersOnThePage(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	w.vault.Now = w.db.Now
	p := w.ranked("C1", "C2")
	address := p.officer.asked("C1")
	candidate := w.nobody()
	page := candidate.visit(get, address, nil)
	page.want(200)
	text := page.main()
	for _, part := range []string{"What is your ethnic group?", "Prefer not to say", "Who sees it", "Why you are asked", "Withdraw my answers", "You need not answer every question"} {
		contains(t, text, part)
	}
	if strings.Contains(text, "You answered") || strings.Contains(text, "Not known") || strings.Contains(string(page.body), "not-known") {
		t.Errorf("the page says %s", text)
	}
	// Declining stands first, and nothing is chosen beforehand.
	first := page.all("input")[1]
	if value, _ := attribute(first, "value"); value != monitoring.NotStated {
		t.Errorf("the first choice is %q", value)
	}
	link := url.Values{"link": {address[strings.Index(address, "link=")+len("link="):]}}
	with := func(pairs ...string) url.Values {
		form := url.Values{"link": link["link"]}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return form
	}
	here := "/t/northgate/monitoring"

	empty := candidate.visit(post, here, with("do", "answer"))
	empty.want(422)
	contains(t, empty.main(), "“Prefer not to say” is an answer too.")
	candidate.visit(post, here, with("do", "answer", "sex", "purple")).want(422)
	equal(t, kept(w), 0)

	sent := candidate.visit(post, here, with("do", "answer", "ethnicity", "N", "sex", "female"))
	sent.want(303)
	equal(t, kept(w), 2)
	again := candidate.visit(get, sent.header.Get("Location"), nil)
	again.want(200)
	contains(t, again.main(), "You answered on "+now.Format("2 January 2006")+" at")
	contains(t, again.main(), "Answering again replaces it.")
	for _, node := range again.all("input") {
		if _, chosen := attribute(node, "checked"); chosen {
			t.Error("the page shows what was answered")
		}
	}
	// But for when, the page is the same whatever was said.
	candidate.visit(post, here, with("do", "decline")).want(303)
	equal(t, kept(w), 9)
	if other := candidate.visit(get, address, nil); string(other.body) != string(again.body) {
		t.Error("the page tells declining from answering")
	}
	candidate.visit(post, here, with("do", "withdraw")).want(303)
	equal(t, kept(w), 0)
	contains(t, candidate.visit(get, address, nil).main(), "You withdrew your answers on")

	for _, wrong := range []string{here, here + "?link=nonsense", "/t/northgate/monitoring?link="} {
		contains(t, candidate.visit(get, wrong, nil).main(), "This link is over")
	}
	*now = now.Add(31 * 24 * time.Hour)
	candidate.visit(get, address, nil).want(404)
	candidate.visit(post, here, with("do", "decline")).want(404)
	equal(t, kept(w), 0)
}

func TestWithoutAVaultItIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	w.server.vault = nil
	p.officer.do(put, "/campaigns/CARD-1/candidates/C1/identity", object{"name": "Amara Okafor"}).want(200)
	contains(t, p.officer.do(get, "/campaigns/CARD-1/monitoring", nil).problem(409).Detail, "MONITORING_DATABASE_URL")
	p.officer.do(post, "/campaigns/CARD-1/candidates/C1/monitoring-link", nil).problem(409)
	w.nobody().visit(get, "/t/northgate/monitoring?link=x", nil).want(409)
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "justification": "the best marks"}).want(201)
	pack := string(p.officer.do(post, "/campaigns/CARD-1/candidates/C1/subject-access", nil).want(200).body)
	if strings.Contains(pack, `"monitoring"`) {
		t.Errorf("answers from nowhere: %s", pack)
	}
	contains(t, pack, "Whoever keeps that must be asked for it.")
}
