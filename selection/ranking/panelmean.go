package ranking

import (
	"cmp"
	"math"
	"slices"
)

// Engine names what ranks and its version; it changes whenever a figure could.
const Engine = "panel-mean/1+mixed/2"

// Standing is one candidate's place and every figure that led to it. Means are
// NaN where nothing was observed.
type Standing struct {
	Candidate  int
	Rank       int   // 1, 2, 2, 4; 0 where there is no composite
	Tied       []int // everyone whose composite is equal at 0.01, this candidate among them, in index order; nil where nobody else's is
	Sharing    []int // those of Tied whom the chain does not separate from this candidate, which is among them; nil where there is nobody else
	BrokenBy   int   // the last dimension of the chain that was needed to separate this candidate from any of Tied; -1 none
	Composite  float64
	Values     float64 // the values alone, their weights renormalised
	Marks      float64 // the composite of panel marks, without psychometrics: what gates look at
	Dimensions []DimensionMean
	Gate       Gate
	Breaches   []Breach
}

// DimensionMean is one dimension of a standing.
type DimensionMean struct {
	Marks     float64        // mean over exercises of panel marks
	Score     float64        // Marks with the psychometric shares
	Exercises []ExerciseMean // where it was observed, in order of exercise; nil above TableLimit candidates
	Tests     []TestShare    // what entered it
}

// ExerciseMean is a dimension as seen in one exercise: the mean over its
// observed cells.
type ExerciseMean struct {
	Exercise int
	Mean     float64
	Cells    []CellMean
}

// CellMean is the mean over the raters who marked one criterion in one exercise.
type CellMean struct {
	Cell int
	Mean float64
	Rows []int // indices into Data's columns, by rising score
}

// TestShare is a psychometric scale that entered a dimension.
type TestShare struct {
	Test  int
	Score float64 // on the rating scale
	Share float64
}

// Breach is one gate that was not passed.
type Breach struct {
	Kind      BreachKind
	Dimension int // for BelowMinimum and Unobserved
	Row       int // for Vetoed: the mark
}

// BreachKind names a gate.
type BreachKind int

// The gates.
const (
	BelowComposite BreachKind = iota
	BelowMinimum
	Vetoed
	Unobserved // nobody observed the dimension: there is no composite
)

// PanelMean ranks by the panel's own marks: averaged over raters within
// criterion × exercise, then over criteria within exercise × dimension, then
// over exercises within dimension, then weighted (statistics §0). What was not
// observed is skipped at each level; a dimension that nobody observed leaves
// no composite. The standings come best first, equals by index, candidates
// without a composite last.
func PanelMean(d Data) []Standing {
	rows := rowsByCandidate(d)
	tests := testsByCandidate(d)
	standings := make([]Standing, d.Candidates)
	for i := range standings {
		standings[i] = score(d, i, rows[i], tests[i])
		if d.Candidates > TableLimit {
			standings[i].dropWorking()
		}
	}
	place(d, standings)
	return standings
}

// dropWorking keeps the figures alone: in a national round the way to them is
// three times as large, and nobody follows it for 50,000 candidates.
func (s *Standing) dropWorking() {
	for k := range s.Dimensions {
		s.Dimensions[k].Exercises = nil
	}
}

// rowsByCandidate sorts row numbers by candidate, cell and score, so that
// every sum below runs in one order: no order of rows, and no other way to name
// the raters, can change a bit of it.
func rowsByCandidate(d Data) [][]int {
	order := make([]int, len(d.Score))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(
			cmp.Compare(d.Candidate[a], d.Candidate[b]),
			cmp.Compare(d.Cell[a], d.Cell[b]),
			cmp.Compare(d.Score[a], d.Score[b]),
			cmp.Compare(d.Rater[a], d.Rater[b]))
	})
	rows := make([][]int, d.Candidates)
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && d.Candidate[order[end]] == d.Candidate[order[start]] {
			end++
		}
		rows[d.Candidate[order[start]]] = order[start:end]
		start = end
	}
	return rows
}

func testsByCandidate(d Data) [][]TestResult {
	results := slices.Clone(d.Results)
	slices.SortFunc(results, func(a, b TestResult) int {
		return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Test, b.Test))
	})
	tests := make([][]TestResult, d.Candidates)
	for _, r := range results {
		tests[r.Candidate] = append(tests[r.Candidate], r)
	}
	return tests
}

