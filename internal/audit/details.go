package audit

import "time"

// The details of each event. Fields are codes, states and reasons; what is
// sealed (a mark, a note) is in the payload only, which the service can write
// and not read back.

// TrustCreated begins a trust.
type TrustCreated struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// LogRestarted begins a log that follows another, which this database does not
// hold whole any more; it is the new log's first leaf. What was in the former
// log beyond Held is lost here, and was published.
type LogRestarted struct {
	Origin    string `json:"origin"`    // of the log that begins
	Published string `json:"published"` // the last published checkpoint of the former log, the whole signed note
	Held      int64  `json:"held"`      // leaves of the former log that are still here under a signature
	Reason    string `json:"reason"`
}

// PersonAdded is a new account.
type PersonAdded struct {
	Username string   `json:"username"`
	Roles    []string `json:"roles"`
}

// RolesChanged replaces a person's roles in the trust.
type RolesChanged struct {
	Roles []string `json:"roles"`
}

// PasswordSet is a new password; what it is, nobody records.
type PasswordSet struct {
	ByLink bool `json:"by_link"` // of an invitation or a reset
}

// SessionsEnded signs a person out everywhere.
type SessionsEnded struct{}

// PersonLeft closes an account for good; its roles are kept for the record.
type PersonLeft struct {
	Roles []string `json:"roles"`
}

// LinkMade is a one-time link: to sign in (demo only), to accept an
// invitation, or to reset a password.
type LinkMade struct {
	Purpose string `json:"purpose"`
}

// LinkUsed is a sign-in by a one-time link.
type LinkUsed struct {
	Purpose string `json:"purpose"`
}

// LoginBound lets a person sign in by an identity provider; the account there
// is not recorded.
type LoginBound struct {
	Issuer string `json:"issuer"`
}

// APITokenMade lets a program ask in the person's name. Token is its id, which
// opens nothing.
type APITokenMade struct {
	Token   string    `json:"token_id"`
	Scope   string    `json:"scope"`
	Expires time.Time `json:"expires"`
}

// APITokenUsed is the first use of a token.
type APITokenUsed struct {
	Token string `json:"token_id"`
}

// APITokenRevoked ends a token before its time.
type APITokenRevoked struct {
	Token string `json:"token_id"`
}

// FrameworkSaved is a new draft or a change to one.
type FrameworkSaved struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	Hash    string `json:"sha256"`
}

// FrameworkPublished freezes a version.
type FrameworkPublished struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	Hash    string `json:"sha256"`
}

// FrameworkRetired ends a version for new campaigns.
type FrameworkRetired struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
}

// CampaignSaved is a new campaign or a change to its draft.
type CampaignSaved struct {
	Code string `json:"code"`
	Plan string `json:"plan_sha256"`
}

// CampaignImported is a round that was scored elsewhere.
type CampaignImported struct {
	Code   string `json:"code"`
	Inputs string `json:"inputs_sha256"`
	Marks  int    `json:"marks"`
}

// CampaignExported says that the round's files left the service.
type CampaignExported struct {
	Inputs string `json:"inputs_sha256"`
}

// EvidenceExported says that a bundle of evidence left the service, and binds
// what is in it: the digest is that of its file SHA256SUMS.
type EvidenceExported struct {
	Trust    string `json:"trust"` // the trust's name
	Code     string `json:"campaign"`
	Contents string `json:"contents_sha256"`
}

// SeatFilled says who sits in a panel seat.
type SeatFilled struct {
	Rater  string `json:"rater"`
	Person string `json:"person_id"`
}

// MemberReplaced closes a seat and says who took over, in a seat of their own.
type MemberReplaced struct {
	Rater  string `json:"rater"`
	By     string `json:"by"`
	Person string `json:"person_id"`
	Chair  bool   `json:"chair"`
	Sheets int    `json:"sheets"` // made for the newcomer
	Reason string `json:"reason"`
}

// CandidatesAdded names them by code.
type CandidatesAdded struct {
	Codes []string `json:"codes"`
}

// CandidateChanged is how far a candidate came, or that they withdrew.
type CandidateChanged struct {
	Code      string            `json:"code"`
	Answers   map[string]string `json:"answers"`
	Withdrawn bool              `json:"withdrawn"`
}

// IdentityRead says that somebody read who a candidate is.
type IdentityRead struct{}

// IdentityChanged says that somebody entered who a candidate is; what, the log
// does not keep.
type IdentityChanged struct{}

// SealedRead says that somebody was shown others' marks, psychometric results
// or the ranking of a campaign, for the first time that day.
type SealedRead struct {
	Campaign string `json:"campaign"`
	What     string `json:"what"` // marks, psychometrics or ranking
}

// SubjectAccessMade says that a candidate's own data were gathered to be given
// to them.
type SubjectAccessMade struct{}

// CandidateErased says that what was personal of a candidate is gone; the code
// and the marks stay.
type CandidateErased struct {
	Reason string `json:"reason"`
}

