package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// designPage is where a draft stands: its parts as a list of tasks, what to keep
// in mind, and what is missing before scoring can open.
type designPage struct {
	layout
	Campaign campaignHead
	Saved    string
	Tasks    []designTask
	Missing  []string // before scoring can open
	Open     string   // address to open it
	Warnings []string
}

func (designPage) template() string { return "design" }

// designTask is one part of the plan and what stands in it.
type designTask struct{ Title, Says, To string }

func savedWords(c *call) string {
	if c.QueryParam("saved") == "" {
		return ""
	}
	return "Saved."
}

func (p *pages) showDesign(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, err
	}
	seats, err := p.db.Seats(c.ctx(), c.who, campaign.Document.Code)
	if err != nil {
		return nil, err
	}
	candidates, err := p.db.Candidates(c.ctx(), c.who, campaign.Document.Code, "", maxLimit+1)
	if err != nil {
		return nil, err
	}
	head := headOf(c, campaign)
	return designPage{
		layout: p.layout(c, "Design: "+head.Title, link{head.Title, head.To}), Campaign: head, Saved: savedWords(c),
		Tasks: designTasks(head.To, campaign, seats, candidates), Missing: p.missingBefore(campaign, seats, candidates),
		Open: head.To + "/open-scoring", Warnings: campaign.Document.Warnings(campaign.Framework.Document),
	}, nil
}

func designTasks(to string, campaign store.Campaign, seats []store.Seat, candidates []store.Candidate) []designTask {
	plan, f := campaign.Document, campaign.Framework.Document
	marked, all := 0, 0
	for _, d := range f.Dimensions {
		for _, k := range d.Criteria {
			all++
			if slices.ContainsFunc(markedIns(plan, k.Code), func(m markedIn) bool { return m.Yes }) {
				marked++
			}
		}
	}
	empty := len(slices.DeleteFunc(slices.Clone(seats), func(s store.Seat) bool { return s.Username != "" }))
	seated := counted(len(seats), "seat", "seats")
	if empty > 0 {
		seated += fmt.Sprintf(", %d with nobody in it yet", empty)
	}
	people := noneOr(len(candidates), "candidate", "candidates")
	if len(candidates) > maxLimit {
		people = fmt.Sprintf("More than %d candidates", maxLimit)
	}
	return []designTask{
		{"Title and post", postWords(plan.Post) + ". " + committeeWords(plan.Committee), to + "/design/post"},
		{"Exercises", counted(len(plan.Exercises), "exercise", "exercises"), to + "/design/exercises"},
		{"Which exercise shows which behaviour", fmt.Sprintf("%d of %d behaviours are marked", marked, all), to + "/design/blueprint"},
		{"Psychometric tests", noneOr(len(plan.Psychometrics), "scale", "scales"), to + "/design/tests"},
		{"Gates", noneOr(len(gateSentences(plan.Gates, f)), "gate", "gates"), to + "/design/gates"},
		{"Ranking and ties", ruleWords(plan.Rank.Rule) + ". " + tieSentence(plan.Rank.Ties, f), to + "/design/rank"},
		{"What counts how much", "The weights of the framework and their effect", to + "/design/weights"},
		{"Panel", seated, to + "/panel"},
		{"Candidates", people, to + "/candidates"},
	}
}

func noneOr(n int, one, many string) string {
	if n == 0 {
		return "None"
	}
	return counted(n, one, many)
}

func ruleWords(r selection.Rule) string {
	if r == selection.Adjusted {
		return "By the adjusted figures"
	}
	return "By the panel’s own marks"
}

func committeeWords(c selection.Committee) string {
	if c.Model == selection.Statutory {
		return "A statutory Advisory Appointments Committee"
	}
	return "The panel follows a local policy"
}

