package handlers

import (
	"net/http"
	"strconv"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// movePage moves a campaign on to its next phase: what it does, what cannot be
// undone, and one button.
type movePage struct {
	layout
	Campaign campaignHead
	Heading  string
	What     []string // what happens
	Button   string
	Here     string
	Version  int
	AsksWhy  bool
	Reason   string
	Standing string // how many sheets are in, where it matters
	Problem  string
	Fields   []fieldProblem
}

func (movePage) template() string { return "move" }

// move is one of the steps from phase to phase that people take.
type move struct {
	name     string // in the address
	from     selection.Phase
	action   access.Action
	heading  string
	button   string
	what     []string
	carryOut func(p *pages, c *call, version int, reason string) error
}

func moves() []move {
	return []move{
		{
			name: "open-scoring", from: selection.Draft, action: access.OpenScoring, heading: "Lock the plan and open scoring", button: "Lock the plan and open scoring",
			what: []string{
				"The plan is locked for good: framework, criteria and exercises, weights, gates, the order that breaks ties, and what each test counts for.",
				"Every member gets a sheet for each candidate and exercise that they mark.",
				"Nobody sees anybody else’s marks until every required sheet is in, or the chair closes scoring with a reason.",
			},
			carryOut: func(p *pages, c *call, version int, _ string) error {
				_, err := p.db.OpenScoring(c.ctx(), c.who, c.param("campaign"), version)
				return err
			},
		},
		{
			name: "close-sift", from: selection.Sift, action: access.CloseScoring, heading: "Close the sift", button: "Close the sift and open its marks",
			what: []string{
				"All marks of the sift that are submitted become visible to the panel. This cannot be undone.",
				"Sheets that are not submitted stay with their rater and count for nothing.",
				"Your reason goes on record and stands on the campaign’s page.",
			},
			carryOut: func(p *pages, c *call, _ int, reason string) error {
				_, err := p.db.CloseScoring(c.ctx(), c.who, c.param("campaign"), reason)
				return err
			},
		},
		{
			name: "lock-shortlist", from: selection.Shortlisting, action: access.RecordShortlist, heading: "Lock the shortlist and open the assessment", button: "Lock the shortlist and open the assessment",
			what: []string{
				"Who is shortlisted is fixed for good. Everybody who has not withdrawn must be recorded as shortlisted or not, with a reason for each who is not.",
				"Every member gets a sheet for each candidate on the shortlist and exercise of the assessment that they mark.",
				"Nobody sees anybody else’s marks of the assessment until every required sheet of it is in, or the chair closes scoring with a reason.",
			},
			carryOut: func(p *pages, c *call, version int, _ string) error {
				_, err := p.db.LockShortlist(c.ctx(), c.who, c.param("campaign"), version)
				return err
			},
		},
		{
			name: "close-scoring", from: selection.Scoring, action: access.CloseScoring, heading: "Close scoring", button: "Close scoring and open the marks",
			what: []string{
				"All marks that are submitted become visible to the panel. This cannot be undone.",
				"Sheets that are not submitted stay with their rater and count for nothing.",
				"Your reason goes on record and stands on the campaign’s page.",
			},
			carryOut: func(p *pages, c *call, _ int, reason string) error {
				_, err := p.db.CloseScoring(c.ctx(), c.who, c.param("campaign"), reason)
				return err
			},
		},
		{
			name: "close-moderation", from: selection.Moderation, action: access.CloseModeration, heading: "Close moderation", button: "Fix the marks and rank the candidates",
			what: []string{
				"The marks are fixed for good. What each was before moderation stays on record.",
				"The candidates are ranked on the panel’s marks, and ranks and composites appear. They inform; the panel decides.",
			},
			carryOut: func(p *pages, c *call, version int, _ string) error {
				c.version = version
				_, err := p.closeModeration(c)
				return err
			},
		},
	}
}

// moveLinks are the steps that the person may take now.
func moveLinks(c *call, campaign store.Campaign) []link {
	var links []link
	for _, m := range moves() {
		if campaign.Progress.Phase == m.from && campaign.Allows(m.action) {
			links = append(links, link{Text: m.heading, To: c.address("campaigns", campaign.Document.Code, m.name)})
		}
	}
	return links
}

// asksMove is the page that explains a step.
func (p *pages) asksMove(m move) endpoint {
	return p.shows(func(c *call) (page, error) { return p.movePage(c, m) })
}

func (p *pages) movePage(c *call, m move) (movePage, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return movePage{}, err
	}
	if !campaign.Allows(m.action) && campaign.Progress.Phase == m.from {
		return movePage{}, fault.New(fault.Forbidden, "your role does not allow this (%s)", m.action)
	}
	if campaign.Progress.Phase != m.from {
		return movePage{}, fault.New(fault.Conflict, "this is done in the phase %s; the campaign is in the phase %s", m.from.Words(), campaign.Progress.Phase.Words())
	}
	head := headOf(c, campaign)
	shown := movePage{
		layout: p.layout(c, m.heading, link{head.Title, head.To}), Campaign: head, Heading: m.heading, What: m.what, Button: m.button,
		Here: head.To + "/" + m.name, Version: campaign.Version, AsksWhy: m.action == access.CloseScoring,
	}
	if shown.AsksWhy {
		progress, err := p.sheetProgress(c, campaign)
		if err != nil {
			return shown, err
		}
		shown.Standing = progress.Marked
	}
	if m.from == selection.Draft && campaign.Document.Sifts() {
		shown.What = append(shown.What, "The plan has a sift: it is marked first, and sheets of the assessment are made when the shortlist is locked.")
	}
	return shown, nil
}

// makesMove takes the step.
func (p *pages) makesMove(m move) endpoint {
	return acts(func(c *call) error {
		fields, err := c.form()
		if err != nil {
			return err
		}
		shown, err := p.movePage(c, m)
		if err != nil {
			return err
		}
		version, err := strconv.Atoi(fields.Get("version"))
		if err != nil || version < 1 {
			return refuse(http.StatusBadRequest, "the form does not say which version of the campaign it is of; go back, load the page again and repeat this")
		}
		err = m.carryOut(p, c, version, fields.Get("reason"))
		if err == nil {
			return c.Redirect(http.StatusSeeOther, shown.Campaign.To)
		}
		what := problemOf(err)
		if what.Status != http.StatusUnprocessableEntity {
			return err
		}
		shown.Title, shown.Problem, shown.Reason = "Error: "+shown.Title, fullStop(what.Detail), fields.Get("reason")
		for _, f := range what.Errors {
			at := "main"
			if f.Where == "reason" {
				at = "reason"
			}
			shown.Fields = append(shown.Fields, fieldProblem{Field: at, Message: fullStop(f.Message)})
		}
		return p.show(c, what.Status, shown)
	})
}