func score(d Data, candidate int, rows []int, tests []TestResult) Standing {
	s := Standing{Candidate: candidate, BrokenBy: -1, Dimensions: make([]DimensionMean, len(d.Dimensions))}
	cells := cellMeans(d, rows)
	for k := range d.Dimensions {
		s.Dimensions[k] = dimensionMean(d, k, cells, tests)
	}
	all := func(Dimension) bool { return true }
	marks := func(m DimensionMean) float64 { return m.Marks }
	withTests := func(m DimensionMean) float64 { return m.Score }
	s.Marks = composite(d, s.Dimensions, all, marks)
	s.Composite = composite(d, s.Dimensions, all, withTests)
	s.Values = composite(d, s.Dimensions, func(k Dimension) bool { return k.Value }, withTests)
	s.Gate, s.Breaches = gate(d, s, rows)
	return s
}

func cellMeans(d Data, rows []int) []CellMean {
	var cells []CellMean
	for start := 0; start < len(rows); {
		cell, total := d.Cell[rows[start]], 0.0
		end := start
		for ; end < len(rows) && d.Cell[rows[end]] == cell; end++ {
			total += d.Score[rows[end]]
		}
		cells = append(cells, CellMean{Cell: int(cell), Mean: total / float64(end-start), Rows: rows[start:end]})
		start = end
	}
	return cells
}

func dimensionMean(d Data, k int, cells []CellMean, tests []TestResult) DimensionMean {
	var m DimensionMean
	for _, c := range cells {
		if d.Cells[c.Cell].Dimension != k {
			continue
		}
		e := d.Cells[c.Cell].Exercise
		if n := len(m.Exercises); n == 0 || m.Exercises[n-1].Exercise != e {
			m.Exercises = append(m.Exercises, ExerciseMean{Exercise: e})
		}
		seen := &m.Exercises[len(m.Exercises)-1]
		seen.Cells = append(seen.Cells, c)
		seen.Mean += c.Mean
	}
	for i := range m.Exercises {
		m.Exercises[i].Mean /= float64(len(m.Exercises[i].Cells))
		m.Marks += m.Exercises[i].Mean
	}
	m.Marks /= float64(len(m.Exercises)) // 0/0: NaN where nobody observed it
	m.addTests(d, k, tests)
	return m
}

// addTests mixes in each scale that loads on the dimension:
// score = (1 − Σ share)·marks + Σ share·(midpoint + z·range/6), each clipped to
// the scale (statistics §0). A candidate without a result is judged by marks
// alone: not observed is not zero.
func (m *DimensionMean) addTests(d Data, k int, tests []TestResult) {
	m.Score = m.Marks
	left := 1.0
	added := 0.0
	for _, r := range tests {
		test := d.Tests[r.Test]
		if !test.Loads[k] {
			continue
		}
		z := (r.Score - test.Mean) / test.SD
		onScale := min(max((d.Low+d.High)/2+z*(d.High-d.Low)/6, d.Low), d.High)
		m.Tests = append(m.Tests, TestShare{Test: int(r.Test), Score: onScale, Share: test.Share})
		left -= test.Share
		added += test.Share * onScale
	}
	if len(m.Tests) > 0 {
		m.Score = left*m.Marks + added
	}
}

// composite is the weighted mean over the dimensions that belong; NaN where
// one of them was not observed, or none belongs.
func composite(d Data, means []DimensionMean, belongs func(Dimension) bool, figure func(DimensionMean) float64) float64 {
	total, weight := 0.0, 0.0
	for k, dim := range d.Dimensions {
		if belongs(dim) {
			total += dim.Weight * figure(means[k])
			weight += dim.Weight
		}
	}
	return total / weight
}

// below guards a threshold against the noise of floating point: a mean of
// marks that is exactly 4 on paper must not fail a threshold of 4. The guard is
// as wide as the scale's own: a mark that passes for 4 is 4 here too.
func below(figure, threshold float64) bool {
	return figure < threshold-1e-9*max(1, math.Abs(threshold))
}

