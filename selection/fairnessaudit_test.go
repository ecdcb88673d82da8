package selection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
	"appointable/selection/suppression"
)

// auditedTrust is a trust of campaigns that a test invents.
type auditedTrust struct {
	campaigns, applicants, interviewed int
	assessors, seats                   int
	gap                                float64 // marks that ethnicities D to S lose in the exercise handover
}

// put invents campaigns in the order of number, and people and marks in the
// order that shuffle gives.
func (u auditedTrust) put(seed uint64) *selection.FairnessInputs {
	in := &selection.FairnessInputs{}
	random := rand.New(rand.NewPCG(seed, 7))
	for n := range u.campaigns {
		u.putCampaign(in, n, random)
	}
	return in
}

var auditedCriteria = map[string]string{"safety.speaks-up": "safety", "safety.listens": "safety", "kindness.thanks": "kindness", "kindness.asks": "kindness"}

func (u auditedTrust) putCampaign(in *selection.FairnessInputs, n int, random *rand.Rand) {
	campaign := in.AddCampaign(selection.AuditedCampaign{
		Code: fmt.Sprintf("C%04d", n), Post: selection.Consultant, Decided: fmt.Sprintf("%d-%02d-10", 2021+n%4, 1+n%12),
		Framework: "values", Low: 1, High: 7, Dimensions: auditedCriteria,
	})
	panel := random.Perm(u.assessors)[:u.seats]
	offered := false
	for i := range u.applicants {
		answers := monitoring.Answers(fmt.Sprintf("ethnicity=%s sex=%s disability=%s age=%s",
			pick(random, "A", "A", "C", "D", "H", "N", "Z"), pick(random, "female", "male"), pick(random, "yes", "no", "no", "no", "no", "declined"), pick(random, "under-40", "40-49", "50-59")))
		p := selection.AuditedPerson{Campaign: campaign, Answers: answers, Applied: selection.Yes, Shortlisted: selection.No}
		if i < u.interviewed {
			p.Shortlisted, p.Interviewed, p.Appointable = selection.Yes, selection.Yes, selection.YesNo(random.Float64() < .6)
			if p.Appointable == selection.Yes {
				p.Offered = selection.YesNo(!offered)
				if !offered {
					p.Accepted = selection.Yes
				}
				offered = true
			}
			u.mark(in, in.AddMarked(campaign, answers), panel, random)
		}
		in.AddPerson(p)
	}
}

func (u auditedTrust) mark(in *selection.FairnessInputs, person int, panel []int, random *rand.Rand) {
	ability := random.NormFloat64() * .4
	focal := !strings.Contains("ACZ", strings.TrimPrefix(strings.Fields(string(in.AnswersOf(person)))[0], "ethnicity="))
	for seat, assessor := range panel {
		for _, exercise := range []string{"handover", "interview", "ward"} {
			for criterion := range auditedCriteria {
				y := 4.3 + ability + .7*random.NormFloat64()
				if focal && exercise == "handover" {
					y -= u.gap
				}
				score := math.Round(min(7, max(1, y)))
				in.AddMark(selection.AuditedMark{
					Person: person, Seat: fmt.Sprintf("R%d", seat), Assessor: fmt.Sprintf("A%d", assessor), Exercise: exercise, Criterion: criterion, Score: score, Submitted: score,
				})
			}
		}
	}
}

func pick(random *rand.Rand, of ...string) string { return of[random.IntN(len(of))] }

// BenchmarkAuditFairness is 5,000 campaigns with 250,000 candidates: to take
// under 5 s and 512 MiB.
func BenchmarkAuditFairness(b *testing.B) {
	in := auditedTrust{campaigns: 5000, applicants: 50, interviewed: 6, assessors: 2000, seats: 5}.put(1)
	policy := suppression.NHS()
	settings := selection.FairnessSettings{Scope: selection.FairnessScope{Period: &fairness.Period{From: "2021-01-01", To: "2024-12-31"}}, Seed: 1, Policy: &policy}
	for b.Loop() {
		audit, _, err := selection.AuditFairness(b.Context(), in, settings)
		if err != nil {
			b.Fatal(err)
		}
		document, err := json.Marshal(audit)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(document))/1e6, "MB")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys>>20), "MiB")
	}
}

var _ = bytes.Equal