// missingBefore asks the domain what would happen if scoring opened now.
func (p *pages) missingBefore(campaign store.Campaign, seats []store.Seat, candidates []store.Candidate) []string {
	known := make([]selection.Candidate, len(candidates))
	for i, k := range candidates {
		known[i] = k.Candidate
	}
	var missing []string
	_, err := campaign.Progress.OpenScoring(p.db.Now(), campaign.Document, campaign.Framework.Document, campaign.Framework.Status, known)
	for _, f := range fault.FieldsOf(err) {
		missing = append(missing, fullStop(f.Message))
	}
	if err != nil && len(missing) == 0 {
		missing = append(missing, fullStop(problemOf(err).Detail))
	}
	for _, s := range seats {
		if m, _ := campaign.Document.Member(s.Rater); s.Username == "" && !m.Optional {
			missing = append(missing, fmt.Sprintf("Nobody sits in the seat %s.", s.Rater))
		}
	}
	return missing
}

// Title and post

func (p *pages) postPart(_ *call, plan selection.Campaign, _ frameworks.Framework) (planPart, error) {
	form := append(postFields(plan),
		formField{Kind: radioField, Name: "committee.model", Label: "Which rules does the panel sit under?", Options: choose([]formOption{
			{Value: string(selection.LocalPolicy), Words: "A local policy", Hint: "Foundation trusts are exempt from the regulations and follow their own policy."},
			{Value: string(selection.Statutory), Words: "A statutory Advisory Appointments Committee", Hint: "It may not proceed without its core members."},
		}, string(plan.Committee.Model))},
		formField{Kind: radioField, Name: "committee.nation", Label: "Where is the post?", Options: choose([]formOption{
			{Value: "england", Words: "England"}, {Value: "wales", Words: "Wales"}, {Value: "northern-ireland", Words: "Northern Ireland"}, {Value: "scotland", Words: "Scotland"},
		}, plan.Committee.Nation)})
	return planPart{heading: "Title and post", form: form, apply: func(plan *selection.Campaign, in url.Values, wrong *fault.List) {
		typedPost(plan, in, wrong)
		plan.Committee = selection.Committee{Model: selection.CommitteeModel(in.Get("committee.model")), Nation: in.Get("committee.nation")}
	}}, nil
}

func postFields(plan selection.Campaign) []formField {
	posts := ""
	if plan.Post.Posts > 0 {
		posts = strconv.Itoa(plan.Post.Posts)
	}
	return []formField{
		{Kind: textField, Name: "title", Label: "Title", Hint: "As the panel will read it, for example “Consultant cardiologist, imaging”", Value: plan.Title},
		{Kind: radioField, Name: "post.type", Label: "What kind of post is it?", Options: choose([]formOption{
			{Value: string(selection.Consultant), Words: "Consultant"},
			{Value: string(selection.SeniorDoctor), Words: "Senior doctor", Hint: "Specialist, associate specialist or specialty doctor"},
			{Value: string(selection.MedicalLeadership), Words: "Medical leadership role"},
		}, string(plan.Post.Type))},
		{Kind: textField, Name: "post.specialty", Label: "Specialty", Hint: "May stay empty", Value: plan.Post.Specialty},
		{Kind: textField, Name: "post.posts", Label: "How many posts?", Mode: "numeric", Value: posts},
	}
}

func typedPost(plan *selection.Campaign, in url.Values, wrong *fault.List) {
	plan.Title = strings.TrimSpace(in.Get("title"))
	plan.Post = selection.Post{Type: selection.PostType(in.Get("post.type")), Specialty: strings.TrimSpace(in.Get("post.specialty"))}
	if plan.Post.Type == "" {
		wrong.Add("post.type", "choose one")
	}
	posts, err := strconv.Atoi(strings.TrimSpace(in.Get("post.posts")))
	if err != nil || posts < 1 {
		wrong.Add("post.posts", "“%.20s” cannot be filled; give a whole number, 1 or more", in.Get("post.posts"))
	}
	plan.Post.Posts = posts
}

// A new campaign

// newCampaignPage begins a campaign. Frameworks are published versions; where
// there is none, there is nothing to begin with.
type newCampaignPage struct {
	designFormPage
	None bool
}

func (newCampaignPage) template() string { return "design-new" }

func (p *pages) askCampaign(c *call) (page, error) { return p.newCampaignPage(c) }

