package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// candidatesPage lists the candidates of a campaign for the officer, and adds
// them while it is a draft.
type candidatesPage struct {
	layout
	Campaign   campaignHead
	Saved      string
	Candidates []candidateLink
	Adds       bool
	Here, Key  string
	Form       []formField
	More, Back string
	Problem    string
	Fields     []fieldProblem
}

func (candidatesPage) template() string { return "design-candidates" }

type candidateLink struct {
	candidateLine
	To string
}

// officers is the campaign of the address, for whoever says how far candidates
// came.
func (p *pages) officers(c *call) (store.Campaign, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return campaign, err
	}
	return campaign, access.Check(campaign.Roles, access.ChangeCandidate)
}

func (p *pages) showCandidates(c *call) (page, error) { return p.candidatesPage(c) }

func (p *pages) candidatesPage(c *call) (candidatesPage, error) {
	campaign, err := p.officers(c)
	if err != nil {
		return candidatesPage{}, err
	}
	head := headOf(c, campaign)
	shown := candidatesPage{
		layout: p.layout(c, "Candidates: "+head.Title, link{head.Title, head.To}), Campaign: head, Saved: savedWords(c), Adds: campaign.Allows(access.EditPlan),
		Here: head.To + "/candidates", Key: newKey(), Back: head.To, Form: []formField{
			{Kind: longField, Name: "codes", Label: "Codes, one a line", Hint: "For example C01. Never a name: the panel sees these codes."},
			{Kind: radioField, Name: "came", Label: "How far have they come?", Options: []formOption{
				{Value: "", Words: "Not recorded yet", Chosen: true}, {Value: "applied", Words: "They have applied"}, {Value: "shortlisted", Words: "They have applied and are shortlisted"},
			}},
		},
	}
	if shown.Adds {
		shown.Back = head.To + "/design"
		shown.Trail = append(shown.Trail, link{"Design", shown.Back})
	}
	at, err := c.cursor(1)
	if err != nil {
		return shown, err
	}
	found, err := p.db.Candidates(c.ctx(), c.who, head.Code, at.after[0], at.more())
	if err != nil {
		return shown, err
	}
	list := part(at, found, func(k store.Candidate) []string { return []string{k.Code} })
	for _, k := range list.Items {
		shown.Candidates = append(shown.Candidates, candidateLink{candidateLine{Code: k.Code, Reached: reached(k.Candidate)}, c.address("campaigns", head.Code, "candidates", k.Code)})
	}
	if list.Next != nil {
		shown.More = shown.Here + "?after=" + url.QueryEscape(*list.Next)
	}
	return shown, nil
}

func (p *pages) addCandidatesHere(c *call) error {
	in, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.candidatesPage(c)
	if err != nil {
		return err
	}
	codes := strings.Fields(in.Get("codes"))
	candidates := make([]selection.Candidate, len(codes))
	for i, code := range codes {
		candidates[i] = selection.Candidate{Code: code}
		if came := in.Get("came"); came != "" {
			candidates[i].Applied = selection.Yes
			if came == "shortlisted" {
				candidates[i].Shortlisted = selection.Yes
			}
		}
	}
	c.idempotency = in.Get("key")
	_, err = p.db.AddCandidates(c.ctx(), c.who, c.param("campaign"), c.key(), candidates)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Here+"?saved=yes")
	}
	form := designFormPage{layout: shown.layout, Form: shown.Form}
	again := ofCodes(err, codes)
	if err := form.refused("", in, again); err != nil {
		return err
	}
	shown.Title, shown.Problem, shown.Fields = form.Title, form.Problem, form.Fields
	return p.show(c, problemOf(again).Status, shown)
}

// ofCodes says which of the typed codes a complaint is about.
func ofCodes(err error, codes []string) error {
	if fault.Is(err, fault.Conflict) {
		return beside(err, "codes")
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	var l fault.List
	for _, f := range fault.FieldsOf(err) {
		var i int
		message := f.Message
		if scanned(f.Where, "candidates[%d]", &i) && i < len(codes) {
			message = fmt.Sprintf("%s (the code in place %d)", message, i+1)
		}
		l.Add("codes", "%s", message)
	}
	return l.Err("no candidate was added")
}

// funnelSteps are how far a candidate can come, as it is asked of the officer.
func funnelSteps(k *selection.Candidate) []struct {
	name, words string
	answer      *selection.Answer
} {
	return []struct {
		name, words string
		answer      *selection.Answer
	}{
		{"applied", "Applied", &k.Applied}, {"shortlisted", "Shortlisted", &k.Shortlisted}, {"interviewed", "Interviewed", &k.Interviewed},
		{"appointable", "Found appointable by the panel", &k.Appointable}, {"offered", "Offered the post", &k.Offered}, {"accepted", "Accepted it", &k.Accepted},
	}
}

const withdrawnValue = "withdrawn"

func (p *pages) askCandidate(c *call) (page, error) {
	shown, _, err := p.candidatePage(c)
	return shown, err
}

func (p *pages) candidatePage(c *call) (designFormPage, selection.Candidate, error) {
	campaign, err := p.officers(c)
	if err != nil {
		return designFormPage{}, selection.Candidate{}, err
	}
	found, err := p.db.Candidate(c.ctx(), c.who, campaign.Document.Code, c.param("candidate"))
	if err != nil {
		return designFormPage{}, selection.Candidate{}, err
	}
	head := headOf(c, campaign)
	back := head.To + "/candidates"
	shown := designFormPage{
		layout: p.layout(c, found.Code+": how far they came", link{head.Title, head.To}, link{"Candidates", back}), Over: head.Title, Heading: found.Code,
		Lead: []string{"How far this candidate came. What is not known stays open: it is not a no."},
		Here: c.Request().URL.EscapedPath(), Back: back, BackWords: "Back without saving", Version: found.Version, Button: "Save",
	}
	for _, step := range funnelSteps(&found.Candidate) {
		shown.Form = append(shown.Form, formField{Kind: listField, Name: step.name, Label: step.words, Options: choose([]formOption{
			{Value: "", Words: "Not known"}, {Value: string(selection.Yes), Words: "Yes"}, {Value: string(selection.No), Words: "No"},
		}, string(*step.answer))})
	}
	withdrawn := formOption{Value: withdrawnValue, Words: "Has withdrawn", Hint: "The panel does not see them any more, and nobody waits for their sheets.", Chosen: found.Withdrawn}
	shown.Form = append(shown.Form, formField{Kind: boxField, Name: withdrawnValue, Label: "Withdrawal", Options: []formOption{withdrawn}})
	return shown, found.Candidate, nil
}

func (p *pages) saveCandidate(c *call) error {
	in, err := c.form()
	if err != nil {
		return err
	}
	shown, to, err := p.candidatePage(c)
	if err != nil {
		return err
	}
	version, err := versionOf(in)
	if err != nil {
		return err
	}
	for _, step := range funnelSteps(&to) {
		*step.answer = selection.Answer(in.Get(step.name))
	}
	to.Withdrawn = in.Get(withdrawnValue) != ""
	_, err = p.db.ChangeCandidate(c.ctx(), c.who, c.param("campaign"), version, to)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Back+"?saved=yes")
	}
	if err := shown.refused("", in, err); err != nil {
		return err
	}
	return p.show(c, problemOf(err).Status, shown)
}
