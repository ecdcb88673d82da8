package evidence

import (
	"fmt"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Report is what Verify found. A bundle is sound where no check has a failure.
type Report struct {
	Sound    bool      `json:"sound"`
	About    *About    `json:"bundle"` // null where the checkpoint could not be trusted: then nothing in it can be
	Checks   []Check   `json:"checks"`
	Receipts []Receipt `json:"receipts,omitempty"`
	Limits   []string  `json:"does_not_show"`
}

// About says which bundle it is, from what is signed.
type About struct {
	Trust    string `json:"trust"`
	Campaign string `json:"campaign"`
	Exported string `json:"exported_at"`
	Origin   string `json:"origin"`
	Size     int64  `json:"size"`
	Root     string `json:"root"`
	Former   []Log  `json:"former_logs,omitempty"`
	Events   int    `json:"events"`
	Erased   int    `json:"erased"`
	Withheld int    `json:"withheld"`
}

// Log is a former log of the trust, as far as it is still there.
type Log struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
}

// Check is one thing that was looked at.
type Check struct {
	Name     string        `json:"name"`
	Means    string        `json:"means"`           // what it shows where nothing failed
	Failures []fault.Field `json:"failures"`        // the first 1,000
	Notes    []string      `json:"notes,omitempty"` // worth knowing, and no failure
}

// Receipt is where in the log the leaf of a receipt stands.
type Receipt struct {
	Hash     string `json:"leaf_hash"`
	Position int64  `json:"position"`      // -1: nowhere
	Log      string `json:"log,omitempty"` // the former log where it stands; "": the current one
	Event    string `json:"event,omitempty"`
}

// maxFailures keeps what is said of a file of nothing but mistakes in bounds.
const maxFailures = 1000

func (c *Check) full() bool { return len(c.Failures) >= maxFailures }

func (c *Check) fail(where, format string, args ...any) {
	if c.full() {
		return
	}
	c.Failures = append(c.Failures, fault.Field{Where: where, Message: fmt.Sprintf(format, args...)})
}

// failAll takes over what an error complains of, under a place.
func (c *Check) failAll(where string, err error) {
	var l fault.List
	l.AddAll(where, err)
	c.Failures = append(c.Failures, l.Fields[:min(len(l.Fields), maxFailures-len(c.Failures))]...)
}

func (c *Check) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// conclude ends a report.
func (r Report) conclude() Report {
	r.Sound = true
	for i := range r.Checks {
		r.Sound = r.Sound && len(r.Checks[i].Failures) == 0
		if r.Checks[i].Failures == nil {
			r.Checks[i].Failures = []fault.Field{}
		}
	}
	r.Limits = limits()
	return r
}

// limits are what no bundle shows by itself.
func limits() []string {
	return []string{
		"That what was written down is true: the log shows what was entered, when by the server's clock and by which account, and that it is unchanged since.",
		"That the owner of the service did not write the whole log anew and sign it again, before anybody outside kept a checkpoint of it. A checkpoint kept from before, given with --checkpoint, shows that nothing signed by then was changed.",
		"That no other entry of the log tells another story of this campaign: of the rest of the trust's entries the bundle has the hashes only. The service's database refuses two events of the same object and version.",
		"That this is the latest: a bundle that was exported earlier stays sound. Look at the date of its export.",
		"Anything that never reached the service, such as what was said in the room.",
	}
}

// aboutOf counts and names.
func aboutOf(l Logged, s Sealed) *About {
	a := About{
		Exported: l.Export.Leaf.At.UTC().Format("2 January 2006, 15:04:05 UTC"), Origin: l.Now.Checkpoint.Origin,
		Size: l.Now.Checkpoint.Size, Root: audit.HexHash(l.Now.Checkpoint.Root), Events: len(s.events) + 1,
	}
	for _, f := range s.formerLogs() {
		a.Former = append(a.Former, Log(f))
	}
	if exported, err := exportOf(l.Export); err == nil {
		a.Trust, a.Campaign = exported.Trust, exported.Code
	}
	for _, e := range s.events {
		switch e.Closed {
		case Erased:
			a.Erased++
		case Withheld:
			a.Withheld++
		}
	}
	return &a
}
