package handlers

import (
	"net/http"
	"slices"
	"strconv"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/ranking"
)

// rankingPage is the order of the candidates and how it came about.
type rankingPage struct {
	layout
	Campaign    campaignHead
	Dimensions  []dimensionHead
	Places      []placeView
	Plot        plot
	Gates       []string
	Ties        string
	Warnings    []string
	Information []informScale // psychometric scales that are in no figure
	Decision    *decisionView
	Inputs      string // hash
	Engine      string
	At          moment
	JSON        string // address
}

func (rankingPage) template() string { return "ranking" }

type dimensionHead struct{ Title, Weight string }

// placeView is one candidate's place.
type placeView struct {
	ID                string // of its part of the page
	Candidate, Rank   string // 3= where it is shared
	Composite, Values string
	Dimensions        []dimensionCell
	Gate, GateClass   string
	Tie               string
	Reasons           []string
	Working           *workingView // nil: on a page of its own
	WorkingAt         string
}

type dimensionCell struct{ Title, Figure string }

// informScale is what a scale that informs only says of each candidate.
type informScale struct {
	Name, Norm string
	Results    []informResult
}

type informResult struct{ Candidate, Score string }

// unrankedPage says why there is no ranking yet and what comes first. It is no
// error: this is how it should be until moderation closes.
type unrankedPage struct {
	layout
	Campaign campaignHead
	Ready    bool // moderation is closed; somebody has only to ask for the ranking
	Acts     string
	Next     string
	Here     string
}

func (unrankedPage) template() string { return "unranked" }

// workingsShown is the number of candidates up to which the ranking page has
// everybody's working on it: a panel's shortlist. Beyond, each has a page.
const workingsShown = 6

func (p *pages) showRanking(c *call) (page, error) {
	campaign, r, run, err := p.latest(c)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) && campaign.Document.Code != "" {
		return p.unranked(c, campaign), nil
	}
	if err != nil {
		return nil, err
	}
	shown := p.rankingPage(c, campaign, r)
	shown.At = p.moment(&run.At)
	if shown.Information, err = p.information(c, campaign.Document, r); err != nil {
		return nil, err
	}
	if campaign.Progress.Phase == selection.Decided {
		shown.Decision, err = p.decision(c, campaign.Document.Code)
	}
	return shown, err
}

// latest is a campaign and its latest ranking. The campaign comes back with
// the error where it is only the ranking that is not there.
func (p *pages) latest(c *call) (store.Campaign, selection.Ranking, store.RankingRun, error) {
	code := c.param("campaign")
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return store.Campaign{}, selection.Ranking{}, store.RankingRun{}, err
	}
	run, err := p.db.LatestRanking(c.ctx(), c.who, code)
	if err != nil {
		return campaign, selection.Ranking{}, run, err
	}
	r, err := run.Ranking()
	return campaign, r, run, err
}

func (p *pages) unranked(c *call, campaign store.Campaign) page {
	shown := unrankedPage{
		Campaign: headOf(c, campaign), Ready: campaign.Progress.Ranked() && access.Allowed(campaign.Roles, access.ReadRanking),
		Here: c.address("campaigns", campaign.Document.Code, "ranking"),
	}
	shown.layout = p.layout(c, "Ranking – "+shown.Campaign.Title, trail(shown.Campaign)...)
	shown.Acts, shown.Next = nextStep(campaign.Progress.Phase)
	return shown
}

func trail(head campaignHead) []link { return []link{{Text: head.Title, To: head.To}} }

