package handlers

import "appointable/internal/store"

// identityRequest is who a candidate is.
type identityRequest struct {
	Name      string `json:"name" validate:"required,max=200"`
	Email     string `json:"email" validate:"max=254"`
	Telephone string `json:"telephone" validate:"max=50"`
	Reference string `json:"reference" validate:"max=100"`
}

func (s *Server) identity(c *call) (store.Identity, error) {
	return s.db.Identity(c.ctx(), c.who, c.param("campaign"), c.param("candidate"))
}

// subjectAccess adds what the vault keeps of the candidate, where there is one.
func (s *Server) subjectAccess(c *call) (store.SubjectAccess, error) {
	pack, err := s.db.SubjectAccess(c.ctx(), c.who, c.param("campaign"), c.param("candidate"))
	if err != nil || s.vault == nil {
		return pack, err
	}
	own, err := s.vault.Own(c.ctx(), c.who, c.param("campaign"), c.param("candidate"))
	return pack.WithMonitoring(own), err
}

func (s *Server) putIdentity(c *call, in identityRequest) (store.Identity, error) {
	return s.db.PutIdentity(c.ctx(), c.who, c.param("campaign"), store.Identity{
		Candidate: c.param("candidate"), Name: in.Name, Email: in.Email, Telephone: in.Telephone, Reference: in.Reference,
	})
}
