package fairness_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"appointable/selection/fairness"
)

// national makes counts of campaigns with 50 applicants each, by four
// characteristics and five stages, with as many posts as campaigns.
func national(campaigns int) []fairness.Count {
	random := rand.New(rand.NewPCG(1, 2))
	pass := map[fairness.Stage]float64{fairness.Shortlisted: .3, fairness.Interviewed: .9, fairness.Appointable: .5, fairness.Offered: .4, fairness.Accepted: .9}
	stages := []fairness.Stage{fairness.Shortlisted, fairness.Interviewed, fairness.Appointable, fairness.Offered, fairness.Accepted}
	var counts []fairness.Count
	for c := range campaigns {
		for _, characteristic := range []string{"age", fairness.Disability, fairness.Ethnicity, "sex"} {
			focal := 5 + random.IntN(20)
			sizes := map[fairness.Side]int{fairness.Focal: focal, fairness.Reference: 48 - focal, fairness.Apart: 2}
			for _, group := range []fairness.Side{fairness.Focal, fairness.Reference, fairness.Apart} {
				n := sizes[group]
				for _, s := range stages {
					passed := 0
					for range n {
						if random.Float64() < pass[s] {
							passed++
						}
					}
					counts = append(counts, fairness.Count{Campaign: fmt.Sprintf("C%04d", c), Characteristic: characteristic, Group: "group " + string(group), Side: group, Stage: s, Entered: n, Passed: passed})
					n = passed
				}
			}
		}
	}
	return counts
}

// BenchmarkAudit is the audit of 5,000 campaigns with 250,000 candidates: to
// take under 5 s and 512 MiB.
func BenchmarkAudit(b *testing.B) {
	counts := national(5000)
	b.ReportAllocs()
	for b.Loop() {
		report, err := fairness.Audit(b.Context(), counts, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(report.Ratios)), "rows")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys>>20), "MiB")
	}
}
