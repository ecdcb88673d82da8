package suppression

import "math"

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
	try := func(free bool) {
		w.exchanges(t, up, func(e exchange) bool {
			if w.blocked(e, free) {
				return true
			}
			if m := min(w.most(e, w.effects(e)), want-got); m > 0 {
				w.apply(e, m)
				done = append(done, made{e, m})
				got += m
			}
			return got < want
		})
	}
	try(true)
	for before := -1; got < want && got > before; {
		before = got
		try(false)
	}
	for most := doubles; got < want; {
		pair, found, both := w.double(t, up, most)
		if found {
			done = append(done, pair[:]...)
			got++
			continue
		}
		if hide = w.cheapest(t, up); len(hide) == 0 || len(both) > 0 && cost(both) < cost(hide) {
			hide = both
		}
		if len(hide) > 0 || most == doublesAtLast {
			break
		}
		most = doublesAtLast
	}
	w.proof = append(w.proof, done...)
	for i := len(done) - 1; i >= 0; i-- {
		w.apply(done[i].exchange, -done[i].times)
	}
	return got, hide
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

// silence hides all of this release that tells of the people of a target, and
// of those near them, whom earlier releases leave too little protected.
func (w *world) silence(t target) {
	for _, up := range []bool{true, false} {
		w.exchanges(t, up, func(e exchange) bool {
			for _, f := range w.effects(e) {
				if !f.cell.past {
					f.cell.hide()
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