// MonitoringAsked is a link by which a candidate is asked of their protected
// characteristics.
type MonitoringAsked struct{}

// MonitoringAnswered says that a candidate answered; what, the log does not
// keep.
type MonitoringAnswered struct{}

// MonitoringWithdrawn says that a candidate took their answers back.
type MonitoringWithdrawn struct{}

// MonitoringGiven says that a candidate's own answers were given out, to be
// given to them.
type MonitoringGiven struct{}

// MonitoringImported says that answers came in that were given elsewhere; what
// they are, the log does not keep.
type MonitoringImported struct {
	Campaign   string `json:"campaign"`
	Candidates int    `json:"candidates"`
	Answers    int    `json:"answers"`
}

// MonitoringRead says that answers of candidates were read, for an audit. The
// database reads here what it may give.
type MonitoringRead struct {
	What      string   `json:"what"` // funnel, scores
	Campaigns []string `json:"campaigns"`
	Reason    string   `json:"reason"`
}

// MonitoringRecalled says that what audits had shown was read, with the counts
// behind it, so that the next one shows nothing beside it that tells of few.
type MonitoringRecalled struct {
	Version int `json:"version"` // 0: the latest
}

// MonitoringReleased says that an audit is about to show counts, and binds what
// is remembered of them.
type MonitoringReleased struct {
	Version int    `json:"version"`
	Memory  string `json:"memory_sha256"`
}

// FairnessAudited is an audit of fairness of one campaign or of a period, and
// binds its result.
type FairnessAudited struct {
	Campaign string `json:"campaign"` // empty: a period
	From     string `json:"from"`
	To       string `json:"to"`
	Reason   string `json:"reason"`
	Engine   string `json:"engine"`
	Inputs   string `json:"inputs_sha256"`
	Memory   int    `json:"memory"` // the version of what had been shown before
	Result   string `json:"result_sha256"`
}

// RetentionSet is until when a campaign's personal data are kept, and what
// holds them longer.
type RetentionSet struct {
	KeepUntil string `json:"keep_until"` // a day, or empty
	Hold      string `json:"hold"`
}

// ResultsEntered says for whom psychometric results came in.
type ResultsEntered struct {
	Results []ResultEntered `json:"results"`
}

// ResultEntered is one of them.
type ResultEntered struct {
	Candidate  string  `json:"candidate"`
	Instrument string  `json:"instrument"`
	Scale      string  `json:"scale"`
	Score      float64 `json:"score"`
}

// SheetsAssigned says who is to mark whom.
type SheetsAssigned struct {
	Sheets int `json:"sheets"`
}

// ScoringOpened locks the plan.
type ScoringOpened struct {
	Framework string `json:"framework_sha256"`
	Plan      string `json:"plan_sha256"`
	Sheets    int    `json:"sheets"`
	Prior     string `json:"prior_id"` // pooled, and taken for good; empty: the default, or the one that was imported
}

// SheetSaved is a draft as it was saved.
type SheetSaved struct {
	Sheet any `json:"sheet"`
}

// SheetSubmitted is a sheet as it was sealed.
type SheetSubmitted struct {
	Sheet any `json:"sheet"`
}

// MarkRevised is a moderated mark.
type MarkRevised struct {
	Criterion string `json:"criterion"`
	Reason    string `json:"reason"`
	Sheet     any    `json:"sheet"` // after the change, revisions included
}

// SheetWithdrawn sets a sheet aside for a declared interest.
type SheetWithdrawn struct {
	Reason string `json:"reason"`
}

// MarksRevealed opens the marks of a stage to the panel.
type MarksRevealed struct {
	Stage   string `json:"stage,omitempty"` // sift; else it is the assessment
	Missing int    `json:"missing"`
	Reason  string `json:"reason"`
}

// CandidateShortlisted says of one candidate whether the panel sees them.
type CandidateShortlisted struct {
	Candidate   string `json:"candidate"`
	Shortlisted bool   `json:"shortlisted"`
	Reason      string `json:"reason"`
}

// ShortlistLocked fixes who is assessed, and begins that.
type ShortlistLocked struct {
	Shortlisted int `json:"shortlisted"`
	Sheets      int `json:"sheets"` // of the assessment, made or assigned before
}

// ModerationClosed fixes the marks.
type ModerationClosed struct{}

// InterestDeclared is a connection between a member and a candidate.
type InterestDeclared struct {
	Rater     string `json:"rater"`
	Candidate string `json:"candidate"`
	Nature    string `json:"nature"`
	Details   string `json:"details"`
	Late      bool   `json:"late"`
}

// InterestJudged is what HR decided of it.
type InterestJudged struct {
	Rater     string `json:"rater"`
	Candidate string `json:"candidate"`
	Outcome   string `json:"outcome"`
	Reason    string `json:"reason"`
}

