// Package appointable_test holds the house to its plan: which package may
// import which. The table is that of docs/architecture.md.
package appointable_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "appointable/"

// arrows says for each package which of ours it may import. A package that is
// not here is a new room: give it a row, and a reason in docs/architecture.md.
func arrows() map[string][]string {
	return map[string][]string{
		"cmd/appointable": {"handlers", "internal/store", "internal/round", "internal/access", "internal/audit", "internal/evidence", "internal/deliver", "internal/localpg", "internal/fault", "selection", "selection/ranking", "selection/mixedmodel", "selection/fairness", "selection/monitoring", "selection/suppression", "frameworks", "migrations"},
		"handlers":        {"internal/store", "internal/deliver", "internal/provider", "internal/round", "internal/access", "internal/audit", "internal/fault", "selection", "selection/ranking", "selection/monitoring", "selection/fairness", "frameworks"},

		"internal/store":           {"internal/access", "internal/audit", "internal/evidence", "internal/fault", "selection", "selection/ranking", "selection/mixedmodel", "selection/monitoring", "selection/fairness", "selection/suppression", "frameworks", "migrations"},
		"internal/store/storetest": {"internal/store", "internal/localpg", "migrations"},
		"internal/round":           {"internal/strictyaml", "internal/fault", "selection", "selection/mixedmodel", "selection/fairness", "selection/monitoring", "frameworks"},

		"selection":             {"selection/ranking", "selection/mixedmodel", "selection/fairness", "selection/monitoring", "selection/suppression", "frameworks", "internal/fault"},
		"selection/ranking":     {"selection/mixedmodel", "internal/fault"},
		"selection/mixedmodel":  {"internal/fault"},
		"selection/fairness":    {"internal/fault"},
		"selection/suppression": {"internal/fault"},
		"selection/monitoring":  {"internal/fault"},
		"frameworks":            {"internal/strictyaml", "internal/fault"},

		"internal/deliver":    {"internal/store", "internal/fault"},
		"internal/evidence":   {"internal/audit", "internal/fault", "selection", "frameworks"},
		"internal/access":     {"internal/fault"},
		"internal/provider":   {"internal/fault"},
		"internal/audit":      {"internal/fault"},
		"internal/strictyaml": {"internal/fault"},
		"internal/fault":      {},
		"internal/localpg":    {},
		"migrations":          {},

		"e2e/browser":    {}, // its tests see handlers and store
		"e2e/national":   {"internal/store", "internal/localpg", "selection", "frameworks"},
		"e2e/fairness":   {"selection", "selection/fairness", "selection/suppression", "selection/monitoring"},
		"e2e/decisions":  {"selection/ranking", "selection/mixedmodel"},
		"e2e/submission": {"internal/store", "internal/localpg", "internal/access", "internal/fault", "selection", "frameworks", "migrations"},
	}
}

// confined says who alone may import what is not ours.
func confined() map[string][]string {
	return map[string][]string{
		"github.com/labstack/echo/":       {"handlers"},
		"github.com/jmoiron/sqlx":         {"internal/store"},
		"github.com/lib/pq":               {"internal/store"},
		"github.com/pressly/goose/":       {"internal/store"},
		"github.com/peterldowns/pgtestdb": {"internal/store/storetest"},
		"github.com/xuri/excelize/":       {"internal/round"},
		"github.com/spf13/cobra":          {"cmd/appointable"},
		"github.com/caarlos0/env/":        {"cmd/appointable"},
		"github.com/coreos/go-oidc/":      {"internal/provider"},
		"golang.org/x/oauth2":             {"internal/provider"},
		"github.com/wneessen/go-mail":     {"internal/deliver"},
		"net/http":                        {"cmd/appointable", "handlers", "internal/deliver", "internal/provider", "e2e/submission"},
		"database/sql":                    {"internal/store", "internal/store/storetest"},
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "appointable" {
			continue // this test
		}
		seen[name] = true
		allowed, known := arrows()[name]
		if !known {
			t.Errorf("%s is not in the table of the house", name)
			continue
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s; the table does not allow it", name, ours)
			}
			for prefix, who := range confined() {
				if strings.HasPrefix(path, prefix) && !slices.Contains(who, name) {
					t.Errorf("%s imports %s, which belongs to %v alone", name, path, who)
				}
			}
		}
	}
	for name := range arrows() {
		if !seen[name] {
			t.Errorf("the table names %s, which is not there", name)
		}
	}
}
