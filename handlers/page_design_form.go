package handlers

import (
	"cmp"
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

// The plan of a draft is designed a part at a time. Each part is a form of its
// own; saved, it replaces the whole document, so that the domain judges the plan
// as it will be. What cannot be stored comes back as it was typed, with the
// reason beside its field.

// formField is one question of a form. Its name is the path of the place that it
// fills in the document, with full stops for brackets: exercises.0.code.
type formField struct {
	Kind    string // text, long, list, radios, boxes
	Name    string
	Label   string
	Hint    string
	Value   string
	Problem string
	Mode    string // of the keyboard on a phone: numeric, decimal
	Options []formOption
}

// formOption is one answer to choose.
type formOption struct {
	Value, Words, Hint string
	Chosen             bool
}

const (
	textField  = "text"   // a line
	longField  = "long"   // several lines
	listField  = "list"   // one of many
	radioField = "radios" // one of few
	boxField   = "boxes"  // any number of them
)

// typed puts what was typed in place of what is kept.
func (f *formField) typed(in url.Values) {
	f.Value = in.Get(f.Name)
	for i := range f.Options {
		f.Options[i].Chosen = slices.Contains(in[f.Name], f.Options[i].Value)
	}
}

// choose marks the options that are chosen.
func choose(options []formOption, values ...string) []formOption {
	for i := range options {
		options[i].Chosen = slices.Contains(values, options[i].Value)
	}
	return options
}

// besideFields puts each complaint beside the field that it is about. prefix is what
// the domain calls the part of the document that the form is of; what is about
// none of the fields is only listed above them.
func besideFields(form []formField, prefix string, errors []fault.Field) []fieldProblem {
	var elsewhere []fieldProblem
	for _, e := range errors {
		where := strings.NewReplacer("[", ".", "]", "").Replace(strings.TrimPrefix(e.Where, prefix))
		i := slices.IndexFunc(form, func(f formField) bool { return where == f.Name || strings.HasPrefix(where, f.Name+".") })
		if i < 0 {
			elsewhere = append(elsewhere, fieldProblem{Field: "main", Message: fullStop(e.Where + " " + e.Message)})
			continue
		}
		form[i].Problem = form[i].sentence(e.Message)
	}
	var problems []fieldProblem // in the order of the form
	for _, f := range form {
		if f.Problem != "" {
			problems = append(problems, fieldProblem{Field: f.Name, Message: f.summary()})
		}
	}
	return append(problems, elsewhere...)
}

// sentence is what the domain says of a place, which its label stands for.
func (f formField) sentence(message string) string {
	if strings.HasPrefix(message, "is ") || strings.HasPrefix(message, "has ") {
		return fullStop(f.Label + " " + message)
	}
	return fullStop(message)
}

// summary is the problem where the label does not stand beside it.
func (f formField) summary() string {
	switch {
	case strings.HasPrefix(f.Problem, f.Label):
		return f.Problem
	case strings.HasSuffix(f.Label, "?"):
		return f.Label + " " + f.Problem
	}
	return f.Label + ": " + f.Problem
}

// designFormPage is one part of the plan, to be changed.
type designFormPage struct {
	layout
	Over, Heading string
	Lead          []string
	Here, Back    string
	BackWords     string
	Version       int    // of the campaign or the candidate that the form was made from; 0: none
	Key           string // of what is done once; "": it has a version
	Form          []formField
	Button        string
	Remove        string // address to take what is shown away; "": it stays
	RemoveWords   string
	Problem       string
	Fields        []fieldProblem
}

func (designFormPage) template() string { return "design-form" }

// refused says why what was typed is not stored, beside what was typed. What is
// no matter of the form is an error of the page.
func (s *designFormPage) refused(prefix string, in url.Values, cause error) error {
	for i := range s.Form {
		s.Form[i].typed(in)
	}
	what := problemOf(cause)
	switch what.Status {
	case http.StatusPreconditionFailed:
		s.Problem = "Somebody else has saved this since you opened the page. Below is what you typed. Save it if it is what should count; or leave it and open the page again to see what is kept."
	case http.StatusUnprocessableEntity, http.StatusConflict:
		s.Problem = fullStop(what.Detail)
	default:
		return cause
	}
	s.Title, s.Fields = "Error: "+s.Title, besideFields(s.Form, prefix, what.Errors)
	return nil
}

// planPart is one part of the plan: how its form is made of the document, and
// what the form changes in it.
type planPart struct {
	heading, button string
	lead            []string
	prefix          string // of the domain's complaints about it
	back            string // address below the campaign; "": design
	backWords       string
	remove          string // address below the campaign
	removeWords     string
	form            []formField
	apply           func(plan *selection.Campaign, in url.Values, wrong *fault.List)
}

// findPart finds the part that the address names.
type findPart func(c *call, plan selection.Campaign, f frameworks.Framework) (planPart, error)

// draftPlan is the campaign of the address, for whoever may change its plan.
func (p *pages) draftPlan(c *call) (store.Campaign, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return campaign, err
	}
	if err := access.Check(campaign.Roles, access.EditPlan); err != nil {
		return campaign, err
	}
	if !campaign.Allows(access.EditPlan) {
		return campaign, fault.New(fault.Conflict, "the plan is locked since scoring opened; the campaign is in the phase %s", campaign.Progress.Phase.Words())
	}
	return campaign, nil
}

