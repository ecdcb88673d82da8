package round

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"appointable/selection"
)

// The columns of candidates.csv.
const (
	candidateCode = iota
	candidateApplied
	candidateShortlisted
	candidateInterviewed
	candidateAppointable
	candidateOffered
	candidateAccepted
	candidateWithdrawn
)

func candidateColumns() []column {
	return []column{
		{"candidate", true},
		{"applied", false}, {"shortlisted", false}, {"interviewed", false},
		{"appointable", false}, {"offered", false}, {"accepted", false},
		{"withdrawn", false},
	}
}

func (in *folder) readCandidates(ctx context.Context) (candidates []selection.Candidate, whole bool, err error) {
	whole, err = in.readTable(ctx, candidatesTable, func(t *table) {
		if t.rows == 1 {
			t.noteFunnel()
		}
		candidates = append(candidates, selection.Candidate{
			Code:    t.code(candidateCode),
			Applied: t.answer(candidateApplied), Shortlisted: t.answer(candidateShortlisted), Interviewed: t.answer(candidateInterviewed),
			Appointable: t.answer(candidateAppointable), Offered: t.answer(candidateOffered), Accepted: t.answer(candidateAccepted),
			Withdrawn: t.yes(candidateWithdrawn),
		})
	})
	if whole && len(candidates) == 0 {
		in.usable(candidatesTable).complain(1, 0, "there is nobody in it")
		whole = false // and whom the other files name is not unknown
	}
	return candidates, whole, err
}

// noteFunnel says which steps the file is silent on.
func (t *table) noteFunnel() {
	var absent []string
	for c := candidateApplied; c <= candidateAccepted; c++ {
		if t.cellOf[c] < 0 {
			absent = append(absent, t.columns[c].name)
		}
	}
	if len(absent) > 0 {
		t.file.notices = append(t.file.notices, fmt.Sprintf("%s has no column %s: not known for anybody.", t.file.name, strings.Join(absent, ", ")))
	}
}

func candidateRows(candidates []selection.Candidate) csvRows {
	withdrawn := slices.ContainsFunc(candidates, func(c selection.Candidate) bool { return c.Withdrawn })
	return func(write func(cells ...string)) {
		write(header(candidateColumns(), withdrawn)...)
		for _, c := range candidates {
			cells := []string{
				c.Code, string(c.Applied), string(c.Shortlisted), string(c.Interviewed),
				string(c.Appointable), string(c.Offered), string(c.Accepted),
			}
			write(withWithdrawn(cells, withdrawn, c.Withdrawn)...)
		}
	}
}
