package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// peoplePage lists the accounts of the trust.
type peoplePage struct {
	layout
	People []personLine
	Next   string
	Invite string
	Roles  []roleView
	Done   string
}

func (peoplePage) template() string { return "people" }

type personLine struct{ Username, Name, Roles, To string }

func (p *pages) listPeople(c *call) (page, error) {
	at, err := c.cursor(1)
	if err != nil {
		return nil, err
	}
	found, err := p.db.People(c.ctx(), c.who, at.after[0], at.more())
	if err != nil {
		return nil, err
	}
	list := part(at, found, func(k store.Person) []string { return []string{k.Username} })
	shown := peoplePage{layout: p.layout(c, "People"), Invite: c.address("invite"), Roles: roleViews(nil)}
	for _, k := range list.Items {
		line := personLine{Username: k.Username, Name: k.DisplayName, Roles: capital(roleWords(k.Roles)), To: c.address("people", k.Username)}
		if line.Roles == "" {
			line.Roles = "None; seats on panels only"
		}
		shown.People = append(shown.People, line)
	}
	if list.Next != nil {
		shown.Next = c.address("people") + "?after=" + url.QueryEscape(*list.Next)
	}
	if c.QueryParam("done") == "left" {
		shown.Done = "The account is closed."
	}
	return shown, nil
}

// invitePage adds an account, with a link to set the first password.
type invitePage struct {
	layout
	Here, Back, Key string
	Username, Name  string
	Roles           []roleView // empty: the asker gives none
	Problem         string
	Fields          []fieldProblem
}

func (invitePage) template() string { return "invite" }

// linkPage shows a one-time link in the answer to the form: a redirect would
// have to carry it in an address.
type linkPage struct {
	layout
	Heading, Username, Name string
	Address                 string
	Until                   moment
	Back                    link
}

func (linkPage) template() string { return "link" }

func (p *pages) askInvite(c *call) (page, error) {
	if err := access.Check(c.person.Roles, access.InvitePeople); err != nil {
		return nil, err
	}
	return p.invitePage(c, url.Values{}), nil
}

func managesPeople(c *call) bool { return access.Check(c.person.Roles, access.ManagePeople) == nil }

func (p *pages) invitePage(c *call, typed url.Values) invitePage {
	shown := invitePage{
		layout: p.layout(c, "Add a person"), Here: c.address("invite"), Back: c.address("campaigns"), Key: newKey(),
		Username: typed.Get("username"), Name: typed.Get("display_name"),
	}
	if managesPeople(c) {
		shown.Back, shown.Roles = c.address("people"), roleViews(rolesTyped(typed))
		shown.Trail = []link{{"People", shown.Back}}
	}
	return shown
}

func rolesTyped(typed url.Values) []access.Role {
	roles := []access.Role{}
	for _, r := range typed["role"] {
		roles = append(roles, access.Role(r))
	}
	return roles
}

// inviteHere adds the account, and makes the link unless the person signs in
// by other means.
func (p *pages) inviteHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	person := store.Person{Username: fields.Get("username"), DisplayName: fields.Get("display_name"), Roles: rolesTyped(fields)}
	if fields.Get("then") == "add" {
		c.idempotency = fields.Get("key")
		if person, err = p.db.AddPerson(c.ctx(), c.who, c.key(), person); err == nil {
			return c.Redirect(http.StatusSeeOther, c.address("people", person.Username)+"?done=added")
		}
		return p.inviteAgain(c, fields, err)
	}
	made, err := p.db.Invite(c.ctx(), c.who, person)
	if err != nil {
		return p.inviteAgain(c, fields, err)
	}
	return p.showLink(c, "Give this link to "+made.Person.DisplayName, made)
}

func (p *pages) inviteAgain(c *call, fields url.Values, cause error) error {
	what := problemOf(cause)
	if what.Status != http.StatusUnprocessableEntity && what.Status != http.StatusConflict {
		return cause
	}
	shown := p.invitePage(c, fields)
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(what.Detail)
	if what.Status == http.StatusConflict {
		what.Errors = []fault.Field{{Where: "username", Message: what.Detail}}
	}
	for _, f := range what.Errors {
		if !slices.Contains([]string{"username", "display_name"}, f.Where) {
			f.Where = "main"
		}
		shown.Fields = append(shown.Fields, fieldProblem{Field: f.Where, Message: fullStop(f.Message)})
	}
	return p.show(c, what.Status, shown)
}

func (p *pages) showLink(c *call, heading string, made store.Link) error {
	view := p.viewLink(c.trust, made)
	shown := linkPage{
		layout: p.layout(c, heading), Heading: heading, Username: made.Person.Username, Name: made.Person.DisplayName,
		Address: view.Address, Until: p.moment(&view.Expires), Back: link{"Campaigns", c.address("campaigns")},
	}
	if managesPeople(c) {
		shown.Back = link{fmt.Sprintf("The account of %s", made.Person.DisplayName), c.address("people", made.Person.Username)}
	}
	return p.show(c, http.StatusOK, shown)
}
