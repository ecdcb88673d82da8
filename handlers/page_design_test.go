package handlers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"appointable/internal/store"
	"appointable/selection"
)

// formTo is what the form that posts to an address would send, all values of
// each field.
func (d document) formTo(address string) url.Values {
	d.t.Helper()
	for _, n := range d.all("form") {
		if action, _ := attribute(n, "action"); action == address {
			return valuesOf(document{answer: d.answer, root: n})
		}
	}
	d.t.Fatalf("no form posts to %s: %s", address, d.main())
	return nil
}

func valuesOf(form document) url.Values {
	values := url.Values{}
	add := func(n *html.Node, value string) {
		name, _ := attribute(n, "name")
		values.Add(name, value)
	}
	for _, n := range form.all("input") {
		kind, _ := attribute(n, "type")
		_, checked := attribute(n, "checked")
		if value, _ := attribute(n, "value"); kind != "radio" && kind != "checkbox" || checked {
			add(n, value)
		}
	}
	for _, n := range form.all("textarea") {
		add(n, words(n))
	}
	for _, n := range form.all("select") {
		options := document{answer: form.answer, root: n}.all("option")
		chosen, _ := attribute(options[0], "value")
		for _, o := range options {
			if _, selected := attribute(o, "selected"); selected {
				chosen, _ = attribute(o, "value")
			}
		}
		add(n, chosen)
	}
	return values
}

// fill opens a page, types into the form that posts back to it, and sends it.
func (c *client) fill(address string, typed url.Values) document {
	c.w.t.Helper()
	return c.send(c.visit(get, address, nil).want200(), address, typed)
}

func (c *client) send(d document, address string, typed url.Values) document {
	c.w.t.Helper()
	form := d.formTo(address)
	for name, values := range typed {
		form[name] = values
	}
	return c.visit(post, address, form)
}

// saved sends a form that must be stored, and gives the page that follows.
func (c *client) saved(address string, typed url.Values) document {
	c.w.t.Helper()
	d := c.fill(address, typed)
	d.want(http.StatusSeeOther)
	return c.visit(get, d.header.Get("Location"), nil).want200()
}

const newAt = "/t/northgate/campaigns/NEW-1"

