package suppression

import "slices"

// class is people whom no table tells apart but by their codes: those of one
// class stand in the same tables and reached the same stages in each.
type class struct {
	reach  []reach // by table, ascending
	people []int   // by code
}

// reach is the last stage that the people of a class reached in a table.
type reach struct{ table, stage int }

// at is the last stage reached in a table, -1 if they are not in it.
func (c *class) at(table int) int {
	i, found := slices.BinarySearchFunc(c.reach, table, func(r reach, t int) int { return r.table - t })
	if !found {
		return -1
	}
	return c.reach[i].stage
}

// history is people of one campaign and class, with the stage that they have
// reached now and had reached when the campaign was last released; -1 for none.
type history struct {
	class       int
	now, before int
	people      []int // by code
}

// version is the counts of a campaign from a release on, by code and stage.
type version struct {
	release int
	counts  [][]int
}

// classes finds the classes of all campaigns' people, and by campaign their
// histories.
func classes(tables []*table, versions [][]version) ([]class, [][]history) {
	member := make([][]int, len(versions)) // by campaign: the tables it stands in
	for t, table := range tables {
		for _, u := range table.campaigns {
			member[u] = append(member[u], t)
		}
	}
	var found []class
	number := map[string]int{}
	all := make([][]history, len(versions))
	for u, list := range versions {
		in := make([]reach, len(member[u])) // here the stage is the number of the version
		for i, t := range member[u] {
			in[i] = reach{t, last(list, tables[t].release)}
		}
		all[u] = histories(list, func(stages []int) int { return classOf(&found, number, in, stages, len(list[0].counts)) })
		for _, h := range all[u] {
			for k, n := range h.people {
				found[h.class].people[k] += n
			}
		}
	}
	return found, all
}

// last is the version that a release saw.
func last(list []version, release int) int {
	v := len(list) - 1
	for v > 0 && list[v].release > release {
		v--
	}
	return v
}

func classOf(found *[]class, number map[string]int, in []reach, stages []int, codes int) int {
	var key [64]byte
	name := key[:0]
	for _, r := range in {
		if s := stages[r.stage]; s >= 0 {
			name = append(name, byte(r.table>>16), byte(r.table>>8), byte(r.table), byte(s))
		}
	}
	i, known := number[string(name)]
	if !known {
		i = len(*found)
		number[string(name)] = i
		c := class{people: make([]int, codes)}
		for _, r := range in {
			if s := stages[r.stage]; s >= 0 {
				c.reach = append(c.reach, reach{r.table, s})
			}
		}
		*found = append(*found, c)
	}
	return i
}

// histories turns the counts of a campaign's versions into people. Counts do
// not say who went how far; people are told apart as if those who were ahead
// stayed ahead, which has everybody advance and nobody leave if counts allow.
func histories(list []version, class func(stages []int) int) []history {
	if len(list) == 0 {
		return nil
	}
	codes := len(list[0].counts)
	var all []history
	find := func(stages []int) *history {
		h := history{class: class(stages), now: stages[len(list)-1], before: -1}
		if len(list) > 1 {
			h.before = stages[len(list)-2]
		}
		for i := range all {
			if a := &all[i]; a.class == h.class && a.now == h.now && a.before == h.before {
				return a
			}
		}
		h.people = make([]int, codes)
		all = append(all, h)
		return &all[len(all)-1]
	}
	stages := make([]int, len(list))
	for k := range codes {
		for j := 0; ; {
			next := furthest(list, k, j, stages)
			if next == j {
				break
			}
			find(stages).people[k] += next - j
			j = next
		}
	}
	return all
}

// furthest sets the stages that person j of a code reached in each version, and
// returns the first person after j who did not do the same; j if there is no
// person j.
func furthest(list []version, code, j int, stages []int) int {
	next := j
	for v := range list {
		counts := list[v].counts[code]
		stages[v] = -1
		for s, n := range counts {
			if n > j {
				stages[v] = s
				if next == j || n < next {
					next = n
				}
			}
		}
	}
	return next
}
