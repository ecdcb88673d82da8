package handlers

import (
	"fmt"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// health is what a load balancer or an operator asks.
type health struct {
	Status string   `json:"status"`          // ok, ready
	Off    []string `json:"off,omitempty"`   // what this installation runs without
	Wrong  []string `json:"wrong,omitempty"` // what its operator must see to, though requests are answered
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
	return health{Status: "ready", Off: s.off, Wrong: s.wrong()}, nil
}

// wrong is what the sequencer and the courier complain of. Requests are
// answered all the same: what is not in the log yet waits for it in the
// database.
func (s *Server) wrong() []string {
	var list []string
	if s.sequencer != nil {
		state := s.sequencer.State()
		if state.Behind > store.TooLate {
			list = append(list, fmt.Sprintf("the log is %.0f seconds behind", state.Behind.Seconds()))
		}
		if state.Refused != nil {
			list = append(list, state.Refused.Error())
		}
	}
	if s.courier != nil {
		for _, state := range s.courier.State() {
			if !state.Failing.IsZero() {
				list = append(list, fmt.Sprintf("checkpoints do not leave by %s since %s; the service's log says why", state.By, state.Failing.UTC().Format("2 January 2006, 15:04 UTC")))
			}
		}
	}
	return list
}
