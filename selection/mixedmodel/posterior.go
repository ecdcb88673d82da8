package mixedmodel

import (
	"context"
	"fmt"
	"math"
	"slices"

	"appointable/internal/fault"
)

// Posterior is what ratings and scales say about everybody, at given variance
// components: normal, with covariance σ²M⁻¹ (statistics §3). Its uncertainty
// includes that of the cell means and of the raters' severity, unlike lme4's
// condVar, which takes the means as known.
type Posterior struct {
	*criterion
	residual float64 // σ²
	factored *schur  // Cholesky factor of S; system holds its selected inverse
	views    []view  // by pattern
}

// view is how the candidates of a pattern are seen from outside them:
// v_i = base_i − B γ_i + noise, with γ the global effects at their columns.
type view struct {
	gain  []float64 // K×q: ΛΛ′(I − Z′ZU′U), v's rows: base_i = gain·ζ_i
	b     []float64 // K×m: gain·Z′X
	noise []float64 // K×K: Cov(v | γ)/σ² = G − G Z′WZ G
	root  []float64 // its Cholesky factor
}

// NewPosterior works the posterior out; a term with variance 0 is off. It
// returns Invalid where the components are not variances, or so far apart that
// the arithmetic gives way, and ctx's error when
// the caller stops waiting.
func NewPosterior(ctx context.Context, e Evidence, c Components, workers int) (*Posterior, error) {
	terms := Terms{true, c.CandidateExercise > 0, c.CandidateRater > 0, c.Rater > 0, c.RaterDimension > 0}
	l := layout{terms, e.Dimensions}
	if !(c.Residual > 0) || c.CandidateExercise < 0 || c.CandidateRater < 0 || c.Rater < 0 || c.RaterDimension < 0 {
		return nil, fault.New(fault.Invalid, "a variance component is negative, or the residual's is not above 0")
	}
	f, ok := l.relative(c)
	if !ok {
		return nil, fault.New(fault.Invalid, "the covariance of the dimensions is not positive semidefinite")
	}
	theta := make([]float64, l.size())
	l.pack(f, theta)
	p := &Posterior{criterion: newCriterion(newDesign(e, terms, c.Residual), workers), residual: c.Residual}
	p.f = l.factors(theta)
	p.raterFactor = p.f.rater(p.width)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("posterior: %w", err)
	}
	tooFar := fault.New(fault.Invalid, "the variance components are too far apart to calculate with")
	if !p.assemble() {
		return nil, tooFar
	}
	if _, ok := p.system.factor(); !ok {
		return nil, tooFar
	}
	p.effect = append(p.effect[:0], p.rhs...)
	p.system.solve(p.effect)
	p.scaled = p.inUnits(p.effect)
	p.factored = p.system.copied()
	p.system.invert()
	p.look()
	return p, nil
}

// look works out the views.
func (p *Posterior) look() {
	k := p.Dimensions
	p.views = make([]view, len(p.patterns))
	for n, pattern := range p.patterns {
		e := &eliminated{}
		e.eliminate(p.design, pattern, p.f, nil)
		q, m := pattern.local, pattern.global
		residual, _, _ := e.residuals(&e.slope)
		v := view{gain: make([]float64, k*q), b: make([]float64, k*m), noise: make([]float64, k*k), root: make([]float64, k*k)}
		g := make([]float64, k*k) // ΛΛ′ of v
		productTransposed(k, k, k, p.f.v, p.f.v, g)
		for r := range k { // only v's rows of residual reach v
			for c := range q {
				for j := range k {
					v.gain[r*q+c] += g[r*k+j] * residual[j*q+c]
				}
			}
		}
		productTransposed(k, q, m, v.gain, e.xz, v.b)
		seen := make([]float64, k*q)
		product(k, q, q, v.gain, e.zz, seen)
		for r := range k {
			for c := range k {
				sum := g[r*k+c]
				for j := range k {
					sum -= seen[r*q+j] * g[j*k+c]
				}
				v.noise[r*k+c] = sum
			}
		}
		semidefiniteRoot(k, v.noise, v.root)
		p.views[n] = v
	}
}

// semidefiniteRoot is a Cholesky factor that takes what is singular for zero.
func semidefiniteRoot(n int, a, l []float64) {
	clear(l)
	for j := range n {
		for i := j; i < n; i++ {
			sum := a[i*n+j]
			for k := range j {
				sum -= l[i*n+k] * l[j*n+k]
			}
			switch {
			case i == j:
				l[i*n+j] = math.Sqrt(max(sum, 0))
			case l[j*n+j] > 1e-9*math.Sqrt(a[j*n+j]):
				l[i*n+j] = sum / l[j*n+j]
			}
		}
	}
}

