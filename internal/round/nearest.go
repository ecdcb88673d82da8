package round

import "strings"

// nearest returns the known word that an unknown one is most likely a
// misspelling of, or "". Case counts for nothing.
func nearest(unknown string, known []string) string {
	const most = 2 // letters to add, drop, change or swap
	if len(unknown) > 40 {
		return ""
	}
	best, bestDistance := "", most+1
	for _, word := range known {
		d := distance(strings.ToLower(unknown), word)
		if d < bestDistance && 3*d < len(word) {
			best, bestDistance = word, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with their
// neighbour (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
