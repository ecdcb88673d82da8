package round

import (
	"fmt"
	"strconv"
	"strings"

	"appointable/selection/fairness"
)

// cells are one row of a report's table: text, int, float64 or bool; nil is
// empty.
type cells []any

// comparisonTable has a row a comparison: of each campaign, of all together
// (campaign empty, scope all), and within campaigns added up (scope within). A
// last column says on every row whether the counts are true ones.
func comparisonTable(r fairness.Report) []cells {
	rows := []cells{{
		"scope", "campaign", "characteristic", "focal", "reference", "stage", "x1", "n1", "x0", "n0", "ratio", "low", "high",
		"fisher", "midp", "p_below_080", "q", "detectable", "cmh", "p", "breslow_day_p", "indicator", "descriptive", "suppressed", "verdict", "reason", "unsuppressed",
	}}
	for _, c := range r.Ratios {
		scope, campaign := "all", ""
		if c.Campaign != nil {
			scope, campaign = "campaign", *c.Campaign
		}
		rows = append(rows, cells{
			scope, campaign, c.Characteristic, c.Focal, c.Reference, string(c.Stage),
			known(c.X1), known(c.N1), known(c.X0), known(c.N0), known(c.Ratio), known(c.Low), known(c.High),
			known(c.Fisher), known(c.MidP), known(c.ChanceBelow), known(c.Q), known(c.Detectable),
			nil, nil, nil, indicatorCell(c.Indicator), c.Descriptive, c.Suppressed, string(c.Verdict), string(c.Reason), r.Unsuppressed,
		})
	}
	for _, c := range r.Pooled {
		rows = append(rows, cells{
			"within", "", c.Characteristic, c.Focal, c.Reference, string(c.Stage), nil, nil, nil, nil, known(c.Ratio), known(c.Low), known(c.High),
			nil, nil, nil, known(c.Q), known(c.Detectable), known(c.CMH), known(c.P), known(c.BreslowDayP),
			"", false, c.Suppressed, string(c.Verdict), string(c.Reason), r.Unsuppressed,
		})
	}
	return rows
}

// known is a figure, or nothing where there is none.
func known[T any](x *T) any {
	if x == nil {
		return nil
	}
	return *x
}

func indicatorCell(indicators []fairness.Indicator) string {
	var parts []string
	for _, i := range indicators {
		if i.Value != nil {
			parts = append(parts, fmt.Sprintf("%s %s (%s)", i.Name, strconv.FormatFloat(*i.Value, 'g', -1, 64), i.Direction))
		}
	}
	return strings.Join(parts, "; ")
}
