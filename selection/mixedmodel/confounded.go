package mixedmodel

import "slices"

// partition is how a term divides the scores: those of one level share its
// effect.
type partition struct {
	effect Effect
	level  []int32 // by row
	levels int
}

// Confounded lists effects that nothing in the scores tells apart, because they
// divide them alike: where each candidate met one rater, what candidate:rater
// adds to a candidate's scores candidate may have added as well. Only the sum
// of their variances can be estimated; a prior divides it.
func Confounded(d Data, t Terms) [][]Effect {
	var found [][]Effect
	rest := partitions(d, t)
	for len(rest) > 0 {
		var alike []Effect
		var others []partition
		for _, p := range rest {
			if !rest[0].equals(p) {
				others = append(others, p)
			} else if !slices.Contains(alike, p.effect) {
				alike = append(alike, p.effect)
			}
		}
		if len(alike) > 1 && !slices.ContainsFunc(found, func(known []Effect) bool { return slices.Equal(known, alike) }) {
			found = append(found, alike)
		}
		rest = others
	}
	return found
}

// Absorbed lists effects that the cell means take up whole, because no cell has
// scores of two of their levels: a rater who alone scored a cell, or the only
// candidate. Nothing can be said of their variance.
func Absorbed(d Data, t Terms) []Effect {
	cells := partition{level: d.Cell, levels: len(d.Cells)}
	var found []Effect
	for _, p := range partitions(d, t) {
		if cells.determines(p) && p.effect != ResidualEffect && !slices.Contains(found, p.effect) {
			found = append(found, p.effect)
		}
	}
	return found
}

// partitions are those of the terms that are on, and of the residual. The
// candidate's vector divides scores by candidate, in what its dimensions have
// in common, and by candidate × dimension.
func partitions(d Data, t Terms) []partition {
	var list []partition
	add := func(on bool, effect Effect, levels int, level func(row int) int) {
		if !on {
			return
		}
		p := partition{effect: effect, level: make([]int32, len(d.Score)), levels: levels}
		for row := range p.level {
			p.level[row] = int32(level(row))
		}
		list = append(list, p)
	}
	candidate := func(row int) int { return int(d.Candidate[row]) }
	rater := func(row int) int { return int(d.Rater[row]) }
	exercise := func(row int) int { return d.Cells[d.Cell[row]].Exercise }
	dimension := func(row int) int { return d.Cells[d.Cell[row]].Dimension }
	pairs := map[[2]int32]int{} // candidate × rater as a table would be too large, and mostly empty
	pair := func(row int) int {
		key := [2]int32{d.Candidate[row], d.Rater[row]}
		if _, known := pairs[key]; !known {
			pairs[key] = len(pairs)
		}
		return pairs[key]
	}
	add(t.Candidate, CandidateEffect, d.Candidates, candidate)
	add(t.Candidate && d.Dimensions > 1, CandidateEffect, d.Candidates*d.Dimensions, func(row int) int { return candidate(row)*d.Dimensions + dimension(row) })
	add(t.CandidateExercise, CandidateExerciseEffect, d.Candidates*d.Exercises, func(row int) int { return candidate(row)*d.Exercises + exercise(row) })
	add(t.CandidateRater, CandidateRaterEffect, len(d.Score), pair)
	add(t.Rater, RaterEffect, d.Raters, rater)
	add(t.RaterDimension, RaterDimensionEffect, d.Raters*d.Dimensions, func(row int) int { return rater(row)*d.Dimensions + dimension(row) })
	add(true, ResidualEffect, len(d.Score), func(row int) int { return row })
	return list
}

func (p partition) equals(q partition) bool { return p.determines(q) && q.determines(p) }

// determines reports whether scores of one level of p are of one level of q.
func (p partition) determines(q partition) bool {
	const unseen = -1
	to := slices.Repeat([]int32{unseen}, p.levels)
	for row, level := range p.level {
		if to[level] == unseen {
			to[level] = q.level[row]
		}
		if to[level] != q.level[row] {
			return false
		}
	}
	return true
}
