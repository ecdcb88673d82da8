package round

import (
	"strings"

	"appointable/internal/strictyaml"
)

// nearest returns the known word that an unknown one is most likely a
// misspelling of, or "". Case counts for nothing.
func nearest(unknown string, known []string) string {
	const most = 2 // letters to add, drop, change or swap
	if len(unknown) > 40 {
		return ""
	}
	best, bestDistance := "", most+1
	for _, word := range known {
		d := strictyaml.Distance(strings.ToLower(unknown), word)
		if d < bestDistance && 3*d < len(word) {
			best, bestDistance = word, d
		}
	}
	return best
}
