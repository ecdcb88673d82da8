package ranking

import (
	"math"
	"slices"
)

// many keeps the ends of everybody's ranks where there are too many candidates
// for a table: exact, in memory that is a tenth of all ranks.
type many struct {
	keys, other []uint64 // composite and candidate in one number, and room to sort
	ranks       []int32  // of the draw at hand, by candidate
	low, high   ends[int32]
}

func newMany(candidates, draws int) *many {
	m := &many{keys: make([]uint64, candidates), other: make([]uint64, candidates), ranks: make([]int32, candidates)}
	m.low, m.high = newInterval[int32](candidates, draws)
	return m
}

// newInterval has room for the ends of a 90% interval of so many draws, counted
// from either end, as rankAt counts in a table. The second is for the numbers
// with their sign turned.
func newInterval[T int32 | float64](candidates, draws int) (low, high ends[T]) {
	return newEnds[T](candidates, atLeast(outside, draws)), newEnds[T](candidates, draws-atLeast(1-outside, draws)+1)
}

// atLeast is the least whole number that is the given part of n or more.
func atLeast(part float64, n int) int { return max(1, int(math.Ceil(part*float64(n)-1e-9))) }

// add ranks one draw and tells, for each candidate, after how many others the
// ranks begin that it holds with its equals. Equals take turns: over the draws
// each holds every one of the ranks.
func (m *many) add(composite []float64, draw int, tell func(candidate, start, equals int)) {
	m.sort(composite)
	for start := 0; start < len(m.keys); {
		end := start + 1
		for end < len(m.keys) && m.keys[end]>>32 == m.keys[start]>>32 {
			end++
		}
		for place, key := range m.keys[start:end] {
			candidate := int(uint32(key))
			m.ranks[candidate] = int32(start + 1 + (place+draw)%(end-start))
			tell(candidate, start, end-start)
		}
		start = end
	}
	for i, rank := range m.ranks {
		m.low.add(i, rank)
		m.high.add(i, -rank)
	}
}

// sort puts candidates in order, the highest composite first. Composites are
// seen as 2³² steps from the highest to the lowest, and sorted by their digits:
// several times as fast as by comparing them.
func (m *many) sort(composite []float64) {
	highest, lowest := slices.Max(composite), slices.Min(composite)
	step := 0.0
	if highest > lowest {
		step = math.MaxUint32 / (highest - lowest)
	}
	for i, x := range composite {
		m.keys[i] = uint64((highest-x)*step)<<32 | uint64(uint32(i))
	}
	const digit = 1<<11 - 1
	for shift := 32; shift < 64; shift += 11 {
		var begin [digit + 2]int
		for _, key := range m.keys {
			begin[key>>shift&digit+1]++
		}
		for d := range digit {
			begin[d+1] += begin[d]
		}
		for _, key := range m.keys {
			at := &begin[key>>shift&digit]
			m.other[*at] = key
			*at++
		}
		m.keys, m.other = m.other, m.keys
	}
}

func (m *many) interval(candidate int) (low, high int) {
	return int(m.low.largest[candidate]), -int(m.high.largest[candidate])
}

// ends keeps, for everybody, the lowest numbers of a stream, as many as there
// is room for: heaps with the largest of them on top.
type ends[T int32 | float64] struct {
	room    int
	kept    []T // room for each, one after the other
	filled  []int32
	largest []T // of those kept: most numbers need no more than this
}

func newEnds[T int32 | float64](candidates, room int) ends[T] {
	return ends[T]{room: room, kept: make([]T, candidates*room), filled: make([]int32, candidates), largest: make([]T, candidates)}
}

func (e *ends[T]) add(candidate int, x T) {
	filled := int(e.filled[candidate])
	if filled == e.room && x >= e.largest[candidate] {
		return
	}
	heap := e.kept[candidate*e.room : (candidate+1)*e.room]
	if filled < e.room {
		heap[filled] = x
		rise(heap, filled)
		e.filled[candidate]++
	} else {
		heap[0] = x
		sink(heap)
	}
	e.largest[candidate] = heap[0]
}

func rise[T int32 | float64](heap []T, i int) {
	for i > 0 && heap[i] > heap[(i-1)/2] {
		heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
		i = (i - 1) / 2
	}
}

func sink[T int32 | float64](heap []T) {
	for i := 0; ; {
		child := 2*i + 1
		if child+1 < len(heap) && heap[child+1] > heap[child] {
			child++
		}
		if child >= len(heap) || heap[child] <= heap[i] {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
