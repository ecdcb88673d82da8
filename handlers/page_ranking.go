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

// rankingPage is the order of the candidates, how sure one may be of it, and
// how it came about.
type rankingPage struct {
	layout
	Campaign    campaignHead
	Declared    bool // the campaign's rule is the adjusted order; else it is advice
	Columns     rankingColumns
	Places      []placeView
	Part        rankingPart
	Plot        plot
	Certainty   certaintyView
	Orders      *ordersView
	Severity    *severityView // nil: the asker may see nobody's
	Fit         *fitView
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

// rankingColumns says which columns the order has.
type rankingColumns struct {
	Adjusted   bool // any candidate has an adjusted composite
	Compared   bool // and there are several, so that ranks say something
	RankIs     bool // the rank is the adjusted one, by the rule declared: its interval is its own
	RankBeside bool // else the adjusted rank, with its interval, has a column beside
	Groups     bool
	Thresholds bool   // the chance of meeting them
	InPosts    string // heading of the chance of being among as many as there are posts; "" none
	Dimensions []dimensionHead
}

type dimensionHead struct{ Title, Weight string }

// rankingPart is what is shown of a large round.
type rankingPart struct {
	Words         string // "" all of it
	Before, After string // addresses; "" none
}

// placeView is one candidate's place.
type placeView struct {
	ID                string // of its part of the page
	Candidate, Rank   string // 3= where it is shared
	Ranks             string // with the adjusted rank and its interval, in words
	RankInterval      string // of the adjusted rank; "" there is none, or nobody to be compared with
	Composite, Values string
	Adjusted          *adjustedView // nil: too few to tell
	Group             string
	Dimensions        []dimensionCell
	Gate, GateClass   string
	Tie               string
	Reasons           []string
	Contributions     *contributionsView
	Working           *workingView // nil: only on a page of its own
	WorkingAt         string       // "" a ranking of this size is kept without it
}

type dimensionCell struct {
	Title, Figure  string
	Mean, Interval string // adjusted; "" none
}

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
	Declared bool // the campaign's rule is the adjusted order
	Acts     string
	Next     string
	Here     string
}

func (unrankedPage) template() string { return "unranked" }

// figuresShown is the number of candidates up to which the ranking page says
// what everybody's figures are made of: a panel's shortlist. Beyond, each has a
// page.
const figuresShown = 12

// partShown is how many candidates are on one page: more than any panel
// interviews.
const partShown = 50

func (p *pages) showRanking(c *call) (page, error) {
	campaign, r, run, err := p.latest(c)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) && campaign.Document.Code != "" {
		return p.unranked(c, campaign), nil
	}
	if err != nil {
		return nil, err
	}
	first, err := partAsked(c, len(r.Candidates))
	if err != nil {
		return nil, err
	}
	shown := p.rankingPage(c, campaign, r, first)
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
		Campaign: headOf(c, campaign), Ready: campaign.Allows(access.ReadRanking),
		Declared: campaign.Document.Rank.Rule == selection.Adjusted, Here: c.address("campaigns", campaign.Document.Code, "ranking"),
	}
	shown.layout = p.layout(c, "Ranking – "+shown.Campaign.Title, trail(shown.Campaign)...)
	shown.Acts, shown.Next = nextStep(campaign.Progress.Phase)
	return shown
}

func trail(head campaignHead) []link { return []link{{Text: head.Title, To: head.To}} }

// partAsked is the index of the first candidate to show.
func partAsked(c *call, candidates int) (int, error) {
	from := c.QueryParam("from")
	if from == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(from)
	if err != nil || n < 1 || n > candidates {
		return 0, fault.New(fault.NotFound, "the ranking has no candidate number %s", from)
	}
	return n - 1, nil
}

// rankingPage shows a ranking from the candidate of index first on.
func (p *pages) rankingPage(c *call, campaign store.Campaign, r selection.Ranking, first int) rankingPage {
	document, framework := campaign.Document, campaign.Framework.Document
	here := c.address("campaigns", document.Code, "ranking")
	places, part := partOfRanking(r.Candidates, first, here)
	shown := rankingPage{
		Campaign: headOf(c, campaign), Declared: r.Rule == selection.Adjusted, Columns: columnsOf(r, campaign), Part: part,
		Plot: plotOf(places, framework.Scale), Certainty: certaintyOf(r, places, document.Post.Posts), Orders: ordersOf(r, places),
		Severity: severityOf(r.Raters, campaign.Rater), Fit: fitOf(r), Gates: gateSentences(document.Gates, framework),
		Ties: tieSentence(document.Rank.Ties, framework), Warnings: r.Warnings, Inputs: r.Inputs, Engine: r.Engine,
		JSON: "/api/v1" + here,
	}
	shown.layout = p.layout(c, "Ranking – "+document.Title, trail(shown.Campaign)...)
	groups := groupNames(r.Groups)
	for _, place := range places {
		view := placeOf(place, r, campaign)
		view.Group = groups[place.Candidate]
		if len(place.Trace) > 0 {
			view.WorkingAt = c.address("campaigns", document.Code, "ranking", place.Candidate)
		}
		if len(place.Trace) > 0 && len(r.Candidates) <= figuresShown {
			working := workingOf(place, campaign)
			view.Working, view.Contributions = &working, contributionsOf(place, campaign)
		}
		shown.Places = append(shown.Places, view)
	}
	return shown
}

