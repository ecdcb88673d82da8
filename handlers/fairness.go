package handlers

import (
	"bytes"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/fairness"
)

const mimeCSV = "text/csv"

// fairnessRequest names a campaign, or a period in which campaigns were decided.
type fairnessRequest struct {
	Campaign string `json:"campaign" validate:"max=64"`
	From     string `json:"from" validate:"max=10"`
	To       string `json:"to" validate:"max=10"`
	Reason   string `json:"reason" validate:"required,max=1000"`
}

func (r fairnessRequest) scope() selection.FairnessScope {
	scope := selection.FairnessScope{Campaign: r.Campaign}
	if r.From != "" || r.To != "" {
		scope.Period = &fairness.Period{From: r.From, To: r.To}
	}
	return scope
}

// An audit of fairness is answered as the bytes that were stored, whose hash is
// in the log.

func (s *Server) auditFairness(c *call) error {
	var in fairnessRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	vault, err := s.openVault()
	if err != nil {
		return err
	}
	return c.fairness(s.db.AuditFairness(c.ctx(), vault, c.who, in.scope(), in.Reason))
}

func (s *Server) fairnessRun(c *call) error {
	id, err := uuid.Parse(c.param("run"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such audit of fairness here, or none that you may see")
	}
	return c.fairness(s.db.FairnessRun(c.ctx(), c.who, id))
}

func (s *Server) latestFairness(c *call) error {
	return c.fairness(s.db.LatestFairness(c.ctx(), c.who, c.param("campaign")))
}

func (c *call) fairness(run store.FairnessRun, err error) error {
	if err != nil {
		return err
	}
	c.Response().Header().Set("Appointable-Run", run.ID.String())
	switch c.QueryParam("format") {
	case "", "json":
		return c.Blob(c.route.success(), echo.MIMEApplicationJSON, run.Result)
	case "csv":
		audit, err := run.Audit()
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := writeFairnessCSV(&b, audit); err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="fairness-`+run.ID.String()+`.csv"`)
		return c.Blob(http.StatusOK, mimeCSV+"; charset=utf-8", b.Bytes())
	}
	return refuse(http.StatusBadRequest, "format is json or csv")
}

func (s *Server) fairnessRuns(c *call) (list[store.FairnessRun], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.FairnessRun]{}, err
	}
	before := uuid.Nil
	if at.after[0] != "" {
		if before, err = uuid.Parse(at.after[0]); err != nil {
			return list[store.FairnessRun]{}, noPlace()
		}
	}
	runs, err := s.db.FairnessRuns(c.ctx(), c.who, before, at.more())
	return part(at, runs, func(r store.FairnessRun) []string { return []string{r.ID.String()} }), err
}
