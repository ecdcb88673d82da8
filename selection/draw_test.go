package selection_test

import (
	"encoding/json"
	"fmt"

	"pgregory.net/rapid"

	"appointable/frameworks"
	"appointable/selection"
)

// drawRound makes any round that Validate accepts, of a few candidates: with
// and without tests, gates, a tie chain, missing, withdrawn and moderated
// marks, and candidates of every sort.
func drawRound(t *rapid.T) selection.Round {
	r := selection.Round{Framework: drawFramework(t)}
	r.Campaign = drawCampaign(t, r.Framework)
	for i := range rapid.IntRange(1, 6).Draw(t, "candidates") {
		r.Candidates = append(r.Candidates, selection.Candidate{
			Code: fmt.Sprintf("C%02d", 2*i+1), Withdrawn: rapid.IntRange(0, 7).Draw(t, "withdrawn") == 0,
			Interviewed: rapid.SampledFrom([]selection.Answer{selection.Yes, selection.Yes, selection.Yes, selection.NotKnown, selection.No}).Draw(t, "interviewed"),
		})
	}
	drawMarks(t, &r)
	for _, c := range r.Candidates {
		for _, p := range r.Campaign.Psychometrics {
			if rapid.IntRange(0, 3).Draw(t, "sat") > 0 {
				r.Psychometrics = append(r.Psychometrics, selection.PsychometricResult{
					Candidate: c.Code, Instrument: p.Instrument, Scale: p.Scale, Score: float64(rapid.IntRange(0, 100).Draw(t, "result")),
				})
			}
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "has prior") == 0 {
		r.Prior = drawPrior(t, r.Framework)
	}
	return r
}

// drawPrior is of another scale and has the dimensions the other way round.
func drawPrior(t *rapid.T, f frameworks.Framework) json.RawMessage {
	var codes []string
	var candidate [][]float64
	for k := range f.Dimensions {
		codes = append(codes, f.Dimensions[len(f.Dimensions)-1-k].Code)
		row := make([]float64, len(f.Dimensions))
		row[k] = rapid.Float64Range(0.05, 0.5).Draw(t, "variance")
		candidate = append(candidate, row)
	}
	document, err := json.Marshal(map[string]any{
		"source": "three campaigns", "dimensions": codes, "scale": map[string]float64{"min": 0, "max": 100},
		"components": map[string]any{"candidate": candidate, "candidate:exercise": 20, "candidate:rater": 20, "rater": 50, "rater:dimension": 10, "residual": 150},
	})
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func drawFramework(t *rapid.T) frameworks.Framework {
	f := frameworks.Framework{Code: "values", Version: 1, Title: "Values", Scale: rapid.SampledFrom([]frameworks.Scale{
		{Min: 1, Max: 7, Step: 1}, {Min: 0, Max: 10, Step: 0.5}, {Min: 1, Max: 5, Step: 0.1}, {Min: -3, Max: 3, Step: 1},
	}).Draw(t, "scale")}
	for k := range rapid.IntRange(1, 3).Draw(t, "dimensions") {
		low := rapid.IntRange(1, 50).Draw(t, "weight")
		d := frameworks.Dimension{
			Code: fmt.Sprintf("d%d", k), Title: fmt.Sprintf("Dimension %d", k), Kind: rapid.SampledFrom([]frameworks.Kind{frameworks.Value, frameworks.Competency}).Draw(t, "kind"),
			Weight: frameworks.Weight{Low: float64(low), High: float64(low + 2*rapid.IntRange(0, 3).Draw(t, "range"))},
		}
		for c := range rapid.IntRange(1, 2).Draw(t, "criteria") {
			d.Criteria = append(d.Criteria, frameworks.Criterion{Code: fmt.Sprintf("d%d.c%d", k, c), Statement: "Seen"})
		}
		f.Dimensions = append(f.Dimensions, d)
	}
	return f
}

func drawCampaign(t *rapid.T, f frameworks.Framework) selection.Campaign {
	c := selection.Campaign{Code: "X-1", Title: "Post", Post: selection.Post{Type: selection.Consultant, Posts: 1}}
	for e := range rapid.IntRange(1, 3).Draw(t, "exercises") {
		exercise := selection.Exercise{Code: fmt.Sprintf("e%d", e), Method: selection.Simulation}
		for _, d := range f.Dimensions {
			for _, criterion := range d.Criteria {
				if rapid.IntRange(0, 3).Draw(t, "shown") > 0 {
					exercise.Criteria = append(exercise.Criteria, criterion.Code)
				}
			}
		}
		if len(exercise.Criteria) > 0 {
			c.Exercises = append(c.Exercises, exercise)
		}
	}
	if len(c.Exercises) == 0 {
		c.Exercises = []selection.Exercise{{Code: "e", Method: selection.Simulation, Criteria: []string{f.Dimensions[0].Criteria[0].Code}}}
	}
	for j := range rapid.IntRange(1, 5).Draw(t, "panel") {
		c.Panel = append(c.Panel, selection.Member{Rater: fmt.Sprintf("R%02d", 2*j+1), Role: selection.PlainMember})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "scales") {
		p := selection.Psychometric{
			Instrument: fmt.Sprintf("T%d", i), Scale: "total", Use: selection.Weighted, Share: rapid.SampledFrom([]float64{0.05, 0.1, 0.2}).Draw(t, "share"),
			Mean: 50, SD: 10, Reliability: 0.8, Loads: map[string]float64{},
		}
		for _, d := range f.Dimensions {
			if rapid.Bool().Draw(t, "loads") {
				p.Loads[d.Code] = 1
			}
		}
		if len(p.Loads) == 0 {
			p.Use, p.Share, p.Loads = selection.Inform, 0, nil
		}
		c.Psychometrics = append(c.Psychometrics, p)
	}
	drawRules(t, &c, f)
	return c.WithDefaults()
}

func drawRules(t *rapid.T, c *selection.Campaign, f frameworks.Framework) {
	threshold := func(label string) *float64 {
		if rapid.Bool().Draw(t, "no "+label) {
			return nil
		}
		x := rapid.SampledFrom(f.Scale.Marks()).Draw(t, label)
		return &x
	}
	c.Gates.Composite, c.Gates.Veto = threshold("composite"), threshold("veto")
	c.Gates.VetoMeans = rapid.SampledFrom([]selection.VetoMeans{"", selection.VetoDiscuss, selection.VetoNo}).Draw(t, "veto means")
	for _, d := range f.Dimensions {
		if x := threshold("minimum"); x != nil {
			if c.Gates.Minimum == nil {
				c.Gates.Minimum = map[string]float64{}
			}
			c.Gates.Minimum[d.Code] = *x
		}
		if rapid.IntRange(0, 2).Draw(t, "in the chain") > 0 {
			c.Rank.Ties = append(c.Rank.Ties, d.Code)
		}
	}
	c.Rank.Rule = rapid.SampledFrom([]selection.Rule{selection.PanelMean, selection.PanelMean, selection.Adjusted}).Draw(t, "rule")
	if len(c.Rank.Ties) > 0 {
		c.Rank.Ties = rapid.Permutation(c.Rank.Ties).Draw(t, "chain")
	}
}

// drawMarks gives most candidates most of their marks, and few different ones,
// so that many tie.
func drawMarks(t *rapid.T, r *selection.Round) {
	all := r.Framework.Scale.Marks()
	usual := rapid.SliceOfN(rapid.SampledFrom(all), 2, 3).Draw(t, "usual marks")
	for _, c := range r.Candidates {
		for _, e := range r.Campaign.Exercises {
			for _, criterion := range e.Criteria {
				for _, member := range r.Campaign.Panel {
					m := selection.Rating{Candidate: c.Code, Rater: member.Rater, Exercise: e.Code, Criterion: criterion, Observed: true}
					switch rapid.IntRange(0, 12).Draw(t, "sort of mark") {
					case 0, 1:
						continue
					case 2:
						m.Observed = false
					case 3:
						m.Withdrawn, m.Score = true, rapid.SampledFrom(all).Draw(t, "mark")
					case 4:
						m.Score = rapid.SampledFrom(all).Draw(t, "mark")
						m.Revisions = []selection.Revision{{NotObserved: true, Reason: "overheard"}}
					case 5:
						m.Score, m.Evidence = rapid.SampledFrom(all).Draw(t, "mark"), "Asked twice."
					default:
						m.Score = rapid.SampledFrom(usual).Draw(t, "mark")
					}
					r.Ratings = append(r.Ratings, m)
				}
			}
		}
	}
}

// shuffled puts everything into another order that has no order of its own.
func shuffled(t *rapid.T, r selection.Round) selection.Round {
	r.Candidates = shuffledList(t, r.Candidates)
	r.Ratings = shuffledList(t, r.Ratings)
	r.Psychometrics = shuffledList(t, r.Psychometrics)
	r.Campaign.Panel = shuffledList(t, r.Campaign.Panel)
	return r
}

func shuffledList[T any](t *rapid.T, list []T) []T {
	if len(list) == 0 {
		return list
	}
	return rapid.Permutation(list).Draw(t, "order")
}
