package mixedmodel

// The derivative of D by a factor Λ of a term with G = ΛΛ′ follows from
// dD = tr(Z′PZ dG) − (Z′Py)′ dG (Z′Py)/σ², P = V⁻¹ − V⁻¹X(X′V⁻¹X)⁻¹X′V⁻¹
// (Searle, Casella and McCulloch 1992, Variance Components, §6.6). Per candidate
//
//	Z′PZ = Z′WZ − Z′WX S⁻¹ X′WZ,   Z′Py = Z′Wy − Z′WX ĝ
//
// needs only those elements of S⁻¹ that lie where the candidate's raters and
// cells meet, and the sums of a pattern stand for all its candidates.

// slope is what one pattern adds to the gradient: for each term tr or outer
// product of Z′PZ − (Z′Py)(Z′Py)′/σ², before multiplying by Λ.
type slope struct {
	v     []float64 // K×K
	w, h  float64
	rater []float64 // k×k: Q with dD = 2 tr(dΛ_r Q)
	ready [][]float64
}

// buffer returns the n-th scratch matrix of a size, kept for the next θ.
func (s *slope) buffer(n, size int) []float64 {
	for len(s.ready) <= n {
		s.ready = append(s.ready, nil)
	}
	s.ready[n] = grown(s.ready[n], size)
	return s.ready[n]
}

func (c *criterion) gradient(gradient []float64) {
	k, width := c.Dimensions, c.width
	total := slope{v: make([]float64, k*k), rater: make([]float64, width*width)}
	for from := 0; from < len(c.patterns); from += len(c.work) {
		to := min(from+len(c.work), len(c.patterns))
		again := len(c.patterns) > len(c.work)
		c.each(from, to, func(e *eliminated, n int) {
			if again {
				e.eliminate(c.design, c.patterns[n], c.f, c.raterFactor)
			}
			c.slope(e, n)
		})
		for n := from; n < to; n++ {
			s := &c.work[n-from].slope
			addTo(total.v, s.v)
			total.w += s.w
			total.h += s.h
			addTo(total.rater, s.rater)
		}
	}
	out := factors{v: make([]float64, k*k), w: 2 * c.f.w * total.w, h: 2 * c.f.h * total.h}
	product(k, k, k, total.v, c.f.v, out.v)
	for i := range out.v {
		out.v[i] *= 2
	}
	if width > 0 {
		out.s, out.t = c.f.raterGradient(width, total.rater)
		out.s, out.t = 2*out.s, 2*out.t
	}
	c.pack(out, gradient)
}

// slope fills e.slope from S⁻¹ and ĝ.
func (c *criterion) slope(e *eliminated, n int) {
	p, k := e.p, c.width
	q, m := p.local, p.global
	s := &e.slope
	s.v, s.rater = grown(s.v, c.Dimensions*c.Dimensions), grown(s.rater, k*k)
	clear(s.v)
	clear(s.rater)
	s.w, s.h = 0, 0
	g := c.gather(e, n)
	ratio := c.precision()
	c.raterSlope(e, g, ratio)

	l := c.raterFactor
	scaleRows(p, k, l, g.inverse)
	scaleColumns(p, k, l, g.inverse)
	residual, zwx, info := e.residuals(s)
	psi := e.outer(g, residual, zwx)
	wide, square := s.buffer(4, q*m), s.buffer(5, q*q)
	product(q, m, m, zwx, g.inverse, wide)
	productTransposed(q, m, q, wide, zwx, square)
	for i, x := range square {
		info[i] = float64(p.count)*info[i] - x - ratio*psi[i]
	}
	c.share(e, info)
}

// residuals is E = I − Z′ZU′U, with which Z′Wy = Eζ; Z′WX = E·Z′X; and
// Z′WZ = E·Z′Z.
func (e *eliminated) residuals(s *slope) (residual, zwx, zwz []float64) {
	q, m := e.p.local, e.p.global
	uu := s.buffer(0, q*q)
	residual, zwx, zwz = s.buffer(1, q*q), s.buffer(2, q*m), s.buffer(3, q*q)
	transposedProduct(q, q, q, e.u, e.u, uu)
	product(q, q, q, e.zz, uu, residual)
	for i := range residual {
		residual[i] = -residual[i]
	}
	for i := range q {
		residual[i*q+i]++
	}
	productTransposed(q, q, m, residual, e.xz, zwx)
	product(q, q, q, residual, e.zz, zwz)
	return residual, zwx, zwz
}

// outer is Ψ = Σ (Z′Py)(Z′Py)′ over a pattern's candidates.
func (e *eliminated) outer(g gathered, residual, zwx []float64) []float64 {
	q, m := e.p.local, e.p.global
	s := &e.slope
	psi, square, wide := s.buffer(15, q*q), s.buffer(5, q*q), s.buffer(4, q*m)
	product(q, q, q, residual, e.p.cross, square)
	productTransposed(q, q, q, square, residual, psi)
	product(q, q, m, residual, g.mixed, wide)
	productTransposed(q, m, q, wide, zwx, square)
	for i := range q {
		for j := range q {
			psi[i*q+j] -= square[i*q+j] + square[j*q+i]
		}
	}
	product(q, m, m, zwx, g.effects, wide)
	productTransposed(q, m, q, wide, zwx, square)
	addTo(psi, square)
	return psi
}

