package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection"
)

// An import has two steps. The first reads the file and stores nothing: it shows
// what would come of it, or every mistake. The second asks for the file again,
// since nothing was kept, and imports it where it is the one that was checked.

// mimeForm is how a browser sends a file.
const mimeForm = "multipart/form-data"

// formRoom is what a form may have around its file.
const formRoom = 64 << 10

// importRoundPage asks for a round's zip and says what is in it.
type importRoundPage struct {
	layout
	Check    string // address of the first step
	Import   string // and of the second
	Key      string
	Checked  *checkedRound
	Mistakes []roundMistake
	More     int // mistakes that are not listed
	Problem  string
	Fields   []fieldProblem
}

func (importRoundPage) template() string { return "import" }

// checkedRound is what would be imported.
type checkedRound struct {
	Name, Hash           string
	Campaign, Code, Post string
	Framework            string
	FrameworkNew         bool // it would be published here with the campaign
	Candidates, Marks    string
	Raters, Results      string
	Becomes              string
	Notices, Warnings    []string
}

// roundMistake is a complaint with its place taken apart.
type roundMistake struct{ File, Line, Column, Path, Message string }

// mistakesListed bounds the page.
const mistakesListed = 200

func (p *pages) askRound(c *call) (page, error) { return p.importRoundPage(c) }

func (p *pages) importRoundPage(c *call) (importRoundPage, error) {
	return importRoundPage{
		layout: p.layout(c, "Import a round"), Check: c.address("import", "check"), Import: c.address("import"), Key: newKey(),
	}, access.Check(c.person.Roles, access.ImportCampaign)
}

// upload is the file of a form, and the form's other fields.
type upload struct {
	name    string
	content []byte
	fields  url.Values
}

// file reads a form with a file in it. It returns Invalid where there is none.
func (c *call) file() (upload, error) {
	if _, err := c.readBody(mimeForm); err != nil {
		return upload{}, err
	}
	_, parameters, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil {
		return upload{}, unreadableForm()
	}
	up := upload{fields: url.Values{}}
	parts := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, unreadableForm()
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return up, unreadableForm()
		}
		if part.FormName() == "file" {
			up.name, up.content = part.FileName(), content
			continue
		}
		up.fields.Add(part.FormName(), string(content))
	}
	c.body = nil // the file was copied out of it
	if len(up.content) == 0 {
		var l fault.List
		l.Add("file", "choose the zip of a round")
		return up, l.Err("there is no file")
	}
	return up, nil
}

func unreadableForm() error {
	return refuse(http.StatusBadRequest, "the form that was sent cannot be read; go back and send it again")
}

// checkImport is the dry run.
func (p *pages) checkImport(c *call) error {
	shown, err := p.importRoundPage(c)
	if err != nil {
		return err
	}
	up, err := c.file()
	if err == nil {
		err = p.inTurn(c.ctx(), p.importing, func() error { return p.checkRound(c, &shown, up) })
	}
	if err != nil {
		return p.importAgain(c, shown, err)
	}
	return p.show(c, http.StatusOK, shown)
}

// checkRound reads all that an import would read, and asks all that it would
// ask.
func (p *pages) checkRound(c *call, shown *importRoundPage, up upload) error {
	r, notices, err := round.ReadZip(c.ctx(), bytes.NewReader(up.content), int64(len(up.content)))
	if err != nil {
		return err
	}
	if err := r.Validate(); err != nil {
		return err
	}
	if len(r.Ratings) > 0 && !r.Assessed() {
		return fault.New(fault.Invalid, "the round has marks of its sift alone; import it without marks, or once the assessment is marked too")
	}
	known, err := p.frameworkKnown(c, r.Framework)
	if err != nil {
		return err
	}
	switch _, err := p.db.Campaign(c.ctx(), c.who, r.Campaign.Code); {
	case err == nil:
		return fault.New(fault.Conflict, "there is a campaign %s here already; give the round's campaign another code, in campaign.yaml", r.Campaign.Code)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	shown.Checked = checkedOf(r, up, notices, !known)
	return nil
}

// frameworkKnown reports whether the trust has the version already. It returns
// Conflict where the trust's is another, or not published.
func (p *pages) frameworkKnown(c *call, f frameworks.Framework) (bool, error) {
	have, err := p.db.Framework(c.ctx(), c.who, f.Code, f.Version)
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err != nil:
		return false, err
	case have.Document.Hash() != f.Hash():
		return false, fault.New(fault.Conflict, "the trust's framework %s version %d is not the one in the round; give the round's another version number", f.Code, f.Version)
	}
	return true, have.Status.StartCampaign()
}

