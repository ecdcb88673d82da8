package selection_test

import (
	"context"
	"fmt"
	"testing"

	"appointable/selection"
)

func BenchmarkRank(b *testing.B) {
	for _, size := range []struct{ candidates, raters int }{{8, 7}, {2_000, 60}, {20_000, 600}} {
		r := large(size.candidates, size.raters)
		b.Run(fmt.Sprintf("candidates=%d/raters=%d", size.candidates, size.raters), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := selection.Rank(context.Background(), r, selection.DefaultSettings()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What the panel of one post waits for: the ranking and its bytes.
func BenchmarkRankingJSON(b *testing.B) {
	for _, candidates := range []int{8, 20_000} {
		ranking := rank(b, large(candidates, 7))
		b.Run(fmt.Sprintf("candidates=%d", candidates), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ranking.JSON()
			}
		})
	}
}
