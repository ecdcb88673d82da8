package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// designListPage lists what there may be several of in a plan: exercises, or the
// scales of tests.
type designListPage struct {
	layout
	Campaign        campaignHead
	Heading         string
	Lead            []string
	Saved           string
	Items           []designItem
	None            string // said where there is none
	Add, AddWords   string
	Next, NextWords string
	Warnings        []string
}

func (designListPage) template() string { return "design-list" }

type designItem struct {
	Title, Code, Says, To string
}

func (p *pages) designList(c *call, campaign store.Campaign, heading string) designListPage {
	head := headOf(c, campaign)
	return designListPage{
		layout: p.layout(c, heading+": "+head.Title, link{head.Title, head.To}, link{"Design", head.To + "/design"}), Campaign: head, Heading: heading,
		Saved: savedWords(c), Warnings: campaign.Document.Warnings(campaign.Framework.Document),
	}
}

func (p *pages) showExercises(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	if err != nil {
		return nil, err
	}
	shown := p.designList(c, campaign, "Exercises")
	at := shown.Campaign.To + "/design/"
	shown.Lead = []string{"An exercise is one station: an interview, a simulation, a presentation. Values seen in two different ways tell more than values seen twice in the same way."}
	shown.Add, shown.AddWords, shown.Next, shown.NextWords = at+"new-exercise", "Add an exercise", at+"blueprint", "Say which exercise shows which behaviour"
	for _, e := range campaign.Document.Exercises {
		shown.Items = append(shown.Items, designItem{
			Title: exerciseTitle(campaign.Document, e.Code), Code: e.Code, To: c.address("campaigns", campaign.Document.Code, "design", "exercises", e.Code),
			Says: stageWords(e) + methodWords(e.Method) + ", marks " + counted(len(e.Criteria), "behaviour", "behaviours"),
		})
	}
	return shown, nil
}

// stageWords tells an exercise of the sift.
func stageWords(e selection.Exercise) string {
	if e.In() == selection.StageSift {
		return "Sift. "
	}
	return ""
}

func methodWords(m selection.Method) string {
	return capital(strings.ReplaceAll(string(m), "-", " "))
}

// methods are those that the domain knows by name, those that evidence supports
// first.
func methods() []selection.Method {
	return []selection.Method{
		selection.StructuredInterview, selection.MiniInterview, selection.Simulation, selection.GroupExercise, selection.Presentation,
		selection.WrittenExercise, selection.WorkSample, selection.StakeholderPanel, selection.JudgementTest, selection.Portfolio,
		selection.UnstructuredInterview, selection.PersonalStatement, selection.References, selection.PersonalityTest,
	}
}

func (p *pages) newExercisePart(_ *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	part := exercisePart(selection.Exercise{Method: selection.StructuredInterview}, len(plan.Exercises), f)
	part.heading, part.button = "Add an exercise", "Add this exercise"
	return part, nil
}

func (p *pages) exercisePart(c *call, plan selection.Campaign, f frameworks.Framework) (planPart, error) {
	e, i := plan.Exercise(c.param("exercise"))
	if i < 0 {
		return planPart{}, fault.New(fault.NotFound, "there is no exercise %q in this campaign", c.param("exercise"))
	}
	part := exercisePart(e, i, f)
	part.heading = exerciseTitle(plan, e.Code)
	if len(plan.Exercises) > 1 {
		part.remove, part.removeWords = "design/exercises/"+url.PathEscape(e.Code)+"/remove", "Remove this exercise"
	}
	return part, nil
}