func gate(d Data, s Standing, rows []int) (Gate, []Breach) {
	var breaches []Breach
	verdict := Met
	worsen := func(to Gate) {
		if verdict == Met || to == NotMet {
			verdict = to
		}
	}
	if t := d.Gates.Composite; t != nil && below(s.Marks, *t) {
		breaches = append(breaches, Breach{Kind: BelowComposite, Dimension: -1, Row: -1})
		worsen(NotMet)
	}
	for k, m := range s.Dimensions {
		switch {
		case math.IsNaN(m.Marks):
			breaches = append(breaches, Breach{Kind: Unobserved, Dimension: k, Row: -1})
			worsen(Discuss)
		case k < len(d.Gates.Minimum) && d.Gates.Minimum[k] != nil && below(m.Marks, *d.Gates.Minimum[k]):
			breaches = append(breaches, Breach{Kind: BelowMinimum, Dimension: k, Row: -1})
			worsen(NotMet)
		}
	}
	for _, row := range rows {
		if d.Gates.Veto != nil && !below(*d.Gates.Veto, d.Score[row]) {
			breaches = append(breaches, Breach{Kind: Vetoed, Dimension: -1, Row: row})
			worsen(d.Gates.VetoMeans)
		}
	}
	return verdict, breaches
}

// Hundredths is a figure as ties see it: equal at 0.01. The nudge makes a
// figure that is exactly half way on paper round up whatever its last bits say,
// as a person with a pencil would. It is wider than any sum's noise, some 1e-15
// of the figure, and narrower than marks can come to half way without being it.
func Hundredths(figure float64) int {
	nudge := 1e-12 * max(1, math.Abs(figure))
	return int(math.Floor((figure+nudge)*100 + 0.5))
}

// place sorts the standings and gives ranks: composite, then the declared
// chain, then a shared rank. Nothing is broken by row order.
func place(d Data, standings []Standing) {
	slices.SortFunc(standings, func(a, b Standing) int {
		return cmp.Or(compareComposite(a, b), compareChain(d, a, b), cmp.Compare(a.Candidate, b.Candidate))
	})
	for i := range standings {
		s := &standings[i]
		if math.IsNaN(s.Composite) {
			continue
		}
		s.Rank = i + 1
		if i > 0 && compareComposite(standings[i-1], *s) == 0 && compareChain(d, standings[i-1], *s) == 0 {
			s.Rank = standings[i-1].Rank
		}
	}
	recordTies(d, standings)
}

func compareComposite(a, b Standing) int {
	switch {
	case math.IsNaN(a.Composite) && math.IsNaN(b.Composite):
		return 0
	case math.IsNaN(a.Composite):
		return 1
	case math.IsNaN(b.Composite):
		return -1
	}
	return cmp.Compare(Hundredths(b.Composite), Hundredths(a.Composite))
}

func compareChain(d Data, a, b Standing) int {
	if math.IsNaN(a.Composite) || math.IsNaN(b.Composite) {
		return 0
	}
	if step := separates(d, a, b); step >= 0 {
		k := d.Ties[step]
		return cmp.Compare(Hundredths(b.Dimensions[k].Score), Hundredths(a.Dimensions[k].Score))
	}
	return 0
}

// separates returns the first step of the chain in which two candidates differ,
// or -1.
func separates(d Data, a, b Standing) int {
	return slices.IndexFunc(d.Ties, func(k int) bool {
		return Hundredths(a.Dimensions[k].Score) != Hundredths(b.Dimensions[k].Score)
	})
}

// recordTies notes, for each run of equal composites, who is in it and what
// separated them.
func recordTies(d Data, standings []Standing) {
	for start := 0; start < len(standings); {
		end := start + 1
		for end < len(standings) && standings[end].Rank > 0 && compareComposite(standings[start], standings[end]) == 0 {
			end++
		}
		if end-start > 1 {
			recordTie(d, standings[start:end])
		}
		start = end
	}
}

// recordTie looks at each group that shares a rank and at its neighbours only:
// in the order of the chain, whoever is separated from the group last stands
// beside it. In a national round hundreds are tied.
func recordTie(d Data, tied []Standing) {
	all := candidates(tied)
	for start := 0; start < len(tied); {
		end := start + 1
		for end < len(tied) && tied[end].Rank == tied[start].Rank {
			end++
		}
		step := -1
		if start > 0 {
			step = separates(d, tied[start-1], tied[start])
		}
		if end < len(tied) {
			step = max(step, separates(d, tied[end-1], tied[end]))
		}
		var sharing []int
		if end-start > 1 {
			sharing = candidates(tied[start:end])
		}
		for i := start; i < end; i++ {
			tied[i].Tied, tied[i].Sharing = all, sharing
			if step >= 0 {
				tied[i].BrokenBy = d.Ties[step]
			}
		}
		start = end
	}
}

func candidates(standings []Standing) []int {
	all := make([]int, len(standings))
	for i, s := range standings {
		all[i] = s.Candidate
	}
	slices.Sort(all)
	return all
}
