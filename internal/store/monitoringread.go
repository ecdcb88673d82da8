package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/monitoring"
)

// FunnelRow is how far one candidate came, beside what they answered. Code is
// made for one reading and means nothing in another; the candidate's own code
// is not here, and no mark. It stays in the program.
type FunnelRow struct {
	Campaign string
	Code     uuid.UUID
	Answers  monitoring.Answers

	// Where only the shortlist is locked, those after it are not known.
	Applied, Shortlisted, Interviewed, Appointable, Offered, Accepted selection.Answer
}

// Funnel reads how far the candidates of campaigns came, for the audit, and puts
// on record who reads it and why. It returns Invalid without a campaign or a
// reason, and Conflict where a campaign is neither decided nor its shortlist
// locked, or the asker sits on its panel.
func (v *Vault) Funnel(ctx context.Context, who Actor, campaigns []string, reason string) ([]FunnelRow, error) {
	var rows []FunnelRow
	err := v.read(ctx, who, monitoringRead("funnel", campaigns, reason), func(t *tx, event uuid.UUID) error {
		rows = nil
		kept := interned{}
		return t.each(func(r *sqlx.Rows) error {
			var row FunnelRow
			var stages [6]sql.NullBool
			err := r.Scan(&row.Campaign, &row.Code, &row.Answers, &stages[0], &stages[1], &stages[2], &stages[3], &stages[4], &stages[5])
			row.Campaign, row.Answers = kept.text(row.Campaign), monitoring.Answers(kept.text(string(row.Answers)))
			row.Applied, row.Shortlisted, row.Interviewed = answer(stages[0]), answer(stages[1]), answer(stages[2])
			row.Appointable, row.Offered, row.Accepted = answer(stages[3]), answer(stages[4]), answer(stages[5])
			rows = append(rows, row)
			return err
		}, `select campaign, code, answers, applied, shortlisted, interviewed, appointable, offered, accepted from read_funnel($1)`, event)
	})
	return rows, err
}

// Counts are the true counts of the funnel by characteristic and answer over the
// campaigns together, for a return that asks for them. As Funnel.
func (v *Vault) Counts(ctx context.Context, who Actor, campaigns []string, reason string) ([]monitoring.Count, error) {
	rows, err := v.Funnel(ctx, who, campaigns, reason)
	var tally monitoring.Tally
	for _, r := range rows {
		tally.Add(r.Answers, monitoring.Stages{
			Applied: r.Applied == selection.Yes, Shortlisted: r.Shortlisted == selection.Yes, Interviewed: r.Interviewed == selection.Yes,
			Appointable: r.Appointable == selection.Yes, Offered: r.Offered == selection.Yes, Accepted: r.Accepted == selection.Yes,
		})
	}
	return tally.Counts(), err
}

// ScoreRow is a mark beside what the candidate answered whom it is of. Marks can
// be known again, so that a row is as good as a name: it stays in the program,
// which makes of many a figure.
type ScoreRow struct {
	Campaign  string
	Code      uuid.UUID // of the candidate, in this reading
	Answers   monitoring.Answers
	Rater     string    // the seat's code in the campaign
	Assessor  uuid.UUID // the person in the seat, in this reading: the same in every campaign
	Exercise  string
	Criterion string
	Score     *float64 // as it stands; nil: not observed
	Submitted *float64 // as it was before moderation
}

// Scores reads the marks of decided campaigns beside their candidates' answers,
// for the audit. Sheets that were set aside are not there. As Funnel, save that
// a locked shortlist opens nothing.
func (v *Vault) Scores(ctx context.Context, who Actor, campaigns []string, reason string) ([]ScoreRow, error) {
	var rows []ScoreRow
	err := v.eachScore(ctx, who, campaigns, reason, func() { rows = nil }, func(row ScoreRow) { rows = append(rows, row) })
	return rows, err
}

// eachScore is Scores row by row, for an audit that keeps no more of them than
// it needs. Begin is called before the first row, and again where the reading is
// begun again.
func (v *Vault) eachScore(ctx context.Context, who Actor, campaigns []string, reason string, begin func(), each func(ScoreRow)) error {
	return v.read(ctx, who, monitoringRead("scores", campaigns, reason), func(t *tx, event uuid.UUID) error {
		begin()
		kept := interned{}
		return t.each(func(r *sqlx.Rows) error {
			var row ScoreRow
			err := r.Scan(&row.Campaign, &row.Code, &row.Answers, &row.Rater, &row.Assessor, &row.Exercise, &row.Criterion, &row.Score, &row.Submitted)
			row.Campaign, row.Answers = kept.text(row.Campaign), monitoring.Answers(kept.text(string(row.Answers)))
			row.Rater, row.Exercise, row.Criterion = kept.text(row.Rater), kept.text(row.Exercise), kept.text(row.Criterion)
			each(row)
			return err
		}, `select campaign, code, answers, rater, assessor, exercise, criterion, score, submitted from read_scores($1)`, event)
	})
}

func monitoringRead(what string, campaigns []string, reason string) audit.MonitoringRead {
	campaigns = slices.Clone(campaigns)
	slices.Sort(campaigns)
	return audit.MonitoringRead{What: what, Campaigns: slices.Compact(campaigns), Reason: strings.TrimSpace(reason)}
}

// read puts a reading on record and runs fn in the same transaction. The
// database gives what the record names, and nothing else.
func (v *Vault) read(ctx context.Context, who Actor, what audit.MonitoringRead, fn func(t *tx, event uuid.UUID) error) error {
	return v.db.write(ctx, who, "", func(t *tx) error {
		if err := t.may(access.ReadMonitoring); err != nil {
			return err
		}
		var l fault.List
		if len(what.Campaigns) == 0 {
			l.Add("campaigns", "name at least one campaign")
		}
		if what.Reason == "" || len(what.Reason) > 1000 {
			l.Add("reason", "say why, in up to 1000 characters and without a name: the reason stays in the log")
		}
		if err := l.Err("nothing was read"); err != nil {
			return err
		}
		_, event, err := t.recordMonitoring(what)
		if err != nil {
			return err
		}
		return fn(t, event)
	})
}

// interned keeps one copy of each text of which there are many.
type interned map[string]string

func (known interned) text(s string) string {
	if kept, ok := known[s]; ok {
		return kept
	}
	known[s] = s
	return s
}
