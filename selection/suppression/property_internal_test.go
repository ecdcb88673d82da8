package suppression

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever the counts: what is shown is the true count as the policy shows it,
// nothing small among it, the same every time, and nothing of it left to the
// attacker.
func TestWhatIsShown(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		policy := Policy{Threshold: rapid.IntRange(2, 9).Draw(r, "threshold"), Base: rapid.IntRange(1, 4).Draw(r, "base"), Smallest: 10}
		counts := make([][]int, rapid.IntRange(2, 4).Draw(r, "codes"))
		for k := range counts {
			entered := rapid.IntRange(0, 40).Draw(r, "entered")
			counts[k] = []int{entered, rapid.IntRange(0, entered).Draw(r, "passed")}
		}
		audit := one(counts)
		release, err := Protect(t.Context(), policy, audit, Released{})
		if err != nil {
			r.Fatal(err)
		}
		again, err := Protect(t.Context(), policy, audit, Released{})
		if err != nil || !cmp.Equal(release, again) {
			r.Fatalf("the same counts give another release: %v", err)
		}
		if release.GivenAway != 0 {
			r.Errorf("the first release leaves %d counts too little protected", release.GivenAway)
		}
		for k, row := range release.Tables[0].Cells {
			for s, cell := range row {
				if n := counts[k][s]; !cell.Hidden && (policy.small(n) || cell != policy.Show(n)) {
					r.Errorf("%d is shown as %v", n, cell)
				}
			}
		}
		if _, recovered := attack([]round{{audit, release, policy}}); len(recovered) > 0 {
			r.Errorf("the attacker recovers %v", recovered)
		}
	})
}
