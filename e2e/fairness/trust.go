package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"appointable/selection"
	"appointable/selection/monitoring"
)

// The trust: campaigns of fifty applicants, of whom six are interviewed by five
// assessors of the trust's own, on four criteria in each of three exercises.
const (
	campaigns   = 5_000
	applicants  = 50
	interviewed = 6
	assessors   = 2_000
	panel       = 5
)

func exercises() []string { return []string{"handover", "interview", "ward"} }

func criteria() []string {
	return []string{"kindness.asks", "kindness.thanks", "safety.listens", "safety.speaks-up"}
}

// dimensions are by criterion.
func dimensions() map[string]string {
	return map[string]string{"safety.speaks-up": "safety", "safety.listens": "safety", "kindness.thanks": "kindness", "kindness.asks": "kindness"}
}

// simulate is the trust as the vault would give it: everybody has answered all
// that is asked, each criterion is marked, and one mark in fifty is moderated.
func simulate() *selection.FairnessInputs {
	in := &selection.FairnessInputs{}
	asked := monitoring.Catalogue()
	random := rand.New(rand.NewPCG(1, 2))
	for n := range campaigns {
		campaign := in.AddCampaign(selection.AuditedCampaign{
			Code: fmt.Sprintf("C%04d", n), Post: selection.Consultant, Decided: fmt.Sprintf("%d-%02d-10", 2021+n%4, 1+n%12),
			Framework: "values", Low: 1, High: 7, Dimensions: dimensions(),
		})
		seats := random.Perm(assessors)[:panel]
		for i := range applicants {
			in.AddPerson(apply(in, campaign, seats, i < interviewed, asked, random))
		}
	}
	return in
}

func apply(in *selection.FairnessInputs, campaign int, seats []int, seen bool, asked []monitoring.Characteristic, random *rand.Rand) selection.AuditedPerson {
	p := selection.AuditedPerson{Campaign: campaign, Answers: answers(asked, random), Applied: selection.Yes, Shortlisted: selection.YesNo(seen)}
	if !seen {
		return p
	}
	p.Interviewed, p.Appointable = selection.Yes, selection.YesNo(random.Float64() < .6)
	if p.Appointable == selection.Yes {
		p.Offered = selection.YesNo(random.Float64() < .3)
	}
	if p.Offered == selection.Yes {
		p.Accepted = selection.YesNo(random.Float64() < .9)
	}
	mark(in, in.AddMarked(campaign, p.Answers), seats, random)
	return p
}

func answers(asked []monitoring.Characteristic, random *rand.Rand) monitoring.Answers {
	var b strings.Builder
	for _, c := range asked {
		b.WriteString(c.Code + "=" + c.Options[random.IntN(len(c.Options))].Code + " ")
	}
	return monitoring.Answers(b.String())
}

func mark(in *selection.FairnessInputs, person int, seats []int, random *rand.Rand) {
	ability := .5 * random.NormFloat64()
	for seat, assessor := range seats {
		for _, exercise := range exercises() {
			for _, criterion := range criteria() {
				submitted := math.Round(min(7, max(1, 4.3+ability+.8*random.NormFloat64())))
				score := submitted
				if random.IntN(50) == 0 {
					score = min(7, submitted+1)
				}
				in.AddMark(selection.AuditedMark{
					Person: person, Seat: fmt.Sprintf("R%d", seat+1), Assessor: fmt.Sprint(assessor), Exercise: exercise, Criterion: criterion, Score: score, Submitted: submitted,
				})
			}
		}
	}
}