func (p *pages) partPage(c *call, campaign store.Campaign, part planPart) designFormPage {
	head := headOf(c, campaign)
	back, words := head.To+"/"+cmp.Or(part.back, "design"), cmp.Or(part.backWords, "Design")
	trail := []link{{head.Title, head.To}, {"Design", head.To + "/design"}}
	if part.back != "" {
		trail = append(trail, link{words, back})
	}
	shown := designFormPage{
		layout: p.layout(c, part.heading, trail...), Over: head.Title, Heading: part.heading, Lead: part.lead, Here: c.Request().URL.EscapedPath(), Back: back,
		BackWords: "Back without saving", Version: campaign.Version, Form: part.form, Button: cmp.Or(part.button, "Save"),
	}
	if part.remove != "" {
		shown.Remove, shown.RemoveWords = head.To+"/"+part.remove, part.removeWords
	}
	return shown
}

func (p *pages) asksPart(find findPart) endpoint {
	return p.shows(func(c *call) (page, error) {
		campaign, err := p.draftPlan(c)
		if err != nil {
			return nil, err
		}
		part, err := find(c, campaign.Document, campaign.Framework.Document)
		return p.partPage(c, campaign, part), err
	})
}

func (p *pages) savesPart(find findPart) endpoint {
	return acts(func(c *call) error {
		in, err := c.form()
		if err != nil {
			return err
		}
		campaign, err := p.draftPlan(c)
		if err != nil {
			return err
		}
		part, err := find(c, campaign.Document, campaign.Framework.Document)
		if err != nil {
			return err
		}
		shown := p.partPage(c, campaign, part)
		if err = p.savePlan(c, in, campaign, part.apply); err == nil {
			return c.Redirect(http.StatusSeeOther, shown.Back+"?saved=yes")
		}
		if err := shown.refused(part.prefix, in, err); err != nil {
			return err
		}
		return p.show(c, problemOf(err).Status, shown)
	})
}

// savePlan changes the plan as it is now by what was typed, and stores it where
// nobody was faster.
func (p *pages) savePlan(c *call, in url.Values, campaign store.Campaign, apply func(*selection.Campaign, url.Values, *fault.List)) error {
	version, err := versionOf(in)
	if err != nil {
		return err
	}
	plan := campaign.Document
	plan.Exercises, plan.Psychometrics, plan.Panel = slices.Clone(plan.Exercises), slices.Clone(plan.Psychometrics), slices.Clone(plan.Panel)
	var wrong fault.List
	apply(&plan, in, &wrong)
	if err := wrong.Err("the plan was not saved"); err != nil {
		return err
	}
	_, err = p.db.ChangeCampaign(c.ctx(), c.who, version, plan)
	return err
}

