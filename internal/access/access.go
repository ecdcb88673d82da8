// Package access says who may do what: the roles, the actions and the one
// table of role × action that handlers and pages alike read.
//
// The table answers "may somebody in this role ever do this"; whether the
// campaign's phase allows it now is the domain's rule (package selection), and
// whether a row can be seen at all is the database's (row-level security).
package access

import (
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

// Action is something a person may be allowed to do.
type Action string

// The actions.
const (
	EditFramework   Action = "edit-framework" // create, change a draft, publish, retire
	ReadCampaign    Action = "read-campaign"
	EditCampaign    Action = "edit-campaign"    // plan, panel, candidates, assignment
	ReadIdentity    Action = "read-identity"    // name and contacts of a candidate; every reading is on record
	EditIdentity    Action = "edit-identity"    //
	SetRetention    Action = "set-retention"    // until when personal data are kept, and what holds them
	EraseCandidate  Action = "erase-candidate"  // after the decision, for good
	EnterResults    Action = "enter-results"    // psychometric results
	OpenScoring     Action = "open-scoring"     // locks the plan
	ReadProgress    Action = "read-progress"    // submitted or not, and nothing else
	WriteSheet      Action = "write-sheet"      // one's own: save, submit, revise in moderation
	ReadMarks       Action = "read-marks"       // others' marks, once revealed
	CloseScoring    Action = "close-scoring"    // reveal before all sheets are in, with a reason
	CloseModeration Action = "close-moderation" // fixes the marks; ranks appear
	DeclareInterest Action = "declare-interest" // one's own
	JudgeInterest   Action = "judge-interest"   // whether the marks stand
	ReadRanking     Action = "read-ranking"     // once moderation is closed
	ReadSeverity    Action = "read-severity"    // how strictly each assessor marked, by name; one's own needs no right
	RecordDecision  Action = "record-decision"  //
	ExportCampaign  Action = "export-campaign"  // the round's files, once ranked
	ImportCampaign  Action = "import-campaign"  //
	ReadPriors      Action = "read-priors"      // what was pooled from decided campaigns
	PoolPriors      Action = "pool-priors"      // pool anew, for campaigns whose scoring opens later
	ReadAudit       Action = "read-audit"       //
	ManagePeople    Action = "manage-people"    // accounts and roles
)

// Rule is one row of the table: who may do the action.
type Rule struct {
	Action Action
	Roles  []Role
}

// Table is the whole of it. What no row allows is forbidden; frameworks are
// read by whoever is signed in.
func Table() []Rule {
	return []Rule{
		{EditFramework, []Role{FrameworkOwner}},
		{ReadCampaign, []Role{RecruitmentOfficer, Auditor, Chair, PanelMember}},
		{EditCampaign, []Role{RecruitmentOfficer}},
		{ReadIdentity, []Role{RecruitmentOfficer}},
		{EditIdentity, []Role{RecruitmentOfficer}},
		{SetRetention, []Role{RecruitmentOfficer}},
		{EraseCandidate, []Role{RecruitmentOfficer}},
		{EnterResults, []Role{RecruitmentOfficer}},
		{OpenScoring, []Role{RecruitmentOfficer}},
		{ReadProgress, []Role{RecruitmentOfficer, Chair}},
		{WriteSheet, []Role{Chair, PanelMember}},
		{ReadMarks, []Role{RecruitmentOfficer, Auditor, Chair, PanelMember}},
		{CloseScoring, []Role{Chair}},
		{CloseModeration, []Role{Chair}},
		{DeclareInterest, []Role{Chair, PanelMember}},
		{JudgeInterest, []Role{RecruitmentOfficer}},
		{ReadRanking, []Role{RecruitmentOfficer, Auditor, Chair, PanelMember}},
		{ReadSeverity, []Role{RecruitmentOfficer}},
		{RecordDecision, []Role{RecruitmentOfficer, Chair}},
		{ExportCampaign, []Role{RecruitmentOfficer}},
		{ImportCampaign, []Role{RecruitmentOfficer}},
		{ReadPriors, []Role{FrameworkOwner, RecruitmentOfficer, Auditor}},
		{PoolPriors, []Role{FrameworkOwner, RecruitmentOfficer}},
		{ReadAudit, []Role{Auditor}},
		{ManagePeople, []Role{Administrator}},
	}
}

// Allowed reports whether any of the roles may do the action.
func Allowed(roles []Role, action Action) bool {
	for _, rule := range Table() {
		if rule.Action == action {
			return slices.ContainsFunc(rule.Roles, func(r Role) bool { return slices.Contains(roles, r) })
		}
	}
	return false
}

// Check returns Forbidden where none of the roles may do the action.
func Check(roles []Role, action Action) error {
	if Allowed(roles, action) {
		return nil
	}
	return fault.New(fault.Forbidden, "your role does not allow this (%s)", action)
}
