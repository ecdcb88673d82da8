package selection_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/selection"
)

func TestMissingCore(t *testing.T) {
	all := []selection.PanelRole{selection.LayMember, selection.CollegeAssessor, selection.ChiefExecutive, selection.MedicalDirector, selection.SpecialtyConsultant}
	for _, c := range []struct {
		name  string
		roles []selection.PanelRole
		want  []selection.PanelRole
	}{
		{"nobody", nil, all},
		{"complete with a lay chair", []selection.PanelRole{selection.LayChair, selection.CollegeAssessor, selection.ChiefExecutive, selection.MedicalDirector, selection.SpecialtyConsultant}, nil},
		{"complete with a lay member", all, nil},
		{"two of one role are not two roles", []selection.PanelRole{selection.LayChair, selection.LayMember, selection.ChiefExecutive, selection.MedicalDirector, selection.SpecialtyConsultant}, []selection.PanelRole{selection.CollegeAssessor}},
		{"nobody core", []selection.PanelRole{selection.University, selection.PlainMember, selection.Stakeholder}, all},
		{"no lay member", []selection.PanelRole{selection.CollegeAssessor, selection.ChiefExecutive, selection.MedicalDirector, selection.SpecialtyConsultant, selection.University}, []selection.PanelRole{selection.LayMember}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var plan selection.Campaign
			for _, role := range c.roles {
				plan.Panel = append(plan.Panel, selection.Member{Role: role})
			}
			if diff := cmp.Diff(c.want, plan.MissingCore()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCoreRoles(t *testing.T) {
	core := []selection.PanelRole{selection.LayChair, selection.LayMember, selection.CollegeAssessor, selection.ChiefExecutive, selection.MedicalDirector, selection.SpecialtyConsultant}
	for role, words := range map[selection.PanelRole]string{
		selection.LayChair: "lay chair", selection.LayMember: "lay member", selection.CollegeAssessor: "Royal College assessor",
		selection.ChiefExecutive: "chief executive", selection.MedicalDirector: "medical director", selection.SpecialtyConsultant: "specialty consultant",
		selection.University: "university member", selection.PlainMember: "member", selection.Stakeholder: "stakeholder",
	} {
		if role.Core() != slices.Contains(core, role) {
			t.Errorf("%s is core: %v", role, role.Core())
		}
		if got := role.Words(); got != words {
			t.Errorf("%s reads %q, want %q", role, got, words)
		}
	}
}

func TestChair(t *testing.T) {
	lay, member := selection.Member{Rater: "R1", Role: selection.LayChair}, selection.Member{Rater: "R2", Role: selection.MedicalDirector}
	marked := member
	marked.Chair = true
	for _, c := range []struct {
		name  string
		panel []selection.Member
		want  string
	}{
		{"nobody", []selection.Member{member}, ""},
		{"the lay chair", []selection.Member{member, lay}, "R1"},
		{"whoever is marked, before the lay chair", []selection.Member{lay, marked}, "R2"},
	} {
		if got := (selection.Campaign{Panel: c.panel}).ChairRater(); got != c.want {
			t.Errorf("%s: the chair is %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhichExercisesAMemberMarks(t *testing.T) {
	all, one := selection.Member{}, selection.Member{Exercises: []string{"interview"}}
	if !all.Marks("interview") || !all.Marks("handover") || !one.Marks("interview") || one.Marks("handover") {
		t.Error("a member marks the exercises named, or all where none is")
	}
}

// Who takes over takes the capacity and the chair; the seat left behind keeps
// its marks and nothing else.
func TestReplacingAMember(t *testing.T) {
	plan := campaign()
	after, err := plan.Replace("R1", "R6", "has left")
	if err != nil {
		t.Fatal(err)
	}
	if plan.ChairRater() != "R1" || plan.Panel[0].ReplacedBy != "" {
		t.Error("the plan before was changed")
	}
	if after.ChairRater() != "R6" || len(after.MissingCore()) > 0 || after.Panel[0].Marks("interview") {
		t.Errorf("%+v", after.Panel)
	}
	if err := after.Validate(framework()); err != nil {
		t.Error(err)
	}
	again, err := after.Replace("R6", "R7", "stood down")
	if err != nil || again.ChairRater() != "R7" {
		t.Errorf("%+v, %v", again.Panel, err)
	}
	for name, c := range map[string]struct {
		rater, by, reason string
		kind              fault.Kind
	}{
		"nobody": {"R9", "R6", "has left", fault.NotFound}, "twice": {"R1", "R7", "has left", fault.Conflict},
		"a code that is taken": {"R2", "R3", "has left", fault.Invalid}, "no code": {"R2", "", "has left", fault.Invalid}, "no reason": {"R2", "R7", " ", fault.Invalid},
	} {
		if _, err := after.Replace(c.rater, c.by, c.reason); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
