package handlers

import (
	"net/http"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// checkPage shows a whole sheet before it is submitted, with what is missing.
type checkPage struct {
	layout
	Sheet   sheetHead
	Parts   []checkedPart
	Here    string // where the form posts to
	Version int
	Key     string
	Ready   bool
	Problem string
	Fields  []missingMark
}

func (checkPage) template() string { return "check" }

// checkedPart is a dimension as it was filled in.
type checkedPart struct {
	Title, Change string
	Marks         []checkedMark
}

type checkedMark struct {
	Code, Statement, Answer, Anchor, Evidence string
	Missing                                   bool
	Revisions                                 []revisionView
	Revise                                    string // address of the page to change it in moderation; "" not now
}

type revisionView struct{ Was, Evidence, Reason string }

// missingMark leads to where a mark is to be given.
type missingMark struct{ To, Message string }

func (p *pages) checkSheet(c *call) error {
	campaign, sheet, err := p.ownSheet(c)
	if err != nil {
		return err
	}
	head := p.sheetHead(c, campaign, sheet)
	if !head.isOpen(campaign, sheet) {
		return c.Redirect(http.StatusSeeOther, head.To)
	}
	return p.show(c, http.StatusOK, p.checkPage(c, head, sheet))
}

func (p *pages) checkPage(c *call, head sheetHead, sheet selection.Sheet) checkPage {
	shown := checkPage{
		layout: p.layout(c, "Check your sheet: "+head.Candidate+", "+head.Exercise, link{head.Campaign, head.CampaignTo}),
		Sheet:  head, Here: head.To + "/submit", Version: sheet.Version, Key: newKey(), Ready: true,
	}
	for _, d := range head.parts() {
		part := checkedPartOf(d, sheet, head.partAddress(d.Code))
		for _, m := range part.Marks {
			if m.Missing {
				shown.Ready = false
				shown.Fields = append(shown.Fields, missingMark{To: part.Change + "#" + scoreField(m.Code), Message: m.Statement + ": give a mark, or say that it was not observed."})
			}
		}
		shown.Parts = append(shown.Parts, part)
	}
	return shown
}

func checkedPartOf(d frameworks.Dimension, s selection.Sheet, change string) checkedPart {
	part := checkedPart{Title: d.Title, Change: change}
	for _, k := range d.Criteria {
		m := markOf(s, k.Code)
		shown := checkedMark{Code: k.Code, Statement: k.Statement, Answer: markWords(m.Score, m.NotObserved), Evidence: m.Evidence, Missing: m.Score == nil && !m.NotObserved}
		if m.Score != nil {
			shown.Anchor, _ = k.Anchors.At(*m.Score)
		}
		for _, r := range m.Revisions {
			shown.Revisions = append(shown.Revisions, revisionView{Was: markWords(r.Score, r.NotObserved), Evidence: r.Evidence, Reason: r.Reason})
		}
		part.Marks = append(part.Marks, shown)
	}
	return part
}

// markWords is a mark in words: not observed is never zero.
func markWords(score *float64, unseen bool) string {
	switch {
	case score != nil:
		return frameworks.FormatScore(*score)
	case unseen:
		return "Not observed"
	}
	return "No mark yet"
}

// receiptPage says that a sheet is in, and how that can be proved.
type receiptPage struct {
	layout
	Sheet      sheetHead
	At         moment
	Leaf       string
	Commitment string
	Next       *partLink // the next sheet to fill in; nil: there is none
	Left       string
}

func (receiptPage) template() string { return "receipt" }

func (p *pages) submitHere(c *call) error {
	fields, campaign, sheet, head, err := p.postedSheet(c)
	if err != nil {
		return err
	}
	version, err := number(fields.Get("version"))
	if err != nil {
		return refuse(http.StatusBadRequest, "the form does not say which version of the sheet it is of; go back, load the page again and submit once more")
	}
	c.idempotency = fields.Get("key")
	receipt, err := p.db.SubmitSheet(c.ctx(), c.who, c.param("campaign"), head.name, version, c.key(), nil)
	if err != nil {
		return p.checkAgain(c, head, sheet, err)
	}
	return p.showReceipt(c, campaign, head, receipt)
}

// checkAgain shows the sheet as it is kept, and why it was not submitted.
func (p *pages) checkAgain(c *call, head sheetHead, sheet selection.Sheet, cause error) error {
	if !fault.Is(cause, fault.Invalid) && !fault.Is(cause, fault.Stale) || sheet.State != selection.SheetDraft {
		return cause
	}
	shown := p.checkPage(c, head, sheet)
	shown.Title = "Error: " + shown.Title
	shown.Problem = "The sheet cannot be submitted yet."
	if fault.Is(cause, fault.Stale) {
		shown.Problem = "This sheet was saved from another window or device since you opened this page. Below is what is kept now: check it again, then submit it."
	} else if shown.Ready {
		shown.Problem += " " + fullStop(problemOf(cause).Detail)
		for _, f := range fault.FieldsOf(cause) {
			shown.Problem += " " + fullStop(f.Message)
		}
	}
	return p.show(c, problemOf(cause).Status, shown)
}

func (p *pages) showReceipt(c *call, campaign store.Campaign, head sheetHead, receipt store.Receipt) error {
	head.State, head.Class = sheetWords(store.SheetStatus{State: receipt.Sheet.State, Required: true})
	shown := receiptPage{
		layout: p.layout(c, "Submitted: "+head.Candidate+", "+head.Exercise, link{head.Campaign, head.CampaignTo}),
		Sheet:  head, At: p.moment(&receipt.At), Leaf: receipt.LeafHash, Commitment: receipt.Commitment,
	}
	own, err := p.ownSheets(c, campaign)
	if err != nil {
		return err
	}
	shown.Next, shown.Left = own.Next, own.Left
	return p.show(c, http.StatusOK, shown)
}

// next is the first sheet that is still to submit.
func (o *ownSheets) next() *partLink {
	for _, stage := range o.Stages {
		for _, k := range stage.Candidates {
			for _, s := range k.Sheets {
				if s.Open {
					return &partLink{Title: k.Code + ", " + s.Exercise, To: s.To}
				}
			}
		}
	}
	return nil
}

// ownSheetPage is one's own sheet to read: always, also before the reveal.
type ownSheetPage struct {
	layout
	Sheet    sheetHead
	Parts    []checkedPart
	Moderate bool
}

func (ownSheetPage) template() string { return "own-sheet" }

func (p *pages) ownSheetPage(c *call, campaign store.Campaign, head sheetHead, sheet selection.Sheet) ownSheetPage {
	shown := ownSheetPage{
		layout: p.layout(c, "Your sheet: "+head.Candidate+", "+head.Exercise, link{head.Campaign, head.CampaignTo}), Sheet: head,
		Moderate: campaign.Progress.Phase == selection.Moderation && sheet.State == selection.SheetSubmitted && head.exercise.In() == selection.StageAssessment,
	}
	for _, d := range head.parts() {
		part := checkedPartOf(d, sheet, "")
		for i := range part.Marks {
			if shown.Moderate {
				part.Marks[i].Revise = head.To + "/revise/" + part.Marks[i].Code
			}
		}
		shown.Parts = append(shown.Parts, part)
	}
	return shown
}
