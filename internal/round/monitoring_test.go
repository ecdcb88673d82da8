package round_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/round"
)

func readMonitoring(t *testing.T, text string) (round.Monitoring, []string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "monitoring.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return round.ReadMonitoring(t.Context(), path)
}

func TestReadMonitoring(t *testing.T) {
	m, notices, err := readMonitoring(t, "\xEF\xBB\xBFsex;candidate;ethnicity;shoe\r\nfemale;C1;N;42\r\n;C2;;\r\n;C3;Z;\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Rows) != 2 || m.Rows[0].Candidate != "C1" || m.Rows[0].Answers["sex"] != "female" || m.Rows[0].Answers["ethnicity"] != "N" ||
		m.Rows[1].Candidate != "C3" || len(m.Rows[1].Answers) != 1 {
		t.Errorf("%+v", m.Rows)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "shoe") {
		t.Errorf("notices %q", notices)
	}

	// What the store says of a row is told in the file.
	var l fault.List
	l.Add("monitoring[1].candidate", "there is no candidate %q in this campaign", "C3")
	located := m.Locate(l.Err("nothing was stored"))
	if got := fault.FieldsOf(located)[0].Where; got != "monitoring.csv:4:2" {
		t.Errorf("located at %s", got)
	}
	if other := fault.New(fault.Conflict, "held"); !errors.Is(m.Locate(other), other) {
		t.Error("another error is changed")
	}
}

func TestReadMonitoringTellsEveryMistake(t *testing.T) {
	for text, want := range map[string]string{
		"candidate,ethnicity,sex\nC1,I,woman\n,A,\nC2,=A1,male\nC1,A,\n": "2:4 2:6 3:1 4:4 5:1",
		"candidate,ethnicty\nC1,A\n":                                     "1:11",
		"ethnicity\nA\n":                                                 "1",
		"candidate\nC1\n":                                                "1",
		"candidate,sex\nC1,male,x\n":                                     "2:9",
		"":                                                               "1:1",
	} {
		_, _, err := readMonitoring(t, text)
		var told []string
		for _, f := range fault.FieldsOf(err) {
			told = append(told, strings.TrimPrefix(f.Where, "monitoring.csv:"))
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%q: told at %s, want %s: %v", text, got, want, err)
		}
	}
}
