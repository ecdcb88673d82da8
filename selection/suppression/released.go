package suppression

import (
	"slices"

	"appointable/internal/fault"
)

// Release is what may be shown, and what to remember of it.
type Release struct {
	Tables   []Table  // by scope, characteristic and grouping in the order of the audit
	Remember Released // to be given to the next Protect
	// GivenAway counts the small counts that earlier releases, or a wider policy
	// then in force, leave too little protected whatever is hidden now.
	GivenAway int
}

// Table is one table as it may be shown.
type Table struct {
	Scope, Characteristic, Grouping string
	Number                          int       // of the release that its figures are of, from 1, of those that made a table anew: an earlier one as long as too few have changed
	Withheld                        bool      // then there are no cells
	Totals                          []Shown   // by stage
	Groups                          []string  // names
	Cells                           [][]Shown // by group and stage
}

// Of returns the shown counts of a group at two stages, of which a ratio may be
// computed: those who passed, and those who entered. ok is false if either is
// hidden: then no ratio, interval, p-value or power may be shown.
func (t Table) Of(group, entered, passed int) (x, n int, ok bool) {
	if t.Withheld || t.Cells[group][entered].Hidden || t.Cells[group][passed].Hidden {
		return 0, 0, false
	}
	return t.Cells[group][passed].Value, t.Cells[group][entered].Value, true
}

// Released is the memory of all releases so far. The zero value remembers
// none. It holds true counts, so it belongs where the characteristics are.
type Released struct {
	Campaigns []string `json:"campaigns"`
	Past      []Past   `json:"past"`
}

// Past is one release: the tables that it made anew.
type Past struct {
	Policy          Policy               `json:"policy"`
	Scopes          []Scope              `json:"scopes"` // with indices of Released.Campaigns
	Characteristics []PastCharacteristic `json:"characteristics"`
}

// PastCharacteristic is what one release showed of a characteristic.
type PastCharacteristic struct {
	Name   string          `json:"name"`
	Codes  []string        `json:"codes"`
	Counts map[int][][]int `json:"counts"` // by campaign, where they are not those of the release before
	Tables []PastTable     `json:"tables"`
}

// PastTable is what one release showed of a scope: for each grouping its cells.
type PastTable struct {
	Scope  int         `json:"scope"` // index of Past.Scopes
	Blocks []PastBlock `json:"blocks"`
}

// PastBlock is the cells of one grouping, by group and stage.
type PastBlock struct {
	Grouping Grouping  `json:"grouping"`
	Totals   []Shown   `json:"totals"`
	Cells    [][]Shown `json:"cells"`
}

// of finds a characteristic in a release; nil if it showed nothing of it.
func (p Past) of(name string) *PastCharacteristic {
	for i := range p.Characteristics {
		if p.Characteristics[i].Name == name {
			return &p.Characteristics[i]
		}
	}
	return nil
}

func (r Released) check(a Audit) error {
	var wrong fault.List
	for _, past := range r.Past {
		for _, c := range a.Characteristics {
			was := past.of(c.Name)
			if was == nil {
				continue
			}
			if !slices.Equal(was.Codes, c.Codes) {
				wrong.Add(c.Name, "Its codes are not those of earlier releases. Keep the codes, and add new ones as groups.")
			}
			for _, t := range was.Tables {
				for _, b := range t.Blocks {
					if len(b.Cells) > 0 && len(b.Cells[0]) != len(a.Stages) {
						wrong.Add(c.Name, "An earlier release had %d stages, this one has %d. Keep the stages.", len(b.Cells[0]), len(a.Stages))
					}
				}
			}
		}
	}
	return wrong.Err("The release does not follow on from those before.")
}

// numbering gives the campaigns of the audit their numbers in the memory, and
// the memory the names that it did not know.
func (r Released) numbering(a Audit) (Released, []int) {
	number := map[string]int{}
	names := slices.Clone(r.Campaigns)
	for i, name := range names {
		number[name] = i
	}
	numbers := make([]int, len(a.Campaigns))
	for i, name := range a.Campaigns {
		if _, known := number[name]; !known {
			number[name] = len(names)
			names = append(names, name)
		}
		numbers[i] = number[name]
	}
	return Released{Campaigns: names, Past: slices.Clone(r.Past)}, numbers
}