func (p *pages) rankingPage(c *call, campaign store.Campaign, r selection.Ranking) rankingPage {
	document, framework := campaign.Document, campaign.Framework.Document
	shown := rankingPage{
		Campaign: headOf(c, campaign), Plot: plotOf(r, framework.Scale), Gates: gateSentences(document.Gates, framework),
		Ties: tieSentence(document.Rank.Ties, framework), Warnings: r.Warnings, Inputs: r.Inputs, Engine: r.Engine,
		JSON: "/api/v1" + c.address("campaigns", document.Code, "ranking"),
	}
	shown.layout = p.layout(c, "Ranking – "+document.Title, trail(shown.Campaign)...)
	weights := framework.Weights()
	for i, d := range framework.Dimensions {
		shown.Dimensions = append(shown.Dimensions, dimensionHead{Title: d.Title, Weight: percent(weights[i])})
	}
	for _, place := range r.Candidates {
		view := placeOf(place, r, campaign)
		view.WorkingAt = c.address("campaigns", document.Code, "ranking", place.Candidate)
		if len(r.Candidates) <= workingsShown && len(place.Trace) > 0 {
			working := workingOf(place, campaign)
			view.Working = &working
		}
		shown.Places = append(shown.Places, view)
	}
	return shown
}

func placeOf(place selection.Place, r selection.Ranking, campaign store.Campaign) placeView {
	v := placeView{
		ID: "candidate-" + place.Candidate, Candidate: place.Candidate, Rank: rankWords(place, r),
		Composite: figure(place.PanelMean), Values: figure(place.ValuesMean), Reasons: place.Reasons,
	}
	v.Gate, v.GateClass = gateWords(place.Gate)
	for _, d := range place.Dimensions {
		v.Dimensions = append(v.Dimensions, dimensionCell{Title: dimensionTitle(campaign.Framework.Document, d.Code), Figure: figure(d.PanelMean)})
	}
	if len(place.TiedWith) > 0 {
		v.Tie = "Equal with " + listed(place.TiedWith) + "; rank shared"
		if place.TieBrokenBy != nil {
			v.Tie = "Equal with " + listed(place.TiedWith) + "; decided by " + dimensionTitle(campaign.Framework.Document, *place.TieBrokenBy)
		}
	}
	return v
}

func rankWords(place selection.Place, r selection.Ranking) string {
	if place.Rank == nil {
		return none
	}
	for _, other := range r.Candidates {
		if other.Candidate != place.Candidate && other.Rank != nil && *other.Rank == *place.Rank {
			return strconv.Itoa(*place.Rank) + "="
		}
	}
	return strconv.Itoa(*place.Rank)
}

func gateWords(g ranking.Gate) (words, class string) {
	switch g {
	case ranking.Met:
		return "Gates met", "tag tag-good"
	case ranking.NotMet:
		return "Gates not met", "tag tag-stop"
	}
	return "Discuss", "tag tag-wait"
}

// information is the results of the scales that inform only, of those who are
// ranked.
func (p *pages) information(c *call, document selection.Campaign, r selection.Ranking) ([]informScale, error) {
	inform := slices.DeleteFunc(slices.Clone(document.Psychometrics), func(s selection.Psychometric) bool { return s.Use != selection.Inform })
	if len(inform) == 0 {
		return nil, nil
	}
	results, err := p.db.Results(c.ctx(), c.who, document.Code)
	if err != nil {
		return nil, err
	}
	var shown []informScale
	for _, s := range inform {
		scale := informScale{Name: s.Instrument + " " + s.Scale, Norm: "mean " + decimal(s.Mean) + ", standard deviation " + decimal(s.SD)}
		for _, result := range results {
			_, ranked := r.Candidate(result.Candidate)
			if ranked && result.Instrument == s.Instrument && result.Scale == s.Scale {
				scale.Results = append(scale.Results, informResult{Candidate: result.Candidate, Score: decimal(result.Score) + " ± " + oneDecimal(s.SEM())})
			}
		}
		shown = append(shown, scale)
	}
	return shown, nil
}

// rankNow ranks a campaign that was never ranked: one that was imported.
func (p *pages) rankNow(c *call) error {
	if _, err := c.form(); err != nil {
		return err
	}
	code := c.param("campaign")
	if _, err := p.db.Rank(c.ctx(), c.who, code, selection.DefaultSettings()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, c.address("campaigns", code, "ranking"))
}
