package handlers

import (
	"github.com/google/uuid"

	"appointable/internal/store"
)

func (s *Server) auditEvents(c *call) (list[store.AuditEvent], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.AuditEvent]{}, err
	}
	after := uuid.Nil
	if at.after[0] != "" {
		if after, err = uuid.Parse(at.after[0]); err != nil {
			return list[store.AuditEvent]{}, noPlace()
		}
	}
	events, err := s.db.AuditEvents(c.ctx(), c.who, after, at.more())
	return part(at, events, func(e store.AuditEvent) []string { return []string{e.ID.String()} }), err
}
