package handlers

import (
	"net/http"
	"strconv"
	"time"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

const (
	mimeText = "text/plain"
	// signedWithin is how soon a change is in a signed checkpoint, as a rule.
	signedWithin = time.Second
)

func (s *Server) trustLogs(c *call) (list[store.TrustLog], error) {
	logs, err := s.db.TrustLogs(c.ctx(), c.who)
	return list[store.TrustLog]{Items: logs}, notYet(err)
}

// logNumber reads which of the trust's logs is asked for; 0: the current one.
func logNumber(c *call) (int, error) {
	text := c.QueryParam("log")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "log is the number of one of the trust's logs, as …/logs lists them: from 1")
	}
	return int(n), nil
}

// logCheckpoint answers with the signed note, byte for byte.
func (s *Server) logCheckpoint(c *call) error {
	number, err := logNumber(c)
	if err != nil {
		return err
	}
	signed, err := s.db.LogCheckpoint(c.ctx(), c.who, number)
	if err != nil {
		return notYet(err)
	}
	return c.Blob(http.StatusOK, mimeText+"; charset=utf-8", signed)
}

func (s *Server) logInclusion(c *call) (store.LogInclusion, error) {
	leaf, err := audit.ParseHexHash(c.QueryParam("leaf"))
	if err != nil {
		return store.LogInclusion{}, err
	}
	found, err := s.db.LogInclusion(c.ctx(), c.who, leaf)
	return found, notYet(err)
}

func (s *Server) logConsistency(c *call) (audit.Consistency, error) {
	from, err := logSize(c, "from")
	if err != nil {
		return audit.Consistency{}, err
	}
	to, err := logSize(c, "to")
	if err != nil {
		return audit.Consistency{}, err
	}
	number, err := logNumber(c)
	if err != nil {
		return audit.Consistency{}, err
	}
	proof, err := s.db.LogConsistency(c.ctx(), c.who, number, from, to)
	return proof, notYet(err)
}

// logSize reads a size from the query.
func logSize(c *call, name string) (int64, error) {
	n, err := strconv.ParseInt(c.QueryParam(name), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "%s is the size of a checkpoint, its second line: a number from 1", name)
	}
	return n, nil
}

func (s *Server) logEntries(c *call) (list[store.LogEntry], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.LogEntry]{}, err
	}
	after := int64(-1)
	if at.after[0] != "" {
		if after, err = strconv.ParseInt(at.after[0], 10, 64); err != nil {
			return list[store.LogEntry]{}, noPlace()
		}
	}
	number, err := logNumber(c)
	if err != nil {
		return list[store.LogEntry]{}, err
	}
	entries, err := s.db.LogEntries(c.ctx(), c.who, number, after, at.more())
	return part(at, entries, func(e store.LogEntry) []string { return []string{strconv.FormatInt(e.Position, 10)} }), notYet(err)
}

// notYet tells whoever asks for what is not in the signed log when to ask
// again: it may be so in a moment.
func notYet(err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	r := refuse(http.StatusNotFound, "%s", err)
	r.retryAfter = signedWithin
	return r
}