// TestACampaignIsDesignedInTheBrowser goes from nothing to open scoring.
func TestACampaignIsDesignedInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := w.staff()
	officer := p.officer
	contains(t, officer.page("/new-campaign").main(), "There is no published framework here yet")
	p.owner.do(post, "/frameworks", sampleFramework()).want(201)
	p.owner.do(post, "/frameworks/values/1/publish", nil).want(200)

	const newCampaign = "/t/northgate/new-campaign"
	wrong := officer.fill(newCampaign, url.Values{"campaign": {"NEW 1"}, "title": {"Consultant, new"}, "post.type": {}, "post.posts": {"two"}})
	wrong.want(http.StatusUnprocessableEntity)
	for _, says := range []string{"What kind of post is it? Choose one", "“two” cannot be filled", `"NEW 1" has a character`} {
		contains(t, wrong.main(), says)
	}
	equal(t, wrong.formTo(newCampaign).Get("title"), "Consultant, new")
	made := officer.send(wrong, newCampaign, url.Values{"campaign": {"NEW-1"}, "post.type": {"consultant"}, "post.posts": {"2"}})
	hub := officer.follow(made)
	contains(t, hub.main(), "1 exercise")
	contains(t, hub.main(), "2 of 2 behaviours are marked")
	contains(t, hub.section("Open scoring"), "There is nobody to see")
	again := officer.send(wrong, newCampaign, url.Values{"campaign": {"NEW-1"}, "key": {newKey()}, "post.type": {"consultant"}, "post.posts": {"2"}})
	again.want(http.StatusUnprocessableEntity)

	list := officer.saved(newAt+"/design/new-exercise", url.Values{"code": {"sim"}, "title": {"Simulation"}, "method": {"simulation"}, "criteria": {"safety.a"}})
	contains(t, list.main(), "Simulation sim Simulation, marks 1 behaviour")
	grid := officer.saved(newAt+"/design/blueprint", url.Values{"cell": {"interview~safety.a", "interview~kindness.a", "sim~kindness.a"}})
	contains(t, grid.main(), "The value safety is seen by one method only")
	equal(t, strings.Contains(grid.main(), "The value kindness is seen by one method only"), false)
	lost := officer.fill(newAt+"/design/blueprint", url.Values{"cell": {"interview~safety.a"}})
	lost.want(http.StatusUnprocessableEntity)
	contains(t, lost.main(), "Simulation marks no behaviour")
	equal(t, strings.Join(lost.formTo(newAt + "/design/blueprint")["cell"], " "), "interview~safety.a")

	officer.saved(newAt+"/design/new-test", url.Values{"instrument": {"SJT"}, "scale": {"total"}, "use": {"weighted"}, "share": {"0.1"}, "mean": {"50"}, "sd": {"10"}, "reliability": {"0.8"}, "loads.safety": {"1"}})
	shares := officer.page("/campaigns/NEW-1/design/weights")
	equal(t, shares.rows("Share of each exercise")[0][1], "70%") // 45% of safety, half of kindness
	equal(t, shares.rows("Share of each exercise")[1][1], "25%")
	equal(t, shares.rows("Share of each exercise")[2][1], "5%")
	officer.saved(newAt+"/design/gates", url.Values{"appointable.composite": {"4"}, "appointable.minimum.safety": {"4.5"}, "appointable.veto": {"1"}})
	ties := officer.saved(newAt+"/design/rank", url.Values{"rank.ties.0": {"kindness"}, "rank.ties.1": {"safety"}})
	contains(t, ties.main(), "the higher figure on The value kindness, then The value safety goes first")

	officer.saved(newAt+"/panel", url.Values{"rater": {"R2"}, "role": {"member"}, "exercises": {"sim"}})
	for _, rater := range []string{"R1", "R2"} {
		d := officer.send(officer.page("/campaigns/NEW-1/panel"), newAt+"/panel/people", url.Values{"seat": {rater}, "username": {"member-" + rater}})
		d.want(http.StatusSeeOther)
	}
	contains(t, strings.Join(officer.page("/campaigns/NEW-1/panel").rows("Seats")[1], " "), "Simulation Dr member-R2 (member-r2)")
	people := officer.saved(newAt+"/candidates", url.Values{"codes": {"C1\r\nC2\r\n"}, "came": {"shortlisted"}})
	equal(t, len(people.rows("How far")), 2)
	officer.saved(newAt+"/candidates/C2", url.Values{"withdrawn": {"withdrawn"}})
	contains(t, officer.page("/campaigns/NEW-1/candidates").main(), "Withdrew; before that: Shortlisted")

	contains(t, officer.page("/campaigns/NEW-1/design").section("Open scoring"), "Nothing is missing")
	opened := officer.fill(newAt+"/open-scoring", nil)
	opened.want(http.StatusSeeOther)
	contains(t, p.members["R2"].page("/campaigns/NEW-1").main(), "Your sheets by candidate")
	officer.visit(get, newAt+"/design", nil).want(http.StatusConflict)
	equal(t, strings.Contains(officer.page("/campaigns/NEW-1").main(), "Design this campaign"), false)
	contains(t, officer.page("/campaigns/NEW-1/candidates").main(), "fixed since scoring opened")
}

