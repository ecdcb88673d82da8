package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// tombstoneList is the JSON that the API gives too, so that either is replayed.
type tombstoneList struct {
	Trust      string            `json:"trust"`
	Tombstones []store.Tombstone `json:"tombstones"`
}

// listedStone is a tombstone of a list, and the line where it stands.
type listedStone struct {
	store.Tombstone
	line int
}

func (s listedStone) key() [2]string { return [2]string{s.Campaign, s.Candidate} }

func tombstoneColumns() []string {
	return []string{"trust", "campaign", "candidate", "event_id", "erased_at"}
}

func newTombstones(term terminal) *cobra.Command {
	var trust, format string
	cmd := &cobra.Command{
		Use: "tombstones --trust TRUST", Short: "List whose personal data were erased, to be kept outside",
		Long: "Keep the list apart from the backups, and newer than they are: a restored backup has again\n" +
			"what was erased after it, and `appointable erase --replay` erases it once more.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if err := checkFormat(format); err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				list, err := db.Tombstones(cmd.Context(), who)
				if err != nil {
					return err
				}
				return printTombstones(term, tombstoneList{trust, list}, format)
			})
		},
	}
	addTrust(cmd, &trust)
	addFormat(cmd, &format)
	return cmd
}

func printTombstones(term terminal, list tombstoneList, format string) error {
	if format == "json" {
		out := json.NewEncoder(term.out)
		out.SetIndent("", "  ")
		return out.Encode(list)
	}
	rows := make([][]string, len(list.Tombstones))
	for i, s := range list.Tombstones {
		rows[i] = []string{list.Trust, s.Campaign, s.Candidate, s.Event.String(), s.At.Format(time.RFC3339Nano)}
	}
	if format == "csv" {
		return csv.NewWriter(term.out).WriteAll(append([][]string{tombstoneColumns()}, rows...))
	}
	w := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "campaign\tcandidate\terased\tevent") // what fails shows at Flush
	for _, row := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", row[1], row[2], row[4][:len("2006-01-02")], row[3])
	}
	return w.Flush()
}

// readTombstones reads a list as `appointable tombstones` prints it, JSON or
// CSV. It returns Invalid, with file and line, for what is no such list, and for
// one of another trust: codes are the same in many.
func readTombstones(file, trust string) ([]listedStone, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read: %s", file, errors.Unwrap(err))
	}
	r := stoneReader{file: file, trust: trust}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		r.json(text)
	} else {
		r.csv(text)
	}
	return r.stones, r.wrong.Err("nobody was erased: %s is not a list that `appointable tombstones` printed", file)
}

// tombstonesOf reads of which trust a list is: the first that it names; "" for
// a CSV without a row. It returns Invalid for what is no list.
func tombstonesOf(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fault.New(fault.Invalid, "%s cannot be read: %s", file, errors.Unwrap(err))
	}
	var list struct {
		Trust string `json:"trust"`
	}
	if json.Unmarshal(text, &list) == nil && list.Trust != "" {
		return list.Trust, nil
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))))
	if header, err := in.Read(); err != nil || !slices.Equal(header, tombstoneColumns()) {
		return "", fault.New(fault.Invalid, "%s is not a list that `appointable tombstones` printed", file)
	}
	row, err := in.Read()
	if errors.Is(err, io.EOF) {
		return "", nil
	}
	if err != nil {
		return "", fault.New(fault.Invalid, "%s is not a list that `appointable tombstones` printed: %s", file, err)
	}
	return row[0], nil
}

type stoneReader struct {
	file, trust string
	stones      []listedStone
	wrong       fault.List
}

func (r *stoneReader) complain(line int, format string, args ...any) {
	r.wrong.Add(fmt.Sprintf("%s:%d", r.file, line), format, args...)
}

func (r *stoneReader) add(line int, trust string, s store.Tombstone) {
	switch {
	case trust != r.trust:
		r.complain(line, "is of the trust %q, not of %q", trust, r.trust)
	case s.Campaign == "" || s.Candidate == "":
		r.complain(line, "names no campaign, or no candidate")
	default:
		r.stones = append(r.stones, listedStone{s, line})
	}
}

func (r *stoneReader) csv(text []byte) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))))
	in.FieldsPerRecord = -1
	for first := true; ; first = false {
		row, err := in.Read()
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			r.complain(parse.Line, "the quotes are out of step")
			return
		}
		if errors.Is(err, io.EOF) {
			if first {
				r.complain(1, "the file is empty")
			}
			return
		}
		line, _ := in.FieldPos(0)
		switch {
		case !first:
			r.row(line, row)
		case !slices.Equal(row, tombstoneColumns()):
			r.complain(line, "the columns must be trust,campaign,candidate,event_id,erased_at")
			return
		}
	}
}

func (r *stoneReader) row(line int, row []string) {
	if len(row) != len(tombstoneColumns()) {
		r.complain(line, "has %d columns, and must have %d", len(row), len(tombstoneColumns()))
		return
	}
	event, err := uuid.Parse(row[3])
	if err != nil {
		r.complain(line, "%q is not the id of an event", row[3])
		return
	}
	at, err := time.Parse(time.RFC3339Nano, row[4])
	if err != nil {
		r.complain(line, "%q is no time; it is written as 2027-01-31T12:00:00Z", row[4])
		return
	}
	r.add(line, row[0], store.Tombstone{Campaign: row[1], Candidate: row[2], Event: event, At: at})
}

func (r *stoneReader) json(text []byte) {
	lineAt := func(offset int64) int { return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n")) }
	var list struct {
		Trust      string            `json:"trust"`
		Tombstones []json.RawMessage `json:"tombstones"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		syntax, ok := errors.AsType[*json.SyntaxError](err)
		if !ok {
			r.complain(1, "has no trust with its tombstones")
			return
		}
		r.complain(lineAt(syntax.Offset), "is no JSON from here on")
		return
	}
	if list.Tombstones == nil {
		r.complain(1, "has no tombstones")
	}
	end := 0 // of the entry before; entries stand in the file as they are, in order
	for _, raw := range list.Tombstones {
		at := end + bytes.Index(text[end:], raw)
		end = at + len(raw)
		var s store.Tombstone
		if err := json.Unmarshal(raw, &s); err != nil {
			r.complain(lineAt(int64(at)), "is no tombstone: campaign, candidate, event_id and erased_at")
			continue
		}
		r.add(lineAt(int64(at)), list.Trust, s)
	}
}
