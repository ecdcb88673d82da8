package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// panelPage is the seats of a draft's panel and who sits in them, with a form
// for each thing that is done about them.
type panelPage struct {
	layout
	Campaign          campaignHead
	Saved             string
	Seats             []filledSeat
	Version           int
	Add, Fill, Invite panelForm
	Link              *invitedView // the invitation that was just made
	Back              string
	Warnings          []string
	Problem           string
	Fields            []fieldProblem
}

func (panelPage) template() string { return "panel" }

// filledSeat is a seat, who sits there, and where it is changed.
type filledSeat struct {
	seatView
	Who, To string
}

type panelForm struct {
	Here   string
	Form   []formField
	Opened bool
}

type invitedView struct {
	Name, Seat, Address string
	Expires             moment
}

func (p *pages) showPanel(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, err
	}
	return p.panelPage(c, campaign)
}

func (p *pages) panelPage(c *call, campaign store.Campaign) (panelPage, error) {
	head, plan := headOf(c, campaign), campaign.Document
	at := head.To + "/panel"
	shown := panelPage{
		layout: p.layout(c, "Panel: "+head.Title, link{head.Title, head.To}, link{"Design", head.To + "/design"}), Campaign: head, Saved: savedWords(c), Version: campaign.Version,
		Back: head.To + "/design", Warnings: plan.Warnings(campaign.Framework.Document),
		Add: panelForm{Here: at, Form: memberFields(selection.Member{Rater: nextRater(plan), Role: selection.PlainMember}, plan)},
	}
	seats, err := p.db.Seats(c.ctx(), c.who, plan.Code)
	if err != nil {
		return shown, err
	}
	for _, s := range seats {
		m, _ := plan.Member(s.Rater)
		seat := filledSeat{To: c.address("campaigns", plan.Code, "seats", s.Rater), seatView: seatView{
			Rater: m.Rater, Role: capital(m.Role.Words()), Marks: exercisesOf(m, plan), Chair: m.Rater == plan.ChairRater(), Optional: m.Optional,
		}}
		if s.Username != "" {
			seat.Who = s.DisplayName + " (" + s.Username + ")"
		}
		shown.Seats = append(shown.Seats, seat)
	}
	shown.Fill = panelForm{Here: at + "/people", Form: []formField{
		{Kind: listField, Name: "seat", Label: "Seat", Options: seatOptions(seats, plan)},
		{Kind: textField, Name: "username", Label: "User name", Hint: "Of somebody who has an account here"},
	}}
	shown.Invite = panelForm{Here: at + "/invitations", Form: []formField{
		{Kind: listField, Name: "invited.seat", Label: "Seat of the guest", Options: seatOptions(seats, plan)},
		{Kind: textField, Name: "invited.username", Label: "User name for them", Hint: "Their e-mail address will do"},
		{Kind: textField, Name: "invited.display_name", Label: "Their name"},
	}}
	return shown, nil
}

// seatOptions are the seats to choose from; those with nobody in them first.
func seatOptions(seats []store.Seat, plan selection.Campaign) []formOption {
	var options, filled []formOption
	for _, s := range seats {
		m, _ := plan.Member(s.Rater)
		option := formOption{Value: s.Rater, Words: s.Rater + ", " + m.Role.Words()}
		if s.Username == "" {
			options = append(options, option)
			continue
		}
		option.Words += " (now " + s.DisplayName + ")"
		filled = append(filled, option)
	}
	if len(options) == 0 { // nobody is to be put out by a press too many
		options = []formOption{{Value: "", Words: "Choose a seat"}}
	}
	return append(options, filled...)
}

// seatTyped is the seat that was chosen. It returns Invalid where there is none.
func seatTyped(in url.Values, field string, plan selection.Campaign) (string, error) {
	rater := in.Get(field)
	if _, there := plan.Member(rater); there {
		return rater, nil
	}
	var l fault.List
	l.Add(field, "choose one")
	return "", l.Err("nobody was put in a seat")
}

