package selection

import (
	"appointable/frameworks"
	"appointable/selection/monitoring"
)

// FairnessInputs are what a fairness audit is computed from: how far people
// came, and the marks, each beside what was answered of protected
// characteristics. Whether they come from files or from the vault, nobody is
// named, and whoever is in both lists cannot be matched by them.
type FairnessInputs struct {
	Campaigns []AuditedCampaign
	People    []AuditedPerson // everybody who applied
	Marked    []MarkedPerson  // those with marks; under numbers of their own
	Marks     []AuditedMark
}

// AuditedCampaign is a campaign as the audit needs it.
type AuditedCampaign struct {
	Code       string
	Post       PostType
	Decided    string            // the day of the decision, as 2025-06-30; "" where it is not known
	Undecided  bool              // the shortlist is locked and nothing is known beyond it
	Framework  string            // its code
	Dimensions map[string]string // by criterion, the dimension that it shows
}

// AuditedPerson is somebody who applied.
type AuditedPerson struct {
	Campaign int // index of FairnessInputs.Campaigns
	Answers  monitoring.Answers

	Applied, Shortlisted, Interviewed, Appointable, Offered, Accepted Answer
}

// MarkedPerson is somebody whom marks are of.
type MarkedPerson struct {
	Campaign int // index of FairnessInputs.Campaigns
	Answers  monitoring.Answers
}

// AuditedMark is a mark that was observed.
type AuditedMark struct {
	Person    int32  // index of FairnessInputs.Marked
	Seat      string // the rater's code in the campaign
	Assessor  string // the person in the seat, the same in every campaign; "" where the seat is all that is known
	Exercise  string
	Criterion string
	Score     float64 // as it stands
	Submitted float64 // as it was before moderation; NaN where it was not observed then
}

// AuditedFrom is a campaign as the audit needs it, from its plan.
func AuditedFrom(c Campaign, f frameworks.Framework) AuditedCampaign {
	a := AuditedCampaign{Code: c.Code, Post: c.Post.Type, Framework: f.Code, Dimensions: map[string]string{}}
	for _, d := range f.Dimensions {
		for _, criterion := range d.Criteria {
			a.Dimensions[criterion.Code] = d.Code
		}
	}
	return a
}
