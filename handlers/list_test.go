package handlers

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Read in parts of any size, a list is what it is as a whole.
func TestPartsMakeTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfDistinct(rapid.StringMatching(`[a-c."é]{1,3}`), func(s string) string { return s }).Draw(t, "all")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		key := func(s string) []string { return []string{string([]rune(s)[:1]), s} }
		var got []string
		at := cursor{after: []string{"", ""}, limit: limit}
		for {
			part := partOf(at, all, key)
			got = append(got, part.Items...)
			if part.Next == nil {
				break
			}
			if len(part.Items) != limit || len(got) > len(all) {
				t.Fatalf("a part of %d items, and more follow than there are", len(part.Items))
			}
			var ok bool
			if at.after, ok = parseCursor(*part.Next); !ok {
				t.Fatalf("%s cannot be sent back", *part.Next)
			}
		}
		slices.Sort(all)
		if !slices.Equal(got, all) {
			t.Fatalf("%q in parts of %d: %q", all, limit, got)
		}
	})
}
