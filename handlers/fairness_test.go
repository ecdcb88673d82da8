package handlers

import (
	"encoding/csv"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// toAudit has CARD-1 decided.
func (w *world) toAudit() panel {
	w.t.Helper()
	p := w.ranked("C1", "C2")
	p.officer.do(post, "/campaigns/CARD-1/monitoring", monitoringBody(object{"candidate": "C1", "answers": object{"ethnicity": "N"}}, object{"candidate": "C2", "answers": object{"ethnicity": "A"}})).want(200)
	p.officer.do(post, "/campaigns/CARD-1/decision", object{
		"findings":  []object{{"candidate": "C1", "appointable": true}, {"candidate": "C2", "appointable": true}},
		"appointed": []string{"C1"}, "justification": "the best marks"}).want(201)
	return p
}

func TestAnAuditOverHTTP(t *testing.T) {
	w := newWorld(t)
	p := w.toAudit()
	auditor := w.person("an-auditor", access.Auditor)
	contains(t, auditor.do(post, "/fairness", object{"campaign": "CARD-1", "reason": " "}).problem(422).complaints(), "reason: ")
	auditor.do(post, "/fairness", object{"reason": "because"}).problem(422)
	auditor.do(post, "/fairness", object{"from": "2025-04-01", "reason": "because"}).problem(422)
	auditor.do(post, "/fairness", object{"campaign": "CARD-2", "reason": "because"}).problem(404)
	auditor.do(post, "/fairness", object{"campaign": "CARD-1", "reason": "because", "unsuppressed": true}).problem(400)
	auditor.do(get, "/campaigns/CARD-1/fairness", nil).problem(404)

	made := auditor.do(post, "/fairness", object{"campaign": "CARD-1", "reason": "the yearly audit"}).want(201)
	run := made.header.Get("Appointable-Run")
	var audit selection.FairnessAudit
	made.into(&audit)
	equal(t, audit.Scope, selection.FairnessScope{Campaign: "CARD-1"})
	equal(t, audit.Policy.Threshold, 8)
	for _, path := range []string{"/fairness/" + run, "/campaigns/CARD-1/fairness"} {
		for _, who := range []*client{auditor, p.officer} {
			equal(t, string(who.do(get, path, nil).want(200).body), string(made.body))
		}
	}
	period := auditor.do(post, "/fairness", object{"from": "2000-01-01", "to": "2199-12-31", "reason": "all of them"}).want(201)

	var runs list[store.FairnessRun]
	p.officer.do(get, "/fairness", nil).want(200).into(&runs)
	equal(t, [2]string{runs.Items[0].ID.String(), runs.Items[1].ID.String()}, [2]string{period.header.Get("Appointable-Run"), run})
	p.officer.do(get, "/fairness?limit=1", nil).want(200).into(&runs)
	equal(t, len(runs.Items), 1)
	p.officer.do(get, "/fairness?limit=1&after="+*runs.Next, nil).want(200).into(&runs)
	equal(t, runs.Items[0].ID.String(), run)

	file := p.officer.do(get, "/fairness/"+run+"?format=csv", nil).want(200)
	equal(t, file.header.Get("Content-Type"), "text/csv; charset=utf-8")
	rows, err := csv.NewReader(strings.NewReader(string(file.body))).ReadAll()
	w.must(err)
	equal(t, len(rows) > len(audit.Ratios)+len(audit.Pooled), true)
	p.officer.do(get, "/fairness/"+run+"?format=pdf", nil).problem(400)
	p.officer.do(get, "/fairness/x", nil).problem(404)
	p.officer.do(get, "/fairness/"+strings.Repeat("0", 8)+"-0000-7000-8000-000000000000", nil).problem(404)
	equal(t, w.kinds(auditor)["fairness.audited"], 2)
	if strings.Contains(w.log.String(), "BME") || strings.Contains(w.log.String(), "ethnicity") {
		t.Error("a log line says what was audited")
	}
}

func TestAnAuditIsDeniedToThePanel(t *testing.T) {
	w := newWorld(t)
	p := w.toAudit()
	auditor := w.person("an-auditor", access.Auditor)
	run := auditor.do(post, "/fairness", object{"campaign": "CARD-1", "reason": "the audit"}).want(201).header.Get("Appointable-Run")
	everybody := map[string]*client{
		"the chair": p.members["R1"], "a member": p.members["R2"], "the officer": p.officer, "the auditor": auditor,
		"the administrator": w.person("an-administrator", access.Administrator), "the framework owner": w.person("values-owner", access.FrameworkOwner),
	}
	for name, who := range everybody {
		for _, path := range []string{"/fairness", "/fairness/" + run, "/campaigns/CARD-1/fairness"} {
			want := 403
			if who == p.officer || who == auditor {
				want = 200
			}
			if got := who.do(get, path, nil); got.status != want {
				t.Errorf("%s: GET %s is answered with %d", name, path, got.status)
			}
		}
		want := 403
		if who == auditor {
			want = 201
		}
		if got := who.do(post, "/fairness", object{"campaign": "CARD-1", "reason": "curious"}); got.status != want {
			t.Errorf("%s: an audit is answered with %d", name, got.status)
		}
	}
	w.nobody().do(get, "/fairness/"+run, nil).problem(401)
}
