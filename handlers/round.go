package handlers

import (
	"bytes"
	"fmt"
	"net/http"

	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/selection"
)

const (
	mimeZip     = "application/zip"
	importLimit = 64 << 20

	// importsAtOnce bounds the memory that unpacked rounds can take.
	importsAtOnce = 1
)

// importView is the campaign that a round became, and what was left unread.
type importView struct {
	campaignView
	Notices []string `json:"notices"`
}

// exportRound answers with a round's files. It is a POST because it leaves a
// record. The zip is made before anything is sent, so that nobody is left with
// half of one.
func (s *Server) exportRound(c *call) error {
	if err := c.noBody(); err != nil {
		return err
	}
	code := c.param("campaign")
	r, err := s.db.Export(c.ctx(), c.who, code)
	if err != nil {
		return err
	}
	var zipped bytes.Buffer
	if err := round.WriteZip(c.ctx(), &zipped, r); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", code+".zip"))
	return c.Blob(http.StatusOK, mimeZip, zipped.Bytes())
}

// exportEvidence answers with a campaign's bundle of evidence, a POST as
// exportRound is.
func (s *Server) exportEvidence(c *call) error {
	if err := c.noBody(); err != nil {
		return err
	}
	code := c.param("campaign")
	var bundle bytes.Buffer
	if err := s.db.Evidence(c.ctx(), c.who, code, &bundle); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", code+"-evidence.zip"))
	return c.Blob(http.StatusOK, mimeZip, bundle.Bytes())
}

// importRound stores a round. The store asks again who may; it is asked here
// first so that nobody else can make the service unpack what they send.
func (s *Server) importRound(c *call) error {
	if err := access.Check(c.person.Roles, access.ImportCampaign); err != nil {
		return err
	}
	if _, err := c.readBody(mimeZip); err != nil {
		return err
	}
	return s.inTurn(c.ctx(), s.importing, func() error {
		r, notices, err := round.ReadZip(c.ctx(), bytes.NewReader(c.body), int64(len(c.body)))
		if err != nil {
			return err
		}
		return s.storeRound(c, r, notices)
	})
}

func (s *Server) storeRound(c *call, r selection.Round, notices []string) error {
	view, err := viewCampaign(s.db.Import(c.ctx(), c.who, c.key(), r))
	if err != nil {
		return err
	}
	return c.answer(importView{campaignView: view, Notices: present(notices)})
}
