package handlers

import (
	"appointable/internal/store"
	"appointable/selection"
)

type decisionRequest struct {
	Findings      []findingRequest `json:"findings" validate:"max=20000,dive"`
	Appointed     []string         `json:"appointed" validate:"max=20000"`
	Reserves      []string         `json:"reserves" validate:"max=20000"`
	Departure     string           `json:"departure"`
	Justification string           `json:"justification"`
	Dissent       []dissentRequest `json:"dissent" validate:"max=100,dive"`
}

type findingRequest struct {
	Candidate   string `json:"candidate" validate:"required,max=64"`
	Appointable *bool  `json:"appointable" validate:"required"` // a pointer: a finding left out is not a no
	Reason      string `json:"reason"`
}

type dissentRequest struct {
	Rater string `json:"rater" validate:"required,max=64"`
	Text  string `json:"text" validate:"required"`
}

func (r decisionRequest) decision() selection.Decision {
	d := selection.Decision{
		Findings: make([]selection.Finding, len(r.Findings)), Appointed: present(r.Appointed), Reserves: present(r.Reserves),
		Departure: r.Departure, Justification: r.Justification,
	}
	for i, f := range r.Findings {
		d.Findings[i] = selection.Finding{Candidate: f.Candidate, Appointable: *f.Appointable, Reason: f.Reason}
	}
	for _, x := range r.Dissent {
		d.Dissent = append(d.Dissent, selection.Dissent(x))
	}
	return d
}

func (s *Server) decision(c *call) (store.Decision, error) {
	return s.db.Decision(c.ctx(), c.who, c.param("campaign"))
}

func (s *Server) decide(c *call, in decisionRequest) (store.Decision, error) {
	return s.db.Decide(c.ctx(), c.who, c.param("campaign"), c.key(), in.decision())
}