// Cells returns the estimated mean of each cell; NaN for a cell that nobody was
// scored in.
func (p *Posterior) Cells() []float64 { return p.cellsOf(p.scaled) }

func (p *Posterior) cellsOf(scaled []float64) []float64 {
	means := make([]float64, len(p.design.Cells))
	for c := range means {
		means[c] = math.NaN()
		if column := p.column[c]; column >= 0 {
			means[c] = p.centre[c] + scaled[p.system.first[p.fixedNode(column)]]
		}
	}
	return means
}

// columnsOf calls fn for each global column of a candidate: its number in the
// pattern and in the system.
func (p *Posterior) columnsOf(i int, fn func(own, column int)) {
	at := p.place[i]
	pattern, k := p.patterns[at.pattern], p.width
	if k > 0 {
		for slot, j := range pattern.teams[at.team].raters {
			for r := range k {
				fn(slot*k+r, int(p.system.first[p.nodes[j]])+r)
			}
		}
	}
	for f, column := range pattern.fixed {
		fn(pattern.slots*k+f, int(p.system.first[p.fixedNode(column)]))
	}
}

// zetaOf is Z′y of one candidate.
func (p *Posterior) zetaOf(i int) []float64 {
	pattern := p.patterns[p.place[i].pattern]
	zeta := make([]float64, pattern.local)
	p.sums(pattern, i, make([]float64, pattern.slots*p.width), make([]float64, len(pattern.fixed)), zeta)
	return zeta
}

// base is v_i where every global effect is 0.
func (p *Posterior) base(i int) []float64 {
	v := make([]float64, p.Dimensions)
	multiply(p.Dimensions, p.patterns[p.place[i].pattern].local, p.views[p.place[i].pattern].gain, p.zetaOf(i), v)
	return v
}

// Candidate returns the mean and covariance (K×K) of a candidate's values
// vector v. A candidate without a score has mean 0 and the covariance Σ_v.
func (p *Posterior) Candidate(i int) (mean []float64, cov [][]float64) {
	k := p.Dimensions
	if p.place[i].pattern < 0 {
		return make([]float64, k), p.components(p.f, p.residual).Candidate
	}
	view, m := p.views[p.place[i].pattern], p.patterns[p.place[i].pattern].global
	mean = p.base(i)
	p.columnsOf(i, func(own, column int) {
		for r := range k {
			mean[r] -= view.b[r*m+own] * p.scaled[column]
		}
	})
	spread := p.spread(i)
	for r := range k {
		row := make([]float64, k)
		for c := range k {
			row[c] = p.residual * (view.noise[r*k+c] + spread[r*k+c])
		}
		cov = append(cov, row)
	}
	return mean, cov
}

// spread is B L S⁻¹ L B′, K×K: what not knowing the global effects adds.
func (p *Posterior) spread(i int) []float64 {
	k, m := p.Dimensions, p.patterns[p.place[i].pattern].global
	b, inverse := p.seen(i), p.inverseAt(i)
	wide, out := make([]float64, k*m), make([]float64, k*k)
	product(k, m, m, b, inverse, wide)
	productTransposed(k, m, k, wide, b, out)
	return out
}

// seen is B L: how v_i hangs on the system's unknowns, K×m.
func (p *Posterior) seen(i int) []float64 {
	pattern := p.patterns[p.place[i].pattern]
	b := slices.Clone(p.views[p.place[i].pattern].b)
	l, k := p.raterFactor, p.width
	part := make([]float64, k)
	for r := range p.Dimensions {
		for slot := range pattern.slots {
			if k > 0 {
				row := b[r*pattern.global+slot*k:][:k]
				multiply(k, k, l, row, part)
				copy(row, part)
			}
		}
	}
	return b
}

// inverseAt is S⁻¹ at a candidate's columns, m×m.
func (p *Posterior) inverseAt(i int) []float64 {
	at := p.place[i]
	pattern, k := p.patterns[at.pattern], p.width
	m, raters := pattern.global, pattern.slots*k
	out := make([]float64, m*m)
	n := 0
	for a := range pattern.fixed {
		for b := range a + 1 {
			take(p.system.values, p.cells[at.pattern][n], 1, out[(raters+a)*m+raters+b:], m, 1, 1)
			n++
		}
	}
	if k > 0 {
		spots, n := p.teams[at.pattern][at.team], 0
		for a := range pattern.slots {
			for b := range a + 1 {
				take(p.system.values, spots[n], 1, out[a*k*m+b*k:], m, k, k)
				n++
			}
			for f := range pattern.fixed {
				take(p.system.values, spots[n], 1, out[(raters+f)*m+a*k:], m, 1, k)
				n++
			}
		}
	}
	for a := range m {
		for b := range a {
			out[b*m+a] = out[a*m+b]
		}
	}
	return out
}

