package round

import (
	"cmp"
	"slices"

	"appointable/selection/mixedmodel"
)

// role is what a column of a long file is for.
type role int

// The roles. Those before longScore are codes.
const (
	longCandidate role = iota
	longRater
	longExercise
	longDimension
	longCriterion
	longScore
	longWithdrawn
	longRoles
)

// longReader turns rows into columns of numbers. Codes and cells are numbered
// as they come, and put in order at the end.
type longReader struct {
	columns []column       // of the file
	at      [longRoles]int // in columns; -1 for none
	limits  *Limits

	data                   mixedmodel.Data
	has                    [longRoles]bool // the file has the column
	notObserved, withdrawn int

	codes   [longScore]codebook
	cells   map[cellKey]int32
	keys    []cellKey // by cell
	belongs map[int32]belonging
	lost    bool // a code of the row could not be read
}

// cellKey is an exercise and a criterion or, without such a column, a
// dimension.
type cellKey struct{ exercise, part int32 }

// belonging is the dimension of a criterion, and the line that said so first.
type belonging struct {
	dimension int32
	line      int
}

func newLongReader(c LongColumns, limits *Limits) *longReader {
	r := &longReader{limits: limits, cells: map[cellKey]int32{}, belongs: map[int32]belonging{}}
	for role, named := range [longRoles]LongColumn{c.Candidate, c.Rater, c.Exercise, c.Dimension, c.Criterion, c.Score, {"withdrawn", false}} {
		r.at[role] = r.add(named)
	}
	return r
}

// add returns where a column stands among those of the file.
func (r *longReader) add(named LongColumn) int {
	if named.Name == "" {
		return -1
	}
	for at, known := range r.columns {
		if known.name == named.Name {
			r.columns[at].required = known.required || named.Required
			return at
		}
	}
	r.columns = append(r.columns, column{named.Name, named.Required})
	return len(r.columns) - 1
}

func (r *longReader) row(t *table) {
	if t.rows == 1 {
		for role, at := range r.at {
			r.has[role] = at >= 0 && t.cellOf[at] >= 0
		}
	}
	r.lost = false
	candidate, rater := r.code(t, longCandidate), r.code(t, longRater)
	cell := r.cell(t)
	score, observed := r.score(t)
	withdrawn := r.has[longWithdrawn] && t.yes(r.at[longWithdrawn])
	switch d := &r.data; {
	case r.lost:
	case withdrawn:
		r.withdrawn++
	case !observed:
		r.notObserved++
	default:
		d.Candidate, d.Rater, d.Cell = append(d.Candidate, candidate), append(d.Rater, rater), append(d.Cell, cell)
		d.Score = append(d.Score, score)
	}
}

// code numbers the row's code; without such a column there is one for all.
func (r *longReader) code(t *table, role role) int32 {
	text, ok := "all", true
	if r.has[role] {
		text, ok = t.label(r.at[role])
	}
	if !ok {
		r.lost = true
		return 0
	}
	return r.codes[role].number(text)
}

func (r *longReader) cell(t *table) int32 {
	exercise, dimension := r.code(t, longExercise), r.code(t, longDimension)
	key := cellKey{exercise, dimension}
	if r.has[longCriterion] {
		key.part = r.code(t, longCriterion)
		r.checkDimension(t, key.part, dimension)
	}
	if r.lost {
		return 0
	}
	number, known := r.cells[key]
	if !known {
		number = int32(len(r.keys))
		r.cells[key], r.keys = number, append(r.keys, key)
		r.data.Cells = append(r.data.Cells, mixedmodel.Cell{Exercise: int(exercise), Dimension: int(dimension)})
	}
	return number
}

func (r *longReader) checkDimension(t *table, criterion, dimension int32) {
	if r.lost || !r.has[longDimension] {
		return
	}
	first, known := r.belongs[criterion]
	switch {
	case !known:
		line, _ := t.at(0)
		r.belongs[criterion] = belonging{dimension, line}
	case first.dimension != dimension:
		r.lost = true
		names := r.codes[longDimension].names
		t.complain(r.at[longDimension], "criterion %s belongs to %s here and to %s on line %d; a criterion belongs to one %s",
			shown(r.codes[longCriterion].names[criterion]), shown(names[dimension]), shown(names[first.dimension]), first.line, r.columns[r.at[longDimension]].name)
	}
}

func (r *longReader) score(t *table) (x float64, observed bool) {
	x, observed = t.score(r.at[longScore])
	if observed && r.limits != nil && (x < r.limits.Low || x > r.limits.High) {
		t.complain(r.at[longScore], "score %v is outside %v–%v", x, r.limits.Low, r.limits.High)
	}
	return x, observed
}

// finish puts codes and cells in order and numbers them anew, so that the order
// of the rows decides nothing.
func (r *longReader) finish() Long {
	var names [longScore][]string
	var anew [longScore][]int32 // by the number so far
	for role := range r.codes {
		names[role], anew[role] = r.codes[role].inOrder()
	}
	d := &r.data
	d.Candidates, d.Raters = len(names[longCandidate]), len(names[longRater])
	d.Exercises, d.Dimensions = len(names[longExercise]), len(names[longDimension])
	renumber(d.Candidate, anew[longCandidate])
	renumber(d.Rater, anew[longRater])
	criteria := r.orderCells(names, anew)
	return Long{
		Data:       *d,
		Candidates: names[longCandidate], Raters: names[longRater], Exercises: names[longExercise], Dimensions: names[longDimension],
		Criteria: criteria,
		HasRater: r.has[longRater], HasExercise: r.has[longExercise], HasDimension: r.has[longDimension],
		NotObserved: r.notObserved, Withdrawn: r.withdrawn,
	}
}

// orderCells sorts cells by exercise and criterion and returns their criteria.
func (r *longReader) orderCells(names [longScore][]string, anew [longScore][]int32) (criteria []string) {
	part := longDimension
	if r.has[longCriterion] {
		part = longCriterion
	}
	for c, key := range r.keys {
		r.keys[c] = cellKey{anew[longExercise][key.exercise], anew[part][key.part]}
	}
	before := inOrderOf(r.keys, func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.exercise, b.exercise), cmp.Compare(a.part, b.part))
	})
	cells := make([]mixedmodel.Cell, len(before))
	to := make([]int32, len(before))
	for c, was := range before {
		to[was] = int32(c)
		cells[c] = mixedmodel.Cell{Exercise: int(r.keys[was].exercise), Dimension: int(anew[longDimension][r.data.Cells[was].Dimension])}
		criteria = append(criteria, names[part][r.keys[was].part])
	}
	r.data.Cells = cells
	renumber(r.data.Cell, to)
	return criteria
}

// inOrderOf gives the indices of items in the order of compare.
func inOrderOf[T any](items []T, compare func(a, b T) int) []int {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return compare(items[i], items[j]) })
	return order
}

func renumber(numbers, anew []int32) {
	for row, n := range numbers {
		numbers[row] = anew[n]
	}
}
