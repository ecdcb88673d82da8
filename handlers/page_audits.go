package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/fairness"
)

// auditsPage says what an audit is, makes one, and lists those that were made:
// of the trust and a period, or of one campaign.
type auditsPage struct {
	layout
	Over     string
	Period   bool // it asks for one; else it is of the campaign
	May      bool // make one
	Early    bool // the campaign is not decided yet
	Here     string
	Years    []yearChoice
	Asked    auditAsked
	Problem  string
	Fields   []fieldProblem
	Runs     []auditLine
	More     string // address of older ones
	Returned bool   // this is not the list's beginning
}

func (auditsPage) template() string { return "audits" }

// auditAsked is what was typed.
type auditAsked struct{ Year, From, To, Reason string }

// yearChoice is a year of the NHS returns.
type yearChoice struct {
	Value, Words string
	Chosen       bool
}

type auditLine struct {
	Of, To string
	At     moment
}

// yearsOffered is how many years of returns the form offers.
const yearsOffered = 6

// runsShown is how many runs a page lists.
const runsShown = 20

func (p *pages) listAudits(c *call) (page, error) { return p.auditsPage(c, auditAsked{}) }

func (p *pages) auditsPage(c *call, asked auditAsked) (auditsPage, error) {
	shown := auditsPage{
		layout: p.layout(c, "Fairness audits"), Over: c.trust.Name, Period: true, May: mayAudit(c), Here: c.address("fairness"),
		Years: p.yearChoices(asked.Year), Asked: asked,
	}
	before := uuid.Nil
	if text := c.QueryParam("before"); text != "" {
		var err error
		if before, err = uuid.Parse(text); err != nil {
			return shown, fault.New(fault.NotFound, "there is no such audit of fairness here")
		}
		shown.Returned = true
	}
	runs, err := p.db.FairnessRuns(c.ctx(), c.who, before, runsShown+1)
	if err != nil {
		return shown, err
	}
	if len(runs) > runsShown {
		runs = runs[:runsShown]
		shown.More = shown.Here + "?before=" + runs[runsShown-1].ID.String()
	}
	for _, run := range runs {
		shown.Runs = append(shown.Runs, auditLine{Of: scopeWords(run.Scope), To: c.address("fairness", run.ID.String()), At: p.moment(&run.At)})
	}
	return shown, nil
}

func scopeWords(s selection.FairnessScope) string {
	switch {
	case s.Campaign != "":
		return "Campaign " + s.Campaign
	case s.Period != nil:
		return "The trust, " + periodWords(s.Period)
	}
	return "The trust"
}

// periodWords says a year of the returns by its name.
func periodWords(of *fairness.Period) string {
	if year, err := strconv.Atoi(of.From[:min(4, len(of.From))]); err == nil && *of == fairness.ReturnYear(year) {
		return returnYear(year) + " (" + dayWords(of.From) + " to " + dayWords(of.To) + ")"
	}
	return dayWords(of.From) + " to " + dayWords(of.To)
}

// yearChoices are the years that have begun, the latest first.
func (p *pages) yearChoices(chosen string) []yearChoice {
	now := p.db.Now().In(p.london)
	latest := now.Year()
	if now.Month() < 4 {
		latest--
	}
	var years []yearChoice
	for year := latest; year > latest-yearsOffered; year-- {
		value := strconv.Itoa(year)
		years = append(years, yearChoice{value, "1 April " + value + " to 31 March " + strconv.Itoa(year+1), value == chosen})
	}
	return years
}

// askCampaignAudit is the page of a campaign that was not audited yet.
func (p *pages) askCampaignAudit(c *call, campaign store.Campaign) auditsPage {
	head := headOf(c, campaign)
	return auditsPage{
		layout: p.layout(c, "Fairness audit – "+head.Title, trail(head)...), Over: head.Code + ", " + head.Title,
		May: campaign.Allows(access.AuditFairness), Early: campaign.Progress.Phase != selection.Decided, Here: c.address("campaigns", head.Code, "fairness"),
	}
}

// auditHere audits a period of the trust.
func (p *pages) auditHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	asked := auditAsked{Year: fields.Get("year"), From: fields.Get("from"), To: fields.Get("to"), Reason: fields.Get("reason")}
	period, wrong := asked.period()
	if wrong == nil {
		var run store.FairnessRun
		if run, wrong = p.audit(c, selection.FairnessScope{Period: &period}, asked.Reason); wrong == nil {
			return c.Redirect(http.StatusSeeOther, c.address("fairness", run.ID.String()))
		}
	}
	if !mayBeMended(wrong) {
		return wrong
	}
	shown, err := p.auditsPage(c, asked)
	if err != nil {
		return err
	}
	return p.showAuditProblem(c, shown, wrong)
}

// auditCampaignHere audits one campaign.
func (p *pages) auditCampaignHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	code := c.param("campaign")
	reason := fields.Get("reason")
	_, wrong := p.audit(c, selection.FairnessScope{Campaign: code}, reason)
	if wrong == nil {
		return c.Redirect(http.StatusSeeOther, c.address("campaigns", code, "fairness"))
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return err
	}
	shown := p.askCampaignAudit(c, campaign)
	shown.Asked.Reason = reason
	return p.showAuditProblem(c, shown, wrong)
}

func (p *pages) audit(c *call, scope selection.FairnessScope, reason string) (store.FairnessRun, error) {
	vault, err := p.openVault()
	if err != nil {
		return store.FairnessRun{}, err
	}
	return p.db.AuditFairness(c.ctx(), vault, c.who, scope, reason)
}

// mayBeMended says that another form could do: a field is wrong, or nothing was
// decided in the period.
func mayBeMended(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound)
}

func (p *pages) showAuditProblem(c *call, shown auditsPage, err error) error {
	what := problemOf(err)
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(f.Message)})
	}
	return p.show(c, http.StatusUnprocessableEntity, shown)
}

// period is a year of the returns, or from one day to another. It returns
// Invalid, with the field, where neither or both are given.
func (a auditAsked) period() (fairness.Period, error) {
	var wrong fault.List
	from, to := strings.TrimSpace(a.From), strings.TrimSpace(a.To)
	switch {
	case a.Year != "" && (from != "" || to != ""):
		wrong.Add("year", "choose a year, or give two days, not both")
	case a.Year != "":
		year, err := strconv.Atoi(a.Year)
		if err == nil && 1948 <= year && year <= 9998 {
			return fairness.ReturnYear(year), nil
		}
		wrong.Add("year", "choose one of the years")
	case from == "" && to == "":
		wrong.Add("year", "choose a year, or give two days")
	case from == "":
		wrong.Add("from", "give the first day too")
	case to == "":
		wrong.Add("to", "give the last day too")
	default:
		p := fairness.Period{From: from, To: to}
		if err := (selection.FairnessScope{Period: &p}).Check(); err != nil {
			wrong.Add("from", "%s", problemOf(err).Detail)
			break
		}
		return p, nil
	}
	return fairness.Period{}, wrong.Err("the period is not one")
}

// auditsAddress is where audits are, for whoever may read them; "" else.
func auditsAddress(c *call) string {
	if access.Allowed(c.person.Roles, access.ReadFairness, "") {
		return c.address("fairness")
	}
	return ""
}

// campaignAuditAddress is offered once a campaign is decided, to whoever has no
// seat on its panel.
func campaignAuditAddress(c *call, campaign store.Campaign) string {
	if campaign.Rater != "" || campaign.Progress.Phase != selection.Decided || !campaign.Allows(access.ReadFairness) {
		return ""
	}
	return c.address("campaigns", campaign.Document.Code, "fairness")
}