// TestAPartOfThePlanIsGivenBack sends what cannot be stored, over what somebody
// else has saved meanwhile.
func TestAPartOfThePlanIsGivenBack(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	officer := p.officer
	at := campaignAt + "/design/tests/SJT-C/total"
	before := officer.visit(get, at, nil).want200()
	wrong := officer.send(before, at, url.Values{"share": {"0.5"}, "sd": {"ten"}})
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "“ten” is not a number")
	equal(t, wrong.formTo(at).Get("sd"), "ten")
	wrong = officer.send(wrong, at, url.Values{"sd": {"10"}})
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "Share: 0.5 is outside what a test may count for")
	equal(t, wrong.formTo(at).Get("norm"), "registrars")

	officer.saved(campaignAt+"/design/gates", url.Values{"appointable.composite": {"4"}})
	stale := officer.send(before, at, url.Values{"share": {"0.2"}})
	stale.want(http.StatusPreconditionFailed)
	contains(t, stale.main(), "Somebody else has saved this")
	equal(t, stale.formTo(at).Get("share"), "0.2")
	officer.send(stale, at, nil).want(http.StatusSeeOther)
	equal(t, officer.visit(get, at, nil).formTo(at).Get("share"), "0.2")
	equal(t, officer.visit(get, campaignAt+"/design/gates", nil).formTo(campaignAt+"/design/gates").Get("appointable.composite"), "4")

	officer.saved(campaignAt+"/design/new-exercise", url.Values{"code": {"sim"}, "criteria": {"safety.a"}})
	sift := officer.saved(campaignAt+"/design/new-exercise", url.Values{"code": {"form"}, "stage": {"sift"}, "method": {"portfolio"}, "criteria": {"safety.a"}})
	contains(t, sift.main(), "form form Sift. Portfolio, marks 1 behaviour")
	equal(t, len(officer.page("/campaigns/CARD-1/design/weights").rows("Share of each exercise")), 3) // two exercises and the test: a sift enters no composite
	officer.saved(campaignAt+"/seats/R2", url.Values{"exercises": {"sim"}})
	officer.saved(campaignAt+"/design/exercises/sim", url.Values{"code": {"role-play"}}) // the seat goes with it
	gone := officer.send(officer.page("/campaigns/CARD-1/design/exercises/role-play"), campaignAt+"/design/exercises/role-play/remove", nil)
	gone.want(http.StatusUnprocessableEntity)
	contains(t, gone.main(), "R2 marks in this exercise only")
	officer.saved(campaignAt+"/seats/R2", url.Values{"exercises": {}})
	officer.send(officer.page("/campaigns/CARD-1/design/exercises/role-play"), campaignAt+"/design/exercises/role-play/remove", nil).want(http.StatusSeeOther)
	officer.send(officer.visit(get, at, nil), at+"/remove", nil).want(http.StatusSeeOther)
	contains(t, officer.page("/campaigns/CARD-1/design/tests").main(), "No test is declared")
	officer.send(officer.page("/campaigns/CARD-1/seats/R3"), campaignAt+"/seats/R3/remove", nil).want(http.StatusSeeOther)
	equal(t, len(officer.page("/campaigns/CARD-1/panel").rows("Seats")), 2)
}

// TestAnAssessorIsInvited makes the link, shows it this once, and seats them.
func TestAnAssessorIsInvited(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	p := w.drafted("C1")
	at := campaignAt + "/panel/invitations"
	wrong := p.officer.send(p.officer.page("/campaigns/CARD-1/panel"), at, url.Values{"invited.seat": {"R3"}, "invited.username": {"r c p"}})
	wrong.want(http.StatusUnprocessableEntity)
	contains(t, wrong.main(), "User name for them: \"r c p\" cannot be a user name")
	taken := p.officer.send(wrong, at, url.Values{"invited.username": {"member-r1"}, "invited.display_name": {"Dr Who"}, "invited.seat": {"R2"}})
	taken.want(http.StatusConflict) // they sit in R1; the link for their first password is shown all the same
	contains(t, taken.main(), "They are invited, but not seated")
	contains(t, taken.main(), "/t/northgate/password?link=")
	made := p.officer.send(wrong, at, url.Values{"invited.username": {"assessor@rcp.example"}, "invited.display_name": {"Dr Guest"}, "invited.seat": {"R3"}})
	made.want(http.StatusOK)
	contains(t, made.main(), "Dr Guest is invited and sits in R3")
	contains(t, made.main(), "/t/northgate/password?link=")
	contains(t, strings.Join(made.rows("Seats")[2], " "), "Dr Guest (assessor@rcp.example)")
	panel := p.officer.page("/campaigns/CARD-1/panel")
	equal(t, strings.Contains(panel.main(), "?link="), false)
	*now = now.Add(proofLasts) // an account is not made from a session that was left open
	asked := p.officer.send(panel, at, url.Values{"invited.username": {"other@rcp.example"}, "invited.display_name": {"Dr Other"}, "invited.seat": {"R3"}})
	asked.want(http.StatusForbidden)
	contains(t, asked.main(), "Confirm your password")
	equal(t, asked.formTo(at).Get("invited.username"), "other@rcp.example")
}

