package handlers

import (
	"fmt"

	"appointable/internal/fault"
)

// health is what a load balancer or an operator asks.
type health struct {
	Status string   `json:"status"`        // ok, ready
	Off    []string `json:"off,omitempty"` // what this installation runs without
}

// healthz says that the program runs, whatever else does not.
func (s *Server) healthz(*call) (health, error) { return health{Status: "ok"}, nil }

// readyz says whether requests can be answered: the database is there and its
// schema is the one this program knows. It returns Unavailable.
func (s *Server) readyz(c *call) (health, error) {
	if err := s.db.Pending(c.ctx()); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return health{}, fault.New(fault.Unavailable, "%s", err)
		}
		return health{}, fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "the database does not answer"), err)
	}
	return health{Status: "ready", Off: s.off}, nil
}
