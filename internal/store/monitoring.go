package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection/monitoring"
)

// Received says how much came in of an import, and nothing of what: how many
// rows and answers were in it.
type Received struct {
	Candidates int `json:"candidates"`
	Answers    int `json:"answers"`
}

// Import enters answers that candidates gave elsewhere, or replaces them; a
// characteristic that a row does not have stays as it is. Whoever has answered
// here, or withdrawn, is passed over, and it is not said who that was. It
// returns Invalid with every mistake, at monitoring[0].ethnicity and so on.
func (v *Vault) Import(ctx context.Context, who Actor, campaign string, rows []monitoring.Row) (Received, error) {
	received := Received{Candidates: len(rows)}
	err := v.db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ImportMonitoring); err != nil {
			return err
		}
		candidates, answers := make([]string, len(rows)), make([]string, len(rows))
		received.Answers = 0
		for i, row := range rows {
			candidates[i], answers[i] = row.Candidate, string(monitoring.MakeAnswers(row.Answers))
			received.Answers += len(row.Answers)
		}
		if err := t.checkMonitoring(rows); err != nil {
			return err
		}
		id, event, err := t.recordMonitoring(audit.MonitoringImported{Campaign: campaign, Candidates: received.Candidates, Answers: received.Answers})
		if err != nil {
			return err
		}
		return t.exec(`select put_monitoring($1, $2, $3, $4, $5, $6)`, t.at.Campaign, id, event, t.now, pq.Array(candidates), pq.Array(answers))
	})
	return received, err
}

// checkMonitoring finds every mistake in the rows, and every candidate who is
// not there or is erased.
func (t *tx) checkMonitoring(rows []monitoring.Row) error {
	var l fault.List
	l.AddAll("", monitoring.Validate(rows))
	codes := make([]string, len(rows))
	for i, row := range rows {
		codes[i] = row.Candidate
	}
	var strangers []struct {
		Candidate string `db:"candidate"`
		Erased    bool   `db:"erased"`
	}
	if err := t.all(&strangers, `select candidate, erased from monitoring_strangers($1, $2)`, t.at.Campaign, pq.Array(codes)); err != nil {
		return err
	}
	erased := map[string]bool{}
	for _, s := range strangers {
		erased[s.Candidate] = s.Erased
	}
	for i, code := range codes {
		switch gone, stranger := erased[code]; {
		case code == "" || !stranger:
		case gone:
			l.Add(monitoring.CandidatePlace(i), "the data of %q were erased, and are not entered again", code)
		default:
			l.Add(monitoring.CandidatePlace(i), "there is no candidate %q in this campaign", code)
		}
	}
	return l.Err("nothing was stored")
}

// recordMonitoring writes an event of the vault now, since what follows needs
// it. Each is of a thing of its own: an import, a reading.
func (t *tx) recordMonitoring(detail audit.Detail) (id, event uuid.UUID, err error) {
	if id, err = newID(); err != nil {
		return id, event, err
	}
	if err := t.note(audit.Object{Kind: "monitoring", ID: id, Version: 1}, detail); err != nil {
		return id, event, err
	}
	event = t.events[len(t.events)-1].ID
	return id, event, t.finish(nil)
}

// askingLife is how long a candidate may answer, change and withdraw.
const askingLife = 30 * 24 * time.Hour

// Asking is the link by which a candidate is asked. Its token is stored nowhere.
type Asking struct {
	Candidate string
	Token     access.Token
	Expires   time.Time
}

// Ask makes the link by which one candidate is asked of their protected
// characteristics; the one before is over. It returns NotFound for an unknown
// candidate and Conflict for one who was erased.
func (v *Vault) Ask(ctx context.Context, who Actor, campaign, candidate string) (Asking, error) {
	out := Asking{Candidate: candidate, Token: access.NewToken()}
	err := v.db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.AskMonitoring); err != nil {
			return err
		}
		id, err := t.monitoringCandidate(candidate)
		if err != nil {
			return err
		}
		event, err := t.recordOfCandidate(id, audit.MonitoringAsked{})
		if err != nil {
			return err
		}
		out.Expires = t.now.Add(askingLife)
		return t.exec(`select ask_monitoring($1, $2, $3, $4, $5, $6)`, t.at.Campaign, id, event, out.Token.Hash(), t.now, out.Expires)
	})
	return out, err
}

// monitoringCandidate finds a candidate as the vault may: it reads no table.
func (t *tx) monitoringCandidate(code string) (uuid.UUID, error) {
	var id uuid.NullUUID
	err := t.get(&id, `select monitoring_candidate($1)`, code)
	if err == nil && !id.Valid {
		err = fault.New(fault.NotFound, "there is no candidate %q in this campaign", code)
	}
	return id.UUID, err
}

// Progress is how many candidates were asked, answered, declined and withdrew,
// without the small counts.
func (v *Vault) Progress(ctx context.Context, who Actor, campaign string) (monitoring.ShownProgress, error) {
	var p monitoring.Progress
	err := v.db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.AskMonitoring); err != nil {
			return err
		}
		return t.get(&p, `select asked, answered, declined, withdrawn from monitoring_progress($1)`, t.at.Campaign)
	})
	return p.Shown(), err
}

