package suppression

import (
	"math"
	"slices"
)

// attacker is somebody who has every release and knows the people of every
// campaign by stage, but no characteristic of them. What can be known is a
// linear programme in the counts themselves, by campaign, version, code and
// stage: totals are known, stages are nested, shown counts lie within their
// rounding, and where nobody left, counts only grew. It shares nothing with the
// package but what is released.
type attacker struct {
	versions []known
	codes    int
	stages   int
	index    map[[2]int]int // campaign and version: its place among versions
	lp       *simplex
}

// known is one version of a campaign; truth is used to start the search, and to
// know what to look for.
type known struct {
	campaign int
	truth    [][]int
}

// simplex finds the range of linear forms over a polytope of which one point is
// known. Variables that are not basic may lie between their bounds, so that
// point is where it starts and there is no first phase.
type simplex struct {
	low, high, value []float64 // structurals, then one logical by row
	rows             [][]float64
	basic            []int // by row
	nonbasic         []int // by column
}

const tiny = 1e-9

// newSimplex has the variables at a feasible point, none below 0.
func newSimplex(point []float64) *simplex {
	lp := &simplex{}
	for j, v := range point {
		lp.low = append(lp.low, 0)
		lp.high = append(lp.high, math.Inf(1))
		lp.value = append(lp.value, v)
		lp.nonbasic = append(lp.nonbasic, j)
	}
	return lp
}

// constrain adds low ≤ Σ variables with + − Σ with − ≤ high; call it before the
// first search.
func (lp *simplex) constrain(plus, minus []int, low, high float64) {
	row := make([]float64, len(lp.nonbasic))
	v := 0.0
	for _, j := range plus {
		row[j]++
		v += lp.value[j]
	}
	for _, j := range minus {
		row[j]--
		v -= lp.value[j]
	}
	if v < low-tiny || v > high+tiny {
		panic("the truth does not fit what was released")
	}
	lp.basic = append(lp.basic, len(lp.value))
	lp.value = append(lp.value, v)
	lp.low = append(lp.low, low)
	lp.high = append(lp.high, high)
	lp.rows = append(lp.rows, row)
}

// clone is a copy to search in: each search begins with exact figures.
func (lp *simplex) clone() *simplex {
	c := &simplex{lp.low, lp.high, slices.Clone(lp.value), make([][]float64, len(lp.rows)), slices.Clone(lp.basic), slices.Clone(lp.nonbasic)}
	for r, row := range lp.rows {
		c.rows[r] = slices.Clone(row)
	}
	return c
}

// form is a linear form in the variables.
func (lp *simplex) form(plus, minus []int) []float64 {
	w := make([]float64, len(lp.low))
	for _, j := range plus {
		w[j]++
	}
	for _, j := range minus {
		w[j]--
	}
	return w
}

// extreme moves to where a form is highest (sign 1) or lowest (-1) and returns
// it; it ends early where the form is at stop or beyond.
func (lp *simplex) extreme(form []float64, sign, stop float64) float64 {
	gain := make([]float64, len(lp.nonbasic))
	for c, j := range lp.nonbasic {
		gain[c] = sign * form[j]
	}
	for r, j := range lp.basic {
		if form[j] != 0 {
			for c, a := range lp.rows[r] {
				gain[c] += sign * form[j] * a
			}
		}
	}
	for steps := 0; ; steps++ {
		if steps > 20000 {
			panic("the simplex runs in circles")
		}
		v := 0.0
		for j, w := range form {
			v += w * lp.value[j]
		}
		if sign*v >= sign*stop {
			return v
		}
		c, way := lp.entering(gain, steps > 500)
		if c < 0 {
			return v
		}
		if !lp.step(c, way, gain, steps > 500) {
			return math.Inf(int(sign))
		}
	}
}

// entering picks the column of the greatest gain, after many steps the first
// (Bland), and the way it goes.
func (lp *simplex) entering(gain []float64, bland bool) (column int, way float64) {
	column, most, number := -1, 1e-7, len(lp.low)
	for c, g := range gain {
		j := lp.nonbasic[c]
		if g > 1e-7 && lp.value[j] < lp.high[j]-tiny || g < -1e-7 && lp.value[j] > lp.low[j]+tiny {
			if bland && j < number || !bland && math.Abs(g) > most {
				column, most, number, way = c, math.Abs(g), j, math.Copysign(1, g)
			}
		}
	}
	return column, way
}

// step moves a column until a bound is met; false if none is.
func (lp *simplex) step(c int, way float64, gain []float64, bland bool) bool {
	j := lp.nonbasic[c]
	far, row := lp.high[j]-lp.value[j], -1
	if way < 0 {
		far = lp.value[j] - lp.low[j]
	}
	for r, b := range lp.basic {
		a := lp.rows[r][c] * way
		room := math.Inf(1)
		if a > tiny {
			room = (lp.high[b] - lp.value[b]) / a
		} else if a < -tiny {
			room = (lp.low[b] - lp.value[b]) / a
		}
		room = max(room, 0)
		tie := row >= 0 && room < far+tiny && (bland && b < lp.basic[row] || !bland && math.Abs(a) > math.Abs(lp.rows[row][c]))
		if room < far-tiny || tie {
			far, row = min(far, room), r
		}
	}
	if math.IsInf(far, 1) {
		return false
	}
	for r, b := range lp.basic {
		lp.value[b] += lp.rows[r][c] * way * far
	}
	lp.value[j] += way * far
	if row >= 0 {
		b := lp.basic[row]
		lp.value[b] = lp.low[b] // exactly
		if lp.rows[row][c]*way > 0 {
			lp.value[b] = lp.high[b]
		}
		lp.pivot(row, c, gain)
	}
	return true
}

