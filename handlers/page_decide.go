package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// decidePage records what the panel decided. It proposes nothing: every field is
// empty until the panel fills it.
type decidePage struct {
	layout
	Campaign             campaignHead
	Candidates           []decideLine
	Panel                []string // raters who may dissent
	Posts                string
	Departure            string
	Justification        string
	DissentBy, Dissented string
	Here, Key            string
	Ranking              string
	Problem              string
	Fields               []fieldProblem
}

func (decidePage) template() string { return "decide" }

// decideLine is one candidate with what the marks say and what the panel found.
type decideLine struct {
	Code, Rank, Composite, Gate, GateClass string
	Yes, No                                bool
	Reason                                 string
	Appointed                              bool
	Reserve                                string // place among the reserves
	Problem                                string
}

func (p *pages) askDecision(c *call) (page, error) { return p.decidePage(c) }

func (p *pages) decidePage(c *call) (decidePage, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return decidePage{}, err
	}
	if campaign.Progress.Phase != selection.Deciding {
		return decidePage{}, fault.New(fault.Conflict, "a decision is recorded once, after moderation is closed; the campaign is in the phase %s", campaign.Progress.Phase.Words())
	}
	if !campaign.Allows(access.RecordDecision) {
		return decidePage{}, fault.New(fault.Forbidden, "your role does not allow this (%s)", access.RecordDecision)
	}
	run, err := p.db.LatestRanking(c.ctx(), c.who, campaign.Document.Code)
	if err != nil {
		return decidePage{}, err
	}
	r, err := run.Ranking()
	if err != nil {
		return decidePage{}, err
	}
	return p.emptyDecision(c, campaign, r), nil
}

func (p *pages) emptyDecision(c *call, campaign store.Campaign, r selection.Ranking) decidePage {
	head := headOf(c, campaign)
	shown := decidePage{
		layout: p.layout(c, "Record the panel’s decision", link{head.Title, head.To}), Campaign: head, Here: head.To + "/decision", Key: newKey(),
		Posts: counted(campaign.Document.Post.Posts, "post", "posts"), Ranking: head.To + "/ranking",
	}
	for _, place := range r.Candidates {
		line := decideLine{Code: place.Candidate, Rank: "no rank", Composite: figure(place.PanelMean)}
		if place.Rank != nil {
			line.Rank = "rank " + strconv.Itoa(*place.Rank)
			if len(place.TiedWith) > 0 {
				line.Rank += ", shared with " + listed(place.TiedWith)
			}
		}
		line.Gate, line.GateClass = gateWords(place.Gate)
		shown.Candidates = append(shown.Candidates, line)
	}
	for _, m := range campaign.Document.Panel {
		shown.Panel = append(shown.Panel, m.Rater)
	}
	return shown
}

// decideHere records it, or gives back all that was typed with what is wrong.
func (p *pages) decideHere(c *call) error {
	fields, err := c.form()
	if err != nil {
		return err
	}
	shown, err := p.decidePage(c)
	if err != nil {
		return err
	}
	d, wrong := shown.typed(fields)
	if wrong == nil {
		c.idempotency = fields.Get("key")
		_, wrong = p.db.Decide(c.ctx(), c.who, c.param("campaign"), c.key(), d)
	}
	if wrong == nil {
		return c.Redirect(http.StatusSeeOther, shown.Campaign.To+"#decision")
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, "The decision was not recorded."
	for _, f := range fault.FieldsOf(wrong) {
		at := shown.fieldOf(f.Where, d)
		shown.Fields = append(shown.Fields, fieldProblem{Field: at, Message: fullStop(subjectOf(at, f.Message))})
	}
	return p.show(c, http.StatusUnprocessableEntity, shown)
}

// typed reads the decision and keeps what was typed. A candidate without an
// answer has no finding, which the domain complains of.
func (d *decidePage) typed(fields url.Values) (selection.Decision, error) {
	out := selection.Decision{
		Findings: []selection.Finding{}, Appointed: []string{}, Reserves: []string{},
		Departure: fields.Get("departure"), Justification: fields.Get("justification"),
	}
	d.Departure, d.Justification = out.Departure, out.Justification
	d.DissentBy, d.Dissented = fields.Get("dissent-by"), fields.Get("dissent")
	var wrong fault.List
	type reserve struct {
		place int
		code  string
	}
	var reserves []reserve
	for i := range d.Candidates {
		k := &d.Candidates[i]
		answer := fields.Get("found." + k.Code)
		k.Yes, k.No, k.Reason = answer == "yes", answer == "no", fields.Get("reason."+k.Code)
		k.Appointed, k.Reserve = fields.Get("appointed."+k.Code) != "", strings.TrimSpace(fields.Get("reserve."+k.Code))
		if k.Yes || k.No {
			out.Findings = append(out.Findings, selection.Finding{Candidate: k.Code, Appointable: k.Yes, Reason: k.Reason})
		}
		if k.Appointed {
			out.Appointed = append(out.Appointed, k.Code)
		}
		if k.Reserve == "" {
			continue
		}
		place, err := strconv.Atoi(k.Reserve)
		if err != nil || place < 1 {
			wrong.Add("reserve."+k.Code, "“%.20s” is no place among the reserves; give 1 for the first to be called, or leave it empty", k.Reserve)
			continue
		}
		if slices.ContainsFunc(reserves, func(r reserve) bool { return r.place == place }) {
			wrong.Add("reserve."+k.Code, "two reserves have place %d; give each a place of its own", place)
		}
		reserves = append(reserves, reserve{place, k.Code})
	}
	slices.SortFunc(reserves, func(a, b reserve) int { return a.place - b.place })
	for _, r := range reserves {
		out.Reserves = append(out.Reserves, r.code)
	}
	if d.DissentBy != "" || strings.TrimSpace(d.Dissented) != "" {
		out.Dissent = []selection.Dissent{{Rater: d.DissentBy, Text: d.Dissented}}
	}
	return out, wrong.Err("the decision was not recorded")
}

// fieldOf is where on the form a complaint of the domain belongs.
func (d *decidePage) fieldOf(where string, typed selection.Decision) string {
	var i int
	switch {
	case strings.HasPrefix(where, "reserve.") || where == "departure" || where == "justification":
		return where
	case strings.HasPrefix(where, "dissent"):
		return "dissent"
	case scanned(where, "findings[%d]", &i) && i < len(typed.Findings):
		return "found." + typed.Findings[i].Candidate
	case scanned(where, "appointed[%d]", &i) && i < len(typed.Appointed):
		return "found." + typed.Appointed[i]
	case scanned(where, "reserves[%d]", &i) && i < len(typed.Reserves):
		return "reserve." + typed.Reserves[i]
	}
	return "candidates"
}

// subjectOf begins what the domain says of a text by the text's name.
func subjectOf(field, message string) string {
	switch field {
	case "justification":
		return "the justification " + message
	case "dissent":
		return "the dissent: " + message
	}
	return message
}

func scanned(text, pattern string, into *int) bool {
	n, err := fmt.Sscanf(text, pattern, into)
	return err == nil && n == 1
}