func (p *pages) newCampaignPage(c *call) (newCampaignPage, error) {
	if err := access.Check(c.person.Roles, access.CreateCampaign); err != nil {
		return newCampaignPage{}, err
	}
	published, err := p.publishedFrameworks(c)
	if err != nil {
		return newCampaignPage{}, err
	}
	form := append([]formField{
		{Kind: listField, Name: "framework", Label: "Framework", Hint: "What the panel will mark: the values and competencies, as published. It cannot be changed later.", Options: published},
		{Kind: textField, Name: "campaign", Label: "Code", Hint: "Short, for addresses and files, for example CARD-2026-02. It cannot be changed later."},
	}, postFields(selection.Campaign{Post: selection.Post{Posts: 1}})...)
	return newCampaignPage{None: len(published) == 0, designFormPage: designFormPage{
		layout: p.layout(c, "New campaign"), Heading: "New campaign", Here: c.address("new-campaign"), Back: c.address("campaigns"), BackWords: "Back to the campaigns",
		Key: newKey(), Form: form, Button: "Create this campaign",
		Lead: []string{"It begins as a draft, with one interview that marks every behaviour and one seat for a lay chair. You change both next."},
	}}, nil
}

// publishedFrameworks are the versions that a campaign can begin with.
func (p *pages) publishedFrameworks(c *call) ([]formOption, error) {
	var options []formOption
	code, version := "", 0
	for {
		part, err := p.db.Frameworks(c.ctx(), c.who, code, version, maxLimit)
		if err != nil {
			return nil, err
		}
		for _, f := range part {
			if f.Status == frameworks.Published {
				options = append(options, formOption{Value: f.Code + "/" + strconv.Itoa(f.Version), Words: fmt.Sprintf("%s, version %d", f.Title, f.Version)})
			}
			code, version = f.Code, f.Version
		}
		if len(part) < maxLimit {
			return options, nil
		}
	}
}

func (p *pages) createHere(c *call) error {
	in, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.newCampaignPage(c)
	if err != nil {
		return err
	}
	plan, err := p.createTyped(c, in)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, c.address("campaigns", plan.Code, "design"))
	}
	if fault.Is(err, fault.Conflict) {
		var taken fault.List
		taken.Add("campaign", "%s", problemOf(err).Detail)
		err = taken.Err("the campaign was not created")
	}
	if err := shown.refused("", in, err); err != nil {
		return err
	}
	return p.show(c, problemOf(err).Status, shown)
}

func (p *pages) createTyped(c *call, in url.Values) (selection.Campaign, error) {
	plan := selection.Campaign{Code: strings.TrimSpace(in.Get("campaign"))}
	var wrong fault.List
	typedPost(&plan, in, &wrong)
	code, versionText, _ := strings.Cut(in.Get("framework"), "/")
	version, err := strconv.Atoi(versionText)
	if err != nil {
		wrong.Add("framework", "choose one")
		return plan, wrong.Err("the campaign was not created")
	}
	f, err := p.db.Framework(c.ctx(), c.who, code, version)
	if err != nil {
		return plan, err
	}
	beginWith(&plan, f.Document)
	if len(wrong.Fields) > 0 {
		complete := plan // told with everything else that is wrong
		complete.Post = selection.Post{Type: selection.Consultant, Posts: 1}
		wrong.AddAll("", complete.WithDefaults().Validate(f.Document))
		return plan, wrong.Err("the campaign was not created")
	}
	c.idempotency = in.Get("key")
	_, err = p.db.CreateCampaign(c.ctx(), c.who, c.key(), store.NewCampaign{Framework: code, Version: version, Document: plan})
	return plan, err
}

// beginWith is the least that a plan can be: one exercise and one seat.
func beginWith(plan *selection.Campaign, f frameworks.Framework) {
	interview := selection.Exercise{Code: "interview", Title: "Interview", Method: selection.StructuredInterview}
	for _, d := range f.Dimensions {
		for _, k := range d.Criteria {
			interview.Criteria = append(interview.Criteria, k.Code)
		}
	}
	plan.Exercises = []selection.Exercise{interview}
	plan.Panel = []selection.Member{{Rater: "R1", Role: selection.LayChair}}
}
