package mixedmodel

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// design is the model's matrices by pattern: what a criterion or a posterior
// is computed from.
type design struct {
	Evidence
	terms    Terms
	width    int        // global columns of a rater: 0, 1, or one a dimension where rater × dimension is on
	centre   []float64  // by cell, the mean that was taken off before summing
	columns  []int32    // by fixed column: the cell, or cells + scale
	column   []int32    // by cell, then by scale: its fixed column; −1: nobody was scored
	patterns []*pattern // in the order of their keys
	total    float64    // Σ y² after centring
	weights  []float64  // by scale: residual variance / its noise
	loads    [][]float64
	order    []int32 // row numbers by candidate, rater, cell, score
	starts   []int   // by candidate: where its rows begin in order; one more at the end
	results  [][]ScaleResult
	place    []placement // by candidate
}

// placement says where a candidate went.
type placement struct{ pattern, team int32 } // −1: no score

// newDesign sorts the evidence into patterns. residual is the residual
// variance, which the weight of a scale's row is relative to; without scales
// it does not matter.
func newDesign(e Evidence, t Terms, residual float64) *design {
	d := &design{Evidence: e, terms: t}
	switch {
	case t.RaterDimension:
		d.width = e.Dimensions
	case t.Rater:
		d.width = 1
	}
	d.sortRows()
	d.addFixed(residual)
	d.addPatterns()
	return d
}

// sortRows puts rows in an order that does not depend on how they came, so
// that every sum runs the same way.
func (d *design) sortRows() {
	d.starts = make([]int, d.Candidates+1)
	for _, i := range d.Candidate {
		d.starts[i+1]++
	}
	for i := range d.Candidates {
		d.starts[i+1] += d.starts[i]
	}
	d.order = make([]int32, len(d.Score))
	next := slices.Clone(d.starts)
	for row, i := range d.Candidate {
		d.order[next[i]] = int32(row)
		next[i]++
	}
	for i := range d.Candidates {
		slices.SortFunc(d.rowsOf(i), func(a, b int32) int {
			return cmp.Or(cmp.Compare(d.Rater[a], d.Rater[b]), cmp.Compare(d.Cell[a], d.Cell[b]), cmp.Compare(d.Score[a], d.Score[b]))
		})
	}
	d.results = make([][]ScaleResult, d.Candidates)
	sorted := slices.Clone(d.Results)
	slices.SortFunc(sorted, func(a, b ScaleResult) int {
		return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Scale, b.Scale), cmp.Compare(a.Score, b.Score))
	})
	for _, r := range sorted {
		d.results[r.Candidate] = append(d.results[r.Candidate], r)
	}
}

func (d *design) rowsOf(candidate int) []int32 {
	return d.order[d.starts[candidate]:d.starts[candidate+1]]
}

// addFixed numbers the fixed columns and takes the mean off each: the criterion
// is the same whatever constant a cell has, and small numbers lose fewer
// digits. A cell in which nobody was scored has no column.
func (d *design) addFixed(residual float64) {
	all := len(d.Cells) + len(d.Scales)
	sums, counts := make([]float64, all), make([]int, all)
	for _, row := range d.order {
		sums[d.Cell[row]] += d.Score[row]
		counts[d.Cell[row]]++
	}
	for i := range d.Candidates {
		if d.starts[i] == d.starts[i+1] {
			continue // a test alone is no observation by the panel
		}
		for _, r := range d.results[i] {
			sums[len(d.Cells)+int(r.Scale)] += r.Score
			counts[len(d.Cells)+int(r.Scale)]++
		}
	}
	d.centre, d.column = make([]float64, all), make([]int32, all)
	for c := range all {
		d.column[c] = -1
		if counts[c] > 0 {
			d.column[c] = int32(len(d.columns))
			d.columns = append(d.columns, int32(c))
			d.centre[c] = sums[c] / float64(counts[c])
		}
	}
	for _, s := range d.Scales {
		d.weights = append(d.weights, residual/s.Noise)
		d.loads = append(d.loads, s.Loads)
	}
}

// seat is one rater's rows of a candidate.
type seat struct {
	rater int32
	rows  []int32
}

