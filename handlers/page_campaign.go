package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// campaignPage is the overview of a campaign: where it stands, who acts next,
// and everything that was declared before the first mark.
type campaignPage struct {
	layout
	Campaign  campaignHead
	Steps     []phaseStep
	Acts      string // who acts next
	Next      string // and what they do
	Seal      string // when others' marks are seen, or since when they are
	Ranking   string // its address, once there is one
	Moves     []link // steps that the asker may take now
	Fairness  string // address of its audit, for those who may read it; "" else
	Own       *ownSheets
	Progress  *sheetProgress
	Decision  *decisionView
	Blanks    []link // sheets to print, one for each exercise
	Declared  string // that an interest of the asker's own is on record
	Framework frameworkHead
	Lock      lockView
	Plan      planView
	Panel     []seatView
	You       string // the asker's own seat
	Funnel    []candidateLine
	Sifted    bool   // the sift is revealed, and candidates stand beside their means of it
	More      string // address of further candidates
	Changes   string // address where it is said how far candidates came; "": not by the asker
	Personal  string // address of what is done with personal data
}

func (campaignPage) template() string { return "campaign" }

// campaignHead is what every page of a campaign begins with.
type campaignHead struct {
	Code, Title, Post, To string
	Phase                 phaseTag
}

// phaseStep is one of the phases. State is done, now or to come.
type phaseStep struct {
	Name, State string
	At          moment // when it began
}

type frameworkHead struct {
	Title, Code, Status, Hash string
	To                        string // address
	Version                   int
	Published                 moment
}

type lockView struct {
	At                       moment // zero: nothing is locked yet
	Framework, Plan, Imports string // hashes
}

type seatView struct {
	Rater, Role, Marks   string
	Chair, You, Optional bool
	ReplacedBy           string // rater code of who took over
}

// candidateLine is a candidate and how far they came; how they did in the sift
// and why they were shortlisted or not, once that is revealed.
type candidateLine struct{ Code, Reached, Mean, Range, Counted, Reason string }

func (p *pages) overview(c *call) (page, error) {
	code := c.param("campaign")
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	shown := p.campaignPage(c, campaign)
	if err := p.addCandidates(c, campaign, &shown); err != nil {
		return nil, err
	}
	if shown.Declared, err = p.declared(c, campaign); err != nil {
		return nil, err
	}
	if campaign.Progress.Phase == selection.Draft {
		return shown, nil // there are no sheets yet
	}
	if campaign.Allows(access.ReadProgress) {
		if shown.Progress, err = p.sheetProgress(c, campaign); err != nil {
			return nil, err
		}
	}
	if campaign.Rater != "" {
		if shown.Own, err = p.ownSheets(c, campaign); err != nil {
			return nil, err
		}
	}
	if campaign.Progress.Phase == selection.Decided {
		shown.Decision, err = p.decision(c, code)
	}
	return shown, err
}

func (p *pages) campaignPage(c *call, campaign store.Campaign) campaignPage {
	document, progress := campaign.Document, campaign.Progress
	shown := campaignPage{
		layout: p.layout(c, document.Title), Campaign: headOf(c, campaign),
		Steps: p.steps(document, progress), Seal: p.seal(document, progress), Framework: p.frameworkHead(c, campaign.Framework),
		Lock: p.lock(progress), Plan: planOf(document, campaign.Framework.Document),
	}
	shown.Acts, shown.Next = nextStep(progress.Phase)
	shown.Moves = boardLink(c, campaign)
	if campaign.Allows(access.EditPlan) {
		shown.Moves = append(shown.Moves, link{"Design this campaign", c.address("campaigns", document.Code, "design")})
	}
	shown.Moves = append(shown.Moves, moveLinks(c, campaign)...)
	if campaign.Allows(access.ChangeCandidate) {
		shown.Changes = c.address("campaigns", document.Code, "candidates")
	}
	if progress.Phase == selection.Deciding && campaign.Allows(access.RecordDecision) {
		shown.Moves = append(shown.Moves, link{"Record the decision", c.address("campaigns", document.Code, "decision")})
	}
	if campaign.Allows(access.ReadRanking) {
		shown.Ranking = c.address("campaigns", document.Code, "ranking")
	}
	if campaign.Allows(access.SetRetention) {
		shown.Personal = c.address("campaigns", document.Code, "retention")
	}
	shown.Fairness = campaignAuditAddress(c, campaign)
	for _, e := range document.Exercises {
		shown.Blanks = append(shown.Blanks, link{exerciseTitle(document, e.Code), c.address("campaigns", document.Code, "exercises", e.Code, "blank")})
	}
	for _, m := range document.Panel {
		seat := seatView{
			Rater: m.Rater, Role: capital(m.Role.Words()), Marks: exercisesOf(m, document),
			Chair: m.Rater == document.ChairRater(), You: m.Rater == campaign.Rater, Optional: m.Optional, ReplacedBy: m.ReplacedBy,
		}
		if seat.You {
			shown.You = seat.Rater + ", " + m.Role.Words()
		}
		shown.Panel = append(shown.Panel, seat)
	}
	return shown
}

