package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/selection"
)

// fairnessInputs reads what an audit is computed from: how far people came, and
// the marks of those campaigns that are decided.
func (v *Vault) fairnessInputs(ctx context.Context, who Actor, campaigns []auditedCampaign, reason string) (*selection.FairnessInputs, error) {
	in := &selection.FairnessInputs{}
	at := map[string]int{}
	var all, decided []string
	for _, c := range campaigns {
		at[c.Code] = in.AddCampaign(c.AuditedCampaign)
		if all = append(all, c.Code); !c.Undecided {
			decided = append(decided, c.Code)
		}
	}
	funnel, err := v.Funnel(ctx, who, all, reason)
	if err != nil {
		return nil, err
	}
	for _, r := range funnel {
		in.AddPerson(selection.AuditedPerson{
			Campaign: at[r.Campaign], Answers: r.Answers, Applied: r.Applied, Shortlisted: r.Shortlisted, Interviewed: r.Interviewed,
			Appointable: r.Appointable, Offered: r.Offered, Accepted: r.Accepted,
		})
	}
	if len(decided) == 0 {
		return in, nil
	}
	withMarks, people, assessors := in, map[uuid.UUID]int{}, map[uuid.UUID]string{}
	begin := func() {
		without := *in
		withMarks = &without
		clear(people)
	}
	err = v.eachScore(ctx, who, decided, reason, begin, func(r ScoreRow) {
		person, known := people[r.Code]
		if !known {
			person = withMarks.AddMarked(at[r.Campaign], r.Answers)
			people[r.Code] = person
		}
		if _, known := assessors[r.Assessor]; !known {
			assessors[r.Assessor] = r.Assessor.String()
		}
		if r.Score != nil {
			withMarks.AddMark(selection.AuditedMark{
				Person: person, Seat: r.Rater, Assessor: assessors[r.Assessor], Exercise: r.Exercise, Criterion: r.Criterion,
				Score: *r.Score, Submitted: orNaN(r.Submitted),
			})
		}
	})
	return withMarks, err
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// recall reads what audits had shown by a version, 0 being the latest, and which
// that is.
func (v *Vault) recall(ctx context.Context, who Actor, version int) (int, selection.FairnessMemory, error) {
	var row struct {
		Version int    `db:"version"`
		Packed  bool   `db:"packed"`
		Memory  []byte `db:"memory"`
	}
	err := v.db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.AuditFairness); err != nil {
			return err
		}
		id, event, err := t.recordMonitoring(audit.MonitoringRecalled{Version: version})
		if err != nil {
			return err
		}
		row.Version = 0
		err = t.get(&row, `select version, packed, memory from recall_released($1, $2, nullif($3, 0))`, id, event, version)
		if errors.Is(err, sql.ErrNoRows) && version == 0 {
			return nil
		}
		return err
	})
	if err != nil || row.Version == 0 {
		return 0, nil, err
	}
	document, err := unpack(row.Memory, row.Packed)
	if err != nil {
		return 0, nil, err
	}
	var memory selection.FairnessMemory
	if err := json.Unmarshal(document, &memory); err != nil {
		return 0, nil, fmt.Errorf("what was released: %w", err)
	}
	return row.Version, memory, nil
}

// release keeps what an audit is about to show. It returns Conflict where there
// is such a version already.
func (v *Vault) release(ctx context.Context, who Actor, version int, memory selection.FairnessMemory) error {
	document, err := json.Marshal(memory)
	if err != nil {
		return fmt.Errorf("what is released: %w", err)
	}
	stored, packed, err := pack(document)
	if err != nil {
		return err
	}
	return v.db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.AuditFairness); err != nil {
			return err
		}
		id, event, err := t.recordMonitoring(audit.MonitoringReleased{Version: version, Memory: fmt.Sprintf("%x", sha256.Sum256(document))})
		if err != nil {
			return err
		}
		return t.exec(`select keep_released($1, $2, $3, $4, $5, $6)`, id, event, version, packed, stored, t.now)
	})
}
