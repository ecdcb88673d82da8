package selection

import (
	"maps"
	"slices"
	"strconv"

	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// trend compares the groups within the campaigns of each year of the returns;
// none where they were all decided in one. Nothing but ratios within campaigns,
// to two decimals, is told of a year, and with a policy no count of it may be
// small.
func (c *auditColumns) trend(comparisons *fairness.Comparisons, policy *suppression.Policy) []YearRatio {
	years, all := map[string]int{}, map[int]bool{}
	for _, campaign := range c.campaigns {
		if year, ok := returnYear(campaign.Decided); ok {
			years[campaign.Code], all[year] = year, true
		}
	}
	rows := []YearRatio{}
	if len(all) < 2 {
		return rows
	}
	withheld := func(t fairness.Table) bool { return tellsOfFew(policy, t.X1, t.N1) || tellsOfFew(policy, t.X0, t.N0) }
	for _, year := range slices.Sorted(maps.Keys(all)) {
		in := func(campaign string) bool { return years[campaign] == year }
		for _, p := range comparisons.Within(in, withheld) {
			rows = append(rows, YearRatio{
				Year: year, Characteristic: p.Characteristic, Focal: p.Focal, Reference: p.Reference, Stage: p.Stage,
				Ratio: p.Ratio, Low: p.Low, High: p.High, Suppressed: p.Suppressed, Reason: p.Reason, Verdict: p.Verdict,
			})
		}
	}
	return rows
}

// returnYear is the year in which the year of the returns begins that a day
// lies in.
func returnYear(day string) (int, bool) {
	if len(day) < len("2006-01-02") {
		return 0, false
	}
	year, err := strconv.Atoi(day[:4])
	if day[5:] < "04-01" {
		year--
	}
	return year, err == nil
}

// tellsOfFew says whether those who passed or those who did not are so few that
// it might be told who they are.
func tellsOfFew(policy *suppression.Policy, passed, entered int) bool {
	few := func(n int) bool { return policy != nil && 0 < n && n < policy.Threshold }
	return few(passed) || few(entered-passed) || few(entered)
}
