package handlers

import (
	"strconv"

	"appointable/internal/store"
	"appointable/selection"
)

// poolPriors pools a framework's decided campaigns. It takes no
// Idempotency-Key, since the same marks are not pooled twice.
func (s *Server) poolPriors(c *call) (store.Refit, error) {
	return s.db.Refit(c.ctx(), c.who, c.param("code"), nil)
}

// priors lists what was pooled, newest first.
func (s *Server) priors(c *call) (list[selection.PooledPrior], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[selection.PooledPrior]{}, err
	}
	before := 0
	if at.after[0] != "" {
		if before, err = number(at.after[0]); err != nil {
			return list[selection.PooledPrior]{}, noPlace()
		}
	}
	found, err := s.db.Priors(c.ctx(), c.who, c.param("code"), before, at.more())
	return part(at, found, func(p selection.PooledPrior) []string { return []string{strconv.Itoa(p.Version)} }), err
}