func partOfRanking(places []selection.Place, first int, here string) ([]selection.Place, rankingPart) {
	total := len(places)
	if total <= partShown {
		return places, rankingPart{}
	}
	last := min(first+partShown, total)
	part := rankingPart{Words: "Candidates " + thousands(first+1) + " to " + thousands(last) + " of " + thousands(total)}
	if first > 0 {
		part.Before = here + "?from=" + strconv.Itoa(max(first-partShown, 0)+1)
	}
	if last < total {
		part.After = here + "?from=" + strconv.Itoa(last+1)
	}
	return places[first:last], part
}

func columnsOf(r selection.Ranking, campaign store.Campaign) rankingColumns {
	framework, posts := campaign.Framework.Document, campaign.Document.Post.Posts
	columns := rankingColumns{Adjusted: anyAdjusted(r.Candidates), Compared: isCompared(r), Groups: len(r.Groups) > 0 && isCompared(r)}
	columns.RankIs, columns.RankBeside = columns.Compared && r.Rule == selection.Adjusted, columns.Compared && r.Rule != selection.Adjusted
	columns.Thresholds = slices.ContainsFunc(r.Candidates, func(p selection.Place) bool { return p.Adjusted != nil && p.Adjusted.PAppointable != nil })
	hasChances := slices.ContainsFunc(r.Candidates, func(p selection.Place) bool { return p.Adjusted != nil && len(p.Adjusted.PRank) > 0 })
	if columns.Compared && (posts > 1 || !hasChances) {
		columns.InPosts = "Among the first " + strconv.Itoa(posts)
	}
	weights := framework.Weights()
	for i, d := range framework.Dimensions {
		columns.Dimensions = append(columns.Dimensions, dimensionHead{Title: d.Title, Weight: percent(weights[i])})
	}
	return columns
}

func placeID(candidate string) string { return "candidate-" + candidate }

func placeOf(place selection.Place, r selection.Ranking, campaign store.Campaign) placeView {
	framework := campaign.Framework.Document
	v := placeView{
		ID: placeID(place.Candidate), Candidate: place.Candidate, Rank: rankWords(place, r), Ranks: ranksInWords(place, r),
		Composite: figure(place.PanelMean), Values: figure(place.ValuesMean), Adjusted: adjustedOf(place, r, framework), Reasons: place.Reasons,
	}
	v.Gate, v.GateClass = gateWords(place.Gate)
	if isCompared(r) {
		v.RankInterval = rankInterval(place, r)
	}
	for _, d := range place.Dimensions {
		cell := dimensionCell{Title: dimensionTitle(framework, d.Code), Figure: figure(d.PanelMean)}
		if low, high, ok := d.Interval(); ok {
			cell.Mean, cell.Interval = figure(d.Mean), span(low, high)
		}
		v.Dimensions = append(v.Dimensions, cell)
	}
	if len(place.TiedWith) > 0 {
		v.Tie = "Equal with " + listed(place.TiedWith) + "; rank shared"
		if place.TieBrokenBy != nil {
			v.Tie = "Equal with " + listed(place.TiedWith) + "; decided by " + dimensionTitle(framework, *place.TieBrokenBy)
		}
	}
	return v
}

func rankWords(place selection.Place, r selection.Ranking) string {
	return sharedRank(declaredRank(place), r, declaredRank)
}

// declaredRank is that of the campaign's rule; 0 none.
func declaredRank(place selection.Place) int {
	if place.Rank == nil {
		return 0
	}
	return *place.Rank
}

// sharedRank is a rank, marked where anybody else has it too.
func sharedRank(rank int, r selection.Ranking, of func(selection.Place) int) string {
	if rank == 0 {
		return none
	}
	having := 0
	for _, place := range r.Candidates {
		if of(place) == rank {
			having++
		}
	}
	if having > 1 {
		return strconv.Itoa(rank) + "="
	}
	return strconv.Itoa(rank)
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