// seatsOf groups a candidate's rows by rater, in the order of the cells they
// scored and only then of their number: the same seats for two candidates who
// were seen alike.
func (d *design) seatsOf(candidate int, seats []seat) []seat {
	seats = seats[:0]
	rows := d.rowsOf(candidate)
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && d.Rater[rows[end]] == d.Rater[rows[start]] {
			end++
		}
		seats = append(seats, seat{d.Rater[rows[start]], rows[start:end]})
		start = end
	}
	slices.SortFunc(seats, func(a, b seat) int {
		return cmp.Or(slices.CompareFunc(a.rows, b.rows, func(x, y int32) int { return cmp.Compare(d.Cell[x], d.Cell[y]) }), cmp.Compare(a.rater, b.rater))
	})
	if !d.tellsRaters() && len(seats) > 0 {
		seats[0].rows = rows // one seat for everybody
		slices.SortFunc(rows, func(a, b int32) int {
			return cmp.Or(cmp.Compare(d.Cell[a], d.Cell[b]), cmp.Compare(d.Score[a], d.Score[b]), cmp.Compare(d.Rater[a], d.Rater[b]))
		})
		seats = seats[:1]
	}
	return seats
}

func (d *design) tellsRaters() bool { return d.width > 0 || d.terms.CandidateRater }

func (d *design) key(candidate int, seats []seat, key []byte) []byte {
	key = key[:0]
	for _, s := range seats {
		key = binary.AppendUvarint(key, uint64(len(s.rows)))
		for _, row := range s.rows {
			key = binary.AppendUvarint(key, uint64(d.Cell[row]))
		}
	}
	key = append(key, 0)
	for _, r := range d.results[candidate] {
		key = binary.AppendUvarint(key, uint64(r.Scale))
	}
	return key
}

func (d *design) addPatterns() {
	byKey := map[string][]int32{}
	var seats []seat
	var key []byte
	for i := range d.Candidates {
		if d.starts[i] == d.starts[i+1] {
			continue
		}
		seats = d.seatsOf(i, seats)
		key = d.key(i, seats, key)
		byKey[string(key)] = append(byKey[string(key)], int32(i))
	}
	d.place = make([]placement, d.Candidates)
	for i := range d.place {
		d.place[i] = placement{-1, -1}
	}
	for _, key := range sortedKeys(byKey) {
		d.addPattern(byKey[key])
	}
	for _, row := range d.order {
		y := d.Score[row] - d.centre[d.Cell[row]]
		d.total += y * y
	}
	for i := range d.Candidates {
		if d.place[i].pattern < 0 {
			continue
		}
		for _, r := range d.results[i] {
			x := r.Score - d.centre[len(d.Cells)+int(r.Scale)]
			d.total += d.weights[r.Scale] * x * x
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// addPattern groups candidates seen alike by team.
func (d *design) addPattern(candidates []int32) {
	raters := make([][]int32, len(candidates))
	var seats []seat
	for c, i := range candidates {
		seats = d.seatsOf(int(i), seats)
		if d.tellsRaters() {
			for _, s := range seats {
				raters[c] = append(raters[c], s.rater)
			}
		}
	}
	by := make([]int, len(candidates))
	for c := range by {
		by[c] = c
	}
	slices.SortFunc(by, func(a, b int) int { return cmp.Or(slices.Compare(raters[a], raters[b]), cmp.Compare(a, b)) })
	var p *pattern
	for n, c := range by {
		fresh := n == 0 || !slices.Equal(raters[c], raters[by[n-1]])
		if p == nil || fresh && len(p.teams) == maxTeams {
			p = d.newPattern(int(candidates[c]))
			d.patterns = append(d.patterns, p)
		}
		if fresh || len(p.teams) == 0 {
			p.teams = append(p.teams, team{raters: raters[c], raterY: make([]float64, p.slots*d.width), zeta: make([]float64, p.local)})
		}
		d.place[candidates[c]] = placement{int32(len(d.patterns) - 1), int32(len(p.teams) - 1)}
		d.sum(p, &p.teams[len(p.teams)-1], int(candidates[c]))
	}
}
