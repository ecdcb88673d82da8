package handlers

import (
	"net/http"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/selection/monitoring"
)

// monitoringPage asks a candidate of their protected characteristics, by a link
// of their own and without anybody signed in. What they said before it never
// shows.
type monitoringPage struct {
	layout
	Here      string
	Link      string
	Post      string
	Until     moment
	Answered  moment // zero: not yet
	Withdrawn moment // zero: did not
	Questions []monitoringQuestion
	Problem   string
	Fields    []fieldProblem
}

func (monitoringPage) template() string { return "monitoring" }

type monitoringQuestion struct {
	Code, Question string
	Options        []monitoringOption
}

type monitoringOption struct{ Code, Words string }

func (p *pages) askMonitoringHere(c *call) (page, error) {
	return p.monitoringPage(c, c.QueryParam("link"))
}

// monitoringPage returns NotFound where the link is over.
func (p *pages) monitoringPage(c *call, link string) (monitoringPage, error) {
	vault, err := p.openVault()
	if err != nil {
		return monitoringPage{}, err
	}
	asked, err := vault.Request(c.ctx(), c.trust.ID, access.Token(link))
	if fault.Is(err, fault.Unauthenticated) {
		return monitoringPage{}, overAsking()
	}
	if err != nil {
		return monitoringPage{}, err
	}
	shown := monitoringPage{
		layout: p.layout(c, "Equality monitoring"), Here: c.address("monitoring"), Link: link, Post: asked.Title, Until: p.moment(&asked.Expires),
	}
	shown.Home = "" // a candidate has no account here
	if asked.Answered.Valid {
		shown.Answered = p.moment(&asked.Answered.Time)
	}
	if asked.Withdrawn.Valid {
		shown.Withdrawn = p.moment(&asked.Withdrawn.Time)
	}
	for _, characteristic := range monitoring.Catalogue() {
		shown.Questions = append(shown.Questions, questionOf(characteristic))
	}
	return shown, nil
}

func overAsking() error {
	return fault.New(fault.NotFound, "this link is over; ask whoever sent it for a new one")
}

// questionOf leaves out what only files have.
func questionOf(c monitoring.Characteristic) monitoringQuestion {
	q := monitoringQuestion{Code: c.Code, Question: c.Question}
	for _, o := range c.Options {
		if o.Words != "" {
			q.Options = append(q.Options, monitoringOption{o.Code, o.Words})
		}
	}
	return q
}

// answerMonitoringHere keeps, declines or withdraws, as the button says, and
// shows the page anew.
func (p *pages) answerMonitoringHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	vault, err := p.openVault()
	if err != nil {
		return err
	}
	link := access.Token(fields.Get("link"))
	switch answers := map[string]string{}; fields.Get("do") {
	case "withdraw":
		err = vault.Withdraw(c.ctx(), c.trust.ID, link)
	case "decline":
		for _, characteristic := range monitoring.Catalogue() {
			answers[characteristic.Code] = characteristic.Declined()
		}
		err = vault.Answer(c.ctx(), c.trust.ID, link, answers)
	default:
		for _, characteristic := range monitoring.Catalogue() {
			if answer := fields.Get(characteristic.Code); answer != "" {
				answers[characteristic.Code] = answer
			}
		}
		err = vault.Answer(c.ctx(), c.trust.ID, link, answers)
	}
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return overAsking()
	case fault.Is(err, fault.Invalid):
		return p.showMonitoringProblem(c, string(link), err)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, monitoringLink(c.trust, link))
}

// showMonitoringProblem asks again. What was chosen is not kept on the page.
func (p *pages) showMonitoringProblem(c *call, link string, err error) error {
	shown, wrong := p.monitoringPage(c, link)
	if wrong != nil {
		return wrong
	}
	shown.Title = "Error: " + shown.Title
	for _, f := range problemOf(err).Errors {
		field := f.Where
		if field == "" {
			field = monitoring.Catalogue()[0].Code
		}
		shown.Fields = append(shown.Fields, fieldProblem{field, fullStop(f.Message)})
	}
	shown.Problem = fullStop(problemOf(err).Detail)
	return p.show(c, http.StatusUnprocessableEntity, shown)
}
