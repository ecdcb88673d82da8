package selection

import (
	"fmt"
	"slices"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
)

// Sheet is what one rater wrote of one candidate in one exercise. A draft is
// the rater's own and may be incomplete; submitting is atomic, and from then
// on the sheet changes only by revisions, which keep what was there before.
type Sheet struct {
	Candidate string     `json:"candidate"`
	Exercise  string     `json:"exercise"`
	Rater     string     `json:"rater"`
	State     SheetState `json:"state"`
	Version   int        `json:"version"` // grows with every change; what If-Match compares
	Marks     []Mark     `json:"marks"`   // in the order of the exercise's criteria
}

// SheetState is how far a sheet is.
type SheetState string

// The states of a sheet.
const (
	SheetDraft     SheetState = "draft"
	SheetSubmitted SheetState = "submitted"
	SheetWithdrawn SheetState = "withdrawn" // submitted, then set aside for a declared interest: kept, not counted
)

// Mark is one criterion on a sheet. Score nil and NotObserved false is "not
// filled in yet", which a draft may have and a submitted sheet may not.
type Mark struct {
	Criterion   string     `json:"criterion"`
	Score       *float64   `json:"score"`
	NotObserved bool       `json:"not_observed"`
	Evidence    string     `json:"evidence"`
	Revisions   []Revision `json:"revisions,omitempty"` // oldest first; the fields above are the latest
}

// Revision is a mark as it was before a moderated change, and why it changed.
type Revision struct {
	Score       *float64 `json:"score"`
	NotObserved bool     `json:"not_observed"`
	Evidence    string   `json:"evidence"`
	Reason      string   `json:"reason"` // why the next mark replaced this one
}

// NewSheet is an empty draft for an exercise.
func NewSheet(candidate, rater string, e Exercise) Sheet {
	s := Sheet{Candidate: candidate, Exercise: e.Code, Rater: rater, State: SheetDraft, Version: 1}
	for _, criterion := range e.Criteria {
		s.Marks = append(s.Marks, Mark{Criterion: criterion})
	}
	return s
}

// Save replaces the marks of a draft. It may be incomplete and may hold marks
// outside the scale: nothing that was typed is lost, and validation bites at
// submit. Criteria left out keep what they had. It returns Conflict when the
// sheet has been submitted and Invalid for a criterion the exercise does not
// have.
func (s Sheet) Save(marks []Mark) (Sheet, error) {
	if s.State != SheetDraft {
		return s, fault.New(fault.Conflict, "this sheet is %s; a submitted sheet changes only in moderation, with a reason", s.State)
	}
	var l fault.List
	next := slices.Clone(s.Marks)
	seen := map[string]bool{}
	for i, m := range marks {
		at := fmt.Sprintf("marks[%d]", i)
		j := s.mark(m.Criterion)
		switch {
		case j < 0:
			l.Add(at+".criterion", "%q is not marked in %s", m.Criterion, s.Exercise)
			continue
		case seen[m.Criterion]:
			l.Add(at+".criterion", "%s is there twice", m.Criterion)
		}
		seen[m.Criterion] = true
		checkSaved(&l, at+".", m)
		next[j] = Mark{Criterion: m.Criterion, Score: m.Score, NotObserved: m.NotObserved, Evidence: m.Evidence}
	}
	if err := l.Err("the sheet was not saved"); err != nil {
		return s, err
	}
	s.Marks, s.Version = next, s.Version+1
	return s, nil
}

func checkSaved(l *fault.List, prefix string, m Mark) {
	if m.Score != nil && !finite(*m.Score) {
		l.Add(prefix+"score", "is not a number")
	}
	if len([]rune(m.Evidence)) > maxText {
		l.Add(prefix+"evidence", "is longer than %d characters; shorten the note", maxText)
	}
	if strings.ContainsRune(m.Evidence, 0) {
		l.Add(prefix+"evidence", "has a NUL character; remove it")
	}
}

func (s Sheet) mark(criterion string) int {
	return slices.IndexFunc(s.Marks, func(m Mark) bool { return m.Criterion == criterion })
}

// Submit seals the sheet. Every criterion has a score on the scale or says
// that it was not observed; all that is missing is told at once. It returns
// Invalid with paths into marks, or Conflict when submitted before.
func (s Sheet) Submit(scale frameworks.Scale) (Sheet, error) {
	if s.State != SheetDraft {
		return s, fault.New(fault.Conflict, "this sheet is already %s", s.State)
	}
	var l fault.List
	for i, m := range s.Marks {
		checkMark(&l, fmt.Sprintf("marks[%d].score", i), m, scale)
	}
	if err := l.Err("the sheet cannot be submitted yet"); err != nil {
		return s, err
	}
	s.State, s.Version = SheetSubmitted, s.Version+1
	return s, nil
}

func checkMark(l *fault.List, where string, m Mark, scale frameworks.Scale) {
	switch {
	case m.Score != nil && m.NotObserved:
		l.Add(where, "%s has a score and says it was not observed; choose one", m.Criterion)
	case m.Score == nil && !m.NotObserved:
		l.Add(where, "%s has no score; give one, or say that it was not observed", m.Criterion)
	case m.Score != nil:
		if err := scale.Allows(*m.Score); err != nil {
			l.Add(where, "%s: %s", m.Criterion, err)
		}
	}
}

// Revise changes one mark in moderation: the old one is kept as a revision
// with the reason. It returns Invalid without a reason or off the scale,
// Conflict where the sheet was never submitted or was withdrawn, and Invalid
// for a criterion the sheet does not have.
func (s Sheet) Revise(to Mark, reason string, scale frameworks.Scale) (Sheet, error) {
	if s.State != SheetSubmitted {
		return s, fault.New(fault.Conflict, "this sheet is %s; only a submitted sheet is moderated", s.State)
	}
	var l fault.List
	j := s.mark(to.Criterion)
	if j < 0 {
		l.Add("criterion", "%q is not marked in %s", to.Criterion, s.Exercise)
	}
	checkText(&l, "reason", reason)
	checkSaved(&l, "", to)
	checkMark(&l, "score", to, scale)
	if err := l.Err("the mark was not changed"); err != nil {
		return s, err
	}
	s.Marks = slices.Clone(s.Marks)
	old := s.Marks[j]
	history := append(slices.Clone(old.Revisions), Revision{Score: old.Score, NotObserved: old.NotObserved, Evidence: old.Evidence, Reason: reason})
	s.Marks[j] = Mark{Criterion: to.Criterion, Score: to.Score, NotObserved: to.NotObserved, Evidence: to.Evidence, Revisions: history}
	s.Version++
	return s, nil
}

// Withdraw sets a submitted sheet aside for a declared interest: it is kept on
// record and counts no more. It returns Conflict for a sheet not submitted.
func (s Sheet) Withdraw() (Sheet, error) {
	if s.State != SheetSubmitted {
		return s, fault.New(fault.Conflict, "this sheet is %s; only a submitted sheet can be withdrawn", s.State)
	}
	s.State, s.Version = SheetWithdrawn, s.Version+1
	return s, nil
}
