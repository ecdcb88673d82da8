package handlers

import (
	"strconv"

	"appointable/internal/store"
	"appointable/selection"
)

// sheetProgress is how many sheets are in, by exercise, and nothing else: not
// whose, and nothing of what is on them.
type sheetProgress struct {
	Exercises []exerciseProgress
	Submitted string // of all
	Cut       bool   // there are more sheets than were counted
}

type exerciseProgress struct{ Title, Submitted string }

// sheetsCounted bounds what one look at the page costs.
const sheetsCounted = 20_000

func (p *pages) sheetProgress(c *call, campaign store.Campaign) (*sheetProgress, error) {
	sheets, err := p.db.ProgressOf(c.ctx(), c.who, campaign.Document.Code, store.SheetName{}, sheetsCounted+1)
	if err != nil {
		return nil, err
	}
	shown := &sheetProgress{Cut: len(sheets) > sheetsCounted}
	var all tally
	by := map[string]*tally{}
	for _, s := range sheets {
		if by[s.Exercise] == nil {
			by[s.Exercise] = &tally{}
		}
		by[s.Exercise].add(s)
		all.add(s)
	}
	for _, e := range campaign.Document.Exercises {
		if t := by[e.Code]; t != nil {
			shown.Exercises = append(shown.Exercises, exerciseProgress{Title: exerciseTitle(campaign.Document, e.Code), Submitted: t.words()})
		}
	}
	shown.Submitted = all.words()
	return shown, nil
}

// tally counts sheets.
type tally struct{ submitted, awaited, optional int }

func (t *tally) add(s store.SheetStatus) {
	switch {
	case s.State != selection.SheetDraft:
		t.submitted++
	case s.Required:
		t.awaited++
	default:
		t.optional++
	}
}

// words leaves out of the whole what nobody waits for.
func (t *tally) words() string {
	words := strconv.Itoa(t.submitted) + " of " + strconv.Itoa(t.submitted+t.awaited) + " submitted"
	if t.optional > 0 {
		words += "; " + strconv.Itoa(t.optional) + " more not required"
	}
	return words
}

// ownSheets are the asker's own, by candidate.
type ownSheets struct {
	Left       string    // how many there are still to submit
	Next       *partLink // the first of them
	Candidates []ownCandidate
}

type ownCandidate struct {
	Code   string
	Sheets []ownSheet
}

type ownSheet struct {
	Exercise, State, Class, To string
	Open                       bool // still to submit
}

// ownSheetsShown is more than a member can mark.
const ownSheetsShown = 2_000

func (p *pages) ownSheets(c *call, campaign store.Campaign) (*ownSheets, error) {
	// Own sheets come first after the own rater code; once the marks are
	// revealed, others' follow.
	sheets, err := p.db.Sheets(c.ctx(), c.who, campaign.Document.Code, store.SheetName{Rater: campaign.Rater}, ownSheetsShown)
	if err != nil {
		return nil, err
	}
	shown := &ownSheets{}
	left := 0
	for _, s := range sheets {
		if s.Rater != campaign.Rater {
			break
		}
		if n := len(shown.Candidates); n == 0 || shown.Candidates[n-1].Code != s.Candidate {
			shown.Candidates = append(shown.Candidates, ownCandidate{Code: s.Candidate})
		}
		own := &shown.Candidates[len(shown.Candidates)-1]
		words, class := sheetWords(s)
		open := s.State == selection.SheetDraft && campaign.Progress.Phase == selection.Scoring
		own.Sheets = append(own.Sheets, ownSheet{
			Exercise: exerciseTitle(campaign.Document, s.Exercise), State: words, Class: class, Open: open && s.Required,
			To: c.address("campaigns", campaign.Document.Code, "sheets", s.Candidate, s.Exercise),
		})
		if open && s.Required {
			left++
		}
	}
	if left > 0 {
		shown.Left = "You have " + counted(left, "sheet", "sheets") + " still to submit."
	}
	shown.Next = shown.next()
	return shown, nil
}

// sheetWords are those of one's own sheet.
func sheetWords(s store.SheetStatus) (words, class string) {
	switch {
	case s.State == selection.SheetSubmitted:
		return "Submitted", "tag tag-good"
	case s.State == selection.SheetWithdrawn:
		return "Set aside for an interest", "tag tag-plain"
	case s.Started:
		return "Started", "tag tag-wait"
	case !s.Required:
		return "Not required", "tag tag-plain"
	}
	return "Not started", "tag tag-plain"
}
