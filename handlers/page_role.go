package handlers

import (
	"slices"
	"strings"

	"appointable/internal/access"
)

// roleView is a role and what the one table of access lets it do.
type roleView struct {
	Role, Title string
	Does        []string
	Chosen      bool
}

// roleViews are the roles that are given in a trust.
func roleViews(chosen []access.Role) []roleView {
	var views []roleView
	for _, r := range access.TrustRoles() {
		views = append(views, roleView{Role: string(r), Title: roleTitle(r), Does: does(r), Chosen: slices.Contains(chosen, r)})
	}
	return views
}

func roleTitle(r access.Role) string { return capital(strings.ReplaceAll(string(r), "-", " ")) }

// does is what a role may do, in words.
func does(r access.Role) []string {
	var words []string
	for _, rule := range access.Table() {
		if slices.Contains(rule.Roles, r) {
			words = append(words, actionWords()[rule.Action])
		}
	}
	return words
}

// actionWords say what somebody may do who may do it. What a phase has to do
// with it is in the words.
func actionWords() map[access.Action]string {
	return map[access.Action]string{
		access.EditFramework:    "write, publish and retire frameworks",
		access.ReadPriors:       "read what was pooled from decided campaigns",
		access.PoolPriors:       "pool decided campaigns, for those to come",
		access.ReadAudit:        "read the record of changes and of readings",
		access.ManagePeople:     "add people, give roles, reset passwords, close accounts",
		access.InvitePeople:     "invite people for the seats of panels",
		access.CreateCampaign:   "begin campaigns",
		access.ImportCampaign:   "import rounds that were scored elsewhere",
		access.ReadCampaign:     "read the plan, panel and candidates of campaigns",
		access.EditPlan:         "change the plan of a campaign until scoring opens",
		access.AssignSheets:     "say who marks whom, in the stage that comes next",
		access.ReplaceMember:    "replace a member of a panel who has left or stood down",
		access.ImportMonitoring: "enter answers for monitoring, which nobody is shown",
		access.AskMonitoring:    "make the links that ask candidates for monitoring",
		access.ReadMonitoring:   "read counts of protected characteristics; each reading is on record",
		access.AuditFairness:    "audit the fairness of campaigns on whose panel they have no seat",
		access.ReadFairness:     "read what fairness audits found",
		access.ReadSift:         "read everybody’s marks of the sift, after its reveal",
		access.RecordShortlist:  "say whom the panel sees, and lock the shortlist",
		access.ChangeCandidate:  "say how far a candidate came",
		access.ReadIdentity:     "read who a candidate is; each reading is on record",
		access.EditIdentity:     "enter who a candidate is",
		access.GiveAccess:       "gather a candidate’s own data for them, after the decision",
		access.ReadTombstones:   "read whose data were erased",
		access.SetRetention:     "set until when personal data are kept, or hold them",
		access.EraseCandidate:   "erase a candidate’s personal data, after the decision",
		access.EnterResults:     "enter psychometric results until the reveal",
		access.OpenScoring:      "lock the plan and open scoring",
		access.ReadProgress:     "see which sheets are submitted, and nothing of what is on them",
		access.ReadSheets:       "open sheets: one’s own, and others’ after the reveal",
		access.WriteSheet:       "fill in and submit one’s own sheets",
		access.CloseScoring:     "close scoring early, with a reason",
		access.ReviseMark:       "change one’s own marks in moderation, with a reason",
		access.ReadMarks:        "read everybody’s marks, after the reveal",
		access.CloseModeration:  "close moderation",
		access.DeclareInterest:  "declare an interest of one’s own",
		access.ReadInterests:    "read declared interests",
		access.JudgeInterest:    "judge whether marks stand after an interest",
		access.RankCandidates:   "compute the ranking, after moderation",
		access.ReadRanking:      "read the ranking and the decision",
		access.ReadSeverity:     "read how strictly each assessor marked, by name",
		access.RecordDecision:   "record the decision",
		access.ExportCampaign:   "take a campaign out as files",
	}
}
