// Package access says who may do what: the roles, the actions and the one
// table of role × action × phase that handlers, pages and the database alike
// read.
//
// The database keeps a copy of the table, written by the migrator, and its
// policies ask it (docs/decisions/0011-access.md). Why a phase does not allow
// something is said in the words of the domain (package selection); a test
// holds the two together, cell by cell.
package access

import (
	"cmp"
	"slices"

	"appointable/internal/fault"
)

// Role is the capacity in which a person acts. The first four are held in a
// trust; Chair and PanelMember are held in one campaign, by having a seat on
// its panel.
type Role string

// The roles.
const (
	FrameworkOwner     Role = "framework-owner"
	RecruitmentOfficer Role = "recruitment-officer"
	Auditor            Role = "auditor"
	Administrator      Role = "administrator"
	Chair              Role = "chair"
	PanelMember        Role = "panel-member"
)

// TrustRoles are the roles a person is given in a trust.
func TrustRoles() []Role { return []Role{FrameworkOwner, RecruitmentOfficer, Auditor, Administrator} }

// Roles are all of them: those of the trust, then the seats.
func Roles() []Role { return append(TrustRoles(), Chair, PanelMember) }

// Phase is where a campaign stands, under the names of selection.Phase, which
// cannot be imported here.
type Phase string

// The phases, in their order.
const (
	Draft        Phase = "draft"
	Sift         Phase = "sift"
	Shortlisting Phase = "shortlisting"
	Scoring      Phase = "scoring"
	Moderation   Phase = "moderation"
	Deciding     Phase = "deciding"
	Decided      Phase = "decided"
)

// Phases are all of them, in their order; a campaign without a sift has neither
// Sift nor Shortlisting.
func Phases() []Phase {
	return []Phase{Draft, Sift, Shortlisting, Scoring, Moderation, Deciding, Decided}
}

// Action is something a person may be allowed to do.
type Action string

// The actions.
const (
	EditFramework    Action = "edit-framework" // create, change a draft, publish, retire
	ReadPriors       Action = "read-priors"    // what was pooled from decided campaigns
	PoolPriors       Action = "pool-priors"    // pool anew, for campaigns whose scoring opens later
	ReadAudit        Action = "read-audit"     //
	ManagePeople     Action = "manage-people"  // accounts and roles
	InvitePeople     Action = "invite-people"  // who have no role in the trust, for the seats of panels
	CreateCampaign   Action = "create-campaign"
	ImportCampaign   Action = "import-campaign"
	ReadCampaign     Action = "read-campaign"       // plan, panel, candidates; without a seat: all of the trust
	EditPlan         Action = "edit-plan"           // plan, panel, list of candidates
	AssignSheets     Action = "assign-sheets"       // of the stage that comes next
	ReplaceMember    Action = "replace-member"      // of a panel, who has left or stood down
	ChangeCandidate  Action = "change-candidate"    // how far a candidate came
	ReadIdentity     Action = "read-identity"       // name and contacts of a candidate; every reading is on record
	EditIdentity     Action = "edit-identity"       //
	GiveAccess       Action = "give-subject-access" // gather a candidate's own data
	ReadTombstones   Action = "read-tombstones"     // whose data were erased
	SetRetention     Action = "set-retention"       // until when personal data are kept, and what holds them
	EraseCandidate   Action = "erase-candidate"     // what is personal, for good
	ImportMonitoring Action = "import-monitoring"   // what candidates said of protected characteristics elsewhere; write only
	AskMonitoring    Action = "ask-monitoring"      // candidates, and count who has answered
	ReadMonitoring   Action = "read-monitoring"     // for the audit, of campaigns that are decided or their shortlist locked; every reading is on record
	AuditFairness    Action = "audit-fairness"      // of campaigns on whose panel one has no seat
	ReadFairness     Action = "read-fairness"       // what audits found; likewise, and before the decision only by whoever audits
	EnterResults     Action = "enter-results"       // psychometric results
	OpenScoring      Action = "open-scoring"        // locks the plan
	ReadProgress     Action = "read-progress"       // submitted or not, and nothing else
	ReadSheets       Action = "read-sheets"         // one's own; nothing of others before read-marks
	WriteSheet       Action = "write-sheet"         // one's own: save, submit
	CloseScoring     Action = "close-scoring"       // of a stage: reveal before all sheets are in, with a reason
	ReadSift         Action = "read-sift"           // others' marks of the sift, once revealed, and the means
	RecordShortlist  Action = "record-shortlist"    // whom the panel sees, and lock it
	ReviseMark       Action = "revise-mark"         // one's own, with a reason
	ReadMarks        Action = "read-marks"          // others' marks of the assessment and psychometric results, once revealed
	CloseModeration  Action = "close-moderation"    // fixes the marks; ranks appear
	DeclareInterest  Action = "declare-interest"    // one's own, and read it
	ReadInterests    Action = "read-interests"      // everybody's
	JudgeInterest    Action = "judge-interest"      // whether the marks stand
	RankCandidates   Action = "rank-candidates"     // compute and keep a ranking
	ReadRanking      Action = "read-ranking"        // and the decision
	ReadSeverity     Action = "read-severity"       // how strictly each assessor marked, by name; one's own needs no right
	RecordDecision   Action = "record-decision"
	ExportCampaign   Action = "export-campaign" // the round's files
)

