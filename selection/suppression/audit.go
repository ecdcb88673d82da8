package suppression

import (
	"appointable/internal/fault"
)

// Audit holds the true counts of which a release is made.
type Audit struct {
	Stages          []string // of the funnel, widest first
	Campaigns       []string // names that stay the same from release to release, and unique
	Scopes          []Scope
	Characteristics []Characteristic
}

// Scope is a filter: the campaigns that one set of tables sums. A campaign by
// itself, a specialty, a period and the whole are scopes; they may overlap.
type Scope struct {
	Name      string `json:"name"`      // stays the same from release to release, and unique
	Campaigns []int  `json:"campaigns"` // indices of Audit.Campaigns, each once
}

// Characteristic is one that candidates declare, with "not stated" as a code of
// its own, so that everybody has exactly one code.
type Characteristic struct {
	Name      string
	Codes     []string
	Groupings []Grouping // each makes a table
	Counts    [][][]int  // by campaign, code and stage reached: who reached a stage counts in those before
}

// Grouping gathers codes to the groups of one table: the codes themselves, or
// white and BME. Groups of one grouping share no code; codes may be left out.
type Grouping struct {
	Name   string  `json:"name"`
	Groups []Group `json:"groups"`
}

// Group is a row of a table.
type Group struct {
	Name  string `json:"name"`
	Codes []int  `json:"codes"` // indices of Characteristic.Codes
}

// groupOf gives each code its group, -1 where it has none.
func (g Grouping) groupOf(codes int) []int {
	of := make([]int, codes)
	for k := range of {
		of[k] = -1
	}
	for i, group := range g.Groups {
		for _, k := range group.Codes {
			of[k] = i
		}
	}
	return of
}

func (a Audit) check() error {
	var wrong fault.List
	unique(&wrong, "campaigns", a.Campaigns)
	names := make([]string, len(a.Scopes))
	for i, s := range a.Scopes {
		names[i] = s.Name
		indices(&wrong, s.Name, s.Campaigns, len(a.Campaigns))
	}
	unique(&wrong, "scopes", names)
	names = make([]string, len(a.Characteristics))
	for i, c := range a.Characteristics {
		names[i] = c.Name
		c.check(&wrong, len(a.Campaigns), len(a.Stages))
	}
	unique(&wrong, "characteristics", names)
	if len(wrong.Fields) == 0 {
		a.checkTotals(&wrong)
	}
	return wrong.Err("The counts of the audit do not fit together.")
}

func (c Characteristic) check(wrong *fault.List, campaigns, stages int) {
	for _, g := range c.Groupings {
		var all []int
		for _, group := range g.Groups {
			all = append(all, group.Codes...)
		}
		indices(wrong, c.Name+", "+g.Name, all, len(c.Codes))
	}
	if len(c.Counts) != campaigns {
		wrong.Add(c.Name, "There are counts of %d campaigns, and %d campaigns.", len(c.Counts), campaigns)
		return
	}
	for u, codes := range c.Counts {
		if len(codes) != len(c.Codes) {
			wrong.Add(c.Name, "Campaign %d has counts of %d codes, and there are %d codes.", u+1, len(codes), len(c.Codes))
			return
		}
		for k, counts := range codes {
			if !nested(counts, stages) {
				wrong.Add(c.Name, "Campaign %d, %s: a count below 0, or more people at a stage than at the one before.", u+1, c.Codes[k])
			}
		}
	}
}

func nested(counts []int, stages int) bool {
	for s, n := range counts {
		if n < 0 || s > 0 && n > counts[s-1] {
			return false
		}
	}
	return len(counts) == stages
}

// checkTotals finds campaigns whose people differ between characteristics:
// everybody has one code of each.
func (a Audit) checkTotals(wrong *fault.List) {
	for u, name := range a.Campaigns {
		for _, c := range a.Characteristics[min(1, len(a.Characteristics)):] {
			for s, stage := range a.Stages {
				if first := a.Characteristics[0]; sum(c.Counts[u], s) != sum(first.Counts[u], s) {
					wrong.Add(name, "At the stage %s %d people have a code of %s and %d one of %s; count those who did not say under a code of their own.",
						stage, sum(c.Counts[u], s), c.Name, sum(first.Counts[u], s), first.Name)
				}
			}
		}
	}
}

// sum is how many people of a campaign reached a stage.
func sum(codes [][]int, stage int) (n int) {
	for _, counts := range codes {
		n += counts[stage]
	}
	return n
}

func unique(wrong *fault.List, where string, names []string) {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			wrong.Add(where, "%q stands twice.", name)
		}
		seen[name] = true
	}
}

func indices(wrong *fault.List, where string, list []int, size int) {
	seen := make([]bool, size)
	for _, i := range list {
		if i < 0 || i >= size || seen[i] {
			wrong.Add(where, "Number %d stands twice or is not there.", i)
			return
		}
		seen[i] = true
	}
}
