package mixedmodel

// eliminated is one pattern with its candidates eliminated at some θ
// (statistics §2). With A = Λ′Z′ZΛ + I = RR′ for one candidate:
//
//	V = X′ZΛR⁻ᵀ   (m×q)      U = R⁻¹Λ′   (q×q)
//	H = X′WX = X′X − VV′,    W = (I + ZΛΛ′Z′)⁻¹
//	X′Wy = X′y − VUζ,        y′Wy = y′y − ζ′U′Uζ,   ζ = Z′y
//
// Nothing in it is as long as a candidate has scores.
type eliminated struct {
	p         *pattern
	ok        bool
	logDet    float64   // log|A|, of one candidate
	explained float64   // Σ ζ′U′Uζ
	fixedRHS  []float64 // Σ X′Wy of the fixed columns

	zz, xz, xx []float64
	lambda     []float64 // Λ, q×q
	a, u       []float64 // q×q
	v          []float64 // m×q
	raw        []float64 // H
	h          []float64 // L H L′ with L = diag(Λ_r …, I)
	uzeta, y   []float64
	scratch    []float64
	slope      slope
}

func (e *eliminated) size(q, m int) {
	for _, x := range []*[]float64{&e.zz, &e.lambda, &e.a, &e.u} {
		*x = grown(*x, q*q)
	}
	for _, x := range []*[]float64{&e.xz, &e.v} {
		*x = grown(*x, m*q)
	}
	for _, x := range []*[]float64{&e.xx, &e.raw, &e.h} {
		*x = grown(*x, m*m)
	}
	e.uzeta, e.y = grown(e.uzeta, q), grown(e.y, m)
	e.scratch = grown(e.scratch, max(q, m)*max(q, m))
	e.fixedRHS = grown(e.fixedRHS, m)
}

// eliminate fills e for a pattern, l being Λ_r. Where that is nil h is left
// alone.
func (e *eliminated) eliminate(d *design, p *pattern, f factors, l []float64) {
	q, m, k := p.local, p.global, d.width
	e.p = p
	e.size(q, m)
	d.gram(p, e.zz, e.xz, e.xx)
	e.localFactor(d, f)
	// A = Λ′(Z′ZΛ) + I.
	product(q, q, q, e.zz, e.lambda, e.scratch)
	transposedProduct(q, q, q, e.lambda, e.scratch, e.a)
	for i := range q {
		e.a[i*q+i]++
	}
	if e.ok = cholesky(q, e.a); !e.ok {
		return
	}
	e.logDet = logDetOf(q, e.a)
	// U′ = ΛR⁻ᵀ, row by row; V = X′ZΛR⁻ᵀ.
	copy(e.scratch[:q*q], e.lambda)
	solveRows(q, e.a, q, e.scratch)
	transpose(q, e.scratch, e.u)
	product(m, q, q, e.xz, e.lambda, e.v)
	solveRows(q, e.a, m, e.v)
	e.explained = 0
	product(q, q, q, e.u, p.cross, e.scratch)
	for i, x := range e.scratch[:q*q] {
		e.explained += x * e.u[i]
	}
	for i := range m {
		for j := range i + 1 {
			sum := e.xx[i*m+j]
			x, y := e.v[i*q:i*q+q], e.v[j*q:j*q+q]
			for l, v := range x {
				sum -= v * y[l]
			}
			e.raw[i*m+j], e.raw[j*m+i] = sum, sum
		}
	}
	e.fixed(k)
	if l != nil {
		copy(e.h, e.raw[:m*m])
		scaleRows(p, k, l, e.h)
		scaleColumns(p, k, l, e.h)
	}
}

// localFactor fills Λ: Λ_v, then w and h on the diagonal.
func (e *eliminated) localFactor(d *design, f factors) {
	q, k := e.p.local, d.Dimensions
	clear(e.lambda)
	at := 0
	if d.terms.Candidate {
		for r := range k {
			copy(e.lambda[r*q:r*q+k], f.v[r*k:r*k+k])
		}
		at = k
	}
	halo := q
	if d.terms.CandidateRater {
		halo -= e.p.slots
	}
	for ; at < q; at++ {
		e.lambda[at*q+at] = f.w
		if at >= halo {
			e.lambda[at*q+at] = f.h
		}
	}
}

// fixed is Σ X′Wy of the fixed columns.
func (e *eliminated) fixed(k int) {
	q, raters := e.p.local, e.p.slots*k
	multiply(q, q, e.u, e.p.zeta, e.uzeta)
	for f, y := range e.p.fixedY {
		e.fixedRHS[f] = y - dot(e.v[(raters+f)*q:(raters+f)*q+q], e.uzeta)
	}
}

// teamRHS gives fn, slot by slot, a team's Σ Λ_r X′Wy, l being Λ_r.
func (e *eliminated) teamRHS(t *team, k int, l []float64, fn func(slot int, y []float64)) {
	e.rawTeamRHS(t, k)
	scaled := e.scratch[:k]
	for slot := range e.p.slots {
		multiply(k, k, l, e.y[slot*k:], scaled)
		fn(slot, scaled)
	}
}

// rawTeamRHS fills y with a team's Σ X′Wy of the slots.
func (e *eliminated) rawTeamRHS(t *team, k int) {
	q := e.p.local
	multiply(q, q, e.u, t.zeta, e.uzeta)
	for x := range e.p.slots * k {
		e.y[x] = t.raterY[x] - dot(e.v[x*q:x*q+q], e.uzeta)
	}
}

// scaleRows multiplies the rater rows of an m×m matrix by Λ_r from the left.
func scaleRows(p *pattern, k int, l, x []float64) {
	m := p.global
	column := make([]float64, 2*k)
	for slot := range p.slots {
		for c := range m {
			for r := range k {
				column[r] = x[(slot*k+r)*m+c]
			}
			multiply(k, k, l, column, column[k:])
			for r := range k {
				x[(slot*k+r)*m+c] = column[k+r]
			}
		}
	}
}

// scaleColumns multiplies the rater columns by Λ_r from the right.
func scaleColumns(p *pattern, k int, l, x []float64) {
	m := p.global
	row := make([]float64, k)
	for r := range m {
		for slot := range p.slots {
			part := x[r*m+slot*k:][:k]
			multiply(k, k, l, part, row)
			copy(part, row)
		}
	}
}
