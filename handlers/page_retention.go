package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// retentionPage says until when a campaign's personal data are kept, and is the
// way to what the law lets a candidate ask for.
type retentionPage struct {
	layout
	Campaign        campaignHead
	Here            string
	KeepUntil, Hold string
	Decided         bool
	Candidates      []keptCandidate
	Next            string
	Done            string
	Problem         string
	Fields          []fieldProblem
}

func (retentionPage) template() string { return "retention" }

// keptCandidate is a candidate and what may be done with their data; an empty
// address: not now.
type keptCandidate struct {
	Code        string
	Erased      moment
	Pack, Erase string
}

func (p *pages) showRetention(c *call) (page, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return nil, err
	}
	kept, err := p.db.Retention(c.ctx(), c.who, campaign.Document.Code)
	if err != nil {
		return nil, err
	}
	shown, err := p.retentionPage(c, campaign, kept)
	if c.QueryParam("done") == "set" {
		shown.Done = "Saved."
	}
	if c.QueryParam("done") == "erased" {
		shown.Done = "What was personal of this candidate is erased."
	}
	return shown, err
}

func (p *pages) retentionPage(c *call, campaign store.Campaign, kept store.Retention) (retentionPage, error) {
	head := headOf(c, campaign)
	shown := retentionPage{
		layout: p.layout(c, "Personal data", link{head.Title, head.To}), Campaign: head, Here: head.To + "/retention",
		KeepUntil: kept.KeepUntil, Hold: kept.Hold, Decided: campaign.Allows(access.EraseCandidate),
	}
	at, err := c.cursor(1)
	if err != nil {
		return shown, err
	}
	found, err := p.db.Candidates(c.ctx(), c.who, campaign.Document.Code, at.after[0], at.more())
	if err != nil {
		return shown, err
	}
	gone, err := p.db.Tombstones(c.ctx(), c.who)
	if err != nil {
		return shown, err
	}
	list := part(at, found, func(k store.Candidate) []string { return []string{k.Code} })
	for _, k := range list.Items {
		line := keptCandidate{Code: k.Code}
		if i := slices.IndexFunc(gone, func(t store.Tombstone) bool {
			return t.Campaign == campaign.Document.Code && t.Candidate == k.Code
		}); i >= 0 {
			line.Erased = p.moment(&gone[i].At)
		}
		if campaign.Allows(access.GiveAccess) {
			line.Pack = head.To + "/personal-data/" + url.PathEscape(k.Code) + "/pack"
		}
		if shown.Decided && kept.Hold == "" {
			line.Erase = head.To + "/personal-data/" + url.PathEscape(k.Code) + "/erase"
		}
		shown.Candidates = append(shown.Candidates, line)
	}
	if list.Next != nil {
		shown.Next = shown.Here + "?after=" + url.QueryEscape(*list.Next)
	}
	return shown, nil
}

func (p *pages) setRetentionHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return err
	}
	to := store.Retention{KeepUntil: fields.Get("keep_until"), Hold: fields.Get("hold")}
	_, err = p.db.SetRetention(c.ctx(), c.who, campaign.Document.Code, to)
	what := problemOf(err)
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, c.address("campaigns", campaign.Document.Code, "retention")+"?done=set")
	case what.Status != http.StatusUnprocessableEntity:
		return err
	}
	shown, err := p.retentionPage(c, campaign, to)
	if err != nil {
		return err
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}

// sendPack answers with a candidate's own data as a file. It is a POST because
// it leaves a record.
func (p *pages) sendPack(c *call) error {
	pack, err := p.db.SubjectAccess(c.ctx(), c.who, c.param("campaign"), c.param("candidate"))
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(pack, "", "  ")
	if err != nil {
		return fmt.Errorf("subject access: %w", err)
	}
	name := c.param("campaign") + "-" + c.param("candidate") + "-own-data.json"
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	return c.Blob(http.StatusOK, "application/json", body)
}

func (p *pages) askErasure(c *call) (page, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return nil, err
	}
	return p.erasurePage(c, campaign)
}

// erasurePage returns Forbidden for whoever never erases, Conflict before the
// decision and while the data are held.
func (p *pages) erasurePage(c *call, campaign store.Campaign) (surePage, error) {
	if err := access.Check(campaign.Roles, access.EraseCandidate); err != nil {
		return surePage{}, err
	}
	if !campaign.Allows(access.EraseCandidate) {
		return surePage{}, fault.New(fault.Conflict, "nothing is erased before the decision is recorded: until then the panel needs it")
	}
	kept, err := p.db.Retention(c.ctx(), c.who, campaign.Document.Code)
	if err != nil {
		return surePage{}, err
	}
	if kept.Hold != "" {
		return surePage{}, fault.New(fault.Conflict, "the personal data of this campaign are held (%s); nothing is erased until the hold is let go", kept.Hold)
	}
	found, err := p.db.Candidates(c.ctx(), c.who, campaign.Document.Code, "", maxCandidates)
	if err != nil {
		return surePage{}, err
	}
	candidate := c.param("candidate")
	if !slices.ContainsFunc(found, func(k store.Candidate) bool { return k.Code == candidate }) {
		return surePage{}, fault.New(fault.NotFound, "the campaign has no candidate %q", candidate)
	}
	head := headOf(c, campaign)
	back := head.To + "/retention"
	return surePage{
		layout: p.layout(c, "Erase the data of "+candidate, link{head.Title, head.To}, link{"Personal data", back}),
		Over:   head.Title, Heading: "Erase what is personal of " + candidate, Button: "Erase for good",
		Here: head.To + "/personal-data/" + url.PathEscape(candidate) + "/erase", Back: back,
		What: []string{
			"Name and contacts, what the candidate said of themselves for monitoring, and the panel’s notes about them are erased for good. Nobody can bring them back.",
			"Code, marks, ranking and decision stay. The log still proves that something was there, and no longer what.",
			"Give the candidate their own data first, if they asked for it.",
			"A backup still has what is erased here: after a restore the list of erasures is replayed.",
		},
		AsksWhy: "Why it is erased", WhyHint: "Without a name: the reason stays in the log. For example: “Asked for it on 3 March”.",
	}, nil
}

// maxCandidates is more than a campaign can have.
const maxCandidates = 20_001

func (p *pages) eraseHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return err
	}
	shown, err := p.erasurePage(c, campaign)
	if err != nil {
		return err
	}
	_, err = p.db.EraseCandidate(c.ctx(), c.who, campaign.Document.Code, c.param("candidate"), fields.Get("reason"))
	what := problemOf(err)
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, shown.Back+"?done=erased")
	case what.Status != http.StatusUnprocessableEntity:
		return err
	}
	shown.Title, shown.Problem, shown.Reason = "Error: "+shown.Title, fullStop(what.Detail), fields.Get("reason")
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}
