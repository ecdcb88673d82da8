package fairness

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"testing"
)

func byRater(t *testing.T, s *Scores) RaterGaps {
	t.Helper()
	r, err := RaterByGroup(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lower takes a mark from what one rater gave the focal group.
func lower(s *Scores, rater int32, by float64) {
	for r := range s.Mark {
		if s.Rater[r] == rater && s.Group[s.Candidate[r]] == Focal {
			s.Mark[r] -= by
		}
	}
}

func TestARaterWhoMarksAGroupLowerStandsOut(t *testing.T) {
	s := small().simulate(rand.New(rand.NewPCG(2, 9)))
	lower(s, 3, .7)
	r := byRater(t, s)
	if r.P > .001 || r.Tests != 16 {
		t.Errorf("%d raters, p = %g for any difference among them", r.Tests, r.P)
	}
	for _, g := range r.Raters {
		switch {
		case g.Rater == 3 && (g.Verdict != GapFound || g.High > -.3):
			t.Errorf("the rater who marked the group lower: %s", g.Words())
		case g.Rater != 3 && math.Abs(g.Estimate) > .35:
			t.Errorf("rater %d: %s", g.Rater, g.Words())
		case math.Abs(g.Estimate) > math.Abs(g.Own.Estimate):
			t.Errorf("rater %d was not shrunken: %g of %g", g.Rater, g.Estimate, g.Own.Estimate)
		}
		if regexp.MustCompile(`(?i)bias|discriminat|prejudice|unfair`).MatchString(g.Words()) {
			t.Errorf("words that judge a person: %s", g.Words())
		}
	}
}

// Whatever one campaign shows, and however plainly, it is said of nobody.
func TestNobodyIsNamedFromOneCampaign(t *testing.T) {
	u := small()
	u.campaigns, u.candidates = 1, 60
	s := u.simulate(rand.New(rand.NewPCG(2, 9)))
	for j := range int32(s.Raters) {
		lower(s, j, float64(j%2))
	}
	r := byRater(t, s)
	if r.Reason == "" || r.Tests != 0 {
		t.Errorf("one campaign was enough: %+v", r)
	}
	for _, g := range r.Raters {
		if g.Told() || g.Verdict != TooFew || !math.IsNaN(g.Estimate) || !math.IsNaN(g.Own.Estimate) {
			t.Errorf("rater %d was told on one campaign: %+v", g.Rater, g)
		}
	}
}

func TestFewerThanFiveFocalCandidatesTellNothingOfARater(t *testing.T) {
	s := small().simulate(rand.New(rand.NewPCG(2, 9)))
	seen := map[int32]bool{}
	for r := range s.Mark {
		if s.Rater[r] == 3 && s.Group[s.Candidate[r]] == Focal {
			if seen[s.Candidate[r]] = true; len(seen) > 4 {
				s.Group[s.Candidate[r]] = Apart
			}
		}
	}
	for _, g := range byRater(t, s).Raters {
		if g.Rater == 3 && (g.Told() || g.Focal > 4) {
			t.Errorf("%d focal candidates were enough", g.Focal)
		}
	}
}

// With no rater unlike the others an alarm on any is due in at most 1 trust
// of 20, and intervals hold 0 at least 95 times of 100.
func TestRatersAlikeAreLeftAlone(t *testing.T) {
	g := rand.New(rand.NewPCG(21, 1))
	u := small()
	u.campaigns = 60
	var alarms, trusts, covered, raters float64
	for range 60 {
		trusts++
		found := false
		for _, r := range byRater(t, u.simulate(g)).Raters {
			if r.Told() {
				raters++
				found = found || r.Verdict == GapFound
				if !r.excludes(0) {
					covered++
				}
			}
		}
		if found {
			alarms++
		}
	}
	if alarms/trusts > 7./60 || covered/raters < .94 {
		t.Errorf("alarms in %.2f of trusts, 0 within %.3f of intervals", alarms/trusts, covered/raters)
	}
}

// The posterior of a normal with a known τ, and what the mean of many τ comes to
// where the data say which it is.
func TestShrinkage(t *testing.T) {
	m := mixture{}
	m.add(1, .3, .2)
	i := m.interval()
	near(t, "low", i.Low, .3-z95*.2, 1e-8)
	near(t, "high", i.High, .3+z95*.2, 1e-8)

	g := rand.New(rand.NewPCG(4, 4))
	const n = 4000
	truth, estimate, se := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range truth {
		truth[i] = .3 * g.NormFloat64()
		se[i] = .1 + .4*g.Float64()
		estimate[i] = truth[i] + se[i]*g.NormFloat64()
	}
	posterior, between := shrink(estimate, se, raterScale)
	near(t, "τ", between, .3, .02)
	covered := 0.
	for i, p := range posterior {
		if in := p.interval(); !in.excludes(truth[i]) {
			covered++
		}
	}
	near(t, "coverage", covered/n, .95, .012)
}
