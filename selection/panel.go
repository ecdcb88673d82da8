package selection

import (
	"fmt"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// Member is one seat on the panel. Rater is the code under which the seat's
// marks are kept; who sits there is known to the service only. A seat whose
// member was replaced stays for the marks it gave, and gives no more.
type Member struct {
	Rater     string    `yaml:"rater" json:"rater"`
	Role      PanelRole `yaml:"role" json:"role"`
	Chair     bool      `yaml:"chair,omitempty" json:"chair,omitempty"`         // the lay-chair chairs where nobody is marked
	Optional  bool      `yaml:"optional,omitempty" json:"optional,omitempty"`   // marks, but reveal does not wait for them
	Exercises []string  `yaml:"exercises,omitempty" json:"exercises,omitempty"` // which they mark; all where none is named

	ReplacedBy string `yaml:"replaced_by,omitempty" json:"replaced_by,omitempty"` // rater code of who took over; empty while the member sits
}

// PanelRole is the capacity in which a member sits.
type PanelRole string

// The roles of an Advisory Appointments Committee, and two beside it.
const (
	LayChair            PanelRole = "lay-chair"
	LayMember           PanelRole = "lay-member"
	CollegeAssessor     PanelRole = "college-assessor"
	ChiefExecutive      PanelRole = "chief-executive"
	MedicalDirector     PanelRole = "medical-director"
	SpecialtyConsultant PanelRole = "specialty-consultant"
	University          PanelRole = "university"
	PlainMember         PanelRole = "member"
	Stakeholder         PanelRole = "stakeholder"
)

func panelRoles() []PanelRole {
	return []PanelRole{LayChair, LayMember, CollegeAssessor, ChiefExecutive, MedicalDirector, SpecialtyConsultant, University, PlainMember, Stakeholder}
}

// Core reports whether the role is one without which a statutory committee may
// not proceed. (A university member is core only for posts with substantial
// teaching or research, which the panel knows and the plan does not.)
func (r PanelRole) Core() bool {
	return slices.Contains([]PanelRole{LayChair, LayMember, CollegeAssessor, ChiefExecutive, MedicalDirector, SpecialtyConsultant}, r)
}

// Words is the role as a person says it.
func (r PanelRole) Words() string {
	switch r {
	case CollegeAssessor:
		return "Royal College assessor"
	case University:
		return "university member"
	}
	return strings.ReplaceAll(string(r), "-", " ")
}

// Marks reports whether the member marks an exercise.
func (m Member) Marks(exercise string) bool {
	return m.ReplacedBy == "" && (len(m.Exercises) == 0 || slices.Contains(m.Exercises, exercise))
}

// Replace closes a seat whose member has left or stood down and adds one for
// the newcomer, who takes over capacity, exercises and the chair under a rater
// code of their own: the marks given stay those of who gave them. It returns
// Invalid for a code that cannot be or is taken, or without a reason, Conflict
// where the seat was closed before, NotFound where there is none.
func (c Campaign) Replace(rater, by, reason string) (Campaign, error) {
	i := slices.IndexFunc(c.Panel, func(m Member) bool { return m.Rater == rater })
	if i < 0 {
		return c, fault.New(fault.NotFound, "there is no rater %q on the panel", rater)
	}
	if after := c.Panel[i].ReplacedBy; after != "" {
		return c, fault.New(fault.Conflict, "%s was replaced by %s already; replace %s", rater, after, after)
	}
	var l fault.List
	checkCode(&l, "rater", by)
	if _, taken := c.Member(by); taken {
		l.Add("rater", "%s is on the panel already; give the newcomer a code that nobody has", by)
	}
	checkText(&l, "reason", reason)
	if err := l.Err("nobody was replaced"); err != nil {
		return c, err
	}
	newcomer := c.Panel[i]
	newcomer.Rater = by
	c.Panel = append(slices.Clone(c.Panel), newcomer)
	c.Panel[i].ReplacedBy = by
	return c, nil
}

// ChairRater is the rater code of the chair: the member marked so, else the
// lay chair; "" where there is none.
func (c Campaign) ChairRater() string {
	for _, m := range c.Panel {
		if m.Chair && m.ReplacedBy == "" {
			return m.Rater
		}
	}
	for _, m := range c.Panel {
		if m.Role == LayChair && m.ReplacedBy == "" {
			return m.Rater
		}
	}
	return ""
}

func (c Campaign) validatePanel(l *fault.List) {
	if len(c.Panel) == 0 {
		l.Add("panel", "there is nobody on it")
	}
	seen := map[string]bool{}
	chairs := 0
	for i, m := range c.Panel {
		at := fmt.Sprintf("panel[%d]", i)
		checkCode(l, at+".rater", m.Rater)
		if seen[m.Rater] {
			l.Add(at+".rater", "%s is there twice", m.Rater)
		}
		seen[m.Rater] = true
		if !slices.Contains(panelRoles(), m.Role) {
			l.Add(at+".role", "%q is not a role; choose one of %s", m.Role, joinRoles())
		}
		if m.Chair && m.ReplacedBy == "" {
			chairs++
		}
		if _, there := c.Member(m.ReplacedBy); m.ReplacedBy != "" && (!there || m.ReplacedBy == m.Rater) {
			l.Add(at+".replaced_by", "%q is nobody else on the panel", m.ReplacedBy)
		}
		for j, code := range m.Exercises {
			if _, e := c.Exercise(code); e < 0 {
				l.Add(fmt.Sprintf("%s.exercises[%d]", at, j), "the campaign has no exercise %q", code)
			}
		}
	}
	if chairs > 1 {
		l.Add("panel", "%d members are marked as chair; there is one chair", chairs)
	}
}

func joinRoles() string {
	var names []string
	for _, r := range panelRoles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// MissingCore lists the core roles of an Advisory Appointments Committee that
// nobody on the panel holds. A lay chair is a lay member.
func (c Campaign) MissingCore() []PanelRole {
	holds := func(roles ...PanelRole) bool {
		return slices.ContainsFunc(c.Panel, func(m Member) bool { return m.ReplacedBy == "" && slices.Contains(roles, m.Role) })
	}
	var missing []PanelRole
	if !holds(LayChair, LayMember) {
		missing = append(missing, LayMember)
	}
	for _, r := range []PanelRole{CollegeAssessor, ChiefExecutive, MedicalDirector, SpecialtyConsultant} {
		if !holds(r) {
			missing = append(missing, r)
		}
	}
	return missing
}

func (c Campaign) committeeWarnings() []string {
	var w []string
	if c.ChairRater() == "" {
		w = append(w, "Nobody on the panel is marked as chair.")
	}
	if c.Post.Type != Consultant {
		return w
	}
	for _, r := range c.MissingCore() {
		if c.Committee.Model == Statutory {
			w = append(w, fmt.Sprintf("The panel has no %s. A statutory Advisory Appointments Committee may not proceed without one.", r.Words()))
		} else {
			w = append(w, fmt.Sprintf("The panel has no %s. Under a local policy that may be right; a statutory committee would need one.", r.Words()))
		}
	}
	return w
}