// nextRater proposes a code that is free: R4 after R1, R2 and R3.
func nextRater(plan selection.Campaign) string {
	for i := len(plan.Panel) + 1; ; i++ {
		code := "R" + strconv.Itoa(i)
		if _, taken := plan.Member(code); !taken {
			return code
		}
	}
}

func panelRoles() []selection.PanelRole {
	return []selection.PanelRole{
		selection.LayChair, selection.LayMember, selection.CollegeAssessor, selection.ChiefExecutive, selection.MedicalDirector,
		selection.SpecialtyConsultant, selection.University, selection.PlainMember, selection.Stakeholder,
	}
}

const chairValue, optionalValue = "chair", "optional"

func memberFields(m selection.Member, plan selection.Campaign) []formField {
	var roles, exercises []formOption
	for _, r := range panelRoles() {
		roles = append(roles, formOption{Value: string(r), Words: capital(r.Words())})
	}
	for _, e := range plan.Exercises {
		exercises = append(exercises, formOption{Value: e.Code, Words: exerciseTitle(plan, e.Code)})
	}
	var standing []string
	if m.Chair {
		standing = append(standing, chairValue)
	}
	if m.Optional {
		standing = append(standing, optionalValue)
	}
	return []formField{
		{Kind: textField, Name: "rater", Label: "Code", Hint: "It stands beside their marks in place of a name", Value: m.Rater},
		{Kind: listField, Name: "role", Label: "Role", Options: choose(roles, string(m.Role))},
		{Kind: boxField, Name: "exercises", Label: "In which exercises do they mark?", Hint: "None ticked: in all of them", Options: choose(exercises, m.Exercises...)},
		{Kind: boxField, Name: "standing", Label: "Anything special?", Options: choose([]formOption{
			{Value: chairValue, Words: "Chairs the panel", Hint: "Where nobody is ticked, the lay chair does."},
			{Value: optionalValue, Words: "Not waited for", Hint: "They mark, but the marks open without theirs."},
		}, standing...)},
	}
}

func typedMember(in url.Values) selection.Member {
	return selection.Member{
		Rater: trimmed(in, "rater"), Role: selection.PanelRole(in.Get("role")), Exercises: in["exercises"],
		Chair: slices.Contains(in["standing"], chairValue), Optional: slices.Contains(in["standing"], optionalValue),
	}
}

func memberPrefix(i int) string { return "panel[" + strconv.Itoa(i) + "]." }

func (p *pages) addSeat(c *call) error {
	in, campaign, shown, err := p.panelPosted(c)
	if err != nil {
		return err
	}
	err = p.savePlan(c, in, campaign, func(plan *selection.Campaign, in url.Values, _ *fault.List) {
		plan.Panel = append(plan.Panel, typedMember(in))
	})
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Add.Here+"?saved=yes")
	}
	return p.panelAgain(c, shown, &shown.Add, memberPrefix(len(campaign.Document.Panel)), in, err)
}

func (p *pages) panelPosted(c *call) (url.Values, store.Campaign, *panelPage, error) {
	in, err := c.form()
	if err != nil {
		return nil, store.Campaign{}, nil, err
	}
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, campaign, nil, err
	}
	shown, err := p.panelPage(c, campaign)
	return in, campaign, &shown, err
}

// panelAgain shows the page with one of its forms as it was typed.
func (p *pages) panelAgain(c *call, shown *panelPage, typed *panelForm, prefix string, in url.Values, cause error) error {
	form := designFormPage{layout: shown.layout, Form: typed.Form}
	if err := form.refused(prefix, in, cause); err != nil {
		return err
	}
	shown.Title, shown.Problem, shown.Fields, typed.Opened = form.Title, form.Problem, form.Fields, true
	return p.show(c, problemOf(cause).Status, *shown)
}

