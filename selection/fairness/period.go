package fairness

import "fmt"

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

// Contains says whether a day, written as the period's own, lies within.
func (p Period) Contains(day string) bool { return p.From <= day && day <= p.To }
