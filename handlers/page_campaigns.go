package handlers

import (
	"net/http"
	"net/url"

	"appointable/internal/store"
	"appointable/selection"
)

// campaignsPage lists the campaigns that the person may see.
type campaignsPage struct {
	layout
	Campaigns  []campaignLine
	Only       bool // there is this one and no other
	Next       string
	Began      bool   // this is the list's beginning
	Audits     string // address of the fairness audits; "" for those who may not read them
	Frameworks string // address of the list of frameworks, for whoever makes them
}

func (campaignsPage) template() string { return "campaigns" }

type campaignLine struct {
	Code, Title, To string
	Phase           phaseTag
}

// phaseTag is a phase in words, and the class that colours it.
type phaseTag struct{ Words, Class string }

func tagOf(p selection.Phase) phaseTag {
	return phaseTag{Words: p.Words(), Class: "tag tag-" + string(p)}
}

func (p *pages) home(c *call) error { return c.Redirect(http.StatusSeeOther, c.address("campaigns")) }

func (p *pages) listCampaigns(c *call) (page, error) {
	at, err := c.cursor(1)
	if err != nil {
		return nil, err
	}
	found, err := p.db.Campaigns(c.ctx(), c.who, at.after[0], at.more())
	if err != nil {
		return nil, err
	}
	list := part(at, found, func(k store.CampaignSummary) []string { return []string{k.Code} })
	shown := campaignsPage{layout: p.layout(c, "Campaigns"), Began: at.after[0] == "", Audits: auditsAddress(c)}
	for _, k := range list.Items {
		shown.Campaigns = append(shown.Campaigns, campaignLine{Code: k.Code, Title: k.Title, To: c.address("campaigns", k.Code), Phase: tagOf(k.Phase)})
	}
	if list.Next != nil {
		shown.Next = c.address("campaigns") + "?after=" + url.QueryEscape(*list.Next)
	}
	if mayEditFrameworks(c) {
		shown.Frameworks = c.address("frameworks")
	}
	shown.Only = shown.Began && len(shown.Campaigns) == 1
	return shown, nil
}
