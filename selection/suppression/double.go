package suppression

import "math"

// doubles is how many pairs of exchanges are tried before cells are hidden,
// doublesAtLast how many where nothing is known that could be hidden, and
// repairable how many cells a first may break.
const (
	doubles       = 400
	doublesAtLast = 20_000
	repairable    = 6
)

// double makes two exchanges at once that only together change no shown value:
// what the first does to the table of a specialty and of the whole, the second,
// in another specialty, undoes in the whole. It reports whether there were such,
// or else the cells of this release that it costs least to hide so that there
// are.
func (w *world) double(t target, up bool, most int) (pair [2]made, found bool, hide []*cell) {
	tries, least := 0, math.MaxInt
	w.exchanges(t, up, func(first exchange) bool {
		w.apply(first, 1)
		broken := w.broken(first)
		if tries++; len(broken) <= repairable {
			w.returns(t, first, func(second exchange) bool {
				tries++
				cost, past := w.left(broken, w.effects(second))
				if found = cost == 0; found {
					w.apply(second, 1)
					pair = [2]made{{first, 1}, {second, 1}}
				} else if !past && cost < least {
					least, hide = cost, w.unfit(broken, second)
				}
				return !found && tries < most
			})
		}
		if !found {
			w.apply(first, -1)
		}
		return !found && tries < most
	})
	return pair, found, hide
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

// left is what it costs to hide the cells that would not fit once a second
// exchange had its effects, the broken ones with them, and whether any is of
// the past. This is the innermost loop of all: nothing is made here.
func (w *world) left(broken []*cell, effects []effect) (cost int, past bool) {
	for _, c := range broken {
		if !mended(c, effects) {
			cost += 1 + c.count
			past = past || c.past
		}
	}
	for _, f := range effects {
		if f.cell.fits() && f.cell.room(f.up) == 0 {
			cost += 1 + f.cell.count
			past = past || f.cell.past
		}
	}
	return cost, past
}

func mended(c *cell, effects []effect) bool {
	for _, f := range effects {
		if f.cell == c {
			return f.up && c.count == c.low-1 || !f.up && c.count == c.high+1
		}
	}
	return false
}

// unfit are the cells whose cost left adds up.
func (w *world) unfit(broken []*cell, second exchange) []*cell {
	var list []*cell
	effects := w.effects(second)
	for _, c := range broken {
		if !mended(c, effects) {
			list = append(list, c)
		}
	}
	for _, f := range effects {
		if f.cell.fits() && f.cell.room(f.up) == 0 {
			list = append(list, f.cell)
		}
	}
	return list
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
