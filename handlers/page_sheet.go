package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// A sheet is filled in one dimension a page, in the order of the framework, and
// checked before it is submitted. Each page posts what is on it, complete or
// not: going on, going back and leaving lose nothing. A script saves meanwhile;
// without it the pages do the same.

// sheetPage is one dimension of one's own sheet.
type sheetPage struct {
	layout
	Sheet     sheetHead
	Part      dimensionForm
	Step      string // "2 of 4"
	Parts     []partLink
	Here      string // where the form posts to
	Version   int    // of the sheet that the form was made from
	Problem   string
	Fields    []fieldProblem
	Autosave  string // the sheet's address in the API
	Session   string // where the script signs in again
	Username  string
	Script    string
	SignIn    string
	Interest  string // address of the page to declare an interest
	Last      bool   // the next page is the check
	Scale     []scaleLabel
	ScaleFree string // "any number from 1 to 7"; "" where there are marks to choose from
}

func (sheetPage) template() string { return "sheet" }

// sheetHead is what every page of a sheet begins with.
type sheetHead struct {
	Campaign, CampaignTo        string
	Candidate, Exercise, Method string
	Rater                       string
	To, Check, All              string // addresses
	Seal                        string
	State, Class                string
	exercise                    selection.Exercise
	name                        store.SheetName
	framework                   frameworks.Framework
}

// partLink leads to a dimension of the sheet and says how far it is.
type partLink struct {
	Title, To, State string
	Now              bool
}

// dimensionForm is what is asked on one page.
type dimensionForm struct {
	Code, Title, Description string
	Criteria                 []criterionForm
}

// criterionForm is one behaviour with its marks.
type criterionForm struct {
	Code, Statement    string
	Choices            []markChoice // empty where any number may be given
	Number             string       // what was typed where any number may be given
	Unseen             bool
	Evidence           string
	Positive, Negative []string
	Problem            string
	Kept               string // what the sheet has now, where that is not what was typed
}

// markChoice is one mark, what it means in general and for this behaviour.
type markChoice struct {
	Value, ID, Anchor string
	Chosen            bool
}

type scaleLabel struct{ Mark, Text string }

// unseenValue is what the form sends for a behaviour that was not observed.
const unseenValue = "not-observed"

func scoreField(criterion string) string    { return "score." + criterion }
func evidenceField(criterion string) string { return "note." + criterion }
func unseenField(criterion string) string   { return "unseen." + criterion }

// ownSheet loads the asker's own sheet that the address names, and the campaign
// around it. Whoever has no seat has none.
func (p *pages) ownSheet(c *call) (store.Campaign, selection.Sheet, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return campaign, selection.Sheet{}, err
	}
	if campaign.Rater == "" {
		return campaign, selection.Sheet{}, fault.New(fault.NotFound, "you have no seat on this panel, so there is no sheet of yours")
	}
	sheet, err := p.db.Sheet(c.ctx(), c.who, c.param("campaign"), store.SheetName{
		Rater: campaign.Rater, Candidate: c.param("candidate"), Exercise: c.param("exercise"),
	})
	return campaign, sheet, err
}

// postedSheet is the asker's own sheet that a form was sent for, and the form. It
// refuses one that another member opened in this browser.
func (p *pages) postedSheet(c *call) (fields url.Values, campaign store.Campaign, sheet selection.Sheet, head sheetHead, err error) {
	if fields, err = c.form(); err != nil {
		return
	}
	if campaign, sheet, err = p.ownSheet(c); err != nil {
		return
	}
	head = p.sheetHead(c, campaign, sheet)
	return fields, campaign, sheet, head, sameRater(fields.Get("rater"), campaign.Rater)
}

func (p *pages) sheetHead(c *call, campaign store.Campaign, s selection.Sheet) sheetHead {
	at := func(steps ...string) string {
		return c.address(append([]string{"campaigns", campaign.Document.Code}, steps...)...)
	}
	exercise, _ := campaign.Document.Exercise(s.Exercise)
	words, class := sheetWords(store.SheetStatus{State: s.State, Required: true, Started: s.Version > 1})
	return sheetHead{
		Campaign: campaign.Document.Title, CampaignTo: at(), Candidate: s.Candidate,
		Exercise: exerciseTitle(campaign.Document, s.Exercise), Method: strings.ReplaceAll(string(exercise.Method), "-", " "), Rater: s.Rater,
		To: at("sheets", s.Candidate, s.Exercise), Check: at("sheets", s.Candidate, s.Exercise, "check"),
		All: at() + "#own", Seal: p.seal(campaign.Document, campaign.Progress), State: words, Class: class,
		exercise: exercise, framework: campaign.Framework.Document,
		name: store.SheetName{Rater: s.Rater, Candidate: s.Candidate, Exercise: s.Exercise},
	}
}

