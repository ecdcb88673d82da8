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
// go by their number: 1 draft, 2 sift, 3 shortlisting, 4 scoring, 5 moderation,
// 6 deciding, 7 decided; yes is whatever the phase.
const matrix = `
                    framework-owner  recruitment-officer  auditor  administrator  chair    panel-member
edit-framework      yes              -                    -        -              -        -
read-priors         yes              yes                  yes      -              -        -
pool-priors         yes              yes                  -        -              -        -
read-audit          -                -                    yes      -              -        -
manage-people       -                -                    -        yes            -        -
invite-people       -                yes                  -        yes            -        -
create-campaign     -                yes                  -        -              -        -
import-campaign     -                yes                  -        -              -        -
read-campaign       -                yes                  yes      -              yes      yes
edit-plan           -                1......              -        -              -        -
assign-sheets       -                1.3....              -        -              -        -
replace-member      -                123456.              -        -              -        -
change-candidate    -                yes                  -        -              -        -
read-identity       -                yes                  -        -              -        -
edit-identity       -                yes                  -        -              -        -
give-subject-access -                ......7              -        -              -        -
read-tombstones     -                yes                  -        -              -        -
set-retention       -                yes                  -        -              -        -
erase-candidate     -                ......7              -        -              -        -
import-monitoring   -                yes                  -        -              -        -
ask-monitoring      -                yes                  -        -              -        -
read-monitoring     -                -                    yes      -              -        -
audit-fairness      -                -                    yes      -              -        -
read-fairness       -                yes                  yes      -              -        -
enter-results       -                1234...              -        -              -        -
open-scoring        -                1......              -        -              -        -
read-progress       -                yes                  -        -              yes      -
read-sheets         -                yes                  yes      -              yes      yes
write-sheet         -                -                    -        -              .2.4...  .2.4...
close-scoring       -                -                    -        -              .2.4...  -
read-sift           -                ..34567              ..34567  -              ..34567  ..34567
record-shortlist    -                ..3....              -        -              -        -
revise-mark         -                -                    -        -              ....5..  ....5..
read-marks          -                ....567              ....567  -              ....567  ....567
close-moderation    -                -                    -        -              ....5..  -
declare-interest    -                -                    -        -              yes      yes
read-interests      -                yes                  -        -              -        -
judge-interest      -                12345..              -        -              -        -
rank-candidates     -                .....67              .....67  -              .....67  .....67
read-ranking        -                .....67              .....67  -              .....67  .....67
read-severity       -                .....67              -        -              -        -
record-decision     -                .....6.              -        -              .....6.  -
export-campaign     -                .....67              -        -              -        -
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
