package suppression

import (
	"context"
	"slices"
)

// questions are the counts that a reader could ask for: of every group at every
// stage, the people of each table, of what lies between two, of a campaign, and
// who is new in each or went no further.
type questions struct {
	*making
	groups [][]bool    // by code, each once however many groupings it stands in; one of all codes tells nothing
	tables []int       // of this release, silent ones with them
	asked  [][][]asked // by table, group and stage; only of this release
}

// asked is a count of a table, how many people it is of in all, and the
// exchanges that protect it.
type asked struct {
	count, all int
	proof      []made
}

// complement holds every count that a reader could ask for against the tables,
// the widest first: what is hidden for one is hidden for those after it.
func (m *making) complement(ctx context.Context) {
	q := questions{making: m, groups: m.groups(), asked: make([][][]asked, len(m.tables))}
	for t, table := range m.tables {
		if !table.past {
			q.tables = append(q.tables, t)
			q.asked[t] = make([][]asked, len(q.groups))
			for g := range q.groups {
				q.asked[t][g] = make([]asked, m.stages)
			}
		}
	}
	for s := range q.stages {
		for _, t := range q.tables {
			q.table(t, s)
		}
	}
	for _, t := range q.tables {
		if ctx.Err() != nil {
			return
		}
		beside := q.beside(t)
		for s := range q.stages {
			q.between(t, s, beside)
		}
	}
	for u := range m.histories {
		if ctx.Err() != nil {
			return
		}
		q.campaign(m.histories[u])
	}
}

func (m *making) groups() [][]bool {
	var all [][]bool
	for _, g := range m.characteristic.Groupings {
		for _, group := range g.Groups {
			of := make([]bool, len(m.characteristic.Codes))
			for _, k := range group.Codes {
				of[k] = true
			}
			if slices.Contains(of, false) && !slices.ContainsFunc(all, func(o []bool) bool { return slices.Equal(o, of) }) {
				all = append(all, of)
			}
		}
	}
	return all
}

// table protects the counts of a table at a stage.
func (q *questions) table(t, s int) {
	in := q.among(func(c *class) bool { return c.at(t) >= s })
	for g, group := range q.groups {
		target := target{in, group, 0}
		q.hold(target)
		x, all := q.count(target)
		q.asked[t][g][s] = asked{x, all, slices.Clone(q.proof)}
	}
}

// between protects the counts of a table less another, and of those who went
// no further. Rounding is what protects these: the counts of two stages tell
// their number no better than one shown count tells its own.
func (q *questions) between(t, s int, beside []int) {
	ended := q.among(func(c *class) bool { return c.at(t) == s })
	for _, group := range q.groups {
		q.hold(target{ended, group, q.difference()})
	}
	for _, o := range beside {
		rest := q.among(func(c *class) bool { return c.at(t) >= s && c.at(o) < s })
		for _, group := range q.groups {
			q.hold(target{rest, group, 0})
		}
	}
}

func (q *questions) among(in func(c *class) bool) []bool {
	list := make([]bool, len(q.classes))
	for i := range list {
		list[i] = in(&q.classes[i])
	}
	return list
}

// difference is how wide the range of a count must be that only lies between
// two stages.
func (q *questions) difference() int { return max(1, q.policy.Base-1) }

// beside are the tables that leave something of a table: those of its scope in
// earlier releases, and those within it.
func (q *questions) beside(t int) []int {
	var list []int
	for o, other := range q.making.tables {
		if o != t && (other.past && other.scope == q.making.tables[t].scope || !other.past && within(other.campaigns, q.making.tables[t].campaigns)) {
			list = append(list, o)
		}
	}
	return list
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
	return !slices.ContainsFunc(a, func(u int) bool { return !in[u] })
}

// campaign protects the counts of one campaign, whose own table is mostly
// withheld, and those of each table without it.
func (q *questions) campaign(list []history) {
	again := slices.ContainsFunc(list, func(h history) bool { return h.before >= 0 })
	for g, group := range q.groups {
		for s := range q.stages {
			q.part(list, group, 0, func(h history) bool { return h.now >= s })
			q.part(list, group, q.difference(), func(h history) bool { return h.now == s })
			if again {
				q.part(list, group, 0, func(h history) bool { return h.now >= s && h.before < s })
			}
			q.without(list, g, s)
		}
	}
}

// part protects the count of a group among some of a campaign's people: by
// exchange with people of the same class in other campaigns, which touches no
// table, or else as any other target.
func (q *questions) part(list []history, group []bool, width int, in func(h history) bool) {
	x, all, up, down := 0, 0, 0, 0
	for i, h := range list {
		if !in(h) {
			continue
		}
		of, others := split(h.people, group)
		x, all = x+of, all+of+others
		if alone(list, i) {
			mates, strangers := split(q.classes[h.class].people, group)
			up += min(others, mates-of)
			down += min(of, strangers-others)
		}
	}
	if q.policy.need(x, all, width).met(down, up) {
		return
	}
	q.carve(list, func(first int) {
		t := target{make([]bool, len(q.classes)), group, width}
		for i, h := range list {
			t.in[first+i] = in(h)
		}
		q.hold(t)
	})
}

// alone reports whether no others of the campaign are of the same class: they
// would be taken for people of another campaign.
func alone(list []history, i int) bool {
	for j, h := range list {
		if j != i && h.class == list[i].class {
			return false
		}
	}
	return true
}

// without protects the count of the tables that a campaign stands in, less the
// campaign's own.
func (q *questions) without(list []history, g, s int) {
	own, people := 0, 0
	for _, h := range list {
		if h.now >= s {
			of, others := split(h.people, q.groups[g])
			own, people = own+of, people+of+others
		}
	}
	for _, t := range q.tables {
		asked := q.asked[t][g][s]
		x, all := asked.count-own, asked.all-people
		if q.policy.need(x, all, 0) == (need{}) || !slices.ContainsFunc(list, func(h history) bool { return q.classes[h.class].at(t) >= 0 }) {
			continue
		}
		if q.policy.need(x, all, 0) == q.policy.need(asked.count, asked.all, 0) && q.spares(asked.proof, list) {
			continue
		}
		q.carve(list, func(first int) {
			in := make([]bool, len(q.classes))
			for c := range first {
				in[c] = q.classes[c].at(t) >= s
			}
			q.hold(target{in, q.groups[g], 0})
		})
	}
}

// spares reports whether the exchanges could be made without the campaign.
func (q *questions) spares(proof []made, list []history) bool {
	if proof == nil {
		return false
	}
	for _, h := range list {
		for k, n := range h.people {
			left := q.classes[h.class].people[k] - n
			for _, e := range proof {
				if n > 0 && (e.class == h.class && e.from == k || e.other == h.class && e.to == k) {
					left -= e.times
				}
			}
			if left < 0 {
				return false
			}
		}
	}
	return true
}

func (q *questions) hold(t target) {
	if !q.protect(t) {
		q.givenAway++
	}
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
		m.classes, m.carved = append(m.classes, own), append(m.carved, h.class)
		for k, n := range h.people {
			m.classes[h.class].people[k] -= n
		}
	}
	do(first)
	m.classes, m.carved = m.classes[:first], m.carved[:0]
	for _, h := range list {
		for k, n := range h.people {
			m.classes[h.class].people[k] += n
		}
	}
}
