package selection

import (
	"cmp"
	"context"
	"math"
	"slices"

	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

// Ranking is what `rank` prints and a ranking run stores. Floats are not
// rounded; null means that there is no such figure, never zero.
type Ranking struct {
	Campaign   string       `json:"campaign"`
	Engine     string       `json:"engine"`
	Seed       int64        `json:"seed"`
	Draws      int          `json:"draws"`
	Apart      float64      `json:"apart"` // the chance that separates groups
	Inputs     string       `json:"inputs_sha256"`
	Rule       Rule         `json:"rule"`
	Fit        *FitRecord   `json:"fit,omitempty"`
	Prior      *PriorUse    `json:"prior,omitempty"`
	Warnings   []string     `json:"warnings"`
	Candidates []Place      `json:"candidates"`        // by rank, equals by code, those without a rank last
	PAbove     [][]*float64 `json:"p_above,omitempty"` // in the order of Candidates; null on the diagonal and where a candidate has no adjusted place; left out above traceLimit candidates
	Raters     []Severity   `json:"raters,omitempty"`  // by code
	Groups     [][]string   `json:"groups,omitempty"`  // in the adjusted order; within one the evidence does not separate the first from the others
}

// Place is one candidate's place and how it came about.
type Place struct {
	Candidate     string           `json:"candidate"`
	Rank          *int             `json:"rank"`
	TiedWith      []string         `json:"tied_with"`     // composites equal at 0.01, by code; the first tiedShown of them
	TieBrokenBy   *string          `json:"tie_broken_by"` // the last dimension of the declared chain that was needed to separate them
	Gate          ranking.Gate     `json:"appointable"`   // what the gates say; the panel's finding is recorded apart
	PanelMean     *float64         `json:"panel_mean"`    // the panel's composite, which ranks by the rule panel-mean
	ValuesMean    *float64         `json:"values_mean"`   // the same, of the values alone
	MarksMean     *float64         `json:"marks_mean"`    // the same, of panel marks without psychometrics: what the gates look at
	Adjusted      *AdjustedPlace   `json:"adjusted,omitempty"`
	Dimensions    []DimensionPlace `json:"dimensions"`
	Baseline      *float64         `json:"baseline,omitempty"` // composite of the cell means
	Contributions []Contribution   `json:"contributions,omitempty"`
	NotObserved   int              `json:"not_observed"` // marks that say so
	Reasons       []string         `json:"reasons"`
	Difference    string           `json:"difference,omitempty"` // why the panel's order and the adjusted one place the candidate otherwise: one of Reasons
	Trace         []DimensionTrace `json:"trace,omitempty"`      // left out above traceLimit candidates
}

// DimensionPlace is one dimension of a place.
type DimensionPlace struct {
	Code      string   `json:"code"`
	Weight    float64  `json:"weight"`         // of the whole, 0–1
	PanelMean *float64 `json:"panel_mean"`     // with the psychometric shares
	Marks     *float64 `json:"marks"`          // panel marks alone
	Mean      *float64 `json:"mean,omitempty"` // adjusted
	SD        *float64 `json:"sd,omitempty"`
}

// Settings of a ranking run. Seed and draws travel with the result.
type Settings struct {
	Seed  int64 // default 1
	Draws int   // default 10,000; fewer are taken of many candidates
	// Apart is how sure one must be that the first of a group is above the next
	// candidate before the next begins a group: above ½, below 1; 0 is 0.8
	// (statistics §3).
	Apart float64
	// Components are taken as they are and none are fitted; nil: they are fitted.
	Components *mixedmodel.Components
	// Progress is told what is being done and how often it has been; nil: nobody.
	Progress func(step string, done int)
}

func (s Settings) apart() float64 { return cmp.Or(s.Apart, 0.8) }

// told is Progress for one step.
func (s Settings) told(step string) func(done int) {
	if s.Progress == nil {
		return nil
	}
	return func(done int) { s.Progress(step, done) }
}

// DefaultSettings are the documented ones.
func DefaultSettings() Settings { return Settings{Seed: 1, Draws: 10_000} }

// traceLimit is the number of candidates above which a ranking carries no
// trace: nobody recomputes a national round with a pencil, and the figure of
// any one candidate is had by ranking the round's folder cut to them.
const traceLimit = 200

// tiedShown bounds a list that grows with the square of those tied: in a
// national round hundreds have one composite, and nobody reads their names.
const tiedShown = 20

// Candidate finds a place by candidate code.
func (r Ranking) Candidate(code string) (Place, bool) {
	i := slices.IndexFunc(r.Candidates, func(p Place) bool { return p.Candidate == code })
	if i < 0 {
		return Place{}, false
	}
	return r.Candidates[i], true
}

// Rank ranks a round by the rule it declares, and says how sure one may be of
// the order. It reads the assessment alone: a sift decided who came this far,
// and its marks are no part of the order. It returns Invalid with every mistake of the round, and ctx's error
// when the caller stops waiting.
func Rank(ctx context.Context, r Round, s Settings) (Ranking, error) {
	if err := r.Validate(); err != nil {
		return Ranking{}, err
	}
	if err := ctx.Err(); err != nil {
		return Ranking{}, err
	}
	r = r.Canonical()
	inputs := r.Hash()
	r = r.assessed()
	c := newColumns(r)
	r.Ratings = nil
	a, warnings, err := c.adjust(ctx, s)
	if err != nil {
		return Ranking{}, err
	}
	out := Ranking{
		Campaign: r.Campaign.Code, Engine: ranking.Engine, Seed: s.Seed, Draws: s.Draws, Apart: s.apart(),
		Inputs: inputs, Rule: r.Campaign.Rank.Rule, Warnings: append(c.warnings(a), warnings...),
		Candidates: c.places(ranking.PanelMean(c.data), a),
	}
	if a != nil {
		a.describe(c, &out)
	}
	return out, nil
}

// places is everybody in the order of the declared rule, with the adjusted
// figures beside the panel's. a is nil where there is no adjusted order: then
// the rule adjusted ranks nobody.
func (c *columns) places(standings []ranking.Standing, a *adjustment) []Place {
	outlooks := map[int]ranking.Outlook{}
	differences := map[int]string{}
	var adjusted ranking.Adjusted
	if a != nil {
		adjusted, differences = a.adjusted, c.differences(standings, a)
	}
	for _, l := range adjusted.Outlooks {
		outlooks[l.Candidate] = l
	}
	if c.round.Campaign.Rank.Rule == Adjusted {
		standings = ranking.ByAdjusted(c.data, standings, adjusted)
	}
	places := []Place{}
	for _, s := range standings {
		p := c.place(s)
		if l, ok := outlooks[s.Candidate]; ok {
			a.fill(c, l, &p)
		}
		if why, ok := differences[s.Candidate]; ok {
			p.Difference, p.Reasons = why, append(p.Reasons, why)
		}
		places = append(places, p)
	}
	return places
}

// place turns a standing into codes and words.
func (c *columns) place(s ranking.Standing) Place {
	p := Place{
		Candidate: c.candidates[s.Candidate], TiedWith: make([]string, 0, min(len(s.Tied), tiedShown)), Gate: s.Gate,
		PanelMean: number(s.Composite), ValuesMean: number(s.Values), MarksMean: number(s.Marks),
		NotObserved: c.unobserved[s.Candidate], Reasons: c.reasons(s),
	}
	if s.Rank > 0 {
		p.Rank = &s.Rank
	}
	for _, other := range s.Tied {
		if other != s.Candidate && len(p.TiedWith) < tiedShown {
			p.TiedWith = append(p.TiedWith, c.candidates[other])
		}
	}
	if s.BrokenBy >= 0 {
		p.TieBrokenBy = &c.round.Framework.Dimensions[s.BrokenBy].Code
	}
	for k, m := range s.Dimensions {
		p.Dimensions = append(p.Dimensions, DimensionPlace{
			Code: c.round.Framework.Dimensions[k].Code, Weight: c.data.Dimensions[k].Weight,
			PanelMean: number(m.Score), Marks: number(m.Marks),
		})
	}
	if len(c.candidates) <= traceLimit {
		p.Trace = c.trace(s)
	}
	return p
}

// number is a figure for JSON: null where there is none.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
