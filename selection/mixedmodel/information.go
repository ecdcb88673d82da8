package mixedmodel

import (
	"gonum.org/v1/gonum/blas/blas64"
)

// information fills out (P×P) with the average information of θ, which is about
// the second derivative of D and never indefinite (Gilmour, Thompson and
// Cullis 1995, Biometrics 51; here with σ² profiled out):
//
//	H_ij = f_i′Pf_j / σ² − (y′Pf_i)(y′Pf_j) / ((n−p)σ⁴),   f_i = ∂V/∂θ_i Py
//
// It needs no inverse of the system, only one solve for each parameter. The
// system must be factored at the θ in question (at without a gradient).
func (c *criterion) information(out []float64) {
	ways := c.directions()
	in := informing{
		criterion: c, ways: ways, within: make([]float64, len(ways)*len(ways)), along: make([]float64, len(ways)),
		across: make([][]float64, len(ways)), left: c.raterResiduals(),
	}
	for i := range in.across {
		in.across[i] = make([]float64, c.system.size)
	}
	for from := 0; from < len(c.patterns); from += len(c.work) {
		to := min(from+len(c.work), len(c.patterns))
		again := len(c.patterns) > len(c.work)
		for n := from; n < to; n++ {
			e := c.work[n-from]
			if again {
				e.eliminate(c.design, c.patterns[n], c.f, c.raterFactor)
			}
			in.add(e, n)
		}
	}
	in.finish(out)
}

// direction is how the covariance factors change with one element of θ: dG of
// the values, of w and h, or of a rater's effects.
type direction struct {
	v     []float64 // K×K; nil where it does not change
	w, h  float64
	rater []float64 // k×k; nil
}

func (c *criterion) directions() []direction {
	var ways []direction
	k, width := c.Dimensions, c.width
	if c.design.terms.Candidate {
		for col := range k {
			for row := col; row < k; row++ {
				d := direction{v: make([]float64, k*k)} // eΛ′ + Λe′, e = ∂Λ/∂λ_row,col
				for j := range k {
					d.v[row*k+j] += c.f.v[j*k+col]
					d.v[j*k+row] += c.f.v[j*k+col]
				}
				ways = append(ways, d)
			}
		}
	}
	on := c.scalars()
	if on[0] {
		ways = append(ways, direction{w: 2 * c.f.w})
	}
	if on[1] {
		ways = append(ways, direction{h: 2 * c.f.h})
	}
	if on[2] { // G_r = s²J + t²I
		d := direction{rater: make([]float64, width*width)}
		for i := range d.rater {
			d.rater[i] = 2 * c.f.s
		}
		ways = append(ways, d)
	}
	if on[3] {
		d := direction{rater: make([]float64, width*width)}
		for r := range width {
			d.rater[r*width+r] = 2 * c.f.t
		}
		ways = append(ways, d)
	}
	return ways
}

// raterResiduals is Z_r′Py, by column of the system.
func (c *criterion) raterResiduals() []float64 {
	left, k := make([]float64, c.system.size), c.width
	if k == 0 {
		return left
	}
	for from := 0; from < len(c.patterns); from += len(c.work) {
		to := min(from+len(c.work), len(c.patterns))
		again := len(c.patterns) > len(c.work)
		for n := from; n < to; n++ {
			e, p := c.work[n-from], c.patterns[n]
			if again {
				e.eliminate(c.design, p, c.f, c.raterFactor)
			}
			scaled := make([]float64, p.global)
			for t := range p.teams {
				team := &p.teams[t]
				c.effectsOf(p, team, scaled)
				e.rawTeamRHS(team, k)
				for slot, j := range team.raters {
					at := int(c.system.first[c.nodes[j]])
					for r := range k {
						x := slot*k + r
						left[at+r] += e.y[x] - float64(team.count)*dot(e.raw[x*p.global:(x+1)*p.global], scaled)
					}
				}
			}
		}
	}
	return left
}

// effectsOf fills a team's global effects in the units of y.
func (c *criterion) effectsOf(p *pattern, t *team, scaled []float64) {
	k := c.width
	if k > 0 {
		for slot, j := range t.raters {
			copy(scaled[slot*k:slot*k+k], c.scaled[c.system.first[c.nodes[j]]:])
		}
	}
	for f, column := range p.fixed {
		scaled[p.slots*k+f] = c.scaled[c.system.first[c.fixedNode(column)]]
	}
}

// informing is the sums as they grow.
type informing struct {
	*criterion
	ways   []direction
	within []float64   // f_i′Wf_j
	along  []float64   // y′Pf_i
	across [][]float64 // L X′Wf_i
	left   []float64   // Z_r′Py
}