// versionOf reads the version that the form was made from.
func versionOf(in url.Values) (int, error) {
	version, err := number(in.Get("version"))
	if err != nil {
		return 0, refuse(http.StatusBadRequest, "the form does not say which version it is of; go back, load the page again and repeat your change")
	}
	return version, nil
}

// typedFigure reads a number, and complains of what is none.
func typedFigure(in url.Values, name string, wrong *fault.List) float64 {
	text := strings.TrimSpace(in.Get(name))
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		wrong.Add(name, "“%.20s” is not a number; give one such as 0.8", text)
	}
	return x
}

// typedThreshold is typedFigure where nothing means that there is none.
func typedThreshold(in url.Values, name string, wrong *fault.List) *float64 {
	if strings.TrimSpace(in.Get(name)) == "" {
		return nil
	}
	x := typedFigure(in, name, wrong)
	return &x
}

// numberText is a number as it is typed.
func numberText(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func thresholdText(x *float64) string {
	if x == nil {
		return ""
	}
	return numberText(*x)
}

// designRoutes are the pages on which a campaign is made ready.
func (p *pages) designRoutes() []route {
	var routes []route
	for _, part := range []struct {
		path string
		find findPart
	}{
		{underDesign + "/post", p.postPart}, {underDesign + "/gates", p.gatesPart}, {underDesign + "/rank", p.rankPart},
		{underDesign + "/new-exercise", p.newExercisePart}, {underDesign + "/exercises/{exercise}", p.exercisePart},
		{underDesign + "/new-test", p.newScalePart}, {underDesign + "/tests/{instrument}/{scale}", p.scalePart},
		{underCampaign + "/seats/{rater}", p.seatPart},
	} {
		routes = append(routes,
			route{method: get, path: part.path, endpoint: p.asksPart(part.find)},
			route{method: post, path: part.path, endpoint: p.savesPart(part.find)})
	}
	return append(routes, []route{
		{method: get, path: underTrust + "/new-campaign", endpoint: p.shows(p.askCampaign)},
		{method: post, path: underTrust + "/new-campaign", endpoint: acts(p.createHere)},
		{method: get, path: underTrust + "/import", endpoint: p.shows(p.askRound)},
		{method: post, path: underTrust + "/import/check", slow: true, limit: importLimit + formRoom, endpoint: acts(p.checkImport)},
		{method: post, path: underTrust + "/import", slow: true, limit: importLimit + formRoom, endpoint: acts(p.importRoundHere)},
		{method: get, path: underDesign, endpoint: p.shows(p.showDesign)},
		{method: get, path: underDesign + "/exercises", endpoint: p.shows(p.showExercises)},
		{method: post, path: underDesign + "/exercises/{exercise}/remove", endpoint: acts(p.removeExercise)},
		{method: get, path: underDesign + "/blueprint", endpoint: p.shows(p.askBlueprint)},
		{method: post, path: underDesign + "/blueprint", endpoint: acts(p.saveBlueprint)},
		{method: get, path: underDesign + "/tests", endpoint: p.shows(p.showScales)},
		{method: post, path: underDesign + "/tests/{instrument}/{scale}/remove", endpoint: acts(p.removeScale)},
		{method: get, path: underDesign + "/weights", endpoint: p.shows(p.showShares)},
		{method: get, path: underCampaign + "/panel", endpoint: p.shows(p.showPanel)},
		{method: post, path: underCampaign + "/panel", endpoint: acts(p.addSeat)},
		{method: post, path: underCampaign + "/panel/people", endpoint: acts(p.fillSeatHere)},
		{method: post, path: underCampaign + "/panel/invitations", stepUp: true, endpoint: acts(p.inviteToSeat)},
		{method: post, path: underCampaign + "/seats/{rater}/remove", endpoint: acts(p.removeSeat)},
		{method: get, path: underCampaign + "/candidates", endpoint: p.shows(p.showCandidates)},
		{method: post, path: underCampaign + "/candidates", endpoint: acts(p.addCandidatesHere)},
		{method: get, path: underCampaign + "/candidates/{candidate}", endpoint: p.shows(p.askCandidate)},
		{method: post, path: underCampaign + "/candidates/{candidate}", endpoint: acts(p.saveCandidate)},
	}...)
}
