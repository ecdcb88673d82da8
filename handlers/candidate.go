package handlers

import (
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

type candidatesRequest struct {
	Candidates []candidateRequest `json:"candidates" validate:"min=1,max=20000,dive"`
}

// candidateRequest is how far a candidate came: yes, no, or nothing where it is
// not known.
type candidateRequest struct {
	Candidate   string           `json:"candidate" validate:"max=64"` // their code
	Applied     selection.Answer `json:"applied"`
	Shortlisted selection.Answer `json:"shortlisted"`
	Interviewed selection.Answer `json:"interviewed"`
	Appointable selection.Answer `json:"appointable"`
	Offered     selection.Answer `json:"offered"`
	Accepted    selection.Answer `json:"accepted"`
	Withdrawn   bool             `json:"withdrawn"`
}

func (r candidateRequest) candidate() selection.Candidate {
	return selection.Candidate{
		Code: r.Candidate, Applied: r.Applied, Shortlisted: r.Shortlisted, Interviewed: r.Interviewed,
		Appointable: r.Appointable, Offered: r.Offered, Accepted: r.Accepted, Withdrawn: r.Withdrawn,
	}
}

// candidateView is a candidate under an ETag.
type candidateView struct{ store.Candidate }

func (v candidateView) etag() int { return v.Version }

func (s *Server) candidates(c *call) (list[store.Candidate], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.Candidate]{}, err
	}
	found, err := s.db.Candidates(c.ctx(), c.who, c.param("campaign"), at.after[0], at.more())
	return part(at, found, func(k store.Candidate) []string { return []string{k.Code} }), err
}

// addedView lists what was added.
type addedView struct {
	Candidates []store.Candidate `json:"candidates"`
}

func (s *Server) addCandidates(c *call, in candidatesRequest) (addedView, error) {
	candidates := make([]selection.Candidate, len(in.Candidates))
	for i, r := range in.Candidates {
		candidates[i] = r.candidate()
	}
	added, err := s.db.AddCandidates(c.ctx(), c.who, c.param("campaign"), c.key(), candidates)
	return addedView{added}, err
}

func (s *Server) changeCandidate(c *call, in candidateRequest) (candidateView, error) {
	code := c.param("candidate")
	if in.Candidate != "" && in.Candidate != code {
		var l fault.List
		l.Add("candidate", "is %q, and the address says %q; a candidate keeps their code", in.Candidate, code)
		return candidateView{}, l.Err("the candidate was not changed")
	}
	in.Candidate = code
	changed, err := s.db.ChangeCandidate(c.ctx(), c.who, c.param("campaign"), c.version, in.candidate())
	return candidateView{changed}, err
}
