package access_test

import (
	"slices"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/fault"
)

// matrix is the table cell by cell, as the trust's policy has it: written down
// once more, so that a change of the table is a change of two places. Phases
// go by their number: 1 draft, 2 scoring, 3 moderation, 4 deciding, 5 decided;
// yes is whatever the phase.
const matrix = `
                   framework-owner  recruitment-officer  auditor  administrator  chair  panel-member
edit-framework     yes              -                    -        -              -      -
read-priors        yes              yes                  yes      -              -      -
pool-priors        yes              yes                  -        -              -      -
read-audit         -                -                    yes      -              -      -
manage-people      -                -                    -        yes            -      -
invite-people      -                yes                  -        yes            -      -
create-campaign    -                yes                  -        -              -      -
import-campaign    -                yes                  -        -              -      -
read-campaign      -                yes                  yes      -              yes    yes
edit-plan          -                1....                -        -              -      -
change-candidate   -                yes                  -        -              -      -
read-identity      -                yes                  -        -              -      -
edit-identity      -                yes                  -        -              -      -
give-subject-access -               ....5                -        -              -      -
read-tombstones    -                yes                  -        -              -      -
set-retention      -                yes                  -        -              -      -
erase-candidate    -                ....5                -        -              -      -
import-monitoring  -                yes                  -        -              -      -
ask-monitoring     -                yes                  -        -              -      -
read-monitoring    -                -                    yes      -              -      -
enter-results      -                12...                -        -              -      -
open-scoring       -                1....                -        -              -      -
read-progress      -                yes                  -        -              yes    -
read-sheets        -                yes                  yes      -              yes    yes
write-sheet        -                -                    -        -              .2...  .2...
close-scoring      -                -                    -        -              .2...  -
revise-mark        -                -                    -        -              ..3..  ..3..
read-marks         -                ..345                ..345    -              ..345  ..345
close-moderation   -                -                    -        -              ..3..  -
declare-interest   -                -                    -        -              yes    yes
read-interests     -                yes                  -        -              -      -
judge-interest     -                123..                -        -              -      -
rank-candidates    -                ...45                ...45    -              ...45  ...45
read-ranking       -                ...45                ...45    -              ...45  ...45
read-severity      -                ...45                -        -              -      -
record-decision    -                ...4.                -        -              ...4.  -
export-campaign    -                ...45                -        -              -      -
`

// holds reads a cell of the matrix; phase 0 is no campaign.
func holds(cell string, phase int) bool {
	switch cell {
	case "-":
		return false
	case "yes":
		return true
	}
	return phase > 0 && cell[phase-1] != '.'
}

func TestWhoMayDoWhat(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	roles := strings.Fields(lines[0])
	phases := append([]access.Phase{""}, access.Phases()...)
	rules := map[access.Action]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		action := access.Action(cells[0])
		rules[action] = true
		for i, role := range roles {
			held := []access.Role{access.Role(role)}
			for n, phase := range phases {
				if got, want := access.Allowed(held, action, phase), holds(cells[i+1], n); got != want {
					t.Errorf("%s may %s in %q: %v, want %v", role, action, phase, got, want)
				}
				if access.Allowed(nil, action, phase) {
					t.Errorf("whoever holds no role may %s in %q", action, phase)
				}
			}
			ever := cells[i+1] != "-"
			if err := access.Check(held, action); (err == nil) != ever || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", role, action, err)
			}
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

// The database is given the cells: they must say what the table says.
func TestCellsAreTheTable(t *testing.T) {
	cells := access.Cells()
	for _, rule := range access.Table() {
		for _, role := range access.Roles() {
			for _, phase := range append([]access.Phase{""}, access.Phases()...) {
				in := slices.ContainsFunc(cells, func(c access.Cell) bool {
					return c.Action == rule.Action && c.Role == role && (c.Phase == "" || c.Phase == phase)
				})
				if want := access.Allowed([]access.Role{role}, rule.Action, phase); in != want {
					t.Errorf("%s, %s, %q: a cell %v, the table %v", rule.Action, role, phase, in, want)
				}
			}
		}
	}
}

func TestWhatNoRowAllowsIsForbidden(t *testing.T) {
	if access.Allowed(access.Roles(), "rewrite-the-record", access.Draft) {
		t.Error("an action that is not in the table is allowed")
	}
	if access.Allowed([]access.Role{"emperor"}, access.ReadCampaign, access.Draft) {
		t.Error("a role that is not in the table is allowed something")
	}
	if access.Allowed([]access.Role{access.RecruitmentOfficer}, access.EditPlan, "afterlife") {
		t.Error("a phase that is not in the table allows something")
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
