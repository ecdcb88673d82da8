package suppression_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/selection/suppression"
)

func TestShow(t *testing.T) {
	nhs := suppression.NHS()
	for n, want := range map[int]string{0: "0", 1: "*", 7: "*", 8: "10", 12: "10", 13: "15", 17: "15", 18: "20", 1002: "1000"} {
		if got := nhs.Show(n).String(); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
	}
}

// Every count lies in what its shown value tells, and what it tells is exactly
// the counts that are shown so.
func TestRange(t *testing.T) {
	for _, p := range []suppression.Policy{suppression.NHS(), {Threshold: 2, Base: 1, Smallest: 2}, {Threshold: 5, Base: 10, Smallest: 5}, {Threshold: 6, Base: 4, Smallest: 6}} {
		for n := range 60 {
			low, high, ok := p.Range(p.Show(n))
			if small := n > 0 && n < p.Threshold; ok == small {
				t.Errorf("%+v: %d tells something: %v", p, n, ok)
			}
			for m := range 80 {
				if ok && (p.Show(m) == p.Show(n)) != (low <= m && m <= high) {
					t.Errorf("%+v: %d is shown as %s, that is %d to %d, and %d as %s", p, n, p.Show(n), low, high, m, p.Show(m))
				}
			}
		}
	}
}

// Exact ratios would give the counts away that rounding covers: of all pairs of
// counts that are shown alike, a ratio of four decimals leaves one. Computed of
// the counts as shown, it leaves all of them.
func TestARatioOfTrueCountsReveals(t *testing.T) {
	p := suppression.NHS()
	fit := func(ratio func(x, n int) string) (pairs int) {
		for x := 8; x <= 60; x++ {
			for n := x; n <= 60; n++ {
				if p.Show(x) == p.Show(23) && p.Show(n) == p.Show(41) && ratio(x, n) == ratio(23, 41) {
					pairs++
				}
			}
		}
		return pairs
	}
	if got := fit(func(x, n int) string { return fmt.Sprintf("%.4f", float64(x)/float64(n)) }); got != 1 {
		t.Errorf("the true ratio fits %d pairs of counts, want 1", got)
	}
	if got := fit(func(x, n int) string { return fmt.Sprintf("%.4f", float64(p.Show(x).Value)/float64(p.Show(n).Value)) }); got != 25 {
		t.Errorf("the ratio of the shown counts fits %d pairs, want 25", got)
	}
}

func TestOf(t *testing.T) {
	table := suppression.Table{Cells: [][]suppression.Shown{{{Value: 40}, {Value: 15}, {Hidden: true}}}}
	if x, n, ok := table.Of(0, 0, 1); x != 15 || n != 40 || !ok {
		t.Errorf("15 of 40 is %d of %d, %v", x, n, ok)
	}
	for _, stages := range [][2]int{{0, 2}, {2, 2}} {
		if x, n, ok := table.Of(0, stages[0], stages[1]); x != 0 || n != 0 || ok {
			t.Errorf("stages %v give %d of %d, %v; one is hidden", stages, x, n, ok)
		}
	}
	if _, _, ok := (suppression.Table{Withheld: true}).Of(0, 0, 1); ok {
		t.Error("a withheld table gives counts")
	}
}

func TestWhatIsRefused(t *testing.T) {
	audit := func() suppression.Audit { return national(3) }
	for _, c := range []struct {
		name string
		ruin func(*suppression.Policy, *suppression.Audit)
		says string
	}{
		{"a threshold that hides nothing", func(p *suppression.Policy, _ *suppression.Audit) { p.Threshold = 1 }, "at least 2"},
		{"rounding that makes zeros", func(p *suppression.Policy, _ *suppression.Audit) { p.Base = 17 }, "rounded to 0"},
		{"tables below the threshold", func(p *suppression.Policy, _ *suppression.Audit) { p.Smallest = 7 }, "below the threshold"},
		{"more who pass than enter", func(_ *suppression.Policy, a *suppression.Audit) { a.Characteristics[0].Counts[1][0][1] = 999 }, "more people at a stage"},
		{"people without a code", func(_ *suppression.Policy, a *suppression.Audit) { a.Characteristics[1].Counts[2][0][0]++ }, "did not say"},
		{"a campaign twice", func(_ *suppression.Policy, a *suppression.Audit) { a.Campaigns[1] = a.Campaigns[0] }, "stands twice"},
		{"a code in two groups", func(_ *suppression.Policy, a *suppression.Audit) {
			a.Characteristics[0].Groupings[1].Groups[1].Codes[0] = 0
		}, "stands twice"},
		{"a campaign that is not there", func(_ *suppression.Policy, a *suppression.Audit) { a.Scopes[0].Campaigns[0] = 3 }, "is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, a := suppression.NHS(), audit()
			c.ruin(&p, &a)
			_, err := suppression.Protect(t.Context(), p, a, suppression.Released{})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says %v, want %q", err, c.says)
			}
		})
	}
}

func TestOtherCodesThanBefore(t *testing.T) {
	a := national(3)
	first, err := suppression.Protect(t.Context(), suppression.NHS(), a, suppression.Released{})
	if err != nil {
		t.Fatal(err)
	}
	a.Characteristics[1].Codes[0] = "another"
	if _, err := suppression.Protect(t.Context(), suppression.NHS(), a, first.Remember); !fault.Is(err, fault.Invalid) {
		t.Errorf("it says %v, want that the codes are others", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := suppression.Protect(ctx, suppression.NHS(), national(3), suppression.Released{}); err == nil {
		t.Error("it went on")
	}
}

func ExamplePolicy_Words() {
	for _, sentence := range suppression.NHS().Words() {
		fmt.Println(sentence)
	}
	// Output:
	// *: fewer than 8, or hidden so that such a count cannot be worked out. Not shown.
	// Other counts are shown to the nearest 5, each by itself, so they need not add up; 0 is none. Ratios and tests are computed from the counts as shown.
	// Tables of fewer than 80 people are withheld. A table stays as it was until 8 people in it have changed.
}
