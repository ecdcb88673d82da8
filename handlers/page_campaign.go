package handlers

import (
	"net/url"
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
	Own       *ownSheets
	Progress  *sheetProgress
	Decision  *decisionView
	Framework frameworkHead
	Lock      lockView
	Plan      planView
	Panel     []seatView
	You       string // the asker's own seat
	Funnel    []candidateLine
	More      string // address of further candidates
	Personal  string // address of what is done with personal data
}

func (campaignPage) template() string { return "campaign" }

// campaignHead is what every page of a campaign begins with.
type campaignHead struct {
	Code, Title, Post, To string
	Phase                 phaseTag
}

// phaseStep is one of the five phases. State is done, now or to come.
type phaseStep struct {
	Name, State string
	At          moment // when it began
}

type frameworkHead struct {
	Title, Code, Status, Hash string
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
}

// candidateLine is a candidate and how far they came.
type candidateLine struct{ Code, Reached string }

func (p *pages) overview(c *call) (page, error) {
	code := c.param("campaign")
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	shown := p.campaignPage(c, campaign)
	if err := p.addCandidates(c, code, &shown); err != nil {
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
		Steps: p.steps(progress), Seal: p.seal(progress), Framework: p.frameworkHead(campaign.Framework),
		Lock: p.lock(progress), Plan: planOf(document, campaign.Framework.Document),
	}
	shown.Acts, shown.Next = nextStep(progress.Phase)
	shown.Moves = append(boardLink(c, campaign), moveLinks(c, campaign)...)
	if progress.Phase == selection.Deciding && campaign.Allows(access.RecordDecision) {
		shown.Moves = append(shown.Moves, link{"Record the decision", c.address("campaigns", document.Code, "decision")})
	}
	if campaign.Allows(access.ReadRanking) {
		shown.Ranking = c.address("campaigns", document.Code, "ranking")
	}
	if campaign.Allows(access.SetRetention) {
		shown.Personal = c.address("campaigns", document.Code, "retention")
	}
	for _, m := range document.Panel {
		seat := seatView{
			Rater: m.Rater, Role: capital(m.Role.Words()), Marks: exercisesOf(m, document),
			Chair: m.Rater == document.ChairRater(), You: m.Rater == campaign.Rater, Optional: m.Optional,
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

// steps are the five phases in their order.
func (p *pages) steps(progress selection.Progress) []phaseStep {
	steps := []phaseStep{
		{Name: selection.Draft.Words()},
		{Name: selection.Scoring.Words(), At: p.moment(progress.OpenedAt)},
		{Name: selection.Moderation.Words(), At: p.moment(progress.RevealedAt)},
		{Name: selection.Deciding.Words(), At: p.moment(progress.ModeratedAt)},
		{Name: selection.Decided.Words(), At: p.moment(progress.DecidedAt)},
	}
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
func (p *pages) seal(progress selection.Progress) string {
	switch {
	case progress.ImportedFromHash != "":
		return "This round was scored elsewhere and imported with its marks on " + p.moment(progress.RevealedAt).Words + "."
	case !progress.Revealed():
		return "Nobody sees anybody else’s marks until every required sheet is submitted, or the chair closes scoring with a written reason."
	case progress.RevealReason != "":
		return "The chair closed scoring before every required sheet was in, on " + p.moment(progress.RevealedAt).Words + ". The reason given: “" + progress.RevealReason + "”"
	}
	return "The panel has seen each other’s marks since " + p.moment(progress.RevealedAt).Words + ", when every required sheet was in."
}

func (p *pages) frameworkHead(f store.Framework) frameworkHead {
	return frameworkHead{
		Title: f.Document.Title, Code: f.Document.Code, Version: f.Document.Version, Status: string(f.Status),
		Hash: f.Hash, Published: p.moment(f.PublishedAt),
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

func (p *pages) addCandidates(c *call, code string, shown *campaignPage) error {
	at, err := c.cursor(1)
	if err != nil {
		return err
	}
	found, err := p.db.Candidates(c.ctx(), c.who, code, at.after[0], at.more())
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
