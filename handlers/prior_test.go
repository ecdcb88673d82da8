package handlers

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// decided imports a campaign of n candidates, ranks it and appoints the first.
func (w *world) decided(code string, n int) {
	w.t.Helper()
	ctx, operator := w.t.Context(), store.Operator(w.trust.ID)
	r := selection.Round{Framework: sampleFramework(), Campaign: sampleCampaign().WithDefaults()}
	r.Campaign.Code = code
	d := selection.Decision{Justification: "best marks"}
	random := rand.New(rand.NewPCG(uint64(n), 0))
	for i := range n {
		c := fmt.Sprintf("C%02d", i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: c, Interviewed: selection.Yes})
		d.Findings = append(d.Findings, selection.Finding{Candidate: c, Appointable: true})
		for j, m := range r.Campaign.Panel {
			for _, criterion := range r.Campaign.Exercises[0].Criteria {
				r.Ratings = append(r.Ratings, selection.Rating{
					Candidate: c, Rater: m.Rater, Exercise: "interview", Criterion: criterion, Observed: true,
					Score: float64(1 + (n-i+j+random.IntN(3))%7),
				})
			}
		}
	}
	_, err := w.db.Import(ctx, operator, store.Key{}, r)
	w.must(err)
	run, err := w.db.Rank(ctx, operator, code, selection.DefaultSettings())
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	d.Appointed = []string{ranking.Candidates[0].Candidate}
	_, err = w.db.Decide(ctx, operator, code, store.Key{}, d)
	w.must(err)
}

func TestPoolingPriors(t *testing.T) {
	w := newWorld(t)
	owner, officer, auditor := w.person("owner", access.FrameworkOwner), w.person("officer", access.RecruitmentOfficer), w.person("auditor", access.Auditor)
	const path = "/frameworks/values/priors"
	owner.do(post, path, nil).problem(404)
	for i := range 2 {
		w.decided(fmt.Sprintf("OLD-%d", i), 5)
	}
	contains(t, owner.do(post, path, nil).problem(409).Detail, "there are 2 and 10 so far")
	w.decided("OLD-2", 5)
	auditor.do(post, path, nil).problem(403)
	owner.do(post, path, object{"version": 1}).problem(400)

	var first, again, second store.Refit
	owner.do(post, path, nil).want(200).into(&first)
	officer.do(post, path, nil).want(200).into(&again)
	equal(t, first.Stored, true)
	equal(t, again.Stored, false)
	w.decided("OLD-3", 5)
	officer.do(post, path, nil).want(200).into(&second)
	equal(t, second.Prior.Version, 2)
	equal(t, second.Before.Version, 1)

	var page list[selection.PooledPrior]
	auditor.do(get, path+"?limit=1", nil).want(200).into(&page)
	equal(t, page.Items[0].Version, 2)
	auditor.do(get, path+"?limit=1&after="+*page.Next, nil).want(200).into(&page)
	equal(t, page.Items[0].Version, 1)
	equal(t, page.Next, nil)
	w.person("nobody").do(get, path, nil).problem(403)
	owner.do(get, "/frameworks/unknown/priors", nil).want(200).into(&page)
	equal(t, len(page.Items), 0)
}
