package selection

import (
	"slices"

	"appointable/internal/fault"
)

// Interest is a connection between a panel member and a candidate, declared by
// the member and judged by HR.
type Interest struct {
	Candidate string          `json:"candidate"`
	Rater     string          `json:"rater"`
	Nature    InterestNature  `json:"nature"`
	Details   string          `json:"details"`
	Late      bool            `json:"late"`              // declared after scoring had opened: HR judges whether the marks stand
	Outcome   InterestOutcome `json:"outcome,omitempty"` // "" until HR has judged it
	Reason    string          `json:"reason,omitempty"`
}

// InterestNature is the kind of connection.
type InterestNature string

// The kinds of connection. Related or married members stand down.
const (
	Knows      InterestNature = "knows"
	WorkedWith InterestNature = "worked-with"
	Supervised InterestNature = "supervised"
	Related    InterestNature = "related"
	OtherTie   InterestNature = "other"
)

// InterestOutcome is what HR decided.
type InterestOutcome string

// The outcomes.
const (
	MarksStand     InterestOutcome = "marks-stand"
	MarksWithdrawn InterestOutcome = "marks-withdrawn"
)

// Validate checks a declaration.
func (i Interest) Validate() error {
	var l fault.List
	if !slices.Contains([]InterestNature{Knows, WorkedWith, Supervised, Related, OtherTie}, i.Nature) {
		l.Add("nature", "%q is not known; choose knows, worked-with, supervised, related or other", i.Nature)
	}
	checkText(&l, "details", i.Details)
	return l.Err("the interest was not recorded")
}

// Judge records HR's decision. A relative's or spouse's marks cannot stand.
// It returns Conflict when it was judged before and Invalid for an outcome
// that is not known or not allowed.
func (i Interest) Judge(outcome InterestOutcome, reason string) (Interest, error) {
	if i.Outcome != "" {
		return i, fault.New(fault.Conflict, "this interest has been judged already: %s", i.Outcome)
	}
	var l fault.List
	switch {
	case outcome != MarksStand && outcome != MarksWithdrawn:
		l.Add("outcome", "%q is not known; choose marks-stand or marks-withdrawn", outcome)
	case outcome == MarksStand && i.Nature == Related:
		l.Add("outcome", "a relative or spouse stands down, so the marks cannot stand; choose marks-withdrawn")
	}
	checkText(&l, "reason", reason)
	if err := l.Err("the interest was not judged"); err != nil {
		return i, err
	}
	i.Outcome, i.Reason = outcome, reason
	return i, nil
}
