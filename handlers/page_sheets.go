package handlers

import (
	"slices"
	"strconv"

	"appointable/internal/store"
	"appointable/selection"
)

// sheetProgress is how many sheets are in, by exercise, and nothing else: not
// whose, and nothing of what is on them.
type sheetProgress struct {
	Exercises []exerciseProgress
	Submitted string // of all
	Marked    string // of the stage that is marked now
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
	var all, marked tally
	by := map[string]*tally{}
	for _, s := range sheets {
		if by[s.Exercise] == nil {
			by[s.Exercise] = &tally{}
		}
		by[s.Exercise].add(s)
		all.add(s)
		if s.Stage == campaign.Progress.Phase.Marked() {
			marked.add(s)
		}
	}
	for _, e := range campaign.Document.Exercises {
		if t := by[e.Code]; t != nil {
			title := exerciseTitle(campaign.Document, e.Code)
			if e.In() == selection.StageSift {
				title += " (sift)"
			}
			shown.Exercises = append(shown.Exercises, exerciseProgress{Title: title, Submitted: t.words()})
		}
	}
	shown.Submitted, shown.Marked = all.words(), marked.words()
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

// ownSheets are the asker's own, by stage and candidate.
type ownSheets struct {
	Left   string    // how many there are still to submit
	Next   *partLink // the first of them
	Stages []ownStage
}

type ownStage struct {
	Title      string
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
	sheets = sheets[:others(sheets, campaign.Rater)]
	shown, left := &ownSheets{}, 0
	for _, stage := range []selection.Stage{selection.StageSift, selection.StageAssessment} {
		if candidates := ownOf(c, stage, sheets, campaign); len(candidates) > 0 {
			shown.Stages = append(shown.Stages, ownStage{Title: stageTitle(stage, campaign.Document), Candidates: candidates})
		}
	}
	for _, s := range sheets {
		if isOpen(s, campaign) {
			left++
		}
	}
	if left > 0 {
		shown.Left = "You have " + counted(left, "sheet", "sheets") + " still to submit."
	}
	shown.Next = shown.next()
	return shown, nil
}

// isOpen reports whether a sheet is still to submit.
func isOpen(s store.SheetStatus, campaign store.Campaign) bool {
	return s.State == selection.SheetDraft && s.Required && s.Stage == campaign.Progress.Phase.Marked()
}

// others is where the sheets of other raters begin.
func others(sheets []store.SheetStatus, rater string) int {
	if i := slices.IndexFunc(sheets, func(s store.SheetStatus) bool { return s.Rater != rater }); i >= 0 {
		return i
	}
	return len(sheets)
}

func stageTitle(stage selection.Stage, c selection.Campaign) string {
	switch {
	case !c.Sifts():
		return "Your sheets by candidate"
	case stage == selection.StageSift:
		return "Your sheets of the sift, by candidate"
	}
	return "Your sheets of the assessment, by candidate"
}

func ownOf(c *call, stage selection.Stage, sheets []store.SheetStatus, campaign store.Campaign) []ownCandidate {
	var candidates []ownCandidate
	for _, s := range sheets {
		if s.Stage != stage {
			continue
		}
		if n := len(candidates); n == 0 || candidates[n-1].Code != s.Candidate {
			candidates = append(candidates, ownCandidate{Code: s.Candidate})
		}
		own := &candidates[len(candidates)-1]
		words, class := sheetWords(s)
		own.Sheets = append(own.Sheets, ownSheet{
			Exercise: exerciseTitle(campaign.Document, s.Exercise), State: words, Class: class, Open: isOpen(s, campaign),
			To: c.address("campaigns", campaign.Document.Code, "sheets", s.Candidate, s.Exercise),
		})
	}
	return candidates
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
