package access_test

import (
	"slices"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
)

// matrix is the table cell by cell, as the trust's policy has it: written down
// once more, so that a change of the table is a change of two places.
const matrix = `
                   framework-owner  recruitment-officer  auditor  administrator  chair  panel-member
edit-framework     yes              -                    -        -              -      -
read-campaign      -                yes                  yes      -              yes    yes
edit-campaign      -                yes                  -        -              -      -
enter-results      -                yes                  -        -              -      -
open-scoring       -                yes                  -        -              -      -
read-progress      -                yes                  -        -              yes    -
write-sheet        -                -                    -        -              yes    yes
read-marks         -                yes                  yes      -              yes    yes
close-scoring      -                -                    -        -              yes    -
close-moderation   -                -                    -        -              yes    -
declare-interest   -                -                    -        -              yes    yes
judge-interest     -                yes                  -        -              -      -
read-ranking       -                yes                  yes      -              yes    yes
read-severity      -                yes                  -        -              -      -
record-decision    -                yes                  -        -              yes    -
export-campaign    -                yes                  -        -              -      -
import-campaign    -                yes                  -        -              -      -
read-priors        yes              yes                  yes      -              -      -
pool-priors        yes              yes                  -        -              -      -
read-audit         -                -                    yes      -              -      -
manage-people      -                -                    -        yes            -      -
`

func TestWhoMayDoWhat(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	roles := strings.Fields(lines[0])
	rules := map[access.Action]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		action := access.Action(cells[0])
		rules[action] = true
		for i, role := range roles {
			held := []access.Role{access.Role(role)}
			want := cells[i+1] == "yes"
			if got := access.Allowed(held, action); got != want {
				t.Errorf("%s may %s: %v, want %v", role, action, got, want)
			}
			if err := access.Check(held, action); (err == nil) != want || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", role, action, err)
			}
		}
		if access.Allowed(nil, action) {
			t.Errorf("whoever holds no role may %s", action)
		}
	}
	for _, rule := range access.Table() {
		if !rules[rule.Action] {
			t.Errorf("the matrix has no row for %s", rule.Action)
		}
		delete(rules, rule.Action) // a second row of the table would be without effect
	}
	if len(rules) > 0 {
		t.Errorf("the table has no row, or two, for %v", rules)
	}
}

func TestWhatNoRowAllowsIsForbidden(t *testing.T) {
	every := append(access.TrustRoles(), access.Chair, access.PanelMember)
	if access.Allowed(every, "rewrite-the-record") {
		t.Error("an action that is not in the table is allowed")
	}
	if access.Allowed([]access.Role{"emperor"}, access.ReadCampaign) {
		t.Error("a role that is not in the table is allowed something")
	}
}

// Seats are filled in a campaign; nobody holds them in the trust.
func TestSeatsAreNoRolesOfTheTrust(t *testing.T) {
	for _, seat := range []access.Role{access.Chair, access.PanelMember} {
		if slices.Contains(access.TrustRoles(), seat) {
			t.Errorf("%s can be given in the trust", seat)
		}
	}
}
