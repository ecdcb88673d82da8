package handlers

import (
	"fmt"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// campaignView is a campaign as the asker may see it, with what is unwise in
// its plan.
type campaignView struct {
	store.Campaign
	Warnings []string `json:"warnings"`
}

func (v campaignView) etag() int { return v.Version }

func viewCampaign(c store.Campaign, err error) (campaignView, error) {
	if err != nil {
		return campaignView{}, err
	}
	return campaignView{Campaign: c, Warnings: present(c.Document.Warnings(c.Framework.Document))}, nil
}

type campaignRequest struct {
	Framework string             `json:"framework" validate:"required,max=64"`
	Version   int                `json:"version" validate:"required,min=1,max=2147483647"`
	Campaign  selection.Campaign `json:"campaign"`
}

type seatRequest struct {
	Username string `json:"username" validate:"required,max=100"`
}

// replacementRequest is the newcomer: their rater code, which nobody has on
// this panel, who they are, and why the member before them sits no more.
type replacementRequest struct {
	Rater    string `json:"rater" validate:"required,max=64"`
	Username string `json:"username" validate:"required,max=100"`
	Reason   string `json:"reason" validate:"required,max=4000"`
}

type assignmentRequest struct {
	Sheets []sheetNameRequest `json:"sheets" validate:"min=1,max=20000,dive"`
}

type sheetNameRequest struct {
	Rater     string `json:"rater" validate:"required,max=64"`
	Candidate string `json:"candidate" validate:"required,max=64"`
	Exercise  string `json:"exercise" validate:"required,max=64"`
}

// countView says how many were taken in.
type countView struct {
	Count int `json:"count"`
}

type reasonRequest struct {
	Reason string `json:"reason" validate:"max=4000"` // needed where required sheets are missing
}

func (s *Server) campaigns(c *call) (list[store.CampaignSummary], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.CampaignSummary]{}, err
	}
	found, err := s.db.Campaigns(c.ctx(), c.who, at.after[0], at.more())
	return part(at, found, func(k store.CampaignSummary) []string { return []string{k.Code} }), err
}

func (s *Server) createCampaign(c *call, in campaignRequest) (campaignView, error) {
	return viewCampaign(s.db.CreateCampaign(c.ctx(), c.who, c.key(), store.NewCampaign{
		Framework: in.Framework, Version: in.Version, Document: in.Campaign,
	}))
}

func (s *Server) campaign(c *call) (campaignView, error) {
	return viewCampaign(s.db.Campaign(c.ctx(), c.who, c.param("campaign")))
}

func (s *Server) changeCampaign(c *call, in selection.Campaign) (campaignView, error) {
	if code := c.param("campaign"); in.Code != code {
		var l fault.List
		l.Add("campaign", "is %q, and the address says %q; a campaign keeps its code", in.Code, code)
		return campaignView{}, l.Err("the campaign was not changed")
	}
	return viewCampaign(s.db.ChangeCampaign(c.ctx(), c.who, c.version, in))
}

func (s *Server) fillSeat(c *call, in seatRequest) (campaignView, error) {
	return viewCampaign(s.db.FillSeat(c.ctx(), c.who, c.param("campaign"), c.param("rater"), in.Username))
}

func (s *Server) replaceMember(c *call, in replacementRequest) (campaignView, error) {
	return viewCampaign(s.db.ReplaceMember(c.ctx(), c.who, c.param("campaign"), c.param("rater"), store.Newcomer(in)))
}

func (s *Server) assignSheets(c *call, in assignmentRequest) (countView, error) {
	names := make([]store.SheetName, len(in.Sheets))
	for i, n := range in.Sheets {
		names[i] = store.SheetName(n)
	}
	n, err := s.db.AssignSheets(c.ctx(), c.who, c.param("campaign"), c.key(), names)
	return countView{n}, err
}

func (s *Server) openScoring(c *call) (campaignView, error) {
	return viewCampaign(s.db.OpenScoring(c.ctx(), c.who, c.param("campaign"), c.version))
}

func (s *Server) closeScoring(c *call, in reasonRequest) (campaignView, error) {
	return viewCampaign(s.db.CloseScoring(c.ctx(), c.who, c.param("campaign"), in.Reason))
}

// closeModeration fixes the marks and ranks, so that there is a ranking as soon
// as it may be seen. The two are two changes: where the second fails, the first
// stands, and the ranking can be asked for again.
func (s *Server) closeModeration(c *call) (campaignView, error) {
	code := c.param("campaign")
	if _, err := s.db.CloseModeration(c.ctx(), c.who, code, c.version); err != nil {
		return campaignView{}, err
	}
	if _, err := s.db.Rank(c.ctx(), c.who, code, selection.DefaultSettings()); err != nil {
		return campaignView{}, fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "moderation is closed, but the candidates could not be ranked; rank them again with POST …/ranking"), err)
	}
	return s.campaign(c)
}
