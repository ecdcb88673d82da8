package selection_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
)

// A large ranking is the same document, laid out with a line a candidate.
func TestLargeRankingsHaveALineACandidate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{200, 201, 1000} {
		r := round()
		for i := range n {
			code := fmt.Sprintf("C%04d", i)
			r.Candidates = append(r.Candidates, selection.Candidate{Code: code, Interviewed: selection.Yes})
			for _, rater := range []string{"R1", "R2"} {
				r.Ratings = append(r.Ratings, marks(r, code, rater, float64(1+random.IntN(7)), float64(1+random.IntN(7)), float64(1+random.IntN(7)))...)
			}
		}
		ranked := rank(t, r)
		// A text that looks like the place where the candidates go.
		ranked.Warnings = []string{`"candidates":[]`, "<b>"}
		document := string(ranked.JSON())
		var back selection.Ranking
		if err := json.Unmarshal([]byte(document), &back); err != nil {
			t.Fatalf("%d candidates: %v", n, err)
		}
		if diff := cmp.Diff(ranked, back); diff != "" {
			t.Errorf("%d candidates (-ranked +read back)\n%s", n, diff)
		}
		if lines := strings.Count(document, "\n"); n > 200 && lines != n+1 || n <= 200 && lines < 10*n {
			t.Errorf("%d candidates on %d lines", n, lines)
		}
		if !strings.Contains(document, "<b>") || !strings.HasSuffix(document, "}\n") {
			t.Errorf("%d candidates: the document ends %q", n, document[len(document)-20:])
		}
	}
}