func (lp *simplex) pivot(r, c int, gain []float64) {
	row := lp.rows[r]
	p := row[c]
	for k := range row {
		row[k] /= -p
	}
	row[c] = 1 / p
	replace := func(other []float64) {
		f := other[c]
		if f == 0 {
			return
		}
		other[c] = 0
		for k, a := range row {
			if a != 0 {
				other[k] += f * a
				if math.Abs(other[k]) < 1e-12 {
					other[k] = 0
				}
			}
		}
	}
	for i := range lp.rows {
		if i != r {
			replace(lp.rows[i])
		}
	}
	replace(gain)
	lp.basic[r], lp.nonbasic[c] = lp.nonbasic[c], lp.basic[r]
}

// round of an audit: what was true when a release was made.
type round struct {
	audit   Audit
	release Release
	policy  Policy
}

// newAttacker reads all rounds for one characteristic.
func newAttacker(rounds []round, characteristic int) *attacker {
	at := &attacker{index: map[[2]int]int{}}
	at.stages, at.codes = len(rounds[0].audit.Stages), len(rounds[0].audit.Characteristics[characteristic].Codes)
	names := map[string]int{}
	var versions [][]int // by campaign: places in at.versions
	for r, round := range rounds {
		for i, name := range round.audit.Campaigns {
			u, seen := names[name]
			if !seen {
				u = len(names)
				names[name] = u
				versions = append(versions, nil)
			}
			counts := round.audit.Characteristics[characteristic].Counts[i]
			if list := versions[u]; len(list) == 0 || !same(at.versions[list[len(list)-1]].truth, counts) {
				versions[u] = append(list, len(at.versions))
				at.versions = append(at.versions, known{u, counts})
			}
			at.index[[2]int{r, i}] = versions[u][len(versions[u])-1]
		}
	}
	var point []float64
	for _, v := range at.versions {
		for _, row := range v.truth {
			for _, n := range row {
				point = append(point, float64(n))
			}
		}
	}
	at.lp = newSimplex(point)
	at.people(versions)
	for r, round := range rounds {
		at.tables(r, round, characteristic)
	}
	return at
}

// cell is the variable of a version, code and stage.
func (at *attacker) cell(v, k, s int) int { return (v*at.codes+k)*at.stages + s }

// people are what is known without any release.
func (at *attacker) people(versions [][]int) {
	for v, known := range at.versions {
		for s := range at.stages {
			var all []int
			for k := range at.codes {
				all = append(all, at.cell(v, k, s))
				if s > 0 {
					at.lp.constrain([]int{at.cell(v, k, s-1)}, []int{at.cell(v, k, s)}, 0, math.Inf(1))
				}
			}
			n := float64(sum(known.truth, s))
			at.lp.constrain(all, nil, n, n)
		}
	}
	for _, list := range versions {
		for i := 1; i < len(list); i++ {
			if !grew(at.versions[list[i-1]].truth, at.versions[list[i]].truth) {
				continue
			}
			for k := range at.codes {
				for s := range at.stages {
					at.lp.constrain([]int{at.cell(list[i], k, s)}, []int{at.cell(list[i-1], k, s)}, 0, math.Inf(1))
				}
			}
		}
	}
}

func grew(before, after [][]int) bool {
	for k, row := range before {
		for s, n := range row {
			if after[k][s] < n {
				return false
			}
		}
	}
	return true
}

// tables reads what a release shows. A table that stays as it was tells nothing
// that the release it is of did not.
func (at *attacker) tables(r int, round round, characteristic int) {
	c := round.audit.Characteristics[characteristic]
	for _, t := range round.release.Tables {
		if t.Withheld || t.Characteristic != c.Name || t.Number != r+1 {
			continue
		}
		scope := round.audit.Scopes[slices.IndexFunc(round.audit.Scopes, func(s Scope) bool { return s.Name == t.Scope })]
		grouping := c.Groupings[slices.IndexFunc(c.Groupings, func(g Grouping) bool { return g.Name == t.Grouping })]
		for g, row := range t.Cells {
			for s, shown := range row {
				if low, high, ok := round.policy.Range(shown); ok {
					at.lp.constrain(at.sum(r, scope.Campaigns, grouping.Groups[g].Codes, s), nil, float64(low), float64(high))
				}
			}
		}
	}
}

// sum is the variables of the people of some campaigns and codes at a stage.
func (at *attacker) sum(r int, campaigns, codes []int, s int) []int {
	var list []int
	for _, u := range campaigns {
		for _, k := range codes {
			list = append(list, at.cell(at.index[[2]int{r, u}], k, s))
		}
	}
	return list
}

// recovers looks for the range of Σ plus − Σ minus, whose true value is x and
// which by what everybody knows lies between 0 and all, as far as is needed to
// see that it is wide enough, and reports whether it is not.
func (at *attacker) recovers(p Policy, plus, minus []int, x, all, width int) bool {
	low, high, wide := 1, p.Threshold-1, p.Threshold
	if all < p.Threshold {
		low, high = 0, all
	}
	if width > 0 {
		low, high, wide = 0, all, min(width, all)
	}
	down, up := at.ranges(plus, minus, low, max(high, x+wide))
	return (down > low || up < high) && up-down < wide
}

// ranges is the range of Σ plus − Σ minus; it may end early at low and high.
func (at *attacker) ranges(plus, minus []int, low, high int) (down, up int) {
	lp := at.lp.clone()
	form := lp.form(plus, minus)
	up = int(math.Floor(lp.extreme(form, 1, float64(high)) + 1e-6))
	down = int(math.Ceil(lp.extreme(form, -1, float64(low)) - 1e-6))
	return down, up
}
