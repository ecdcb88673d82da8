package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// logPage is the record of changes, and what was signed of it.
type logPage struct {
	layout
	Checkpoint *checkpointView // nil: nothing is signed yet
	Logs       []logLine       // where there is more than one
	Filter     recordFilter
	Lines      []recordLine
	Older      string
	Proof      string // where one leaf is looked up
}

func (logPage) template() string { return "log" }

// checkpointView is what the log's key has signed.
type checkpointView struct {
	Origin, Size, Root, Signed string
}

type logLine struct {
	Number       int
	Origin, Size string
	Begun, Ended moment
}

// recordFilter is what the record is narrowed to.
type recordFilter struct {
	Here, Person, Day string
	Problem           string
	Fields            []fieldProblem
}

// recordLine is an event for an auditor to read.
type recordLine struct {
	At                         moment
	Who, Username, What, About string
	Campaign                   string
	Kind                       string
	Proof                      string // where it is shown to be in the log; "": it is not yet
	Place                      string
}

func (p *pages) showLog(c *call) (page, error) {
	shown := logPage{layout: p.layout(c, "Log of changes"), Proof: c.address("log", "proof")}
	query, err := p.recordQuery(c, &shown.Filter, c.address("log"))
	if err != nil {
		return nil, err
	}
	if shown.Lines, shown.Older, err = p.record(c, query, shown.Filter); err != nil {
		return nil, err
	}
	if shown.Checkpoint, err = p.newestCheckpoint(c); err != nil {
		return nil, err
	}
	shown.Logs, err = p.logs(c)
	return shown, err
}

func (p *pages) newestCheckpoint(c *call) (*checkpointView, error) {
	signed, err := p.db.LogCheckpoint(c.ctx(), c.who, 0)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return viewCheckpoint(string(signed))
}

func viewCheckpoint(signed string) (*checkpointView, error) {
	read, err := audit.ReadCheckpoint([]byte(signed))
	if err != nil {
		return nil, err
	}
	return &checkpointView{Origin: read.Origin, Size: thousands(int(read.Size)), Root: audit.HexHash(read.Root), Signed: signed}, nil
}

// logs are those of the trust, where there are several.
func (p *pages) logs(c *call) ([]logLine, error) {
	logs, err := p.db.TrustLogs(c.ctx(), c.who)
	if fault.Is(err, fault.NotFound) || err == nil && len(logs) < 2 {
		return nil, nil
	}
	var lines []logLine
	for _, l := range logs {
		lines = append(lines, logLine{Number: l.Number, Origin: l.Origin, Size: thousands(int(l.Size)), Begun: p.moment(&l.Begun), Ended: p.moment(l.Ended)})
	}
	return lines, err
}

// recordQuery reads what the record is narrowed to. What cannot be read is said
// beside its field, and leaves the record as it is.
func (p *pages) recordQuery(c *call, shown *recordFilter, here string) (store.RecordQuery, error) {
	*shown = recordFilter{Here: here, Person: c.QueryParam("person"), Day: c.QueryParam("day")}
	query := store.RecordQuery{Username: shown.Person}
	if shown.Day != "" {
		day, err := time.ParseInLocation(time.DateOnly, shown.Day, p.london)
		if err != nil {
			shown.Problem = "This is no day; write it as 2027-01-31."
			shown.Fields = []fieldProblem{{Field: "day", Message: shown.Problem}}
		} else {
			query.From, query.To = day, day.AddDate(0, 0, 1)
		}
	}
	if text := c.QueryParam("before"); text != "" {
		before, err := uuid.Parse(text)
		if err != nil {
			return query, refuse(http.StatusBadRequest, "before is no place in the record; send it as it was given")
		}
		query.Before = before
	}
	return query, nil
}

// record lists events and says where it goes on.
func (p *pages) record(c *call, query store.RecordQuery, filter recordFilter) (lines []recordLine, older string, err error) {
	found, err := p.db.Record(c.ctx(), c.who, query, defaultLimit+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > defaultLimit {
		found = found[:defaultLimit]
		on := url.Values{"before": {found[defaultLimit-1].ID.String()}}
		for name, value := range map[string]string{"person": filter.Person, "day": filter.Day} {
			if value != "" {
				on.Set(name, value)
			}
		}
		older = filter.Here + "?" + on.Encode()
	}
	for _, e := range found {
		line := recordLine{
			At: p.moment(&e.At), Who: whoDid(e), Username: e.Username, What: whatHappened(e), About: aboutWhat(e), Kind: e.Kind, Campaign: e.Campaign,
		}
		if e.Log > 0 {
			line.Proof = c.address("log", "proof") + "?leaf=" + audit.HexHash([32]byte(e.Hash))
			line.Place = "leaf " + strconv.FormatInt(e.Position, 10)
		}
		lines = append(lines, line)
	}
	return lines, older, nil
}

// readingsPage says who has read what was sealed, who a candidate is, and what
// left the service.
type readingsPage struct {
	layout
	Filter recordFilter
	Lines  []recordLine
	Older  string
}

func (readingsPage) template() string { return "readings" }

// readingKinds are the events that show somebody something and change nothing
// but the record.
func readingKinds() []string {
	return []string{
		"reading.sealed", "candidate.identity-read", "candidate.subject-access-made", "candidate.monitoring-given", "monitoring.read",
		"monitoring.recalled", "monitoring.released",
		"campaign.exported", "campaign.evidence-exported",
	}
}

func (p *pages) showReadings(c *call) (page, error) {
	shown := readingsPage{layout: p.layout(c, "Who read what")}
	query, err := p.recordQuery(c, &shown.Filter, c.address("readings"))
	if err != nil {
		return nil, err
	}
	query.Kinds = readingKinds()
	shown.Lines, shown.Older, err = p.record(c, query, shown.Filter)
	return shown, err
}
