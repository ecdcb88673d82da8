package selection_test

import (
	"context"
	"fmt"
	"testing"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

// framework is two values and a competency on a scale from 1 to 7, marked by
// two criteria each; weights 40, 40 and 20.
func framework() frameworks.Framework {
	f := frameworks.Framework{
		Code: "values", Version: 1, Title: "Our values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1},
		Dimensions: []frameworks.Dimension{
			{Code: "safety", Kind: frameworks.Value, Title: "Safety", Weight: frameworks.Fixed(40)},
			{Code: "kindness", Kind: frameworks.Value, Title: "Kindness", Weight: frameworks.Fixed(40)},
			{Code: "leading", Kind: frameworks.Competency, Title: "Leading a service", Weight: frameworks.Fixed(20)},
		},
	}
	for i := range f.Dimensions {
		d := &f.Dimensions[i]
		d.Criteria = []frameworks.Criterion{{Code: d.Code + ".a", Statement: "One"}, {Code: d.Code + ".b", Statement: "Other"}}
	}
	return f
}

// campaign is a valid plan over framework: every value by two methods, a panel
// with every core member, no gates, no tests, no tie chain.
func campaign() selection.Campaign {
	return selection.Campaign{
		Code: "CARD-1", Title: "Consultant cardiologist", Post: selection.Post{Type: selection.Consultant, Specialty: "cardiology", Posts: 1},
		Committee: selection.Committee{Model: selection.Statutory, Nation: "england"},
		Exercises: []selection.Exercise{
			{Code: "interview", Title: "Interview", Method: selection.StructuredInterview, Criteria: []string{"safety.a", "kindness.a", "leading.a", "leading.b"}},
			{Code: "handover", Title: "Handover", Method: selection.Simulation, Criteria: []string{"safety.b", "kindness.b", "safety.a"}},
		},
		Rank: selection.RankRule{Rule: selection.PanelMean},
		Panel: []selection.Member{
			{Rater: "R1", Role: selection.LayChair}, {Rater: "R2", Role: selection.CollegeAssessor}, {Rater: "R3", Role: selection.ChiefExecutive},
			{Rater: "R4", Role: selection.MedicalDirector}, {Rater: "R5", Role: selection.SpecialtyConsultant},
		},
	}
}

// round has the candidates named, all interviewed, and no marks.
func round(candidates ...string) selection.Round {
	r := selection.Round{Framework: framework(), Campaign: campaign()}
	for _, code := range candidates {
		r.Candidates = append(r.Candidates, selection.Candidate{Code: code, Interviewed: selection.Yes})
	}
	return r
}

// marks gives a candidate one mark of a rater on every criterion in every
// exercise: the same on all criteria of a dimension, so that each dimension's
// mean is the figure given, in the framework's order of dimensions.
func marks(r selection.Round, candidate, rater string, byDimension ...float64) []selection.Rating {
	var marks []selection.Rating
	for _, e := range r.Campaign.Exercises {
		for _, criterion := range e.Criteria {
			_, k := r.Framework.Criterion(criterion)
			marks = append(marks, selection.Rating{Candidate: candidate, Rater: rater, Exercise: e.Code, Criterion: criterion, Observed: true, Score: byDimension[k]})
		}
	}
	return marks
}

// mark adds marks to the round; see marks.
func mark(r *selection.Round, candidate, rater string, byDimension ...float64) {
	r.Ratings = append(r.Ratings, marks(*r, candidate, rater, byDimension...)...)
}

// finely lets marks have any number of decimals.
func finely(r *selection.Round) { r.Framework.Scale.Step = 0 }

// sjt is a weighted scale on kindness, with everything that it should have.
func sjt() selection.Psychometric {
	return selection.Psychometric{
		Instrument: "SJT", Scale: "total", Use: selection.Weighted, Share: 0.2, Mean: 50, SD: 10, Reliability: 0.82, Validity: 0.3,
		Norm: "600 applicants", Loads: map[string]float64{"kindness": 1},
	}
}

func result(candidate string, score float64) selection.PsychometricResult {
	return selection.PsychometricResult{Candidate: candidate, Instrument: "SJT", Scale: "total", Score: score}
}

func rank(t testing.TB, r selection.Round) selection.Ranking {
	t.Helper()
	ranking, err := selection.Rank(context.Background(), r, selection.Settings{Seed: 1, Draws: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return ranking
}

func place(t testing.TB, r selection.Ranking, candidate string) selection.Place {
	t.Helper()
	p, ok := r.Candidate(candidate)
	if !ok {
		t.Fatalf("%s is not in the ranking", candidate)
	}
	return p
}

// large is a round of any size: 24 marks for each candidate, from three raters
// on four criteria in two exercises.
func large(candidates, raters int) selection.Round {
	r := selection.Round{Framework: framework(), Campaign: campaign()}
	r.Framework.Dimensions = r.Framework.Dimensions[:2]
	r.Campaign.Exercises[0].Criteria = []string{"safety.a", "safety.b", "kindness.a", "kindness.b"}
	r.Campaign.Exercises[1].Criteria = []string{"safety.a", "safety.b", "kindness.a", "kindness.b"}
	r.Campaign.Rank.Ties = []string{"safety", "kindness"}
	r.Campaign.Psychometrics = []selection.Psychometric{sjt()}
	r.Campaign.Panel = nil
	for j := range raters {
		r.Campaign.Panel = append(r.Campaign.Panel, selection.Member{Rater: fmt.Sprintf("R%04d", j+1), Role: selection.PlainMember, Chair: j == 0})
	}
	seed := uint32(1)
	chance := func(n int) int { // a small linear congruential generator: the same round everywhere
		seed = seed*1664525 + 1013904223
		return int(seed>>16) % n
	}
	for i := range candidates {
		code := fmt.Sprintf("C%05d", i+1)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: code, Interviewed: selection.Yes})
		r.Psychometrics = append(r.Psychometrics, result(code, float64(30+chance(40))))
		first := chance(raters)
		for _, e := range r.Campaign.Exercises {
			for _, criterion := range e.Criteria {
				for j := range 3 {
					rater := r.Campaign.Panel[(first+j)%raters].Rater
					r.Ratings = append(r.Ratings, selection.Rating{Candidate: code, Rater: rater, Exercise: e.Code, Criterion: criterion, Observed: true, Score: float64(1 + chance(7))})
				}
			}
		}
	}
	return r
}

// complaints are the fields of an Invalid fault, as texts.
func complaints(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("%v is of the kind %s, not invalid", err, fault.KindOf(err))
	}
	var all []string
	for _, f := range fault.FieldsOf(err) {
		all = append(all, f.String())
	}
	return all
}
