package fairness_test

import (
	"context"
	"fmt"

	"appointable/selection/fairness"
)

// Six campaigns of four candidates, two of each group, marked by one rater in
// two exercises. In the second the focal group is marked about a mark lower.
func ExampleGaps() {
	marks := [2][4]float64{{4, 6, 5, 5}, {3, 4, 5, 4}}
	s := &fairness.Scores{Campaigns: 6, Raters: 1, Exercises: 2, Dimensions: 1, Low: 1, High: 7, Cells: []fairness.Cell{{Exercise: 0}, {Exercise: 1}}}
	for i := range int32(24) {
		s.Campaign = append(s.Campaign, i/4)
		s.Group = append(s.Group, []fairness.Side{fairness.Focal, fairness.Focal, fairness.Reference, fairness.Reference}[i%4])
		for exercise := range int32(2) {
			s.Candidate, s.Rater, s.Cell = append(s.Candidate, i), append(s.Rater, 0), append(s.Cell, exercise)
			s.Mark = append(s.Mark, marks[exercise][i%4]+float64(i/4%2))
		}
	}
	families, err := fairness.Gaps(context.Background(), s)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range families[0].Gaps {
		fmt.Printf("exercise %d: %s\n", g.Exercise, g.Verdict)
		fmt.Println(g.Words())
		fmt.Println(g.Seen())
	}
	// Output:
	// exercise 0: inconclusive
	// The focal group was marked 0.00 of a standard deviation lower than the reference group in the same campaigns (95 % interval 0.76 lower to 0.76 higher). These numbers neither show a gap nor rule one out.
	// 12 candidates of the focal and 12 of the reference group in 6 campaigns
	// exercise 1: gap
	// The focal group was marked 1.61 of a standard deviation lower than the reference group in the same campaigns (95 % interval 0.66 to 2.53 lower). Chance alone would rarely show a gap like it, however many places are looked at. It says where to look, not why.
	// 12 candidates of the focal and 12 of the reference group in 6 campaigns
}