// exercisePart is the form of the exercise with an index; that of a new one is
// their number.
func exercisePart(e selection.Exercise, i int, f frameworks.Framework) planPart {
	known := methods()
	if !slices.Contains(known, e.Method) {
		known = append(known, e.Method)
	}
	var choices []formOption
	for _, m := range known {
		choices = append(choices, formOption{Value: string(m), Words: methodWords(m)})
	}
	return planPart{
		prefix: "exercises[" + strconv.Itoa(i) + "].", back: "design/exercises", backWords: "Exercises",
		form: []formField{
			{Kind: textField, Name: "code", Label: "Code", Hint: "Short, for files and addresses, for example interview-a", Value: e.Code},
			{Kind: textField, Name: "title", Label: "Title", Hint: "As the panel will read it, for example “Interview A: safety and teamwork”", Value: e.Title},
			{Kind: listField, Name: "method", Label: "Method", Options: choose(choices, string(e.Method))},
			{Kind: radioField, Name: "stage", Label: "When is it marked?", Options: choose([]formOption{
				{Value: string(selection.StageAssessment), Words: "In the assessment", Hint: "On the day. Its marks enter the ranking."},
				{Value: string(selection.StageSift), Words: "In a sift before it", Hint: "On what candidates sent in. It decides whom the panel sees, and enters no ranking."},
			}, string(e.In()))},
			{Kind: boxField, Name: "criteria", Label: "Which behaviours does it show?", Options: choose(criterionOptions(f), e.Criteria...)},
		},
		apply: func(plan *selection.Campaign, in url.Values, _ *fault.List) {
			was := ""
			if i == len(plan.Exercises) {
				plan.Exercises = append(plan.Exercises, selection.Exercise{})
			} else {
				was = plan.Exercises[i].Code
			}
			to := &plan.Exercises[i]
			to.Code, to.Title, to.Method = strings.TrimSpace(in.Get("code")), strings.TrimSpace(in.Get("title")), selection.Method(in.Get("method"))
			to.Stage, to.Criteria = selection.Stage(in.Get("stage")), in["criteria"]
			renameExercise(plan, was, to.Code)
		},
	}
}

func criterionOptions(f frameworks.Framework) []formOption {
	var options []formOption
	for _, d := range f.Dimensions {
		for _, k := range d.Criteria {
			options = append(options, formOption{Value: k.Code, Words: k.Statement, Hint: d.Title})
		}
	}
	return options
}

// renameExercise keeps members at the exercises that they mark.
func renameExercise(plan *selection.Campaign, from, to string) {
	for i := range plan.Panel {
		named := slices.Clone(plan.Panel[i].Exercises)
		if at := slices.Index(named, from); at >= 0 {
			named[at] = to
		}
		plan.Panel[i].Exercises = named
	}
}

func (p *pages) removeExercise(c *call) error {
	return p.removes(c, p.exercisePart, func(plan *selection.Campaign, wrong *fault.List) {
		code := c.param("exercise")
		for i, m := range plan.Panel {
			if len(m.Exercises) == 1 && m.Exercises[0] == code { // none named would mean all
				wrong.Add("panel", "%s marks in this exercise only; change that seat first", m.Rater)
			}
			plan.Panel[i].Exercises = slices.DeleteFunc(slices.Clone(m.Exercises), func(e string) bool { return e == code })
		}
		plan.Exercises = slices.DeleteFunc(plan.Exercises, func(e selection.Exercise) bool { return e.Code == code })
	})
}

