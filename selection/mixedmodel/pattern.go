package mixedmodel

import "slices"

// pattern is candidates who were seen alike: as many raters, and from each the
// same cells, whoever the raters were. In the model's matrices only the
// identity of the raters tells such candidates apart, so whatever depends on
// the pattern alone is computed once for all of them (statistics §2). Of their
// scores, sums and cross-products are all that the criterion needs.
//
// Local columns (Z): v by dimension, w by exercise seen, h by slot.
// Global columns (X): for each slot its rater's effects, then the cells, then
// the scales. A slot is one of the pattern's raters.
type pattern struct {
	rows   []patternRow
	scales []int32 // psychometric scales that everybody here has a result on
	fixed  []int32 // cells seen, then scales: numbers of fixed columns
	slots  int
	local  int // q
	global int // m
	teams  []team
	count  int       // candidates
	cross  []float64 // q×q: Σ ζζ′ over candidates, with ζ = Z′y
	zeta   []float64 // Σ ζ
	fixedY []float64 // Σ of the fixed columns' X′y
}

// patternRow is one score: columns of Z and X that it is on. −1: none.
type patternRow struct {
	v, w, h int32 // columns of Z
	rater   int32 // column of X
	fixed   int32 // column of X
}

// team is the raters of some of a pattern's candidates, slot by slot. Sums are
// over those candidates.
type team struct {
	raters []int32
	count  int
	raterY []float64 // slots' X′y
	zeta   []float64 // Z′y
}

// maxTeams splits a pattern of a national round into several, so that cores
// can share it.
const maxTeams = 1024

// newPattern is the pattern that a candidate shows.
func (d *design) newPattern(candidate int) *pattern {
	p := &pattern{}
	seats := d.seatsOf(candidate, nil)
	if d.tellsRaters() {
		p.slots = len(seats)
	}
	var cells, exercises []int32
	for _, row := range d.rowsOf(candidate) {
		cells = append(cells, d.Cell[row])
		exercises = append(exercises, int32(d.Cells[d.Cell[row]].Exercise))
	}
	cells, exercises = distinct(cells), distinct(exercises)
	for _, c := range cells {
		p.fixed = append(p.fixed, d.column[c])
	}
	for _, r := range d.results[candidate] {
		p.scales = append(p.scales, r.Scale)
		p.fixed = append(p.fixed, d.column[len(d.Cells)+int(r.Scale)])
	}
	p.global = p.slots*d.width + len(p.fixed)
	d.addRows(p, seats, cells, exercises)
	p.cross, p.zeta, p.fixedY = make([]float64, p.local*p.local), make([]float64, p.local), make([]float64, len(p.fixed))
	return p
}

func distinct(x []int32) []int32 {
	slices.Sort(x)
	return slices.Compact(x)
}

// addRows says which columns each score is on: v by dimension, then w by
// exercise seen, then h by slot.
func (d *design) addRows(p *pattern, seats []seat, cells, exercises []int32) {
	exerciseAt := 0
	if d.terms.Candidate {
		exerciseAt = d.Dimensions
	}
	slotAt := exerciseAt
	if d.terms.CandidateExercise {
		slotAt += len(exercises)
	}
	p.local = slotAt
	if d.terms.CandidateRater {
		p.local += p.slots
	}
	for slot, s := range seats {
		for _, row := range s.rows {
			cell := d.Cells[d.Cell[row]]
			r := patternRow{v: -1, w: -1, h: -1, rater: -1}
			at, _ := slices.BinarySearch(cells, d.Cell[row])
			r.fixed = int32(p.slots*d.width + at)
			if d.terms.Candidate {
				r.v = int32(cell.Dimension)
			}
			if d.terms.CandidateExercise {
				at, _ := slices.BinarySearch(exercises, int32(cell.Exercise))
				r.w = int32(exerciseAt + at)
			}
			if d.terms.CandidateRater {
				r.h = int32(slotAt + slot)
			}
			switch {
			case d.terms.RaterDimension:
				r.rater = int32(slot*d.width + cell.Dimension)
			case d.width == 1:
				r.rater = int32(slot)
			}
			p.rows = append(p.rows, r)
		}
	}
}

// sum adds a candidate's scores to the sums of its pattern and team.
func (d *design) sum(p *pattern, t *team, candidate int) {
	raterY, fixedY, zeta := make([]float64, p.slots*d.width), make([]float64, len(p.fixed)), make([]float64, p.local)
	d.sums(p, candidate, raterY, fixedY, zeta)
	p.count++
	t.count++
	addTo(t.raterY, raterY)
	addTo(t.zeta, zeta)
	addTo(p.fixedY, fixedY)
	addTo(p.zeta, zeta)
	for a, x := range zeta {
		for b, y := range zeta {
			p.cross[a*p.local+b] += x * y
		}
	}
}

func addTo(sum, x []float64) {
	for i, v := range x {
		sum[i] += v
	}
}

// sums fills X′y and Z′y of one candidate.
func (d *design) sums(p *pattern, candidate int, raterY, fixedY, zeta []float64) {
	n := 0
	shift := p.slots * d.width
	for _, s := range d.seatsOf(candidate, nil) {
		for _, row := range s.rows {
			y := d.Score[row] - d.centre[d.Cell[row]]
			r := p.rows[n]
			n++
			fixedY[int(r.fixed)-shift] += y
			for _, z := range [...]int32{r.v, r.w, r.h} {
				if z >= 0 {
					zeta[z] += y
				}
			}
			if r.rater >= 0 {
				raterY[r.rater] += y
			}
		}
	}
	for s, r := range d.results[candidate] {
		x := d.weights[r.Scale] * (r.Score - d.centre[len(d.Cells)+int(r.Scale)])
		fixedY[len(p.fixed)-len(p.scales)+s] += x
		if d.terms.Candidate {
			for k, load := range d.loads[r.Scale] {
				zeta[k] += load * x
			}
		}
	}
}

// gram fills Z′Z (q×q), X′Z (m×q) and X′X (m×m).
func (d *design) gram(p *pattern, zz, xz, xx []float64) {
	clear(zz)
	clear(xz)
	clear(xx)
	q, m := p.local, p.global
	for _, r := range p.rows {
		z := [...]int32{r.v, r.w, r.h}
		x := [...]int32{r.rater, r.fixed}
		for _, a := range z {
			if a < 0 {
				continue
			}
			for _, b := range z {
				if b >= 0 {
					zz[int(a)*q+int(b)]++
				}
			}
			for _, b := range x {
				if b >= 0 {
					xz[int(b)*q+int(a)]++
				}
			}
		}
		for _, a := range x {
			for _, b := range x {
				if a >= 0 && b >= 0 {
					xx[int(a)*m+int(b)]++
				}
			}
		}
	}
	for s, scale := range p.scales {
		at, weight := m-len(p.scales)+s, d.weights[scale]
		xx[at*m+at] += weight
		if !d.terms.Candidate {
			continue
		}
		for k, load := range d.loads[scale] {
			xz[at*q+k] += weight * load
			for l, other := range d.loads[scale] {
				zz[k*q+l] += weight * load * other
			}
		}
	}
}