// Request is what a candidate sees who follows their link: for which post, until
// when, and whether they answered or withdrew; never what they said.
type Request struct {
	Title     string       `db:"title"`
	Expires   time.Time    `db:"expires_at"`
	Answered  sql.NullTime `db:"answered_at"`
	Withdrawn sql.NullTime `db:"withdrawn_at"`
	Campaign  uuid.UUID    `db:"campaign_id"`
	Candidate uuid.UUID    `db:"candidate_id"`
}

// Request looks at a link. It returns Unauthenticated where the link is unknown
// or over.
func (v *Vault) Request(ctx context.Context, trust uuid.UUID, link access.Token) (Request, error) {
	var found Request
	err := v.db.read(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		var err error
		found, err = t.request(link)
		return err
	})
	return found, err
}

func (t *tx) request(link access.Token) (Request, error) {
	var r Request
	err := t.get(&r, `select campaign_id, candidate_id, title, expires_at, answered_at, withdrawn_at from monitoring_link($1, $2)`, link.Hash(), t.now)
	if errors.Is(err, sql.ErrNoRows) {
		return r, overLink()
	}
	return r, err
}

// Answer keeps what a candidate says by their link, in place of all that was
// kept of them. It returns Unauthenticated where the link is over, Invalid where
// nothing is answered or an answer is no code.
func (v *Vault) Answer(ctx context.Context, trust uuid.UUID, link access.Token, answers map[string]string) error {
	return v.db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		r, err := t.request(link)
		if err != nil {
			return err
		}
		if err := validateAnswers(answers); err != nil {
			return err
		}
		event, err := t.recordOfCandidate(r.Candidate, audit.MonitoringAnswered{})
		if err != nil {
			return err
		}
		return t.exec(`select answer_monitoring($1, $2, $3, $4, $5, $6)`,
			link.Hash(), r.Candidate, event, t.now, monitoring.Declines(answers), monitoring.MakeAnswers(answers))
	})
}

func validateAnswers(answers map[string]string) error {
	var l fault.List
	if len(answers) == 0 {
		l.Add("", "answer at least one question; “Prefer not to say” is an answer too")
	}
	for code, answer := range answers {
		if problem := monitoring.Problem(code, answer); problem != "" {
			l.Add(code, "%s", problem)
		}
	}
	l.SortStable()
	return l.Err("your answers were not kept")
}

// Withdraw deletes all that is kept of a candidate's characteristics, by their
// link. That they withdrew stays, and not what. It returns Unauthenticated where
// the link is over.
func (v *Vault) Withdraw(ctx context.Context, trust uuid.UUID, link access.Token) error {
	return v.db.write(ctx, Actor{Trust: trust}, "", func(t *tx) error {
		r, err := t.request(link)
		if err != nil {
			return err
		}
		event, err := t.recordOfCandidate(r.Candidate, audit.MonitoringWithdrawn{})
		if err != nil {
			return err
		}
		return t.exec(`select withdraw_monitoring($1, $2, $3, $4)`, link.Hash(), r.Candidate, event, t.now)
	})
}

// SubjectMonitoring is what is kept of a candidate's own characteristics.
type SubjectMonitoring struct {
	Answers   map[string]string `json:"answers"`
	Recorded  *time.Time        `json:"recorded_at"` // null: nothing is kept
	Asked     *time.Time        `json:"asked_at"`
	Answered  *time.Time        `json:"answered_at"` // by the candidate themselves
	Withdrawn *time.Time        `json:"withdrawn_at"`
}

// Own gives a candidate's own answers, for their subject access pack, and puts
// that on record.
func (v *Vault) Own(ctx context.Context, who Actor, campaign, candidate string) (SubjectMonitoring, error) {
	out := SubjectMonitoring{}
	err := v.db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.GiveAccess); err != nil {
			return err
		}
		id, err := t.monitoringCandidate(candidate)
		if err != nil {
			return err
		}
		event, err := t.recordOfCandidate(id, audit.MonitoringGiven{})
		if err != nil {
			return err
		}
		return t.own(&out, id, event)
	})
	return out, err
}

func (t *tx) own(out *SubjectMonitoring, candidate, event uuid.UUID) error {
	var row struct {
		Answers   string     `db:"answers"`
		Recorded  *time.Time `db:"recorded_at"`
		Asked     *time.Time `db:"asked_at"`
		Answered  *time.Time `db:"answered_at"`
		Withdrawn *time.Time `db:"withdrawn_at"`
	}
	if err := t.get(&row, `select answers, recorded_at, asked_at, answered_at, withdrawn_at from monitoring_of($1, $2)`, candidate, event); err != nil {
		return err
	}
	*out = SubjectMonitoring{
		Answers: map[string]string{}, Recorded: utc(row.Recorded), Asked: utc(row.Asked), Answered: utc(row.Answered), Withdrawn: utc(row.Withdrawn),
	}
	for _, pair := range strings.Fields(row.Answers) {
		characteristic, answer, _ := strings.Cut(pair, "=")
		out.Answers[characteristic] = answer
	}
	return nil
}
