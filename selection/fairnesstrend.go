package selection

import (
	"context"
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
func trend(ctx context.Context, counts []fairness.Count, policy *suppression.Policy) ([]YearRatio, error) {
	byYear := map[int][]fairness.Count{}
	for _, c := range counts {
		if year, ok := returnYear(c.Decided); ok {
			byYear[year] = append(byYear[year], c)
		}
	}
	rows := []YearRatio{}
	if len(byYear) < 2 {
		return rows, nil
	}
	for _, year := range slices.Sorted(maps.Keys(byYear)) {
		report, err := fairness.Audit(ctx, byYear[year], together(byYear[year], policy))
		if err != nil {
			return nil, err
		}
		for _, p := range report.Pooled {
			rows = append(rows, YearRatio{
				Year: year, Characteristic: p.Characteristic, Focal: p.Focal, Reference: p.Reference, Stage: p.Stage,
				Ratio: p.Ratio, Low: p.Low, High: p.High, Suppressed: p.Suppressed, Reason: p.Reason, Verdict: p.Verdict,
			})
		}
	}
	return rows, nil
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

// together shows all campaigns together and none by itself.
func together(counts []fairness.Count, policy *suppression.Policy) fairness.Shown {
	type place struct {
		characteristic, group string
		stage                 fairness.Stage
	}
	sums := map[place]tally{}
	for _, c := range counts {
		at := place{c.Characteristic, c.Group, c.Stage}
		sums[at] = tally{sums[at].entered + c.Entered, sums[at].passed + c.Passed}
	}
	return func(characteristic string, groups []string, stage fairness.Stage, campaign string) (passed, entered int, ok bool) {
		for _, group := range groups {
			t := sums[place{characteristic, group, stage}]
			passed, entered = passed+t.passed, entered+t.entered
		}
		return passed, entered, campaign == "" && !tellsOfFew(policy, passed, entered)
	}
}

// tellsOfFew says whether those who passed or those who did not are so few that
// it might be told who they are.
func tellsOfFew(policy *suppression.Policy, passed, entered int) bool {
	few := func(n int) bool { return policy != nil && 0 < n && n < policy.Threshold }
	return few(passed) || few(entered-passed) || few(entered)
}
