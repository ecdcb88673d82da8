package ranking

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// TableLimit is the number of candidates above which there is no table of
// everybody's chance of every rank: at 50,000 it would have 2.5 × 10⁹ cells.
const TableLimit = 200

// outside is what a 90% interval leaves out at each end.
const outside = 0.05

// Draws runs through joint draws of what everybody is like: base is by
// dimension and the same for all, values are candidate by candidate and within
// one by dimension. Every run gives the same draws; fn keeps neither slice.
type Draws func(fn func(base, values []float64)) error

// Question is what is asked of draws.
type Question struct {
	Candidates int
	Draws      int
	Weights    Weights
	Posts      int
	Composite  *float64   // as Gates has it
	Minimum    []*float64 // as Gates has it
}

// Chances is how often each thing happened. Equal candidates share the ranks
// that they hold together.
type Chances struct {
	InPosts           []float64   // among the first of as many as there are posts
	RankLow, RankHigh []int       // 90%
	Appointable       []float64   // NaN where no gate is declared
	SD                []float64   // of the composite; nil where the weights are known, and so are the next two
	Low, High         []float64   // 5% of its draws are no higher than the first, 95 % no higher than the second
	Rank              [][]float64 // [i][r]: candidate i has rank r+1; nil above TableLimit
	Above             [][]float64 // [i][j]: i is above j; the diagonal is NaN; nil above TableLimit and where the weights are known, see Above

	// Where weights are uncertain (SMAA-2, Lahdelma and Salminen 2001): the mean
	// of the weights with which a candidate is first, nil where there are none,
	// and how often the candidate is first with them.
	Central    [][]float64
	Confidence []float64
}

// Count answers the question. rng draws weights where they are uncertain. It
// returns what draws returns.
func Count(q Question, rng *rand.Rand, draws Draws) (Chances, error) {
	t := newTally(q)
	w := newShares(q.Weights, rng)
	if err := draws(func(base, values []float64) { t.add(base, values, w.next()) }); err != nil {
		return Chances{}, err
	}
	c := t.chances()
	if q.Weights.Fixed() || t.rank == nil {
		return c, nil
	}
	c.Central = t.central()
	var err error
	c.Confidence, err = confidence(q, c.Central, draws)
	return c, err
}

// tally counts over draws in memory that does not grow with them.
type tally struct {
	q           Question
	counted     int
	composite   []float64 // of the draw at hand, without the base
	order       []held    // by composite; nil above TableLimit
	inPosts     []float64
	appointable []float64
	moments     []moments     // of the composite; nil where the weights are known
	low, high   ends[float64] // of the composite, the latter with its sign turned; empty where the weights are known
	rank        [][]float64   // nil above TableLimit
	above       [][]float64   // nil above TableLimit and where the weights are known
	firstWith   [][]float64   // sum of the weights with which a candidate was first
	many        *many         // above TableLimit
}

type held struct {
	composite float64
	candidate int
}

func newTally(q Question) *tally {
	n, k := q.Candidates, len(q.Weights.Low)
	t := &tally{
		q: q, composite: make([]float64, n), inPosts: make([]float64, n), appointable: make([]float64, n),
	}
	if !q.Weights.Fixed() {
		t.moments = make([]moments, n)
		t.low, t.high = newInterval[float64](n, q.Draws)
	}
	if n > TableLimit {
		t.many = newMany(n, q.Draws)
		return t
	}
	t.order, t.rank = make([]held, n), square(n, n)
	if !q.Weights.Fixed() {
		t.above, t.firstWith = square(n, n), square(n, k)
	}
	return t
}

func square(rows, columns int) [][]float64 {
	all := make([]float64, rows*columns)
	table := make([][]float64, rows)
	for i := range table {
		table[i] = all[i*columns : (i+1)*columns]
	}
	return table
}

func (t *tally) add(base, values, weights []float64) {
	t.counted++
	shared := dot(weights, base)
	for i := range t.composite {
		own := values[i*len(weights) : (i+1)*len(weights)]
		t.composite[i] = dot(weights, own)
		if t.moments != nil {
			t.moments[i].add(shared+t.composite[i], t.counted)
			t.low.add(i, shared+t.composite[i])
			t.high.add(i, -shared-t.composite[i])
		}
		if t.q.meetsGates(shared+t.composite[i], base, own) {
			t.appointable[i]++
		}
	}
	if t.many != nil {
		t.many.add(t.composite, t.counted, func(candidate int, start, equals int) { t.inPosts[candidate] += t.posts(start, equals) })
		return
	}
	for i, composite := range t.composite {
		t.order[i] = held{composite, i}
	}
	slices.SortFunc(t.order, func(a, b held) int {
		return cmp.Or(cmp.Compare(b.composite, a.composite), cmp.Compare(a.candidate, b.candidate))
	})
	for start := 0; start < len(t.order); {
		end := start + 1
		for end < len(t.order) && t.order[end].composite == t.order[start].composite {
			end++
		}
		t.hold(start, end, weights)
		start = end
	}
}

func dot(a, b []float64) float64 {
	total := 0.0
	for k := range a {
		total += a[k] * b[k]
	}
	return total
}

