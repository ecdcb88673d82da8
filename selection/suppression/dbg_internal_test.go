package suppression

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

func TestDbg(t *testing.T) {
	s, _ := strconv.Atoi(os.Getenv("SEED"))
	r := releases(t, uint64(s), policyOf(uint64(s)), true, true)
	for n := range r {
		fmt.Println("ROUND", n, r[n].policy, "away", r[n].release.GivenAway)
		a := r[n].audit
		for u, c := range a.Campaigns {
			fmt.Println(c, a.Characteristics[0].Counts[u])
		}
		for _, s := range a.Scopes {
			fmt.Println(s)
		}
		for _, tb := range r[n].release.Tables {
			if !tb.Withheld {
				fmt.Println(tb.Scope, tb.Grouping, tb.Number, tb.Totals, tb.Cells)
			}
		}
		l, rec := attack(r[:n+1])
		fmt.Println(l, rec)
	}
}
