package suppression_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"appointable/selection/suppression"
)

// national is an audit of as many campaigns of about 50 candidates, with ten
// characteristics, six stages, four quarters and twenty specialties.
func national(campaigns int) suppression.Audit {
	rng := rand.New(rand.NewPCG(5, 5))
	a := suppression.Audit{Stages: []string{"applied", "shortlisted", "interviewed", "appointable", "offered", "accepted"}}
	whole := suppression.Scope{Name: "whole"}
	quarters, specialties := make([]suppression.Scope, 4), make([]suppression.Scope, 20)
	var single []suppression.Scope
	stages := make([][]int, campaigns) // how far each candidate came
	for u := range campaigns {
		name := fmt.Sprint("C", u)
		a.Campaigns = append(a.Campaigns, name)
		single = append(single, suppression.Scope{Name: name, Campaigns: []int{u}})
		whole.Campaigns = append(whole.Campaigns, u)
		q, s := &quarters[rng.IntN(4)], &specialties[rng.IntN(20)]
		q.Campaigns, s.Campaigns = append(q.Campaigns, u), append(s.Campaigns, u)
		for range 35 + rng.IntN(31) {
			stage := 0
			for stage < 5 && rng.Float64() < []float64{.2, .8, .6, .5, .9}[stage] {
				stage++
			}
			stages[u] = append(stages[u], stage)
		}
	}
	for i := range quarters {
		quarters[i].Name = fmt.Sprint("quarter ", i+1)
	}
	for i := range specialties {
		specialties[i].Name = fmt.Sprint("specialty ", i+1)
	}
	a.Scopes = append(append(append([]suppression.Scope{whole}, quarters...), specialties...), single...)
	for i, codes := range []int{18, 3, 9, 4, 3, 7, 9, 3, 6, 3} {
		a.Characteristics = append(a.Characteristics, declared(rng, fmt.Sprint("characteristic ", i+1), codes, stages))
	}
	return a
}

// declared draws a code for every candidate, the first ones the most often.
func declared(rng *rand.Rand, name string, codes int, stages [][]int) suppression.Characteristic {
	c := suppression.Characteristic{Name: name, Groupings: []suppression.Grouping{{Name: "codes"}}}
	for k := range codes {
		c.Codes = append(c.Codes, fmt.Sprint("code ", k+1))
		c.Groupings[0].Groups = append(c.Groupings[0].Groups, suppression.Group{Name: c.Codes[k], Codes: []int{k}})
	}
	if codes > 10 {
		first, second := suppression.Group{Name: "white", Codes: []int{0, 1, 2}}, suppression.Group{Name: "BME"}
		for k := 3; k < codes-2; k++ {
			second.Codes = append(second.Codes, k)
		}
		c.Groupings = append(c.Groupings, suppression.Grouping{Name: "white and BME", Groups: []suppression.Group{first, second}})
	}
	for u := range stages {
		c.Counts = append(c.Counts, make([][]int, codes))
		for k := range codes {
			c.Counts[u][k] = make([]int, 6)
		}
		for _, stage := range stages[u] {
			k := min(int(rng.ExpFloat64()*float64(codes)/5), codes-1)
			for s := range stage + 1 {
				c.Counts[u][k][s]++
			}
		}
	}
	return c
}

func BenchmarkProtect(b *testing.B) {
	for _, campaigns := range []int{40, 500, 5000} {
		audit := national(campaigns)
		b.Run(fmt.Sprintf("%d campaigns", campaigns), func(b *testing.B) {
			for b.Loop() {
				release, err := suppression.Protect(b.Context(), suppression.NHS(), audit, suppression.Released{})
				if err != nil {
					b.Fatal(err)
				}
				shown, hidden := 0, 0
				for _, t := range release.Tables {
					for _, row := range t.Cells {
						for _, c := range row {
							if c.Hidden {
								hidden++
							} else {
								shown++
							}
						}
					}
				}
				b.ReportMetric(float64(shown)/float64(shown+hidden), "shown/count")
			}
		})
	}
}
