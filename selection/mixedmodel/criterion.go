package mixedmodel

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// criterion is the profiled REML criterion of a design (Bates et al. 2015,
// eq. 42),
//
//	D(θ) = log|M| + (n−p)·(1 + log(2πr²/(n−p)))
//
// with the candidates eliminated from M: log|M| = Σ log|A_i| + log|S|. It equals
// lme4's REMLcrit.
type criterion struct {
	*design
	layout
	system  *schur
	nodes   []int32 // by rater: its node; −1 where they scored nobody
	teams   [][][]spot
	cells   [][]spot // by pattern: blocks of the fixed columns among themselves
	rhs     []float64
	work    []*eliminated // by pattern where there are few, else a batch of them
	workers int

	degrees     float64 // n − p
	believed    noise   // under MAP: what is believed of σ²
	evaluations int

	r2     float64 // r² at the last θ
	logDet float64 // log|M|
	effect []float64
	scaled []float64 // Λu: effects in the units of y
	f      factors

	raterFactor []float64 // Λ_r
}

// noise is a belief about σ²: as if so many residual degrees of freedom had
// been seen to have these squares. None under REML.
type noise struct{ degrees, squares float64 }

// batch bounds the memory of what is kept of each pattern.
const batch = 512

func newCriterion(d *design, workers int) *criterion {
	c := &criterion{design: d, layout: layout{d.terms, d.Dimensions}, workers: workers}
	if workers <= 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	c.degrees = float64(len(d.Score) - len(d.columns))
	c.link()
	for range min(len(d.patterns), batch) {
		c.work = append(c.work, &eliminated{})
	}
	return c
}

// fixedNode is the node of a fixed column: they come after the raters.
func (c *criterion) fixedNode(column int32) int32 { return int32(c.raterNodes()) + column }

func (c *criterion) raterNodes() int { return c.nodeCount() - len(c.columns) }

func (c *criterion) nodeCount() int { return len(c.system.width) }

// link finds which raters and fixed columns meet, and with it the structure of
// the system.
func (c *criterion) link() {
	c.nodes = make([]int32, c.Raters)
	for j := range c.nodes {
		c.nodes[j] = -1
	}
	raters := int32(0)
	for _, p := range c.patterns {
		for _, t := range p.teams {
			for _, j := range t.raters {
				c.nodes[j] = 0
			}
		}
	}
	for j, seen := range c.nodes {
		if seen == 0 && c.width > 0 {
			c.nodes[j] = raters
			raters++
		} else {
			c.nodes[j] = -1
		}
	}
	width := make([]int32, int(raters)+len(c.columns))
	for n := range width {
		width[n] = 1
		if n < int(raters) {
			width[n] = int32(c.width)
		}
	}
	meet := meetings{}
	var together []int32
	for _, p := range c.patterns {
		together = together[:0]
		for _, column := range p.fixed {
			together = append(together, raters+column)
		}
		meet.all(together)
		if c.width == 0 {
			continue
		}
		var everybody []int32
		for _, t := range p.teams {
			together = together[:0]
			for _, j := range t.raters {
				together = append(together, c.nodes[j])
			}
			meet.all(together)
			everybody = append(everybody, together...)
		}
		slices.Sort(everybody)
		for _, a := range slices.Compact(everybody) {
			for _, column := range p.fixed {
				meet.pair(a, raters+column)
			}
		}
	}
	c.system = newSchur(meet.links(len(width)), width)
	c.rhs = make([]float64, c.system.size)
	c.locate()
}

// locate looks up once where each block of each team lies in the system.
func (c *criterion) locate() {
	c.teams, c.cells = make([][][]spot, len(c.patterns)), make([][]spot, len(c.patterns))
	for n, p := range c.patterns {
		for i, a := range p.fixed {
			for _, b := range p.fixed[:i+1] {
				c.cells[n] = append(c.cells[n], c.system.spotOf(c.fixedNode(a), c.fixedNode(b)))
			}
		}
		c.teams[n] = make([][]spot, len(p.teams))
		if c.width == 0 {
			continue
		}
		for m, t := range p.teams {
			spots := make([]spot, 0, p.slots*(p.slots+1)/2+p.slots*len(p.fixed))
			for i, a := range t.raters {
				for _, b := range t.raters[:i+1] {
					spots = append(spots, c.system.spotOf(c.nodes[a], c.nodes[b]))
				}
				for _, b := range p.fixed {
					spots = append(spots, c.system.spotOf(c.fixedNode(b), c.nodes[a]))
				}
			}
			c.teams[n][m] = spots
		}
	}
}

// at returns D(θ) and, where gradient is not nil, fills it with the derivative
// of D, or of D + beliefAt where something is believed of σ². D is +Inf
// where M is not numerically positive definite or nothing is left unexplained.
func (c *criterion) at(theta, gradient []float64) float64 {
	c.evaluations++
	c.f = c.factors(theta)
	c.raterFactor = c.f.rater(c.width)
	if !c.assemble() {
		return math.Inf(1)
	}
	logDet, ok := c.system.factor()
	if !ok {
		return math.Inf(1)
	}
	c.logDet += logDet
	c.effect = append(c.effect[:0], c.rhs...)
	c.system.solve(c.effect)
	for i, b := range c.rhs {
		c.r2 -= b * c.effect[i]
	}
	const nothingLeft = 1e-10
	if !(c.r2 > nothingLeft*c.total) {
		if c.believed.squares == 0 {
			return math.Inf(1)
		}
		c.r2 = nothingLeft * c.total // less cannot be told from rounding
	}
	c.scaled = c.inUnits(c.effect)
	if gradient != nil {
		c.system.invert()
		c.gradient(gradient)
	}
	return c.logDet + c.degrees*(1+math.Log(2*math.Pi*c.r2/c.degrees))
}

