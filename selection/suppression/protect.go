package suppression

import (
	"context"
	"slices"
	"sync"
)

// Protect makes a release of an audit: every table with its small counts
// hidden, and as many others as it takes that no small count can be worked out
// from this release and those before, be it of a table, of a campaign, of what
// lies between two overlapping scopes, or of those who are new since. Same
// inputs, same release.
//
// Errors: Invalid where the policy or the counts break a rule, or do not follow
// on from what was released before.
func Protect(ctx context.Context, policy Policy, audit Audit, before Released) (Release, error) {
	return protect(ctx, policy, audit, before, true)
}

// protect can leave out all but the primary suppression, so that tests can show
// what the rest is for.
func protect(ctx context.Context, policy Policy, audit Audit, before Released, complementary bool) (Release, error) {
	if err := policy.check(); err != nil {
		return Release{}, err
	}
	if err := audit.check(); err != nil {
		return Release{}, err
	}
	if err := before.check(audit); err != nil {
		return Release{}, err
	}
	memory, numbers := before.numbering(audit)
	made := make([]*making, len(audit.Characteristics))
	var group sync.WaitGroup
	for i, c := range audit.Characteristics {
		made[i] = newMaking(policy, audit, c, memory, numbers)
		group.Go(func() {
			if complementary {
				made[i].complement(ctx)
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return Release{}, err
	}
	return gather(audit, memory, made), nil
}

// making is the release of one characteristic in the making.
type making struct {
	world
	characteristic Characteristic
	stages         int
	release        int // the number of this one, from 0
	versions       [][]version
	histories      [][]history
	scopes         []scope
	numbers        []int // by campaign of the audit, that in the memory
	givenAway      int
}

// scope is what becomes of one scope: a table made anew, one that stays as it
// was, or none.
type scope struct {
	fresh int        // index of its table, -1 if it has none of its own
	stays *PastTable // of the release number
	of    int
	total []int // by stage
}

func newMaking(policy Policy, audit Audit, c Characteristic, memory Released, numbers []int) *making {
	m := &making{
		world: world{policy: policy}, characteristic: c, stages: len(audit.Stages),
		release: len(memory.Past), numbers: numbers, versions: make([][]version, len(memory.Campaigns)),
	}
	m.recall(memory)
	for i, u := range numbers {
		if list := m.versions[u]; len(list) == 0 || !same(list[len(list)-1].counts, c.Counts[i]) {
			m.versions[u] = append(list, version{m.release, c.Counts[i]})
		}
	}
	for _, s := range audit.Scopes {
		m.scopes = append(m.scopes, m.open(s, memory))
	}
	m.classes, m.histories = classes(m.tables, m.versions)
	m.near = make([][]int, len(m.classes))
	return m
}

// recall takes over the tables and counts of earlier releases.
func (m *making) recall(memory Released) {
	for r, past := range memory.Past {
		was := past.of(m.characteristic.Name)
		if was == nil {
			continue
		}
		for u, list := range m.versions {
			if counts, changed := was.Counts[u]; changed {
				m.versions[u] = append(list, version{r, counts})
			}
		}
		for _, t := range was.Tables {
			made := &table{release: r, past: true, scope: past.Scopes[t.Scope].Name, campaigns: past.Scopes[t.Scope].Campaigns}
			made.recall(past.Policy, t, len(m.characteristic.Codes), m.counts(r))
			m.tables = append(m.tables, made)
		}
	}
}

// counts gives the counts of a campaign as a release saw them.
func (m *making) counts(release int) func(campaign int) [][]int {
	return func(u int) [][]int { return m.versions[u][last(m.versions[u], release)].counts }
}

// open decides what becomes of a scope, and makes its table.
func (m *making) open(s Scope, memory Released) scope {
	t := &table{release: m.release, scope: s.Name, campaigns: make([]int, len(s.Campaigns))}
	opened := scope{fresh: -1, total: make([]int, m.stages)}
	for i, u := range s.Campaigns {
		t.campaigns[i] = m.numbers[u]
		for stage := range opened.total {
			opened.total[stage] += sum(m.characteristic.Counts[u], stage)
		}
	}
	if r, was := m.latest(s.Name, memory); m.stages == 0 || opened.total[0] < m.policy.Smallest {
		opened.fresh = -1
	} else if was != nil && memory.Past[r].Policy == m.policy && m.change(t, memory.Past[r].Scopes[was.Scope], r) < m.policy.Threshold {
		opened.stays, opened.of = was, r
	} else {
		t.fill(m.policy, m.characteristic, m.stages, m.counts(m.release))
		opened.fresh = len(m.tables)
	}
	if opened.fresh >= 0 || len(s.Campaigns) > 1 { // one that shows nothing stands for its people
		m.tables = append(m.tables, t)
	}
	return opened
}

// latest finds the last release that made the table of a scope.
func (m *making) latest(name string, memory Released) (int, *PastTable) {
	for r := len(memory.Past) - 1; r >= 0; r-- {
		if was := memory.Past[r].of(m.characteristic.Name); was != nil {
			for i, t := range was.Tables {
				if memory.Past[r].Scopes[t.Scope].Name == name {
					return r, &was.Tables[i]
				}
			}
		}
	}
	return 0, nil
}

// change is how many people differ between a table and what an earlier release
// made of its scope, at the stage where most do.
func (m *making) change(t *table, was Scope, release int) int {
	then, now := make([]bool, len(m.versions)), make([]bool, len(m.versions))
	for _, u := range was.Campaigns {
		then[u] = true
	}
	for _, u := range t.campaigns {
		now[u] = true
	}
	changes := make([]int, m.stages)
	for u, list := range m.versions {
		for k := range m.characteristic.Codes {
			for s := range changes {
				n := 0
				if now[u] {
					n = m.counts(m.release)(u)[k][s]
				}
				if then[u] {
					n -= list[last(list, release)].counts[k][s]
				}
				changes[s] += max(n, -n)
			}
		}
	}
	return slices.Max(changes)
}

func copied(counts [][]int) [][]int {
	rows := make([][]int, len(counts))
	for k, row := range counts {
		rows[k] = slices.Clone(row)
	}
	return rows
}

func same(a, b [][]int) bool { return slices.EqualFunc(a, b, slices.Equal[[]int]) }

// gather puts together what was made of each characteristic.
func gather(audit Audit, memory Released, made []*making) Release {
	release := Release{}
	past := Past{}
	kept := map[int]int{} // by scope of the audit: its index in past
	for _, m := range made {
		past.Policy = m.policy
		release.GivenAway += m.givenAway
		if was, any := m.remember(audit, &past, kept); any {
			past.Characteristics = append(past.Characteristics, was)
		}
	}
	for i := range audit.Scopes {
		for _, m := range made {
			for _, g := range m.characteristic.Groupings {
				release.Tables = append(release.Tables, m.show(audit.Scopes[i].Name, m.scopes[i], g))
			}
		}
	}
	if len(past.Characteristics) > 0 {
		memory.Past = append(memory.Past, past)
	}
	release.Remember = memory
	return release
}

// show is one table of the release.
func (m *making) show(name string, s scope, g Grouping) Table {
	t := Table{Scope: name, Characteristic: m.characteristic.Name, Grouping: g.Name, Number: m.release + 1}
	for _, group := range g.Groups {
		t.Groups = append(t.Groups, group.Name)
	}
	if s.fresh >= 0 {
		made := m.tables[s.fresh]
		i := slices.IndexFunc(m.characteristic.Groupings, func(o Grouping) bool { return o.Name == g.Name })
		t.Totals, t.Cells = showAll(m.policy, made.totals), made.blocks[i].shown(m.policy)
		return t
	}
	if s.stays != nil {
		for _, b := range s.stays.Blocks {
			if b.Grouping.Name == g.Name && slices.EqualFunc(b.Grouping.Groups, g.Groups, func(a, b Group) bool { return a.Name == b.Name && slices.Equal(a.Codes, b.Codes) }) {
				t.Number, t.Totals, t.Cells = s.of+1, b.Totals, b.Cells
				return t
			}
		}
	}
	t.Withheld, t.Totals = true, showAll(m.policy, s.total)
	return t
}

// remember is what the next release must know of this characteristic; false if
// nothing was shown anew.
func (m *making) remember(audit Audit, past *Past, kept map[int]int) (PastCharacteristic, bool) {
	was := PastCharacteristic{Name: m.characteristic.Name, Codes: slices.Clone(m.characteristic.Codes), Counts: map[int][][]int{}}
	for i, s := range m.scopes {
		if s.fresh < 0 {
			continue
		}
		t := m.tables[s.fresh]
		if _, known := kept[i]; !known {
			kept[i] = len(past.Scopes)
			past.Scopes = append(past.Scopes, Scope{audit.Scopes[i].Name, t.campaigns})
		}
		was.Tables = append(was.Tables, t.remember(m.policy, kept[i]))
		for _, u := range t.campaigns {
			if v := m.versions[u][len(m.versions[u])-1]; v.release == m.release {
				was.Counts[u] = copied(v.counts)
			}
		}
	}
	return was, len(was.Tables) > 0
}
