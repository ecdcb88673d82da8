package round

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"appointable/internal/fault"
	"appointable/selection/monitoring"
)

// Monitoring is what candidates said of their protected characteristics, from a
// file that is read apart from its round.
type Monitoring struct {
	Rows []monitoring.Row // without those that say nothing

	file   string
	places [][2]int // of each row's candidate: line, column
}

// monitoringColumns are the candidate and every characteristic of the catalogue.
func monitoringColumns() []column {
	columns := []column{{"candidate", true}}
	for _, c := range monitoring.Catalogue() {
		columns = append(columns, column{c.Code, false})
	}
	return columns
}

// ReadMonitoring reads a monitoring.csv, or the first sheet of a workbook. An
// empty cell says nothing; to decline is an answer with a code of its own. It
// returns the notices as Read does, Invalid with every mistake of the file (at
// most 1000), and ctx's error when the caller stops waiting.
func ReadMonitoring(ctx context.Context, path string) (Monitoring, []string, error) {
	in, f := openAlone(path)
	m := Monitoring{file: f.name}
	if !f.unusable {
		first := map[string]int{}
		whole, err := in.eachRow(ctx, f, monitoringColumns(), func(t *table) { m.row(t, first) })
		if err != nil {
			return Monitoring{}, nil, err
		}
		if whole && len(f.complaints) == 0 && len(m.Rows) == 0 {
			f.complain(1, 0, "there is no answer in it; columns are candidate and %s", strings.Join(characteristicCodes(), ", "))
		}
	}
	if err := in.report("the file"); err != nil {
		return Monitoring{}, in.allNotices(), err
	}
	return m, in.allNotices(), nil
}

func (m *Monitoring) row(t *table, first map[string]int) {
	row := monitoring.Row{Candidate: t.code(0), Answers: map[string]string{}}
	line, column := t.place("candidate")
	if before, again := first[row.Candidate]; again && row.Candidate != "" {
		t.complain(0, "%s is there already, on line %d", shown(row.Candidate), before)
	}
	first[row.Candidate] = line
	for c := 1; c < len(t.columns); c++ {
		answer, _ := t.cell(c)
		if answer == "" {
			continue
		}
		if problem := monitoring.Problem(t.columns[c].name, answer); problem != "" {
			t.complain(c, "%s", problem)
		}
		row.Answers[t.columns[c].name] = t.intern(answer)
	}
	if len(row.Answers) > 0 {
		m.Rows = append(m.Rows, row)
		m.places = append(m.places, [2]int{line, column})
	}
}

func characteristicCodes() []string {
	var codes []string
	for _, c := range monitoringColumns()[1:] {
		codes = append(codes, c.name)
	}
	return codes
}

// Locate says where in the file the rows stand that whoever stores them
// complains of; any other error it gives back.
func (m Monitoring) Locate(err error) error {
	fields := slices.Clone(fault.FieldsOf(err))
	if !fault.Is(err, fault.Invalid) || len(fields) == 0 {
		return err
	}
	l := fault.List{Fields: fields}
	for i, field := range l.Fields {
		rest, ok := strings.CutPrefix(field.Where, "monitoring[")
		number, _, _ := strings.Cut(rest, "]")
		if row, wrong := strconv.Atoi(number); ok && wrong == nil && row < len(m.places) {
			l.Fields[i].Where = fmt.Sprintf("%s:%d:%d", m.file, m.places[row][0], m.places[row][1])
		}
	}
	return l.Err("nothing was stored")
}
