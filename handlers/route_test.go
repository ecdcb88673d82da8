package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// The table of routes keeps its promises: each says what it does, none is there
// twice, what creates is safe to repeat, and GET only reads.
func TestRouteTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range (&Server{}).routes() {
		name := r.method + " " + r.path
		if r.summary == "" || strings.HasSuffix(r.summary, ".") || seen[name] || seen[r.summary] {
			t.Errorf("%s: summary %q, or there twice", name, r.summary)
		}
		seen[name], seen[r.summary] = true, true
		if r.method == get && (r.match || r.once || r.in != nil || r.status != 0) {
			t.Errorf("%s changes something", name)
		}
		if r.method == put && r.once {
			t.Errorf("%s: PUT is safe to repeat by itself", name)
		}
		if r.status == http.StatusCreated && !r.once && !strings.HasSuffix(r.path, "/ranking") && !strings.HasSuffix(r.path, "/fairness") { // made again, they show the same
			t.Errorf("%s creates and has no Idempotency-Key", name)
		}
		if r.public && r.inTrust() && r.path != trustPath+"/session" {
			t.Errorf("%s is open to everybody", name)
		}
	}
}

// Nobody gets past the session on any route of a trust.
func TestEveryRouteNeedsASession(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.server.routes() {
		if r.public {
			continue
		}
		path := strings.NewReplacer("{trust}", "northgate", "{version}", "1", "{", "", "}", "").Replace(r.path)
		w.nobody().raw(r.method, path, nil).problem(401)
	}
}