// residual is the estimate of σ² at the last θ: r²/(n−p), drawn towards what is
// believed, (r² + ν₀σ₀²)/(n − p + ν₀).
func (c *criterion) residual() float64 { return 1 / c.precision() }

// precision is 1/σ² at the last θ.
func (c *criterion) precision() float64 {
	return (c.degrees + c.believed.degrees) / (c.r2 + c.believed.squares)
}

// beliefAt is what the belief about σ² adds to D at the last θ, σ² profiled
// out: (n−p+ν₀) log(r² + ν₀σ₀²) in place of (n−p) log r², but for a constant.
func (c *criterion) beliefAt() float64 {
	return (c.degrees+c.believed.degrees)*math.Log(c.r2+c.believed.squares) - c.degrees*math.Log(c.r2)
}

// inUnits multiplies the raters' part of x by Λ_r.
func (c *criterion) inUnits(x []float64) []float64 {
	out := append([]float64(nil), x...)
	k, l := c.width, c.raterFactor
	for n := range c.raterNodes() {
		at := c.system.first[n]
		multiply(k, k, l, x[at:], out[at:int(at)+k])
	}
	return out
}

// assemble eliminates every candidate: it fills the system, its right-hand side
// and what of log|M| and r² lies within candidates.
func (c *criterion) assemble() bool {
	clear(c.system.values)
	clear(c.rhs)
	for n := range c.raterNodes() {
		at := c.system.spotOf(int32(n), int32(n))
		for k := range c.width {
			c.system.values[int(at.at)+k*int(at.stride)+k] = 1
		}
	}
	c.logDet, c.r2 = 0, c.total
	for from := 0; from < len(c.patterns); from += len(c.work) {
		to := min(from+len(c.work), len(c.patterns))
		c.each(from, to, func(e *eliminated, n int) { e.eliminate(c.design, c.patterns[n], c.f, c.raterFactor) })
		for n := from; n < to; n++ {
			e := c.work[n-from]
			if !e.ok {
				return false
			}
			c.logDet += float64(e.p.count) * e.logDet
			c.r2 -= e.explained
			c.scatter(n, e)
		}
	}
	return true
}

// each runs fn for patterns [from, to), a batch, on all workers.
func (c *criterion) each(from, to int, fn func(e *eliminated, n int)) {
	workers := min(c.workers, to-from)
	if workers <= 1 {
		for n := from; n < to; n++ {
			fn(c.work[n-from], n)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				n := from + int(next.Add(1)) - 1
				if n >= to {
					return
				}
				fn(c.work[n-from], n)
			}
		})
	}
	all.Wait()
}

// scatter adds a pattern's Schur contribution to the system for each team.
func (c *criterion) scatter(n int, e *eliminated) {
	p, values, k := e.p, c.system.values, c.width
	m, raters := p.global, p.slots*k
	i := 0
	for a := range p.fixed {
		c.rhs[c.system.first[c.fixedNode(p.fixed[a])]] += e.fixedRHS[a]
		for b := range a + 1 {
			values[c.cells[n][i].at] += float64(p.count) * e.h[(raters+a)*m+raters+b]
			i++
		}
	}
	if k == 0 {
		return
	}
	for t := range p.teams {
		team, spots := &p.teams[t], c.teams[n][t]
		count := float64(team.count)
		e.teamRHS(team, k, c.raterFactor, func(slot int, y []float64) {
			addTo(c.rhs[c.system.first[c.nodes[team.raters[slot]]]:][:k], y)
		})
		i := 0
		for a := range p.slots {
			for b := range a + 1 {
				add(values, spots[i], count, e.h[a*k*m+b*k:], m, k, k)
				i++
			}
			for f := range p.fixed {
				add(values, spots[i], count, e.h[(raters+f)*m+a*k:], m, 1, k)
				i++
			}
		}
	}
}

// add adds count times a block of h, rows×columns with the given stride, to the
// system.
func add(values []float64, at spot, count float64, h []float64, stride, rows, columns int) {
	rowStep, columnStep := int(at.stride), 1
	if at.turned {
		rowStep, columnStep = 1, int(at.stride)
	}
	for r := range rows {
		for c := range columns {
			values[int(at.at)+r*rowStep+c*columnStep] += count * h[r*stride+c]
		}
	}
}

// meetings collects which nodes meet: pairs of numbers, each way round.
type meetings struct{ pairs []uint64 }

func (m *meetings) pair(a, b int32) {
	m.pairs = append(m.pairs, uint64(a)<<32|uint64(b), uint64(b)<<32|uint64(a))
}

func (m *meetings) all(nodes []int32) {
	for i, a := range nodes {
		for _, b := range nodes[:i] {
			m.pair(a, b)
		}
	}
}

// links lists the neighbours of each of n nodes, sorted.
func (m *meetings) links(n int) [][]int32 {
	slices.Sort(m.pairs)
	links := make([][]int32, n)
	for _, p := range slices.Compact(m.pairs) {
		links[p>>32] = append(links[p>>32], int32(p&0xffffffff))
	}
	return links
}
