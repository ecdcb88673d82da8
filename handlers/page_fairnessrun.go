package handlers

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

// Audits of fairness over the web: runs that are stored, and the form that makes
// one. The store says who may see which.

// storedRun is a run and what it says.
type storedRun struct {
	store.FairnessRun
	audit selection.FairnessAudit
}

func decodedRun(run store.FairnessRun, err error) (storedRun, error) {
	if err != nil {
		return storedRun{}, err
	}
	a, err := run.Audit()
	return storedRun{run, a}, err
}

// askedRun is the run in the address.
func (p *pages) askedRun(c *call) (storedRun, error) {
	id, err := uuid.Parse(c.param("run"))
	if err != nil {
		return storedRun{}, fault.New(fault.NotFound, "there is no such audit of fairness here")
	}
	return decodedRun(p.db.FairnessRun(c.ctx(), c.who, id))
}

func (p *pages) showFairness(c *call) (page, error) {
	run, err := p.askedRun(c)
	if err != nil {
		return nil, err
	}
	return p.fairnessPage(c, run, codeTitles{}), nil
}

func (p *pages) fairnessPage(c *call, run storedRun, titles codeTitles) fairnessPage {
	shown := fairnessPageOf(run.audit, titles, func(characteristic string) string {
		return c.address("fairness", run.ID.String(), "groups", characteristic)
	})
	shown.layout = p.layout(c, "Fairness audit", auditTrail(c)...)
	shown.Over, shown.Run = overOf(c, run.audit), p.runView(c, run)
	return shown
}

func auditTrail(c *call) []link { return []link{{Text: "Fairness audits", To: c.address("fairness")}} }

// overOf says what a run is of.
func overOf(c *call, a selection.FairnessAudit) string {
	switch {
	case a.Scope.Campaign != "":
		return "Campaign " + a.Scope.Campaign
	case a.Scope.Period != nil:
		return c.trust.Name + ", " + periodWords(a.Scope.Period)
	}
	return c.trust.Name
}

func (p *pages) runView(c *call, run storedRun) runView {
	id := run.ID.String()
	return runView{
		ID: id, By: run.By, Reason: run.Reason, At: p.moment(&run.At), Hash: fmt.Sprintf("%x", sha256.Sum256(run.Result)), To: c.address("fairness", id),
		CSV: "/api/v1" + c.address("fairness", id) + "?format=csv", XLSX: c.address("fairness", id, "audit.xlsx"), JSON: "/api/v1" + c.address("fairness", id),
	}
}

func (p *pages) showFairnessGroups(c *call) (page, error) {
	run, err := p.askedRun(c)
	if err != nil {
		return nil, err
	}
	shown := fairnessGroupsPageOf(run.audit, c.param("characteristic"))
	if len(shown.Comparisons) == 0 {
		return nil, fault.New(fault.NotFound, "this audit compares no characteristic of that name")
	}
	shown.Report = c.address("fairness", run.ID.String())
	shown.layout = p.layout(c, shown.Heading+" – Fairness audit", append(auditTrail(c), link{Text: "Audit", To: shown.Report})...)
	shown.Over = overOf(c, run.audit)
	return shown, nil
}

// showCampaignFairness shows the latest audit of a campaign, and where there is
// none what one is.
func (p *pages) showCampaignFairness(c *call) (page, error) {
	code := c.param("campaign")
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	run, err := decodedRun(p.db.LatestFairness(c.ctx(), c.who, code))
	switch {
	case fault.Is(err, fault.NotFound):
		return p.askCampaignAudit(c, campaign), nil
	case err != nil:
		return nil, err
	}
	shown := p.fairnessPage(c, run, titlesOf(campaign))
	shown.layout = p.layout(c, "Fairness audit – "+campaign.Document.Title, trail(headOf(c, campaign))...)
	shown.Over = campaign.Document.Code + ", " + campaign.Document.Title
	return shown, nil
}

func titlesOf(campaign store.Campaign) codeTitles {
	t := codeTitles{dimensions: map[string]string{}, exercises: map[string]string{}}
	for _, d := range campaign.Framework.Document.Dimensions {
		t.dimensions[d.Code] = d.Title
	}
	for _, e := range campaign.Document.Exercises {
		t.exercises[e.Code] = exerciseTitle(campaign.Document, e.Code)
	}
	return t
}

// sendFairnessWorkbook sends a run as it was stored, whole.
func (p *pages) sendFairnessWorkbook(c *call) error {
	run, err := p.askedRun(c)
	if err != nil {
		return err
	}
	made := p.runView(c, run)
	var b bytes.Buffer
	err = round.WriteFairnessWorkbook(&b, round.FairnessRun{ID: made.ID, By: made.By, At: made.At.Words, Reason: made.Reason, Hash: made.Hash, Audit: run.audit})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="fairness-`+made.ID+`.xlsx"`)
	return c.Blob(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes())
}

// mayAudit says whether pages offer the form.
func mayAudit(c *call) bool {
	return access.Allowed(c.person.Roles, access.AuditFairness, "")
}