func checkedOf(r selection.Round, up upload, notices []string, newFramework bool) *checkedRound {
	becomes := "It becomes a draft: nothing is locked, and nobody has a seat yet."
	if len(r.Ratings) > 0 {
		becomes = "It becomes a campaign that was scored elsewhere: its marks are final, and it is ready to be ranked. Nobody is given a seat."
	}
	return &checkedRound{
		Name: up.name, Hash: hashOf(up.content), Campaign: r.Campaign.Title, Code: r.Campaign.Code, Post: postWords(r.Campaign.Post),
		Framework: fmt.Sprintf("%s, version %d", r.Framework.Title, r.Framework.Version), FrameworkNew: newFramework,
		Candidates: thousands(len(r.Candidates)), Marks: thousands(len(r.Ratings)), Raters: thousands(len(r.Campaign.Panel)), Results: thousands(len(r.Psychometrics)),
		Becomes: becomes, Notices: notices, Warnings: r.Campaign.Warnings(r.Framework),
	}
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// importRoundHere imports the file where it is the one that was checked; another is
// only checked.
func (p *pages) importRoundHere(c *call) error {
	shown, err := p.importRoundPage(c)
	if err != nil {
		return err
	}
	up, err := c.file()
	if err != nil {
		return p.importAgain(c, shown, err)
	}
	if up.fields.Get("sha256") != hashOf(up.content) {
		return p.importOther(c, shown, up)
	}
	var code string
	err = p.inTurn(c.ctx(), p.importing, func() error {
		r, _, err := round.ReadZip(c.ctx(), bytes.NewReader(up.content), int64(len(up.content)))
		if err != nil {
			return err
		}
		c.idempotency, c.body, code = up.fields.Get("key"), up.content, r.Campaign.Code // what is around the file differs each time it is sent
		_, err = p.db.Import(c.ctx(), c.who, c.key(), r)
		return err
	})
	if err != nil {
		return p.importAgain(c, shown, err)
	}
	return c.Redirect(http.StatusSeeOther, c.address("campaigns", code))
}

func (p *pages) importOther(c *call, shown importRoundPage, up upload) error {
	err := p.inTurn(c.ctx(), p.importing, func() error { return p.checkRound(c, &shown, up) })
	if err != nil {
		return p.importAgain(c, shown, err)
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, "This is not the file that was checked, so it was not imported. Below is what is in this one."
	return p.show(c, http.StatusUnprocessableEntity, shown)
}

// importAgain says why nothing was imported, with every mistake in its place.
func (p *pages) importAgain(c *call, shown importRoundPage, cause error) error {
	what := problemOf(cause)
	switch what.Status {
	case http.StatusUnprocessableEntity, http.StatusConflict, http.StatusRequestEntityTooLarge:
	default:
		return cause
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	for i, e := range what.Errors {
		switch {
		case e.Where == "file":
			shown.Fields = append(shown.Fields, fieldProblem{Field: "file", Message: fullStop(e.Message)})
		case i < mistakesListed:
			shown.Mistakes = append(shown.Mistakes, roundMistakeOf(e))
		default:
			shown.More++
		}
	}
	if n := len(shown.Mistakes) + shown.More; n > 0 {
		shown.Fields = append(shown.Fields, fieldProblem{Field: "mistakes", Message: "Nothing can be imported: " + counted(n, "mistake", "mistakes") + " in the files"})
	}
	return p.show(c, what.Status, shown)
}

// placed is a place in a file of a round: ratings.csv:12:5, and in a YAML
// document the path.
var placed = regexp.MustCompile(`^([^:]+?)(?::(\d+))?(?::(\d+))?(?:: (.*))?$`)

func roundMistakeOf(f fault.Field) roundMistake {
	m := roundMistake{Message: fullStop(f.Message), File: f.Where}
	if found := placed.FindStringSubmatch(f.Where); found != nil {
		m.File, m.Line, m.Column, m.Path = found[1], found[2], found[3], found[4]
	}
	return m
}