// removes takes a part of the plan away and goes to the list that it was in. What
// has to stay is shown again, with the reason.
func (p *pages) removes(c *call, find findPart, apply func(*selection.Campaign, *fault.List)) error {
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
	shown.Here = strings.TrimSuffix(shown.Here, "/remove")
	err = p.savePlan(c, in, campaign, func(plan *selection.Campaign, _ url.Values, wrong *fault.List) { apply(plan, wrong) })
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Back+"?saved=yes")
	}
	what := problemOf(err)
	if what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusConflict {
		return err
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	for _, f := range what.Errors {
		shown.Fields = append(shown.Fields, fieldProblem{Field: "main", Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}

// blueprintPage is the grid of behaviours and exercises, to tick.
type blueprintPage struct {
	layout
	Campaign campaignHead
	Saved    string
	Here     string
	Version  int
	Plan     planView
	Exercise []string        // codes, in the order of the columns
	Ticked   map[string]bool // cells, as the form names them
	Back     string
	Warnings []string
	Problem  string
	Fields   []fieldProblem
}

func (blueprintPage) template() string { return "design-blueprint" }

// cellMark parts exercise and criterion; no code has it.
const cellMark = "~"

// Cell names a cell of the grid: exercise~criterion.
func (b blueprintPage) Cell(column int, criterion string) string {
	return b.Exercise[column] + cellMark + criterion
}

// firstCell is the id of the first cell of a column.
func firstCell(column int) string { return "c" + strconv.Itoa(column) + ".0.0" }

func (p *pages) askBlueprint(c *call) (page, error) {
	campaign, err := p.draftPlan(c)
	return p.blueprintPage(c, campaign), err
}

func (p *pages) blueprintPage(c *call, campaign store.Campaign) blueprintPage {
	head, f := headOf(c, campaign), campaign.Framework.Document
	shown := blueprintPage{
		layout: p.layout(c, "Which exercise shows which behaviour: "+head.Title, link{head.Title, head.To}, link{"Design", head.To + "/design"}), Campaign: head,
		Saved: savedWords(c), Here: head.To + "/design/blueprint", Back: head.To + "/design", Version: campaign.Version, Plan: planOf(campaign.Document, f),
		Ticked: map[string]bool{}, Warnings: campaign.Document.Warnings(f),
	}
	for _, e := range campaign.Document.Exercises {
		shown.Exercise = append(shown.Exercise, e.Code)
		for _, k := range e.Criteria {
			shown.Ticked[e.Code+cellMark+k] = true
		}
	}
	return shown
}

func (p *pages) saveBlueprint(c *call) error {
	in, err := c.form()
	if err != nil {
		return err
	}
	campaign, err := p.draftPlan(c)
	if err != nil {
		return err
	}
	f := campaign.Framework.Document
	err = p.savePlan(c, in, campaign, func(plan *selection.Campaign, in url.Values, _ *fault.List) {
		for i := range plan.Exercises {
			plan.Exercises[i].Criteria = tickedIn(in["cell"], plan.Exercises[i].Code, f)
		}
	})
	shown := p.blueprintPage(c, campaign)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Here+"?saved=yes")
	}
	return p.blueprintAgain(c, shown, in, err)
}

// tickedIn are the criteria of an exercise, in the order of the framework.
func tickedIn(cells []string, exercise string, f frameworks.Framework) []string {
	var criteria []string
	for _, d := range f.Dimensions {
		for _, k := range d.Criteria {
			if slices.Contains(cells, exercise+cellMark+k.Code) {
				criteria = append(criteria, k.Code)
			}
		}
	}
	return criteria
}

func (p *pages) blueprintAgain(c *call, shown blueprintPage, in url.Values, cause error) error {
	form := designFormPage{layout: shown.layout}
	if err := form.refused("", in, cause); err != nil {
		return err
	}
	shown.Title, shown.Problem, shown.Warnings = form.Title, form.Problem, nil
	shown.Ticked = map[string]bool{}
	for _, cell := range in["cell"] {
		shown.Ticked[cell] = true
	}
	for _, e := range fault.FieldsOf(cause) {
		var i int
		if scanned(e.Where, "exercises[%d]", &i) && i < len(shown.Exercise) {
			message := shown.Plan.Exercises[i].Title + " marks no behaviour. Tick one at least, or remove the exercise."
			shown.Fields = append(shown.Fields, fieldProblem{Field: firstCell(i), Message: message})
			continue
		}
		shown.Fields = append(shown.Fields, fieldProblem{Field: "main", Message: fullStop(e.Message)})
	}
	return p.show(c, problemOf(cause).Status, shown)
}