func (p *pages) seatPart(c *call, plan selection.Campaign, _ frameworks.Framework) (planPart, error) {
	i := slices.IndexFunc(plan.Panel, func(m selection.Member) bool { return m.Rater == c.param("rater") })
	if i < 0 {
		return planPart{}, fault.New(fault.NotFound, "there is no rater %q on the panel", c.param("rater"))
	}
	form := memberFields(plan.Panel[i], plan)[1:] // who sits in a seat is kept by its code
	part := planPart{
		heading: "Seat " + plan.Panel[i].Rater, prefix: memberPrefix(i), back: "panel", backWords: "Panel", form: form,
		apply: func(plan *selection.Campaign, in url.Values, _ *fault.List) {
			m := typedMember(in)
			m.Rater = plan.Panel[i].Rater
			plan.Panel[i] = m
		},
	}
	if len(plan.Panel) > 1 {
		part.remove, part.removeWords = "seats/"+url.PathEscape(plan.Panel[i].Rater)+"/remove", "Remove this seat"
	}
	return part, nil
}

func (p *pages) removeSeat(c *call) error {
	return p.removes(c, p.seatPart, func(plan *selection.Campaign, _ *fault.List) {
		plan.Panel = slices.DeleteFunc(plan.Panel, func(m selection.Member) bool { return m.Rater == c.param("rater") })
	})
}

// fillSeatHere seats somebody who has an account.
func (p *pages) fillSeatHere(c *call) error {
	in, campaign, shown, err := p.panelPosted(c)
	if err != nil {
		return err
	}
	rater, err := seatTyped(in, "seat", campaign.Document)
	if err == nil {
		_, err = p.db.FillSeat(c.ctx(), c.who, campaign.Document.Code, rater, trimmed(in, "username"))
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Add.Here+"?saved=yes")
	}
	return p.panelAgain(c, shown, &shown.Fill, "", in, beside(err, "username"))
}

// beside puts a refusal without a place beside the field that is its cause.
func beside(err error, field string) error {
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
		return err
	}
	var l fault.List
	l.Add(field, "%s", problemOf(err).Detail)
	return l.Err("nothing was changed")
}

// inviteToSeat makes an account for somebody from outside, seats them, and shows
// the link by which they set their password. It is shown this once: it is stored
// nowhere.
func (p *pages) inviteToSeat(c *call) error {
	in, campaign, shown, err := p.panelPosted(c)
	if err != nil {
		return err
	}
	rater, err := seatTyped(in, "invited.seat", campaign.Document)
	if err != nil {
		return p.panelAgain(c, shown, &shown.Invite, "", in, err)
	}
	made, err := p.db.Invite(c.ctx(), c.who, store.Person{Username: trimmed(in, "invited.username"), DisplayName: trimmed(in, "invited.display_name")})
	if err != nil {
		var l fault.List
		l.AddAll("invited", err)
		if fault.Is(err, fault.Invalid) {
			err = l.Err("nobody was invited")
		}
		return p.panelAgain(c, shown, &shown.Invite, "", in, beside(err, "invited.username"))
	}
	_, unseated := p.db.FillSeat(c.ctx(), c.who, campaign.Document.Code, rater, made.Person.Username)
	return p.showInvitation(c, made, rater, unseated)
}

// showInvitation shows the link even where its holder could not be seated: it
// cannot be shown again.
func (p *pages) showInvitation(c *call, made store.Link, rater string, unseated error) error {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return err
	}
	shown, err := p.panelPage(c, campaign)
	if err != nil {
		return err
	}
	view := p.viewLink(c.trust, made)
	shown.Link = &invitedView{Name: made.Person.DisplayName, Seat: rater, Address: view.Address, Expires: p.moment(&view.Expires)}
	if unseated == nil {
		return p.show(c, http.StatusOK, shown)
	}
	what := problemOf(unseated)
	shown.Link.Seat, shown.Title, shown.Problem = "", "Error: "+shown.Title, "They are invited, but not seated: "+fullStop(what.Detail)
	return p.show(c, what.Status, shown)
}
