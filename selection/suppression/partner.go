package suppression

import (
	"cmp"
	"slices"
)

// partners is with how many classes an exchange is tried; near is how many are
// looked at for that. More are seldom of use: who stands in quite other tables
// changes more of what is shown.
const (
	partners = 12
	nearby   = 64
)

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
	w.apart(exchange{class: a, other: b}, func(t, high, low int) bool {
		if len(w.tables[t].blocks) > 0 {
			d += max(high-low, low-high)
		}
		return true
	})
	return d
}
