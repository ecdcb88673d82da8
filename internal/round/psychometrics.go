package round

import (
	"context"
	"strings"

	"appointable/selection"
)

// The columns of psychometrics.csv.
const (
	resultCandidate = iota
	resultInstrument
	resultScale
	resultScore
	resultTakenOn
)

func resultColumns() []column {
	return []column{
		{"candidate", true}, {"instrument", true}, {"scale", true}, {"score", true}, {"taken_on", false},
	}
}

func (in *folder) readPsychometrics(ctx context.Context) (results []selection.PsychometricResult, err error) {
	_, err = in.readTable(ctx, psychometricsTable, func(t *table) {
		r := selection.PsychometricResult{
			Candidate: t.code(resultCandidate), Instrument: t.code(resultInstrument), Scale: t.code(resultScale),
			Score: t.result(resultScore),
		}
		if text, _ := t.cell(resultTakenOn); text != "" {
			r.TakenOn = t.intern(t.date(text))
		}
		results = append(results, r)
	})
	return results, err
}

// result reads a score that must be there: who was not tested has no row.
func (t *table) result(c int) float64 {
	if strings.TrimSpace(t.cells[t.cellOf[c]]) == "" {
		t.complain(c, "is empty; leave out the row of a candidate who has no result")
		return 0
	}
	x, _ := t.score(c)
	return x
}

func resultRows(results []selection.PsychometricResult) csvRows {
	return func(write func(cells ...string)) {
		write(header(resultColumns(), false)...)
		for _, r := range results {
			write(r.Candidate, r.Instrument, r.Scale, formatNumber(r.Score), r.TakenOn)
		}
	}
}
