package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// interestPage declares a connection of one's own with a candidate.
type interestPage struct {
	layout
	Candidate, Campaign, CampaignTo string
	Here, Key                       string
	Natures                         []natureChoice
	Details                         string
	Rater                           string
	Late                            bool // scoring has opened: HR judges whether the marks stand
	Problem                         string
	Fields                          []fieldProblem
}

func (interestPage) template() string { return "interest" }

type natureChoice struct {
	Value, Words string
	Chosen       bool
}

func natures() []natureChoice {
	return []natureChoice{
		{Value: string(selection.Knows), Words: "I know them"},
		{Value: string(selection.WorkedWith), Words: "I have worked with them"},
		{Value: string(selection.Supervised), Words: "I have supervised them, or they me"},
		{Value: string(selection.Related), Words: "We are related or married, or live together"},
		{Value: string(selection.OtherTie), Words: "Something else"},
	}
}

func (p *pages) askInterest(c *call) (page, error) { return p.interestPage(c) }

func (p *pages) interestPage(c *call) (interestPage, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return interestPage{}, err
	}
	if campaign.Rater == "" {
		return interestPage{}, fault.New(fault.Forbidden, "only members of the panel declare an interest here")
	}
	to := c.address("campaigns", campaign.Document.Code)
	return interestPage{
		layout:    p.layout(c, "Declare an interest in "+c.param("candidate"), link{campaign.Document.Title, to}),
		Candidate: c.param("candidate"), Campaign: campaign.Document.Title, CampaignTo: to,
		Here: c.address("campaigns", campaign.Document.Code, "interests", c.param("candidate")), Key: newKey(), Natures: natures(),
		Rater: campaign.Rater, Late: campaign.Progress.Phase != selection.Draft,
	}, nil
}

// declared says of an interest that was just declared that it is on record,
// where it is; "" where it is not.
func (p *pages) declared(c *call, campaign store.Campaign) (string, error) {
	candidate := c.QueryParam("declared")
	if candidate == "" || campaign.Rater == "" {
		return "", nil
	}
	own, err := p.db.Interests(c.ctx(), c.who, campaign.Document.Code)
	if err != nil || !slices.ContainsFunc(own, func(i selection.Interest) bool { return i.Rater == campaign.Rater && i.Candidate == candidate }) {
		return "", err
	}
	return "Your interest in " + candidate + " is recorded. HR sees it, and decides whether you mark this candidate.", nil
}

func (p *pages) declareHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.interestPage(c)
	if err != nil {
		return err
	}
	if err := sameRater(fields.Get("rater"), shown.Rater); err != nil {
		return err
	}
	c.idempotency = fields.Get("key")
	_, err = p.db.DeclareInterest(c.ctx(), c.who, c.param("campaign"), c.key(), selection.Interest{
		Candidate: c.param("candidate"), Nature: selection.InterestNature(fields.Get("nature")), Details: fields.Get("details"),
	})
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.CampaignTo+"?declared="+url.QueryEscape(c.param("candidate")))
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	shown.Title, shown.Problem, shown.Details = "Error: "+shown.Title, "The interest was not recorded. "+fullStop(problemOf(err).Detail), fields.Get("details")
	for i := range shown.Natures {
		shown.Natures[i].Chosen = shown.Natures[i].Value == fields.Get("nature")
	}
	for _, f := range fault.FieldsOf(err) {
		message := "Say in a few words what the connection is."
		if f.Where == "nature" {
			message = "Choose what kind of connection it is."
		}
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: message})
	}
	return p.show(c, problemOf(err).Status, shown)
}
