package handlers

import "appointable/internal/store"

type retentionRequest struct {
	KeepUntil string `json:"keep_until" validate:"max=10"`
	Hold      string `json:"hold" validate:"max=1000"`
}

func (s *Server) retention(c *call) (store.Retention, error) {
	return s.db.Retention(c.ctx(), c.who, c.param("campaign"))
}

func (s *Server) setRetention(c *call, in retentionRequest) (store.Retention, error) {
	return s.db.SetRetention(c.ctx(), c.who, c.param("campaign"), store.Retention(in))
}

type eraseRequest struct {
	Reason string `json:"reason" validate:"required,max=1000"`
}

func (s *Server) eraseCandidate(c *call, in eraseRequest) (store.Tombstone, error) {
	return s.db.EraseCandidate(c.ctx(), c.who, c.param("campaign"), c.param("candidate"), in.Reason)
}

// tombstonesView lists whose data were erased.
type tombstonesView struct {
	Trust      string            `json:"trust"` // a list is replayed in no other
	Tombstones []store.Tombstone `json:"tombstones"`
}

func (s *Server) tombstones(c *call) (tombstonesView, error) {
	list, err := s.db.Tombstones(c.ctx(), c.who)
	return tombstonesView{Trust: c.param("trust"), Tombstones: list}, err
}