// Composites returns for every candidate the mean and variance of
// Σ_c a_c·μ_c + Σ_k b_k·v_ik: a by cell (0 for a cell that nobody was scored
// in), b by dimension.
func (p *Posterior) Composites(a, b []float64) (means, variances []float64) {
	means, variances = make([]float64, p.Candidates), make([]float64, p.Candidates)
	fixed := make([]float64, p.system.size)
	level := 0.0
	for c, weight := range a {
		if column := p.column[c]; column >= 0 {
			at := p.system.first[p.fixedNode(column)]
			fixed[at] = weight
			level += weight * (p.centre[c] + p.scaled[at])
		}
	}
	solved := slices.Clone(fixed) // S⁻¹a
	p.factored.solve(solved)
	own := dot(fixed, solved)
	for i := range p.Candidates {
		mean, cov := p.Candidate(i)
		means[i], variances[i] = level, p.residual*own
		cross := p.crossed(i, b, solved)
		for k, x := range b {
			means[i] += x * mean[k]
			variances[i] += x*dot(cov[k], b) - 2*p.residual*x*cross[k]
		}
	}
	return means, variances
}

// crossed is B L S⁻¹a by dimension, given S⁻¹a.
func (p *Posterior) crossed(i int, b, solved []float64) []float64 {
	out := make([]float64, len(b))
	if p.place[i].pattern < 0 {
		return out
	}
	seen, m := p.seen(i), p.patterns[p.place[i].pattern].global
	p.columnsOf(i, func(own, column int) {
		for k := range out {
			out[k] += seen[k*m+own] * solved[column]
		}
	})
	return out
}

// Covariance returns the joint covariance of Σ_k b_k·v_ik over all candidates,
// N×N. It solves the system once a candidate: for panels, not for a national
// round.
func (p *Posterior) Covariance(b []float64) [][]float64 {
	on := make([][]float64, p.Candidates) // b′BL over the whole system
	cov := make([][]float64, p.Candidates)
	for i := range on {
		on[i], cov[i] = make([]float64, p.system.size), make([]float64, p.Candidates)
		if p.place[i].pattern < 0 {
			continue
		}
		seen, m := p.seen(i), p.patterns[p.place[i].pattern].global
		p.columnsOf(i, func(own, column int) {
			for k, x := range b {
				on[i][column] += x * seen[k*m+own]
			}
		})
	}
	for i := range on {
		solved := slices.Clone(on[i])
		p.factored.solve(solved)
		for j := range on {
			cov[i][j] = p.residual * dot(on[j], solved)
		}
		cov[i][i] += p.residual * p.ownNoise(i, b)
	}
	return cov
}

func (p *Posterior) ownNoise(i int, b []float64) float64 {
	k := p.Dimensions
	noise := make([]float64, k*k)
	if p.place[i].pattern < 0 {
		productTransposed(k, k, k, p.f.v, p.f.v, noise)
	} else {
		noise = p.views[p.place[i].pattern].noise
	}
	line := make([]float64, k)
	multiply(k, k, noise, b, line)
	return dot(line, b)
}

// Rater returns a rater's severity s_j and its standard deviation; a rater who
// scored nobody has 0 and the prior's. Positive is lenient: marks higher.
//
// With τ = s + t the effects by dimension and Λ_r the root of s²J + t²I, the sum
// of a rater's Z′Py is that of û over √(t² + Ks²).
func (p *Posterior) Rater(j int) (severity, sd float64) {
	k, s2 := p.width, p.f.s*p.f.s
	if p.f.s == 0 {
		return 0, 0
	}
	if p.nodes[j] < 0 {
		return 0, math.Sqrt(p.residual * s2)
	}
	root := p.f.raterRoot(k)
	at := int(p.system.first[p.nodes[j]])
	severity = s2 / root * sum(p.effect[at:at+k])
	known := 0.0 // 1′S⁻¹1 over the rater's columns
	spot := p.system.spotOf(p.nodes[j], p.nodes[j])
	for r := range k {
		for c := range k {
			known += p.system.values[int(spot.at)+max(r, c)*int(spot.stride)+min(r, c)]
		}
	}
	variance := s2 - s2*s2*(float64(k)-known)/(root*root)
	return severity, math.Sqrt(p.residual * max(variance, 0))
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}