// TestDesignIsForTheOfficer tries its pages as everybody else.
func TestDesignIsForTheOfficer(t *testing.T) {
	w := newWorld(t)
	p := w.drafted("C1")
	for _, path := range []string{"/design", "/design/post", "/design/exercises", "/design/new-exercise", "/design/exercises/interview", "/design/blueprint", "/design/tests", "/design/new-test",
		"/design/tests/SJT-C/total", "/design/gates", "/design/rank", "/design/weights", "/panel", "/seats/R1", "/candidates", "/candidates/C1"} {
		p.officer.visit(get, campaignAt+path, nil).want(http.StatusOK)
		for _, other := range []*client{p.auditor, p.members["R1"], p.owner} {
			other.visit(get, campaignAt+path, nil).want(http.StatusForbidden)
		}
		if form := p.officer.visit(get, campaignAt+path, nil).fieldsIfAny(); form != nil {
			p.members["R1"].visit(post, campaignAt+path, form).want(http.StatusForbidden)
		}
		d := w.nobody().visit(get, campaignAt+path, nil)
		d.want(http.StatusSeeOther)
	}
	for _, path := range []string{"/new-campaign", "/import"} {
		p.auditor.visit(get, "/t/northgate"+path, nil).want(http.StatusForbidden)
		contains(t, string(p.officer.page("/campaigns").body), path)
		equal(t, strings.Contains(string(p.auditor.page("/campaigns").body), path), false)
	}
	p.officer.visit(get, campaignAt+"/design/exercises/none", nil).want(http.StatusNotFound)
}

// fieldsIfAny is what the page's form would send to its own address.
func (d document) fieldsIfAny() url.Values {
	if len(d.all("form")) < 2 {
		return nil
	}
	return d.fields()
}

// TestDesignedTextsAreEscaped puts markup into what the officer types.
func TestDesignedTextsAreEscaped(t *testing.T) {
	w := newWorld(t)
	officer := w.drafted("C1").officer
	const nasty = `"><img src=x onerror=alert(1)> {{.}} 'x' &`
	officer.saved(campaignAt+"/design/post", url.Values{"title": {nasty}})
	officer.saved(campaignAt+"/design/exercises/interview", url.Values{"title": {nasty}})
	officer.saved(campaignAt+"/design/tests/SJT-C/total", url.Values{"norm": {nasty}})
	for _, path := range []string{"/design", "/design/exercises", "/design/exercises/interview", "/design/blueprint", "/design/tests/SJT-C/total", "/design/weights", "/panel", "/seats/R1", "/candidates"} {
		d := officer.page("/campaigns/CARD-1" + path)
		equal(t, len(d.all("img")), 0)
		contains(t, words(d.root), nasty)
	}
	wrong := officer.fill(campaignAt+"/candidates", url.Values{"codes": {nasty}})
	wrong.want(http.StatusUnprocessableEntity)
	equal(t, len(wrong.all("img")), 0)
}

// TestTheGridOfALargePlan stays within what a page may weigh.
func TestTheGridOfALargePlan(t *testing.T) {
	f, plan := sampleFramework(), sampleCampaign()
	f.Dimensions = nil
	var all []string
	for i := range 6 {
		d := sampleFramework().Dimensions[0]
		d.Code = fmt.Sprintf("dimension-%d", i)
		k := d.Criteria[0]
		d.Criteria = nil
		for j := range 5 {
			k.Code = fmt.Sprintf("%s.behaviour-%d", d.Code, j)
			d.Criteria = append(d.Criteria, k)
			all = append(all, k.Code)
		}
		f.Dimensions = append(f.Dimensions, d)
	}
	plan.Exercises, plan.Psychometrics = nil, nil
	for i := range 8 {
		plan.Exercises = append(plan.Exercises, selection.Exercise{Code: fmt.Sprintf("station-%d", i), Title: fmt.Sprintf("Station %d: on the ward", i), Method: selection.Simulation, Criteria: all})
	}
	campaign := store.Campaign{Document: plan, Framework: store.Framework{Document: f}}
	p := &pages{london: time.UTC}
	d := render(t, p.blueprintPage(&call{trust: store.Trust{Slug: "northgate"}, Context: echo.New().NewContext(httptest.NewRequest(get, "/", nil), nil)}, campaign))
	equal(t, len(d.all("input")), 8*30+1)
	d.checkWeight("the grid")
}
