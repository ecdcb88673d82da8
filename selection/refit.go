package selection

import (
	"context"
	"slices"
	"time"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

// PooledPrior is variance components learnt from a trust's decided campaigns,
// with where they come from: prior.json. A ranking under it believes them
// before it sees its own few marks (statistics §4).
type PooledPrior struct {
	Source      string                `json:"source"` // pooled
	Dimensions  []string              `json:"dimensions"`
	Scale       PriorScale            `json:"scale"`
	Components  mixedmodel.Components `json:"components"`
	Pseudo      float64               `json:"pseudo_units"`
	Residuals   float64               `json:"residual_degrees_of_freedom"`
	Framework   string                `json:"framework"`
	Version     int                   `json:"version"` // counts the refits of the framework
	Campaigns   []PooledCampaign      `json:"campaigns"`
	Candidates  int                   `json:"candidates"`
	Raters      int                   `json:"raters"` // people; who sat on two panels counts once
	Marks       int                   `json:"marks"`
	Method      mixedmodel.Method     `json:"method"`
	Converged   bool                  `json:"converged"`
	Evaluations int                   `json:"evaluations"`
	Engine      string                `json:"engine"`
	FittedAt    time.Time             `json:"fitted_at"`
}

// PriorScale is the rating scale that the components are in squares of.
type PriorScale struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// PooledCampaign is one campaign's part in a pooled prior.
type PooledCampaign struct {
	Campaign   string `json:"campaign"`
	Inputs     string `json:"inputs_sha256"`
	Candidates int    `json:"candidates"`
	Raters     int    `json:"raters"`
	Marks      int    `json:"marks"`
}

// Fits reports whether the components can be believed of marks given by a
// framework: they are of its dimensions, in its order, and on its scale.
func (p PooledPrior) Fits(f frameworks.Framework) bool {
	return slices.Equal(p.Dimensions, dimensionCodes(f)) && p.Scale == PriorScale{f.Scale.Min, f.Scale.Max}
}

func dimensionCodes(f frameworks.Framework) []string {
	codes := make([]string, len(f.Dimensions))
	for k, d := range f.Dimensions {
		codes[k] = d.Code
	}
	return codes
}

// DecidedRound is a decided campaign as it is pooled. Persons says who sat in
// a rater's seat, in words that are the same in every campaign; whoever is not
// in it is a rater of this campaign alone.
type DecidedRound struct {
	Round
	Persons map[string]string
}

// What a prior is worth learning from: below it the default one, which stands
// for far more campaigns than that, is the better guess.
const (
	minPooledCampaigns  = 3
	minPooledCandidates = 15
)

// Pool is the final marks of decided campaigns stacked into one set of data:
// candidates and cells are of their campaign, raters are people.
type Pool struct {
	data   mixedmodel.Data
	prior  PooledPrior // all but the fit
	raters map[rater]int32
}

// rater is a person, or a rater code of one campaign.
type rater struct{ campaign, code, person string }

// NewPool stacks those of the rounds that were marked by the dimensions and the
// scale of f. It returns Conflict where there are too few to learn from.
func NewPool(f frameworks.Framework, rounds []DecidedRound) (*Pool, error) {
	p := &Pool{
		data: mixedmodel.Data{Dimensions: len(f.Dimensions)}, raters: map[rater]int32{},
		prior: PooledPrior{Source: "pooled", Dimensions: dimensionCodes(f), Scale: PriorScale{f.Scale.Min, f.Scale.Max}, Framework: f.Code, Engine: ranking.Engine},
	}
	for _, r := range rounds {
		if p.prior.Fits(r.Framework) {
			p.add(r)
		}
	}
	p.prior.Candidates, p.prior.Raters, p.prior.Marks = p.data.Candidates, p.data.Raters, len(p.data.Score)
	if n := len(p.prior.Campaigns); n < minPooledCampaigns || p.prior.Candidates < minPooledCandidates {
		return nil, fault.New(fault.Conflict, "a prior is pooled from at least %d decided campaigns and %d marked candidates; by %s, with its dimensions and scale, there are %d and %d so far. "+
			"Until then rankings use the default prior", minPooledCampaigns, minPooledCandidates, f.Code, n, p.prior.Candidates)
	}
	return p, nil
}

// add stacks the marks that a ranking of the round counts.
func (p *Pool) add(r DecidedRound) {
	r.Round = r.Canonical()
	marks := newColumns(r.Round.assessed()).data
	firstCell, firstExercise := int32(len(p.data.Cells)), p.data.Exercises
	for _, c := range marks.Cells {
		p.data.Cells = append(p.data.Cells, mixedmodel.Cell{Exercise: firstExercise + c.Exercise, Dimension: c.Dimension})
	}
	p.data.Exercises += marks.Exercises
	candidates, raters := map[int32]int32{}, map[int32]int32{}
	for row, score := range marks.Score {
		p.data.Candidate = append(p.data.Candidate, p.candidate(candidates, marks.Candidate[row]))
		p.data.Rater = append(p.data.Rater, p.rater(raters, marks.Rater[row], r))
		p.data.Cell = append(p.data.Cell, firstCell+marks.Cell[row])
		p.data.Score = append(p.data.Score, score)
	}
	p.prior.Campaigns = append(p.prior.Campaigns, PooledCampaign{
		Campaign: r.Campaign.Code, Inputs: r.Hash(), Candidates: len(candidates), Raters: len(raters), Marks: len(marks.Score),
	})
}

// candidate numbers a candidate of a campaign when their first mark comes.
func (p *Pool) candidate(known map[int32]int32, i int32) int32 {
	n, ok := known[i]
	if !ok {
		n = int32(p.data.Candidates)
		known[i] = n
		p.data.Candidates++
	}
	return n
}

// rater numbers a person when their first mark comes, in whichever campaign.
func (p *Pool) rater(known map[int32]int32, j int32, r DecidedRound) int32 {
	if n, ok := known[j]; ok {
		return n
	}
	code := r.Campaign.Panel[j].Rater
	who := rater{person: r.Persons[code]}
	if who.person == "" {
		who = rater{campaign: r.Campaign.Code, code: code}
	}
	n, ok := p.raters[who]
	if !ok {
		n = int32(p.data.Raters)
		p.raters[who] = n
		p.data.Raters++
	}
	known[j] = n
	return n
}

// LearntFrom reports whether a prior was fitted to these very marks by this
// engine: to fit them again would give it again.
func (p *Pool) LearntFrom(prior PooledPrior) bool {
	return prior.Converged && prior.Engine == p.prior.Engine && prior.Scale == p.prior.Scale &&
		slices.Equal(prior.Dimensions, p.prior.Dimensions) && slices.Equal(prior.Campaigns, p.prior.Campaigns)
}

// Refit estimates the components by MAP under the default prior, with every
// term, and returns the prior as the given version. It returns Conflict where
// the fit did not converge, and ctx's error when the caller stops waiting.
func (p *Pool) Refit(ctx context.Context, version int, now time.Time, progress func(evaluations int)) (PooledPrior, error) {
	believed := mixedmodel.DefaultPrior(p.data.Dimensions, p.prior.Scale.Max-p.prior.Scale.Min)
	fit, err := mixedmodel.Estimate(ctx, p.data, mixedmodel.Options{
		Terms: mixedmodel.AllTerms(), Method: mixedmodel.MAP, Prior: believed, Progress: progress,
	})
	if err != nil {
		return PooledPrior{}, err
	}
	return p.learnt(fit, version, now)
}

// learnt is the prior that a fit of the pool gives. One that did not converge
// gives none: every campaign to come would believe it.
func (p *Pool) learnt(fit mixedmodel.Fit, version int, now time.Time) (PooledPrior, error) {
	out := p.prior
	if !fit.Converged {
		return PooledPrior{}, fault.New(fault.Conflict, "the fit of %d decided campaigns did not converge; nothing was stored", len(out.Campaigns))
	}
	out.Components, out.Method, out.Converged, out.Evaluations = fit.Components, fit.Method, fit.Converged, fit.Evaluations
	weight := mixedmodel.NewPrior(fit.Components)
	out.Pseudo, out.Residuals = weight.Pseudo, weight.Residuals
	out.Version, out.FittedAt = version, now.UTC()
	return out, nil
}
