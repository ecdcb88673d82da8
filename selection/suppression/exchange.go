package suppression

// target is a count that must not be worked out: the people of some classes
// who are of a group.
type target struct {
	in    []bool // by class
	group []bool // by code
	width int    // of the range that it must at least have; 0: as the threshold, or any small number
}

// exchange gives one person of a class another code, and if other is not -1
// the first code to a person of that class who has the second.
type exchange struct{ class, other, from, to int }

// effect is what an exchange does to a shown cell: one more, or one fewer.
type effect struct {
	cell *cell
	up   bool
}

// world is the people and the tables of one characteristic.
type world struct {
	policy  Policy
	tables  []*table
	classes []class
	near    [][]int // by class: see nearest; nil where not yet asked for, none for carved ones
	carved  []int   // the classes of whom the last ones, set apart for a while, are a part
	proof   []made  // the exchanges that last protected a target
	scratch []effect
}

// count is how many people of the target's classes are of its group, and how
// many there are in all.
func (w *world) count(t target) (of, all int) {
	for c, in := range t.in {
		if !in {
			continue
		}
		for k, n := range w.classes[c].people {
			all += n
			if t.group[k] {
				of += n
			}
		}
	}
	return of, all
}

// effects lists the shown cells that an exchange changes.
func (w *world) effects(e exchange) []effect {
	list := w.scratch[:0]
	w.apart(e, func(t, high, low int) bool {
		list = w.tables[t].effects(list, e, low, high)
		return true
	})
	w.scratch = list
	return list
}

// apart tells in which tables the two classes of an exchange stand apart, with
// the last stage that each of them reached there, until tell returns false.
func (w *world) apart(e exchange, tell func(table, high, low int) bool) {
	a, b := w.classes[e.class].reach, []reach(nil)
	if e.other >= 0 {
		b = w.classes[e.other].reach
	}
	for len(a) > 0 || len(b) > 0 {
		t, high, low := 0, -1, -1
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].table < b[0].table:
			t, high, a = a[0].table, a[0].stage, a[1:]
		case len(a) == 0 || b[0].table < a[0].table:
			t, low, b = b[0].table, b[0].stage, b[1:]
		default:
			t, high, low, a, b = a[0].table, a[0].stage, b[0].stage, a[1:], b[1:]
		}
		if high != low && !tell(t, high, low) {
			return
		}
	}
}

func (t *table) effects(list []effect, e exchange, low, high int) []effect {
	up := high > low
	if !up {
		low, high = high, low
	}
	for i := range t.blocks {
		b := &t.blocks[i]
		from, to := b.groupOf[e.from], b.groupOf[e.to]
		if from == to {
			continue
		}
		for s := low + 1; s <= high; s++ {
			if to >= 0 && b.cells[to][s].shown {
				list = append(list, effect{&b.cells[to][s], up})
			}
			if from >= 0 && b.cells[from][s].shown {
				list = append(list, effect{&b.cells[from][s], !up})
			}
		}
	}
	return list
}

// blocked reports whether an exchange changes a shown value, or, if it must be
// free, a shown cell at all. Most exchanges are, so it looks no further than it
// must.
func (w *world) blocked(e exchange, free bool) (blocked bool) {
	w.apart(e, func(t, high, low int) bool {
		blocked = w.tables[t].blocks != nil && w.tables[t].blocked(e, low, high, free)
		return !blocked
	})
	return blocked
}

func (t *table) blocked(e exchange, low, high int, free bool) bool {
	up := high > low
	if !up {
		low, high = high, low
	}
	for i := range t.blocks {
		b := &t.blocks[i]
		from, to := b.groupOf[e.from], b.groupOf[e.to]
		if from == to {
			continue
		}
		for s := low + 1; s <= high; s++ {
			if to >= 0 && b.cells[to][s].stuck(up, free) || from >= 0 && b.cells[from][s].stuck(!up, free) {
				return true
			}
		}
	}
	return false
}

// most is how often the exchange can be made with every shown value as it is.
func (w *world) most(e exchange, effects []effect) int {
	m := w.supply(e)
	for _, f := range effects {
		m = min(m, f.cell.room(f.up))
	}
	return m
}

func (w *world) supply(e exchange) int {
	m := w.classes[e.class].people[e.from]
	if e.other >= 0 {
		m = min(m, w.classes[e.other].people[e.to])
	}
	return m
}

// apply makes the exchange m times; a negative m takes it back.
func (w *world) apply(e exchange, m int) {
	for _, f := range w.effects(e) {
		if f.up {
			f.cell.count += m
		} else {
			f.cell.count -= m
		}
	}
	w.classes[e.class].people[e.from] -= m
	w.classes[e.class].people[e.to] += m
	if e.other >= 0 {
		w.classes[e.other].people[e.to] -= m
		w.classes[e.other].people[e.from] += m
	}
}

// exchanges yields those that raise (or lower) the target by one, until yield
// returns false. Who is exchanged with the person of the target is outside it.
func (w *world) exchanges(t target, up bool, yield func(exchange) bool) {
	for c, in := range t.in {
		if !in {
			continue
		}
		others := w.others(c)
		for from, n := range w.classes[c].people {
			if n == 0 || t.group[from] == up {
				continue
			}
			for to := range t.group {
				if t.group[to] == up && !w.partnered(t, exchange{c, -1, from, to}, others, yield) {
					return
				}
			}
		}
	}
}

// partnered yields an exchange with nobody and with each of the nearest others.
func (w *world) partnered(t target, e exchange, others []int, yield func(exchange) bool) bool {
	if !yield(e) {
		return false
	}
	tried := 0
	for _, other := range others {
		if w.classes[e.class].people[e.from] == 0 || tried == partners {
			break
		}
		if t.in[other] || w.classes[other].people[e.to] == 0 {
			continue
		}
		tried++
		if !yield(exchange{e.class, other, e.from, e.to}) {
			return false
		}
	}
	return true
}