// CountAppointable is Chances.Appointable alone.
func CountAppointable(q Question, rng *rand.Rand, draws Draws) ([]float64, error) {
	appointable, counted := make([]float64, q.Candidates), 0
	w := newShares(q.Weights, rng)
	err := draws(func(base, values []float64) {
		counted++
		weights := w.next()
		shared := dot(weights, base)
		for i := range appointable {
			own := values[i*len(weights) : (i+1)*len(weights)]
			if q.meetsGates(shared+dot(weights, own), base, own) {
				appointable[i]++
			}
		}
	})
	q.toChances(appointable, counted)
	return appointable, err
}

// toChances makes chances of passing the gates from counts.
func (q Question) toChances(counts []float64, counted int) {
	for i := range counts {
		counts[i] /= float64(counted)
		if !q.gated() {
			counts[i] = math.NaN()
		}
	}
}

func (q Question) gated() bool {
	return Gates{Composite: q.Composite, Minimum: q.Minimum}.Thresholds()
}

func (q Question) meetsGates(composite float64, base, own []float64) bool {
	if q.Composite != nil && composite < *q.Composite {
		return false
	}
	for k, minimum := range q.Minimum {
		if minimum != nil && base[k]+own[k] < *minimum {
			return false
		}
	}
	return true
}

// posts is the part of the posts that each of some equals has, who hold the
// ranks from start+1 on together.
func (t *tally) posts(start, equals int) float64 {
	return float64(min(max(t.q.Posts-start, 0), equals)) / float64(equals)
}

// hold gives the ranks start+1 … end to those who are equal there.
func (t *tally) hold(start, end int, weights []float64) {
	equals := t.order[start:end]
	share := 1 / float64(len(equals))
	for _, e := range equals {
		i := e.candidate
		t.inPosts[i] += t.posts(start, len(equals))
		for r := start; r < end; r++ {
			t.rank[i][r] += share
		}
		if t.above == nil {
			continue
		}
		for _, other := range equals {
			t.above[i][other.candidate] += 0.5
		}
		for _, other := range t.order[end:] {
			t.above[i][other.candidate]++
		}
		if start == 0 {
			for k, w := range weights {
				t.firstWith[i][k] += share * w
			}
		}
	}
}

func (t *tally) chances() Chances {
	n := t.q.Candidates
	c := Chances{InPosts: t.inPosts, Appointable: t.appointable, Rank: t.rank, Above: t.above, RankLow: make([]int, n), RankHigh: make([]int, n)}
	t.q.toChances(c.Appointable, t.counted)
	for i := range n {
		c.InPosts[i] /= float64(t.counted)
		if t.moments != nil {
			c.SD = append(c.SD, t.moments[i].sd(t.counted))
			c.Low, c.High = append(c.Low, t.low.largest[i]), append(c.High, -t.high.largest[i])
		}
		if t.many != nil {
			c.RankLow[i], c.RankHigh[i] = t.many.interval(i)
			continue
		}
		divideBy(t.rank[i], float64(t.counted))
		c.RankLow[i], c.RankHigh[i] = rankAt(t.rank[i], outside), rankAt(t.rank[i], 1-outside)
		if t.above != nil {
			divideBy(t.above[i], float64(t.counted))
			t.above[i][i] = math.NaN()
		}
	}
	return c
}

// rankAt is the first rank by which the given part of the chances is reached.
func rankAt(chances []float64, part float64) int {
	reached := 0.0
	for r, p := range chances {
		reached += p
		if reached >= part-1e-9 {
			return r + 1
		}
	}
	return len(chances)
}

func (t *tally) central() [][]float64 {
	central := make([][]float64, t.q.Candidates)
	for i, weights := range t.firstWith {
		if total := sum(weights); total > 0 {
			central[i] = weights
			divideBy(weights, total)
		}
	}
	return central
}

// confidence is how often each candidate is first with their central weights.
func confidence(q Question, central [][]float64, draws Draws) ([]float64, error) {
	first := make([]float64, q.Candidates)
	counted := 0
	err := draws(func(_, values []float64) {
		counted++
		for i, weights := range central {
			if weights != nil {
				first[i] += shareOfFirst(i, weights, values)
			}
		}
	})
	divideBy(first, float64(counted))
	return first, err
}

// shareOfFirst is 1 for the only one who is first, a part for equals, 0 for
// all others.
func shareOfFirst(candidate int, weights, values []float64) float64 {
	k := len(weights)
	own := dot(weights, values[candidate*k:(candidate+1)*k])
	equals := 0
	for start := 0; start < len(values); start += k {
		switch other := dot(weights, values[start:start+k]); {
		case other > own:
			return 0
		case other == own:
			equals++
		}
	}
	return 1 / float64(equals)
}

// moments are sums of a stream and of its squares, both taken from its first
// number, so that they stay small.
type moments struct{ from, sum, squares float64 }

func (m *moments) add(x float64, counted int) {
	if counted == 1 {
		m.from = x
	}
	off := x - m.from
	m.sum += off
	m.squares += off * off
}

func (m *moments) sd(counted int) float64 {
	n := float64(counted)
	return math.Sqrt(max(m.squares-m.sum*m.sum/n, 0) / max(n-1, 1))
}
