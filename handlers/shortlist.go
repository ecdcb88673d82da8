package handlers

import (
	"appointable/internal/store"
	"appointable/selection"
)

// shortlistRequest says of some candidates whether the panel sees them; of the
// others nothing changes.
type shortlistRequest struct {
	Shortlist []shortlistedRequest `json:"shortlist" validate:"min=1,max=20000,dive"`
}

type shortlistedRequest struct {
	Candidate   string `json:"candidate" validate:"required,max=64"`
	Shortlisted *bool  `json:"shortlisted" validate:"required"`
	Reason      string `json:"reason" validate:"max=1200"` // one line; needed for a no
}

func (r shortlistRequest) lines() []selection.Shortlisted {
	lines := make([]selection.Shortlisted, len(r.Shortlist))
	for i, s := range r.Shortlist {
		lines[i] = selection.Shortlisted{Candidate: s.Candidate, Shortlisted: *s.Shortlisted, Reason: s.Reason}
	}
	return lines
}

func (s *Server) shortlist(c *call) (list[store.ShortlistLine], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.ShortlistLine]{}, err
	}
	found, err := s.db.Shortlist(c.ctx(), c.who, c.param("campaign"), at.after[0], at.more())
	return part(at, found, func(l store.ShortlistLine) []string { return []string{l.Candidate} }), err
}

func (s *Server) recordShortlist(c *call, in shortlistRequest) (campaignView, error) {
	return viewCampaign(s.db.RecordShortlist(c.ctx(), c.who, c.param("campaign"), c.version, in.lines()))
}

func (s *Server) lockShortlist(c *call) (campaignView, error) {
	return viewCampaign(s.db.LockShortlist(c.ctx(), c.who, c.param("campaign"), c.version))
}