// share gives each local term its part of an information matrix.
func (c *criterion) share(e *eliminated, info []float64) {
	q, k, s := e.p.local, c.Dimensions, &e.slope
	at := 0
	if c.design.terms.Candidate {
		for r := range k {
			copy(s.v[r*k:r*k+k], info[r*q:r*q+k])
		}
		at = k
	}
	halo := q
	if c.design.terms.CandidateRater {
		halo -= e.p.slots
	}
	for ; at < q; at++ {
		if at < halo {
			s.w += info[at*q+at]
		} else {
			s.h += info[at*q+at]
		}
	}
}

// gathered is sums over a pattern's candidates, in the pattern's columns.
type gathered struct {
	inverse []float64 // m×m: S⁻¹ where their columns are
	effects []float64 // m×m: γγ′, γ = effects in the units of y
	mixed   []float64 // q×m: ζγ′
	rater   []float64 // k×k: Σ over slots of e û′ (see raterSlope)
}

func (c *criterion) gather(e *eliminated, n int) gathered {
	p, k, s := e.p, c.width, &e.slope
	q, m, raters := p.local, p.global, p.slots*k
	g := gathered{inverse: s.buffer(6, m*m), effects: s.buffer(7, m*m), mixed: s.buffer(8, q*m), rater: s.buffer(9, k*k)}
	for _, x := range [][]float64{g.inverse, g.effects, g.mixed, g.rater} {
		clear(x)
	}
	effect, scaled := s.buffer(10, m), s.buffer(11, m)
	i := 0
	for a, column := range p.fixed {
		scaled[raters+a] = c.scaled[c.system.first[c.fixedNode(column)]]
		for b := range a + 1 {
			take(c.system.values, c.cells[n][i], float64(p.count), g.inverse[(raters+a)*m+raters+b:], m, 1, 1)
			i++
		}
	}
	for t := range p.teams {
		team := &p.teams[t]
		for slot, j := range team.raters {
			if k > 0 {
				at := c.system.first[c.nodes[j]]
				copy(effect[slot*k:slot*k+k], c.effect[at:])
				copy(scaled[slot*k:slot*k+k], c.scaled[at:])
			}
		}
		c.gatherTeam(e, team, c.teams[n][t], g, effect, scaled)
	}
	for a := range m { // the lower triangle was filled, by blocks
		for b := range a {
			g.inverse[b*m+a] = g.inverse[a*m+b]
			g.effects[b*m+a] = g.effects[a*m+b]
		}
	}
	return g
}

func (c *criterion) gatherTeam(e *eliminated, team *team, spots []spot, g gathered, effect, scaled []float64) {
	p, k := e.p, c.width
	m, raters := p.global, p.slots*k
	count := float64(team.count)
	if k > 0 {
		i := 0
		for a := range p.slots {
			for b := range a + 1 {
				take(c.system.values, spots[i], count, g.inverse[a*k*m+b*k:], m, k, k)
				i++
			}
			for f := range p.fixed {
				take(c.system.values, spots[i], count, g.inverse[(raters+f)*m+a*k:], m, 1, k)
				i++
			}
		}
	}
	for a := range m {
		x := count * scaled[a]
		line := g.effects[a*m : a*m+a+1]
		for b := range line {
			line[b] += x * scaled[b]
		}
	}
	for a, z := range team.zeta {
		if z == 0 {
			continue
		}
		line := g.mixed[a*m : a*m+m]
		for b, x := range scaled[:m] {
			line[b] += z * x
		}
	}
	if k == 0 {
		return
	}
	// e = X′Wy − H γ for the slots, and its product with û.
	e.rawTeamRHS(team, k)
	for slot := range p.slots {
		for r := range k {
			x := slot*k + r
			left := e.y[x] - count*dot(e.raw[x*m:x*m+m], scaled)
			for col := range k {
				g.rater[col*k+r] += effect[slot*k+col] * left
			}
		}
	}
}

// take adds count times a block of the system to out; where the block lies on
// the diagonal only its lower triangle is the inverse's.
func take(values []float64, at spot, count float64, out []float64, stride, rows, columns int) {
	rowStep, columnStep := int(at.stride), 1
	if at.turned {
		rowStep, columnStep = 1, int(at.stride)
	}
	for r := range rows {
		for c := range columns {
			out[r*stride+c] += count * values[int(at.at)+r*rowStep+c*columnStep]
		}
	}
}

// raterSlope is Q with dD = 2 tr(dΛ_r Q) of this pattern: from log|S|, with
// S = diag(I,0) + LH̃L, the diagonal blocks of H L S⁻¹; from r², −ratio·e û′.
func (c *criterion) raterSlope(e *eliminated, g gathered, ratio float64) {
	p, k := e.p, c.width
	if k == 0 {
		return
	}
	m, s := p.global, &e.slope
	l := c.raterFactor
	scaledRows := s.buffer(12, m*m)
	copy(scaledRows, g.inverse)
	scaleRows(p, k, l, scaledRows) // L S⁻¹
	for slot := range p.slots {
		for r := range k {
			row := e.raw[(slot*k+r)*m : (slot*k+r)*m+m]
			for col := range k {
				sum := 0.0
				for x, h := range row {
					sum += h * scaledRows[x*m+slot*k+col]
				}
				s.rater[col*k+r] += sum
			}
		}
	}
	for i, x := range g.rater {
		s.rater[i] -= ratio * x
	}
}
