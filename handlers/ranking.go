package handlers

import (
	"github.com/labstack/echo/v4"

	"appointable/internal/store"
	"appointable/selection"
)

// A ranking is answered as the bytes that were stored: whoever recomputes it
// with `appointable rank` from the exported round gets the same.

func (c *call) ranking(run store.RankingRun, err error) error {
	if err != nil {
		return err
	}
	c.Response().Header().Set("Appointable-Run", run.ID.String())
	return c.Blob(c.route.success(), echo.MIMEApplicationJSON, run.Result)
}

func (s *Server) latestRanking(c *call) error {
	return c.ranking(s.db.LatestRanking(c.ctx(), c.who, c.param("campaign")))
}

func (s *Server) rank(c *call) error {
	if err := c.noBody(); err != nil {
		return err
	}
	return c.ranking(s.db.Rank(c.ctx(), c.who, c.param("campaign"), selection.DefaultSettings()))
}