// parts are the dimensions that the exercise marks, with its criteria alone.
func (h sheetHead) parts() []frameworks.Dimension {
	var parts []frameworks.Dimension
	for _, d := range h.framework.Dimensions {
		d.Criteria = slices.DeleteFunc(slices.Clone(d.Criteria), func(k frameworks.Criterion) bool {
			return !slices.Contains(h.exercise.Criteria, k.Code)
		})
		if len(d.Criteria) > 0 {
			parts = append(parts, d)
		}
	}
	return parts
}

// part finds a dimension among them. It returns NotFound where the exercise does
// not mark it.
func (h sheetHead) part(code string) (parts []frameworks.Dimension, at int, err error) {
	parts = h.parts()
	at = slices.IndexFunc(parts, func(d frameworks.Dimension) bool { return d.Code == code })
	if at < 0 {
		err = fault.New(fault.NotFound, "%s is not marked in %s", code, h.Exercise)
	}
	return parts, at, err
}

// scaleFree is what may be given where there are no marks to choose from; "" where
// there are.
func scaleFree(s frameworks.Scale) string {
	if len(s.Marks()) > 0 {
		return ""
	}
	return scaleSpan(s)
}

func (h sheetHead) partAddress(dimension string) string {
	return h.To + "/part/" + url.PathEscape(dimension)
}

// openSheet leads to the first dimension with something missing, to the check
// where nothing is, and shows a sheet that is submitted.
func (p *pages) openSheet(c *call) error {
	campaign, sheet, err := p.ownSheet(c)
	if err != nil {
		return err
	}
	head := p.sheetHead(c, campaign, sheet)
	if !head.isOpen(campaign, sheet) {
		return p.show(c, http.StatusOK, p.ownSheetPage(c, campaign, head, sheet))
	}
	for _, d := range head.parts() {
		if missing(d, sheet) > 0 {
			return c.Redirect(http.StatusSeeOther, head.partAddress(d.Code))
		}
	}
	return c.Redirect(http.StatusSeeOther, head.Check)
}

// isOpen reports whether the sheet can be filled in now.
func (h sheetHead) isOpen(campaign store.Campaign, sheet selection.Sheet) bool {
	return sheet.State == selection.SheetDraft && campaign.Progress.Phase.Marked() == h.exercise.In()
}

// missing counts the behaviours of a dimension that have no answer yet.
func missing(d frameworks.Dimension, s selection.Sheet) int {
	n := 0
	for _, k := range d.Criteria {
		if m := markOf(s, k.Code); m.Score == nil && !m.NotObserved {
			n++
		}
	}
	return n
}

func markOf(s selection.Sheet, criterion string) selection.Mark {
	i := slices.IndexFunc(s.Marks, func(m selection.Mark) bool { return m.Criterion == criterion })
	if i < 0 {
		return selection.Mark{Criterion: criterion}
	}
	return s.Marks[i]
}

func (p *pages) askPart(c *call) error {
	campaign, sheet, err := p.ownSheet(c)
	if err != nil {
		return err
	}
	head := p.sheetHead(c, campaign, sheet)
	if !head.isOpen(campaign, sheet) {
		return c.Redirect(http.StatusSeeOther, head.To)
	}
	shown, err := p.sheetPage(c, head, sheet)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, shown)
}

