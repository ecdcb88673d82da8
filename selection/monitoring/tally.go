package monitoring

import (
	"cmp"
	"maps"
	"slices"
)

// Stages are how far somebody came; a stage that is not known is false.
type Stages struct {
	Applied, Shortlisted, Interviewed, Appointable, Offered, Accepted bool
}

// Count is how many people with one answer came to each stage. They are true
// counts, and not to be shown to anybody who may not see the smallest.
type Count struct {
	Characteristic string `json:"characteristic"`
	Answer         string `json:"answer"` // "" where there is none
	Group          Group  `json:"group"`
	People         int    `json:"people"`
	Applied        int    `json:"applied"`
	Shortlisted    int    `json:"shortlisted"`
	Interviewed    int    `json:"interviewed"`
	Appointable    int    `json:"appointable"`
	Offered        int    `json:"offered"`
	Accepted       int    `json:"accepted"`
}

// Tally counts people by answer, for each characteristic of the catalogue, in
// its order.
type Tally struct{ counts map[[2]string]*Count }

// Add counts one person.
func (t *Tally) Add(a Answers, s Stages) {
	if t.counts == nil {
		t.counts = map[[2]string]*Count{}
	}
	for _, c := range Catalogue() {
		key := [2]string{c.Code, a.Of(c.Code)}
		if t.counts[key] == nil {
			t.counts[key] = &Count{Characteristic: c.Code, Answer: key[1], Group: c.Group(key[1])}
		}
		t.counts[key].add(s)
	}
}

func (c *Count) add(s Stages) {
	c.People++
	for _, stage := range []struct {
		came  bool
		count *int
	}{
		{s.Applied, &c.Applied}, {s.Shortlisted, &c.Shortlisted}, {s.Interviewed, &c.Interviewed},
		{s.Appointable, &c.Appointable}, {s.Offered, &c.Offered}, {s.Accepted, &c.Accepted},
	} {
		if stage.came {
			*stage.count++
		}
	}
}

// Counts lists them by characteristic and answer, both in the order of the
// catalogue, no answer last.
func (t *Tally) Counts() []Count {
	order := map[[2]string]int{}
	for _, c := range Catalogue() {
		for _, answer := range append(c.Codes(), "") {
			order[[2]string{c.Code, answer}] = len(order)
		}
	}
	list := []Count{}
	for _, key := range slices.SortedFunc(maps.Keys(t.counts), func(a, b [2]string) int { return cmp.Compare(order[a], order[b]) }) {
		list = append(list, *t.counts[key])
	}
	return list
}