func (in *informing) add(e *eliminated, n int) {
	p, k := e.p, in.width
	q, m := p.local, p.global
	s := &e.slope
	residual, zwx, zwz := e.residuals(s)
	psi := e.outer(in.gather(e, n), residual, zwx)
	locals := in.localWays(e)
	// Within candidates: tr(D_i Z′WZ D_j Ψ).
	half, other := s.buffer(13, q*q), s.buffer(14, q*q)
	for i, a := range locals {
		if a == nil {
			continue
		}
		for x := range a {
			in.along[i] += a[x] * psi[x]
		}
		product(q, q, q, a, zwz, half)
		product(q, q, q, psi, half, other) // ΨD_iZ′WZ
		for j, b := range locals[:i+1] {
			if b == nil {
				continue
			}
			sum := 0.0
			for r := range q {
				for col := range q {
					sum += other[r*q+col] * b[col*q+r]
				}
			}
			in.within[i*len(in.ways)+j] += sum
		}
	}
	scaled, change, local, global := make([]float64, m), make([]float64, q), make([]float64, q), make([]float64, m)
	raters := make([][]float64, len(in.ways))
	for t := range p.teams {
		team := &p.teams[t]
		count := float64(team.count)
		in.effectsOf(p, team, scaled)
		multiply(q, q, residual, team.zeta, local) // Σ Z′Py = EΣζ − count Z′WXγ
		for r := range q {
			local[r] -= count * dot(zwx[r*m:r*m+m], scaled)
		}
		for i, w := range in.ways {
			if w.rater == nil {
				continue
			}
			if raters[i] == nil {
				raters[i] = make([]float64, m)
			}
			for slot, j := range team.raters {
				multiply(k, k, w.rater, in.left[in.system.first[in.nodes[j]]:], raters[i][slot*k:slot*k+k])
			}
			multiply(m, m, e.raw, raters[i], global)
			for j := range i + 1 {
				if raters[j] != nil {
					in.within[i*len(in.ways)+j] += count * dot(raters[j], global)
				}
			}
			in.spread(p, team, count, global, in.across[i])
		}
		for i, a := range locals {
			if a == nil {
				continue
			}
			multiply(q, q, a, local, change)
			clear(global)
			for r := range q {
				if x := change[r]; x != 0 {
					for col, z := range zwx[r*m : r*m+m] {
						global[col] += x * z
					}
				}
			}
			for j := range raters { // raters come after local terms
				if raters[j] != nil {
					in.within[j*len(in.ways)+i] += dot(global, raters[j])
				}
			}
			in.spread(p, team, 1, global, in.across[i])
		}
	}
}

// spread adds a team's vector to the system's columns, scaled by L.
func (in *informing) spread(p *pattern, t *team, count float64, x, to []float64) {
	k := in.width
	l := in.raterFactor
	if k > 0 {
		for slot, j := range t.raters {
			at := int(in.system.first[in.nodes[j]])
			for r := range k {
				to[at+r] += count * dot(l[r*k:r*k+k], x[slot*k:slot*k+k])
			}
		}
	}
	for f, column := range p.fixed {
		to[in.system.first[in.fixedNode(column)]] += count * x[p.slots*k+f]
	}
}

// localWays is dG of the local columns for each direction, q×q; nil where a
// direction is a rater's.
func (in *informing) localWays(e *eliminated) [][]float64 {
	q, k := e.p.local, in.Dimensions
	out := make([][]float64, len(in.ways))
	start, halo := 0, q
	if in.design.terms.Candidate {
		start = k
	}
	if in.design.terms.CandidateRater {
		halo -= e.p.slots
	}
	for i, w := range in.ways {
		if w.rater != nil {
			continue
		}
		out[i] = make([]float64, q*q)
		for r := 0; w.v != nil && r < k; r++ {
			copy(out[i][r*q:r*q+k], w.v[r*k:r*k+k])
		}
		for at := start; at < q; at++ {
			out[i][at*q+at] = w.w
			if at >= halo {
				out[i][at*q+at] = w.h
			}
		}
	}
	return out
}

func (in *informing) finish(out []float64) {
	n, k := len(in.ways), in.width
	line := make([]float64, k)
	for i, w := range in.ways {
		if w.rater == nil {
			continue
		}
		for node := range in.raterNodes() {
			at := int(in.system.first[node])
			multiply(k, k, w.rater, in.left[at:], line)
			in.along[i] += dot(line, in.left[at:at+k])
		}
	}
	solved, precision := make([]float64, in.system.size), in.precision()
	for i := range n {
		copy(solved, in.across[i])
		in.system.solve(solved)
		for j := range i + 1 {
			f := in.within[i*n+j] - blas64.Dot(blas64.Vector{N: len(solved), Inc: 1, Data: solved}, blas64.Vector{N: len(solved), Inc: 1, Data: in.across[j]})
			h := precision*f - precision*precision*in.along[i]*in.along[j]/(in.degrees+in.believed.degrees)
			out[i*n+j], out[j*n+i] = h, h
		}
	}
}