// sheetPage is the page of the dimension that the address names.
func (p *pages) sheetPage(c *call, head sheetHead, sheet selection.Sheet) (sheetPage, error) {
	parts, at, err := head.part(c.param("dimension"))
	if err != nil {
		return sheetPage{}, err
	}
	shown := sheetPage{
		layout: p.layout(c, parts[at].Title+": "+head.Candidate+", "+head.Exercise, link{head.Campaign, head.CampaignTo}),
		Sheet:  head, Part: partForm(parts[at], sheet, head.framework.Scale), Step: strconv.Itoa(at+1) + " of " + strconv.Itoa(len(parts)),
		Here: head.partAddress(parts[at].Code), Version: sheet.Version, Last: at == len(parts)-1,
		Autosave: "/api/v1" + addressIn(c.trust, "campaigns", c.param("campaign"), "sheets", sheet.Rater, sheet.Candidate, sheet.Exercise),
		Session:  "/api/v1" + c.address("session"), Username: c.person.Username, Script: p.sheetScript, Scale: scaleLabels(head.framework.Scale), ScaleFree: scaleFree(head.framework.Scale), SignIn: c.address("sign-in"),
		Interest: c.address("campaigns", c.param("campaign"), "interests", sheet.Candidate),
	}
	for i, d := range parts {
		state := "done"
		if missing(d, sheet) > 0 {
			state = "to do"
		}
		shown.Parts = append(shown.Parts, partLink{Title: d.Title, To: head.partAddress(d.Code), State: state, Now: i == at})
	}
	return shown, nil
}

func partForm(d frameworks.Dimension, s selection.Sheet, scale frameworks.Scale) dimensionForm {
	form := dimensionForm{Code: d.Code, Title: d.Title, Description: d.Description}
	for _, k := range d.Criteria {
		form.Criteria = append(form.Criteria, criterionFormOf(k, markOf(s, k.Code), scale))
	}
	return form
}

func criterionFormOf(k frameworks.Criterion, m selection.Mark, scale frameworks.Scale) criterionForm {
	form := criterionForm{
		Code: k.Code, Statement: k.Statement, Unseen: m.NotObserved, Evidence: m.Evidence, Positive: k.Positive, Negative: k.Negative,
	}
	for _, mark := range scale.Marks() {
		text, _ := k.Anchors.At(mark)
		value := frameworks.FormatScore(mark)
		form.Choices = append(form.Choices, markChoice{Value: value, ID: scoreField(k.Code) + "." + value, Anchor: text, Chosen: m.Score != nil && *m.Score == mark})
	}
	if m.Score != nil {
		form.Number = frameworks.FormatScore(*m.Score)
	}
	return form
}

// savePart keeps what is on the page and goes where the pressed button says.
// What cannot be kept comes back as it was typed, with the reason.
func (p *pages) savePart(c *call) error {
	fields, _, sheet, head, err := p.postedSheet(c)
	if err != nil {
		return err
	}
	parts, at, err := head.part(c.param("dimension"))
	if err != nil {
		return err
	}
	if sheet.State != selection.SheetDraft {
		submitted := fault.New(fault.Conflict, "this sheet is %s already; a submitted sheet changes only in moderation, with a reason", sheet.State)
		return p.partAgain(c, head, sheet, fields, parts[at], submitted)
	}
	marks, wrong := typedMarks(fields, parts[at])
	err = wrong.Err("The marks were not saved.")
	if err == nil && changed(sheet, marks) {
		err = p.saveTyped(c, head, fields, marks)
	}
	if err != nil {
		return p.partAgain(c, head, sheet, fields, parts[at], err)
	}
	switch {
	case fields.Get("then") == "list":
		return c.Redirect(http.StatusSeeOther, head.All)
	case fields.Get("then") == "check" || at == len(parts)-1:
		return c.Redirect(http.StatusSeeOther, head.Check)
	}
	return c.Redirect(http.StatusSeeOther, head.partAddress(parts[at+1].Code))
}

func (p *pages) saveTyped(c *call, head sheetHead, fields url.Values, marks []selection.Mark) error {
	version, err := number(fields.Get("version"))
	if err != nil {
		return refuse(http.StatusBadRequest, "the form does not say which version of the sheet it is of; go back, load the page again and repeat your marks")
	}
	_, err = p.db.SaveSheet(c.ctx(), c.who, c.param("campaign"), head.name, version, marks)
	return err
}

// typedMarks reads the marks of a dimension from a form.
func typedMarks(fields url.Values, d frameworks.Dimension) ([]selection.Mark, *fault.List) {
	var wrong fault.List
	var marks []selection.Mark
	for _, k := range d.Criteria {
		m, err := typedMark(fields, k.Code)
		wrong.AddAll("", err)
		marks = append(marks, m)
	}
	return marks, &wrong
}

