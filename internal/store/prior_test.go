package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/mixedmodel"
)

// pooled is a prior of the world's framework, as a refit would store it.
func (w *world) pooled(version int) selection.PooledPrior {
	return selection.PooledPrior{
		Source: "pooled", Dimensions: []string{"safety", "kindness"}, Scale: selection.PriorScale{Min: 1, Max: 7},
		Components: mixedmodel.DefaultPrior(2, 6).Components, Pseudo: 20, Residuals: 50, Framework: "values", Version: version,
		Campaigns:  []selection.PooledCampaign{{Campaign: "OLD-1", Candidates: 20, Raters: 5, Marks: 200}},
		Candidates: 20, Raters: 5, Marks: 200, Method: mixedmodel.MAP, Converged: true, Evaluations: 30, Engine: "an-engine/1",
		FittedAt: w.db.Now(),
	}
}

// storePrior stores one past the store.
func (w *world) storePrior(p selection.PooledPrior) string {
	w.t.Helper()
	document, err := json.Marshal(p)
	w.must(err)
	w.raw("postgres").MustExecContext(w.ctx, `
		insert into priors (trust_id, prior_id, framework, version, document, engine, created_at)
		values ($1, gen_random_uuid(), $2, $3, $4, 'an-engine/1', now())`, w.trust.ID, p.Framework, p.Version, string(document))
	return string(document)
}

// prior is what the campaign believes, "" where that is the default.
func (w *world) prior() (prior string) {
	w.t.Helper()
	w.must(w.raw("postgres").GetContext(w.ctx, &prior, `select coalesce(prior::text, '') from campaigns where trust_id = $1 and code = $2`, w.trust.ID, code))
	return prior
}

func TestACampaignTakesTheNewestPriorWhenItOpensAndKeepsIt(t *testing.T) {
	w := newWorld(t)
	w.storePrior(w.pooled(1))
	newest := w.storePrior(w.pooled(2))
	other := w.pooled(3) // of another scale
	other.Scale.Max = 5
	w.storePrior(other)
	w.draft()
	w.equal(w.prior(), "")
	w.open()
	w.equal(w.prior(), newest)
	w.storePrior(w.pooled(4)) // a later refit
	w.as(w.officer, code, func(f forger) {
		f.refuses("an open campaign takes another prior", `update campaigns set prior = (select document from priors order by version desc limit 1)`)
		f.refuses("an open campaign loses its prior", `update campaigns set prior = null`)
	})
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", float64(3+i), 4)
	}
	w.closeAndRank()
	w.equal(w.prior(), newest)
	round, _, err := w.db.Round(w.ctx, w.officer, code)
	w.must(err)
	w.equal(string(round.Prior), newest)
	w.dense()
}

func TestWhichPriorACampaignTakes(t *testing.T) {
	newTrust := trusts(t)
	t.Run("none of another framework", func(t *testing.T) {
		w := newTrust(t)
		p := w.pooled(1)
		p.Framework = "other-values"
		w.storePrior(p)
		w.scoring()
		w.equal(w.prior(), "")
	})
	t.Run("none of other dimensions", func(t *testing.T) {
		w := newTrust(t)
		p := w.pooled(1)
		p.Dimensions = []string{"kindness", "safety"}
		w.storePrior(p)
		w.scoring()
		w.equal(w.prior(), "")
	})
	t.Run("none that did not converge", func(t *testing.T) {
		w := newTrust(t)
		sound := w.storePrior(w.pooled(1))
		p := w.pooled(2)
		p.Converged = false
		w.storePrior(p)
		w.scoring()
		w.equal(w.prior(), sound)
	})
	t.Run("that of the round which brought one", func(t *testing.T) {
		w := newTrust(t)
		w.storePrior(w.pooled(1))
		r := w.round()
		r.Ratings = nil
		w.importRound(r)
		w.sit(r.Campaign)
		w.open()
		w.equal(w.prior(), string(r.Prior))
	})
	t.Run("none that the trust has not pooled", func(t *testing.T) {
		w := newTrust(t)
		w.storePrior(w.pooled(1))
		w.draft()
		w.as(w.officer, code, func(f forger) {
			f.refuses("a prior of one's own making", `update campaigns set prior = '{}'`)
			f.allows("a prior of the trust", `update campaigns set prior = (select document from priors)`)
			f.refuses("a prior is changed", `update priors set document = '{}'`)
			f.refuses("a prior is deleted", `delete from priors`)
		})
	})
}

