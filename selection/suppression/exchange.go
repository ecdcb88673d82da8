package suppression

import (
	"cmp"
	"math"
	"slices"
)

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
	near    [][]int // by class: see nearest; nil where not yet asked for
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
	w.apart(e, func(t, high, low int) { list = w.tables[t].effects(list, e, low, high) })
	w.scratch = list
	return list
}

// apart tells in which tables the two classes of an exchange stand apart, with
// the last stage that each of them reached there.
func (w *world) apart(e exchange, tell func(table, high, low int)) {
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
		if high != low {
			tell(t, high, low)
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

// partners is with how many classes an exchange is tried; near is how many are
// looked at for that. More are seldom of use: who stands in quite other tables
// changes more of what is shown.
const (
	partners = 12
	nearby   = 64
)

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

// others are the classes to exchange people of a class with, the nearest first:
// between carved ones and those they are a part of nothing tells them apart.
func (w *world) others(class int) []int {
	if len(w.carved) == 0 {
		return w.nearest(class)
	}
	first := len(w.classes) - len(w.carved)
	var list []int
	if class >= first {
		class = w.carved[class-first]
		list = append(list, class)
	}
	for i := range w.carved {
		list = append(list, first+i)
	}
	return append(list, w.nearest(class)...)
}

// nearest are the classes whose people stand in the most alike shown cells.
func (w *world) nearest(class int) []int {
	if w.near == nil {
		w.near = make([][]int, len(w.classes))
	}
	if w.near[class] == nil {
		list := make([][2]int, 0, len(w.near))
		for o := range w.near {
			if o != class {
				list = append(list, [2]int{w.distance(class, o), o})
			}
		}
		slices.SortFunc(list, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
		w.near[class] = make([]int, min(nearby, len(list)))
		for i := range w.near[class] {
			w.near[class][i] = list[i][1]
		}
	}
	return w.near[class]
}

// distance is in how many columns of tables that show something one of two
// classes stands alone.
func (w *world) distance(a, b int) (d int) {
	w.apart(exchange{class: a, other: b}, func(t, high, low int) {
		if len(w.tables[t].blocks) > 0 {
			d += max(high-low, low-high)
		}
	})
	return d
}

// made is an exchange and how often it was made.
type made struct {
	exchange
	times int
}

// stretch moves the target up or down by as many as wanted, as far as it finds
// exchanges that leave every shown value as it is: first such as touch none,
// then such as use what rounding leaves open. It returns how far it came and,
// if that is too short, the cells of this release that it costs least to hide
// so that one more exchange can be made. Everything is as before afterwards.
func (w *world) stretch(t target, up bool, want int) (got int, hide []*cell) {
	var done []made
	make := func(free bool) {
		w.exchanges(t, up, func(e exchange) bool {
			effects := w.effects(e)
			if free && len(effects) > 0 {
				return true
			}
			if m := min(w.most(e, effects), want-got); m > 0 {
				w.apply(e, m)
				done = append(done, made{e, m})
				got += m
			}
			return got < want
		})
	}
	make(true)
	for before := -1; got < want && got > before; {
		before = got
		make(false)
	}
	for got < want {
		pair, found := w.double(t, up)
		if !found {
			break
		}
		done = append(done, pair[:]...)
		got++
	}
	if got < want {
		hide = w.cheapest(t, up)
	}
	w.proof = append(w.proof, done...)
	for i := len(done) - 1; i >= 0; i-- {
		w.apply(done[i].exchange, -done[i].times)
	}
	return got, hide
}

// doubles is how many pairs of exchanges are tried before cells are hidden.
const doubles = 3000

// double makes two exchanges at once that change no shown value only together:
// what the first does to a table of two specialties, say, the second, in the
// other specialty, undoes. It reports whether there were such.
func (w *world) double(t target, up bool) (pair [2]made, found bool) {
	tries := 0
	w.exchanges(t, up, func(first exchange) bool {
		w.apply(first, 1)
		broken := w.broken(first)
		w.returns(t, first, func(second exchange) bool {
			tries++
			w.apply(second, 1)
			if found = len(w.broken(second)) == 0 && whole(broken); found {
				pair = [2]made{{first, 1}, {second, 1}}
			} else {
				w.apply(second, -1)
			}
			return !found && tries < doubles
		})
		if !found {
			w.apply(first, -1)
		}
		return !found && tries < doubles
	})
	return pair, found
}

// broken are the cells that an exchange touched and that no longer fit what is
// shown.
func (w *world) broken(e exchange) []*cell {
	var list []*cell
	for _, f := range w.effects(e) {
		if !f.cell.fits() {
			list = append(list, f.cell)
		}
	}
	return list
}

func whole(cells []*cell) bool {
	return !slices.ContainsFunc(cells, func(c *cell) bool { return !c.fits() })
}

// returns yields exchanges outside the target that give the codes of another
// back: between two near to its classes.
func (w *world) returns(t target, e exchange, yield func(exchange) bool) {
	tried := 0
	for _, class := range w.others(e.class) {
		if t.in[class] || w.classes[class].people[e.to] == 0 {
			continue
		}
		if tried++; tried > partners {
			return
		}
		back := exchange{class, -1, e.to, e.from}
		if !yield(back) {
			return
		}
		paired := 0
		for _, back.other = range w.others(class) {
			if t.in[back.other] || w.classes[back.other].people[e.from] == 0 {
				continue
			}
			if paired++; paired > partners/2 {
				break
			}
			if !yield(back) {
				return
			}
		}
	}
}

// cheapest finds the cells that stand in the way of the exchange that the
// fewest shown people stand in the way of; nil if only the past does.
func (w *world) cheapest(t target, up bool) []*cell {
	var best []*cell
	least := math.MaxInt
	w.exchanges(t, up, func(e exchange) bool {
		cost := 0
		effects := w.effects(e)
		for _, f := range effects {
			if f.cell.room(f.up) > 0 {
				continue
			}
			if f.cell.past {
				return true
			}
			if cost += 1 + f.cell.count; cost >= least {
				return true
			}
		}
		if cost == 0 {
			return true
		}
		least, best = cost, best[:0]
		for _, f := range effects {
			if f.cell.room(f.up) == 0 {
				best = append(best, f.cell)
			}
		}
		return true
	})
	return best
}

// need is how far a count must be able to fall and rise, or how wide its range
// must be in all.
type need struct{ down, up, width int }

// need of a count x of all people, whose number everybody knows. A small one
// must be able to be any small number; if they are so few that all of them are
// a small number, any number of them. A group that is everybody tells what each
// of them is, so it must be able to lack any small number. Given a width, that
// is asked of the range and no more.
func (p Policy) need(x, all, width int) need {
	switch {
	case x < all && !p.small(x) || x == 0:
		return need{}
	case width > 0:
		return need{x, all - x, min(width, all)}
	case all < p.Threshold:
		return need{x, all - x, all}
	case x == all:
		return need{p.Threshold - 1, 0, p.Threshold - 1}
	}
	return need{x - 1, p.Threshold - 1 - x, p.Threshold}
}

func (n need) met(down, up int) bool { return down+up >= n.width || down >= n.down && up >= n.up }

// protect hides cells until the target cannot be worked out, and reports
// whether that was to be had.
func (w *world) protect(t target) bool {
	x, all := w.count(t)
	need := w.policy.need(x, all, t.width)
	for w.proof = w.proof[:0]; need.width > 0; w.proof = w.proof[:0] {
		down, below := w.stretch(t, false, min(need.down, need.width))
		up, above := w.stretch(t, true, min(need.up, need.width-down))
		if need.met(down, up) {
			return true
		}
		if up == need.up { // then perhaps further
			if up, _ = w.stretch(t, true, need.width-down); need.met(down, up) {
				return true
			}
		}
		hide := below
		if len(below) == 0 || len(above) > 0 && cost(above) < cost(below) {
			hide = above
		}
		if len(hide) == 0 {
			w.silence(t)
			return false
		}
		for _, c := range hide {
			c.hide()
		}
	}
	return true
}

// silence hides all of this release that tells of the people of a target that
// earlier releases leave too little protected.
func (w *world) silence(t target) {
	for _, up := range []bool{true, false} {
		w.exchanges(t, up, func(e exchange) bool {
			if e.other < 0 {
				for _, f := range w.effects(e) {
					if !f.cell.past {
						f.cell.hide()
					}
				}
			}
			return true
		})
	}
}

func cost(cells []*cell) (n int) {
	for _, c := range cells {
		n += 1 + c.count
	}
	return n
}