// RankingStored is a ranking run.
type RankingStored struct {
	Run    string `json:"run_id"`
	Engine string `json:"engine"`
	Inputs string `json:"inputs_sha256"`
	Result string `json:"result_sha256"`
}

// PriorPooled is what was learnt from decided campaigns.
type PriorPooled struct {
	Framework string   `json:"framework"`
	Version   int      `json:"version"`
	Campaigns []string `json:"campaigns"`
	Document  string   `json:"document_sha256"`
}

// DecisionRecorded is the panel's decision, whole.
type DecisionRecorded struct {
	Run      string `json:"run_id"`
	Decision any    `json:"decision"`
}

// EventKind is the name under which the log keeps the event.
func (TrustCreated) EventKind() string         { return "trust.created" }
func (LogRestarted) EventKind() string         { return "trust.log-restarted" }
func (PersonAdded) EventKind() string          { return "person.added" }
func (RolesChanged) EventKind() string         { return "person.roles-changed" }
func (PasswordSet) EventKind() string          { return "person.password-set" }
func (SessionsEnded) EventKind() string        { return "person.sessions-ended" }
func (PersonLeft) EventKind() string           { return "person.left" }
func (LinkMade) EventKind() string             { return "person.link-made" }
func (LinkUsed) EventKind() string             { return "person.link-used" }
func (LoginBound) EventKind() string           { return "person.login-bound" }
func (APITokenMade) EventKind() string         { return "person.api-token-made" }
func (APITokenUsed) EventKind() string         { return "person.api-token-used" }
func (APITokenRevoked) EventKind() string      { return "person.api-token-revoked" }
func (FrameworkSaved) EventKind() string       { return "framework.saved" }
func (FrameworkPublished) EventKind() string   { return "framework.published" }
func (FrameworkRetired) EventKind() string     { return "framework.retired" }
func (CampaignSaved) EventKind() string        { return "campaign.saved" }
func (CampaignImported) EventKind() string     { return "campaign.imported" }
func (CampaignExported) EventKind() string     { return "campaign.exported" }
func (EvidenceExported) EventKind() string     { return "campaign.evidence-exported" }
func (SeatFilled) EventKind() string           { return "campaign.seat-filled" }
func (MemberReplaced) EventKind() string       { return "campaign.member-replaced" }
func (CandidatesAdded) EventKind() string      { return "campaign.candidates-added" }
func (CandidateChanged) EventKind() string     { return "campaign.candidate-changed" }
func (IdentityRead) EventKind() string         { return "candidate.identity-read" }
func (IdentityChanged) EventKind() string      { return "candidate.identity-changed" }
func (SealedRead) EventKind() string           { return "reading.sealed" }
func (SubjectAccessMade) EventKind() string    { return "candidate.subject-access-made" }
func (CandidateErased) EventKind() string      { return "candidate.erased" }
func (MonitoringAsked) EventKind() string      { return "candidate.monitoring-asked" }
func (MonitoringAnswered) EventKind() string   { return "candidate.monitoring-answered" }
func (MonitoringWithdrawn) EventKind() string  { return "candidate.monitoring-withdrawn" }
func (MonitoringGiven) EventKind() string      { return "candidate.monitoring-given" }
func (MonitoringImported) EventKind() string   { return "monitoring.imported" }
func (MonitoringRead) EventKind() string       { return "monitoring.read" }
func (MonitoringRecalled) EventKind() string   { return "monitoring.recalled" }
func (MonitoringReleased) EventKind() string   { return "monitoring.released" }
func (FairnessAudited) EventKind() string      { return "fairness.audited" }
func (RetentionSet) EventKind() string         { return "campaign.retention-set" }
func (ResultsEntered) EventKind() string       { return "campaign.results-entered" }
func (SheetsAssigned) EventKind() string       { return "campaign.sheets-assigned" }
func (ScoringOpened) EventKind() string        { return "campaign.scoring-opened" }
func (SheetSaved) EventKind() string           { return "sheet.saved" }
func (SheetSubmitted) EventKind() string       { return "sheet.submitted" }
func (MarkRevised) EventKind() string          { return "sheet.mark-revised" }
func (SheetWithdrawn) EventKind() string       { return "sheet.withdrawn" }
func (MarksRevealed) EventKind() string        { return "campaign.marks-revealed" }
func (CandidateShortlisted) EventKind() string { return "campaign.candidate-shortlisted" }
func (ShortlistLocked) EventKind() string      { return "campaign.shortlist-locked" }
func (ModerationClosed) EventKind() string     { return "campaign.moderation-closed" }
func (InterestDeclared) EventKind() string     { return "campaign.interest-declared" }
func (InterestJudged) EventKind() string       { return "campaign.interest-judged" }
func (RankingStored) EventKind() string        { return "campaign.ranking-stored" }
func (PriorPooled) EventKind() string          { return "prior.pooled" }
func (DecisionRecorded) EventKind() string     { return "campaign.decided" }
