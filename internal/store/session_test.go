package store_test

import (
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// clock is the program's clock, to be turned by hand.
func (w *world) clock() *time.Time {
	now := w.db.Now()
	w.db.Now = func() time.Time { return now }
	return &now
}

func (w *world) signIn(who store.Actor) access.Token {
	w.t.Helper()
	token, err := w.db.StartSession(w.ctx, w.trust.ID, who.Person)
	w.must(err)
	return token
}

func (w *world) signedIn(token access.Token) {
	w.t.Helper()
	session, err := w.db.Session(w.ctx, w.trust.ID, token)
	w.must(err)
	w.equal(session.Person, store.Person{ID: w.officer.Person, Username: "officer", DisplayName: "officer", Roles: []access.Role{access.RecruitmentOfficer}})
}

func (w *world) signedOut(token access.Token) {
	w.t.Helper()
	_, err := w.db.Session(w.ctx, w.trust.ID, token)
	w.refused(err, fault.Unauthenticated)
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	now := w.clock()

	idle := w.signIn(w.officer)
	w.signedIn(idle)
	*now = now.Add(store.SessionIdle - time.Second)
	w.signedIn(idle)
	*now = now.Add(store.SessionIdle - time.Second) // counted from the last use
	w.signedIn(idle)
	*now = now.Add(store.SessionIdle)
	w.signedOut(idle)

	used := w.signIn(w.officer)
	began := *now
	for now.Before(began.Add(store.SessionAbsolute)) {
		w.signedIn(used)
		*now = now.Add(20 * time.Minute)
	}
	w.signedOut(used)

	ended, other := w.signIn(w.officer), w.signIn(w.officer)
	w.must(w.db.EndSession(w.ctx, w.trust.ID, ended))
	w.signedOut(ended)
	w.signedIn(other)
	w.must(w.db.SetPassword(w.ctx, w.operator, "officer", "hash"))
	w.signedOut(other)

	left := w.signIn(w.officer)
	w.raw("appointable_migrate").MustExecContext(w.ctx, `update people set left_at = now() where username = 'officer'`)
	w.signedOut(left)
	w.signedOut("made up")
}

func TestASessionIsOfOneTrust(t *testing.T) {
	w := newWorld(t)
	token := w.signIn(w.officer)
	other := trustIn(t, w.database, w.db, "southgate")
	other.signedOut(token)
	w.must(w.db.EndSession(w.ctx, other.trust.ID, token)) // ends nothing
	w.signedIn(token)
}

// A page that is read must not cost a write.
func TestUseIsWrittenOnceAMinute(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	token := w.signIn(w.officer)
	version := func() int { return w.count(`select xmin::text::int from sessions`) }
	first := version()
	*now = now.Add(30 * time.Second)
	w.signedIn(token)
	w.equal(version(), first)
	*now = now.Add(31 * time.Second)
	w.signedIn(token)
	if version() == first {
		t.Error("after a minute the use is not written")
	}
}

func TestSignInLinks(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	link, err := w.db.MakeSignInLink(w.ctx, w.operator, "officer")
	w.must(err)
	token, err := w.db.UseSignInLink(w.ctx, w.trust.ID, link)
	w.must(err)
	w.signedIn(token)
	_, err = w.db.UseSignInLink(w.ctx, w.trust.ID, link)
	w.refused(err, fault.Unauthenticated)

	late, err := w.db.MakeSignInLink(w.ctx, w.operator, "officer")
	w.must(err)
	*now = now.Add(24 * time.Hour)
	_, err = w.db.UseSignInLink(w.ctx, w.trust.ID, late)
	w.refused(err, fault.Unauthenticated)

	_, err = w.db.MakeSignInLink(w.ctx, w.operator, "nobody")
	w.refused(err, fault.NotFound)
	_, err = w.db.MakeSignInLink(w.ctx, w.officer, "officer")
	w.refused(err, fault.Forbidden)
	w.dense()
}

func TestSignInLinksAreForTheDemoOnly(t *testing.T) {
	w := newWorld(t)
	trust, err := w.database.OpenOwner(t).CreateTrust(w.ctx, "real", "Real", false)
	w.must(err)
	_, err = w.db.AddPerson(w.ctx, store.Operator(trust.ID), store.Key{}, store.Person{Username: "officer", DisplayName: "Officer"})
	w.must(err)
	_, err = w.db.MakeSignInLink(w.ctx, store.Operator(trust.ID), "officer")
	w.refused(err, fault.Forbidden)
}

// What ends an account's access is in the record, version by version.
func TestAccessEnds(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	token, made, err := w.db.MakeAPIToken(w.ctx, w.officer, w.trust, store.NewAPIToken{Name: "report", Scope: access.ReadOnly, Days: 365})
	w.must(err)
	w.equal(made.Expires.Sub(*now) <= 365*24*time.Hour, true)
	for range 2 {
		p, scope, err := w.db.UseAPIToken(w.ctx, w.trust.ID, token)
		w.must(err)
		w.equal([]string{p.Username, string(scope)}, []string{"officer", "read"})
	}
	other := trustIn(t, w.database, w.db, "southgate")
	_, _, err = w.db.UseAPIToken(w.ctx, other.trust.ID, token)
	w.refused(err, fault.Unauthenticated)
	w.must(w.db.SetPassword(w.ctx, w.operator, "officer", "hash"))
	_, _, err = w.db.UseAPIToken(w.ctx, w.trust.ID, token)
	w.refused(err, fault.Unauthenticated)

	link, err := w.db.MakeResetLink(w.ctx, w.operator, "officer")
	w.must(err)
	session := w.signIn(w.officer)
	w.must(w.db.EndSessions(w.ctx, w.officer, "officer"))
	w.signedOut(session)
	w.refused(w.db.ConfirmSession(w.ctx, w.officer, session), fault.Unauthenticated)
	w.refused(w.db.Leave(w.ctx, w.officer, "auditor"), fault.Forbidden)
	w.must(w.db.Leave(w.ctx, w.operator, "officer"))
	_, err = w.db.FindLink(w.ctx, w.trust.ID, link.Token)
	w.refused(err, fault.Unauthenticated)
	_, err = w.db.UsePasswordLink(w.ctx, w.trust.ID, link.Token, "hash")
	w.refused(err, fault.Unauthenticated)
	w.equal(w.count(`select count(*) from person_roles where trust_id = $1 and person_id = $2`, w.trust.ID, w.officer.Person), 1)
	w.dense()
}

// Of a link that is used twice at once, one use counts.
func TestALinkIsUsedOnce(t *testing.T) {
	w := newWorld(t)
	link, err := w.db.Invite(w.ctx, w.officer, store.Person{Username: "guest", DisplayName: "Guest"})
	w.must(err)
	used := make(chan error)
	const at = 4
	for range at {
		go func() {
			_, err := w.db.UsePasswordLink(w.ctx, w.trust.ID, link.Token, "hash")
			used <- err
		}()
	}
	good := 0
	for range at {
		if err := <-used; err == nil {
			good++
		} else {
			w.refused(err, fault.Unauthenticated)
		}
	}
	w.equal(good, 1)
	w.equal(w.count(`select count(*) from sessions where trust_id = $1`, w.trust.ID), 1)
	w.dense()
}

// Sessions that are over are forgotten when the next one begins.
func TestOldSessionsAreForgotten(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	for range 3 {
		w.signIn(w.officer)
		*now = now.Add(store.SessionIdle)
	}
	w.equal(w.count(`select count(*) from sessions where trust_id = $1`, w.trust.ID), 1)
}

// An account at a provider is one person's, in its own trust, and a visit
// there comes back once and in time.
func TestLogins(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	other := trustIn(t, w.database, w.db, "southgate")
	login := store.Login{Issuer: "https://login.example", Subject: "4711", Authenticated: *now}
	_, err := w.db.SignInByLogin(w.ctx, w.trust.ID, login)
	w.refused(err, fault.Unauthenticated)
	session := w.signIn(w.officer)
	w.refused(w.db.ConfirmByLogin(w.ctx, w.officer, session, login, false), fault.Forbidden)
	w.must(w.db.ConfirmByLogin(w.ctx, w.officer, session, login, true))
	token, err := w.db.SignInByLogin(w.ctx, w.trust.ID, login)
	w.must(err)
	w.signedIn(token)

	_, err = w.db.SignInByLogin(w.ctx, other.trust.ID, login)
	w.refused(err, fault.Unauthenticated)
	elsewhere := login
	elsewhere.Issuer = "https://other.example"
	_, err = w.db.SignInByLogin(w.ctx, w.trust.ID, elsewhere)
	w.refused(err, fault.Unauthenticated)
	w.refused(w.db.ConfirmByLogin(w.ctx, w.auditor, w.signIn(w.auditor), login, true), fault.Conflict) // somebody else's
	second := login
	second.Subject = "4712"
	w.refused(w.db.ConfirmByLogin(w.ctx, w.officer, session, second, true), fault.Conflict) // one each

	// The session begins with the proof that was given there, however old.
	*now = now.Add(time.Hour)
	token, err = w.db.SignInByLogin(w.ctx, w.trust.ID, login)
	w.must(err)
	found, err := w.db.Session(w.ctx, w.trust.ID, token)
	w.must(err)
	w.equal(now.Sub(found.Authenticated).Round(time.Second), time.Hour)

	visit, err := w.db.KeepVisit(w.ctx, w.trust.ID, store.Visit{State: "s", Nonce: "n", Verifier: "v", Back: "/"})
	w.must(err)
	_, err = w.db.TakeVisit(w.ctx, other.trust.ID, visit)
	w.refused(err, fault.Unauthenticated)
	back, err := w.db.TakeVisit(w.ctx, w.trust.ID, visit)
	w.must(err)
	w.equal([]string{back.State, back.Nonce, back.Verifier}, []string{"s", "n", "v"})
	_, err = w.db.TakeVisit(w.ctx, w.trust.ID, visit)
	w.refused(err, fault.Unauthenticated)
	late, err := w.db.KeepVisit(w.ctx, w.trust.ID, store.Visit{State: "s", Nonce: "n", Verifier: "v", Back: "/"})
	w.must(err)
	*now = now.Add(10 * time.Minute)
	_, err = w.db.TakeVisit(w.ctx, w.trust.ID, late)
	w.refused(err, fault.Unauthenticated)
	w.dense()
}

// What opens an account is its holder's, whatever the program forgets to ask.
func TestNobodyTouchesAnothersKeys(t *testing.T) {
	w := newWorld(t)
	w.everything()
	w.signIn(w.officer)
	_, err := w.db.MakeResetLink(w.ctx, w.operator, "officer")
	w.must(err)
	for _, who := range []store.Actor{w.members["R1"], w.members["R2"], w.auditor} {
		w.as(who, code, func(f forger) {
			for _, table := range []string{"sessions", "links", "api_tokens", "logins"} {
				w.equal(f.sees(table, "person_id = $1", w.officer.Person), int64(0))
				f.untouched(table, "delete from "+table+" where person_id = $1", w.officer.Person)
			}
			f.untouched("a session proved again", `update sessions set authenticated_at = now() where person_id = $1`, w.officer.Person)
			f.untouched("a link used again", `update links set used_at = null where person_id = $1`, w.officer.Person)
		})
	}
	_, err = w.db.Unchecked().MakeResetLink(w.ctx, w.officer, "member-r1")
	w.refused(err, fault.Forbidden)
}