func headOf(c *call, campaign store.Campaign) campaignHead {
	d := campaign.Document
	return campaignHead{
		Code: d.Code, Title: d.Title, Post: postWords(d.Post), To: c.address("campaigns", d.Code), Phase: tagOf(campaign.Progress.Phase),
	}
}

func postWords(p selection.Post) string {
	words := []string{capital(strings.ReplaceAll(string(p.Type), "-", " "))}
	if p.Specialty != "" {
		words = append(words, p.Specialty)
	}
	return strings.Join(append(words, counted(p.Posts, "post", "posts")), ", ")
}

// steps are the phases of the campaign in their order.
func (p *pages) steps(document selection.Campaign, progress selection.Progress) []phaseStep {
	steps, began := []phaseStep{{Name: selection.Draft.Words()}}, progress.OpenedAt
	if document.Sifts() {
		steps = append(steps,
			phaseStep{Name: selection.Sift.Words(), At: p.moment(began)},
			phaseStep{Name: selection.Shortlisting.Words(), At: p.moment(progress.SiftRevealedAt)})
		began = progress.ShortlistedAt
	}
	steps = append(steps, []phaseStep{
		{Name: selection.Scoring.Words(), At: p.moment(began)},
		{Name: selection.Moderation.Words(), At: p.moment(progress.RevealedAt)},
		{Name: selection.Deciding.Words(), At: p.moment(progress.ModeratedAt)},
		{Name: selection.Decided.Words(), At: p.moment(progress.DecidedAt)},
	}...)
	state := "done"
	for i := range steps {
		if steps[i].Name == progress.Phase.Words() {
			steps[i].State, state = "now", "to come"
			continue
		}
		steps[i].State = state
	}
	return steps
}

// nextStep says who acts next and what they do.
func nextStep(phase selection.Phase) (who, what string) {
	switch phase {
	case selection.Draft:
		return "The recruitment officer", "opens scoring when plan, panel and candidates are right. From then on the plan is locked."
	case selection.Sift:
		return "Every panel member", "marks alone what each candidate sent in, and submits each sheet. The sift decides whom the panel sees; its marks do not enter the ranking."
	case selection.Shortlisting:
		return "The recruitment officer", "records whom the panel sees, with a reason for each candidate whom it does not, and locks the shortlist. Then the assessment is marked."
	case selection.Scoring:
		return "Every panel member", "marks each candidate alone and submits each sheet."
	case selection.Moderation:
		return "The panel, then the chair", "discusses the marks. Members may change marks of their own, with a reason; what they were is kept. Then the chair closes moderation, and composites and ranks appear."
	case selection.Deciding:
		return "The panel", "decides whom it finds appointable and whom it appoints. The chair or the recruitment officer records the decision."
	case selection.Decided:
		return "Nobody", "needs to act here. The decision is recorded; the offer is the trust’s to make."
	}
	return "", ""
}

// seal is the one sentence that says when others' marks will be seen.
func (p *pages) seal(document selection.Campaign, progress selection.Progress) string {
	switch {
	case progress.ImportedFromHash != "":
		return "This round was scored elsewhere and imported with its marks on " + p.moment(progress.RevealedAt).Words + "."
	case progress.SiftRevealed() && !progress.Revealed():
		return p.siftSeal(progress) + " Nobody sees anybody else’s marks of the assessment until every required sheet of it is submitted, or the chair closes scoring with a written reason."
	case document.Sifts() && !progress.Revealed():
		return "The sift and the assessment are sealed each by itself. Nobody sees anybody else’s marks of the sift until every required sheet of it is submitted, or the chair closes it with a written reason."
	case !progress.Revealed():
		return "Nobody sees anybody else’s marks until every required sheet is submitted, or the chair closes scoring with a written reason."
	case progress.RevealReason != "":
		return "The chair closed scoring before every required sheet was in, on " + p.moment(progress.RevealedAt).Words + ". The reason given: “" + progress.RevealReason + "”"
	}
	return "The panel has seen each other’s marks since " + p.moment(progress.RevealedAt).Words + ", when every required sheet was in."
}