// Rule is one row of the table: who may do the action, and in which phases of
// a campaign. Phases nil: whatever the phase, or it is not about a campaign.
type Rule struct {
	Action Action
	Roles  []Role
	Phases []Phase
}

// Table is the whole of it. What no row allows is forbidden; frameworks are
// read by whoever is signed in.
func Table() []Rule {
	seats := []Role{Chair, PanelMember}
	officer := []Role{RecruitmentOfficer}
	readers := []Role{RecruitmentOfficer, Auditor, Chair, PanelMember}
	revealed, ranked := []Phase{Moderation, Deciding, Decided}, []Phase{Deciding, Decided}
	return []Rule{
		{EditFramework, []Role{FrameworkOwner}, nil},
		{ReadPriors, []Role{FrameworkOwner, RecruitmentOfficer, Auditor}, nil},
		{PoolPriors, []Role{FrameworkOwner, RecruitmentOfficer}, nil},
		{ReadAudit, []Role{Auditor}, nil},
		{ManagePeople, []Role{Administrator}, nil},
		{InvitePeople, []Role{Administrator, RecruitmentOfficer}, nil},
		{CreateCampaign, officer, nil},
		{ImportCampaign, officer, nil},
		{ReadCampaign, readers, nil},
		{EditPlan, officer, []Phase{Draft}},
		{AssignSheets, officer, []Phase{Draft, Shortlisting}},
		{ReplaceMember, officer, []Phase{Draft, Sift, Shortlisting, Scoring, Moderation, Deciding}},
		{ChangeCandidate, officer, nil},
		{ReadIdentity, officer, nil},
		{EditIdentity, officer, nil},
		{GiveAccess, officer, []Phase{Decided}},
		{ReadTombstones, officer, nil},
		{SetRetention, officer, nil},
		{EraseCandidate, officer, []Phase{Decided}},
		{ImportMonitoring, officer, nil},
		{AskMonitoring, officer, nil},
		{ReadMonitoring, []Role{Auditor}, nil},
		{AuditFairness, []Role{Auditor}, nil},
		{ReadFairness, []Role{RecruitmentOfficer, Auditor}, nil},
		{EnterResults, officer, []Phase{Draft, Sift, Shortlisting, Scoring}},
		{OpenScoring, officer, []Phase{Draft}},
		{ReadProgress, []Role{RecruitmentOfficer, Chair}, nil},
		{ReadSheets, readers, nil},
		{WriteSheet, seats, []Phase{Sift, Scoring}},
		{CloseScoring, []Role{Chair}, []Phase{Sift, Scoring}},
		{ReadSift, readers, append([]Phase{Shortlisting, Scoring}, revealed...)},
		{RecordShortlist, officer, []Phase{Shortlisting}},
		{ReviseMark, seats, []Phase{Moderation}},
		{ReadMarks, readers, revealed},
		{CloseModeration, []Role{Chair}, []Phase{Moderation}},
		{DeclareInterest, seats, nil},
		{ReadInterests, officer, nil},
		{JudgeInterest, officer, []Phase{Draft, Sift, Shortlisting, Scoring, Moderation}},
		{RankCandidates, readers, ranked},
		{ReadRanking, readers, ranked},
		{ReadSeverity, officer, ranked},
		{RecordDecision, []Role{RecruitmentOfficer, Chair}, []Phase{Deciding}},
		{ExportCampaign, officer, ranked},
	}
}

// In reports whether the rule holds in a phase; "" is no campaign, where only
// what asks for no phase holds.
func (r Rule) In(phase Phase) bool { return r.Phases == nil || slices.Contains(r.Phases, phase) }

// Allowed reports whether any of the roles may do the action in the phase; ""
// is no campaign.
func Allowed(roles []Role, action Action, phase Phase) bool {
	rule, ok := ruleOf(action)
	return ok && rule.In(phase) && rule.any(roles)
}

// Check returns Forbidden where none of the roles may ever do the action. That
// the phase does not allow it now is for the domain to say.
func Check(roles []Role, action Action) error {
	if rule, ok := ruleOf(action); ok && rule.any(roles) {
		return nil
	}
	return fault.New(fault.Forbidden, "your role does not allow this (%s)", action)
}

func ruleOf(action Action) (Rule, bool) {
	table := Table()
	at := slices.IndexFunc(table, func(r Rule) bool { return r.Action == action })
	if at < 0 {
		return Rule{}, false
	}
	return table[at], true
}

func (r Rule) any(roles []Role) bool {
	return slices.ContainsFunc(r.Roles, func(role Role) bool { return slices.Contains(roles, role) })
}

// Cell is a role, an action and a phase in which it is allowed; Phase "" is
// whatever the phase.
type Cell struct {
	Action Action `json:"action"`
	Role   Role   `json:"role"`
	Phase  Phase  `json:"phase"`
}

// Cells are the table cell by cell, in its order: what the database keeps.
func Cells() []Cell {
	var cells []Cell
	for _, rule := range Table() {
		phases := rule.Phases
		if phases == nil {
			phases = []Phase{""}
		}
		for _, role := range rule.Roles {
			for _, phase := range phases {
				cells = append(cells, Cell{rule.Action, role, phase})
			}
		}
	}
	return cells
}

// Compare orders cells by action, role and phase.
func (c Cell) Compare(d Cell) int {
	return cmp.Or(cmp.Compare(c.Action, d.Action), cmp.Compare(c.Role, d.Role), cmp.Compare(c.Phase, d.Phase))
}
