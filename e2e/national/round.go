package main

import (
	"fmt"
	"math/rand/v2"

	"appointable/frameworks"
	"appointable/selection"
)

const campaign = "NATIONAL-1"

// The shape of the round: each candidate is marked by two assessors on every
// value in every exercise.
const (
	values    = 4
	exercises = 3
	cluster   = 19 // assessors who meet each other's candidates
)

// round is one drawn from the model with all its terms, rounded to the scale;
// nearly all assessors work within their cluster, and one candidate in ten has
// an assessor who roams.
func round(candidates, raters int) selection.Round {
	r := selection.Round{Framework: framework(), Campaign: plan(raters)}
	g := rand.New(rand.NewPCG(1, 50_000))
	strictness := make([][values]float64, raters)
	for j := range strictness {
		s := .4 * g.NormFloat64()
		for k := range values {
			strictness[j][k] = s + .2*g.NormFloat64()
		}
	}
	roaming := max(2, raters/20)
	local := raters - roaming
	clusters := max(1, local/cluster)
	for i := range candidates {
		code := fmt.Sprintf("C%06d", i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: code, Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes})
		first := g.IntN(clusters) * cluster
		a, b := first+g.IntN(cluster), first+g.IntN(cluster-1)
		if b >= a {
			b++
		}
		if g.IntN(10) == 0 {
			b = local + g.IntN(roaming)
		}
		r.Ratings = append(r.Ratings, marks(g, r.Campaign, code, [2]int{a, b}, strictness)...)
	}
	return r
}

func marks(g *rand.Rand, c selection.Campaign, candidate string, raters [2]int, strictness [][values]float64) []selection.Rating {
	var list []selection.Rating
	var v [values]float64
	whole := .4 * g.NormFloat64()
	for k := range v {
		v[k] = whole + .4*g.NormFloat64()
	}
	halo := map[int]float64{raters[0]: .3 * g.NormFloat64(), raters[1]: .3 * g.NormFloat64()}
	for _, e := range c.Exercises {
		w := .35 * g.NormFloat64()
		for k, criterion := range e.Criteria {
			for _, j := range raters {
				y := 4.2 + v[k] + w + halo[j] + strictness[j][k] + .7*g.NormFloat64()
				list = append(list, selection.Rating{
					Candidate: candidate, Rater: c.Panel[j].Rater, Exercise: e.Code, Criterion: criterion,
					Observed: true, Score: min(7, max(1, float64(int(y*2+.5))/2)),
				})
			}
		}
	}
	return list
}

func framework() frameworks.Framework {
	f := frameworks.Framework{Code: "national", Version: 1, Title: "National values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: .5}}
	for k := range values {
		code := fmt.Sprintf("value%d", k+1)
		f.Dimensions = append(f.Dimensions, frameworks.Dimension{
			Code: code, Kind: frameworks.Value, Title: code, Weight: frameworks.Fixed(25),
			Criteria: []frameworks.Criterion{{Code: code + ".seen", Statement: "Shows it"}},
		})
	}
	return f
}

func plan(raters int) selection.Campaign {
	c := selection.Campaign{
		Code: campaign, Title: "National round", Post: selection.Post{Type: selection.SeniorDoctor, Posts: 3000}, Committee: selection.Committee{Model: selection.LocalPolicy, Nation: "england"},
		Rank: selection.RankRule{Rule: selection.PanelMean},
	}
	for e := range exercises {
		exercise := selection.Exercise{Code: fmt.Sprintf("station%d", e+1), Title: "Station", Method: selection.Simulation}
		for k := range values {
			exercise.Criteria = append(exercise.Criteria, fmt.Sprintf("value%d.seen", k+1))
		}
		c.Exercises = append(c.Exercises, exercise)
	}
	for j := range raters {
		c.Panel = append(c.Panel, selection.Member{Rater: fmt.Sprintf("R%05d", j), Role: selection.PlainMember})
	}
	return c
}
