package handlers

import (
	"net/url"
	"time"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection/monitoring"
)

type monitoringRequest struct {
	Monitoring []monitoringRowRequest `json:"monitoring" validate:"min=1,max=20000,dive"`
}

// monitoringRowRequest is what one candidate said elsewhere: a code for each
// characteristic that they were asked of.
type monitoringRowRequest struct {
	Candidate string            `json:"candidate" validate:"required,max=64"`
	Answers   map[string]string `json:"answers" validate:"required,max=20"`
}

// openVault is the vault, or Conflict where this installation has none.
func (s *Server) openVault() (*store.Vault, error) {
	if s.vault == nil {
		return nil, fault.New(fault.Conflict, "this installation runs without the monitoring vault; whoever runs it can set MONITORING_DATABASE_URL")
	}
	return s.vault, nil
}

// importMonitoring takes no Idempotency-Key: sent again it changes nothing, and
// a hash of what was said would be kept beside the key.
func (s *Server) importMonitoring(c *call, in monitoringRequest) (store.Received, error) {
	vault, err := s.openVault()
	if err != nil {
		return store.Received{}, err
	}
	rows := make([]monitoring.Row, len(in.Monitoring))
	for i, r := range in.Monitoring {
		rows[i] = monitoring.Row{Candidate: r.Candidate, Answers: r.Answers}
	}
	return vault.Import(c.ctx(), c.who, c.param("campaign"), rows)
}

func (s *Server) monitoringProgress(c *call) (monitoring.ShownProgress, error) {
	vault, err := s.openVault()
	if err != nil {
		return monitoring.ShownProgress{}, err
	}
	return vault.Progress(c.ctx(), c.who, c.param("campaign"))
}

// askingView is the link by which a candidate is asked.
type askingView struct {
	Candidate string    `json:"candidate"`
	Address   string    `json:"address"` // to be given to the candidate, and to nobody else
	Expires   time.Time `json:"expires"`
}

func (s *Server) askMonitoring(c *call) (askingView, error) {
	vault, err := s.openVault()
	if err != nil {
		return askingView{}, err
	}
	asking, err := vault.Ask(c.ctx(), c.who, c.param("campaign"), c.param("candidate"))
	return askingView{Candidate: asking.Candidate, Address: s.origin + monitoringLink(c.trust, asking.Token), Expires: asking.Expires}, err
}

// monitoringLink is the path at which a candidate answers.
func monitoringLink(trust store.Trust, token access.Token) string {
	return addressIn(trust, "monitoring") + "?link=" + url.QueryEscape(string(token))
}

type monitoringCountsRequest struct {
	Campaigns []string `json:"campaigns" validate:"required,min=1,max=20000"`
	Reason    string   `json:"reason" validate:"required,max=1000"`
}

// monitoringCountsView has true counts, the smallest among them.
type monitoringCountsView struct {
	Counts []monitoring.Count `json:"counts"`
}

func (s *Server) monitoringCounts(c *call, in monitoringCountsRequest) (monitoringCountsView, error) {
	vault, err := s.openVault()
	if err != nil {
		return monitoringCountsView{}, err
	}
	counts, err := vault.Counts(c.ctx(), c.who, in.Campaigns, in.Reason)
	return monitoringCountsView{Counts: counts}, err
}
