package mixedmodel

import (
	"cmp"
	"maps"
	"slices"
)

// meeting is a rater who scored a candidate in an exercise.
type meeting struct{ candidate, rater, exercise int32 }

// meetingList holds each meeting once, by candidate, rater and exercise.
type meetingList []meeting

func whoMet(d Data) meetingList {
	seen := map[meeting]struct{}{}
	for row := range d.Score {
		seen[meeting{d.Candidate[row], d.Rater[row], int32(d.Cells[d.Cell[row]].Exercise)}] = struct{}{}
	}
	list := make(meetingList, 0, len(seen))
	for m := range seen {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b meeting) int {
		return cmp.Or(cmp.Compare(a.candidate, b.candidate), cmp.Compare(a.rater, b.rater), cmp.Compare(a.exercise, b.exercise))
	})
	return list
}

// ratersOf calls fn with each candidate's raters, each once, in order.
func (l meetingList) ratersOf(fn func(raters []int32)) {
	for len(l) > 0 {
		var raters []int32
		i := l[0].candidate
		for len(l) > 0 && l[0].candidate == i {
			raters = append(raters, l[0].rater)
			l = l[1:]
		}
		fn(slices.Compact(raters))
	}
}

// nested reports whether each rater keeps to one exercise of several.
func (l meetingList) nested(exercises int) bool {
	home := map[int32]int32{}
	for _, m := range l {
		if e, known := home[m.rater]; known && e != m.exercise {
			return false
		}
		home[m.rater] = m.exercise
	}
	return exercises > 1 && len(home) > 1
}

// differ reports whether not all candidates met the same raters.
func (l meetingList) differ() bool {
	var first []int32
	differ := false
	l.ratersOf(func(raters []int32) {
		if first == nil {
			first = raters
		}
		differ = differ || !slices.Equal(first, raters)
	})
	return differ
}

// perCandidate is how many raters a candidate met, as a harmonic mean.
func (l meetingList) perCandidate() float64 {
	var h harmonic
	l.ratersOf(func(raters []int32) { h.add(len(raters)) })
	return h.mean()
}

// perCandidateAndExercise is how many raters a candidate met in an exercise, as
// a harmonic mean.
func (l meetingList) perCandidateAndExercise() float64 {
	type stand struct{ candidate, exercise int32 }
	raters := map[stand]int{}
	for _, m := range l {
		raters[stand{m.candidate, m.exercise}]++
	}
	var h harmonic
	for _, n := range slices.Sorted(maps.Values(raters)) { // sorted, so that the sum has the same bits each time
		h.add(n)
	}
	return h.mean()
}
