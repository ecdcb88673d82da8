package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/lib/pq"

	"appointable/internal/fault"
)

// problem gives a database error its kind. What PostgreSQL said stays in the
// chain for the log; a person reads only the fault's own words.
func problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	// A query that ran into the caller's deadline comes back as 57014,
	// "canceling statement due to user request": the caller's own error says
	// more.
	if ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", waitedTooLong(), ctx.Err())
	}
	pqErr, ok := errors.AsType[*pq.Error](err)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.NotFound, "there is no such thing here")
	case ok:
		return refusal(pqErr, err)
	case isConnection(err):
		return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "the database cannot be reached; nothing was changed, try again in a moment"), err)
	}
	return err
}

func waitedTooLong() error {
	return fault.New(fault.Unavailable, "this took too long and was stopped; try again in a moment")
}

func isConnection(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// refusal maps what PostgreSQL refused. The SQLSTATEs are those of its
// appendix A; AP001 is our own triggers', whose messages are for people.
func refusal(e *pq.Error, err error) error {
	say := func(kind fault.Kind, format string, args ...any) error {
		return fmt.Errorf("%w (%w)", fault.New(kind, format, args...), err)
	}
	switch code := string(e.Code); {
	case code == "AP001":
		return say(fault.Conflict, "%s", e.Message)
	case code == "23505":
		return say(fault.Conflict, "%s", exists(e.Constraint))
	case code == "23503":
		return say(fault.Conflict, "something this refers to is not there, or something still refers to it")
	case code == "23514", code == "23502":
		return say(fault.Invalid, "the database refused a value (%s)", e.Constraint)
	case code == "22P05", code == "22021", code == "22003", code == "22008":
		return say(fault.Invalid, "a number or date is too large to be stored, or a text has a character that cannot be")
	case code == "42501":
		return fmt.Errorf("%w (%w)", refused(), err)
	case code == "40001", code == "40P01": // and not for the first time
		return say(fault.Unavailable, "too many people change this at once; nothing was changed, try again in a moment")
	case code == "57014", code == "53300", code[:2] == "08", code == "57P01", code == "57P03", code == "53100":
		return say(fault.Unavailable, "the database is busy or restarting; nothing was changed, try again in a moment")
	}
	return err
}

// refused is the answer where row-level security refuses, or lets a change
// touch no row that is there.
func refused() error { return fault.New(fault.Forbidden, "you may not do this here") }

func exists(constraint string) string {
	known := map[string]string{
		"trusts_slug_key":                                  "a trust with this short name exists already",
		"people_trust_id_username_key":                     "somebody has this user name already",
		"logins_pkey":                                      "this account of the sign-in service is somebody's here already",
		"logins_trust_id_person_id_issuer_key":             "this person has another account of the sign-in service",
		"frameworks_trust_id_code_version_key":             "this version of the framework exists already",
		"campaigns_trust_id_code_key":                      "a campaign with this code exists already",
		"panel_members_trust_id_rater_campaign_id_key":     "this rater code is on the panel already",
		"panel_members_trust_id_person_id_campaign_id_key": "this person has a seat on the panel already",
		"candidates_trust_id_code_campaign_id_key":         "a candidate with this code exists already",
		"priors_trust_id_framework_version_key":            "somebody has just pooled the campaigns of this framework; look at what came of it",
		"interests_pkey":                                   "this interest has been declared already",
		"decisions_pkey":                                   "the decision has been recorded already",
	}
	if text, ok := known[constraint]; ok {
		return text
	}
	return "this exists already"
}

// retryable reports whether the transaction lost a race and may simply run
// again.
func retryable(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && slices.Contains([]string{"40001", "40P01", staleStatement}, string(e.Code))
}

// taken reports whether another transaction has stored the answer under the
// same idempotency key in the meantime; run again, this one will find it.
func taken(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && e.Code == "23505" && e.Constraint == "idempotency_keys_pkey"
}
