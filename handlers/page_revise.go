package handlers

import (
	"net/http"
	"slices"
	"strconv"

	"appointable/internal/fault"
	"appointable/selection"
)

// revisePage changes one mark of one's own in moderation, with a reason.
type revisePage struct {
	layout
	Sheet     sheetHead
	Mark      criterionForm
	Was       string
	Reason    string
	Here, Key string
	Version   int
	Problem   string
	Fields    []fieldProblem
	ScaleFree string
}

func (revisePage) template() string { return "revise" }

func (p *pages) askRevision(c *call) error {
	campaign, sheet, err := p.ownSheet(c)
	if err != nil {
		return err
	}
	if campaign.Progress.Phase != selection.Moderation {
		return fault.New(fault.Conflict, "marks change in moderation only; the campaign is in the phase %s", campaign.Progress.Phase)
	}
	head := p.sheetHead(c, campaign, sheet)
	if head.exercise.In() == selection.StageSift {
		return fault.New(fault.Conflict, "a mark of the sift does not change any more: the shortlist was made by it")
	}
	shown, err := p.revisePage(c, head, sheet)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, shown)
}

func (p *pages) revisePage(c *call, head sheetHead, sheet selection.Sheet) (revisePage, error) {
	code := c.param("criterion")
	if !slices.Contains(head.exercise.Criteria, code) {
		return revisePage{}, fault.New(fault.NotFound, "%s is not marked in %s", code, head.Exercise)
	}
	criterion, _ := head.framework.Criterion(code)
	mark := markOf(sheet, code)
	shown := revisePage{
		layout: p.layout(c, "Change a mark: "+head.Candidate+", "+head.Exercise, link{head.Campaign, head.CampaignTo}, link{"Your sheet", head.To}),
		Sheet:  head, Mark: criterionFormOf(criterion, mark, head.framework.Scale), Was: markWords(mark.Score, mark.NotObserved),
		Here: head.To + "/revise/" + code, Key: newKey(), Version: sheet.Version, ScaleFree: scaleFree(head.framework.Scale),
	}
	return shown, nil
}

func (p *pages) reviseHere(c *call) error {
	fields, _, sheet, head, err := p.postedSheet(c)
	if err != nil {
		return err
	}
	shown, err := p.revisePage(c, head, sheet)
	if err != nil {
		return err
	}
	criterion, _ := head.framework.Criterion(c.param("criterion"))
	to, wrong := typedMark(fields, criterion.Code)
	if wrong == nil {
		version, _ := strconv.Atoi(fields.Get("version")) // 0 is any, and then the mark is as it was read just now
		c.idempotency = fields.Get("key")
		_, wrong = p.db.ReviseMark(c.ctx(), c.who, c.param("campaign"), head.name, version, c.key(), to, fields.Get("reason"))
	}
	if wrong == nil {
		return c.Redirect(http.StatusSeeOther, head.To)
	}
	what := problemOf(wrong)
	if what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusPreconditionFailed {
		return wrong
	}
	shown.Mark.typed(fields)
	shown.Title, shown.Problem, shown.Reason, shown.Key = "Error: "+shown.Title, fullStop(what.Detail), fields.Get("reason"), newKey()
	for _, f := range what.Errors {
		field := map[string]string{"reason": "reason", "evidence": evidenceField(criterion.Code)}[f.Where]
		if field == "" {
			field = shown.Mark.firstField()
		}
		shown.Fields = append(shown.Fields, fieldProblem{Field: field, Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}
