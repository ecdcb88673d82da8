package fairness

import (
	"fmt"
	"slices"
)

// Period is from one day to another, both included, written 2025-04-01.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// ReturnYear is the year of the WRES and WDES returns that begins on 1 April of
// the given one.
func ReturnYear(year int) Period {
	return Period{From: fmt.Sprintf("%04d-04-01", year), To: fmt.Sprintf("%04d-03-31", year+1)}
}

// Of keeps the counts of campaigns decided within the period; how many
// campaigns have no day of decision, and are left out therefore, it says too.
func (p Period) Of(counts []Count) (within []Count, undated int) {
	unknown := map[string]bool{}
	within = slices.DeleteFunc(slices.Clone(counts), func(c Count) bool {
		if c.Decided == "" {
			unknown[c.Campaign] = true
		}
		return c.Decided < p.From || c.Decided > p.To
	})
	return within, len(unknown)
}