// decided imports a campaign of n candidates and lets the panel appoint the
// first of them.
func (w *world) decided(campaign string, n int, change ...func(*selection.Round)) {
	w.t.Helper()
	r := w.round()
	r.Campaign.Code, r.Prior, r.Candidates, r.Ratings, r.Psychometrics = campaign, nil, nil, nil, nil
	d := selection.Decision{Justification: "best marks"}
	random := rand.New(rand.NewPCG(uint64(n), 0))
	for i := range n {
		candidate := fmt.Sprintf("%s-%02d", campaign, i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: candidate, Interviewed: selection.Yes})
		d.Findings = append(d.Findings, selection.Finding{Candidate: candidate, Appointable: true})
		for j, m := range r.Campaign.Panel {
			for _, criterion := range r.Campaign.Exercises[0].Criteria {
				r.Ratings = append(r.Ratings, selection.Rating{
					Candidate: candidate, Rater: m.Rater, Exercise: "interview", Criterion: criterion, Observed: true,
					Score: float64(1 + (n-i+j+random.IntN(3))%7),
				})
			}
		}
	}
	for _, f := range change {
		f(&r)
	}
	w.importRound(r)
	run, err := w.db.Rank(w.ctx, w.officer, campaign, selection.DefaultSettings())
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	d.Appointed = []string{ranking.Candidates[0].Candidate}
	_, err = w.db.Decide(w.ctx, w.officer, campaign, store.Key{}, d)
	w.must(err)
}

func TestRefit(t *testing.T) {
	w := newWorld(t)
	_, err := w.db.Refit(w.ctx, w.officer, "values", nil)
	w.refused(err, fault.NotFound)
	w.decided("OLD-1", 5)
	w.decided("OLD-2", 5)
	w.importRound(w.round()) // not decided
	_, err = w.db.Refit(w.ctx, w.officer, "values", nil)
	w.refused(err, fault.Conflict)
	w.equal(w.count(`select count(*) from priors`), 0)

	w.decided("OLD-3", 6)
	for _, who := range []store.Actor{w.auditor, w.members["R1"]} {
		_, err = w.db.Refit(w.ctx, who, "values", nil)
		w.refused(err, fault.Forbidden)
	}
	evaluations := 0
	first, err := w.db.Refit(w.ctx, w.owner, "values", func(n int) { evaluations = n })
	w.must(err)
	w.equal([]any{first.Stored, first.Before == nil, first.Prior.Version, len(first.Prior.Campaigns)}, []any{true, true, 1, 3})
	w.equal([]int{first.Prior.Candidates, first.Prior.Raters, first.Prior.Marks}, []int{16, 9, 96}) // nobody sits: raters are codes
	w.equal([]any{first.Prior.Converged, first.Prior.Method, first.Prior.Evaluations > 0, evaluations > 0}, []any{true, mixedmodel.MAP, true, true})

	again, err := w.db.Refit(w.ctx, w.officer, "values", nil)
	w.must(err)
	w.equal(again, store.Refit{Prior: first.Prior})

	w.decided("OLD-4", 4)
	second, err := w.db.Refit(w.ctx, w.officer, "values", nil)
	w.must(err)
	w.equal([]any{second.Stored, second.Prior.Version, second.Prior.Candidates, *second.Before}, []any{true, 2, 20, first.Prior})

	list, err := w.db.Priors(w.ctx, w.auditor, "values", 0, 10)
	w.must(err)
	w.equal(list, []selection.PooledPrior{second.Prior, first.Prior})
	list, err = w.db.Priors(w.ctx, w.auditor, "values", 2, 10)
	w.must(err)
	w.equal(list, []selection.PooledPrior{first.Prior})
	w.refused(fails(w.db.Priors(w.ctx, w.members["R1"], "values", 0, 10)), fault.Forbidden)
	w.equal(w.count(`select count(*) from audit_events where kind = 'prior.pooled'`), 2)
	w.dense()
}

func TestRefitLeavesOutOtherScales(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		w.decided(fmt.Sprintf("OLD-%d", i), 6)
	}
	w.decided("WIDE", 6, func(r *selection.Round) { r.Framework.Version, r.Framework.Scale.Max = 2, 9 })
	_, err := w.db.Refit(w.ctx, w.officer, "values", nil)
	w.refused(err, fault.Conflict) // the newest version has one campaign
}
