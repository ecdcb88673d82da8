package suppression

import (
	"context"
	"slices"
)

// complement holds every count that a reader could ask for against the tables,
// the widest first: what is hidden for one is hidden for those after it.
func (m *making) complement(ctx context.Context) {
	for _, in := range m.populations() {
		if ctx.Err() != nil {
			return
		}
		m.hold(in.classes, in.width)
	}
	for u := range m.histories {
		if ctx.Err() != nil {
			return
		}
		m.campaign(u)
	}
}

// hold protects the count of every group among the people of some classes.
func (m *making) hold(in []bool, width int) {
	for _, group := range m.groups() {
		if !m.protect(target{in, group, width}) {
			m.givenAway++
		}
	}
}

// groups are the groups of all groupings, by code; a group that stands in two
// groupings is there once.
func (m *making) groups() [][]bool {
	var all [][]bool
	for _, g := range m.characteristic.Groupings {
		for _, group := range g.Groups {
			of := make([]bool, len(m.characteristic.Codes))
			for _, k := range group.Codes {
				of[k] = true
			}
			if !slices.ContainsFunc(all, func(o []bool) bool { return slices.Equal(o, of) }) {
				all = append(all, of)
			}
		}
	}
	return all
}

// population is people whose counts by group could be asked for.
type population struct {
	classes []bool
	width   int // as of target
}

// populations are all but the single campaigns: the tables themselves, who is
// new in them, what lies between two of them, those who stand in the same
// tables, and who went no further than a stage.
func (m *making) populations() []population {
	var all []population
	add := func(width int, in func(c *class) bool) {
		p := population{make([]bool, len(m.classes)), width}
		for i := range m.classes {
			p.classes[i] = in(&m.classes[i])
		}
		if slices.Contains(p.classes, true) {
			all = append(all, p)
		}
	}
	fresh := m.fresh()
	for _, t := range fresh {
		for s := range m.stages {
			add(0, func(c *class) bool { return c.at(t) >= s })
		}
	}
	for _, t := range fresh {
		for s := range m.stages {
			for o, other := range m.tables {
				if o != t && (m.tables[t].scope == other.scope || !other.past && within(other.campaigns, m.tables[t].campaigns)) {
					add(0, func(c *class) bool { return c.at(t) >= s && c.at(o) < s })
				}
			}
		}
	}
	for _, pool := range m.pools(fresh) {
		for s := range m.stages {
			add(0, func(c *class) bool { return c.at(pool[0]) >= s && slices.Equal(c.tables(fresh), pool) })
		}
	}
	for _, t := range fresh {
		for s := range m.stages {
			add(max(1, m.policy.Base-1), func(c *class) bool { return c.at(t) == s })
		}
	}
	return all
}

// fresh are the tables of this release.
func (m *making) fresh() []int {
	var list []int
	for t, table := range m.tables {
		if !table.past {
			list = append(list, t)
		}
	}
	return list
}

// pools are the sets of this release's tables in which people stand together.
func (m *making) pools(fresh []int) [][]int {
	var all [][]int
	for i := range m.classes {
		in := m.classes[i].tables(fresh)
		if len(in) > 0 && !slices.ContainsFunc(all, func(p []int) bool { return slices.Equal(p, in) }) {
			all = append(all, in)
		}
	}
	return all
}

// tables are those of the list that the class stands in.
func (c *class) tables(list []int) []int {
	var in []int
	for _, r := range c.reach {
		if slices.Contains(list, r.table) {
			in = append(in, r.table)
		}
	}
	return in
}

// within reports whether all of a, and not all of b, is in the other.
func within(a, b []int) bool {
	if len(a) >= len(b) {
		return false
	}
	in := map[int]bool{}
	for _, u := range b {
		in[u] = true
	}
	for _, u := range a {
		if !in[u] {
			return false
		}
	}
	return true
}

// campaign protects the counts of one campaign, whose table is mostly withheld,
// and of who is new in it.
func (m *making) campaign(u int) {
	list := m.histories[u]
	for _, group := range m.groups() {
		for s := range m.stages {
			m.part(list, group, func(h history) bool { return h.now >= s })
			if len(m.versions[u]) > 1 {
				m.part(list, group, func(h history) bool { return h.now >= s && h.before < s })
			}
		}
	}
}

// part protects the count of a group among some of a campaign's people: by
// exchange with people of the same class in other campaigns, which touches no
// table, or else as any other target.
func (m *making) part(list []history, group []bool, in func(h history) bool) {
	x, all, up, down := 0, 0, 0, 0
	for i, h := range list {
		if !in(h) {
			continue
		}
		of, others := split(h.people, group)
		x, all = x+of, all+of+others
		if slices.ContainsFunc(list[:i], func(o history) bool { return o.class == h.class }) || slices.ContainsFunc(list[i+1:], func(o history) bool { return o.class == h.class }) {
			continue // those of its own campaign are no mates
		}
		mates, strangers := split(m.classes[h.class].people, group)
		up += min(others, mates-of)
		down += min(of, strangers-others)
	}
	if !m.policy.small(x) {
		return
	}
	low, high := 1, m.policy.Threshold-1
	if all < m.policy.Threshold {
		low, high = 0, all
	}
	if up+down >= m.policy.Threshold || up >= high-x && down >= x-low {
		return
	}
	m.carve(list, func(first int) {
		t := target{in: make([]bool, len(m.classes)), group: group}
		for i, h := range list {
			t.in[first+i] = in(h)
		}
		if !m.protect(t) {
			m.givenAway++
		}
	})
}

// split counts the people who are of a group, and the others.
func split(people []int, group []bool) (of, others int) {
	for k, n := range people {
		if group[k] {
			of += n
		} else {
			others += n
		}
	}
	return of, others
}

// carve sets a campaign's people apart in classes of their own, from first on,
// while do runs.
func (m *making) carve(list []history, do func(first int)) {
	first := len(m.classes)
	for _, h := range list {
		own := class{reach: m.classes[h.class].reach, people: slices.Clone(h.people)}
		m.classes = append(m.classes, own)
		for k, n := range h.people {
			m.classes[h.class].people[k] -= n
		}
	}
	do(first)
	m.classes = m.classes[:first]
	for _, h := range list {
		for k, n := range h.people {
			m.classes[h.class].people[k] += n
		}
	}
}