func (p *pages) siftSeal(progress selection.Progress) string {
	at := p.moment(progress.SiftRevealedAt).Words
	if progress.SiftRevealReason != "" {
		return "The chair closed the sift before every required sheet was in, on " + at + ". The reason given: “" + progress.SiftRevealReason + "”"
	}
	return "The panel has seen each other’s marks of the sift since " + at + ", when every required sheet of it was in."
}

func (p *pages) frameworkHead(c *call, f store.Framework) frameworkHead {
	return frameworkHead{
		Title: f.Document.Title, Code: f.Document.Code, Version: f.Document.Version, Status: string(f.Status),
		Hash: f.Hash, Published: p.moment(f.PublishedAt), To: versionAddress(c, f.Document.Code, f.Document.Version),
	}
}

func (p *pages) lock(progress selection.Progress) lockView {
	if progress.Lock == nil {
		return lockView{}
	}
	return lockView{
		At: p.moment(progress.OpenedAt), Framework: progress.Lock.Framework, Plan: progress.Lock.Plan, Imports: progress.ImportedFromHash,
	}
}

// Short is as much of a hash as people compare by eye.
func (f frameworkHead) Short() string { return f.Hash[:min(12, len(f.Hash))] }

func exercisesOf(m selection.Member, c selection.Campaign) string {
	if m.ReplacedBy != "" {
		return "Nothing any more; marks given stay"
	}
	if len(m.Exercises) == 0 {
		return "All exercises"
	}
	var titles []string
	for _, code := range m.Exercises {
		titles = append(titles, exerciseTitle(c, code))
	}
	return listed(titles)
}

// exerciseTitle is an exercise's title; its code where it has none.
func exerciseTitle(c selection.Campaign, code string) string {
	if e, i := c.Exercise(code); i >= 0 && e.Title != "" {
		return e.Title
	}
	return code
}

// dimensionTitle is a dimension's title; its code where there is none.
func dimensionTitle(f frameworks.Framework, code string) string {
	for _, d := range f.Dimensions {
		if d.Code == code {
			return d.Title
		}
	}
	return code
}

func (p *pages) addCandidates(c *call, campaign store.Campaign, shown *campaignPage) error {
	at, err := c.cursor(1)
	if err != nil {
		return err
	}
	found, err := p.db.Candidates(c.ctx(), c.who, campaign.Document.Code, at.after[0], at.more())
	if err != nil {
		return err
	}
	list := part(at, found, func(k store.Candidate) []string { return []string{k.Code} })
	if list.Next != nil {
		shown.More = shown.Campaign.To + "?after=" + url.QueryEscape(*list.Next) + "#candidates"
	}
	for _, k := range list.Items {
		shown.Funnel = append(shown.Funnel, candidateLine{Code: k.Code, Reached: reached(k.Candidate)})
	}
	if shown.Sifted = campaign.Progress.SiftRevealed() && campaign.Allows(access.ReadSift); shown.Sifted {
		return p.addSift(c, campaign.Document.Code, at, shown)
	}
	return nil
}

// addSift puts the means of the sift beside the candidates, who are listed in
// the same order.
func (p *pages) addSift(c *call, code string, at cursor, shown *campaignPage) error {
	lines, err := p.db.Shortlist(c.ctx(), c.who, code, at.after[0], len(shown.Funnel))
	if err != nil {
		return err
	}
	for i := range min(len(lines), len(shown.Funnel)) {
		k, s := &shown.Funnel[i], lines[i]
		k.Mean, k.Reason = figure(s.Mean), s.Reason
		k.Counted = counted(s.Marks, "mark", "marks")
		if s.NotObserved > 0 {
			k.Counted += ", " + strconv.Itoa(s.NotObserved) + " not observed"
		}
		if s.Mean != nil {
			k.Range = decimal(*s.Low) + " to " + decimal(*s.High)
		}
	}
	return nil
}

// reached says how far a candidate came: the last yes of the funnel and the
// first no.
func reached(c selection.Candidate) string {
	words := "Nothing recorded yet"
	for _, step := range []struct {
		answer selection.Answer
		words  string
	}{
		{c.Applied, "applied"}, {c.Shortlisted, "shortlisted"}, {c.Interviewed, "interviewed"},
		{c.Appointable, "found appointable"}, {c.Offered, "offered the post"}, {c.Accepted, "accepted it"},
	} {
		switch step.answer {
		case selection.Yes:
			words = capital(step.words)
		case selection.No:
			words += ", not " + step.words
			return withdrew(words, c)
		}
	}
	return withdrew(words, c)
}

func withdrew(words string, c selection.Candidate) string {
	if c.Withdrawn {
		return "Withdrew; before that: " + words
	}
	return words
}