// typedMark reads one mark. It returns Invalid for what is no number.
func typedMark(fields url.Values, criterion string) (selection.Mark, error) {
	// Browsers send two characters for a new line and count one.
	evidence := strings.ReplaceAll(fields.Get(evidenceField(criterion)), "\r\n", "\n")
	m := selection.Mark{Criterion: criterion, Evidence: evidence, NotObserved: fields.Get(unseenField(criterion)) != ""}
	switch text := fields.Get(scoreField(criterion)); text {
	case "":
	case unseenValue:
		m.NotObserved = true
	default:
		score, err := strconv.ParseFloat(text, 64)
		if err != nil {
			var wrong fault.List
			wrong.Add(scoreField(criterion), "“%.20s” is not a number; give a mark such as 4", text)
			return m, wrong.Err("the marks were not saved")
		}
		m.Score = &score
	}
	return m, nil
}

func changed(s selection.Sheet, marks []selection.Mark) bool {
	return slices.ContainsFunc(marks, func(m selection.Mark) bool {
		return !sameMark(markOf(s, m.Criterion), m)
	})
}

func sameMark(a, b selection.Mark) bool {
	sameScore := (a.Score == nil) == (b.Score == nil) && (a.Score == nil || *a.Score == *b.Score)
	return sameScore && a.NotObserved == b.NotObserved && a.Evidence == b.Evidence
}

// partAgain shows the form with all that was typed, and why it was not kept. Of
// a sheet that was saved from somewhere else it takes the version that is there
// now: sent once more, what is typed here counts.
func (p *pages) partAgain(c *call, head sheetHead, sheet selection.Sheet, fields url.Values, d frameworks.Dimension, cause error) error {
	what := problemOf(cause)
	if what.Status != http.StatusPreconditionFailed && what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusConflict {
		return cause
	}
	shown, err := p.sheetPage(c, head, sheet)
	if err != nil {
		return err
	}
	shown.Title = "Error: " + shown.Title
	shown.Problem = fullStop(what.Detail)
	if what.Status == http.StatusConflict {
		shown.Problem += " What you typed is still below, so that you can copy it."
	}
	if what.Status == http.StatusPreconditionFailed {
		shown.Problem = "This sheet was saved from another window or device since you opened this page. Below is what you typed here, and what is kept now where that differs. Change it to what should count, then save it; or leave this page, and what is kept stays."
	}
	for i := range shown.Part.Criteria {
		f := &shown.Part.Criteria[i]
		if what.Status == http.StatusPreconditionFailed {
			f.Kept = keptWords(markOf(sheet, f.Code), fields)
		}
		f.typed(fields)
	}
	for _, f := range what.Errors {
		shown.addProblem(f, d)
	}
	return p.show(c, what.Status, shown)
}

// keptWords is the mark that a sheet has now; "" where it is what was typed.
func keptWords(m selection.Mark, fields url.Values) string {
	if typed, err := typedMark(fields, m.Criterion); err == nil && sameMark(m, typed) {
		return ""
	}
	words := markWords(m.Score, m.NotObserved)
	if m.Evidence != "" {
		words += ", “" + m.Evidence + "”"
	}
	return words
}

// typed puts what was typed in place of what is kept.
func (f *criterionForm) typed(fields url.Values) {
	text := fields.Get(scoreField(f.Code))
	f.Evidence, f.Number = fields.Get(evidenceField(f.Code)), text
	f.Unseen = text == unseenValue || fields.Get(unseenField(f.Code)) != ""
	for j := range f.Choices {
		f.Choices[j].Chosen = f.Choices[j].Value == text
	}
}

// firstField is what a link to the mark gives the focus to.
func (f criterionForm) firstField() string {
	if len(f.Choices) > 0 {
		return f.Choices[0].ID
	}
	return "number." + f.Code
}

// addProblem puts a complaint beside the field that it is about. The store names
// marks by their place in what was sent.
func (s *sheetPage) addProblem(f fault.Field, d frameworks.Dimension) {
	for i, k := range d.Criteria {
		place := "marks[" + strconv.Itoa(i) + "]."
		field := ""
		switch f.Where {
		case scoreField(k.Code), place + "score":
			field = s.Part.Criteria[i].firstField()
		case place + "evidence":
			field = evidenceField(k.Code)
		default:
			continue
		}
		s.Part.Criteria[i].Problem = fullStop(f.Message)
		s.Fields = append(s.Fields, fieldProblem{Field: field, Message: k.Statement + ": " + f.Message})
	}
}

// newKey makes a form safe to send twice.
func newKey() string { return uuid.NewString() }
